//! The way out with notice: tells everybody in the world when the server will stop, then orders the stop.
//!
//! A signal begins it with the notice of the settings, `massless drain` with one of its own. Nobody waits
//! where nobody plays. Players go on until the last second and are taken up by the successor, which waits
//! beside (`standby`); so newcomers are let in until then, too. With the order nobody is admitted any more.
//! Until then a drain can be called off, unless a signal asked for it: who sent that waits for the end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::board::Board;
use crate::chat::Talk;
use crate::registry::Registry;

/// Seconds before the stop at which it is told, besides the moment it is ordered.
const TELL_AT: [u64; 5] = [300, 180, 60, 30, 10];
/// Longest notice, seconds. Reason: what waits for a host (`stop_grace_period`) has 7 minutes.
pub(crate) const NOTICE_SECONDS_MAX: u64 = 360;
/// Time between two looks whether anybody is left to be told.
const LOOK_PAUSE: Duration = Duration::from_millis(500);
/// What players are told when it was called off.
const CALLED_OFF: &str = "The server does not restart now. Play on.";
/// Wishes that wait to be heard. Reason: the shortest notice counts, so a few are as good as many.
const WISHES_WAITING_MAX: usize = 4;

/// What a drain needs.
pub(crate) struct Drain {
    /// The way to everybody's ear.
    pub(crate) talk: Talk,
    /// Who plays here.
    pub(crate) registry: Arc<Registry>,
    /// What the health checks say.
    pub(crate) board: Arc<Board>,
    /// Orders the stop.
    pub(crate) order: Arc<watch::Sender<bool>>,
}

/// What is wished for.
#[derive(Debug)]
pub(crate) enum Wish {
    /// The stop after so much notice. A later wish with less notice brings it forward.
    Stop {
        /// Time until then.
        notice: Duration,
        /// Whether it cannot be called off.
        is_final: bool,
    },
    /// No stop after all; answered by whether there was one to call off.
    CallOff(oneshot::Sender<bool>),
}

/// The way of wishes.
#[derive(Clone, Debug)]
pub(crate) struct Wishes(mpsc::Sender<Wish>);

/// The two ends of the way of wishes.
pub(crate) fn wishes() -> (Wishes, mpsc::Receiver<Wish>) {
    let (sender, receiver) = mpsc::channel(WISHES_WAITING_MAX);
    (Wishes(sender), receiver)
}

impl Wishes {
    /// Wishes for the stop; false when nobody hears that any more.
    pub(crate) fn stop(&self, notice: Duration, is_final: bool) -> bool {
        self.0.try_send(Wish::Stop { notice, is_final }).is_ok()
    }

    /// Calls a drain off; false when there is none that can be. Blocks.
    pub(crate) fn call_off(&self) -> bool {
        let (told, asked) = oneshot::channel();
        self.0.try_send(Wish::CallOff(told)).is_ok() && asked.blocking_recv().unwrap_or(false)
    }
}

impl Drain {
    /// Waits for a wish to stop and for its time, and orders the stop unless that was called off.
    pub(crate) async fn run(self, mut wishes: mpsc::Receiver<Wish>) {
        loop {
            match wishes.recv().await {
                Some(Wish::Stop { notice, is_final }) => {
                    if self.count_down((notice, is_final), &mut wishes).await {
                        break;
                    }
                    self.go_on();
                }
                Some(Wish::CallOff(asker)) => _ = asker.send(false),
                None => return,
            }
        }
        let _ = self.order.send(true);
    }

    /// Tells the players until the time is over; false when it was called off.
    async fn count_down(
        &self,
        (notice, mut is_final): (Duration, bool),
        wishes: &mut mpsc::Receiver<Wish>,
    ) -> bool {
        let mut end = Instant::now() + notice;
        self.board.set_draining(true);
        metrics::gauge!("massless_draining").set(1.0);
        let mut told = None;
        while self.registry.has_connections() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            told = self.tell(left, told).or(told);
            tokio::select! {
                wish = wishes.recv() => match wish {
                    Some(Wish::Stop { notice, is_final: too }) => {
                        end = end.min(Instant::now() + notice);
                        is_final |= too;
                    }
                    Some(Wish::CallOff(asker)) => {
                        let _ = asker.send(!is_final);
                        if !is_final {
                            return false;
                        }
                    }
                    None => return true,
                },
                () = tokio::time::sleep(LOOK_PAUSE.min(left)) => {}
            }
        }
        true
    }

    /// The stop was called off.
    fn go_on(&self) {
        self.board.set_draining(false);
        metrics::gauge!("massless_draining").set(0.0);
        tracing::info!("the stop was called off");
        self.talk.warn(CALLED_OFF.to_owned());
    }

    /// Tells it when that is due; the mark that it was told for.
    fn tell(&self, left: Duration, told: Option<u64>) -> Option<u64> {
        let seconds = left.as_millis().div_ceil(1_000) as u64;
        let mark = next_mark(seconds, told)?;
        tracing::info!(seconds, "the stop was announced");
        let text = format!("The server restarts in {}. You can go on right after.", words(seconds));
        self.talk.warn(text);
        Some(mark)
    }
}

/// The mark that is due with so many seconds left, when it was not told yet. The first call is always due.
fn next_mark(seconds: u64, told: Option<u64>) -> Option<u64> {
    match told {
        None => Some(seconds),
        // The lowest that was reached: after a jump of the time only the newest is told.
        Some(told) => {
            TELL_AT.into_iter().rev().find(|mark| seconds <= *mark).filter(|mark| *mark < told)
        }
    }
}

fn words(seconds: u64) -> String {
    match seconds {
        60 => "1 minute".to_owned(),
        1 => "1 second".to_owned(),
        seconds if seconds > 60 && seconds.is_multiple_of(60) => {
            format!("{} minutes", seconds / 60)
        }
        seconds => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(seconds: impl Iterator<Item = u64>) -> Vec<String> {
        let mut told = None;
        let mut heard = Vec::new();
        for seconds in seconds {
            if let Some(mark) = next_mark(seconds, told) {
                heard.push(words(seconds));
                told = Some(mark);
            }
        }
        heard
    }

    #[test]
    fn it_is_told_at_once_and_at_every_mark() {
        let all = ["5 minutes", "3 minutes", "1 minute", "30 seconds", "10 seconds"];
        assert_eq!(heard((1..=300).rev()), all);
        assert_eq!(heard((1..=360).rev())[..2], ["6 minutes", "5 minutes"]);
        assert_eq!(heard((1..=7).rev()), ["7 seconds"], "a short notice is told, too");
        assert_eq!(heard([300, 8, 7].into_iter()), ["5 minutes", "8 seconds"], "brought forward");
        assert_eq!(heard([1].into_iter()), ["1 second"]);
    }
}
