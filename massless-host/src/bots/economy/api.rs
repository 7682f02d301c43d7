//! The interface of the server's page, as far as a merchant needs it.

use hyper::{Method, StatusCode};
use massless_net::session::ticket::Ticket;
use serde_json::{Value, json};

use crate::bots::call::{Call, call};

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    /// Nobody answers.
    #[error("{0:#}")]
    Away(anyhow::Error),
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

/// A letter that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Its number.
    pub(super) id: u64,
    /// Whether there is something in it.
    pub(super) is_full: bool,
}

/// An offer of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// Its number.
    pub(super) id: u64,
    /// Coin for all of it.
    pub(super) price: i64,
}

/// One account at one server.
#[derive(Debug)]
pub(super) struct Api {
    base: String,
    token: Option<String>,
}

impl Api {
    /// Of the server at `url`; nobody is logged in.
    pub(super) fn new(url: &str) -> Self {
        Self { base: format!("{}/api/v1", url.trim_end_matches('/')), token: None }
    }

    /// Whether there was a login since the last `forget`.
    pub(super) const fn is_logged_in(&self) -> bool {
        self.token.is_some()
    }

    /// The token is no good any more.
    pub(super) fn forget(&mut self) {
        self.token = None;
    }

    /// Logs in; makes the account when there is none of that name.
    pub(super) async fn log_in(&mut self, name: &str, password: &str) -> Result<(), ApiError> {
        let given = json!({ "name": name, "password": password });
        let opened = match self.ask(Method::POST, "/auth/login", Some(&given)).await {
            Err(ApiError::Refused { code, .. }) if code == "login-refused" => {
                self.ask(Method::POST, "/auth/register", Some(&given)).await?
            }
            other => other?,
        };
        let token = opened["access_token"].as_str().ok_or(ApiError::Strange("access token"))?;
        self.token = Some(token.to_owned());
        Ok(())
    }

    /// The account's first character; makes `wanted` when it has none.
    pub(super) async fn character(&self, wanted: &Value) -> Result<(u64, String), ApiError> {
        let list = self.ask(Method::GET, "/characters", None).await?;
        let own = list["characters"].as_array().and_then(|list| list.first()).cloned();
        let own = match own {
            Some(own) => own,
            None => self.ask(Method::POST, "/characters", Some(wanted)).await?,
        };
        let name = own["name"].as_str().ok_or(ApiError::Strange("name"))?.to_owned();
        Ok((number(&own["id"], "character")?, name))
    }

    /// A ticket for that character, and where it is good.
    pub(super) async fn ticket(&self, character: u64) -> Result<(Ticket, String), ApiError> {
        let wanted = json!({ "character": character });
        let admission = self.ask(Method::POST, "/session", Some(&wanted)).await?;
        let ticket = admission["ticket"].as_str().and_then(Ticket::parse);
        let url = admission["game_url"].as_str().ok_or(ApiError::Strange("address"))?;
        Ok((ticket.ok_or(ApiError::Strange("ticket"))?, url.to_owned()))
    }

    /// Writes a letter to that character; the draft's number.
    pub(super) async fn draft(&self, from: u64, to: &str) -> Result<u64, ApiError> {
        let letter = json!({ "to": to, "subject": "Business", "text": "", "character": from });
        let drafted = self.ask(Method::POST, "/mail/drafts", Some(&letter)).await?;
        number(&drafted["draft"], "draft")
    }

    /// Letters that have arrived.
    pub(super) async fn letters(&self, character: u64) -> Result<Vec<Letter>, ApiError> {
        let path = format!("/mail?character={character}");
        let inbox = self.ask(Method::GET, &path, None).await?;
        let letters = inbox["letters"].as_array().ok_or(ApiError::Strange("letters"))?;
        let is_full = |letter: &Value| {
            let items = letter["items"].as_array().is_some_and(|items| !items.is_empty());
            items || letter["coin"].as_i64().is_some_and(|coin| coin > 0)
        };
        let letters = letters.iter().map(|letter| {
            Ok(Letter { id: number(&letter["id"], "letter")?, is_full: is_full(letter) })
        });
        letters.collect()
    }

    /// Throws an empty letter away.
    pub(super) async fn throw_away(&self, character: u64, letter: u64) -> Result<(), ApiError> {
        let path = format!("/mail/{letter}?character={character}");
        self.ask(Method::DELETE, &path, None).await.map(|_| ())
    }

    /// The newest offers of others.
    pub(super) async fn offers(&self, own_name: &str) -> Result<Vec<Offer>, ApiError> {
        let page = self.ask(Method::GET, "/market?sort=newest", None).await?;
        let offers = page["offers"].as_array().ok_or(ApiError::Strange("offers"))?;
        let others = offers.iter().filter(|offer| offer["seller"].as_str() != Some(own_name));
        others.map(offer_of).collect()
    }

    /// The character's own offers.
    pub(super) async fn own_offers(&self, character: u64) -> Result<Vec<Offer>, ApiError> {
        let path = format!("/market/mine?character={character}");
        let page = self.ask(Method::GET, &path, None).await?;
        let offers = page["offers"].as_array().ok_or(ApiError::Strange("offers"))?;
        offers.iter().map(offer_of).collect()
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, ApiError> {
        let url = format!("{}{path}", self.base);
        let token = self.token.as_deref();
        let body = body.map(Value::to_string);
        let reply = call(Call { method, url: &url, token, body }).await.map_err(ApiError::Away)?;
        let answer = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
        if reply.status.is_success() {
            return Ok(answer);
        }
        let code = answer["code"].as_str().unwrap_or_default().to_owned();
        Err(ApiError::Refused { status: reply.status, code })
    }
}

fn offer_of(offer: &Value) -> Result<Offer, ApiError> {
    let price = offer["price"].as_i64().ok_or(ApiError::Strange("price"))?;
    Ok(Offer { id: number(&offer["id"], "offer")?, price })
}

fn number(value: &Value, what: &'static str) -> Result<u64, ApiError> {
    value.as_u64().ok_or(ApiError::Strange(what))
}
