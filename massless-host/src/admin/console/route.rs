//! The table of the console's routes, with the role that each wants.

use massless_store::repo::accounts::Role;
use warp::http::Method;

use super::call::{Call, Caller, Outcome};
use super::{Console, control, dashboard, incidents, players, sign_in, zones};

/// What a route does; `parts` are the parts of the address that the table leaves open.
type Act = fn(&Console, &Caller, &Call, &[&str]) -> Outcome;

/// One route.
pub(super) struct Route {
    method: Method,
    /// Below `/console/api`; a part in braces stands for any text without a slash.
    pub(super) path: &'static str,
    pub(super) role: Role,
    pub(super) act: Act,
}

const fn get(path: &'static str, role: Role, act: Act) -> Route {
    Route { method: Method::GET, path, role, act }
}

const fn post(path: &'static str, role: Role, act: Act) -> Route {
    Route { method: Method::POST, path, role, act }
}

use Role::{Admin, Moderator};

/// All but the sign-in.
pub(super) static ROUTES: [Route; 24] = [
    get("/session", Moderator, sign_in::session),
    post("/sign-out", Moderator, sign_in::leave),
    get("/dashboard", Moderator, dashboard::show),
    get("/players", Moderator, players::search),
    get("/players/{id}", Moderator, players::person),
    get("/players/{id}/export", Admin, players::export),
    post("/orders", Moderator, control::order),
    get("/ledger/item/{id}", Moderator, players::item),
    get("/ledger/coin", Moderator, players::coin),
    get("/quarantine", Moderator, players::quarantine),
    get("/zones", Moderator, zones::list),
    get("/zones/{zone}/actors", Moderator, zones::actors),
    get("/zones/{zone}/ground", Moderator, zones::ground),
    get("/zones/{zone}/logs", Moderator, zones::logs),
    get("/zones/{zone}/logs/{file}", Admin, zones::log),
    get("/incidents", Moderator, incidents::list),
    get("/incidents/{name}", Moderator, incidents::explain),
    get("/incidents/{name}/segment", Admin, incidents::segment),
    post("/drain", Admin, control::drain),
    post("/drain/cancel", Admin, control::call_off),
    get("/switches", Moderator, control::switches),
    post("/switches", Admin, control::turn),
    get("/settings", Admin, control::settings),
    get("/audit", Admin, control::audit),
];

/// The route of an address, with the parts that it leaves open.
pub(super) fn find<'a>(method: &Method, path: &'a str) -> Option<(&'static Route, Vec<&'a str>)> {
    ROUTES.iter().filter(|route| route.method == *method).find_map(|route| {
        let (mut parts, mut wanted) = (path.split('/'), route.path.split('/'));
        let mut open = Vec::new();
        loop {
            match (wanted.next(), parts.next()) {
                (None, None) => return Some((route, open)),
                (Some(name), Some(part)) if name.starts_with('{') && !part.is_empty() => {
                    open.push(part);
                }
                (Some(name), Some(part)) if name == part => {}
                _ => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_finds_its_line() {
        let of = |method: &Method, path| find(method, path).map(|(it, open)| (it.path, open));
        assert_eq!(
            of(&Method::GET, "/players/7/export"),
            Some(("/players/{id}/export", vec!["7"]))
        );
        assert_eq!(
            of(&Method::GET, "/zones/1-c2/logs/a.mlr").map(|it| it.1),
            Some(vec!["1-c2", "a.mlr"])
        );
        for missing in ["", "/", "/players/", "/players/7/export/x", "/nothing"] {
            assert_eq!(of(&Method::GET, missing), None, "{missing}");
        }
        assert_eq!(of(&Method::POST, "/audit"), None, "nobody writes there");
    }

    #[test]
    fn whatever_changes_something_is_no_get() {
        for route in &ROUTES {
            assert!(route.role >= Moderator, "{}", route.path);
            let is_act = ["/orders", "/drain", "/drain/cancel", "/sign-out"].contains(&route.path);
            assert!(!is_act || route.method == Method::POST, "{}", route.path);
        }
    }
}
