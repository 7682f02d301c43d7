//! Who sits where: the directory that gateways and zone runners ask.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use massless_core::ids::{PlayerId, ZoneId};
use massless_net::clock::Millis;

use super::ChannelId;
use crate::limits::CHANNEL_EMPTY_MILLIS;
use crate::zone_runner::Mailbox;

/// How many a zone's channels hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Characters beyond which newcomers get a further channel.
    pub(crate) open_at: u32,
    /// Characters beyond which nobody enters.
    pub(crate) characters_max: u32,
    /// Channels of the zone, the first one too.
    pub(crate) channels_max: u32,
}

/// What the opener is asked to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// To start a channel; who gets a seat in it is waiting in the mailbox.
    Open(ChannelId, Arc<Mailbox>),
    /// To end.
    Stop,
}

#[derive(Debug)]
struct Room {
    mailbox: Arc<Mailbox>,
    seated: u32,
    empty_since: Option<Millis>,
}

#[derive(Debug)]
struct State {
    rooms: BTreeMap<ChannelId, Room>,
    seats: HashMap<PlayerId, ChannelId>,
    orders: Sender<Order>,
}

/// All channels of a host.
#[derive(Debug)]
pub(crate) struct Channels {
    rules: BTreeMap<ZoneId, Rules>,
    state: Mutex<State>,
}

/// A channel somebody has a seat in.
pub(crate) type Seat = (ChannelId, Arc<Mailbox>);

impl Channels {
    /// No channels yet, of these zones; further ones are ordered through `orders`.
    pub(crate) fn new(rules: BTreeMap<ZoneId, Rules>, orders: Sender<Order>) -> Self {
        let state = State { rooms: BTreeMap::new(), seats: HashMap::new(), orders };
        Self { rules, state: Mutex::new(state) }
    }

    /// Whether the zone runs here.
    pub(crate) fn has(&self, zone: ZoneId) -> bool {
        self.rules.contains_key(&zone)
    }

    /// All zones that run here.
    pub(crate) fn zones(&self) -> impl Iterator<Item = ZoneId> + '_ {
        self.rules.keys().copied()
    }

    /// A channel that is about to run; its mailbox.
    pub(crate) fn add(&self, id: ChannelId) -> Arc<Mailbox> {
        self.lock().add(id)
    }

    /// Gives a player a seat in a channel of `zone`: where a friend is, else in the emptiest one.
    /// A seat it has elsewhere is given back. `None` when all are full.
    pub(crate) fn seat(
        &self,
        player: PlayerId,
        zone: ZoneId,
        friends: &[PlayerId],
    ) -> Option<Seat> {
        let rules = self.rules.get(&zone)?;
        let mut state = self.lock();
        state.rise(player);
        let id = state.choose(zone, rules, friends)?;
        Some(state.sit(player, id))
    }

    /// Gives a player a seat in just that channel, as it was there before; where that is closed by
    /// now, in another one of the zone.
    pub(crate) fn seat_again(&self, player: PlayerId, id: ChannelId) -> Option<Seat> {
        let mut state = self.lock();
        if !state.rooms.contains_key(&id) {
            drop(state);
            return self.seat(player, id.zone, &[]);
        }
        state.rise(player);
        Some(state.sit(player, id))
    }

    /// Where a player sits.
    pub(crate) fn seat_of(&self, player: PlayerId) -> Option<Seat> {
        let state = self.lock();
        let id = *state.seats.get(&player)?;
        Some((id, Arc::clone(&state.rooms.get(&id)?.mailbox)))
    }

    /// The player gives its seat in `id` back, if it still has that one.
    pub(crate) fn rise(&self, player: PlayerId, id: ChannelId) {
        let mut state = self.lock();
        if state.seats.get(&player) == Some(&id) {
            state.rise(player);
        }
    }

    /// Takes further channels away that nobody had a seat in for a minute; they are to be stopped.
    pub(crate) fn take_idle(&self, now: Millis) -> Vec<Seat> {
        let mut state = self.lock();
        let mut idle = Vec::new();
        for (&id, room) in &mut state.rooms {
            if room.seated > 0 {
                room.empty_since = None;
                continue;
            }
            let since = *room.empty_since.get_or_insert(now);
            if id.number > 1 && now.since(since) >= CHANNEL_EMPTY_MILLIS {
                idle.push((id, Arc::clone(&room.mailbox)));
            }
        }
        for (id, _) in &idle {
            state.rooms.remove(id);
        }
        idle
    }

    /// Takes a channel away that could not be started, with all seats in it.
    pub(crate) fn remove(&self, id: ChannelId) {
        let mut state = self.lock();
        state.rooms.remove(&id);
        state.seats.retain(|_, seat| *seat != id);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, id: ChannelId) -> Arc<Mailbox> {
        let mailbox = Arc::<Mailbox>::default();
        let room = Room { mailbox: Arc::clone(&mailbox), seated: 0, empty_since: None };
        self.rooms.insert(id, room);
        mailbox
    }

    fn sit(&mut self, player: PlayerId, id: ChannelId) -> Seat {
        let room = self.rooms.get_mut(&id).expect("it was chosen among them");
        room.seated += 1;
        let mailbox = Arc::clone(&room.mailbox);
        self.seats.insert(player, id);
        (id, mailbox)
    }

    fn rise(&mut self, player: PlayerId) {
        if let Some(id) = self.seats.remove(&player)
            && let Some(room) = self.rooms.get_mut(&id)
        {
            room.seated -= 1;
        }
    }

    fn choose(&mut self, zone: ZoneId, rules: &Rules, friends: &[PlayerId]) -> Option<ChannelId> {
        let here = |id: ChannelId| id.zone == zone;
        let has_room = |room: &Room| room.seated < rules.characters_max;
        let with_friend = friends.iter().find_map(|friend| {
            let id = self.seats.get(friend).copied().filter(|&id| here(id))?;
            self.rooms.get(&id).is_some_and(has_room).then_some(id)
        });
        if with_friend.is_some() {
            return with_friend;
        }
        let rooms = self.rooms.iter().filter(|(id, _)| here(**id));
        let (&id, room) = rooms.clone().min_by_key(|(id, room)| (room.seated, **id))?;
        if room.seated < rules.open_at && has_room(room) {
            return Some(id);
        }
        if rooms.clone().count() < rules.channels_max as usize {
            let is_free =
                |number: &u32| !self.rooms.contains_key(&ChannelId { zone, number: *number });
            let number = (2..).find(is_free).expect("there are numbers enough");
            let id = ChannelId { zone, number };
            let mailbox = self.add(id);
            // Without an opener the host is stopping; then nobody is let in any more either.
            self.orders.send(Order::Open(id, mailbox)).ok()?;
            return Some(id);
        }
        has_room(room).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    const ZONE: ZoneId = ZoneId::new(1);
    const NOW: Millis = Millis::new(5_000);

    fn channels(rules: Rules) -> (Channels, Receiver<Order>) {
        let (orders, ordered) = channel();
        let channels = Channels::new(BTreeMap::from([(ZONE, rules)]), orders);
        channels.add(ChannelId::first(ZONE));
        (channels, ordered)
    }

    fn number(channels: &Channels, player: u64, friends: &[u64]) -> Option<u32> {
        let friends: Vec<_> = friends.iter().map(|&friend| PlayerId::new(friend)).collect();
        channels.seat(PlayerId::new(player), ZONE, &friends).map(|(id, _)| id.number)
    }

    #[test]
    fn beyond_the_mark_newcomers_get_a_further_channel_and_friends_stay_together() {
        let (channels, ordered) =
            channels(Rules { open_at: 2, characters_max: 3, channels_max: 2 });
        assert_eq!([1, 2].map(|player| number(&channels, player, &[])), [Some(1); 2]);
        assert_eq!(number(&channels, 3, &[]), Some(2));
        assert!(matches!(ordered.try_recv(), Ok(Order::Open(id, _)) if id.number == 2));
        assert_eq!(number(&channels, 4, &[1]), Some(1), "her friend is there");
        assert_eq!(number(&channels, 5, &[1]), Some(2), "there is no room beside the friend");
        assert_eq!(number(&channels, 6, &[]), Some(2), "no third channel may open");
        assert_eq!(number(&channels, 7, &[]), None, "both are full");
        assert_eq!(number(&channels, 1, &[]), Some(1), "who has a seat can keep one");
        assert!(ordered.try_recv().is_err());
    }

    #[test]
    fn nobody_enters_beyond_the_most_whatever_the_mark() {
        let (channels, _ordered) =
            channels(Rules { open_at: 300, characters_max: 1, channels_max: 1 });
        assert_eq!(number(&channels, 1, &[]), Some(1));
        assert_eq!(number(&channels, 2, &[]), None);
        assert_eq!(number(&channels, 2, &[1]), None, "not even beside a friend");
    }

    #[test]
    fn an_empty_further_channel_is_idle_after_a_minute() {
        let (channels, _ordered) =
            channels(Rules { open_at: 1, characters_max: 1, channels_max: 9 });
        number(&channels, 1, &[]);
        number(&channels, 2, &[]);
        assert!(channels.take_idle(NOW).is_empty());
        let second = ChannelId { zone: ZONE, number: 2 };
        channels.rise(PlayerId::new(2), ChannelId::first(ZONE));
        assert!(channels.seat_of(PlayerId::new(2)).is_some(), "that was not her seat");
        channels.rise(PlayerId::new(2), second);
        channels.rise(PlayerId::new(1), ChannelId::first(ZONE));
        assert!(channels.take_idle(NOW).is_empty());
        let idle = channels.take_idle(NOW.plus(CHANNEL_EMPTY_MILLIS));
        assert_eq!(idle.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [second]);
        let again = channels.seat_again(PlayerId::new(2), second).expect("a seat");
        assert_eq!(again.0, ChannelId::first(ZONE), "the zone's other channel takes her");
    }

    #[test]
    fn labels_name_channels() {
        for (label, number) in [("10", 1), ("10-c2", 2), ("10-c37", 37)] {
            let id = ChannelId { zone: ZoneId::new(10), number };
            assert_eq!(id.label(), label);
            assert_eq!(ChannelId::of_label(label), Some(id));
        }
        for label in ["", "x", "1-c1", "1-c", "1-2", "-c2"] {
            assert_eq!(ChannelId::of_label(label), None, "{label:?}");
        }
    }
}
