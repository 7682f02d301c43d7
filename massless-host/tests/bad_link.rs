//! Play over bad links to the real program: loss, delay, jitter, reordering and doubles, by a seed, over each transport.
//! Ends with one line of JSON that tells what came of each.
//!
//! By datagram nobody may lose the connection. A WebSocket stands still behind a packet that is lost again and again;
//! who has heard nothing for six seconds dials anew, as the page does, and has to be in the same session then.
//!
//! `BAD_LINK_SEED` takes another seed than the usual one.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Player, Server};
use massless_core::content::Content;
use massless_net::client::{ClientConfig, Control, Output};
use massless_net::online::{self, Happening, Way};
use massless_net::transport::Transport;
use massless_testbed::link::model::{LinkSettings, Share};
use massless_testbed::link::{Link, LinkPlan};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Players by each transport over one link.
const PLAYERS: usize = 8;
/// Time until the measurement, in which all come in.
const WARM: Duration = Duration::from_secs(5);
/// Time of the measurement on one link.
const MEASURED: Duration = Duration::from_secs(14);
/// Time after it in which what was asked has to be answered: longer and the stream is stuck.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// Pause between two things that a player says: each is to be heard by itself again.
const TALK_PAUSE: Duration = Duration::from_millis(2_500);
/// Pause between two tries to dial anew.
const DIAL_PAUSE: Duration = Duration::from_millis(250);
/// Times one player may have to dial anew over a WebSocket.
const RETURNS_MAX: u32 = 3;
/// Share of the inputs that has to apply in the tick they are for, where play is to be good.
const APPLIED_MIN: f64 = 0.95;

/// A link and what has to hold on it besides that nobody is lost and every command is answered.
struct Row {
    name: &'static str,
    link: LinkSettings,
    /// Inputs come in time over datagrams, and these are fresher than a WebSocket.
    is_playable: bool,
}

fn rows() -> Vec<Row> {
    let link = |(delay, jitter), loss, (reorder, duplicates)| LinkSettings {
        delay: Duration::from_millis(delay),
        jitter: Duration::from_millis(jitter),
        loss: Share::percent(loss),
        reorder: Share::percent(reorder),
        duplicates: Share::percent(duplicates),
        ..LinkSettings::CLEAN
    };
    vec![
        Row { name: "5 % lost, 50 ms", link: link((50, 10), 5, (1, 1)), is_playable: true },
        Row { name: "10 % lost, 100 ms", link: link((100, 30), 10, (3, 2)), is_playable: false },
        Row { name: "20 % lost, 75 ms", link: link((75, 20), 20, (3, 2)), is_playable: false },
        Row { name: "2 % lost, 300 ms", link: link((300, 60), 2, (3, 2)), is_playable: false },
    ]
}

/// When ticks are, by somebody on a line that does nothing.
#[derive(Clone, Copy)]
struct Clock {
    begun: Instant,
    /// Milliseconds from `begun` to tick 0, by the quickest telling.
    zero: f64,
}

impl Clock {
    const TICK_MILLIS: f64 = 50.0;

    async fn set(server: &Server) -> Self {
        let mut anna = Player::join(server, "Anna").await;
        let mut clock = Self { begun: Instant::now(), zero: f64::MAX };
        let mut told = 0;
        for _ in 0..400 {
            anna.turn().await;
            let tick = anna.client.told().0.get();
            if tick != told {
                told = tick;
                clock.zero = clock.zero.min(clock.millis() - tick as f64 * Self::TICK_MILLIS);
            }
        }
        clock
    }

    fn millis(&self) -> f64 {
        self.begun.elapsed().as_secs_f64() * 1_000.0
    }

    /// How old the news of a tick is.
    fn age_millis(&self, tick: u64) -> f64 {
        (self.millis() - self.zero - tick as f64 * Self::TICK_MILLIS).max(0.0)
    }
}

/// What one player noted.
#[derive(Default)]
struct Notes {
    ages: Vec<f64>,
    intervals: Vec<f64>,
    applied: u64,
    updates: u64,
    asked: u32,
    answers: Vec<f64>,
    /// Milliseconds from each loss of the connection until it was in its session again.
    away: Vec<f64>,
    end: Option<String>,
}

struct Guest {
    player: online::Player,
    way: Way,
    name: String,
    content: Arc<Content>,
    clock: Clock,
    notes: Notes,
    told: (u64, f64),
    open: Option<(String, Instant)>,
    said_at: Instant,
    lost_at: Option<Instant>,
}

impl Guest {
    async fn play(mut self) -> Notes {
        let begun = Instant::now();
        let end = WARM + MEASURED;
        let mut turn = 0_u32;
        while begun.elapsed() < end || (self.open.is_some() && begun.elapsed() < end + ANSWER_MAX) {
            let is_measured = begun.elapsed() > WARM && begun.elapsed() < end;
            match self.player.next().await {
                Ok(Happening::Told(output)) => self.hear(output),
                Ok(Happening::Heard(_)) => self.look(is_measured),
                Ok(Happening::Due) => {
                    turn += 1;
                    self.walk(turn);
                    if is_measured {
                        self.notes.ages.push(self.clock.age_millis(self.told.0));
                        self.talk();
                    }
                }
                Err(error) => self.come_back(error).await,
            }
            if self.notes.end.is_some() {
                return self.notes;
            }
        }
        self.player.leave().await;
        self.notes
    }

    /// Dials anew, and names its session.
    async fn come_back(&mut self, error: online::PlayError) {
        let resume = self.player.client.welcome().map(|welcome| welcome.resume);
        let returns = self.notes.away.len() as u32;
        if self.way.transport.has_datagrams() || resume.is_none() || returns == RETURNS_MAX {
            self.notes.end = Some(error.to_string());
            return;
        }
        let lost_at = *self.lost_at.get_or_insert_with(Instant::now);
        // What was said last may have been lost with the connection: it is not asked for.
        if self.open.take().is_some() {
            self.notes.asked -= 1;
        }
        loop {
            let config =
                ClientConfig { name: self.name.clone(), resume, ..ClientConfig::default() };
            match self.player.reconnect(&self.way, config).await {
                Ok(()) => return,
                Err(error) if lost_at.elapsed() > ANSWER_MAX => {
                    self.notes.end = Some(error.to_string());
                    return;
                }
                Err(_) => tokio::time::sleep(DIAL_PAUSE).await,
            }
        }
    }

    fn hear(&mut self, output: Output) {
        if matches!(output, Output::Welcome(_) | Output::Resumed(_))
            && let Some(lost_at) = self.lost_at.take()
        {
            self.notes.away.push(lost_at.elapsed().as_secs_f64() * 1_000.0);
        }
        match output {
            Output::Welcome(welcome) => {
                let zone = self.content.zone(welcome.zone).expect("a zone of the content");
                self.player.client.set_map(Arc::clone(&zone.map));
            }
            Output::Chat { name, text, .. } if name == self.name => {
                if let Some((_, at)) = self.open.take_if(|(said, _)| *said == text) {
                    self.notes.answers.push(at.elapsed().as_secs_f64() * 1_000.0);
                }
            }
            Output::Closed { code, .. } => self.notes.end = Some(format!("closed: {code}")),
            _ => {}
        }
    }

    /// A frame has come: is it news?
    fn look(&mut self, is_measured: bool) {
        let (tick, own) = self.player.client.told();
        let (tick, now) = (tick.get(), self.clock.millis());
        if tick == self.told.0 {
            return;
        }
        if is_measured {
            self.notes.intervals.push(now - self.told.1);
            self.notes.updates += 1;
            self.notes.applied += u64::from(own.applied_now);
        }
        self.told = (tick, now);
    }

    /// To and fro, near where it came in.
    fn walk(&mut self, turn: u32) {
        const WAYS: [[i8; 2]; 4] = [[127, 0], [0, 127], [-127, 0], [0, -127]];
        let direction = WAYS[(turn / 10 % 4) as usize];
        self.player.client.control(Control { direction, ..Control::default() });
    }

    fn talk(&mut self) {
        if self.open.is_none() && self.said_at.elapsed() > TALK_PAUSE {
            self.notes.asked += 1;
            let line = format!("line {}", self.notes.asked);
            self.player.client.chat(1, &line);
            self.said_at = Instant::now();
            self.open = Some((line, self.said_at));
        }
    }
}

/// No two of these look alike; a name of a row before may still be kept.
fn name_of(row: usize, transport: usize, index: usize) -> String {
    const ROWS: [&str; 4] = ["Fo", "Gu", "Ha", "Ke"];
    const FIRST: [&str; 3] = ["ba", "ce", "di"];
    const NEXT: [&str; 10] = ["la", "men", "ri", "so", "tun", "va", "ne", "dir", "po", "wy"];
    format!("{}{}{}", ROWS[row], FIRST[transport], NEXT[index])
}

/// Plays over one link; what each transport's players noted.
async fn over(
    server: &Server,
    clock: Clock,
    (number, row): (usize, &Row),
    seed: u64,
) -> Vec<Vec<Notes>> {
    let to = ([127, 0, 0, 1], server.game).into();
    let link = Link::open(LinkPlan::loopback(to, row.link, seed)).await.expect("a link");
    let mut guests = JoinSet::new();
    for (at, (scheme, transport)) in
        ["ws", "quic", "https"].into_iter().zip(Transport::ALL).enumerate()
    {
        let url = format!("{scheme}://{}/", link.address());
        // A socket each: one that many share would lose what the kernel cannot hold.
        let way = Way::to(url, transport, (&server.ready["certificates"], PLAYERS));
        let way = way.expect("a way");
        for index in 0..PLAYERS {
            let (way, name) = (way.clone(), name_of(number, at, index));
            let content = Arc::clone(&server.content);
            guests.spawn(async move {
                let config = ClientConfig { name: name.clone(), ..ClientConfig::default() };
                let notes = Notes::default();
                let player = match online::Player::connect(&way, config).await {
                    Ok(player) => player,
                    Err(error) => return (at, Notes { end: Some(error.to_string()), ..notes }),
                };
                let (told, open, said_at) = ((0, 0.0), None, Instant::now());
                let lost_at = None;
                let guest = Guest {
                    player,
                    way,
                    name,
                    content,
                    clock,
                    notes,
                    told,
                    open,
                    said_at,
                    lost_at,
                };
                (at, guest.play().await)
            });
        }
    }
    let mut all: Vec<Vec<Notes>> = Transport::ALL.iter().map(|_| Vec::new()).collect();
    while let Some(guest) = guests.join_next().await {
        let (at, notes) = guest.expect("nobody panics");
        all[at].push(notes);
    }
    all
}

/// What the players of one transport came to.
struct Sum {
    transport: Transport,
    age_p50: f64,
    age_p99: f64,
    interval_p99: f64,
    applied: f64,
    asked: u32,
    answered: usize,
    answer_max: f64,
    away: Vec<f64>,
    ends: Vec<String>,
}

impl Sum {
    fn of(transport: Transport, notes: Vec<Notes>) -> Self {
        let percentile = |list: &dyn Fn(&Notes) -> &[f64], share: f64| {
            let mut all: Vec<f64> = notes.iter().flat_map(|one| list(one).to_vec()).collect();
            all.sort_by(f64::total_cmp);
            let index = (all.len() as f64 * share) as usize;
            all.get(index.min(all.len().saturating_sub(1))).copied().unwrap_or(f64::MAX)
        };
        let updates: u64 = notes.iter().map(|one| one.updates).sum();
        let applied: u64 = notes.iter().map(|one| one.applied).sum();
        Self {
            transport,
            age_p50: percentile(&|one| &one.ages, 0.5),
            age_p99: percentile(&|one| &one.ages, 0.99),
            interval_p99: percentile(&|one| &one.intervals, 0.99),
            applied: applied as f64 / updates.max(1) as f64,
            asked: notes.iter().map(|one| one.asked).sum(),
            answered: notes.iter().map(|one| one.answers.len()).sum(),
            answer_max: notes.iter().flat_map(|one| one.answers.clone()).fold(0.0, f64::max),
            away: notes.iter().flat_map(|one| one.away.clone()).collect(),
            ends: notes.into_iter().filter_map(|one| one.end).collect(),
        }
    }

    fn line(&self, link: &str) -> Value {
        json!({
            "link": link,
            "transport": self.transport.label(),
            "players": PLAYERS,
            "lost": self.ends.len(),
            "why_lost": self.ends,
            "applied_share": (self.applied * 1e4).round() / 1e4,
            "age_ms_p50": self.age_p50.round(),
            "age_ms_p99": self.age_p99.round(),
            "interval_ms_p99": self.interval_p99.round(),
            "asked": self.asked,
            "answered": self.answered,
            "answer_ms_max": self.answer_max.round(),
            "came_back": self.away.len(),
            "away_ms_max": self.away.iter().copied().fold(0.0, f64::max).round(),
        })
    }

    /// What of the promise does not hold.
    fn faults(&self, row: &Row, websocket: &Self) -> Vec<String> {
        let label = self.transport.label();
        let of = |what: &str| format!("{}, {label}: {what}", row.name);
        let mut faults = Vec::new();
        if !self.ends.is_empty() {
            faults.push(of(&format!("{} of {PLAYERS} lost", self.ends.len())));
        }
        if self.asked == 0 || self.answered < self.asked as usize {
            faults.push(of(&format!("{} of {} answered", self.answered, self.asked)));
        }
        if row.is_playable && self.transport.has_datagrams() {
            if self.applied < APPLIED_MIN {
                faults.push(of(&format!("{:.3} of the inputs applied", self.applied)));
            }
            for (what, own, other) in [
                ("age", self.age_p99, websocket.age_p99),
                ("interval", self.interval_p99, websocket.interval_p99),
            ] {
                if own >= other {
                    faults.push(of(&format!("{what} p99 {own:.0} ms, by WebSocket {other:.0} ms")));
                }
            }
        }
        faults
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "plays for a minute and a half: run by cargo xtask faults"]
async fn bad_links_cost_freshness_and_nobody_the_connection() {
    let seed = std::env::var("BAD_LINK_SEED").map_or(8, |text| text.parse().expect("a number"));
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let clock = Clock::set(&server).await;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (number, row) in rows().into_iter().enumerate() {
        let all = over(&server, clock, (number, &row), seed).await;
        let sums = Transport::ALL.into_iter().zip(all).map(|(by, notes)| Sum::of(by, notes));
        let sums: Vec<Sum> = sums.collect();
        for sum in &sums {
            lines.push(sum.line(row.name));
            faults.extend(sum.faults(&row, &sums[0]));
        }
    }
    let is_good = faults.is_empty();
    let line = json!({
        "schema": 1, "ok": is_good, "command": "bad-link", "seed": seed, "rows": lines,
        "why": faults,
    });
    println!("{line}");
    assert!(is_good, "seed {seed}: {faults:?}");
}
