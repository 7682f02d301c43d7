//! The ledger: what became of an item, where a character's coin came from and went to.

use massless_net::session::name::fold_name;
use massless_store::repo::trace::{self, CoinEntry, ItemEvent, Made};
use massless_store::repo::{friends, quarantine};
use massless_store::{Store, StoreError};
use serde_json::{Value, json};

use super::party;
use crate::hex::hex;

/// An item with a page of its events above the version `after`; `None` when there is none.
pub(crate) fn item(store: &Store, id: u64, after: i64) -> Result<Option<Value>, StoreError> {
    let found = store.repeat(|conn| {
        conn.reading(|conn| {
            let Some(item) = trace::item(conn, id)? else { return Ok(None) };
            Ok(Some((item, trace::item_events(conn, id, after)?)))
        })
    })?;
    Ok(found.map(|(it, events)| {
        let next = events.last().map(|last| last.version).filter(|last| *last < it.version);
        json!({
            "id": it.id, "definition": it.definition.0, "name": it.definition.1,
            "rarity": it.rarity, "upgrade": it.upgrade, "quantity": it.quantity,
            "bound": it.is_bound, "owner": party(&it.owner), "version": it.version,
            "quarantine": it.quarantine,
            "events": events.iter().map(event).collect::<Vec<_>>(), "next": next,
        })
    }))
}

/// A character's coin with a page of its entries below the version `before`; `whom` is a name, or a
/// number after a `#`. `None` when there is no such character.
pub(crate) fn coin(
    store: &Store,
    whom: &str,
    before: Option<i64>,
) -> Result<Option<Value>, StoreError> {
    let found = store.repeat(|conn| {
        let id = match whom.strip_prefix('#') {
            Some(id) => id.parse().ok(),
            None => friends::named(conn, &fold_name(whom))?.map(|(id, _)| id),
        };
        let Some(id) = id else { return Ok(None) };
        let Some(balance) = trace::balance(conn, id)? else { return Ok(None) };
        Ok(Some((id, balance, trace::coin(conn, id, before)?)))
    })?;
    Ok(found.map(|(id, balance, entries)| {
        let next = entries.last().map(|last| last.version).filter(|last| *last > 1);
        json!({
            "character": id, "balance": balance,
            "entries": entries.iter().map(entry).collect::<Vec<_>>(), "next": next,
        })
    }))
}

/// What was put aside: a page of items above the number `after`, and the newest snapshots.
pub(crate) fn put_aside(store: &Store, after: u64) -> Result<Value, StoreError> {
    let (items, snapshots) =
        store.repeat(|conn| Ok((quarantine::items(conn, after)?, quarantine::snapshots(conn)?)))?;
    let items = items.iter().map(|it| {
        json!({
            "item": it.item, "definition": it.definition, "quantity": it.quantity,
            "owner_kind": it.owner.0, "owner_id": it.owner.1, "reason": it.reason,
            "seen_at": it.seen_at,
        })
    });
    let snapshots = snapshots.iter().map(|it| {
        json!({
            "id": it.id, "character": it.character, "name": it.name, "epoch": it.epoch.0,
            "seq": it.epoch.1, "reason": it.reason, "seen_at": it.seen_at,
        })
    });
    Ok(json!({
        "items": items.collect::<Vec<_>>(), "snapshots": snapshots.collect::<Vec<_>>(),
    }))
}

fn made(it: &Made) -> Value {
    json!({
        "operation": hex(&it.operation), "kind": it.kind, "at": it.at, "host": it.host,
        "reverses": it.reverses.as_deref().map(hex),
    })
}

fn event(it: &ItemEvent) -> Value {
    json!({
        "version": it.version, "made": made(&it.made), "from": party(&it.from),
        "to": party(&it.to), "delta": it.quantity.0, "quantity": it.quantity.1,
        "upgrade": it.upgrade,
    })
}

fn entry(it: &CoinEntry) -> Value {
    let others = it.others.iter().map(|(other, delta)| {
        let mut shown = party(other);
        shown["delta"] = json!(delta);
        shown
    });
    json!({
        "version": it.version, "made": made(&it.made), "delta": it.delta, "balance": it.balance,
        "others": others.collect::<Vec<_>>(),
    })
}
