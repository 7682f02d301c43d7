//! What happened in an incident, from its bundle alone: the log is played again with a probe, and the
//! figures become sentences that an operator understands.
//!
//! ```text
//! incident.json --facts--.
//! segment.mlr --replay---+--> Findings --told--> sentences, JSON
//! ```
//! The core gives the same bits again, so what the tick had to do is what the replay has to do. How long
//! that takes here tells whether the work was large or the machine slow. Runs on a worker or in a command.

mod crowd;
mod replayed;
mod told;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use massless_core::content::{Content, ContentHash};
use massless_core::replay::LogReader;
use serde::Deserialize;
use serde_json::{Value, json};

use self::crowd::Crowd;
use self::replayed::Replayed;

/// What `incident.json` says, as far as it is needed; written by `record::incident`.
#[derive(Clone, Debug, Deserialize)]
struct Facts {
    kind: String,
    reason: String,
    zone: u32,
    #[serde(default = "first")]
    channel: u32,
    tick: u64,
    epoch: u32,
    unix_millis: i64,
    players: u32,
    actors: u32,
    commands: usize,
    tick_micros: u64,
    systems: Vec<Took>,
    #[serde(default)]
    build: String,
}

/// How long a system took.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Took {
    system: String,
    micros: u64,
}

const fn first() -> u32 {
    1
}

/// What became of the replay.
enum Played {
    /// It reached the tick.
    To(Box<Replayed>),
    /// It could not be played; why.
    Not(String),
}

/// An incident with what was found.
pub(crate) struct Findings {
    facts: Facts,
    played: Played,
}

/// Reads a bundle and plays its log. `contents` are those at hand: the log names the one it needs.
pub(crate) fn bundle(folder: &Path, contents: &[Arc<Content>]) -> anyhow::Result<Findings> {
    let file = folder.join("incident.json");
    let text =
        std::fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let facts: Facts = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not what a host writes", file.display()))?;
    let played = match std::fs::read(folder.join("segment.mlr")) {
        Ok(log) => play(&facts, &log, contents),
        Err(error) => Played::Not(format!("its log cannot be read ({error})")),
    };
    Ok(Findings { facts, played })
}

fn play(facts: &Facts, log: &[u8], contents: &[Arc<Content>]) -> Played {
    let wanted = match LogReader::open(log) {
        Ok(reader) => reader.header().content,
        Err(error) => return Played::Not(format!("its log cannot be read ({error})")),
    };
    let Some(content) = contents.iter().find(|content| content.hash() == wanted) else {
        return Played::Not(other_content(wanted));
    };
    match replayed::play(content, log, facts.tick) {
        Ok(replayed) => Played::To(Box::new(replayed)),
        Err(why) => Played::Not(why),
    }
}

fn other_content(wanted: ContentHash) -> String {
    format!("its log was made with content {wanted}, which is not at hand (--content DIR)")
}

impl Findings {
    /// Sentences, the most telling first.
    pub(crate) fn sentences(&self) -> Vec<String> {
        told::sentences(self)
    }

    /// All of it for machines and for the console.
    pub(crate) fn json(&self) -> Value {
        let facts = &self.facts;
        let replay = match &self.played {
            Played::To(replayed) => replayed.json(),
            Played::Not(why) => json!({ "played": false, "why": why }),
        };
        let systems: Vec<Value> = told::shares(self)
            .iter()
            .map(|share| {
                json!({
                    "system": share.system, "micros": share.micros, "share": share.percent,
                    "usual_micros": share.usual_micros, "usual_share": share.usual_percent,
                    "replayed_micros": share.replayed_micros,
                })
            })
            .collect();
        json!({
            "kind": facts.kind, "reason": facts.reason, "zone": facts.zone,
            "channel": facts.channel, "tick": facts.tick, "epoch": facts.epoch,
            "at": facts.unix_millis, "players": facts.players, "actors": facts.actors,
            "commands": facts.commands, "tick_micros": facts.tick_micros, "build": facts.build,
            "outside_micros": told::outside_micros(facts),
            "systems": systems, "replay": replay, "sentences": self.sentences(),
        })
    }
}

#[cfg(test)]
mod tests;
