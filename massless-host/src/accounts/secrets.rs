//! Random texts that prove something, and the hashes under which they are stored.

use massless_store::repo::tokens::{Family, Hash};

/// Bytes of a refresh token.
const TOKEN_BYTES: usize = 32;

/// A refresh token, as its bearer has it.
pub(super) struct RefreshToken([u8; TOKEN_BYTES]);

impl RefreshToken {
    /// A new one.
    pub(super) fn draw() -> Self {
        Self(draw())
    }

    /// From a cookie; nothing is checked but the form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }

    /// For a cookie.
    pub(super) fn text(&self) -> String {
        hex(&self.0)
    }

    /// What is stored of it.
    pub(super) fn hash(&self) -> Hash {
        hash(&self.0)
    }
}

/// Random bytes.
pub(super) fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// What is stored of a secret. It is random and long, so no slow hash is needed.
pub(super) fn hash(secret: &[u8]) -> Hash {
    *blake3::hash(secret).as_bytes()
}

/// A log-in's number as tokens carry it.
pub(super) fn text_of_family(family: &Family) -> String {
    hex(family)
}

/// The number back.
pub(super) fn family_of_text(text: &str) -> Option<Family> {
    unhex(text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = text.as_bytes();
    if bytes.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| (byte as char).to_digit(16);
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_back_and_nothing_else_is() {
        let token = RefreshToken::draw();
        let again = RefreshToken::parse(&token.text()).expect("its own text");
        assert_eq!(again.hash(), token.hash());
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(63), &"0".repeat(65)] {
            assert!(RefreshToken::parse(bad).is_none(), "{bad:?}");
        }
        assert!(RefreshToken::parse(&"é".repeat(32)).is_none());
    }
}
