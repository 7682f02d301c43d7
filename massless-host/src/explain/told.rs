//! Findings as sentences.

use super::{Crowd, Facts, Findings, Played, Replayed};
use crate::office::moment;

/// A system is named when it took so many times as long as usual.
const STANDS_OUT: u64 = 3;
/// Percent of a tick from which on a system counts as where the time went.
const LARGE_PERCENT: u64 = 25;
/// Systems that are named.
const NAMED_MAX: usize = 3;
/// The replay counts as quick when it takes less than this part of what the host took.
const QUICK_PART: u64 = 4;

/// A system's part of the bad tick.
pub(super) struct Share {
    pub(super) system: String,
    pub(super) micros: u64,
    pub(super) percent: u64,
    pub(super) usual_micros: Option<u64>,
    pub(super) usual_percent: Option<u64>,
    pub(super) replayed_micros: Option<u64>,
}

/// The systems of the bad tick, the longest first.
pub(super) fn shares(findings: &Findings) -> Vec<Share> {
    let facts = &findings.facts;
    let replayed = findings.replayed();
    let percent = |part: u64, whole: u64| (part * 100).checked_div(whole).unwrap_or(0);
    let mut shares: Vec<Share> = facts
        .systems
        .iter()
        .map(|took| {
            let usual = replayed.and_then(|it| it.usual.get(took.system.as_str()).copied());
            let usual = usual.filter(|_| replayed.is_some_and(|it| it.usual_ticks > 0));
            let here = replayed.and_then(|it| it.systems.iter().find(|one| one.0 == took.system));
            Share {
                system: took.system.clone(),
                micros: took.micros,
                percent: percent(took.micros, facts.tick_micros),
                usual_micros: usual,
                usual_percent: usual
                    .zip(replayed)
                    .map(|(part, it)| percent(part, it.usual_micros())),
                replayed_micros: here.map(|one| one.1),
            }
        })
        .collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.micros));
    shares
}

/// Microseconds of the tick beside the zone's systems: receiving, recording, replication.
pub(super) fn outside_micros(facts: &Facts) -> u64 {
    let inside: u64 = facts.systems.iter().map(|took| took.micros).sum();
    facts.tick_micros.saturating_sub(inside)
}

impl Findings {
    fn replayed(&self) -> Option<&Replayed> {
        match &self.played {
            Played::To(replayed) => Some(replayed),
            Played::Not(_) => None,
        }
    }
}

pub(super) fn sentences(findings: &Findings) -> Vec<String> {
    let facts = &findings.facts;
    let mut told = vec![what(facts)];
    match facts.kind.as_str() {
        "slow_tick" => told.extend(where_the_time_went(findings)),
        "panic" => told.extend(the_panic(findings)),
        _ => told.push(
            "The zone's own step was sound: what failed came after it (updates to players, \
             welcomes, talk). The zone went on; its players were sent away to connect anew."
                .to_owned(),
        ),
    }
    match &findings.played {
        Played::To(replayed) => {
            told.extend(the_crowd(&replayed.crowd));
            told.extend(the_commands(replayed));
        }
        Played::Not(why) => {
            told.push(format!("More cannot be said: the log could not be played, since {why}."));
        }
    }
    told
}

fn what(facts: &Facts) -> String {
    let channel =
        if facts.channel > 1 { format!(", channel {}", facts.channel) } else { String::new() };
    let place = format!("zone {}{channel}, tick {}", facts.zone, facts.tick);
    let when = moment(facts.unix_millis);
    let people = format!("{} players and {} actors in all", facts.players, facts.actors);
    match facts.kind.as_str() {
        "slow_tick" => format!(
            "Slow tick in {place}, at {when} UTC: it took {} (a tick has 50 ms), with {people}.",
            millis(facts.tick_micros)
        ),
        "panic" => format!("Panic in {place}, at {when} UTC, with {people}: {}.", facts.reason),
        _ => format!("Panic after {place}, at {when} UTC, with {people}: {}.", facts.reason),
    }
}

fn where_the_time_went(findings: &Findings) -> Vec<String> {
    let facts = &findings.facts;
    let mut told = Vec::new();
    let shares = shares(findings);
    let large = shares.iter().filter(|share| share.percent >= LARGE_PERCENT);
    let named: Vec<&Share> = large.take(NAMED_MAX).collect();
    for share in &named {
        let usual = match (share.usual_micros, share.usual_percent) {
            (Some(micros), Some(percent)) => {
                let usual =
                    format!("in the ticks before it has {percent} % ({} here)", millis(micros));
                let factor = share.replayed_micros.unwrap_or(0) / micros.max(1);
                if factor >= STANDS_OUT {
                    format!("{usual}, and this tick's work takes {factor} times as long")
                } else {
                    usual
                }
            }
            _ => "what is usual is not known".to_owned(),
        };
        told.push(format!(
            "The system {} took {}, {} % of the tick; {usual}.",
            share.system,
            millis(share.micros),
            share.percent
        ));
    }
    let outside = outside_micros(facts);
    if outside * 100 >= facts.tick_micros * LARGE_PERCENT {
        told.push(format!(
            "{} of it passed outside of the zone's systems: taking in what clients sent, writing \
             the log, making and handing out their updates.",
            millis(outside)
        ));
    } else if named.is_empty() {
        told.push("No system stands out: the time is spread over all of them.".to_owned());
    }
    if let Some(replayed) = findings.replayed() {
        told.push(the_verdict(facts, replayed));
    }
    told
}

/// Whether the work was large or the machine slow.
fn the_verdict(facts: &Facts, replayed: &Replayed) -> String {
    let (here, inside) = (replayed.micros(), facts.tick_micros - outside_micros(facts));
    let usual = replayed.usual_micros().max(1);
    if inside > 0 && here * QUICK_PART < inside {
        return format!(
            "Played again, the same tick takes {} here where its systems took {} then: the work \
             itself does not explain it. Look at the machine: other processes, a paused or \
             overbooked virtual machine, swapping.",
            millis(here),
            millis(inside)
        );
    }
    if here >= usual * STANDS_OUT {
        return format!(
            "Played again, the tick takes {} here, {} times its usual {}: the work of this tick \
             was large. Who did it stands below.",
            millis(here),
            here / usual,
            millis(usual)
        );
    }
    format!(
        "Played again, the tick takes {} here, about its usual {}: the zone is as busy in other \
         ticks, too.",
        millis(here),
        millis(usual)
    )
}

fn the_panic(findings: &Findings) -> Vec<String> {
    let last = findings.facts.systems.last().map(|took| took.system.as_str());
    let mut told = Vec::new();
    if let Some(system) = last {
        told.push(format!("It happened in the system {system}."));
    }
    match findings.replayed() {
        Some(Replayed { panic: Some((text, system)), .. }) => told.push(format!(
            "Played again, the tick panics in {system} with the same state and commands: {text}. So \
             it can be looked at with `massless replay inspect`."
        )),
        Some(_) => told.push(
            "Played again with this build, the tick does not panic: the fault is mended here, or it \
             was not in the zone's state."
                .to_owned(),
        ),
        None => {}
    }
    told.push(
        "The host dropped that tick's commands, restored the state before it and went on under a \
         new epoch."
            .to_owned(),
    );
    told
}

fn the_crowd(crowd: &Crowd) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(list) = counts(crowd.kinds.iter().map(|(name, n)| (name.as_str(), *n))) {
        told.push(format!("In the zone: {list}."));
    }
    if let Some(list) = counts(crowd.poses.iter().map(|(name, n)| (name.as_str(), *n))) {
        told.push(format!("Players and creatures were {list}."));
    }
    if let Some(((x, z), count)) = crowd.fullest {
        told.push(format!("The fullest 25 m cell, round ({x:.0}, {z:.0}), held {count} actors."));
    }
    if let Some(list) = counts(crowd.events.iter().map(|(name, n)| (*name, *n))) {
        told.push(format!("The tick brought {list}."));
    }
    if let Some(list) = named(&crowd.busiest) {
        told.push(format!("Most of that had to do with {list}."));
    }
    if let Some(list) = named(&crowd.hunted) {
        told.push(format!("Most attacked: {list}."));
    }
    told
}

fn the_commands(replayed: &Replayed) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(list) = counts(replayed.commands.iter().map(|(name, n)| (*name, *n))) {
        told.push(format!("Commands of the tick: {list}."));
    }
    let players = replayed.busiest_players.iter().filter(|(_, count)| *count > 1);
    let players: Vec<String> = players
        .map(|(player, count)| {
            let name = replayed.crowd.name_of(*player);
            let name = name.map_or_else(|| format!("player {player}"), str::to_owned);
            format!("{name} ({count})")
        })
        .collect();
    if !players.is_empty() {
        told.push(format!("Most of them came from {}.", players.join(", ")));
    }
    if replayed.is_same == Some(false) {
        told.push(
            "Beware: this build does not come to the logged state. It is another build, or the \
             log is damaged; the figures above are near at best."
                .to_owned(),
        );
    }
    told
}

/// `3 wolves, 2 players`: the most first, `None` for nothing.
fn counts<'a>(all: impl Iterator<Item = (&'a str, u32)>) -> Option<String> {
    let mut all: Vec<(&str, u32)> = all.collect();
    all.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    let words: Vec<String> = all.iter().map(|(name, count)| format!("{count} {name}")).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn named(list: &[(u64, String, u32)]) -> Option<String> {
    let words: Vec<String> =
        list.iter().map(|(id, name, count)| format!("{name} (actor {id}, {count})")).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn millis(micros: u64) -> String {
    if micros >= 100_000 {
        format!("{} ms", micros / 1_000)
    } else if micros < 1_000 {
        format!("{micros} µs")
    } else {
        format!("{}.{} ms", micros / 1_000, micros / 100 % 10)
    }
}
