//! What the bots' journals say of a blow: who came back when, and when business went on.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Why an operation is refused while the database is away.
const STORE_AWAY: &str = "StoreAway";

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// done, refused, unknown, or seen: what it had when it came in.
    outcome: String,
    /// Why it was refused.
    why: String,
    /// When it was asked for, microseconds since 1970.
    begun_at: u64,
    /// When the answer was written down.
    ended_at: u64,
}

/// All lines, one list for each bot.
pub(crate) fn read(folder: &Path) -> Result<Vec<Vec<Line>>> {
    let mut bots = Vec::new();
    for entry in std::fs::read_dir(folder).context("there are no journals")? {
        let text = std::fs::read_to_string(entry?.path())?;
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        bots.push(lines.filter_map(|line| parse(&line)).collect());
    }
    Ok(bots)
}

fn parse(line: &Value) -> Option<Line> {
    Some(Line {
        outcome: line["outcome"].as_str()?.to_owned(),
        why: line["why"].as_str().unwrap_or_default().to_owned(),
        begun_at: line["begun_at"].as_u64()?,
        ended_at: line["ended_at"].as_u64()?,
    })
}

/// From each blow to each bot's coming back, milliseconds, and how many never did before the next blow. Who
/// had not come in before a blow is not counted.
pub(crate) fn gaps(bots: &[Vec<Line>], blows: &[u64]) -> (Vec<f64>, u64) {
    let (mut gaps, mut lost) = (Vec::new(), 0);
    for (at, blow) in blows.iter().enumerate() {
        let next = blows.get(at + 1).copied().unwrap_or(u64::MAX);
        for lines in bots {
            let comes: Vec<u64> = seen(lines).collect();
            if !comes.iter().any(|time| time < blow) {
                continue;
            }
            match comes.iter().find(|time| (*blow..next).contains(time)) {
                Some(time) => gaps.push((time - blow) as f64 / 1_000.0),
                None => lost += 1,
            }
        }
    }
    (gaps, lost)
}

fn seen(lines: &[Line]) -> impl Iterator<Item = u64> + '_ {
    lines.iter().filter(|line| line.outcome == "seen").map(|line| line.ended_at)
}

/// How often somebody came in again: each time a session was lost.
pub(crate) fn comings_back(bots: &[Vec<Line>]) -> u64 {
    bots.iter().map(|lines| (seen(lines).count() as u64).saturating_sub(1)).sum()
}

/// Operations asked for within a span: done, refused because the store is away, and the longest time until one
/// was, milliseconds. Who waits for a partner in vain is refused for another reason.
pub(crate) fn within(bots: &[Vec<Line>], (since, until): (u64, u64)) -> (u64, u64, f64) {
    let asked = bots.iter().flatten().filter(|line| (since..until).contains(&line.begun_at));
    let (mut done, mut refused, mut longest) = (0, 0, 0.0_f64);
    for line in asked {
        match line.outcome.as_str() {
            "done" => done += 1,
            "refused" if line.why == STORE_AWAY => {
                refused += 1;
                longest = longest.max((line.ended_at - line.begun_at) as f64 / 1_000.0);
            }
            _ => {}
        }
    }
    (done, refused, longest)
}

/// From a moment to the end of the first operation that was asked for after it and done, milliseconds.
pub(crate) fn until_done(bots: &[Vec<Line>], since: u64) -> Option<f64> {
    let done = bots.iter().flatten().filter(|line| line.outcome == "done");
    let ends = done.filter(|line| line.begun_at >= since).map(|line| line.ended_at);
    ends.min().map(|end| (end - since) as f64 / 1_000.0)
}

/// When the last operation was done, microseconds since 1970.
pub(crate) fn last_done(bots: &[Vec<Line>], before: u64) -> Option<u64> {
    let done = bots.iter().flatten().filter(|line| line.outcome == "done");
    done.map(|line| line.ended_at).filter(|ended| *ended < before).max()
}

/// The value at a share of a list; 0 of an empty one.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * share).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(at).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(outcome: &str, begun_at: u64, ended_at: u64) -> Line {
        Line { outcome: outcome.to_owned(), why: STORE_AWAY.to_owned(), begun_at, ended_at }
    }

    #[test]
    fn a_gap_is_the_time_until_one_is_back() {
        let there = vec![line("seen", 0, 1_000), line("seen", 0, 9_000), line("seen", 0, 25_000)];
        let gone = vec![line("seen", 0, 2_000), line("done", 3_000, 4_000)];
        let late = vec![line("seen", 0, 12_000)];
        let (gaps, lost) = gaps(&[there.clone(), gone, late], &[5_000, 20_000]);
        assert_eq!((gaps, lost), (vec![4.0, 5.0], 3), "late was not there at the first blow");
        assert_eq!(comings_back(&[there]), 2);
    }

    #[test]
    fn what_is_asked_for_meanwhile_is_counted() {
        let cancelled = Line { why: "Cancelled".to_owned(), ..line("refused", 5_000, 5_999) };
        let bots = vec![vec![
            line("done", 1_000, 2_000),
            cancelled,
            line("refused", 5_000, 5_800),
            line("done", 6_000, 9_000),
        ]];
        assert_eq!(within(&bots, (4_000, 6_000)), (0, 1, 0.8));
        assert_eq!(until_done(&bots, 5_500), Some(3.5));
        assert_eq!(until_done(&bots, 7_000), None);
        assert_eq!((last_done(&bots, 9_500), last_done(&bots, 9_000)), (Some(9_000), Some(2_000)));
    }

    #[test]
    fn percentiles_of_a_list() {
        let mut values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut values, 0.5), 50.0);
        assert_eq!(percentile(&mut values, 0.99), 99.0);
        assert_eq!(percentile(&mut values, 1.0), 100.0);
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
