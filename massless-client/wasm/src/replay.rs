//! A log played in the browser: the same bits as on the server, or the tick where they part.

use massless_core::replay::play;

use crate::content::content;
use crate::exchange::{FAILED, failed, put_fields, with_input};

/// Plays the log that the input holds against the built-in content.
///
/// Returns 0 when every tick had the logged state, 1 when one had not; then the output has these
/// fields: ticks played, hash of the last one, and of the first diverging tick its number, the part
/// of the state that differs, the logged and the found hash. A log that cannot be read fails.
#[unsafe(no_mangle)]
pub extern "C" fn replay_verify() -> i32 {
    let outcome = with_input(|log| play(content(), log, &mut |_, _| {}));
    let verdict = match outcome {
        Ok(verdict) => verdict,
        Err(error) => {
            failed(error);
            return FAILED;
        }
    };
    let ticks = verdict.ticks.to_string();
    let last = format!("{:032x}", verdict.last_hash.get());
    match verdict.divergence {
        None => {
            put_fields(&[&ticks, &last]);
            0
        }
        Some(found) => {
            let hashes = [found.logged, found.found].map(|hash| format!("{:032x}", hash.get()));
            let part = found.part.unwrap_or("unknown");
            put_fields(&[&ticks, &last, &found.tick.to_string(), part, &hashes[0], &hashes[1]]);
            1
        }
    }
}
