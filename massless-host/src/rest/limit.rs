//! How often one may call. Many people share an address, so that alone is generous; guessing a
//! password is counted by address and account together, so nobody can lock a rival out.

use std::net::IpAddr;

use massless_store::shared::{Bucket, TooMany};
use serde_json::Value;

use super::Api;
use super::call::Call;
use super::problem::{Code, Problem};
use crate::accounts::login;
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
        for bucket in self.buckets(limit, call) {
            if let Err(TooMany { wait_millis }) = self.shared.take(call.now, &bucket) {
                let rule = bucket.name.split(':').next().unwrap_or_default().to_owned();
                metrics::counter!("massless_shed_total", "stage" => "rest", "rule" => rule)
                    .increment(1);
                return Err(Problem::from(Code::TooMany).after(wait_millis.div_ceil(1_000)));
            }
        }
        Ok(())
    }

    /// The narrowest first: who is refused there takes nothing from those who share the address.
    fn buckets(&self, limit: Limit, call: &Call) -> Vec<Bucket> {
        let address = key(call.address);
        let (calls, logins) = (self.limits.calls_per_second, self.limits.logins_per_minute);
        let accounts = u64::from(self.limits.accounts_per_hour);
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
                let account = call.caller.as_ref().map_or(0, |caller| caller.account);
                let of_account = of_login(format!("password:{address}:{account}"));
                let is_password = account != 0;
                is_password.then_some(of_account).into_iter().chain([of_logins()]).collect()
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
    use super::*;

    #[test]
    fn addresses_are_counted_by_network() {
        let of = |text: &str| key(text.parse().expect("an address"));
        assert_eq!(of("10.0.0.7"), "10.0.0.7");
        assert_eq!(of("::ffff:10.0.0.7"), "10.0.0.7");
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    }
}
