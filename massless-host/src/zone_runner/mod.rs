//! A zone on its own thread: the 20 Hz beat around `Runner::tick`.
//!
//! ```text
//! gateway --Mailbox--> Runner: receive, step, record, publish, replicate --Outbox--> gateway
//! ```
//! The only place where a zone's panic is caught (`recovery`). Nothing here knows a socket.

mod clients;
mod mailbox;
mod outbox;
mod post;
mod recovery;
mod runner;
#[cfg(test)]
mod tests;
mod timer;

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::Duration;

use massless_core::units::TICK_MILLIS;
use tokio::sync::oneshot;

use crate::clock::{self, Beat};

pub(crate) use mailbox::{Mailbox, Message, Note, Request, StoreAnswer};
pub(crate) use outbox::{Outbox, Reliable, Taken};
pub(crate) use post::Post;
pub(crate) use recovery::message as panic_message;
pub(crate) use runner::{Runner, RunnerParts, characters_in};

/// Zones that were started in this process.
static STARTED: AtomicU32 = AtomicU32::new(0);

/// Resolves when the thread of a zone is gone: with an error when it was not told to end.
pub(crate) type Ended = oneshot::Receiver<()>;

/// Starts the thread of a zone. It ends after `Mailbox::stop`, its state stored, or after
/// `Mailbox::close`, without.
pub(crate) fn spawn(runner: Runner) -> std::io::Result<(JoinHandle<()>, Ended)> {
    let (alive, ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name(format!("zone-{}", runner.channel())).spawn(
        move || {
            run(runner);
            // Nobody may be waiting for it any more.
            let _ = alive.send(());
        },
    )?;
    Ok((thread, ended))
}

fn run(mut runner: Runner) {
    let mailbox = Arc::clone(runner.mailbox());
    let length = Duration::from_millis(u64::from(TICK_MILLIS));
    let mut beat = Beat::of_zone(STARTED.fetch_add(1, Relaxed), clock::uptime(), length);
    while !mailbox.is_stopping() {
        let now = clock::uptime();
        if let Some(pause) = beat.due().checked_sub(now).filter(|pause| !pause.is_zero()) {
            std::thread::sleep(pause);
            continue;
        }
        for _ in 0..beat.take(now) {
            runner.tick();
        }
        runner.count_missed(beat.take_missed());
    }
    runner.stop();
}
