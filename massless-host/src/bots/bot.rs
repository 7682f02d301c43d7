//! One headless player: net's own, and a wanderer's legs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use massless_core::content::map::Map;
use massless_core::ids::{ClassId, FactionId};
use massless_core::math::Vec2;
use massless_net::client::{Agreement, ClientConfig, Control, Output};
use massless_net::online::{Happening, Player, Way};
use massless_net::session::close::CloseCode;
use massless_net::session::token::ResumeToken;
use massless_net::transport::TransportError;
use massless_net::wire::{PartyVerb, Welcome};
use tokio::time::Instant;

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

/// Time before it tries to come back, milliseconds: at first and at most, with as much again by chance.
const BACKOFF_MILLIS: (u64, u64) = (100, 1_000);
/// Time after which a bot that was lost gives up. Reason: a resume token is good for 30 s.
const RETURN_TIME: Duration = Duration::from_secs(60);

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
    /// Lost sessions that went on from what the client knew.
    pub(crate) resumed: AtomicU64,
    /// From each loss to the welcome that ended it, milliseconds.
    away_millis: Mutex<Vec<f64>>,
    /// Why connections were lost or refused, and how many for each reason.
    why: Mutex<BTreeMap<String, u32>>,
}

/// How long those were away who came back, milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gaps {
    /// How often somebody came back.
    pub(crate) count: usize,
    /// The median.
    pub(crate) p50: f64,
    /// All but one in a hundred took less.
    pub(crate) p99: f64,
    /// The longest.
    pub(crate) max: f64,
}

impl Run {
    /// How long those were away who came back.
    pub(crate) fn gaps(&self) -> Gaps {
        let mut all = self.away_millis.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index = (all.len() as f64 * share).ceil() as usize;
            all.get(index.max(1) - 1).copied().unwrap_or(0.0)
        };
        Gaps { count: all.len(), p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }

    /// A connection was lost or refused.
    pub(crate) fn lose(&self, why: &str) {
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
    /// Whether it takes in what it is told of others; the server is told the same either way.
    pub(crate) sees: bool,
    /// Whether it comes back after a loss, by its resume token.
    pub(crate) comes_back: bool,
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

/// What a bot keeps between two connections.
#[derive(Debug)]
struct Place {
    token: Option<ResumeToken>,
    /// Who was there, and how much of its agreement was counted.
    player: Option<(Player, Agreement)>,
    born: Instant,
    lost_at: Option<Instant>,
    backoff: u64,
    speaks_oldest: bool,
}

impl Place {
    /// How long it rests before it tries again after this end; `None` when it gives up.
    fn rest(&mut self, end: &End, comes_back: bool, whim: &mut Whim) -> Option<Duration> {
        // The body of a run before may still hold the name.
        if matches!(end, End::Closed(CloseCode::NameTaken)) && self.born.elapsed() < NAME_TIME {
            return Some(NAME_PAUSE);
        }
        if matches!(end, End::Closed(CloseCode::Version)) {
            self.speaks_oldest = !self.speaks_oldest;
        }
        let refused = matches!(end, End::Closed(CloseCode::ResumeRefused) | End::OtherContent);
        let was_in = comes_back && self.token.is_some() && !refused;
        let lost_at = *self.lost_at.get_or_insert_with(Instant::now);
        if !was_in || lost_at.elapsed() > RETURN_TIME {
            return None;
        }
        let millis = self.backoff + whim.below(self.backoff);
        self.backoff = (self.backoff * 2).min(BACKOFF_MILLIS.1);
        Some(Duration::from_millis(millis))
    }
}

/// Plays until the run is over; returns its orders with what was noted.
pub(crate) async fn play(mut orders: Orders, run: Arc<Run>) -> Orders {
    let mut place = Place {
        token: None,
        player: None,
        born: Instant::now(),
        lost_at: None,
        backoff: BACKOFF_MILLIS.0,
        speaks_oldest: false,
    };
    let mut whim = Whim::new(orders.index, u64::MAX);
    loop {
        let end;
        (orders, end) = visit(orders, &run, &mut place).await;
        if matches!(end, End::Over) || run.is_over.load(Ordering::Relaxed) {
            return orders;
        }
        let Some(rest) = place.rest(&end, orders.comes_back, &mut whim) else {
            tracing::warn!(%end, "a bot's connection ended");
            run.lose(&end.to_string());
            return orders;
        };
        tokio::time::sleep(rest).await;
    }
}

/// One connection, from dialling to its end.
async fn visit(orders: Orders, run: &Arc<Run>, place: &mut Place) -> (Orders, End) {
    let (class, faction) = match &orders.role {
        Role::Wander(_) => (ClassId::new(1), FactionId::new(1)),
        Role::Play(play) => (play.part.class, play.part.faction),
        Role::Shuttle(shuttle) => (ClassId::new(1), shuttle.faction),
    };
    let config = ClientConfig {
        name: name_of(orders.index),
        look: (orders.index % 16) as u8,
        class,
        faction,
        resume: place.token,
        speaks_oldest: place.speaks_oldest,
        ..ClientConfig::default()
    };
    let (mut player, counted) = match dial(&orders.way, config, &mut place.player).await {
        Ok(found) => found,
        Err(error) => return (orders, End::Lost(error.to_string())),
    };
    if !orders.sees {
        player.client.overlook_others();
    }
    let lost_at = place.lost_at;
    let mut bot = Bot { player, orders, run: Arc::clone(run), updates: 0, is_in: false, lost_at };
    let end = bot.live().await;
    let Bot { player, orders, is_in, .. } = bot;
    if is_in {
        run.alive.fetch_sub(1, Ordering::Relaxed);
        place.lost_at = None;
        place.backoff = BACKOFF_MILLIS.0;
        place.token = player.client.welcome().map(|welcome| welcome.resume);
    }
    let agreement = player.client.stats().agreement;
    run.compared.fetch_add(agreement.compared - counted.compared, Ordering::Relaxed);
    run.equal.fetch_add(agreement.equal - counted.equal, Ordering::Relaxed);
    if matches!(end, End::Over) {
        // By choice, so that the zone is empty after the run.
        player.leave().await;
    } else if orders.comes_back {
        place.player = Some((player, agreement));
    }
    (orders, end)
}

/// Dials: who was there before goes on with what it knows.
async fn dial(
    way: &Way,
    config: ClientConfig,
    before: &mut Option<(Player, Agreement)>,
) -> Result<(Player, Agreement), TransportError> {
    match before {
        Some((player, _)) if config.resume.is_some() => player.reconnect(way, config).await?,
        _ => return Ok((Player::connect(way, config).await?, Agreement::default())),
    }
    Ok(before.take().expect("it has just dialled"))
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
    /// When the connection before was lost.
    lost_at: Option<Instant>,
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
            self.orders.notes.look(newest, now, client);
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

    fn come_in(&mut self) {
        self.is_in = true;
        self.run.alive.fetch_add(1, Ordering::Relaxed);
        if let Some(lost_at) = self.lost_at.take() {
            let away = lost_at.elapsed().as_secs_f64() * 1_000.0;
            let all = self.run.away_millis.lock();
            all.unwrap_or_else(PoisonError::into_inner).push(away);
        }
    }

    fn do_output(&mut self, output: Output) -> Option<End> {
        match output {
            Output::Welcome(welcome) => {
                let Some(map) = self.map_of(&welcome) else { return Some(End::OtherContent) };
                self.player.client.set_map(map);
                self.arrive(&welcome);
                self.orders.notes.actor = welcome.actor.get();
                self.come_in();
            }
            // Zone and map are those of before.
            Output::Resumed(_) => {
                self.run.resumed.fetch_add(1, Ordering::Relaxed);
                self.come_in();
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
