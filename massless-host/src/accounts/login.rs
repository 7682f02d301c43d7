//! Names to log in with, and addresses of mail. Not the names of characters.

use crate::limits::{EMAIL_BYTES_MAX, LOGIN_LETTERS_MAX, LOGIN_LETTERS_MIN};

/// A login name as it is looked up; `None` for what cannot be one.
pub(crate) fn fold(name: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let is_named = (LOGIN_LETTERS_MIN..=LOGIN_LETTERS_MAX).contains(&name.len())
        && name.bytes().all(is_plain)
        && name.as_bytes()[0].is_ascii_alphanumeric();
    is_named.then(|| name.to_ascii_lowercase())
}

/// Whether that may be an address of mail. It is only kept, never shown and never a key.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_clean = |part: &str| {
        !part.is_empty()
            && !part.chars().any(|letter| letter.is_whitespace() || letter.is_control())
    };
    text.len() <= EMAIL_BYTES_MAX && is_clean(local) && is_clean(domain) && !domain.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_are_plain_and_know_no_case() {
        assert_eq!(fold("Anna.7"), Some("anna.7".to_owned()));
        assert_eq!(fold("abc"), Some("abc".to_owned()));
        assert_eq!(fold(&"a".repeat(32)).map(|name| name.len()), Some(32));
        for bad in ["", "ab", ".anna", "-anna", "an na", "ännä", &"a".repeat(33), "a\0bc"] {
            assert_eq!(fold(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn addresses_of_mail_have_two_sides() {
        assert!(is_email("anna@example.org") && is_email("a@b"));
        for bad in ["", "anna", "@", "a@", "@b", "a b@c", "a@b c", "a@b\n"] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
