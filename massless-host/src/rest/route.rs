//! The table of all routes, and how an address finds its line.

use massless_store::repo::accounts::Role;
use warp::http::Method;

use super::Api;
use super::call::{Call, Outcome};
use super::limit::Limit;
use super::{
    account, auth, boards, characters, friends, mail, market, session, staff, status, talk,
};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Anybody,
    /// Anybody; a token that comes along is looked at.
    Maybe,
    /// Who has a token, and at least that role.
    From(Role),
}

/// Where a route runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Right away: it never waits and is not counted.
    Here,
    /// On a thread that may ask the database.
    Store,
    /// On a thread that may hash a password, and ask the database.
    Hash,
}

/// One route.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) method: Method,
    /// Below `/api/v1`; a part in braces stands for any text without a slash.
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) place: Place,
    pub(super) limit: Limit,
    pub(super) act: fn(&Api, &Call) -> Outcome,
}

const PLAYER: Access = Access::From(Role::Player);

/// All routes.
pub(super) static ROUTES: [Route; 33] = [
    open(Method::GET, "/status", Place::Here, status::status),
    open(Method::GET, "/openapi.json", Place::Here, status::openapi),
    open(Method::GET, "/session", Place::Here, session::plan),
    open(Method::GET, "/auth/jwks", Place::Store, auth::jwks),
    limited(open(Method::POST, "/auth/register", Place::Hash, auth::register), Limit::Account),
    limited(open(Method::POST, "/auth/login", Place::Hash, auth::log_in), Limit::Login),
    limited(open(Method::POST, "/auth/guest", Place::Store, auth::guest), Limit::Account),
    limited(open(Method::POST, "/auth/refresh", Place::Store, auth::refresh), Limit::Session),
    maybe(open(Method::POST, "/auth/logout", Place::Store, auth::log_out)),
    limited(
        held(Method::POST, "/auth/password", Place::Hash, auth::change_password),
        Limit::Session,
    ),
    held(Method::GET, "/characters", Place::Store, characters::list),
    held(Method::POST, "/characters", Place::Store, characters::create),
    held(Method::DELETE, "/characters/{id}", Place::Store, characters::delete),
    held(Method::POST, "/characters/{id}/restore", Place::Store, characters::restore),
    held(Method::POST, "/session", Place::Store, session::ticket),
    open(Method::GET, "/leaderboards/{board}", Place::Store, boards::board),
    held(Method::GET, "/friends", Place::Store, friends::friends),
    held(Method::POST, "/friends", Place::Store, friends::befriend),
    held(Method::DELETE, "/friends", Place::Store, friends::part),
    held(Method::GET, "/blocks", Place::Store, friends::blocks),
    held(Method::POST, "/blocks", Place::Store, friends::block),
    held(Method::DELETE, "/blocks", Place::Store, friends::unblock),
    held(Method::GET, "/market", Place::Store, market::search),
    held(Method::GET, "/market/mine", Place::Store, market::mine),
    held(Method::GET, "/mail", Place::Store, mail::inbox),
    held(Method::POST, "/mail/drafts", Place::Store, mail::draft),
    held(Method::POST, "/mail/{id}/read", Place::Store, mail::mark),
    held(Method::DELETE, "/mail/{id}", Place::Store, mail::delete),
    held(Method::GET, "/chat/{channel}", Place::Store, talk::history),
    of_staff(held(Method::POST, "/staff/orders", Place::Store, staff::order)),
    held(Method::GET, "/account", Place::Store, account::show),
    held(Method::GET, "/account/export", Place::Store, account::export),
    limited(held(Method::DELETE, "/account", Place::Hash, account::delete), Limit::Session),
];

const fn open(
    method: Method,
    path: &'static str,
    place: Place,
    act: fn(&Api, &Call) -> Outcome,
) -> Route {
    Route { method, path, access: Access::Anybody, place, limit: Limit::Call, act }
}

const fn held(
    method: Method,
    path: &'static str,
    place: Place,
    act: fn(&Api, &Call) -> Outcome,
) -> Route {
    Route { method, path, access: PLAYER, place, limit: Limit::Call, act }
}

const fn of_staff(mut route: Route) -> Route {
    route.access = Access::From(Role::Moderator);
    route
}

const fn limited(mut route: Route, limit: Limit) -> Route {
    route.limit = limit;
    route
}

const fn maybe(mut route: Route) -> Route {
    route.access = Access::Maybe;
    route
}

/// What an address and a method lead to.
pub(super) enum Found {
    /// A route, and what stands for its parts in braces.
    Route(&'static Route, Vec<String>),
    /// An address that takes these methods only.
    Methods(Vec<Method>),
    /// Nothing.
    Nothing,
}

/// Finds the route of a path below `/api/v1`. A path that is written out goes before one with braces, as
/// OpenAPI has it.
pub(super) fn find(method: &Method, path: &str) -> Found {
    let mut methods = Vec::new();
    let is_written_out = ROUTES.iter().any(|route| route.path == path);
    for route in ROUTES.iter().filter(|route| !is_written_out || route.path == path) {
        let Some(parts) = matches(route.path, path) else { continue };
        if route.method == method {
            return Found::Route(route, parts);
        }
        methods.push(route.method.clone());
    }
    if methods.is_empty() { Found::Nothing } else { Found::Methods(methods) }
}

/// What stands for the parts in braces; `None` when the path is another one.
fn matches(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut parts = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parts),
            (Some(wanted), Some(given)) if wanted.starts_with('{') => {
                parts.push(super::call::decode(given).filter(|part| !part.is_empty())?);
            }
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_part_by_part() {
        assert_eq!(matches("/a/{id}/b", "/a/7/b"), Some(vec!["7".to_owned()]));
        for path in ["/a/7", "/a/7/b/", "/a//b", "/a/7/c", "/A/7/b", ""] {
            assert_eq!(matches("/a/{id}/b", path), None, "{path}");
        }
        let found = find(&Method::PATCH, "/characters");
        let Found::Methods(methods) = found else { panic!("the address is known") };
        assert_eq!(methods, [Method::GET, Method::POST]);
        assert!(matches!(find(&Method::GET, "/nothing"), Found::Nothing));
        let found = find(&Method::DELETE, "/mail/drafts");
        let Found::Methods(methods) = found else { panic!("it is no letter's number") };
        assert_eq!(methods, [Method::POST]);
    }
}
