//! In and out: login, password and second factor; a session in a cookie that no script sees.

use massless_store::limits::CONSOLE_MILLIS;
use massless_store::repo::accounts::{self, Account, Role};
use massless_store::repo::bans;
use massless_store::repo::{console, second_factor};
use massless_store::shared::{Bucket, UnixMillis};
use serde::Deserialize;
use serde_json::json;
use warp::http::StatusCode;
use warp::http::header::{HeaderValue, SET_COOKIE};

use super::Console;
use super::call::{Call, Caller, Outcome, Refusal, json as answer};
use super::gate::{COOKIE, TOKEN_HEADER, hash, token};
use crate::accounts::{login, password};
use crate::hex::hex;
use crate::limits::{CONSOLE_TRIES, CONSOLE_TRY_MILLIS};
use crate::office::factor::{self, Verdict};

/// Who wants in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    password: String,
    code: String,
}

/// `POST /sign-in`. Verifies a password, and takes as long for a login that does not exist.
pub(super) fn enter(console: &Console, call: &Call) -> Outcome {
    // A page of somebody else cannot send this header, so it cannot sign anybody in.
    if call.header(TOKEN_HEADER).is_none() {
        let sentence = "the call lacks the header of the console";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "no-token", sentence));
    }
    let bucket = Bucket {
        name: format!("console:{}", call.address),
        pause_millis: CONSOLE_TRY_MILLIS,
        burst: CONSOLE_TRIES,
    };
    let now = UnixMillis::new(call.now.unsigned_abs());
    if let Err(wait) = console.shared.take(now, &bucket) {
        let seconds = wait.wait_millis.div_ceil(1_000);
        let sentence = format!("too many tries; the next one in {seconds} s");
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too-many", sentence));
    }
    let given: SignIn = call.read()?;
    let key = login::fold(&given.login);
    let judged = judge(console, call, &given, key.as_deref());
    if let Err(refusal) = &judged
        && refusal.status != StatusCode::SERVICE_UNAVAILABLE
    {
        // What is no login at all may be a password in the wrong field: it is not written down.
        let actor = key.as_deref().unwrap_or("?");
        console.note_refused(call, (actor, None), refusal);
    }
    judged
}

fn judge(console: &Console, call: &Call, given: &SignIn, key: Option<&str>) -> Outcome {
    let refused = || {
        let sentence = "login, password or code is wrong, or the account is not of the staff";
        Refusal::new(StatusCode::UNAUTHORIZED, "sign-in-refused", sentence)
    };
    let found = match key {
        Some(key) => console.store.with(|conn| accounts::by_login(conn, key))?,
        None => None,
    };
    let stored = found.as_ref().and_then(|account| account.password_hash.as_deref());
    let is_right = match stored {
        Some(stored) => password::verify(&given.password, stored),
        None => password::refuse(&given.password),
    };
    let account = found.filter(|it| is_right && it.role >= Role::Moderator).ok_or_else(refused)?;
    if console.store.with(|conn| bans::current(conn, call.now, account.id))?.is_some() {
        return Err(refused());
    }
    let Some(stored) = console.store.with(|conn| second_factor::of(conn, account.id))? else {
        let sentence = "this account has no second factor yet; on the server, run massless account \
            second-factor @LOGIN";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "no-factor", sentence));
    };
    let who = (account.id, &stored);
    let verdict = console
        .store
        .with(|conn| conn.transaction(|conn| factor::judge(conn, call.now, who, &given.code)))?;
    let detail = match verdict {
        Verdict::Right => String::new(),
        Verdict::Recovered(left) => format!("by a recovery code; {left} are left"),
        Verdict::Wrong => return Err(refused()),
        Verdict::Locked => {
            let sentence = "too many wrong codes; the second factor is locked for 15 minutes";
            return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "locked", sentence));
        }
    };
    begin(console, call, &account, &detail)
}

fn begin(console: &Console, call: &Call, account: &Account, detail: &str) -> Outcome {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::bad("the system has no randomness"))?;
    let cookie = hex(&bytes);
    let caller = caller_of(account);
    console.note(call, &caller, ("console.sign-in", &call.address.to_string(), detail))?;
    console.store.with(|conn| {
        console::sweep(conn, call.now)?;
        console::begin(conn, call.now, account, &hash(&cookie))
    })?;
    let mut response = answer(&shown(console, &caller, &cookie))?;
    set_cookie(&mut response, call, &cookie, CONSOLE_MILLIS / 1_000);
    Ok(response)
}

fn caller_of(account: &Account) -> Caller {
    let name = account.login.clone().unwrap_or_default();
    Caller { name, account: Some(account.id), role: account.role }
}

/// `GET /session`: who one is, and the token for whatever changes something.
pub(super) fn session(console: &Console, caller: &Caller, call: &Call, _: &[&str]) -> Outcome {
    answer(&shown(console, caller, call.cookie(COOKIE).unwrap_or_default()))
}

fn shown(console: &Console, caller: &Caller, cookie: &str) -> serde_json::Value {
    json!({
        "name": caller.name, "role": caller.role.word(), "token": token(cookie),
        "server": console.site.name,
    })
}

/// `POST /sign-out`.
pub(super) fn leave(console: &Console, caller: &Caller, call: &Call, _: &[&str]) -> Outcome {
    if let Some(cookie) = call.cookie(COOKIE) {
        console.store.with(|conn| console::end(conn, &hash(cookie)))?;
    }
    console.note(call, caller, ("console.sign-out", &call.address.to_string(), ""))?;
    let mut response = answer(&json!({ "done": true }))?;
    set_cookie(&mut response, call, "", 0);
    Ok(response)
}

/// No script sees it, no other page sends it, nothing but the console gets it.
fn set_cookie(response: &mut warp::reply::Response, call: &Call, value: &str, seconds: i64) {
    let is_tls = call.header("x-forwarded-proto") == Some("https");
    let secure = if is_tls { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={value}; Path=/console; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}
