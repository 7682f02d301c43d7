//! A player at a real server, for bots and native clients: the way in over `/api/v1`, and the session over any
//! transport (feature `client`).
//!
//! | step | by |
//! | --- | --- |
//! | an account, a character, a ticket | [`Api`] |
//! | where to dial, with which certificate | [`Way`] |
//! | the session: frames and time are taken care of | [`Player`] |
//!
//! What one can see and do is [`Client`]'s, which `Player` holds.

pub mod api;
pub mod call;
pub mod way;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::{Method, StatusCode};
use massless_core::content::map::Map;
use serde_json::Value;
use thiserror::Error;
use tokio::time::{Instant, Sleep};

pub use self::api::{Api, ApiError, Wanted};
use self::call::{Call, CallError, call};
pub use self::way::{Way, WayError};
use crate::client::{Client, ClientConfig, Output};
use crate::clock::Millis;
use crate::error::ClientError;
use crate::session::close::CloseCode;
use crate::transport::socket::Socket;
use crate::transport::{Transport, TransportError};

/// Pause until the hands are asked while the client has no clock yet.
const PAUSE: Duration = Duration::from_millis(50);
/// Shortest and longest pause between two times that the hands are asked.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// A server could not be found.
#[derive(Debug, Error)]
pub enum FindError {
    /// Nobody answers there.
    #[error("no Massless server answers: {0}")]
    Away(#[from] CallError),
    /// Somebody else answers.
    #[error("{0} answers, but it is no Massless server")]
    Other(String),
    /// It has no such way in.
    #[error(transparent)]
    Way(#[from] WayError),
    /// Its map is of another version.
    #[error("the map cannot be read: another version?")]
    Map,
}

/// A server that was found.
#[derive(Clone, Debug)]
pub struct Server {
    /// How the game is reached.
    pub way: Way,
    /// The ground of the zone where newcomers begin.
    pub map: Arc<Map>,
    page: String,
    /// Where maps are, with the number of a zone still to come.
    maps: String,
}

impl Server {
    /// Asks the page at `url` (`http://host:port`). All connections share up to `sockets_max` UDP sockets.
    ///
    /// # Errors
    /// When nobody answers there, or somebody else.
    pub async fn find(
        url: &str,
        transport: Transport,
        sockets_max: usize,
    ) -> Result<Self, FindError> {
        let page = url.trim_end_matches('/').to_owned();
        let other = || FindError::Other(page.clone());
        let answer = get(&format!("{page}/api/v1/session")).await?.ok_or_else(other)?;
        let plan: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let first = plan["map"].as_str().ok_or_else(other)?;
        let maps = first.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let map = map_at(&format!("{page}{first}")).await?;
        Ok(Self { way: Way::from_plan(&plan, transport, sockets_max)?, map, page, maps })
    }

    /// The ground of any zone.
    ///
    /// # Errors
    /// When the server has no such map.
    pub async fn map_of(&self, zone: massless_core::ids::ZoneId) -> Result<Arc<Map>, FindError> {
        map_at(&format!("{}{}/{}.map", self.page, self.maps, zone.get())).await
    }
}

async fn map_at(url: &str) -> Result<Arc<Map>, FindError> {
    let file = get(url).await?.ok_or(FindError::Map)?;
    Map::decode(&file).map(Arc::new).map_err(|_| FindError::Map)
}

/// The body of an answer that is one.
async fn get(url: &str) -> Result<Option<Bytes>, CallError> {
    let reply = call(Call { method: Method::GET, url, token: None, body: None }).await?;
    Ok((reply.status == StatusCode::OK).then_some(reply.body))
}

/// Time without a frame, the server speaking every 50 ms, after which the line counts as broken: a stream that stands
/// still for that long is quicker dialled anew. The browser's package waits as long.
pub const SILENCE: Duration = Duration::from_secs(6);
/// The same until the first frame: the server lets in or refuses within ten seconds.
pub const SILENCE_BEFORE: Duration = Duration::from_secs(12);

/// Why a connection is over, when the server did not close it in words (`Output::Closed`).
#[derive(Debug, Error)]
pub enum PlayError {
    /// The connection is gone or could not be made.
    #[error(transparent)]
    Lost(#[from] TransportError),
    /// The server hung up.
    #[error("the server closed the connection")]
    HungUp,
    /// Nothing was heard for `SILENCE`: dial again, and go on by the token (`Player::reconnect`).
    #[error("nothing was heard of the server for {} s", .0.as_secs())]
    Silent(Duration),
    /// The server said what cannot be understood.
    #[error(transparent)]
    Strange(#[from] ClientError),
}

/// What `Player::next` returns with.
#[derive(Debug)]
pub enum Happening {
    /// A frame of so many bytes was taken in: what is known may be new.
    Heard(usize),
    /// The hands may do something; about once a tick. What they do then is sent by the next call.
    Due,
    /// Something to know or to do: a zone whose map is wanted, talk, invitations, the end.
    Told(Output),
}

/// A session on its connection.
#[derive(Debug)]
pub struct Player {
    /// What one can see and do.
    pub client: Client,
    socket: Socket,
    begun: Instant,
    /// When something was heard last on this connection, or when it was dialled.
    heard_at: Instant,
    silence: Duration,
    /// When the hands are asked next; kept over frames, as setting a timer for each costs more than many frames do.
    due: Pin<Box<Sleep>>,
    was_asked: bool,
}

impl Player {
    /// Dials and says hello; `config` says as whom, and how often inputs are repeated (`Way::repeats`).
    ///
    /// # Errors
    /// When nobody answers there.
    pub async fn connect(way: &Way, mut config: ClientConfig) -> Result<Self, TransportError> {
        let socket = way.connect().await?;
        config.repeats = way.repeats();
        let begun = Instant::now();
        let due = Box::pin(tokio::time::sleep_until(begun));
        let (client, silence) = (Client::new(config), SILENCE_BEFORE);
        Ok(Self { client, socket, begun, heard_at: begun, silence, due, was_asked: false })
    }

    /// Dials again after the connection was lost, and goes on with what is known: see `Client::reconnect`. `config` names
    /// the token of the session.
    ///
    /// # Errors
    /// When nobody answers there; then it may be tried again.
    pub async fn reconnect(
        &mut self,
        way: &Way,
        mut config: ClientConfig,
    ) -> Result<(), TransportError> {
        let socket = way.connect().await?;
        config.repeats = way.repeats();
        self.client.reconnect(config);
        (self.socket, self.was_asked) = (socket, false);
        (self.heard_at, self.silence) = (Instant::now(), SILENCE_BEFORE);
        self.due.as_mut().reset(self.heard_at);
        Ok(())
    }

    /// Time by this player's own clock, which its client is told.
    #[must_use]
    pub fn now(&self) -> Millis {
        let micros = self.begun.elapsed().as_micros();
        Millis::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }

    /// Carries frames and lets time pass until something happens. To be called again and again, and not to be
    /// dropped while it waits: a frame may be half written.
    ///
    /// # Errors
    /// When the connection is over. The session waits for a while for whoever comes back: `reconnect`.
    pub async fn next(&mut self) -> Result<Happening, PlayError> {
        if std::mem::take(&mut self.was_asked) {
            self.client.advance(self.now());
            let due = Instant::now() + self.pause();
            self.due.as_mut().reset(due);
        }
        match self.write().await {
            Ok(None) => {}
            Ok(Some(told)) => return Ok(Happening::Told(told)),
            Err(error) => return self.last_words(error).await,
        }
        tokio::select! {
            // What is there is read before anything is said about silence: this program may have been held up.
            biased;
            frame = self.socket.recv() => {
                let frame = frame?.ok_or(PlayError::HungUp)?;
                self.client.handle_frame(self.now(), &frame)?;
                (self.heard_at, self.silence) = (Instant::now(), SILENCE);
                Ok(Happening::Heard(frame.len()))
            }
            () = &mut self.due => {
                if self.heard_at.elapsed() > self.silence {
                    return Err(PlayError::Silent(self.silence));
                }
                self.was_asked = true;
                Ok(Happening::Due)
            }
        }
    }

    /// The connection takes nothing any more; what the server said before it hung up may still be there.
    async fn last_words(&mut self, error: TransportError) -> Result<Happening, PlayError> {
        while let Ok(Some(frame)) = self.socket.recv().await {
            self.client.handle_frame(self.now(), &frame)?;
        }
        while let Some(output) = self.client.poll() {
            if matches!(output, Output::Closed { .. }) {
                return Ok(Happening::Told(output));
            }
        }
        Err(error.into())
    }

    /// Writes what waits, up to the next thing to be told.
    async fn write(&mut self) -> Result<Option<Output>, TransportError> {
        while let Some(output) = self.client.poll() {
            match output {
                Output::Frame(frame) => self.socket.send(frame).await?,
                told => return Ok(Some(told)),
            }
        }
        Ok(None)
    }

    fn pause(&self) -> Duration {
        let now = self.now().micros();
        let due = self.client.next_timeout();
        let pause = due.map(|due| Duration::from_micros(due.micros().saturating_sub(now)));
        pause.unwrap_or(PAUSE).clamp(PAUSES.0, PAUSES.1)
    }

    /// Says goodbye, so that the body leaves at once, and closes.
    pub async fn leave(mut self) {
        self.client.leave();
        while let Some(output) = self.client.poll() {
            if let Output::Frame(frame) = output
                && self.socket.send(frame).await.is_err()
            {
                break;
            }
        }
        // Dropped, a line by UDP would take its goodbye back.
        self.socket.close(CloseCode::Left.get(), "").await;
    }
}
