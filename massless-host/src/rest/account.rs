//! One's own data: shown, handed out, deleted.

use massless_store::repo::accounts;
use massless_store::repo::bans::{self, Deed};
use massless_store::repo::export;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Api;
use super::auth::AccountShown;
use super::call::{Answer, Call, Outcome};
use super::problem::{Code, Problem};
use crate::accounts::AuthError;

/// Proves once more who wants to be forgotten.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Farewell {
    /// The password; guests have none.
    password: Option<String>,
}

/// The caller's account.
#[utoipa::path(
    get, path = "/account", tag = "account",
    responses((status = 200, description = "the account", body = AccountShown)),
    security(("bearer" = []))
)]
pub(super) fn show(api: &Api, call: &Call) -> Outcome {
    let id = call.caller()?.account;
    let account = api.accounts.store().repeat(|conn| accounts::by_id(conn, id))?;
    Answer::ok(&AccountShown::new(&account.ok_or(Code::TokenRefused)?))
}

/// Everything that is stored of the caller: account, log-ins, characters, items, coin, letters,
/// offers, friends, blocks, bans.
#[utoipa::path(
    get, path = "/account/export", tag = "account",
    responses((status = 200, description = "all of it", body = serde_json::Value)),
    security(("bearer" = []))
)]
pub(super) fn export(api: &Api, call: &Call) -> Outcome {
    let id = call.caller()?.account;
    Answer::ok(&api.accounts.store().repeat(|conn| export::account(conn, id))?)
}

/// Forgets the caller: login, mail and password at once, the characters after their seven days.
#[utoipa::path(
    delete, path = "/account", tag = "account", request_body = Option<Farewell>,
    responses((status = 204, description = "forgotten")),
    security(("bearer" = []))
)]
pub(super) fn delete(api: &Api, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let given: Farewell = call.read_or_default()?;
    if !caller.is_guest {
        let proof = api.accounts.prove(caller.account, &given.password.unwrap_or_default());
        proof.map_err(|error| match error {
            AuthError::Unknown => Problem::from(Code::PasswordRefused),
            error => Problem::from(error),
        })?;
    }
    if api.shared.session(call.now, caller.account).is_some() {
        return Err(Code::CharacterOnline.into());
    }
    let deed = Deed {
        actor: "owner",
        account: Some(caller.account),
        action: "account-deleted",
        subject: "account",
        detail: "",
    };
    api.accounts.store().with(|conn| {
        conn.transaction(|conn| {
            export::delete_characters(conn, call.millis(), caller.account)?;
            accounts::erase(conn, call.millis(), caller.account)?;
            bans::audit(conn, call.millis(), &deed)
        })
    })?;
    Answer::nothing()
}
