//! Passwords: Argon2id with 19 MiB, two passes, one lane. About 33 ms of a core each, so they are
//! hashed by few threads of low priority and never elsewhere.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization as _;

use crate::limits::{
    ARGON2_LANES, ARGON2_MEMORY_KIBIBYTES, ARGON2_PASSES, PASSWORD_LETTERS_MAX,
    PASSWORD_LETTERS_MIN,
};

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasswordError {
    /// Too short or too long.
    Length,
    /// It is the name, or one letter over and over.
    Weak,
}

/// Checks a wanted password.
pub(crate) fn check(name: &str, password: &str) -> Result<(), PasswordError> {
    let letters = password.chars().count();
    if !(PASSWORD_LETTERS_MIN..=PASSWORD_LETTERS_MAX).contains(&letters) {
        return Err(PasswordError::Length);
    }
    let first = password.chars().next();
    let is_one_letter = password.chars().all(|letter| Some(letter) == first);
    if is_one_letter || password.to_lowercase() == name.to_lowercase() {
        return Err(PasswordError::Weak);
    }
    Ok(())
}

/// The text that is stored of a password.
pub(crate) fn hash(password: &str) -> String {
    let password = normal(password);
    let hash = hasher().hash_password(password.as_bytes());
    hash.expect("the parameters are sound and the system has randomness").to_string()
}

/// Whether that is the password that `stored` was made of.
pub(crate) fn verify(password: &str, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        tracing::error!("a stored password hash cannot be read");
        return false;
    };
    hasher().verify_password(normal(password).as_bytes(), &stored).is_ok()
}

/// Takes as long as `verify` and says no: an account that is not there answers as one that is.
pub(crate) fn refuse(password: &str) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let _ = verify(password, NOBODY.get_or_init(|| hash("nobody has this password")));
    false
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(ARGON2_MEMORY_KIBIBYTES, ARGON2_PASSES, ARGON2_LANES, None);
    let params = params.expect("the constants are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Keyboards and systems write the same letters differently.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_in_any_spelling_and_nothing_else_is() {
        let stored = hash("Crème brûlée 7");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("Crème brûlée 7", &stored));
        assert!(verify("Cre\u{300}me bru\u{302}le\u{301}e 7", &stored));
        assert!(!verify("Creme brulee 7", &stored));
        assert!(!verify("", &stored));
        assert!(!verify("x", "not a hash"));
        assert_ne!(hash("Crème brûlée 7"), stored, "every hash has a salt of its own");
        assert!(!refuse("nobody has this password"));
    }

    #[test]
    fn passwords_are_checked_before_they_are_taken() {
        let long = "x1".repeat(65);
        let table = [
            ("correct horse", Ok(())),
            ("12345678", Ok(())),
            ("1234567", Err(PasswordError::Length)),
            (&long, Err(PasswordError::Length)),
            ("aaaaaaaaaa", Err(PasswordError::Weak)),
            ("SomebodyElse", Err(PasswordError::Weak)),
            ("\u{1F600}\u{1F601}\u{1F600}\u{1F601}\u{1F600}\u{1F601}\u{1F600}\u{1F601}", Ok(())),
        ];
        for (password, verdict) in table {
            assert_eq!(check("somebodyelse", password), verdict, "{password:?}");
        }
    }
}
