//! Players: search, and all of an account that helps to judge it.

use massless_net::session::name::fold_name;
use massless_store::repo::audit::{self, Filter};
use massless_store::repo::people::{self, Found, Person};
use massless_store::{Store, StoreError};
use serde_json::{Value, json};

use super::records;
use crate::hex::hex;

/// Letters of what is looked for, at most. Reason: no name is longer.
const SEARCH_LETTERS_MAX: usize = 40;

/// Who is found by the beginning of a character's name or of a login. After an `@` logins only; a
/// number after a `#` is an account.
pub(crate) fn search(store: &Store, now: i64, text: &str) -> Result<Value, StoreError> {
    let text: String = text.trim().chars().take(SEARCH_LETTERS_MAX).collect();
    if let Some(id) = text.strip_prefix('#').and_then(|id| id.parse().ok()) {
        let person = store.repeat(|conn| people::person(conn, now, id))?;
        let found = person.map(|it| {
            json!({ "account": it.id, "login": it.login, "roles": it.roles, "character": null,
                "seen_at": it.times.1 })
        });
        return Ok(json!({ "found": found.into_iter().collect::<Vec<_>>() }));
    }
    let login = text.strip_prefix('@').unwrap_or(&text).to_ascii_lowercase();
    let name = if text.starts_with('@') { String::new() } else { fold_name(&text) };
    let found = store.repeat(|conn| people::search(conn, (&name, &login)))?;
    Ok(json!({ "found": found.iter().map(shown).collect::<Vec<_>>() }))
}

/// All of an account; `None` when there is none.
pub(crate) fn person(store: &Store, now: i64, id: u64) -> Result<Option<Value>, StoreError> {
    let Some(person) = store.repeat(|conn| people::person(conn, now, id))? else {
        return Ok(None);
    };
    let filter = Filter { account: Some(id), ..Filter::default() };
    let deeds = store.repeat(|conn| audit::page(conn, &filter))?;
    let mut shown = of(now, &person);
    shown["staff"] = deeds.iter().map(records::line).collect();
    Ok(Some(shown))
}

fn shown(it: &Found) -> Value {
    let character = it.character.as_ref();
    let character =
        character.map(|(id, name, level)| json!({ "id": id, "name": name, "level": level }));
    json!({
        "account": it.account, "login": it.login, "roles": it.roles, "character": character,
        "seen_at": it.seen_at,
    })
}

fn of(now: i64, it: &Person) -> Value {
    let characters = it.characters.iter().map(|one| {
        let host = one.host.as_ref().filter(|(_, until)| *until > now).map(|(host, _)| host);
        json!({
            "id": one.id, "name": one.name, "class": one.class.0, "faction": one.class.1,
            "level": one.class.2, "zone": one.zone, "created_at": one.times.0,
            "played_at": one.times.1, "deleted_at": one.times.2, "host": host, "coin": one.coin,
        })
    });
    let log_ins = it.log_ins.iter().map(|one| {
        json!({
            "id": hex(&one.family[..one.family.len().min(4)]), "since": one.times.0,
            "refreshed_at": one.times.1, "expires_at": one.times.2, "open": one.is_open,
        })
    });
    let bans = it.bans.iter().map(|one| {
        let (since, until, lifted) = one.times;
        let holds = lifted.is_none() && until.is_none_or(|until| until > now);
        json!({
            "reason": one.reason, "by": one.by, "since": since, "until": until,
            "lifted_at": lifted, "holds": holds,
        })
    });
    json!({
        "id": it.id, "guest": it.is_guest, "login": it.login, "roles": it.roles,
        "created_at": it.times.0, "seen_at": it.times.1, "deleted_at": it.times.2,
        "second_factor": it.has_factor,
        "characters": characters.collect::<Vec<_>>(),
        "log_ins": log_ins.collect::<Vec<_>>(),
        "bans": bans.collect::<Vec<_>>(),
    })
}
