//! What a zone has for one connection: at most one update and one state, and a short queue of what must arrive.
//! It belongs to the connection, not to the zone: whoever changes zones keeps it, and `route` says
//! where the connection's messages go now.
//! Talk waits there too, but only in the room that may be lost: it never ends a session.
//!
//! A client is writable when its last update has left the process. Until then the replicator makes
//! none for it, so a slow reader costs nothing and gets the newest state afterwards.
//!
//! What must arrive wakes the connection at once; updates and states do not, as all connections have theirs in the
//! same moment: `Post` wakes them together.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;
use massless_net::replication::Datagrams;
use massless_net::session::close::{CloseCode, Notice};
use massless_net::wire::{Ack, Coding, ShortTick, Welcome};

use super::mailbox::Mailbox;
use crate::limits::{OUTBOX_BYTES_MAX, OUTBOX_TALK_BYTES_MAX};

/// Bytes every entry of the queue is taken to need besides its frame.
const ENTRY_BYTES: usize = 64;

/// Something that must arrive; of these only talk may be dropped.
#[derive(Clone, Debug)]
pub(crate) enum Reliable {
    /// The player is in.
    Welcome(Box<Welcome>),
    /// The player is in again, and what its client has kept holds.
    Resumed(Box<Welcome>),
    /// The player is in another zone, or anew in this one.
    Moved(Box<Welcome>),
    /// An encoded frame for this client alone: party, invitation, sheet, events.
    Frame(Vec<u8>),
    /// An encoded line of talk, shared by all who hear it.
    Chat(Arc<[u8]>),
    /// Something was refused.
    Notice(Notice),
    /// The session is over.
    Close(CloseCode),
}

impl Reliable {
    /// Memory it takes while it waits, roughly.
    fn bytes(&self) -> usize {
        ENTRY_BYTES
            + match self {
                Self::Welcome(_) | Self::Resumed(_) | Self::Moved(_) => size_of::<Welcome>(),
                Self::Frame(frame) => frame.len(),
                Self::Chat(frame) => frame.len(),
                Self::Notice(_) | Self::Close(_) => 0,
            }
    }
}

#[derive(Debug, Default)]
struct Contents {
    update: Vec<u8>,
    state: Vec<u8>,
    reliable: VecDeque<Reliable>,
    /// What `reliable` holds, as `Reliable::bytes` counts it.
    waiting_bytes: usize,
    is_overfull: bool,
}

/// One connection's place.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    contents: Mutex<Contents>,
    is_busy: AtomicBool,
    /// There is something to take.
    has_news: AtomicBool,
    /// The task of the connection.
    waker: AtomicWaker,
    is_welcomed: AtomicBool,
    /// How it stands with what travels by datagram; `None` where nothing does.
    datagrams: Mutex<Option<Datagrams>>,
    /// The newest tick that the client says to have seen, short, one more than that; 0 before it said so.
    seen: AtomicU32,
    route: Mutex<Option<Arc<Mailbox>>>,
    /// The client is told of motion in the plain coding.
    is_plain: AtomicBool,
}

/// What a connection has to do.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// In order.
    pub(crate) reliable: VecDeque<Reliable>,
    /// The update; empty when there is none. Give it back with `written`.
    pub(crate) update: Vec<u8>,
    /// The state, a datagram; empty when there is none.
    pub(crate) state: Vec<u8>,
}

impl Outbox {
    /// Whether the last update has left the process.
    pub(crate) fn is_writable(&self) -> bool {
        !self.is_busy.load(Ordering::Acquire)
    }

    /// Where the connection's messages go; `None` before it has a seat in any zone.
    pub(crate) fn route(&self) -> Option<Arc<Mailbox>> {
        self.route.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The connection's messages go there from now on.
    pub(crate) fn set_route(&self, mailbox: &Arc<Mailbox>) {
        *self.route.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(mailbox));
    }

    /// The connection carries states by datagram. Before the player is let in.
    pub(crate) fn take_datagrams(&self) {
        *self.lock_datagrams() = Some(Datagrams::default());
    }

    /// The client is told of motion so. Before the player is let in.
    pub(crate) fn set_coding(&self, coding: Coding) {
        self.is_plain.store(coding == Coding::Plain, Ordering::Release);
    }

    /// How the client is told of motion.
    pub(crate) fn coding(&self) -> Coding {
        if self.is_plain.load(Ordering::Acquire) { Coding::Plain } else { Coding::Tight }
    }

    /// The client has got so much.
    pub(crate) fn acknowledge(&self, ack: Ack) {
        if let Some(datagrams) = &mut *self.lock_datagrams() {
            datagrams.ack = Some(ack);
        }
    }

    /// The client has seen the zone as far as that tick.
    pub(crate) fn note_seen(&self, seen: ShortTick) {
        self.seen.store(u32::from(seen.get()) + 1, Ordering::Relaxed);
    }

    /// The newest tick that the client says to have seen.
    pub(crate) fn seen(&self) -> Option<ShortTick> {
        let seen = self.seen.load(Ordering::Relaxed).checked_sub(1)?;
        u16::try_from(seen).ok().map(ShortTick::new)
    }

    /// How it stands with what travels by datagram, for the replicator.
    pub(crate) fn datagrams(&self) -> Option<Datagrams> {
        *self.lock_datagrams()
    }

    /// Lets the player in: the first time with a welcome, or by telling that what its client has kept holds; then by
    /// telling that it has moved.
    pub(crate) fn welcome(&self, welcome: Box<Welcome>, is_resumed: bool) {
        if !self.is_welcomed.swap(true, Ordering::AcqRel) {
            let wrap = if is_resumed { Reliable::Resumed } else { Reliable::Welcome };
            self.put(wrap(welcome));
            return;
        }
        // An update of before that still waits would reach the client after it.
        if let Some(datagrams) = &mut *self.lock_datagrams() {
            datagrams.visit = datagrams.visit.wrapping_add(1);
        }
        let mut contents = self.lock();
        contents.state.clear();
        if !contents.update.is_empty() {
            contents.update.clear();
            self.is_busy.store(false, Ordering::Release);
        }
        drop(contents);
        self.put(Reliable::Moved(welcome));
    }

    /// Puts an update in, which the connection sees once it is woken; true when nobody has to wake it yet. The zone does
    /// so only when the outbox is writable.
    pub(crate) fn put_update(&self, frame: &[u8]) -> bool {
        let mut contents = self.lock();
        contents.update.clear();
        contents.update.extend_from_slice(frame);
        self.is_busy.store(true, Ordering::Release);
        drop(contents);
        !self.has_news.swap(true, Ordering::AcqRel)
    }

    /// Puts a state in, in place of one that has not left yet: that counts as lost. Otherwise as `put_update`.
    pub(crate) fn put_state(&self, frame: &[u8]) -> bool {
        let mut contents = self.lock();
        contents.state.clear();
        contents.state.extend_from_slice(frame);
        drop(contents);
        !self.has_news.swap(true, Ordering::AcqRel)
    }

    /// Wakes the connection, unless it has taken all there was.
    pub(crate) fn wake(&self) {
        if self.has_news.load(Ordering::Acquire) {
            self.waker.wake();
        }
    }

    /// Puts in what must arrive. Who lets more than `OUTBOX_BYTES_MAX` wait is closed instead; talk
    /// is dropped long before.
    pub(crate) fn put(&self, reliable: Reliable) {
        let is_talk = matches!(reliable, Reliable::Chat(_));
        let bytes_max = if is_talk { OUTBOX_TALK_BYTES_MAX } else { OUTBOX_BYTES_MAX };
        let mut contents = self.lock();
        if contents.is_overfull {
            return;
        }
        let waiting_bytes = contents.waiting_bytes + reliable.bytes();
        if waiting_bytes <= bytes_max {
            contents.waiting_bytes = waiting_bytes;
            contents.reliable.push_back(reliable);
        } else if is_talk {
            drop(contents);
            count_shed_talk();
            return;
        } else {
            contents.is_overfull = true;
            contents.reliable.clear();
            contents.reliable.push_back(Reliable::Close(CloseCode::SlowReader));
            metrics::counter!("massless_shed_total", "stage" => "reliable").increment(1);
        }
        drop(contents);
        self.has_news.store(true, Ordering::Release);
        self.waker.wake();
    }

    /// Waits until there is something to take. For one task, that of the connection.
    pub(crate) async fn ready(&self) {
        poll_fn(|context| self.poll_ready(context)).await;
    }

    fn poll_ready(&self, context: &Context<'_>) -> Poll<()> {
        // Who puts something in after the look finds whom to wake.
        self.waker.register(context.waker());
        if self.has_news.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Takes all there is; all of `taken` must be empty and lends its memory.
    pub(crate) fn take(&self, taken: &mut Taken) {
        let mut contents = self.lock();
        contents.waiting_bytes = 0;
        std::mem::swap(&mut contents.reliable, &mut taken.reliable);
        std::mem::swap(&mut contents.update, &mut taken.update);
        std::mem::swap(&mut contents.state, &mut taken.state);
    }

    /// The update taken last has been written: the client is writable again.
    pub(crate) fn written(&self) {
        self.is_busy.store(false, Ordering::Release);
    }

    fn lock_datagrams(&self) -> MutexGuard<'_, Option<Datagrams>> {
        self.datagrams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a line of talk that one listener does not get.
pub(super) fn count_shed_talk() {
    metrics::counter!("massless_shed_total", "stage" => "talk").increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_not_writable_until_its_update_is_written() {
        let outbox = Outbox::default();
        assert!(outbox.is_writable());
        outbox.put_update(&[1, 2]);
        assert!(!outbox.is_writable());
        let mut taken = Taken::default();
        outbox.take(&mut taken);
        assert_eq!(taken.update, [1, 2]);
        assert!(!outbox.is_writable(), "it is being written");
        outbox.written();
        assert!(outbox.is_writable());
    }

    #[test]
    fn who_does_not_take_what_must_arrive_is_closed() {
        let outbox = Outbox::default();
        for _ in 0..OUTBOX_BYTES_MAX / ENTRY_BYTES + 1 {
            outbox.put(Reliable::Notice(Notice::TooFast));
        }
        let mut taken = Taken::default();
        outbox.take(&mut taken);
        assert!(matches!(
            taken.reliable.make_contiguous(),
            [Reliable::Close(CloseCode::SlowReader)]
        ));
    }

    #[test]
    fn talk_that_finds_no_room_is_dropped_and_ends_nothing() {
        let outbox = Outbox::default();
        let line: Arc<[u8]> = vec![4; 600].into();
        for _ in 0..1_000 {
            outbox.put(Reliable::Chat(Arc::clone(&line)));
        }
        outbox.put(Reliable::Notice(Notice::TooFast));
        let mut taken = Taken::default();
        outbox.take(&mut taken);
        assert!(matches!(taken.reliable.pop_back(), Some(Reliable::Notice(_))), "room was kept");
        assert!(taken.reliable.iter().all(|told| matches!(told, Reliable::Chat(_))));
        let bytes = taken.reliable.len() * (600 + ENTRY_BYTES);
        assert!((OUTBOX_TALK_BYTES_MAX - 700..=OUTBOX_TALK_BYTES_MAX).contains(&bytes), "{bytes}");
    }
}
