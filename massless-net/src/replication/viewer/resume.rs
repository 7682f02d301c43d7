//! A client that comes back on another connection: it is told on from what it has.
//!
//! While it is away its viewer is parked: what changes is marked stale, as if it could not be written to. When it is
//! back it names what it has, and what may not have come before the line was cut is made good.

use massless_core::units::Tick;

use super::super::news::News;
use super::super::tracks::Tracks;
use super::Viewer;
use crate::interest::RINGS;
use crate::wire::Kept;
use crate::wire::update::OwnState;

impl Viewer {
    /// A tick goes by without the client.
    pub(in super::super) fn wait(&mut self, tracks: &Tracks) {
        self.begin(tracks);
        self.mark(tracks);
        self.miss(tracks);
    }

    /// The client's body is gone: what it was told of itself says nothing of the next one.
    pub(in super::super) fn forget_body(&mut self) {
        self.news = News::default();
    }

    /// Takes in how far the stream has come.
    pub(super) fn confirm(&mut self, now: Tick) {
        match &self.flights {
            None => {
                if let Some(seen) = self.errand.link.seen {
                    let seen = seen.near(now);
                    self.doubt.confirm(|mark| mark.tick <= seen);
                }
            }
            Some(flights) => {
                // Before a new connection has acknowledged anything it has nothing to say of the old one.
                let due = flights.updates_acked();
                let waiting = u64::from(self.number.wrapping_sub(due));
                let taken = self.doubt.count().saturating_sub(waiting);
                self.doubt.confirm(|mark| due > 0 && mark.count <= taken);
            }
        }
    }

    /// The client is back and has kept this; false when that is nothing to build on. Between two ticks.
    pub(in super::super) fn try_resume(&mut self, kept: &Kept, tracks: &Tracks) -> bool {
        let Some(began) = self.began else { return false };
        let Some(span) = self.doubt.after(kept.streamed) else { return false };
        let is_told = kept.tick > began && kept.tick <= tracks.tick();
        let way = self.errand.link.datagrams.filter(|_| self.flights.is_some());
        let is_of_way = kept.ack.is_none_or(|ack| way.is_some_and(|way| way.visit == ack.visit));
        if !is_told || !is_of_way {
            return false;
        }
        let mut flights = self.flights.take();
        if let Some(flights) = &mut flights {
            // Without a word of states none came by this connection: it has what it had before.
            flights.hear(kept.ack.as_ref(), tracks.tick(), &mut self.stale);
        }
        for slot in self.told.iter() {
            let ring = self.seen.ring_of(slot).unwrap_or(RINGS - 1);
            match &flights {
                Some(flights) if flights.base(slot) == tracks.bases().newest(ring, slot) => {
                    self.stale.remove(slot);
                }
                // What it was told may not have come.
                None if tracks.published(ring, slot) <= kept.streamed => {}
                _ => self.stale.insert(slot),
            }
        }
        // Who may have come or gone is told anew: whoever is in sight comes, whoever is not goes.
        self.told.unite(&span.comings);
        self.renew.unite(&span.comings);
        self.stale.unite(&span.tracks);
        self.stale.intersect(&self.told);
        self.number = 0;
        self.own = OwnState::default();
        self.looked_from = None;
        self.news.resume(kept.streamed);
        true
    }
}
