//! After a panic: back to the last good state, without what led to it (house style, E5).
//!
//! The checkpoint in memory is replayed up to the tick before; that tick's player commands are
//! dropped; the zone goes on under a new epoch and with a new log. After three panics in a row it
//! starts afresh.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use massless_core::content::Content;
use massless_core::ids::ZoneId;
use massless_core::replay::play_until;
use massless_core::units::Tick;
use massless_core::zone::Zone;

use crate::limits::{PANIC_ROW_TICKS, PANICS_IN_A_ROW_MAX};

/// Counts panics that follow each other.
#[derive(Debug, Default)]
pub(crate) struct PanicRow {
    count: u32,
    last: Option<Tick>,
}

impl PanicRow {
    /// A panic happened in `tick`; true when the zone shall start afresh.
    pub(crate) fn add(&mut self, tick: Tick) -> bool {
        let is_row =
            self.last.is_some_and(|last| u64::from(tick.since(last).get()) <= PANIC_ROW_TICKS);
        self.count = if is_row { self.count + 1 } else { 1 };
        self.last = Some(tick);
        if self.count >= PANICS_IN_A_ROW_MAX {
            self.count = 0;
            self.last = None;
            return true;
        }
        false
    }
}

/// The state before `tick`, from a checkpoint, under `epoch`; `None` when even the replay fails.
pub(crate) fn restore(
    content: &Arc<Content>,
    checkpoint: &[u8],
    tick: Tick,
    epoch: u32,
) -> Option<Zone> {
    let replayed =
        catch_unwind(AssertUnwindSafe(|| play_until(Arc::clone(content), checkpoint, tick)));
    let zone = match replayed {
        Ok(Ok(zone)) => zone,
        Ok(Err(error)) => {
            tracing::error!(%error, "the checkpoint of a zone cannot be replayed");
            return None;
        }
        Err(_) => {
            tracing::error!("the replay of a zone's checkpoint panics");
            return None;
        }
    };
    match Zone::restore(Arc::clone(content), &zone.snapshot(), epoch) {
        Ok(zone) => Some(zone),
        Err(error) => {
            tracing::error!(%error, "the recovered state of a zone cannot be restored");
            None
        }
    }
}

/// A zone at its very beginning.
pub(crate) fn afresh(content: &Arc<Content>, zone: ZoneId, seed: u64, epoch: u32) -> Zone {
    Zone::new(Arc::clone(content), zone, seed, epoch).expect("the zone was made before")
}

/// What a panic said.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_panics_close_together_are_a_row() {
        let mut row = PanicRow::default();
        let mut add = |tick| row.add(Tick::new(tick));
        assert_eq!([add(10), add(20), add(1_000), add(1_001)], [false; 4]);
        assert!(add(1_002), "the third in a row");
        assert!(!add(1_003), "a fresh zone begins a new row");
    }
}
