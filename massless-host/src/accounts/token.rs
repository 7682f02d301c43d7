//! Access tokens: RS256, a quarter of an hour, for one account in one session.
//!
//! Only RS256 is accepted, only from keys the ring believes; nothing a token's header says chooses
//! anything but which of those keys. Whether the session it belongs to still stands is the
//! database's to say (`epoch`, `session`).

use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};

use super::keys::{KeyError, KeyRing};
use crate::limits::{ACCESS_SECONDS, TOKEN_BYTES_MAX, TOKEN_LEEWAY_SECONDS};

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who issued it.
    pub(crate) iss: String,
    /// For whom.
    pub(crate) aud: String,
    /// The account's id, in decimal.
    pub(crate) sub: String,
    /// When it was issued, seconds since 1970.
    pub(crate) iat: u64,
    /// When it ends, seconds since 1970.
    pub(crate) exp: u64,
    /// What its bearer may do: `player`, `moderator`, `admin`.
    pub(crate) roles: Vec<String>,
    /// The account's session epoch: a logout everywhere ends all tokens of before.
    pub(crate) epoch: u64,
    /// The log-in this belongs to (the family of its refresh tokens).
    pub(crate) sid: String,
}

/// Who a token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The account.
    pub(crate) account: u64,
    /// Its session epoch.
    pub(crate) epoch: u64,
    /// The log-in.
    pub(crate) session: String,
    /// Its roles.
    pub(crate) roles: Vec<String>,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// It is no token, or none of ours.
    #[error("the access token is not valid")]
    Refused,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
    /// There are no keys to judge it by.
    #[error("tokens cannot be judged now")]
    NoKeys,
}

impl From<KeyError> for TokenError {
    fn from(error: KeyError) -> Self {
        tracing::error!(%error, "tokens cannot be signed or judged");
        Self::NoKeys
    }
}

/// Signs and judges tokens.
pub(crate) struct Tokens {
    ring: KeyRing,
    issuer: String,
    audience: String,
}

impl Tokens {
    /// Tokens of that issuer for that audience.
    pub(crate) const fn new(ring: KeyRing, issuer: String, audience: String) -> Self {
        Self { ring, issuer, audience }
    }

    /// The ring.
    pub(crate) const fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// A token for `subject` at `now` (seconds since 1970).
    pub(crate) fn issue(&self, now: u64, subject: &Subject) -> Result<String, TokenError> {
        let keys = self.ring.keys()?;
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: subject.account.to_string(),
            iat: now,
            exp: now + ACCESS_SECONDS,
            roles: subject.roles.clone(),
            epoch: subject.epoch,
            sid: subject.session.clone(),
        };
        let header = Header { kid: Some(keys.kid.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &keys.signing).map_err(|_| TokenError::NoKeys)
    }

    /// Judges a token at `now` (seconds since 1970).
    pub(crate) fn verify(&self, now: u64, token: &str) -> Result<Subject, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Refused);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Refused)?;
        let kid = header.kid.filter(|_| header.alg == Algorithm::RS256);
        let kid = kid.ok_or(TokenError::Refused)?;
        let mut keys = self.ring.keys()?;
        if keys.believed(&kid).is_none() {
            keys = self.ring.keys_for_unknown()?;
        }
        let key = keys.believed(&kid).ok_or(TokenError::Refused)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation());
        let claims = claims.map_err(|_| TokenError::Refused)?.claims;
        if claims.iat > now + TOKEN_LEEWAY_SECONDS {
            return Err(TokenError::Refused);
        }
        if now > claims.exp.saturating_add(TOKEN_LEEWAY_SECONDS) {
            return Err(TokenError::Expired);
        }
        let account = claims.sub.parse().map_err(|_| TokenError::Refused)?;
        let (epoch, session, roles) = (claims.epoch, claims.sid, claims.roles);
        Ok(Subject { account, epoch, session, roles })
    }

    /// Time is judged by the caller's clock, above.
    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation
    }
}

#[cfg(test)]
mod tests;
