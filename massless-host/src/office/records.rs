//! What the staff did, and which paths of wealth are shut.

use massless_store::repo::audit::{self, Filter, Line};
use massless_store::repo::switches;
use massless_store::{Store, StoreError};
use serde_json::{Value, json};

/// A page of the audit, the newest first.
pub(crate) fn audit(store: &Store, filter: &Filter) -> Result<Value, StoreError> {
    let lines = store.repeat(|conn| audit::page(conn, filter))?;
    let is_full = lines.len() as i64 == massless_store::limits::STAFF_PAGE;
    let next = lines.last().map(|last| last.id).filter(|_| is_full);
    Ok(json!({ "lines": lines.iter().map(line).collect::<Vec<_>>(), "next": next }))
}

/// All kill switches.
pub(crate) fn switches(store: &Store) -> Result<Value, StoreError> {
    let all = store.repeat(switches::detailed)?;
    let all = all.iter().map(|it| {
        let (by, at) = it.turned.as_ref().map(|(by, at)| (by, at)).unzip();
        json!({ "path": it.path, "off": it.is_off, "by": by, "at": at })
    });
    Ok(json!({ "switches": all.collect::<Vec<_>>() }))
}

/// A line of the audit.
pub(super) fn line(it: &Line) -> Value {
    json!({
        "id": it.id, "at": it.at, "actor": it.actor, "account": it.account, "action": it.action,
        "subject": it.subject, "detail": it.detail,
    })
}
