//! A merchant: comes in, does business, comes back after every loss.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use massless_core::command::Act;
use massless_core::content::Content;
use massless_core::content::zone::NpcRole;
use massless_core::event::Event;
use massless_core::intent::Reason;
use massless_net::client::{Client, ClientConfig, Output};
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::token::ResumeToken;
use massless_net::transport::dial::connect;
use massless_net::transport::socket::Socket;
use massless_net::wire::{PartyVerb, Welcome};
use serde_json::Value;
use tokio::time::Instant;

use super::api::{Api, ApiError};
use super::choice::{Wish, choose};
use super::deal::{Deal, Progress, is_settled, seen};
use super::errand::Errand;
use super::fair::Fair;
use super::journal::{Ending, Journal, Line};
use super::talks::{Talks, Turn};
use crate::bots::wander::Whim;
use crate::gateway::now;

/// Time between two wishes, milliseconds: at least, and as much again at most. Reason: the server lets
/// 60 acts a minute pass.
const PAUSE_MILLIS: (u64, u64) = (800, 500);
/// Further time it rests after a trade, which takes several acts.
const TRADE_PAUSE: Duration = Duration::from_secs(2);
/// Time it rests when the store is away, or a call of the interface failed.
const AWAY_PAUSE: Duration = Duration::from_millis(400);
/// Time until it looks whether an offer that it takes back is gone.
const OFFER_LOOK_TIME: Duration = Duration::from_millis(1_500);
/// Time before it tries to come back, milliseconds: at first and at most.
const BACKOFF_MILLIS: (u64, u64) = (150, 2_000);
/// Time until the sheet has to be there.
const WELCOME_TIME: Duration = Duration::from_secs(20);

/// Why an act was dropped that came too soon after others.
pub(super) const TOO_FAST: &str = "TooFast";

/// One merchant's orders.
pub(crate) struct Business {
    /// The server's page.
    pub(crate) url: String,
    /// The account.
    pub(crate) login: String,
    /// Its password.
    pub(crate) password: String,
    /// The character to make when the account has none.
    pub(crate) wanted: Value,
    /// Where its journal is.
    pub(crate) folder: PathBuf,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// Seed of its whims.
    pub(crate) seed: u64,
    /// Which merchant: two in a row are partners.
    pub(crate) index: u64,
}

/// Does business until the run is over; an error when the journal cannot be written.
pub(crate) async fn trade(business: Business, run: Arc<Fair>) -> anyhow::Result<()> {
    let mut trader = Trader::new(business, run)?;
    let mut backoff = BACKOFF_MILLIS.0;
    loop {
        let end = trader.visit().await;
        if trader.is_in {
            trader.run.alive.fetch_sub(1, Ordering::Relaxed);
            backoff = BACKOFF_MILLIS.0;
        }
        trader.note_loss()?;
        match end {
            End::Over => return Ok(()),
            End::Broken(error) => return Err(error),
            End::Lost(why) => tracing::debug!(why, "a merchant comes back"),
        }
        if trader.run.is_over.load(Ordering::Relaxed) {
            return Ok(());
        }
        let jitter = trader.whim.below(backoff);
        tokio::time::sleep(Duration::from_millis(backoff / 2 + jitter)).await;
        backoff = (backoff * 2).min(BACKOFF_MILLIS.1);
    }
}

/// Why a visit ended.
enum End {
    /// The run is over, and nothing is on its way.
    Over,
    /// The connection is gone, or none came about.
    Lost(String),
    /// Its own journal cannot be written.
    Broken(anyhow::Error),
}

/// What one merchant is at.
struct Trader {
    business: Business,
    run: Arc<Fair>,
    api: Api,
    journal: Journal,
    whim: Whim,
    errand: Errand,
    talks: Talks,
    character: u64,
    name: String,
    deal: Option<Deal>,
    /// The offer that it takes back, and when it looks whether that was done.
    taking_back: Option<(u64, Instant)>,
    /// The session that it takes up again after a loss, and where it was.
    place: Option<(ResumeToken, String)>,
    address: String,
    speaks_oldest: bool,
    is_in: bool,
    has_seen: bool,
    has_been_in: bool,
    beside: Option<NpcRole>,
    due: Instant,
}

impl Trader {
    fn new(business: Business, run: Arc<Fair>) -> anyhow::Result<Self> {
        Ok(Self {
            api: Api::new(&business.url),
            journal: Journal::open(&business.folder, &business.login)?,
            whim: Whim::new(business.seed, business.index),
            errand: Errand::new(Arc::clone(&business.content), business.index),
            talks: Talks::default(),
            character: 0,
            name: String::new(),
            deal: None,
            taking_back: None,
            place: None,
            address: String::new(),
            speaks_oldest: false,
            is_in: false,
            has_seen: false,
            has_been_in: false,
            beside: None,
            due: Instant::now(),
            business,
            run,
        })
    }

    /// From the login to the end of the connection.
    async fn visit(&mut self) -> End {
        (self.is_in, self.has_seen) = (false, false);
        self.talks = Talks::default();
        self.errand.arrive();
        let (client, socket) = match self.come_in().await {
            Ok(connection) => connection,
            Err(error) => {
                if let ApiError::Refused { .. } = error {
                    self.api.forget();
                }
                return End::Lost(error.to_string());
            }
        };
        self.live(client, socket).await
    }

    /// By the session that was lost, as a page does; without one by a login and a ticket.
    async fn come_in(&mut self) -> Result<(Client, Socket), ApiError> {
        let speaks_oldest = self.speaks_oldest;
        if let Some((token, url)) = &self.place {
            let socket = connect(url).await?;
            let resume = Some(*token);
            let config = ClientConfig { resume, speaks_oldest, ..ClientConfig::default() };
            return Ok((Client::new(config), socket));
        }
        let Business { login, password, wanted, .. } = &self.business;
        if !self.api.is_logged_in() {
            self.api.log_in(login, password).await?;
        }
        if self.character == 0 {
            (self.character, self.name) = self.api.character(wanted).await?;
            let mut names = self.run.names.lock().unwrap_or_else(PoisonError::into_inner);
            names.insert(self.business.index, self.name.clone());
        }
        let (ticket, url) = self.api.ticket(self.character).await?;
        let socket = connect(&url).await?;
        self.address = url;
        let ticket = Some(ticket);
        let config = ClientConfig { ticket, speaks_oldest, ..ClientConfig::default() };
        Ok((Client::new(config), socket))
    }

    async fn live(&mut self, mut client: Client, mut socket: Socket) -> End {
        let born = Instant::now();
        let due = tokio::time::sleep(Duration::ZERO);
        tokio::pin!(due);
        loop {
            tokio::select! {
                frame = socket.recv() => {
                    let frame = match frame {
                        Ok(Some(frame)) => frame,
                        Ok(None) => return End::Lost("the server closed".to_owned()),
                        Err(error) => return End::Lost(error.to_string()),
                    };
                    if let Err(error) = client.handle_frame(now(), &frame) {
                        return End::Lost(error.to_string());
                    }
                }
                () = &mut due => {
                    self.walk(&mut client);
                    due.as_mut().reset(Instant::now() + until_due(&client));
                }
            }
            if !self.has_seen && born.elapsed() > WELCOME_TIME {
                return End::Lost("no sheet came".to_owned());
            }
            if let Some(end) = self.step(&mut client).await {
                if matches!(end, End::Over) {
                    client.leave();
                    let _ = self.send_all(&mut client, &mut socket).await;
                }
                return end;
            }
            if let Some(end) = self.send_all(&mut client, &mut socket).await {
                return end;
            }
        }
    }

    fn walk(&mut self, client: &mut Client) {
        let since = self.run.begun.elapsed();
        self.beside = self.errand.go(client, (now(), since), &mut self.whim);
        client.advance(now());
    }

    async fn send_all(&mut self, client: &mut Client, socket: &mut Socket) -> Option<End> {
        while let Some(output) = client.poll() {
            match output {
                Output::Frame(frame) => {
                    if let Err(error) = socket.send(frame).await {
                        return Some(End::Lost(error.to_string()));
                    }
                }
                Output::Welcome(welcome) => {
                    if !self.arrive(client, &welcome) {
                        return Some(End::Broken(anyhow::anyhow!(
                            "the server's content is another"
                        )));
                    }
                    self.is_in = true;
                    self.place = Some((welcome.resume, self.address.clone()));
                    self.run.alive.fetch_add(1, Ordering::Relaxed);
                    self.run.joins.fetch_add(1, Ordering::Relaxed);
                }
                Output::Moved(welcome) => {
                    self.place = Some((welcome.resume, self.address.clone()));
                    self.arrive(client, &welcome);
                }
                Output::Invited { .. } => client.party_verb(PartyVerb::Answer { yes: false }),
                Output::Notice(Notice::ItemsTooFast | Notice::TooFast) => self.refuse(TOO_FAST),
                Output::Closed { code, .. } => {
                    match code {
                        CloseCode::TicketRefused => self.api.forget(),
                        CloseCode::Version => self.speaks_oldest = !self.speaks_oldest,
                        _ if code.may_resume() => {}
                        _ => self.place = None,
                    }
                    return Some(End::Lost(format!("{code:?}")));
                }
                // Each connection has a client of its own, which knows nothing yet.
                Output::Resumed(_) => {}
                Output::Notice(_) | Output::PartyChanged | Output::Chat { .. } => {}
            }
        }
        None
    }

    fn arrive(&mut self, client: &mut Client, welcome: &Welcome) -> bool {
        let content = &self.business.content;
        // Who was in before goes on with what it knows, as a page does that was loaded before an update.
        let is_same = welcome.content == content.hash().get() || self.has_been_in;
        let Some(zone) = content.zone(welcome.zone).filter(|_| is_same) else { return false };
        self.has_been_in = true;
        client.set_map(Arc::clone(&zone.map));
        self.errand.arrive();
        true
    }

    fn refuse(&mut self, why: &str) {
        if self.talks.refused(why) {
            return;
        }
        if let Some(deal) = &mut self.deal {
            deal.refuse(why);
        }
    }

    /// Hears what happened, finishes what is on its way, begins something new.
    async fn step(&mut self, client: &mut Client) -> Option<End> {
        while let Some(event) = client.next_event() {
            match event {
                Event::Rejected { reason, .. } => self.refuse(&format!("{reason:?}")),
                event => self.talks.hear(&event),
            }
        }
        let view = client.sheet()?;
        if !self.has_seen {
            if !is_settled(view) {
                return None;
            }
            let line = seen(self.character, &view.sheet);
            self.has_seen = true;
            return self.write(line).err().map(End::Broken);
        }
        if self.deal.is_some() {
            self.look_for_offer().await;
            return self.finish(client);
        }
        if self.run.is_over.load(Ordering::Relaxed) {
            return Some(End::Over);
        }
        self.begin(client).await;
        None
    }

    /// Looks whether the operation on its way is over.
    fn finish(&mut self, client: &mut Client) -> Option<End> {
        let (view, deal) = (client.sheet()?, self.deal.as_mut()?);
        let turn = self.talks.turn(client.trade());
        let mut progress = deal.look(view);
        match turn {
            Turn::Free => {}
            Turn::Wait if progress == Progress::TooLong => {}
            Turn::Wait => progress = Progress::Waits,
            Turn::Act(act) => {
                client.act(act);
                return None;
            }
            Turn::Failed(why) => deal.refuse(why),
        }
        let outcome = match progress {
            Progress::Waits => return None,
            Progress::TooLong => return Some(End::Lost("no outcome came".to_owned())),
            Progress::Over(outcome) => outcome,
        };
        let deal = self.deal.take()?;
        let is_away = deal.is_away();
        let sheet = client.sheet().map(|view| view.sheet.clone())?;
        let rest = match (is_away, self.talks.is_on()) {
            (true, _) => AWAY_PAUSE,
            (false, true) => TRADE_PAUSE,
            (false, false) => Duration::ZERO,
        };
        self.talks.end();
        self.rest(rest);
        self.write(deal.line(self.character, outcome, Some(&sheet))).err().map(End::Broken)
    }

    /// Asks for the next operation when it is time.
    async fn begin(&mut self, client: &mut Client) {
        let Some(view) = client.sheet().filter(|view| is_settled(view)) else { return };
        let sheet = view.sheet.clone();
        if let Some(act) = self.talks.answer(client) {
            self.ask(client, act, Reason::Trade, &sheet);
            return;
        }
        if Instant::now() < self.due {
            return;
        }
        self.rest(Duration::ZERO);
        let content = Arc::clone(&self.business.content);
        let Some(wish) = choose(&content, &sheet, self.beside, &mut self.whim) else { return };
        let act = match wish {
            Wish::Act(act, reason) => Ok(Some((act, reason))),
            Wish::Letter { coin, items } => self.letter(coin, items).await,
            Wish::Claim => self.claim().await,
            Wish::BuyOffer => self.buy_offer().await,
            Wish::TakeBack => self.take_back().await,
            Wish::Trade => {
                let partner = self.run.name_of(self.business.index ^ 1);
                let gift = super::choice::gift(&content, &sheet, &mut self.whim);
                let act = partner.and_then(|name| self.talks.open(client, &name, gift));
                Ok(act.map(|act| (act, Reason::Trade)))
            }
        };
        match act {
            Ok(Some((act, reason))) => self.ask(client, act, reason, &sheet),
            Ok(None) => {}
            Err(error) => {
                if let ApiError::Refused { status, .. } = &error
                    && status.as_u16() == 401
                {
                    self.api.forget();
                }
                tracing::debug!(%error, "a merchant's call failed");
                self.rest(AWAY_PAUSE);
            }
        }
    }

    fn ask(
        &mut self,
        client: &mut Client,
        act: Act,
        reason: Reason,
        sheet: &massless_core::character::Sheet,
    ) {
        self.taking_back = match act {
            Act::Unlist { listing } => Some((listing, Instant::now() + OFFER_LOOK_TIME)),
            _ => None,
        };
        self.deal = Some(Deal::begin(reason, sheet));
        client.act(act);
    }

    /// No sheet shows that an offer was taken back: the market does.
    async fn look_for_offer(&mut self) {
        let Some((listing, due)) = self.taking_back else { return };
        if Instant::now() < due {
            return;
        }
        self.taking_back = Some((listing, Instant::now() + OFFER_LOOK_TIME));
        let Ok(offers) = self.api.own_offers(self.character).await else { return };
        if offers.iter().any(|offer| offer.id == listing) {
            return;
        }
        self.taking_back = None;
        if let Some(deal) = &mut self.deal {
            deal.finish_unseen();
        }
    }

    async fn letter(
        &mut self,
        coin: i64,
        items: Vec<massless_core::ids::ItemUid>,
    ) -> Result<Option<(Act, Reason)>, ApiError> {
        let Some(to) = self.run.name_of(self.business.index ^ 1) else { return Ok(None) };
        let draft = self.api.draft(self.character, &to).await?;
        Ok(Some((Act::SendMail { draft, coin, items }, Reason::Mail)))
    }

    async fn claim(&mut self) -> Result<Option<(Act, Reason)>, ApiError> {
        let letters = self.api.letters(self.character).await?;
        let full: Vec<_> = letters.iter().filter(|letter| letter.is_full).collect();
        if let Some(letter) = full.get(self.whim.below(full.len() as u64) as usize) {
            return Ok(Some((Act::ClaimMail { mail: letter.id }, Reason::Claim)));
        }
        if let Some(empty) = letters.first() {
            self.api.throw_away(self.character, empty.id).await?;
        }
        Ok(None)
    }

    async fn buy_offer(&mut self) -> Result<Option<(Act, Reason)>, ApiError> {
        let offers = self.api.offers(&self.name).await?;
        let offer = offers.get(self.whim.below(offers.len() as u64) as usize);
        Ok(offer
            .map(|offer| (Act::BuyListing { listing: offer.id, price: offer.price }, Reason::Buy)))
    }

    async fn take_back(&mut self) -> Result<Option<(Act, Reason)>, ApiError> {
        let offers = self.api.own_offers(self.character).await?;
        let offer = offers.get(self.whim.below(offers.len() as u64) as usize);
        Ok(offer.map(|offer| (Act::Unlist { listing: offer.id }, Reason::Unlist)))
    }

    fn rest(&mut self, more: Duration) {
        let (least, spread) = PAUSE_MILLIS;
        let pause = Duration::from_millis(least + self.whim.below(spread));
        self.due = Instant::now() + pause + more;
    }

    /// What was on its way when the connection was lost.
    fn note_loss(&mut self) -> anyhow::Result<()> {
        let Some(deal) = self.deal.take() else { return Ok(()) };
        self.write(deal.line(self.character, Ending::Unknown, None))
    }

    fn write(&mut self, line: Line) -> anyhow::Result<()> {
        self.run.count(&line);
        self.journal.write(line)
    }
}

fn until_due(client: &Client) -> Duration {
    let due = client.next_timeout();
    let micros = due.map_or(50_000, |due| due.micros().saturating_sub(now().micros()));
    Duration::from_micros(micros.clamp(1_000, 50_000))
}
