//! `/api/v1`: accounts, characters, tickets, lists, mail, market, boards. One file a group of routes.
//!
//! ```text
//! warp -> intake (origin, route, size, form) -> worker (rates, token, role) -> worker (the route)
//! ```
//! A route is a plain function that may block: it runs on a worker thread, those that hash passwords
//! on few of low priority. All failures are problem documents; every route stands in `route::ROUTES`
//! and in the document at `/api/v1/openapi.json`, and a test compares the two.

mod account;
mod auth;
mod boards;
mod call;
mod characters;
mod friends;
mod intake;
mod limit;
mod mail;
mod market;
mod openapi;
mod origin;
mod problem;
mod route;
mod session;
mod staff;
mod status;
mod talk;

use std::net::IpAddr;
use std::sync::Arc;

use massless_core::content::Content;
use massless_store::shared::Shared;

use crate::accounts::Accounts;
use crate::config::{Limits, Rest};
use crate::http::Site;
use crate::staff::Staff;
use crate::workers::Workers;

pub(crate) use intake::{Peer, routes};

/// All that calls need.
pub(crate) struct Api {
    /// What the page's port shows anyway.
    pub(crate) site: Arc<Site>,
    /// Who may log in.
    pub(crate) accounts: Arc<Accounts>,
    /// What hosts share.
    pub(crate) shared: Arc<dyn Shared>,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// Who obeys the staff.
    pub(crate) staff: Staff,
    /// Threads that ask the database.
    pub(crate) calls: Workers,
    /// Threads that hash passwords.
    pub(crate) hashes: Workers,
    /// Whether guests may play.
    pub(crate) has_guests: bool,
    /// Whether there is anything but the game: false in the reference scenes.
    pub(crate) is_open: bool,
    /// How much one address may ask.
    pub(crate) limits: Limits,
    /// Who may call from where.
    pub(crate) settings: Rest,
}

impl Api {
    fn is_trusted(&self, address: IpAddr) -> bool {
        self.settings.trusted_proxies.contains(&address.to_canonical())
    }
}
