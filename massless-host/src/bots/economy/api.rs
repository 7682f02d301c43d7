//! The books of a server, as far as a merchant needs them: letters and the market.

use std::ops::{Deref, DerefMut};

use hyper::Method;
use massless_net::online;
pub(super) use massless_net::online::ApiError;
use serde_json::{Value, json};

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

/// One account at one server, with its books.
#[derive(Debug)]
pub(super) struct Api(online::Api);

impl Deref for Api {
    type Target = online::Api;

    fn deref(&self) -> &online::Api {
        &self.0
    }
}

impl DerefMut for Api {
    fn deref_mut(&mut self) -> &mut online::Api {
        &mut self.0
    }
}

impl Api {
    /// Of the server at `url`; nobody is logged in.
    pub(super) fn new(url: &str) -> Self {
        Self(online::Api::new(url))
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
}

fn offer_of(offer: &Value) -> Result<Offer, ApiError> {
    let price = offer["price"].as_i64().ok_or(ApiError::Strange("price"))?;
    Ok(Offer { id: number(&offer["id"], "offer")?, price })
}

fn number(value: &Value, what: &'static str) -> Result<u64, ApiError> {
    value.as_u64().ok_or(ApiError::Strange(what))
}
