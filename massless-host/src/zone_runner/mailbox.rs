//! What waits for a zone's next tick. Bounded; sockets put in, the zone's thread takes all at once.
//!
//! When it is full, inputs are dropped (the held input covers a gap) and joins are refused. The loss
//! of a connection is never dropped: it has room of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use massless_core::command::{Character, Input};
use massless_core::ids::PlayerId;
use massless_net::wire::ShortTick;

use super::outbox::Outbox;
use crate::limits::MAILBOX_MESSAGES_MAX;

/// Something for a zone.
#[derive(Debug)]
pub(crate) enum Message {
    /// Somebody enters.
    Join {
        /// Who.
        player: PlayerId,
        /// The character.
        character: Character,
        /// Where answers and updates go.
        outbox: Arc<Outbox>,
    },
    /// A lost connection is back.
    Attach {
        /// Who.
        player: PlayerId,
        /// Where answers and updates go from now on.
        outbox: Arc<Outbox>,
    },
    /// A connection is lost.
    Detach {
        /// Who.
        player: PlayerId,
        /// The outbox of that connection; of an older one it means nothing.
        outbox: Arc<Outbox>,
    },
    /// Somebody leaves by choice.
    Leave {
        /// Who.
        player: PlayerId,
    },
    /// What somebody's hands do.
    Input {
        /// Who.
        player: PlayerId,
        /// The client's number of the input.
        sequence: u16,
        /// The tick it is meant for.
        meant: ShortTick,
        /// The input.
        input: Input,
    },
    /// Somebody says something, as it came.
    Chat {
        /// Who.
        player: PlayerId,
        /// The line.
        text: String,
    },
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    waiting: Mutex<Vec<Message>>,
    is_stopping: AtomicBool,
}

impl Mailbox {
    /// Puts a message in; false when it was dropped because the box is full.
    pub(crate) fn put(&self, message: Message) -> bool {
        let mut waiting = self.lock();
        // A detach comes at most once for each connection, so it is bounded by those.
        let is_dropped =
            waiting.len() >= MAILBOX_MESSAGES_MAX && !matches!(message, Message::Detach { .. });
        if is_dropped {
            drop(waiting);
            metrics::counter!("massless_shed_total", "stage" => "mailbox").increment(1);
            return false;
        }
        waiting.push(message);
        true
    }

    /// Swaps all waiting messages into `taken`, which must be empty.
    pub(crate) fn take(&self, taken: &mut Vec<Message>) {
        debug_assert!(taken.is_empty());
        std::mem::swap(&mut *self.lock(), taken);
    }

    /// Asks the zone's thread to store its state and end.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// Whether the zone's thread shall end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Message>> {
        // Nothing panics while it is held; and a list of messages cannot be half changed.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_box_drops_inputs_but_never_a_lost_connection() {
        let mailbox = Mailbox::default();
        let player = PlayerId::new(1);
        let input = || Message::Input {
            player,
            sequence: 0,
            meant: ShortTick::new(0),
            input: Input::default(),
        };
        for _ in 0..MAILBOX_MESSAGES_MAX {
            assert!(mailbox.put(input()));
        }
        assert!(!mailbox.put(input()));
        assert!(mailbox.put(Message::Detach { player, outbox: Arc::default() }));
        let mut taken = Vec::new();
        mailbox.take(&mut taken);
        assert_eq!(taken.len(), MAILBOX_MESSAGES_MAX + 1);
        assert!(mailbox.put(input()), "there is room again");
    }
}
