//! What a bot was told, one JSON line an operation, on the disk before the next operation begins.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use massless_core::character::Sheet;
use serde::{Deserialize, Serialize};

/// What a journal's file ends with.
const ENDING: &str = "jsonl";

/// What a character has: coin, and of each item its quantity and upgrade.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holdings {
    /// Coin.
    pub(crate) coin: i64,
    /// Quantity and upgrade by uid.
    pub(crate) items: BTreeMap<u64, (u16, u8)>,
}

impl Holdings {
    /// All that a sheet shows: inventory, worn, storage.
    pub(crate) fn of(sheet: &Sheet) -> Self {
        let items = sheet.items().map(|item| (item.uid.get(), (item.quantity, item.upgrade)));
        Self { coin: sheet.coin, items: items.collect() }
    }
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    /// The sheet shows that it is done.
    Done,
    /// It was refused: nothing changed.
    Refused,
    /// The connection was lost before anything was told.
    Unknown,
    /// No operation: what the sheet shows after joining.
    Seen,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Which character.
    pub(crate) character: u64,
    /// The bot's own number of the line, from 1 on.
    pub(crate) sequence: u64,
    /// What was asked for, by the name of its reason in the ledger; empty for what is only seen.
    pub(crate) kind: String,
    /// When it was asked for, microseconds since 1970.
    pub(crate) begun_at: u64,
    /// When the line was written.
    pub(crate) ended_at: u64,
    /// How it ended.
    pub(crate) outcome: Ending,
    /// Why it was refused or lost.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) why: String,
    /// What it had when it asked.
    pub(crate) before: Holdings,
    /// What it was shown afterwards; not known when the outcome is not.
    pub(crate) after: Option<Holdings>,
}

/// A journal that is written.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    sequence: u64,
}

impl Journal {
    /// Goes on with the journal of that name in `folder`. A last line that is not whole is cut off.
    pub(crate) fn open(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let path = folder.join(name).with_extension(ENDING);
        let (lines, whole) = match std::fs::read_to_string(&path) {
            Ok(text) => parse(&text).with_context(|| path.display().to_string())?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Vec::new(), 0),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        file.set_len(whole)?;
        file.seek(SeekFrom::Start(whole))?;
        let sequence = lines.last().map_or(0, |line| line.sequence);
        Ok(Self { file, sequence })
    }

    /// Writes a line under the next number and waits until it is on the disk.
    pub(crate) fn write(&mut self, mut line: Line) -> anyhow::Result<()> {
        self.sequence += 1;
        line.sequence = self.sequence;
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        Ok(())
    }
}

/// All journals of a folder, by character.
pub(crate) fn read_all(folder: &Path) -> anyhow::Result<BTreeMap<u64, Vec<Line>>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == ENDING));
    paths.sort();
    let mut journals: BTreeMap<u64, Vec<Line>> = BTreeMap::new();
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        let (lines, _) = parse(&text).with_context(|| path.display().to_string())?;
        for line in lines {
            journals.entry(line.character).or_default().push(line);
        }
    }
    Ok(journals)
}

/// Cuts a journal as if its bot had been lost at a moment, microseconds since 1970: of what was on its way then
/// nobody knows the outcome.
pub(crate) fn cut(lines: &mut Vec<Line>, moment: u64) {
    let told = lines.iter().take_while(|line| line.ended_at <= moment).count();
    let is_open = |line: &Line| line.begun_at <= moment && line.outcome != Ending::Seen;
    let keeps_open = lines.get(told).is_some_and(is_open);
    lines.truncate(told + usize::from(keeps_open));
    if keeps_open && let Some(open) = lines.last_mut() {
        (open.outcome, open.after) = (Ending::Unknown, None);
        "cut".clone_into(&mut open.why);
    }
}

/// The whole lines of a journal, and how many bytes they take.
fn parse(text: &str) -> anyhow::Result<(Vec<Line>, u64)> {
    let mut lines = Vec::new();
    let mut whole = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let Some(line) = line.strip_suffix('\n') else { break };
        let parsed = serde_json::from_str(line);
        lines.push(parsed.with_context(|| format!("line {}", number + 1))?);
        whole += line.len() as u64 + 1;
    }
    Ok((lines, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kind: &str) -> Line {
        let before = Holdings { coin: 7, items: BTreeMap::from([(3, (9, 0))]) };
        Line {
            character: 4,
            sequence: 0,
            kind: kind.to_owned(),
            begun_at: 10,
            ended_at: 20,
            outcome: Ending::Done,
            why: String::new(),
            after: Some(before.clone()),
            before,
        }
    }

    #[test]
    fn a_journal_goes_on_after_its_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), "seed-0001").unwrap();
        journal.write(line("shop")).unwrap();
        journal.write(line("sale")).unwrap();
        let path = folder.path().join("seed-0001.jsonl");
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"{\"character\":4,\"seq");
        std::fs::write(&path, torn).unwrap();
        let mut journal = Journal::open(folder.path(), "seed-0001").unwrap();
        journal.write(line("trade")).unwrap();
        let all = read_all(folder.path()).unwrap();
        let kinds: Vec<&str> = all[&4].iter().map(|line| line.kind.as_str()).collect();
        assert_eq!(kinds, ["shop", "sale", "trade"]);
        let numbers: Vec<u64> = all[&4].iter().map(|line| line.sequence).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }

    #[test]
    fn a_cut_keeps_what_was_told_and_leaves_open_what_was_on_its_way() {
        let at = |begun_at: u64, ended_at: u64| Line { begun_at, ended_at, ..line("shop") };
        let all = vec![at(10, 20), at(30, 40), at(50, 60)];
        let endings = |moment: u64| {
            let mut lines = all.clone();
            cut(&mut lines, moment);
            lines.iter().map(|line| line.outcome).collect::<Vec<_>>()
        };
        assert_eq!(endings(60), [Ending::Done; 3]);
        assert_eq!(endings(45), [Ending::Done; 2], "nothing was on its way");
        assert_eq!(endings(35), [Ending::Done, Ending::Unknown]);
        assert!(endings(5).is_empty());
    }

    #[test]
    fn a_line_that_makes_no_sense_is_named() {
        assert!(format!("{:#}", parse("{}\n").unwrap_err()).contains("line 1"));
    }
}
