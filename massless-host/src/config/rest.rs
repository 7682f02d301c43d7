//! Section `rest`: who may call `/api/v1` from where.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The interface of the page's port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rest {
    /// Origins of other pages that may call, such as `["https://fans.example.org"]`.
    /// `MASSLESS_REST_CORS_ORIGINS`; empty: only the page of this host.
    pub(crate) cors_origins: Vec<String>,
    /// Addresses of proxies whose `x-forwarded-for` and `x-forwarded-proto` are believed.
    /// `MASSLESS_REST_TRUSTED_PROXIES`, such as `["10.0.0.7"]`; empty: nobody's.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// Threads that ask the database. `MASSLESS_REST_WORKERS`; 1..=64; 4.
    pub(crate) workers: usize,
}

impl Default for Rest {
    fn default() -> Self {
        Self { cors_origins: Vec::new(), trusted_proxies: Vec::new(), workers: 4 }
    }
}

impl Rest {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for origin in &self.cors_origins {
            let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let is_origin = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'));
            if !is_origin {
                let allowed = "origins such as https://example.org, without a path";
                return Err(ConfigError::range(
                    "rest.cors_origins",
                    format!("{origin:?}"),
                    allowed,
                ));
            }
        }
        if !(1..=64).contains(&self.workers) {
            return Err(ConfigError::range("rest.workers", self.workers, "1 to 64"));
        }
        Ok(())
    }
}
