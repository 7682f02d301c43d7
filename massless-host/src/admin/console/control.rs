//! What changes something: orders of the staff, drain, kill switches. And what only admins look at:
//! settings and audit.

use massless_store::repo::audit::Filter;
use massless_store::repo::switches;
use serde::Deserialize;
use serde_json::json;
use warp::http::StatusCode;

use super::super::orders::NO_DRAIN;
use super::Console;
use super::call::{Call, Caller, Outcome, Refusal, json as answer};
use crate::drain::NOTICE_SECONDS_MAX;
use crate::office::records;
use crate::staff::StaffOrder;

/// A wish for a drain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    notice_seconds: u64,
}

/// A kill switch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turn {
    path: String,
    off: bool,
}

/// `POST /orders`: kick, mute, ban, unban, announce. The staff's own rules say who may.
pub(super) fn order(console: &Console, caller: &Caller, call: &Call, _: &[&str]) -> Outcome {
    let order: StaffOrder = call.read()?;
    console.orders.staff.obey(call.now, &caller.actor(), order)?;
    answer(&json!({ "done": true }))
}

/// `POST /drain`.
pub(super) fn drain(console: &Console, caller: &Caller, call: &Call, _: &[&str]) -> Outcome {
    let Notice { notice_seconds } = call.read()?;
    if notice_seconds > NOTICE_SECONDS_MAX {
        return Err(Refusal::bad(format!("a notice has 0 to {NOTICE_SECONDS_MAX} seconds")));
    }
    let is_told = console.orders.begin_drain(call.now, &caller.name, notice_seconds);
    if !is_told {
        let sentence = "the server stops already";
        return Err(Refusal::new(StatusCode::CONFLICT, "stopping", sentence));
    }
    answer(&json!({ "done": true }))
}

/// `POST /drain/cancel`.
pub(super) fn call_off(console: &Console, caller: &Caller, call: &Call, _: &[&str]) -> Outcome {
    if !console.orders.call_off_drain(call.now, &caller.name) {
        return Err(Refusal::new(StatusCode::CONFLICT, "no-drain", NO_DRAIN));
    }
    answer(&json!({ "done": true }))
}

/// `GET /switches`.
pub(super) fn switches(console: &Console, _: &Caller, _: &Call, _: &[&str]) -> Outcome {
    answer(&records::switches(&console.store)?)
}

/// `POST /switches`.
pub(super) fn turn(console: &Console, caller: &Caller, call: &Call, _: &[&str]) -> Outcome {
    let Turn { path, off } = call.read()?;
    console.store.with(|conn| switches::turn(conn, call.now, (&path, off), &caller.name))?;
    answer(&records::switches(&console.store)?)
}

/// `GET /settings`.
pub(super) fn settings(console: &Console, _: &Caller, _: &Call, _: &[&str]) -> Outcome {
    let all = console
        .settings
        .iter()
        .map(|it| json!({ "key": it.key, "value": it.value, "source": it.source }));
    answer(&json!({ "settings": all.collect::<Vec<_>>() }))
}

/// `GET /audit?actor=&action=&account=&before=`.
pub(super) fn audit(console: &Console, _: &Caller, call: &Call, _: &[&str]) -> Outcome {
    let filter = Filter {
        actor: call.asked("actor").map(str::to_owned),
        action: call.asked("action").map(str::to_owned),
        account: call.number("account")?,
        before: call.number("before")?,
    };
    answer(&records::audit(&console.store, &filter)?)
}
