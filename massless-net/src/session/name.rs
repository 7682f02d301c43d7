//! Rules for names (game rules, section 15) and for lines of talk (section 13).

use thiserror::Error;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_script::{Script, UnicodeScript};

use crate::limits::{CHAT_BYTES_MAX, CHAT_SCALARS_MAX, NAME_LETTERS_MAX, NAME_LETTERS_MIN};

/// Names nobody may bear, folded.
const RESERVED: [&str; 8] =
    ["admin", "administrator", "gamemaster", "massless", "moderator", "server", "staff", "system"];

/// Why a name is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Fewer than 3 or more than 16 letters.
    #[error("a name has 3 to 16 letters")]
    Length,
    /// Something that is not a letter, or a mark at the edge, or two of them.
    #[error("a name has letters and at most one apostrophe or hyphen inside")]
    NotALetter,
    /// Letters of two scripts.
    #[error("a name has letters of one script")]
    Scripts,
    /// The first letter has an upper case and is not in it.
    #[error("a name begins with an upper-case letter")]
    Case,
    /// A reserved word.
    #[error("this name is reserved")]
    Reserved,
    /// Not in Unicode's composed form.
    #[error("a name is in composed form (NFC)")]
    NotComposed,
}

/// Checks a wanted name.
pub fn check_name(name: &str) -> Result<(), NameError> {
    if name.len() > massless_core::limits::NAME_BYTES_MAX {
        return Err(NameError::Length);
    }
    if !is_nfc(name) {
        return Err(NameError::NotComposed);
    }
    let letters = name.chars().filter(|c| !is_mark(*c)).count();
    if !(NAME_LETTERS_MIN..=NAME_LETTERS_MAX).contains(&letters) {
        return Err(NameError::Length);
    }
    let marks = name.chars().filter(|c| is_mark(*c)).count();
    let at_edge = name.starts_with(is_mark) || name.ends_with(is_mark);
    if marks > 1 || at_edge || name.chars().any(|c| !is_mark(c) && !c.is_alphabetic()) {
        return Err(NameError::NotALetter);
    }
    let mut scripts = name.chars().filter(|c| !is_mark(*c)).map(|c| c.script());
    let first = scripts.next().ok_or(NameError::Length)?;
    if matches!(first, Script::Common | Script::Inherited | Script::Unknown)
        || scripts.any(|script| script != first)
    {
        return Err(NameError::Scripts);
    }
    if name.chars().next().is_some_and(|c| c.is_lowercase()) {
        return Err(NameError::Case);
    }
    if RESERVED.contains(&fold_name(name).as_str()) {
        return Err(NameError::Reserved);
    }
    Ok(())
}

/// What two names must not share: case, marks and accents are folded away, look-alikes made one.
#[must_use]
pub fn fold_name(name: &str) -> String {
    name.nfkd()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'l' | 'ı' | 'і' | 'ӏ' | 'ι' => 'i',
            'а' | 'α' => 'a',
            'е' | 'ε' => 'e',
            'о' | 'ο' => 'o',
            'р' | 'ρ' => 'p',
            'с' => 'c',
            'у' | 'υ' => 'y',
            'х' | 'χ' => 'x',
            'ѕ' => 's',
            'к' | 'κ' => 'k',
            'м' => 'm',
            'т' | 'τ' => 't',
            'в' | 'β' => 'b',
            'н' | 'η' => 'h',
            other => other,
        })
        .collect::<String>()
        .replace("rn", "m")
        .replace("vv", "w")
}

const fn is_mark(c: char) -> bool {
    matches!(c, '\'' | '-' | '\u{2019}')
}

/// Why a line of talk is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LineError {
    /// Nothing but blanks.
    #[error("a line has a letter")]
    Blank,
    /// More than 200 scalars or 600 bytes.
    #[error("a line has at most 200 letters and 600 bytes")]
    Length,
    /// A control or direction character.
    #[error("a line has no control or direction characters")]
    Control,
    /// Not in Unicode's composed form.
    #[error("a line is in composed form (NFC)")]
    NotComposed,
}

/// Checks a line of talk.
pub fn check_line(line: &str) -> Result<(), LineError> {
    if line.trim().is_empty() {
        return Err(LineError::Blank);
    }
    if line.len() > CHAT_BYTES_MAX || line.chars().count() > CHAT_SCALARS_MAX {
        return Err(LineError::Length);
    }
    let direction = |c: char| {
        matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}')
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    if line.chars().any(|c| c.is_control() || direction(c)) {
        return Err(LineError::Control);
    }
    if !is_nfc(line) {
        return Err(LineError::NotComposed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_the_rules() {
        for name in
            ["Ada", "O'Brien", "Jean-Luc", "Zoë", "Анна", "Αλέξης", "王小明", "Abcdefghijklmnop"]
        {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
        let refused = [
            ("Al", NameError::Length),
            ("Abcdefghijklmnopq", NameError::Length),
            ("", NameError::Length),
            ("ada", NameError::Case),
            ("Ada1", NameError::NotALetter),
            ("-Ada", NameError::NotALetter),
            ("Ada'", NameError::NotALetter),
            ("A-d-a", NameError::NotALetter),
            ("Ad a", NameError::NotALetter),
            ("Adа", NameError::Scripts),
            ("Admin", NameError::Reserved),
            ("Zoe\u{308}", NameError::NotComposed),
            ("A\u{202E}da", NameError::NotALetter),
        ];
        for (name, error) in refused {
            assert_eq!(check_name(name), Err(error), "{name}");
        }
    }

    #[test]
    fn look_alikes_fold_to_one_name() {
        assert_eq!(fold_name("Ilia"), fold_name("LIiA"));
        assert_eq!(fold_name("O'Brien"), fold_name("Obrien"));
        assert_eq!(fold_name("Сос"), fold_name("Coc"));
        assert_eq!(fold_name("Zoë"), fold_name("Zoe"));
        assert_ne!(fold_name("Anna"), fold_name("Hanna"));
    }

    #[test]
    fn lines_by_the_rules() {
        assert_eq!(check_line("Hello, <b>world</b>! 👋"), Ok(()));
        assert_eq!(check_line(&"x".repeat(200)), Ok(()));
        assert_eq!(check_line(&"x".repeat(201)), Err(LineError::Length));
        assert_eq!(check_line("  "), Err(LineError::Blank));
        assert_eq!(check_line("a\nb"), Err(LineError::Control));
        assert_eq!(check_line("a\u{202E}b"), Err(LineError::Control));
        assert_eq!(check_line("e\u{301}"), Err(LineError::NotComposed));
    }
}
