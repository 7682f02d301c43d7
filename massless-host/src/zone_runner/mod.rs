//! A zone on its own thread: the 20 Hz beat around `Runner::tick`.
//!
//! ```text
//! gateway --Mailbox--> Runner: receive, step, record, publish, replicate --Outbox--> gateway
//! ```
//! The only place where a zone's panic is caught (`recovery`). Nothing here knows a socket.

mod clients;
mod mailbox;
mod outbox;
mod recovery;
mod runner;
#[cfg(test)]
mod tests;
mod timer;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use massless_core::units::TICK_MILLIS;
use tokio::sync::oneshot;

use crate::clock::{self, Beat};

pub(crate) use mailbox::{Mailbox, Message, Request};
pub(crate) use outbox::{Outbox, Reliable, Taken};
pub(crate) use recovery::message as panic_message;
pub(crate) use runner::{Runner, RunnerParts};

/// Resolves, with an error, when the thread of a zone is gone, however it ended.
pub(crate) type Ended = oneshot::Receiver<()>;

/// Starts the thread of a zone. It ends after `Mailbox::stop`, its state stored.
pub(crate) fn spawn(
    runner: Runner,
    mailbox: &Arc<Mailbox>,
) -> std::io::Result<(JoinHandle<()>, Ended)> {
    let mailbox = Arc::clone(mailbox);
    let (alive, ended) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name(format!("zone-{}", runner.zone_id().get()))
        .spawn(move || {
            let _alive = alive;
            run(runner, &mailbox);
        })?;
    Ok((thread, ended))
}

fn run(mut runner: Runner, mailbox: &Mailbox) {
    let length = Duration::from_millis(u64::from(TICK_MILLIS));
    let mut beat = Beat::new(clock::uptime(), length);
    while !mailbox.is_stopping() {
        let now = clock::uptime();
        if let Some(pause) = beat.due().checked_sub(now).filter(|pause| !pause.is_zero()) {
            std::thread::sleep(pause);
            continue;
        }
        for _ in 0..beat.take(now) {
            runner.tick(mailbox);
        }
        runner.count_missed(beat.take_missed());
    }
    runner.stop(mailbox);
}
