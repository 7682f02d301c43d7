//! Players, the ledger and what was put aside.

use massless_store::repo::export;
use massless_store::shared::UnixMillis;
use serde_json::json;

use super::Console;
use super::call::{Call, Caller, Outcome, Refusal, download, json as answer};
use crate::office::{ledger, people};

/// `GET /players?text=`.
pub(super) fn search(console: &Console, _: &Caller, call: &Call, _: &[&str]) -> Outcome {
    answer(&people::search(&console.store, call.now, call.asked("text").unwrap_or_default())?)
}

/// `GET /players/{id}`: the account, and the session in the world if there is one.
pub(super) fn person(console: &Console, _: &Caller, call: &Call, parts: &[&str]) -> Outcome {
    let id = number(parts[0])?;
    let person = people::person(&console.store, call.now, id)?;
    let mut person = person.ok_or_else(|| Refusal::nothing("account"))?;
    let online = console.shared.session(UnixMillis::new(call.now.unsigned_abs()), id);
    person["online"] = json!(online.map(|it| {
        json!({ "character": it.character, "name": it.name, "host": it.host, "zone": it.zone })
    }));
    answer(&person)
}

/// `GET /players/{id}/export`.
pub(super) fn export(console: &Console, caller: &Caller, call: &Call, parts: &[&str]) -> Outcome {
    let id = number(parts[0])?;
    let all = console.store.repeat(|conn| export::account(conn, id))?;
    console.note(call, caller, ("export", &format!("account {id}"), ""))?;
    let bytes = serde_json::to_vec_pretty(&all).unwrap_or_default();
    download(&format!("account-{id}.json"), "application/json", bytes)
}

/// `GET /ledger/item/{id}?after=`.
pub(super) fn item(console: &Console, _: &Caller, call: &Call, parts: &[&str]) -> Outcome {
    let after = call.number("after")?.unwrap_or(0);
    let item = ledger::item(&console.store, number(parts[0])?, after)?;
    answer(&item.ok_or_else(|| Refusal::nothing("item"))?)
}

/// `GET /ledger/coin?whom=&before=`.
pub(super) fn coin(console: &Console, _: &Caller, call: &Call, _: &[&str]) -> Outcome {
    let whom = call.asked("whom").ok_or_else(|| Refusal::bad("whom is a character's name"))?;
    let coin = ledger::coin(&console.store, whom, call.number("before")?)?;
    answer(&coin.ok_or_else(|| Refusal::nothing("character"))?)
}

/// `GET /quarantine?after=`.
pub(super) fn quarantine(console: &Console, _: &Caller, call: &Call, _: &[&str]) -> Outcome {
    answer(&ledger::put_aside(&console.store, call.number("after")?.unwrap_or(0))?)
}

fn number(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::bad(format!("{text:?} is no number")))
}
