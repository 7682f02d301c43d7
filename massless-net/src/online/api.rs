//! A server's interface below `/api/v1`, as far as one needs it to get into the world: an account, a character,
//! a ticket.

use hyper::{Method, StatusCode};
use massless_core::ids::{ClassId, FactionId};
use serde_json::{Value, json};
use thiserror::Error;

use super::call::{Call, CallError, call};
use super::way::{Way, WayError};
use crate::session::ticket::Ticket;
use crate::transport::{Transport, TransportError};

/// Why a call came to nothing.
#[derive(Debug, Error)]
pub enum ApiError {
    /// Nobody answers.
    #[error(transparent)]
    Away(#[from] CallError),
    /// Nobody answers where the game should be.
    #[error(transparent)]
    Lost(#[from] TransportError),
    /// The server names no such way into the game.
    #[error(transparent)]
    Way(#[from] WayError),
    /// A problem document.
    #[error("{status} {code}")]
    Refused {
        /// Its status.
        status: StatusCode,
        /// Its code.
        code: String,
    },
    /// It answers what is not understood.
    #[error("the answer has no {0}")]
    Strange(&'static str),
}

/// What a new character is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Which class, 1..=4.
    pub class: ClassId,
    /// Which faction, 1..=3.
    pub faction: FactionId,
    /// Its looks, 0..=15.
    pub look: u8,
}

impl Wanted {
    /// As the interface takes it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "class": self.class.get(),
            "faction": self.faction.get(),
            "look": self.look,
        })
    }
}

/// One account at one server.
#[derive(Clone, Debug)]
pub struct Api {
    base: String,
    token: Option<String>,
}

impl Api {
    /// Of the server whose page is at `url`; nobody is logged in.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { base: format!("{}/api/v1", url.trim_end_matches('/')), token: None }
    }

    /// Whether there was a login since the last `forget`.
    #[must_use]
    pub const fn is_logged_in(&self) -> bool {
        self.token.is_some()
    }

    /// The token is no good any more.
    pub fn forget(&mut self) {
        self.token = None;
    }

    /// Makes an account without name and password.
    ///
    /// # Errors
    /// `Refused` where the server takes no guests.
    pub async fn guest(&mut self) -> Result<(), ApiError> {
        let opened = self.ask(Method::POST, "/auth/guest", None).await?;
        self.enter(&opened)
    }

    /// Logs in; makes the account when there is none of that name.
    ///
    /// # Errors
    /// `Refused` for another password, or a name or password that nobody may have.
    pub async fn log_in(&mut self, name: &str, password: &str) -> Result<(), ApiError> {
        let given = json!({ "name": name, "password": password });
        let opened = match self.ask(Method::POST, "/auth/login", Some(&given)).await {
            Err(ApiError::Refused { code, .. }) if code == "login-refused" => {
                self.ask(Method::POST, "/auth/register", Some(&given)).await?
            }
            other => other?,
        };
        self.enter(&opened)
    }

    fn enter(&mut self, opened: &Value) -> Result<(), ApiError> {
        let token = opened["access_token"].as_str().ok_or(ApiError::Strange("access token"))?;
        self.token = Some(token.to_owned());
        Ok(())
    }

    /// The account's first character; makes `wanted` when it has none. Its number and name.
    ///
    /// # Errors
    /// `Refused` for a name that is taken or against the rules.
    pub async fn character(&self, wanted: &Value) -> Result<(u64, String), ApiError> {
        let list = self.ask(Method::GET, "/characters", None).await?;
        let own = list["characters"].as_array().and_then(|list| list.first()).cloned();
        let own = match own {
            Some(own) => own,
            None => self.ask(Method::POST, "/characters", Some(wanted)).await?,
        };
        let name = own["name"].as_str().ok_or(ApiError::Strange("name"))?.to_owned();
        Ok((number(&own["id"], "character")?, name))
    }

    /// A ticket for that character, good once and for half a minute, and where it is good by WebSocket.
    ///
    /// # Errors
    /// `Refused` when the character is not the account's, or the server is full.
    pub async fn ticket(&self, character: u64) -> Result<(Ticket, String), ApiError> {
        let admission = self.admit(character).await?;
        let url = admission["game_url"].as_str().ok_or(ApiError::Strange("address"))?;
        Ok((ticket_in(&admission)?, url.to_owned()))
    }

    /// The same with the way there by any transport.
    ///
    /// # Errors
    /// As `ticket`, and `Way` when the server does not speak that transport.
    pub async fn admission(
        &self,
        character: u64,
        transport: Transport,
    ) -> Result<(Ticket, Way), ApiError> {
        let admission = self.admit(character).await?;
        Ok((ticket_in(&admission)?, Way::from_plan(&admission, transport, 1)?))
    }

    async fn admit(&self, character: u64) -> Result<Value, ApiError> {
        let wanted = json!({ "character": character });
        self.ask(Method::POST, "/session", Some(&wanted)).await
    }

    /// Any call of the interface, in the name of who is logged in.
    ///
    /// # Errors
    /// `Refused` with the code of the problem that the server answers.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        let url = format!("{}{path}", self.base);
        let token = self.token.as_deref();
        let body = body.map(Value::to_string);
        let reply = call(Call { method, url: &url, token, body }).await?;
        let answer = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
        if reply.status.is_success() {
            return Ok(answer);
        }
        let code = answer["code"].as_str().unwrap_or_default().to_owned();
        Err(ApiError::Refused { status: reply.status, code })
    }
}

fn ticket_in(admission: &Value) -> Result<Ticket, ApiError> {
    let ticket = admission["ticket"].as_str().and_then(Ticket::parse);
    ticket.ok_or(ApiError::Strange("ticket"))
}

fn number(value: &Value, what: &'static str) -> Result<u64, ApiError> {
    value.as_u64().ok_or(ApiError::Strange(what))
}
