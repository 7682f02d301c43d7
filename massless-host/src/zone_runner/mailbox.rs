//! What waits for a zone's next tick. Bounded; sockets put in, the zone's thread takes all at once.
//!
//! When it is full, inputs are dropped (the held input covers a gap) and joins are refused. The end
//! of a connection is never dropped: it has room of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use massless_core::command::{Character, Input};
use massless_core::ids::PlayerId;
use massless_net::wire::ShortTick;

use super::outbox::Outbox;
use crate::limits::MAILBOX_MESSAGES_MAX;

/// Something for a zone, from one connection.
#[derive(Debug)]
pub(crate) struct Message {
    /// Whose.
    pub(crate) player: PlayerId,
    /// Where answers and updates go. It also tells the connections of a player apart: what comes
    /// from one that was replaced means nothing.
    pub(crate) outbox: Arc<Outbox>,
    /// What is wanted.
    pub(crate) request: Request,
}

/// What a connection wants.
#[derive(Debug)]
pub(crate) enum Request {
    /// To enter with this character.
    Join(Character),
    /// To take the body of a lost connection over.
    Attach,
    /// Nothing more: the connection is lost.
    Detach,
    /// To leave by choice.
    Leave,
    /// What the hands do.
    Input {
        /// The client's number of the input.
        sequence: u16,
        /// The tick it is meant for.
        meant: ShortTick,
        /// The input.
        input: Input,
    },
    /// To say this, as it came.
    Chat(String),
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
        // These come at most once for each connection, so they are bounded by those.
        let is_end = matches!(message.request, Request::Detach | Request::Leave);
        let is_dropped = waiting.len() >= MAILBOX_MESSAGES_MAX && !is_end;
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
        let message =
            |request| Message { player: PlayerId::new(1), outbox: Arc::default(), request };
        let input = || {
            message(Request::Input {
                sequence: 0,
                meant: ShortTick::new(0),
                input: Input::default(),
            })
        };
        for _ in 0..MAILBOX_MESSAGES_MAX {
            assert!(mailbox.put(input()));
        }
        assert!(!mailbox.put(input()));
        assert!(mailbox.put(message(Request::Detach)));
        let mut taken = Vec::new();
        mailbox.take(&mut taken);
        assert_eq!(taken.len(), MAILBOX_MESSAGES_MAX + 1);
        assert!(mailbox.put(input()), "there is room again");
    }
}
