//! A recorded log of more than 50 players who fight, loot, level, die and come back plays back to its
//! hashes, on any number of threads; the same file is played by the WebAssembly build.
//!
//! It is recorded anew by the line below. That belongs in a commit of its own which says what was meant
//! to change.
//!
//! ```text
//! massless bots record --clients 60 --ticks 4000 --seed 60 --out massless-core/tests/golden/vale-fight.mlr
//! ```

use std::path::PathBuf;

use massless_core::content::Content;
use massless_core::event::Event;
use massless_core::par::with_threads;
use massless_core::replay::play;
use massless_core::zone::StepOutput;

/// Ticks recorded: more than three minutes.
const TICKS: u64 = 4_000;
/// Players in the zone at the same time.
const PLAYERS: usize = 50;

fn log() -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/vale-fight.mlr");
    std::fs::read(path).expect("the golden log is committed")
}

/// What happened in the log.
#[derive(Debug, Default)]
struct Story {
    players: usize,
    skills: u32,
    slain: u32,
    fallen: u32,
    revived: u32,
    levels: u32,
    gained: u32,
}

impl Story {
    fn hear(&mut self, output: &StepOutput<'_>) {
        let view = output.view;
        self.players = self.players.max(view.players.len());
        for event in output.events {
            match event {
                Event::SkillUsed { .. } => self.skills += 1,
                Event::LevelUp { .. } => self.levels += 1,
                Event::Gained { .. } => self.gained += 1,
                Event::Revived { .. } => self.revived += 1,
                Event::Died { actor, .. } => {
                    let is_character =
                        view.players.iter().any(|entry| view.actor[entry.index as usize] == *actor);
                    *(if is_character { &mut self.fallen } else { &mut self.slain }) += 1;
                }
                _ => {}
            }
        }
    }
}

#[test]
fn the_golden_log_plays_back() {
    let log = log();
    let threads: &[usize] = if cfg!(debug_assertions) { &[1] } else { &[1, 2, 3, 8] };
    for &threads in threads {
        let (verdict, story) = with_threads(threads, || {
            let mut story = Story::default();
            let verdict = play(Content::embedded(), &log, &mut |_, output| story.hear(output));
            (verdict, story)
        });
        let verdict = verdict.expect("the log fits this build and its content");
        assert_eq!(verdict.divergence, None, "{threads} threads");
        assert_eq!(verdict.ticks, TICKS);
        assert!(story.players >= PLAYERS, "{story:?}");
        let happened = [story.skills, story.slain, story.gained, story.levels, story.fallen];
        let least = [500, 100, 50, 10, 1];
        let enough = happened.iter().zip(least).all(|(count, least)| *count >= least);
        assert!(enough && story.revived > 0, "they fight, loot, level and die: {story:?}");
    }
}
