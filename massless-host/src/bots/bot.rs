//! One headless player: net's own, and a wanderer's legs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use massless_core::content::map::Map;
use massless_core::ids::{ClassId, FactionId};
use massless_core::math::Vec2;
use massless_net::client::{ClientConfig, Control, Output};
use massless_net::online::{Happening, Player, Way};
use massless_net::session::close::CloseCode;
use massless_net::wire::{PartyVerb, Welcome};

use super::measure::Notes;
use super::play::Play;
use super::shuttle::Shuttle;
use super::wander::{Wanderer, Whim};

/// What bots say now and then.
const LINES: [&str; 8] = [
    "Hello there!",
    "Nice weather in the vale today.",
    "Has anyone seen the smith?",
    "The hounds are restless.",
    "Off to the hills.",
    "Mind the reeds, there are vipers.",
    "Who is for a walk to the lake?",
    "See you later!",
];
/// Mean ticks between two lines of a talkative bot.
const TALK_TICKS: u64 = 1_200;
/// Time a bot waits for its welcome.
const WELCOME_TIME: Duration = Duration::from_secs(20);

/// Time in which a name is waited for that somebody has just left, and the pause between two tries: a body that
/// has fought stays for a while.
const NAME_TIME: Duration = Duration::from_secs(15);
const NAME_PAUSE: Duration = Duration::from_millis(500);

/// What all bots of a run share.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Ends the run.
    pub(crate) is_over: AtomicBool,
    /// Notes are taken.
    pub(crate) is_measured: AtomicBool,
    /// Bots in the world.
    pub(crate) alive: AtomicU32,
    /// Connections that were lost or refused.
    pub(crate) lost: AtomicU32,
    /// Lines of talk heard.
    pub(crate) heard: AtomicU64,
    /// Updates received.
    pub(crate) updates: AtomicU64,
    /// Bytes received.
    pub(crate) bytes: AtomicU64,
    /// Own states that were compared with the prediction, and how many were equal.
    pub(crate) compared: AtomicU64,
    /// Equal ones of these.
    pub(crate) equal: AtomicU64,
    /// Changes of zone.
    pub(crate) crossings: AtomicU64,
    /// Newest tick any bot was told.
    pub(crate) newest_tick: AtomicU64,
    /// Why connections were lost or refused, and how many for each reason.
    why: Mutex<BTreeMap<String, u32>>,
}

impl Run {
    /// A connection was lost or refused.
    fn lose(&self, why: &str) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        let mut reasons = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        *reasons.entry(why.to_owned()).or_insert(0) += 1;
    }

    /// Why connections were lost or refused, and how many for each reason.
    pub(crate) fn why_lost(&self) -> BTreeMap<String, u32> {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One bot's orders.
pub(crate) struct Orders {
    /// Which bot.
    pub(crate) index: u64,
    /// Where to dial.
    pub(crate) way: Way,
    /// The ground.
    pub(crate) map: Arc<Map>,
    /// What it is here for.
    pub(crate) role: Role,
    /// Its whims about talk; `None` for a silent bot.
    pub(crate) talk: Option<Whim>,
    /// What is noted.
    pub(crate) notes: Notes,
}

/// What a bot is here for.
pub(crate) enum Role {
    /// To walk about.
    Wander(Wanderer),
    /// To play.
    Play(Box<Play>),
    /// To go to and fro between zones.
    Shuttle(Box<Shuttle>),
}

/// A name by the rules, different for each index.
pub(crate) fn name_of(mut index: u64) -> String {
    const FIRST: [&str; 10] = ["Ba", "Ce", "Di", "Fo", "Gu", "Ha", "Ke", "Li", "Mo", "Ru"];
    const NEXT: [&str; 10] = ["la", "men", "ri", "so", "tun", "va", "ne", "dir", "po", "wy"];
    let mut name = FIRST[(index % 10) as usize].to_owned();
    index /= 10;
    for _ in 0..4 {
        name.push_str(NEXT[(index % 10) as usize]);
        index /= 10;
    }
    name
}

/// Plays until the run is over; returns its orders with what was noted.
pub(crate) async fn play(orders: Orders, run: Arc<Run>) -> Orders {
    let (class, faction) = match &orders.role {
        Role::Wander(_) => (ClassId::new(1), FactionId::new(1)),
        Role::Play(play) => (play.part.class, play.part.faction),
        Role::Shuttle(shuttle) => (ClassId::new(1), shuttle.faction),
    };
    let name = name_of(orders.index);
    let look = (orders.index % 16) as u8;
    let config = ClientConfig { name, look, class, faction, ..ClientConfig::default() };
    let player = match Player::connect(&orders.way, config.clone()).await {
        Ok(player) => player,
        Err(error) => {
            run.lose(&error.to_string());
            return orders;
        }
    };
    let born = tokio::time::Instant::now();
    let mut bot = Bot { player, orders, run, updates: 0, is_in: false };
    let mut end = bot.live().await;
    // The body of a run before may still hold the name.
    while matches!(end, End::Closed(CloseCode::NameTaken)) && born.elapsed() < NAME_TIME {
        tokio::time::sleep(NAME_PAUSE).await;
        end = match Player::connect(&bot.orders.way, config.clone()).await {
            Ok(player) => {
                bot.player = player;
                bot.live().await
            }
            Err(error) => End::Lost(error.to_string()),
        };
    }
    if bot.is_in {
        bot.run.alive.fetch_sub(1, Ordering::Relaxed);
    }
    if !bot.run.is_over.load(Ordering::Relaxed) {
        bot.run.lose(&end.to_string());
    }
    let Bot { player, orders, run, .. } = bot;
    let agreement = player.client.stats().agreement;
    run.compared.fetch_add(agreement.compared, Ordering::Relaxed);
    run.equal.fetch_add(agreement.equal, Ordering::Relaxed);
    if matches!(end, End::Over) {
        // By choice, so that the zone is empty after the run.
        player.leave().await;
    }
    orders
}

/// Why a bot stopped.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error("the run is over")]
    Over,
    #[error("the server has other content")]
    OtherContent,
    #[error("closed by the server: {0}")]
    Closed(CloseCode),
    #[error("{0}")]
    Lost(String),
}

struct Bot {
    player: Player,
    orders: Orders,
    run: Arc<Run>,
    updates: u64,
    is_in: bool,
}

impl Bot {
    async fn live(&mut self) -> End {
        let born = tokio::time::Instant::now();
        loop {
            match self.player.next().await {
                Ok(Happening::Heard(len)) => self.hear(len),
                Ok(Happening::Due) => {
                    if self.run.is_over.load(Ordering::Relaxed) {
                        return End::Over;
                    }
                    if !self.is_in && born.elapsed() > WELCOME_TIME {
                        return End::Lost("no welcome came".to_owned());
                    }
                    self.act();
                }
                Ok(Happening::Told(output)) => {
                    if let Some(end) = self.do_output(output) {
                        return end;
                    }
                }
                Err(error) => return End::Lost(error.to_string()),
            }
        }
    }

    /// A frame of so many bytes was taken in.
    fn hear(&mut self, len: usize) {
        let now = self.player.now();
        let client = &self.player.client;
        self.run.bytes.fetch_add(len as u64, Ordering::Relaxed);
        let is_measured = self.run.is_measured.load(Ordering::Relaxed);
        if let Role::Shuttle(shuttle) = &mut self.orders.role {
            let crossings = shuttle.crossings.len();
            shuttle.heard(client, now);
            let fresh = (shuttle.crossings.len() - crossings) as u64;
            self.run.crossings.fetch_add(fresh, Ordering::Relaxed);
        }
        let (tick, own) = client.told();
        if client.stats().updates > self.updates {
            self.updates = client.stats().updates;
            self.run.updates.fetch_add(1, Ordering::Relaxed);
            self.run.newest_tick.fetch_max(tick.get(), Ordering::Relaxed);
            if is_measured {
                self.orders.notes.told(now, tick, own.walker.position);
                self.orders.notes.timed(own.applied_now, &client.stats());
            }
        }
        if is_measured {
            self.orders.notes.received(now, len);
        }
    }

    /// Steers, walks, talks, looks around: once a tick.
    fn act(&mut self) {
        let now = self.player.now();
        let client = &mut self.player.client;
        match &mut self.orders.role {
            Role::Play(play) => play.act(client, now),
            Role::Shuttle(shuttle) => shuttle.act(client, now),
            Role::Wander(legs) => {
                if let Some(own) = client.own(now) {
                    let place = Vec2::new(own.walker.position.x, own.walker.position.z);
                    let (direction, facing) = legs.steer(&self.orders.map, place);
                    client.control(Control { direction, facing, ..Control::default() });
                }
            }
        }
        if let Some(whim) = &mut self.orders.talk
            && self.is_in
            && whim.below(TALK_TICKS) == 0
        {
            let line = LINES[whim.below(LINES.len() as u64) as usize];
            client.chat(1, line);
        }
        if self.run.is_measured.load(Ordering::Relaxed) {
            let newest = self.run.newest_tick.load(Ordering::Relaxed);
            self.orders.notes.look(newest, client);
        }
    }

    fn map_of(&self, welcome: &Welcome) -> Option<Arc<Map>> {
        match &self.orders.role {
            Role::Wander(_) => Some(Arc::clone(&self.orders.map)),
            Role::Play(play) => play.map_of(welcome),
            Role::Shuttle(shuttle) => shuttle.map_of(welcome),
        }
    }

    /// It was let into a zone whose map is there.
    fn arrive(&mut self, welcome: &Welcome) {
        if let Role::Shuttle(shuttle) = &mut self.orders.role {
            shuttle.arrive(welcome);
        }
    }

    fn do_output(&mut self, output: Output) -> Option<End> {
        match output {
            Output::Welcome(welcome) => {
                let Some(map) = self.map_of(&welcome) else { return Some(End::OtherContent) };
                self.player.client.set_map(map);
                self.arrive(&welcome);
                self.orders.notes.actor = welcome.actor.get();
                self.is_in = true;
                self.run.alive.fetch_add(1, Ordering::Relaxed);
            }
            Output::Moved(welcome) => {
                // Who only walks about has no other map.
                let walks = matches!(self.orders.role, Role::Wander(_));
                let map = self.map_of(&welcome).filter(|_| !walks);
                let Some(map) = map else { return Some(End::OtherContent) };
                self.player.client.set_map(map);
                self.arrive(&welcome);
            }
            Output::Invited { .. } => {
                self.player.client.party_verb(PartyVerb::Answer { yes: true });
            }
            Output::Chat { .. } => {
                self.run.heard.fetch_add(1, Ordering::Relaxed);
            }
            Output::Closed { code, .. } => return Some(End::Closed(code)),
            Output::PartyChanged | Output::Notice(_) | Output::Frame(_) => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_net::session::name::check_name;

    #[test]
    fn names_are_legal_and_differ() {
        let names: std::collections::BTreeSet<String> = (0..5_000).map(name_of).collect();
        assert_eq!(names.len(), 5_000);
        for name in names {
            assert!(check_name(&name).is_ok(), "{name}");
        }
    }
}
