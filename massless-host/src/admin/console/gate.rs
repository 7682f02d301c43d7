//! Who may do what: the session behind a cookie, the token against forged calls, the role. What is
//! refused is written into the audit.

use massless_store::repo::accounts::Role;
use massless_store::repo::bans::{self, Deed};
use massless_store::repo::console;
use massless_store::repo::tokens::Hash;
use warp::http::{Method, StatusCode};

use super::Console;
use super::call::{Call, Caller, Outcome, Refusal};
use super::route;
use crate::hex::hex;

/// Name of the cookie.
pub(super) const COOKIE: &str = "massless_console";
/// Header that carries the token of the session with whatever changes something: a form on another
/// page cannot send it.
pub(super) const TOKEN_HEADER: &str = "x-massless-console";
/// Header of what a page asks by itself: it keeps nobody signed in.
const IDLE_HEADER: &str = "x-massless-idle";

impl Console {
    /// Looks who calls, judges, and does it. Blocks.
    pub(super) fn obey(&self, call: &Call) -> Outcome {
        let caller = self.caller(call)?;
        let Some((route, parts)) = route::find(&call.method, &call.path) else {
            return Err(Refusal::nothing("address"));
        };
        let outcome = if caller.role < route.role {
            let sentence = format!("this is for the role {}", route.role.word());
            Err(Refusal::new(StatusCode::FORBIDDEN, "forbidden", sentence))
        } else {
            (route.act)(self, &caller, call, &parts)
        };
        if let Err(refusal) = &outcome {
            let is_act = call.method != Method::GET;
            if is_act || refusal.status == StatusCode::FORBIDDEN {
                self.note_refused(call, (&caller.name, caller.account), refusal);
            }
        }
        outcome
    }

    fn caller(&self, call: &Call) -> Result<Caller, Refusal> {
        if let Some(shown) = call.header("authorization") {
            return self.by_token(shown);
        }
        let refused = || {
            let sentence = "sign in first";
            Refusal::new(StatusCode::UNAUTHORIZED, "no-session", sentence)
        };
        let cookie = call.cookie(COOKIE).ok_or_else(refused)?;
        let is_active = call.header(IDLE_HEADER).is_none();
        let session =
            self.store.with(|conn| console::find(conn, call.now, &hash(cookie), is_active))?;
        let account = session.ok_or_else(refused)?.account;
        let name = account.login.unwrap_or_default();
        let caller = Caller { name, account: Some(account.id), role: account.role };
        if caller.role < Role::Moderator {
            return Err(refused());
        }
        let is_act = call.method != Method::GET;
        if is_act && call.header(TOKEN_HEADER) != Some(&token(cookie)) {
            let sentence = "the call does not carry the session's token";
            let refusal = Refusal::new(StatusCode::FORBIDDEN, "no-token", sentence);
            self.note_refused(call, (&caller.name, caller.account), &refusal);
            return Err(refusal);
        }
        Ok(caller)
    }

    /// The command line shows the token of the data folder.
    fn by_token(&self, shown: &str) -> Result<Caller, Refusal> {
        if self.orders.is_bearer(shown) {
            return Ok(Caller { name: "console".to_owned(), account: None, role: Role::Admin });
        }
        let sentence = "show the token of the file admin.token in the data folder";
        Err(Refusal::new(StatusCode::UNAUTHORIZED, "no-token", sentence))
    }

    /// Writes down what was not done. That it cannot be written changes nothing: it was not done.
    pub(super) fn note_refused(
        &self,
        call: &Call,
        (actor, account): (&str, Option<u64>),
        refusal: &Refusal,
    ) {
        let subject = format!("{} {}", call.method, call.path);
        let detail = format!("{}: {}", refusal.code, refusal.sentence);
        let deed = Deed { actor, account, action: "refused", subject: &subject, detail: &detail };
        if let Err(error) = self.store.with(|conn| bans::audit(conn, call.now, &deed)) {
            tracing::warn!(%error, code = refusal.code, "a refused action could not be written down");
        }
    }

    /// Writes down what is about to be done; what cannot be written down is not done.
    pub(super) fn note(
        &self,
        call: &Call,
        caller: &Caller,
        (action, subject, detail): (&str, &str, &str),
    ) -> Result<(), Refusal> {
        let account = caller.account;
        let deed = Deed { actor: &caller.name, account, action, subject, detail };
        Ok(self.store.with(|conn| bans::audit(conn, call.now, &deed))?)
    }
}

/// What the database knows a cookie by.
pub(super) fn hash(cookie: &str) -> Hash {
    *blake3::hash(cookie.as_bytes()).as_bytes()
}

/// The token of a session: it follows from the cookie, which no script can read.
pub(super) fn token(cookie: &str) -> String {
    hex(&blake3::derive_key("massless console token 2026-11", cookie.as_bytes()))
}
