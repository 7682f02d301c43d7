//! Reads the files of a content set and collects what is wrong with them.
//!
//! A `Loader` walks the set; a `Sheet` is one RON file in which fields are checked. A field's line
//! is found by its name in the text, since parsed values no longer know where they stood.

use core::fmt::Display;
use core::ops::RangeInclusive;

use serde::de::DeserializeOwned;

use super::SourceFile;
use super::error::{ContentError, ContentErrors};
use crate::math::Vec2;

/// Bytes of a RON file. Reason: definitions are small; a larger file is a mistake.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Letters of a shown name. Reason: name plates.
const NAME_CHARS_MAX: usize = 40;

pub(super) struct Loader<'a> {
    files: &'a [SourceFile<'a>],
    errors: Vec<ContentError>,
}

impl<'a> Loader<'a> {
    /// `files` sorted by path.
    pub(super) fn new(files: &'a [SourceFile<'a>]) -> Self {
        let mut loader = Self { files, errors: Vec::new() };
        for pair in files.windows(2).filter(|pair| pair[0].path == pair[1].path) {
            loader.file_error(pair[0].path, "this file is given twice", "each path once");
        }
        for file in files.iter().filter(|file| kind_of(file.path).is_none()) {
            loader.file_error(
                file.path,
                "not a file of a content set",
                "rules.ron, creatures/<id>-<name>.ron, zones/<id>-<name>.ron, maps/<name>.map",
            );
        }
        loader
    }

    pub(super) fn finish(mut self) -> Result<(), ContentErrors> {
        if self.errors.is_empty() {
            return Ok(());
        }
        self.errors.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Err(ContentErrors(self.errors))
    }

    pub(super) fn file(&self, path: &str) -> Option<SourceFile<'a>> {
        self.files.iter().find(|file| file.path == path).copied()
    }

    /// RON files of a folder (or the one file of that name), sorted by path.
    pub(super) fn files_of(&self, kind: &str) -> Vec<SourceFile<'a>> {
        self.files.iter().filter(|file| kind_of(file.path) == Some(kind)).copied().collect()
    }

    pub(super) fn file_error(&mut self, file: &str, problem: impl Display, allowed: &str) {
        self.errors.push(ContentError {
            file: file.to_owned(),
            line: None,
            field: String::new(),
            problem: problem.to_string(),
            allowed: allowed.to_owned(),
        });
    }

    /// Takes over what was noted on a sheet.
    pub(super) fn collect(&mut self, sheet: Sheet<'_>) {
        self.errors.extend(sheet.errors);
    }

    /// Parses a RON file; a failure is noted and gives `None`. The sheet goes back to `collect`.
    pub(super) fn parse<T: DeserializeOwned>(
        &mut self,
        file: SourceFile<'a>,
    ) -> Option<(T, Sheet<'a>)> {
        if file.bytes.len() > TEXT_BYTES_MAX {
            self.file_error(file.path, "the file is larger than 1 MiB", "at most 1048576 bytes");
            return None;
        }
        let Ok(text) = core::str::from_utf8(file.bytes) else {
            self.file_error(file.path, "the file is not UTF-8", "UTF-8 text");
            return None;
        };
        match ron::from_str::<T>(text) {
            Ok(value) => Some((value, Sheet { file: file.path, text, errors: Vec::new() })),
            Err(error) => {
                self.errors.push(ContentError {
                    file: file.path.to_owned(),
                    line: u32::try_from(error.span.start.line).ok(),
                    field: String::new(),
                    problem: error.code.to_string(),
                    allowed: String::new(),
                });
                None
            }
        }
    }
}

fn kind_of(path: &str) -> Option<&'static str> {
    let (folder, name) = path.split_once('/').unwrap_or(("", path));
    let is_plain = |extension: &str| {
        name.strip_suffix(extension).is_some_and(|stem| {
            let legal = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            !stem.is_empty() && stem.chars().all(legal)
        })
    };
    match folder {
        "" if name == "rules.ron" => Some("rules.ron"),
        "creatures" if is_plain(".ron") => Some("creatures"),
        "zones" if is_plain(".ron") => Some("zones"),
        "maps" if is_plain(".map") => Some("maps"),
        _ => None,
    }
}

/// One RON file whose fields are being checked.
#[must_use]
pub(super) struct Sheet<'a> {
    file: &'a str,
    text: &'a str,
    errors: Vec<ContentError>,
}

impl Sheet<'_> {
    /// Notes an error of a field such as `speed` or `spawn_groups[2].count`.
    pub(super) fn error(&mut self, field: &str, problem: impl Display, allowed: impl Display) {
        self.errors.push(ContentError {
            file: self.file.to_owned(),
            line: line_of(self.text, field),
            field: field.to_owned(),
            problem: problem.to_string(),
            allowed: allowed.to_string(),
        });
    }

    /// Notes an error unless `value` is in `range`; NaN is in none.
    pub(super) fn range<T>(&mut self, field: &str, value: T, range: RangeInclusive<T>)
    where
        T: PartialOrd + Display,
    {
        if !range.contains(&value) {
            let allowed = format!("{} to {}", range.start(), range.end());
            self.error(field, format_args!("{value} is out of range"), allowed);
        }
    }

    /// Notes an error unless the place is on a map of this extent.
    pub(super) fn place(&mut self, field: &str, place: Vec2, extent: Vec2) {
        let inside = |at: f32, edge: f32| at >= 0.0 && at < edge;
        if !inside(place.x, extent.x) || !inside(place.y, extent.y) {
            self.error(
                field,
                format_args!("({}, {}) is not on the map", place.x, place.y),
                format_args!("x from 0 to below {}, z from 0 to below {}", extent.x, extent.y),
            );
        }
    }

    /// Notes an error unless the name can be shown.
    pub(super) fn name(&mut self, field: &str, name: &str) {
        let count = name.chars().count();
        let is_shown = !name.chars().any(char::is_control) && name.trim() == name;
        if count == 0 || count > NAME_CHARS_MAX || !is_shown {
            self.error(
                field,
                format_args!("{name:?} cannot be shown as a name"),
                "1 to 40 letters, no control characters, no space at either end",
            );
        }
    }

    /// Notes an error unless the file's name begins with the id and a hyphen.
    pub(super) fn id_in_name(&mut self, id: u32) {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        if id == 0 || !name.starts_with(&format!("{id}-")) {
            let problem = format!("{id} is not the number this file's name begins with");
            self.error("id", problem, "1 or more, the same as in <id>-<name>.ron");
        }
    }
}

/// Line of a field by its name. In `list[2].count` the third `count:` after `list:` is meant, which
/// is right as every entry states each of its fields.
fn line_of(text: &str, field: &str) -> Option<u32> {
    let mut from = 0;
    for part in field.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse().unwrap_or(0_usize)),
            None => (part, 0),
        };
        from = next_field(text, from, name)?;
        if index > 0 || part.ends_with(']') {
            // Only the last part counts entries: skip to the entry by counting its field.
            let last = field.rsplit('.').next().filter(|last| !last.contains('['))?;
            for _ in 0..index {
                from = next_field(text, from, last)? + 1;
            }
        }
    }
    let line = text[..from].matches('\n').count() + 1;
    u32::try_from(line).ok()
}

/// Start of the next `name:` from byte `from` on, outside line comments.
fn next_field(text: &str, from: usize, name: &str) -> Option<usize> {
    let rest = &text[from..];
    rest.match_indices(name).map(|(at, _)| from + at).find(|&at| {
        let before = text[..at].chars().next_back();
        let is_start = before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let is_field = text[at + name.len()..].trim_start().starts_with(':');
        is_start && is_field && !text[line..at].contains("//")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_path() {
        let text =
            "(\n  // speed: 1\n  speed: 2,\n  groups: [\n    (count: 1),\n    (count: 2),\n  ],\n)";
        assert_eq!(line_of(text, "speed"), Some(3));
        assert_eq!(line_of(text, "groups[0].count"), Some(5));
        assert_eq!(line_of(text, "groups[1].count"), Some(6));
        assert_eq!(line_of(text, "groups"), Some(4));
        assert_eq!(line_of(text, "absent"), None);
    }

    #[test]
    fn only_files_of_a_content_set_are_known() {
        assert_eq!(kind_of("creatures/101-hound.ron"), Some("creatures"));
        assert_eq!(kind_of("rules.ron"), Some("rules.ron"));
        for path in ["creatures/../x.ron", "zones/", "zones/.ron", "maps/a.ron", "x.ron", ""] {
            assert_eq!(kind_of(path), None, "{path}");
        }
    }
}
