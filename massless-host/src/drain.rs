//! The way out with notice: tells everybody in the world when the server will stop, then orders the stop.
//!
//! A signal begins it with the notice of the settings, `massless drain` with one of its own. Nobody waits
//! where nobody plays. Players go on until the last second and are taken up by the successor, which waits
//! beside (`standby`); so newcomers are let in until then, too. With the order nobody is admitted any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
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

/// Orders a drain with so much notice. A later order with less notice brings the stop forward.
pub(crate) type Wishes = mpsc::Sender<Duration>;

/// The two ends of the way of wishes.
pub(crate) fn wishes() -> (Wishes, mpsc::Receiver<Duration>) {
    mpsc::channel(WISHES_WAITING_MAX)
}

impl Drain {
    /// Waits for the first wish and then for its time.
    pub(crate) async fn run(self, mut wishes: mpsc::Receiver<Duration>) {
        let Some(notice) = wishes.recv().await else { return };
        let mut end = Instant::now() + notice;
        self.board.set_draining();
        metrics::gauge!("massless_draining").set(1.0);
        let mut told = None;
        while self.registry.has_connections() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            told = self.tell(left, told).or(told);
            tokio::select! {
                wish = wishes.recv() => {
                    let wished = wish.map(|notice| Instant::now() + notice);
                    end = wished.map_or(end, |wished| end.min(wished));
                }
                () = tokio::time::sleep(LOOK_PAUSE.min(left)) => {}
            }
        }
        let _ = self.order.send(true);
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
