//! The second factor: time-based codes of RFC 6238 (SHA-1, six digits, 30 s, as every authenticator
//! knows them), and recovery codes. Secrets are drawn here, shown once, and never logged.

use massless_store::repo::second_factor::{self, Factor, SECRET_BYTES};
use massless_store::repo::tokens::Hash;
use massless_store::{Connection, StoreError, limits};
use totp_rs::{Builder, Totp};

/// Letters of recovery codes: none is taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Letters of a recovery code, in groups of five: 75 bits.
const RECOVERY_LETTERS: usize = 15;
/// Longest code that is looked at.
const CODE_BYTES_MAX: usize = 32;

/// A factor that was just made; nobody sees it a second time.
pub(crate) struct Enrolment {
    /// For the database.
    pub(crate) secret: [u8; SECRET_BYTES],
    /// What an authenticator takes.
    pub(crate) uri: String,
    /// The codes that replace a lost factor.
    pub(crate) recovery: Vec<String>,
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is right.
    Right,
    /// It is a recovery code; so many are left.
    Recovered(i64),
    /// It is wrong, or was used before.
    Wrong,
    /// It was wrong too often: no code is looked at for a while.
    Locked,
}

/// Draws a factor for a login of a server.
pub(crate) fn draw(server: &str, login: &str) -> Result<Enrolment, getrandom::Error> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret)?;
    let recovery: Result<Vec<String>, _> = (0..limits::RECOVERY_CODES).map(|_| word()).collect();
    let uri = totp(&secret, server, login).to_url().expect("a login has no colon");
    Ok(Enrolment { secret, uri, recovery: recovery? })
}

impl Enrolment {
    /// Hashes of the recovery codes.
    pub(crate) fn hashes(&self) -> Vec<Hash> {
        self.recovery.iter().map(|code| recovery_hash(code)).collect()
    }
}

/// Judges a code of an account at `now` (Unix milliseconds) and takes it: it is good once. Wrong ones
/// are counted.
pub(crate) fn judge(
    conn: &mut Connection,
    now: i64,
    (account, factor): (u64, &Factor),
    code: &str,
) -> Result<Verdict, StoreError> {
    if factor.locked_until > now {
        return Ok(Verdict::Locked);
    }
    let code: String =
        code.chars().filter(|letter| !letter.is_whitespace()).take(CODE_BYTES_MAX).collect();
    let seconds = u64::try_from(now / 1_000).unwrap_or(0);
    let totp = totp(&factor.secret, "", "staff");
    if let Some(step) = totp.check(&code, seconds)
        && second_factor::take_step(conn, account, step)?
    {
        return Ok(Verdict::Right);
    }
    if second_factor::take_recovery(conn, now, account, &recovery_hash(&code))? {
        return Ok(Verdict::Recovered(second_factor::recovery_left(conn, account)?));
    }
    let is_locked = second_factor::fail(conn, now, account)?;
    Ok(if is_locked { Verdict::Locked } else { Verdict::Wrong })
}

fn totp(secret: &[u8; SECRET_BYTES], server: &str, login: &str) -> Totp {
    let issuer: String = server.chars().filter(|letter| *letter != ':').collect();
    let builder = Builder::new().with_secret(*secret).with_account_name(login.to_owned());
    builder.with_issuer(Some(issuer)).build().expect("160 bits, six digits, no colon")
}

/// Hyphens and case do not count.
fn recovery_hash(code: &str) -> Hash {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    *blake3::hash(format!("massless recovery {letters}").as_bytes()).as_bytes()
}

fn word() -> Result<String, getrandom::Error> {
    let mut bytes = [0; RECOVERY_LETTERS];
    getrandom::fill(&mut bytes)?;
    let letters: Vec<char> =
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups = letters.chunks(5).map(|group| group.iter().collect::<String>());
    Ok(groups.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of eight digits.
        let secret = *b"12345678901234567890";
        let totp = totp(&secret, "Massless", "anna");
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            assert_eq!(totp.check(code, seconds), Some(seconds / 30), "{seconds}");
            assert_eq!(totp.check(code, seconds + 30), Some(seconds / 30), "a clock 30 s ahead");
            assert_eq!(totp.check(code, seconds + 90), None, "too late");
        }
        assert_eq!(totp.check("28708", 59), None);
        assert_eq!(totp.check("", 59), None);
    }

    #[test]
    fn an_enrolment_can_be_scanned_and_its_codes_differ() {
        let enrolment = draw("Mass:less", "anna").expect("randomness");
        let uri = &enrolment.uri;
        assert!(uri.starts_with("otpauth://totp/") && uri.contains("anna"), "{uri}");
        assert!(uri.contains("issuer=Massless"), "{uri}");
        let hashes = enrolment.hashes();
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), limits::RECOVERY_CODES);
        let code = &enrolment.recovery[0];
        assert_eq!(code.len(), RECOVERY_LETTERS + 2);
        assert_eq!(recovery_hash(&code.to_uppercase().replace('-', "")), hashes[0]);
    }
}
