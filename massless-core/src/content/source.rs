//! Reads the files of a content set and collects what is wrong with them.
//!
//! A `Loader` walks the set; a `Sheet` is one RON file in which fields are checked. A field's line
//! is found by its name in the text, since parsed values no longer know where they stood.

use core::fmt::Display;
use core::ops::{Range, RangeInclusive};

use serde::de::DeserializeOwned;

use super::SourceFile;
use super::error::{ContentError, ContentErrors};
use crate::math::Vec2;

/// Bytes of a RON file. Reason: definitions are small; a larger file is a mistake.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Letters of a shown name. Reason: name plates.
const NAME_CHARS_MAX: usize = 40;
/// Letters of a shown text. Reason: tooltips, and a dialogue that fits its window.
const TEXT_CHARS_MAX: usize = 600;
/// Known ids that a wrong reference lists.
const KNOWN_SHOWN_MAX: usize = 24;

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
                &format!(
                    "rules.ron, loot.ron, services.ron, maps/<name>.map, <id>-<name>.ron in {}",
                    FOLDERS.join(", ")
                ),
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

    /// Reads all files of a folder; `draft` checks one and gives it with its id.
    pub(super) fn drafts<Raw: DeserializeOwned, T>(
        &mut self,
        folder: &str,
        draft: impl Fn(Raw, &mut Sheet<'_>) -> (u32, T),
    ) -> Drafts<'a, T> {
        let mut drafts = Drafts { list: Vec::new(), unreadable: Vec::new() };
        let mut ids: Vec<u32> = Vec::new();
        for file in self.files_of(folder) {
            let Some((raw, mut sheet)) = self.parse::<Raw>(file) else {
                drafts.unreadable.extend(number_of(file.path));
                continue;
            };
            let (id, draft) = draft(raw, &mut sheet);
            sheet.id_in_name(id);
            if ids.contains(&id) {
                sheet.error("id", format_args!("{folder} has {id} twice"), "each id once");
            }
            ids.push(id);
            drafts.list.push((draft, sheet));
        }
        drafts
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

/// Folders of RON files, one definition (or gear row) a file.
const FOLDERS: [&str; 7] =
    ["classes", "creatures", "effects", "items", "quests", "skills", "zones"];
/// RON files that exist once.
const SINGLES: [&str; 3] = ["loot.ron", "rules.ron", "services.ron"];

fn kind_of(path: &str) -> Option<&'static str> {
    let (folder, name) = path.split_once('/').unwrap_or(("", path));
    let is_plain = |extension: &str| {
        name.strip_suffix(extension).is_some_and(|stem| {
            let legal = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
            !stem.is_empty() && stem.chars().all(legal)
        })
    };
    match folder {
        "" => SINGLES.into_iter().find(|&single| single == path),
        "maps" => is_plain(".map").then_some("maps"),
        _ => FOLDERS.into_iter().find(|&known| known == folder && is_plain(".ron")),
    }
}

/// Definitions of one folder with the sheets they came from, until all references are checked.
pub(super) struct Drafts<'a, T> {
    /// Each file's definition (of gear: all its tiers).
    pub(super) list: Vec<(T, Sheet<'a>)>,
    /// Numbers of the files that cannot be read: who names one of them is not wrong, too.
    pub(super) unreadable: Vec<u32>,
}

impl<T> Drafts<'_, T> {
    /// All ids, with those that a definition stands for.
    pub(super) fn ids(&self, of: impl Fn(&T) -> u32) -> Vec<u32> {
        self.list
            .iter()
            .map(|(draft, _)| of(draft))
            .chain(self.unreadable.iter().copied())
            .collect()
    }

    /// The definitions, rising by that key; what is on their sheets goes to the loader.
    pub(super) fn finish<K: Ord>(self, loader: &mut Loader<'_>, key: impl Fn(&T) -> K) -> Vec<T> {
        let mut list = Vec::with_capacity(self.list.len());
        for (draft, sheet) in self.list {
            loader.collect(sheet);
            list.push(draft);
        }
        list.sort_by_key(key);
        list
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

    /// Notes an error unless the text can be shown: one paragraph.
    pub(super) fn text(&mut self, field: &str, text: &str) {
        let count = text.chars().count();
        let is_shown = !text.chars().any(char::is_control) && text.trim() == text;
        if count == 0 || count > TEXT_CHARS_MAX || !is_shown {
            self.error(
                field,
                format_args!("{count} letters cannot be shown as a text"),
                "1 to 600 letters in one paragraph, no space at either end",
            );
        }
    }

    /// Notes an error unless `id` is one of `known`.
    pub(super) fn known(&mut self, field: &str, noun: &str, id: u32, known: &[u32]) {
        if !known.contains(&id) {
            let problem = format!("{noun} {id} is not defined");
            let mut known = known.to_vec();
            known.sort_unstable();
            let more = known.len().saturating_sub(KNOWN_SHOWN_MAX);
            known.truncate(KNOWN_SHOWN_MAX);
            let mut allowed: Vec<String> = known.iter().map(ToString::to_string).collect();
            if more > 0 {
                allowed.push(format!("{more} more"));
            }
            if allowed.is_empty() {
                allowed.push(format!("any {noun} once the set defines one"));
            }
            self.error(field, problem, allowed.join(", "));
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

/// The number a file's name begins with.
fn number_of(path: &str) -> Option<u32> {
    path.rsplit('/').next()?.split('-').next()?.parse().ok()
}

/// Line of a field by its path, such as `outcomes[1].effect`.
fn line_of(text: &str, field: &str) -> Option<u32> {
    let mut within = 0..text.len();
    for part in field.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()),
            None => (part, None),
        };
        within.start = next_field(text, &within, name)?;
        if let Some(index) = index {
            within = entry_of(text, within.start + name.len(), index)?;
        }
    }
    let line = text[..within.start].matches('\n').count() + 1;
    u32::try_from(line).ok()
}

/// Start of the next `name:` of a part of the text, outside line comments.
fn next_field(text: &str, within: &Range<usize>, name: &str) -> Option<usize> {
    let part = &text[within.clone()];
    part.match_indices(name).map(|(at, _)| within.start + at).find(|&at| {
        let before = text[..at].chars().next_back();
        let is_start = before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_');
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let is_field = text[at + name.len()..].trim_start().starts_with(':');
        is_start && is_field && !text[line..at].contains("//")
    })
}

/// Where the entry of that index stands in the next list (or tuple) from a byte on.
fn entry_of(text: &str, from: usize, index: usize) -> Option<Range<usize>> {
    let (mut depth, mut entry) = (0_u32, 0_usize);
    let (mut is_text, mut is_comment, mut start) = (false, false, None);
    let mut before = ' ';
    for (at, letter) in text[from..].char_indices().map(|(at, letter)| (from + at, letter)) {
        let is_plain = !is_text && !is_comment;
        let closes = is_plain && matches!(letter, ']' | ')' | '}');
        let parts = is_plain && depth == 1 && letter == ',';
        if let Some(start) = start.filter(|_| parts || (closes && depth == 1)) {
            return Some(start..at);
        }
        match letter {
            '"' if !is_comment && before != '\\' => is_text = !is_text,
            '\n' => is_comment = false,
            '/' if is_plain && before == '/' => is_comment = true,
            '[' | '(' | '{' if is_plain => {
                depth += 1;
                if depth == 1 {
                    before = letter;
                    continue;
                }
            }
            _ if closes && depth <= 1 => return None,
            _ if closes => depth -= 1,
            _ if parts => entry += 1,
            _ => {}
        }
        let begins =
            depth >= 1 && !parts && !is_comment && !letter.is_whitespace() && letter != '/';
        if start.is_none() && entry == index && begins {
            start = Some(at);
        }
        before = letter;
    }
    None
}

/// Reads ids and durations where a definition names them.
pub(super) mod read {
    use serde::{Deserialize, Deserializer};

    use crate::ids::{CreatureId, EffectId, ItemId, NpcId};
    use crate::units::Ticks;

    pub(in crate::content) fn ticks<'de, D: Deserializer<'de>>(raw: D) -> Result<Ticks, D::Error> {
        u32::deserialize(raw).map(Ticks::new)
    }

    pub(in crate::content) fn effect<'de, D: Deserializer<'de>>(
        raw: D,
    ) -> Result<EffectId, D::Error> {
        u16::deserialize(raw).map(EffectId::new)
    }

    pub(in crate::content) fn effects<'de, D: Deserializer<'de>>(
        raw: D,
    ) -> Result<Vec<EffectId>, D::Error> {
        Ok(Vec::<u16>::deserialize(raw)?.into_iter().map(EffectId::new).collect())
    }

    pub(in crate::content) fn creature<'de, D: Deserializer<'de>>(
        raw: D,
    ) -> Result<CreatureId, D::Error> {
        u16::deserialize(raw).map(CreatureId::new)
    }

    pub(in crate::content) fn item<'de, D: Deserializer<'de>>(raw: D) -> Result<ItemId, D::Error> {
        u16::deserialize(raw).map(ItemId::new)
    }

    pub(in crate::content) fn npc<'de, D: Deserializer<'de>>(raw: D) -> Result<NpcId, D::Error> {
        u16::deserialize(raw).map(NpcId::new)
    }
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
        assert_eq!(line_of(text, "groups[2].count"), None);
        assert_eq!(line_of(text, "absent"), None);
        let text = "(\n  outcomes: [ // [, (\n    Damage(bp: 1),\n    Apply(\n      note: \",)]\",\n \
            effect: 2),\n ],\n  kind: Gear(tiers: [\n(price: 1),\n(price: 2)]),\n)";
        assert_eq!(line_of(text, "outcomes[1].effect"), Some(6));
        assert_eq!(line_of(text, "outcomes[1]"), Some(4));
        assert_eq!(line_of(text, "outcomes[0].effect"), None);
        assert_eq!(line_of(text, "kind.tiers[1].price"), Some(10));
    }

    #[test]
    fn only_files_of_a_content_set_are_known() {
        assert_eq!(kind_of("creatures/101-hound.ron"), Some("creatures"));
        assert_eq!(kind_of("rules.ron"), Some("rules.ron"));
        assert_eq!(kind_of("loot.ron"), Some("loot.ron"));
        assert_eq!(kind_of("items/1010-longsword.ron"), Some("items"));
        for path in
            ["creatures/../x.ron", "zones/", "zones/.ron", "maps/a.ron", "x.ron", "/rules.ron", ""]
        {
            assert_eq!(kind_of(path), None, "{path}");
        }
    }
}
