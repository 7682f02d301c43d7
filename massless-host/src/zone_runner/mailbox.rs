//! What waits for a zone's next tick. Bounded; sockets put in, the zone's thread takes all at once.
//!
//! When it is full, inputs are dropped (the held input covers a gap) and joins are refused. The end
//! of a connection, somebody who comes from another zone and what the host itself has to say are
//! never dropped: they have room of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use massless_core::command::{Act, Character, Input};
use massless_core::ids::{IntentId, PartyId, PlayerId};
use massless_core::intent::Answer;
use massless_net::wire::{Kept, PartyVerb, Report, ShortTick};

use super::outbox::Outbox;
use super::runner::Transfer;
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
    /// To enter with this character; the client has kept this of the world.
    Join(Box<Character>, Option<Kept>),
    /// To come in from another zone, on the connection it has.
    Transfer(Box<Transfer>),
    /// To take the body of a lost connection over; the client has kept this of the world.
    Attach(Option<Kept>),
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
    /// To do something beside moving and fighting.
    Act(Act),
    /// To do something with its party.
    Party(PartyVerb),
    /// Nothing: it tells how its prediction agrees.
    Report(Report),
    /// To say this, as it came.
    Chat {
        /// Channel of talk, 1..=9.
        channel: u8,
        /// Whom a whisper is for.
        to: String,
        /// The line.
        text: String,
    },
}

/// The vault's answer to an intent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoreAnswer {
    /// The life of the zone that asked; a later one does not know the intent.
    pub(crate) life: u64,
    /// Which intent.
    pub(crate) intent: IntentId,
    /// What became of it.
    pub(crate) answer: Answer,
}

/// What the host itself tells a zone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Note {
    /// An intent was answered.
    Answer(StoreAnswer),
    /// A player's party is this one now, or has other members.
    Party {
        /// Whose.
        player: PlayerId,
        /// Which.
        party: Option<PartyId>,
    },
    /// A player's character belongs to another host now, or staff sends it away: its body goes at once.
    Remove {
        /// Whose.
        player: PlayerId,
    },
}

#[derive(Debug, Default)]
struct Waiting {
    messages: Vec<Message>,
    /// The zone is gone: nothing is taken any more.
    is_over: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    waiting: Mutex<Waiting>,
    notes: Mutex<Vec<Note>>,
    is_stopping: AtomicBool,
    is_closing: AtomicBool,
}

impl Mailbox {
    /// Puts a message in; false when it was dropped because the box is full or its zone is gone.
    pub(crate) fn put(&self, message: Message) -> bool {
        let mut waiting = self.lock();
        if waiting.is_over {
            return false;
        }
        // These come at most once for each connection, so they are bounded by those.
        let must_arrive =
            matches!(message.request, Request::Detach | Request::Leave | Request::Transfer(_));
        if waiting.messages.len() >= MAILBOX_MESSAGES_MAX && !must_arrive {
            drop(waiting);
            metrics::counter!("massless_shed_total", "stage" => "mailbox").increment(1);
            return false;
        }
        waiting.messages.push(message);
        true
    }

    /// Puts in what the host has to say.
    pub(crate) fn tell(&self, note: Note) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// Puts the vault's answer in.
    pub(crate) fn answer(&self, answer: StoreAnswer) {
        self.tell(Note::Answer(answer));
    }

    /// Takes all that the host had to say, in its order.
    pub(crate) fn take_notes(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Swaps all waiting messages into `taken`, which must be empty.
    pub(crate) fn take(&self, taken: &mut Vec<Message>) {
        debug_assert!(taken.is_empty());
        std::mem::swap(&mut self.lock().messages, taken);
    }

    /// The zone is gone for good: what still waits is given back, and nothing is taken any more.
    pub(crate) fn end(&self) -> Vec<Message> {
        let mut waiting = self.lock();
        waiting.is_over = true;
        std::mem::take(&mut waiting.messages)
    }

    /// Asks the zone's thread to store its state and end.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }

    /// Asks the zone's thread to end without a state to come back to: an empty further channel.
    pub(crate) fn close(&self) {
        self.is_closing.store(true, Ordering::Release);
        self.stop();
    }

    /// Whether the state shall not be stored at the end.
    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Acquire)
    }

    /// Whether the zone's thread shall end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
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
        assert_eq!(mailbox.end().len(), 1);
        assert!(!mailbox.put(message(Request::Detach)), "the zone is gone");
    }
}
