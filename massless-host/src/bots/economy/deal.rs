//! One operation on its way: from the act to what the sheet shows of it.

use std::time::{Duration, Instant};

use massless_core::character::{Item, Sheet};
use massless_core::event::Rejection;
use massless_core::intent::Reason;
use massless_core::view::SheetView;

use super::journal::{Ending, Holdings, Line};
use crate::clock;

/// Time in which an outcome has to come. Longer than a database may be away in a test.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that an operation can change, with its place.
#[derive(Clone, Debug, PartialEq)]
struct Belongings {
    coin: i64,
    places: Vec<Option<Item>>,
}

impl Belongings {
    fn of(sheet: &Sheet) -> Self {
        let places = sheet.bag.iter().chain(&sheet.worn).chain(&sheet.storage);
        Self { coin: sheet.coin, places: places.copied().collect() }
    }
}

/// What became of it so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing is known yet.
    Waits,
    /// It is over.
    Over(Ending),
    /// Nothing was heard for so long that the connection cannot be trusted.
    TooLong,
}

/// An operation that was asked for.
#[derive(Debug)]
pub(super) struct Deal {
    reason: Reason,
    belongings: Belongings,
    before: Holdings,
    begun: Instant,
    begun_at: u64,
    refused: Option<String>,
    is_done_unseen: bool,
}

impl Deal {
    /// It is asked for now.
    pub(super) fn begin(reason: Reason, sheet: &Sheet) -> Self {
        Self {
            reason,
            belongings: Belongings::of(sheet),
            before: Holdings::of(sheet),
            begun: Instant::now(),
            begun_at: clock::unix_micros(),
            refused: None,
            is_done_unseen: false,
        }
    }

    /// The server says no.
    pub(super) fn refuse(&mut self, why: impl Into<String>) {
        self.refused.get_or_insert(why.into());
    }

    /// It is done, and nothing of it is on the sheet: what was taken back comes by a letter.
    pub(super) fn finish_unseen(&mut self) {
        self.is_done_unseen = true;
    }

    /// Whether it was refused because the store is away.
    pub(super) fn is_away(&self) -> bool {
        self.refused.as_deref() == Some(&format!("{:?}", Rejection::StoreAway))
    }

    /// What the sheet shows of it.
    pub(super) fn look(&self, view: &SheetView) -> Progress {
        let has_changed = Belongings::of(&view.sheet) != self.belongings;
        if is_settled(view) && (has_changed || self.is_done_unseen) {
            return Progress::Over(Ending::Done);
        }
        if self.refused.is_some() && is_settled(view) {
            return Progress::Over(Ending::Refused);
        }
        if self.begun.elapsed() > PATIENCE { Progress::TooLong } else { Progress::Waits }
    }

    /// Its line in the journal.
    pub(super) fn line(self, character: u64, outcome: Ending, sheet: Option<&Sheet>) -> Line {
        Line {
            character,
            sequence: 0,
            kind: self.reason.label().to_owned(),
            begun_at: self.begun_at,
            ended_at: clock::unix_micros(),
            outcome,
            why: self.refused.unwrap_or_default(),
            before: self.before,
            after: sheet.map(Holdings::of),
        }
    }
}

/// What is seen after joining, as a line.
pub(super) fn seen(character: u64, sheet: &Sheet) -> Line {
    let (before, now) = (Holdings::of(sheet), clock::unix_micros());
    Line {
        character,
        sequence: 0,
        kind: String::new(),
        begun_at: now,
        ended_at: now,
        outcome: Ending::Seen,
        why: String::new(),
        after: Some(before.clone()),
        before,
    }
}

/// Nothing of the character waits for the store.
pub(super) fn is_settled(view: &SheetView) -> bool {
    view.waits.is_empty() && view.locked.is_empty()
}
