//! How often one may call. Many people share an address, so that alone is generous; guessing a
//! password is counted by address and account together, so nobody can lock a rival out.

use std::net::IpAddr;

use massless_store::shared::{Bucket, Shared, TooMany};
use serde_json::Value;

use super::Api;
use super::call::Call;
use super::problem::{Code, Problem};
use crate::accounts::login;
use crate::config::Limits;
use crate::limits::{LOGIN_TRIES, LOGIN_TRY_MILLIS};

/// What a call counts as, beside being a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// Nothing more.
    Call,
    /// An attempt to prove who one is, by name and password.
    Login,
    /// The same by a session one has: a refresh, a change of password.
    Session,
    /// A new account.
    Account,
}

impl Api {
    /// Takes the tokens that a call costs, or says how long to wait.
    pub(super) fn take(&self, limit: Limit, call: &Call) -> Result<(), Problem> {
        take(self.shared.as_ref(), &self.limits, limit, call)
    }
}

fn take(shared: &dyn Shared, limits: &Limits, limit: Limit, call: &Call) -> Result<(), Problem> {
    for bucket in buckets(limits, limit, call) {
        if let Err(TooMany { wait_millis }) = shared.take(call.now, &bucket) {
            let rule = bucket.name.split(':').next().unwrap_or_default().to_owned();
            metrics::counter!("massless_shed_total", "stage" => "rest", "rule" => rule)
                .increment(1);
            return Err(Problem::from(Code::TooMany).after(wait_millis.div_ceil(1_000)));
        }
    }
    Ok(())
}

/// The narrowest first: who is refused there takes nothing from those who share the address.
fn buckets(limits: &Limits, limit: Limit, call: &Call) -> Vec<Bucket> {
    let address = key(call.address);
    let (calls, logins) = (limits.calls_per_second, limits.logins_per_minute);
    let accounts = u64::from(limits.accounts_per_hour);
    let of_login =
        |name: String| Bucket { name, pause_millis: LOGIN_TRY_MILLIS, burst: LOGIN_TRIES };
    let of_logins = || Bucket {
        name: format!("logins:{address}"),
        pause_millis: (60_000 / u64::from(logins)).max(1),
        burst: 2 * u64::from(logins),
    };
    let mut buckets = match limit {
        Limit::Call => Vec::new(),
        Limit::Login => vec![of_login(format!("login:{address}:{}", named(call))), of_logins()],
        Limit::Session => {
            let caller = call.caller.as_ref();
            let of_account =
                caller.map(|who| of_login(format!("password:{address}:{}", who.account)));
            of_account.into_iter().chain([of_logins()]).collect()
        }
        Limit::Account => vec![Bucket {
            name: format!("accounts:{address}"),
            pause_millis: (3_600_000 / accounts).max(1),
            burst: accounts,
        }],
    };
    buckets.push(Bucket {
        name: format!("calls:{address}"),
        pause_millis: (1_000 / u64::from(calls)).max(1),
        burst: 4 * u64::from(calls),
    });
    buckets
}

/// Which account somebody tries to enter, as a short name of its own. What is no login at all shares
/// one bucket.
fn named(call: &Call) -> String {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let key = body.get("name").and_then(Value::as_str).and_then(login::fold).unwrap_or_default();
    blake3::hash(key.as_bytes()).to_hex()[..16].to_owned()
}

/// An address as it is counted: of IPv6 the /64, which one customer has whole.
fn key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64;
            format!("{network:016x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use massless_store::shared::{Local, UnixMillis};
    use serde_json::json;
    use warp::http::HeaderMap;

    use super::*;

    const SECOND: u64 = 1_000;

    fn call(address: &str, name: &str, now: u64) -> Call {
        Call {
            parts: Vec::new(),
            query: String::new(),
            headers: HeaderMap::new(),
            body: json!({ "name": name, "password": "guess" }).to_string().into(),
            address: address.parse().expect("an address"),
            is_secure: false,
            now: UnixMillis::new(1_900_000_000_000 + now),
            caller: None,
        }
    }

    #[test]
    fn a_guesser_waits_and_neither_the_owner_nor_the_neighbours_do() {
        let (shared, limits) = (Local::new(), Limits::default());
        let login = |call: &Call| take(&shared, &limits, Limit::Login, call);
        for _ in 0..LOGIN_TRIES {
            login(&call("203.0.113.9", "anna", 0)).expect("a try");
        }
        for name in ["anna", "ANNA"] {
            let refused = login(&call("203.0.113.9", name, SECOND)).expect_err("ten were taken");
            assert_eq!(refused, Problem::from(Code::TooMany).after(29));
        }
        login(&call("203.0.113.9", "berta", SECOND)).expect("a neighbour at the same address");
        login(&call("203.0.113.10", "anna", SECOND)).expect("the owner, elsewhere");
        login(&call("203.0.113.9", "anna", 30 * SECOND)).expect("one is back");
        assert!(login(&call("203.0.113.9", "anna", 30 * SECOND)).is_err());
        let hours = 3_600 * SECOND;
        let tries = (0..100).filter(|_| login(&call("203.0.113.9", "anna", hours)).is_ok()).count();
        assert_eq!(tries as u64, LOGIN_TRIES, "an hour brings no more than a full bucket");
    }

    #[test]
    fn a_shared_address_has_room_for_many_and_an_end() {
        let (shared, limits) = (Local::new(), Limits::default());
        let names: Vec<String> = (0..500).map(|n| format!("player{n}")).collect();
        let login = |name: &String| {
            take(&shared, &limits, Limit::Login, &call("198.51.100.1", name, 0)).is_ok()
        };
        let passed = names.iter().filter(|name| login(name)).count() as u64;
        assert_eq!(passed, 4 * u64::from(limits.calls_per_second), "the calls end first");
        let other = take(&shared, &limits, Limit::Account, &call("2001:db8::1", "", 0));
        assert_eq!(other, Ok(()));
        let made = (0..1_000).map(|n| call("2001:db8::2", "", n * SECOND));
        let made = made.filter(|call| take(&shared, &limits, Limit::Account, call).is_ok()).count();
        let expected = u64::from(limits.accounts_per_hour) - 1 + 1_000 / 18;
        assert_eq!(made as u64, expected, "one network: its first was taken above");
    }

    #[test]
    fn addresses_are_counted_by_network() {
        let of = |text: &str| key(text.parse().expect("an address"));
        assert_eq!(of("10.0.0.7"), "10.0.0.7");
        assert_eq!(of("::ffff:10.0.0.7"), "10.0.0.7");
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    }
}
