//! The interface's own description, OpenAPI 3.1: made of the routes' attributes, completed here by
//! what all of them have in common.

use std::sync::OnceLock;

use serde_json::{Value, json};
use utoipa::OpenApi;

use super::limit::Limit;
use super::problem::ProblemDocument;
use super::route::{Access, Place, ROUTES, Route};
use super::{
    account, auth, boards, characters, friends, mail, market, session, staff, status, talk,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Massless",
        description = "Accounts, characters and everything around the game that is not the game \
            itself. Every failure is a problem document (RFC 9457) whose `code` never changes.",
    ),
    servers((url = "/api/v1")),
    paths(
        status::status, status::openapi, session::plan, session::ticket,
        auth::jwks, auth::register, auth::log_in, auth::guest, auth::refresh, auth::log_out,
        auth::change_password,
        characters::list, characters::create, characters::delete, characters::restore,
        boards::board,
        friends::friends, friends::befriend, friends::part,
        friends::blocks, friends::block, friends::unblock,
        market::search, market::mine,
        mail::inbox, mail::draft, mail::mark, mail::delete,
        talk::history, staff::order,
        account::show, account::export, account::delete,
    ),
    components(schemas(ProblemDocument)),
)]
struct Document;

/// The document.
pub(super) fn document() -> &'static Value {
    static MADE: OnceLock<Value> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
        document["components"]["securitySchemes"] = json!({
            "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            "session": { "type": "apiKey", "in": "cookie", "name": "massless_refresh" },
        });
        for route in &ROUTES {
            complete(&mut document, route);
        }
        close(&mut document["components"]["schemas"]["StaffOrder"]);
        document
    })
}

/// Says of every form of a tagged body what its reader holds to: there are no further fields.
fn close(schema: &mut Value) {
    for form in schema["oneOf"].as_array_mut().into_iter().flatten() {
        form["additionalProperties"] = json!(false);
    }
}

/// Adds the problems that a route can answer with.
fn complete(document: &mut Value, route: &Route) {
    let method = route.method.as_str().to_ascii_lowercase();
    let operation = &mut document["paths"][route.path][method];
    let has_body = !operation["requestBody"].is_null();
    let mut statuses = vec![400, 403, 404, 408, 409, 415];
    if has_body {
        statuses.extend([413, 422]);
    }
    let is_proven = matches!(route.access, Access::From(_) | Access::Maybe);
    if is_proven || route.limit != Limit::Call {
        statuses.push(401);
    }
    if route.place != Place::Here {
        statuses.push(429);
    }
    statuses.extend([500, 503]);
    for status in statuses {
        operation["responses"][status.to_string()] = json!({
            "description": "a problem",
            "content": {
                "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                },
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_names_exactly_the_routes() {
        let document = document();
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in item.as_object().expect("methods").keys() {
                described.insert((method.to_uppercase(), path.clone()));
            }
        }
        let served: BTreeSet<_> =
            ROUTES.iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
        assert_eq!(described, served);
    }

    #[test]
    fn what_needs_a_token_says_so_and_every_reference_leads_somewhere() {
        let document = document();
        for route in &ROUTES {
            let method = route.method.as_str().to_ascii_lowercase();
            let operation = &document["paths"][route.path][method];
            // One is known by the cookie.
            let is_held = matches!(route.access, Access::From(_)) || route.path == "/auth/refresh";
            assert_eq!(
                operation["security"].is_array(),
                is_held,
                "{} {}",
                route.method,
                route.path
            );
            assert!(operation["responses"]["503"].is_object());
        }
        let orders = document["components"]["schemas"]["StaffOrder"]["oneOf"].as_array();
        let orders = orders.expect("an order has forms");
        assert!(orders.iter().all(|form| form["additionalProperties"] == json!(false)));
        let text = document.to_string();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().expect("a name");
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
