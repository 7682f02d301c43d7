//! Holds a bot's journal against what the ledger says of its character.
//!
//! Both are sequences: lines of the journal, steps of the ledger. Every acknowledged line is exactly one step
//! with exactly that result, in that order; a refused line is none; a line whose outcome is unknown is one
//! step or none, as the next look at the sheet says. So an acknowledged operation that is missing is
//! found (lost), and one that was done twice, or that nobody asked for (doubled).
//!
//! An operation that leaves coin and items as they are (something put elsewhere) can look like one that
//! was not done, so the proof carries along every place in the ledger where the journal may stand.

use std::collections::BTreeSet;

use massless_core::intent::Reason;
use massless_store::verify::history::Step;

use super::journal::{Ending, Holdings, Line};

/// How far ahead of where it should be a step is looked for.
const LOOK_AHEAD: usize = 64;
/// Findings of one character that are told; more would say the same.
const FINDINGS_MAX: usize = 20;

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Operations that were acknowledged.
    pub(crate) acknowledged: u64,
    /// Operations that were refused.
    pub(crate) refused: u64,
    /// Operations whose outcome their bot was never told.
    pub(crate) unknown: u64,
    /// Of these: those that were committed.
    pub(crate) unknown_done: u64,
    /// Acknowledged operations that the ledger has not, or otherwise.
    pub(crate) lost: u64,
    /// Steps of the ledger that nobody asked for, or not that often.
    pub(crate) doubled: u64,
    /// The same in words.
    pub(crate) findings: Vec<String>,
}

impl Proof {
    /// Adds another character's.
    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.unknown_done += other.unknown_done;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.findings.extend(other.findings);
    }

    fn wrongs(&self) -> u64 {
        self.lost + self.doubled
    }
}

/// The ledger's view of one character: what it has after each step.
struct Ledger {
    /// Reason's label and what there is afterwards.
    steps: Vec<(&'static str, Holdings)>,
}

impl Ledger {
    fn new(steps: &[Step]) -> Self {
        let mut now = Holdings::default();
        let mut all = Vec::with_capacity(steps.len());
        for step in steps {
            now.coin = step.balance.unwrap_or(now.coin);
            for item in &step.items {
                let quantity = u16::try_from(item.quantity).unwrap_or(u16::MAX);
                let upgrade = u8::try_from(item.upgrade).unwrap_or(u8::MAX);
                if item.is_own && quantity > 0 {
                    now.items.insert(item.uid, (quantity, upgrade));
                } else {
                    now.items.remove(&item.uid);
                }
            }
            all.push((label(step.kind), now.clone()));
        }
        Self { steps: all }
    }

    /// Whether so many steps come to that.
    fn is_at(&self, count: usize, holdings: &Holdings) -> bool {
        match count.checked_sub(1) {
            None => *holdings == Holdings::default(),
            Some(last) => self.steps.get(last).is_some_and(|(_, after)| after == holdings),
        }
    }

    /// Whether the step after so many others is for that reason.
    fn is_next(&self, count: usize, kind: &str) -> bool {
        self.steps.get(count).is_some_and(|(step, _)| *step == kind)
    }
}

/// The name of a kind of operation, as journals have it.
fn label(kind: i16) -> &'static str {
    let reason = u8::try_from(kind).ok().and_then(Reason::new);
    reason.map_or("realm", Reason::label)
}

/// Proves one character's journal.
pub(crate) fn prove(lines: &[Line], steps: &[Step]) -> Proof {
    let ledger = Ledger::new(steps);
    let Some(first) = lines.iter().find_map(|line| line.after.as_ref()) else {
        return Proof::default();
    };
    let starts: Vec<usize> =
        (0..=ledger.steps.len()).filter(|&count| ledger.is_at(count, first)).collect();
    // What was owned at the beginning may come again later; the journal fits at one of these places.
    let proofs = starts.into_iter().take(LOOK_AHEAD).map(|at| Walk::new(&ledger, at).all(lines));
    let best = proofs.min_by_key(Proof::wrongs);
    best.unwrap_or_else(|| Walk::new(&ledger, ledger.steps.len()).all(lines))
}

/// The way through both sequences.
struct Walk<'l> {
    ledger: &'l Ledger,
    /// Numbers of steps that the lines so far may have come to.
    places: BTreeSet<usize>,
    /// The reason of an operation whose outcome is not known yet.
    open: Option<String>,
    proof: Proof,
}

impl<'l> Walk<'l> {
    fn new(ledger: &'l Ledger, at: usize) -> Self {
        let places = BTreeSet::from([at]);
        Self { ledger, places, open: None, proof: Proof::default() }
    }

    fn all(mut self, lines: &[Line]) -> Proof {
        for line in lines {
            match line.outcome {
                Ending::Done => self.done(line),
                Ending::Refused => self.proof.refused += 1,
                Ending::Unknown => {
                    self.proof.unknown += 1;
                    self.open = Some(line.kind.clone());
                }
                Ending::Seen => self.seen(line),
            }
        }
        self.end(lines.last());
        self.proof
    }

    fn done(&mut self, line: &Line) {
        self.proof.acknowledged += 1;
        let Some(after) = &line.after else { return };
        let fits =
            |at: usize| self.ledger.is_next(at, &line.kind) && self.ledger.is_at(at + 1, after);
        let next: BTreeSet<usize> =
            self.places.iter().filter(|&&at| fits(at)).map(|at| at + 1).collect();
        if !next.is_empty() {
            self.places = next;
            return;
        }
        let at = self.furthest();
        match (at..at + LOOK_AHEAD).find(|&at| fits(at)) {
            Some(later) => {
                self.doubled(line, later - at);
                self.places = BTreeSet::from([later + 1]);
            }
            None => self.lost(line, "is not in the ledger with that result"),
        }
    }

    fn seen(&mut self, line: &Line) {
        let Some(after) = &line.after else { return };
        let open = self.open.take();
        let ledger = self.ledger;
        let stays = self.places.iter().copied().filter(|&at| ledger.is_at(at, after));
        let stays: BTreeSet<usize> = stays.collect();
        let was_done = |at: usize| {
            open.as_deref().is_some_and(|kind| ledger.is_next(at, kind))
                && ledger.is_at(at + 1, after)
        };
        let moves: BTreeSet<usize> =
            self.places.iter().filter(|&&at| was_done(at)).map(|at| at + 1).collect();
        self.proof.unknown_done += u64::from(stays.is_empty() && !moves.is_empty());
        let next: BTreeSet<usize> = stays.union(&moves).copied().collect();
        if !next.is_empty() {
            self.places = next;
            return;
        }
        let at = self.furthest();
        match (at..at + LOOK_AHEAD).find(|&at| self.ledger.is_at(at, after)) {
            Some(later) => {
                self.doubled(line, later - at);
                self.places = BTreeSet::from([later]);
            }
            None => self.lost(line, "shows what the ledger has not"),
        }
    }

    /// All that the ledger has is accounted for.
    fn end(&mut self, last: Option<&Line>) {
        let all = self.ledger.steps.len();
        let open = self.open.take();
        let mut at = self.furthest();
        let is_next = |at: usize| open.as_deref().is_some_and(|it| self.ledger.is_next(at, it));
        if at < all && is_next(at) {
            at += 1;
            self.proof.unknown_done += 1;
        }
        if let Some(line) = last
            && at < all
        {
            self.doubled(line, all - at);
        }
    }

    fn furthest(&self) -> usize {
        self.places.last().copied().unwrap_or(0)
    }

    fn doubled(&mut self, line: &Line, count: usize) {
        self.proof.doubled += count as u64;
        let at = self.furthest();
        let kinds = self.ledger.steps.iter().skip(at).take(count).map(|(kind, _)| *kind);
        let kinds: Vec<&str> = kinds.collect();
        self.find(line, &format!("comes after {} that nobody asked for", kinds.join(", ")));
    }

    fn lost(&mut self, line: &Line, what: &str) {
        self.proof.lost += 1;
        self.find(line, what);
    }

    fn find(&mut self, line: &Line, what: &str) {
        if self.proof.findings.len() < FINDINGS_MAX {
            let Line { character, sequence, kind, .. } = line;
            let at = self.furthest();
            self.proof
                .findings
                .push(format!("character {character}, line {sequence} ({kind}) {what}; step {at}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_store::verify::history::ItemStep;
    use std::collections::BTreeMap;

    fn holdings(coin: i64, items: &[(u64, u16)]) -> Holdings {
        let items: BTreeMap<_, _> = items.iter().map(|&(uid, count)| (uid, (count, 0))).collect();
        Holdings { coin, items }
    }

    fn line(reason: Option<Reason>, outcome: Ending, after: Option<Holdings>) -> Line {
        Line {
            character: 1,
            sequence: 1,
            kind: reason.map_or_else(String::new, |reason| reason.label().to_owned()),
            begun_at: 0,
            ended_at: 0,
            outcome,
            why: String::new(),
            before: Holdings::default(),
            after,
        }
    }

    fn step(reason: Reason, balance: Option<i64>, items: &[(u64, i32)]) -> Step {
        let items = items.iter().map(|&(uid, quantity)| ItemStep {
            uid,
            is_own: quantity > 0,
            quantity,
            upgrade: 0,
        });
        Step { kind: reason as i16, balance, items: items.collect(), ..Step::default() }
    }

    fn history() -> Vec<Step> {
        vec![
            step(Reason::Kit, Some(50), &[(1, 1)]),
            step(Reason::Shop, Some(40), &[(2, 5)]),
            step(Reason::Arrange, None, &[(1, 1)]),
            step(Reason::Sale, Some(42), &[(2, 3)]),
        ]
    }

    fn journal() -> Vec<Line> {
        vec![
            line(None, Ending::Seen, Some(holdings(50, &[(1, 1)]))),
            line(Some(Reason::Shop), Ending::Done, Some(holdings(40, &[(1, 1), (2, 5)]))),
            line(Some(Reason::Sale), Ending::Refused, None),
            line(Some(Reason::Arrange), Ending::Done, Some(holdings(40, &[(1, 1), (2, 5)]))),
            line(Some(Reason::Sale), Ending::Done, Some(holdings(42, &[(1, 1), (2, 3)]))),
        ]
    }

    #[test]
    fn a_journal_that_the_ledger_agrees_with_proves_it() {
        let proof = prove(&journal(), &history());
        assert_eq!((proof.acknowledged, proof.refused, proof.wrongs()), (3, 1, 0), "{proof:?}");
    }

    #[test]
    fn an_acknowledged_operation_that_is_missing_is_lost() {
        for missing in [1, 2, 3] {
            let mut steps = history();
            steps.remove(missing);
            assert!(prove(&journal(), &steps).lost > 0, "without step {missing}");
        }
        let mut steps = history();
        steps[3].balance = Some(43);
        assert!(prove(&journal(), &steps).lost > 0, "another balance");
        let mut steps = history();
        steps[3].items[0].quantity = 4;
        assert!(prove(&journal(), &steps).lost > 0, "another quantity");
    }

    #[test]
    fn what_was_done_twice_or_unasked_is_found() {
        let mut steps = history();
        steps.insert(2, step(Reason::Shop, Some(30), &[(3, 5)]));
        assert!(prove(&journal(), &steps).wrongs() > 0, "in the middle");
        let mut steps = history();
        steps.insert(2, step(Reason::Arrange, None, &[(1, 1)]));
        assert_eq!(prove(&journal(), &steps).doubled, 1, "nothing but a place changed");
        let mut steps = history();
        steps.push(step(Reason::Sale, Some(44), &[(2, 1)]));
        assert_eq!(prove(&journal(), &steps).doubled, 1, "at the end");
    }

    #[test]
    fn what_is_unknown_was_done_once_or_not_at_all() {
        let done = holdings(42, &[(1, 1), (2, 3)]);
        let not_done = holdings(40, &[(1, 1), (2, 5)]);
        let lost_connection = |seen: &Holdings| {
            let mut lines = journal();
            lines.truncate(4);
            lines.push(line(Some(Reason::Sale), Ending::Unknown, None));
            lines.push(line(None, Ending::Seen, Some(seen.clone())));
            lines
        };
        let proof = prove(&lost_connection(&done), &history());
        assert_eq!((proof.wrongs(), proof.unknown, proof.unknown_done), (0, 1, 1), "{proof:?}");
        let proof = prove(&lost_connection(&not_done), &history()[..3]);
        assert_eq!((proof.wrongs(), proof.unknown, proof.unknown_done), (0, 1, 0), "{proof:?}");
        assert!(prove(&lost_connection(&not_done), &history()).doubled > 0, "done, but not shown");
        let mut twice = history();
        twice.push(step(Reason::Sale, Some(44), &[(2, 1)]));
        assert!(prove(&lost_connection(&done), &twice).doubled > 0);
    }

    #[test]
    fn an_unknown_operation_at_the_end_may_stand_in_the_ledger() {
        let mut lines = journal();
        lines.pop();
        lines.push(line(Some(Reason::Sale), Ending::Unknown, None));
        assert_eq!(prove(&lines, &history()).wrongs(), 0);
        assert_eq!(prove(&lines, &history()[..3]).wrongs(), 0);
    }

    #[test]
    fn a_change_of_places_whose_outcome_is_unknown_may_be_either() {
        let same = holdings(40, &[(1, 1), (2, 5)]);
        let mut lines = journal();
        let unknown = line(Some(Reason::Arrange), Ending::Unknown, None);
        lines.splice(3..4, [unknown, line(None, Ending::Seen, Some(same))]);
        assert_eq!(prove(&lines, &history()).wrongs(), 0, "it was done");
        let mut steps = history();
        steps.remove(2);
        assert_eq!(prove(&lines, &steps).wrongs(), 0, "it was not");
    }
}
