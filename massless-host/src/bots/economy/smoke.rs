//! A synthetic player: logs in, joins, walks to a trader, and gives its partner a coin or takes one.
//!
//! Each step has its name and its time, so that who watches sees which part of the game is broken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use massless_core::character::Sheet;
use massless_core::content::Content;
use massless_core::event::Event;
use massless_core::math::{Vec2, ground};
use massless_net::client::{Client, ClientConfig, Output};
use massless_net::transport::dial::connect;
use massless_net::transport::socket::Socket;
use massless_net::wire::{PartyVerb, Welcome};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use super::api::Api;
use super::deal::is_settled;
use super::errand::{Errand, STAY};
use super::talks::{Talks, Turn};
use crate::bots::wander::Whim;
use crate::gateway::now;

/// Metres that count as having walked.
const WALK_METRES: f32 = 2.0;
/// Time it rests before it asks for a trade again.
const AGAIN: Duration = Duration::from_secs(2);

/// Tries of a trade that are told of: the first ones say what is wrong.
const TRIES_TOLD_MAX: usize = 8;

/// Which step failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {why}")]
pub(crate) struct SmokeError {
    /// The step.
    pub(crate) step: &'static str,
    /// What was seen instead.
    pub(crate) why: String,
}

/// One player's orders.
pub(crate) struct Visit {
    /// The server's page.
    pub(crate) url: String,
    /// Where to dial instead of where the server says.
    pub(crate) game_url: Option<String>,
    /// The account; made when it is not there.
    pub(crate) login: String,
    /// Its password.
    pub(crate) password: String,
    /// The character to make when the account has none.
    pub(crate) wanted: Value,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// 0 or 1.
    pub(crate) index: usize,
    /// Its own place in the meeting.
    pub(crate) seat: watch::Sender<Option<Seat>>,
    /// Its partner's.
    pub(crate) partner: watch::Receiver<Option<Seat>>,
    /// When all has to be done.
    pub(crate) end: Instant,
    /// Which trader they meet at.
    pub(crate) turn: Arc<AtomicU64>,
}

/// What a partner has to know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seat {
    name: String,
    coin: i64,
    is_there: bool,
}

/// Times of the steps, in their order.
pub(crate) type Steps = Vec<(&'static str, Duration)>;

/// Does all steps.
pub(crate) async fn visit(visit: Visit) -> Result<Steps, SmokeError> {
    let mut player = Player::new(visit);
    let (client, socket) = player.come_in().await?;
    player.live(client, socket).await
}

struct Player {
    visit: Visit,
    whim: Whim,
    errand: Errand,
    talks: Talks,
    steps: Steps,
    step: &'static str,
    since: Instant,
    name: String,
    start: Option<Vec2>,
    has_walked: bool,
    coin: Option<i64>,
    asked_at: Option<Instant>,
    /// Why the first tries came to nothing, and what the zone refused of the one at hand.
    why: Vec<String>,
    refused: Option<String>,
}

impl Player {
    fn new(visit: Visit) -> Self {
        Self {
            whim: Whim::new(1, visit.index as u64),
            // Both go to one place: whatever keeps them from it, they stand near enough to trade.
            errand: Errand::new(Arc::clone(&visit.content), 0),
            talks: Talks::default(),
            steps: Vec::new(),
            step: "login",
            since: Instant::now(),
            name: String::new(),
            start: None,
            has_walked: false,
            coin: None,
            asked_at: None,
            why: Vec::new(),
            refused: None,
            visit,
        }
    }

    /// The step is done; the next one begins.
    fn done(&mut self, next: &'static str) {
        self.steps.push((self.step, self.since.elapsed()));
        (self.step, self.since) = (next, Instant::now());
    }

    fn fail(&self, why: impl ToString) -> SmokeError {
        SmokeError { step: self.step, why: why.to_string() }
    }

    /// A try came to nothing.
    fn failed(&mut self, why: String) {
        if self.why.len() < TRIES_TOLD_MAX {
            self.why.push(why);
        }
    }

    async fn come_in(&mut self) -> Result<(Client, Socket), SmokeError> {
        let mut api = Api::new(&self.visit.url);
        let Visit { login, password, .. } = &self.visit;
        api.log_in(login, password).await.map_err(|error| self.fail(error))?;
        self.done("character");
        let (character, name) =
            api.character(&self.visit.wanted).await.map_err(|error| self.fail(error))?;
        self.name = name;
        self.done("ticket");
        let (ticket, url) = api.ticket(character).await.map_err(|error| self.fail(error))?;
        self.done("join");
        let url = self.visit.game_url.clone().unwrap_or(url);
        let socket = connect(&url).await.map_err(|error| self.fail(error))?;
        let config = ClientConfig { ticket: Some(ticket), ..ClientConfig::default() };
        Ok((Client::new(config), socket))
    }

    async fn live(&mut self, mut client: Client, mut socket: Socket) -> Result<Steps, SmokeError> {
        let due = tokio::time::sleep(Duration::ZERO);
        tokio::pin!(due);
        loop {
            tokio::select! {
                frame = socket.recv() => {
                    let frame = frame.map_err(|error| self.fail(error))?;
                    let frame = frame.ok_or_else(|| self.fail("the server closed"))?;
                    client.handle_frame(now(), &frame).map_err(|error| self.fail(error))?;
                }
                () = &mut due => {
                    self.walk(&mut client);
                    due.as_mut().reset(Instant::now() + until_due(&client));
                }
            }
            if Instant::now() > self.visit.end {
                return Err(self.fail(format!("not done in time; {}", self.why.join(", "))));
            }
            self.hear(&mut client);
            let is_over = self.act(&mut client)?;
            if is_over {
                client.leave();
            }
            self.send_all(&mut client, &mut socket).await?;
            if is_over {
                return Ok(std::mem::take(&mut self.steps));
            }
        }
    }

    fn walk(&mut self, client: &mut Client) {
        if let Some(own) = client.own(now()) {
            let place = ground(own.walker.position);
            let start = *self.start.get_or_insert(place);
            self.has_walked |= place.distance(start) > WALK_METRES;
        }
        let since = STAY * u32::try_from(self.visit.turn.load(Ordering::Relaxed)).unwrap_or(0);
        let beside = self.errand.go(client, (now(), since), &mut self.whim);
        client.advance(now());
        if beside.is_none() || self.step == "join" {
            return;
        }
        if !self.has_walked {
            // They stand where they met the last time: on to the next trader.
            self.visit.turn.fetch_max(since.as_secs() / STAY.as_secs() + 1, Ordering::Relaxed);
        } else if self.step == "move" {
            self.done("trade");
            self.visit.seat.send_modify(|seat| {
                if let Some(seat) = seat {
                    seat.is_there = true;
                }
            });
        }
    }

    fn hear(&mut self, client: &mut Client) {
        while let Some(event) = client.next_event() {
            if let Event::Rejected { reason, .. } = event {
                let reason = format!("{reason:?}");
                self.talks.refused(&reason);
                self.refused = Some(reason);
            } else {
                self.talks.hear(&event);
            }
        }
    }

    /// What the step at hand asks for; true when all is done.
    fn act(&mut self, client: &mut Client) -> Result<bool, SmokeError> {
        let Some(view) = client.sheet() else { return Ok(false) };
        let (sheet, is_settled): (&Sheet, bool) = (&view.sheet, is_settled(view));
        let coin = sheet.coin;
        if self.step == "join" && is_settled {
            self.coin = Some(coin);
            let name = self.name.clone();
            self.visit.seat.send_replace(Some(Seat { name, coin, is_there: false }));
            self.done("move");
        }
        if self.step != "trade" {
            return Ok(false);
        }
        let partner = self.visit.partner.borrow().clone();
        let Some(partner) = partner.filter(|partner| partner.is_there) else { return Ok(false) };
        let before = self.coin.unwrap_or(coin);
        let gives = (before, self.visit.index == 0) > (partner.coin, self.visit.index == 1);
        if gives && before == 0 {
            return Err(self.fail("neither of them has a coin"));
        }
        let wanted = if gives { before - 1 } else { before + 1 };
        if is_settled && coin == wanted {
            self.done("leave");
            return Ok(true);
        }
        // The answer to a partner that asks is given once; the talk that it begins goes on below.
        if !self.talks.is_on()
            && let Some(act) = self.talks.answer(client)
        {
            client.act(act);
            return Ok(false);
        }
        match self.talks.turn(client.trade()) {
            Turn::Act(act) => client.act(act),
            Turn::Wait => {}
            Turn::Failed(why) => {
                let refused = self.refused.take().map(|reason| format!(" after {reason}"));
                self.failed(format!("{why}{}", refused.unwrap_or_default()));
                self.talks.end();
            }
            Turn::Free if gives && !self.talks.is_on() && self.may_ask() => {
                self.asked_at = Some(Instant::now());
                match self.talks.open(client, &partner.name, None) {
                    Some(act) => client.act(act),
                    None => self.failed("the partner is not in sight".to_owned()),
                }
            }
            Turn::Free => {}
        }
        Ok(false)
    }

    /// Whether the last try to trade is long enough ago.
    fn may_ask(&self) -> bool {
        self.asked_at.is_none_or(|at| at.elapsed() > AGAIN)
    }

    async fn send_all(
        &mut self,
        client: &mut Client,
        socket: &mut Socket,
    ) -> Result<(), SmokeError> {
        while let Some(output) = client.poll() {
            match output {
                Output::Frame(frame) => {
                    socket.send(frame).await.map_err(|error| self.fail(error))?;
                }
                // The client is new, so nothing goes on.
                Output::Resumed(_) => {}
                Output::Welcome(welcome) | Output::Moved(welcome) => {
                    self.arrive(client, &welcome)?;
                }
                Output::Invited { .. } => client.party_verb(PartyVerb::Answer { yes: false }),
                Output::Closed { code, .. } => {
                    return Err(self.fail(format!("the server closed: {code:?}")));
                }
                Output::Notice(_) | Output::PartyChanged | Output::Chat { .. } => {}
            }
        }
        Ok(())
    }

    fn arrive(&mut self, client: &mut Client, welcome: &Welcome) -> Result<(), SmokeError> {
        let content = &self.visit.content;
        let is_same = welcome.content == content.hash().get();
        let zone = content.zone(welcome.zone).filter(|_| is_same);
        let zone = zone.ok_or_else(|| self.fail("the server's content is another"))?;
        client.set_map(Arc::clone(&zone.map));
        self.errand.arrive();
        Ok(())
    }
}

fn until_due(client: &Client) -> Duration {
    let due = client.next_timeout();
    let micros = due.map_or(50_000, |due| due.micros().saturating_sub(now().micros()));
    Duration::from_micros(micros.clamp(1_000, 50_000))
}
