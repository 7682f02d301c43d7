//! The interface as its callers see it: over a real socket, on SQLite.

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::rest::{Caller, send};
use common::{Player, Server, run};
use massless_core::command::Act;
use massless_core::event::Event;
use massless_net::client::ClientConfig;
use massless_net::session::close::CloseCode;
use massless_net::session::ticket::Ticket;
use serde_json::json;

#[test]
fn a_session_is_opened_goes_on_and_ends_everywhere() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let mut anna = Caller::new(&server);
    let credentials = json!({ "name": "Anna.1", "password": "correct horse" });
    let reply = anna.post("/auth/register", &credentials);
    assert_eq!(reply.status, 201);
    let cookie = reply.header("set-cookie").expect("a cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=604800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "it came in the clear");
    assert_eq!(reply.body["expires_in"], 900);
    assert_eq!(reply.body["account"]["name"], "Anna.1");
    anna.take(reply);
    assert_eq!(anna.get("/account").good()["role"], "player");
    let again = anna.post("/auth/register", &json!({ "name": "ANNA.1", "password": "12345678x" }));
    assert_eq!(again.problem(), (409, "name-taken"));

    let mut second = Caller::new(&server);
    second.take(second.post("/auth/login", &credentials));
    let before = second.clone();
    second.take(second.post("/auth/refresh", &json!({})));
    assert_ne!(second.cookie, before.cookie);
    assert_eq!(second.get("/account").status, 200);
    let stolen = before.post("/auth/refresh", &json!({}));
    assert_eq!(stolen.problem(), (401, "refresh-reused"));
    assert_eq!(second.post("/auth/refresh", &json!({})).problem(), (401, "refresh-refused"));
    assert_eq!(second.get("/account").problem(), (401, "token-refused"), "the log-in is over");
    assert_eq!(anna.get("/account").status, 200, "and only that one");

    let gone = anna.post("/auth/logout", &json!({}));
    assert_eq!(gone.status, 204);
    assert_eq!(gone.cookie().as_deref(), Some(""));
    assert_eq!(anna.get("/account").problem(), (401, "token-refused"));
    assert_eq!(anna.post("/auth/refresh", &json!({})).problem(), (401, "refresh-refused"));

    let mut third = Caller::new(&server);
    third.take(third.post("/auth/login", &credentials));
    let mut fourth = Caller::new(&server);
    fourth.take(fourth.post("/auth/login", &credentials));
    assert_eq!(third.post("/auth/logout", &json!({ "everywhere": true })).status, 204);
    assert_eq!(fourth.get("/account").problem(), (401, "token-refused"));
    assert_eq!(fourth.post("/auth/refresh", &json!({})).problem().0, 401);
}

#[test]
fn a_changed_password_ends_all_sessions_and_a_wrong_one_tells_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let mut anna = Caller::registered(&server, "anna");
    let mut other = Caller::new(&server);
    other.take(other.post("/auth/login", &json!({ "name": "anna", "password": "correct horse" })));
    let wrong = anna.post("/auth/password", &json!({ "old": "wrong horse", "new": "12345678" }));
    assert_eq!(wrong.problem(), (403, "password-refused"));
    let weak = anna.post("/auth/password", &json!({ "old": "correct horse", "new": "short" }));
    assert_eq!(weak.problem(), (422, "bad-password"));
    let change = json!({ "old": "correct horse", "new": "battery staple" });
    let reply = anna.post("/auth/password", &change);
    assert_eq!(other.get("/account").problem(), (401, "token-refused"));
    anna.take(reply);
    assert_eq!(anna.get("/account").status, 200);

    let nobody = Caller::new(&server);
    let bad = nobody.post("/auth/login", &json!({ "name": "anna", "password": "correct horse" }));
    let unknown = nobody.post("/auth/login", &json!({ "name": "berta", "password": "whatever" }));
    assert_eq!(bad.problem(), (401, "login-refused"));
    assert_eq!(bad.text, unknown.text, "both say the same");
}

#[test]
fn characters_are_made_by_the_rules_deleted_and_restored() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let (anna, berta) = (Caller::registered(&server, "anna"), Caller::registered(&server, "berta"));
    let first = anna.character("Ilia");
    let wanted = |name: &str| json!({ "name": name, "class": 2, "faction": 2, "look": 0 });
    let table = [
        (wanted("Ilia"), (409, "name-taken")),
        (wanted("IIIa"), (409, "name-taken")),
        (wanted("ada"), (422, "bad-name")),
        (wanted("Adа"), (422, "bad-name")),
        (wanted("Admin"), (422, "bad-name")),
        (json!({ "name": "Ada", "class": 9, "faction": 1, "look": 0 }), (422, "bad-look")),
        (json!({ "name": "Ada", "class": 1, "faction": 4, "look": 0 }), (422, "bad-look")),
        (json!({ "name": "Ada", "class": 1, "faction": 1 }), (400, "bad-body")),
        (json!({ "name": 7, "class": 1, "faction": 1, "look": 0 }), (400, "bad-body")),
    ];
    for (body, problem) in table {
        assert_eq!(berta.post("/characters", &body).problem(), problem, "{body}");
    }
    for name in ["Anna", "Bruno", "Carla"] {
        anna.character(name);
    }
    assert_eq!(anna.post("/characters", &wanted("Dora")).problem(), (409, "characters-full"));
    let list = anna.get("/characters").good();
    assert_eq!(list["characters"].as_array().map(Vec::len), Some(4));
    assert_eq!(list["characters"][0]["name"], "Ilia");
    assert_eq!(
        (&list["characters"][0]["level"], &list["characters"][0]["zone"]),
        (&json!(1), &json!(1))
    );

    let path = format!("/characters/{first}");
    assert_eq!(berta.delete(&path, None).problem(), (404, "no-such-character"));
    assert!(anna.delete(&path, None).good()["deleted_at"].is_i64());
    assert_eq!(anna.delete(&path, None).problem(), (409, "character-deleted"));
    let ticket = anna.post("/session", &json!({ "character": first }));
    assert_eq!(ticket.problem(), (409, "character-deleted"));
    assert_eq!(berta.post("/characters", &wanted("Ilia")).problem(), (409, "name-taken"));
    let restored = anna.post(&format!("{path}/restore"), &json!({}));
    assert!(restored.good()["deleted_at"].is_null());
    assert_eq!(anna.post(&format!("{path}/restore"), &json!({})).problem(), (409, "not-deleted"));
    for bad in ["/characters/0", "/characters/x", "/characters/99999999999999999999"] {
        assert_eq!(anna.delete(bad, None).problem(), (400, "bad-query"), "{bad}");
    }
}

async fn join(server: &Server, ticket: &str) -> Player {
    let ticket = Ticket::parse(ticket);
    Player::connect_as(server, ClientConfig { ticket, ..ClientConfig::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_lets_its_character_in_once_and_a_guest_plays_like_everybody() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let mut guest = Caller::new(&server);
    guest.take(guest.post("/auth/guest", &json!({})));
    assert_eq!(guest.get("/account").good()["guest"], true);
    let anna = guest.character("Anna");
    let plan = guest.post("/session", &json!({ "character": anna })).good();
    assert_eq!(plan["game_url"], format!("ws://localhost:{}/", server.game));
    assert_eq!((&plan["expires_in"], &plan["zone"]), (&json!(30), &json!(1)));
    let ticket = plan["ticket"].as_str().expect("a ticket").to_owned();
    let mut player = join(&server, &ticket).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    let welcome = player.client.welcome().expect("welcome");
    assert_eq!((welcome.name.as_str(), welcome.player.get()), ("Anna", anna));

    let mut thief = join(&server, &ticket).await;
    thief.until("a refusal", |player| player.closed.is_some()).await;
    assert_eq!(thief.closed, Some(CloseCode::TicketRefused), "it was used");
    let mut forger = join(&server, &"0".repeat(64)).await;
    forger.until("a refusal", |player| player.closed.is_some()).await;
    assert_eq!(forger.closed, Some(CloseCode::TicketRefused));
    let stranger = Caller::registered(&server, "stranger");
    let reply = stranger.post("/session", &json!({ "character": anna }));
    assert_eq!(reply.problem(), (404, "no-such-character"));

    let late = guest.ticket(anna);
    assert_eq!(guest.post("/auth/logout", &json!({ "everywhere": true })).status, 204);
    let mut late = join(&server, &late).await;
    late.until("a refusal", |player| player.closed.is_some()).await;
    assert_eq!(late.closed, Some(CloseCode::TicketRefused), "a logout ends tickets, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_guests_neither_a_guest_nor_a_name_alone_gets_in() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_with(data.path(), &[], &[("MASSLESS_AUTH_GUESTS", "false")]);
    let nobody = Caller::new(&server);
    assert_eq!(nobody.post("/auth/guest", &json!({})).problem(), (403, "guests-off"));
    let mut named = Player::connect(&server, "Anna", None).await;
    named.until("a refusal", |player| player.closed.is_some()).await;
    assert_eq!(named.closed, Some(CloseCode::TicketRefused));
    let anna = Caller::registered(&server, "anna");
    let mut player = join(&server, &anna.ticket(anna.character("Anna"))).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
}

#[test]
fn what_is_malformed_too_large_or_from_elsewhere_is_refused_with_its_code() {
    let data = tempfile::tempdir().expect("a folder");
    let origins = r#"["https://fans.example.org"]"#;
    let server = Server::start_with(data.path(), &[], &[("MASSLESS_REST_CORS_ORIGINS", origins)]);
    let anna = Caller::registered(&server, "anna");
    let post =
        |body: &[u8], more: &[(&str, &str)]| anna.call("POST", "/auth/login", Some(body), more);
    let deep = [b"{\"name\":".as_slice(), &b"[".repeat(8_000)].concat();
    let large = vec![b' '; 16_385];
    let nobody = Caller::new(&server);
    assert_eq!(post(b"{", &[]).problem(), (400, "bad-body"));
    assert_eq!(post(b"{}", &[]).problem(), (400, "bad-body"));
    assert_eq!(
        post(b"{\"name\":\"a\",\"password\":\"b\",\"x\":1}", &[]).problem(),
        (400, "bad-body")
    );
    assert_eq!(post(&deep, &[]).problem(), (400, "too-deep"));
    assert_eq!(post(&large, &[]).problem(), (413, "body-too-large"));
    assert_eq!(post(b"{}", &[("content-encoding", "gzip")]).problem(), (415, "content-encoding"));
    assert_eq!(post(b"{}", &[("content-type", "text/plain")]).problem(), (415, "content-type"));
    assert_eq!(nobody.get("/account").problem(), (401, "no-token"));
    assert_eq!(nobody.get("/account").header("www-authenticate"), Some("Bearer"));
    assert_eq!(nobody.get("/nothing").problem(), (404, "not-found"));
    assert_eq!(anna.get("/friends?nothing=1").problem(), (400, "bad-query"));
    assert_eq!(anna.get("/leaderboards/level?limit=0").problem(), (400, "bad-query"));
    let method = anna.call("PATCH", "/characters", None, &[]);
    assert_eq!(method.problem(), (405, "method-not-allowed"));
    assert_eq!(method.header("allow"), Some("GET, POST"));
    let chunked = b"POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
        content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = [format!("{:x}\r\n", large.len()).as_bytes(), &large, b"\r\n0\r\n\r\n"].concat();
    let reply = send(server.http, &[chunked.as_slice(), &chunk].concat());
    assert_eq!(reply.problem(), (413, "body-too-large"), "whatever its length is said to be");

    let from = |origin: &str, method: &str| {
        let preflight = [("origin", origin), ("access-control-request-method", "POST")];
        let more = if method == "OPTIONS" { &preflight[..] } else { &preflight[..1] };
        anna.call(method, "/auth/logout", None, more)
    };
    assert_eq!(from("https://evil.example.org", "POST").problem(), (403, "origin-refused"));
    assert_eq!(from("null", "POST").problem(), (403, "origin-refused"));
    assert_eq!(from("https://evil.example.org", "OPTIONS").status, 405);
    let allowed = from("https://fans.example.org", "OPTIONS");
    assert_eq!(allowed.status, 204);
    let origin = Some("https://fans.example.org");
    assert_eq!(allowed.header("access-control-allow-origin"), origin);
    assert_eq!(allowed.header("access-control-allow-methods"), Some("POST"));
    let foreign = anna.call("GET", "/account", None, &[("origin", "https://evil.example.org")]);
    assert_eq!(foreign.header("access-control-allow-origin"), None);
    assert_eq!(from("http://localhost", "POST").status, 204, "the host's own page");
}

#[test]
fn guessing_empties_only_the_guessers_bucket() {
    let data = tempfile::tempdir().expect("a folder");
    let proxies = r#"["127.0.0.1"]"#;
    let variables = [("MASSLESS_REST_TRUSTED_PROXIES", proxies)];
    let server = Server::start_with(data.path(), &[], &variables);
    let anna = Caller::registered(&server, "anna");
    Caller::registered(&server, "berta");
    let login = |name: &str, password: &str, from: &str| {
        let body = json!({ "name": name, "password": password }).to_string();
        let more = [("x-forwarded-for", from)];
        anna.call("POST", "/auth/login", Some(body.as_bytes()), &more)
    };
    for _ in 0..10 {
        assert_eq!(login("anna", "wrong", "203.0.113.9").problem(), (401, "login-refused"));
    }
    let refused = login("Anna", "correct horse", "203.0.113.9");
    assert_eq!(refused.problem(), (429, "too-many-requests"));
    let wait: u64 = refused.header("retry-after").expect("a wait").parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(login("berta", "correct horse", "203.0.113.9").status, 200, "a shared address");
    assert_eq!(login("anna", "correct horse", "203.0.113.10").status, 200, "the owner, elsewhere");
}

#[test]
fn every_route_of_the_document_answers_and_no_other_method_does() {
    let data = tempfile::tempdir().expect("a folder");
    let server =
        Server::start_with(data.path(), &[], &[("MASSLESS_LIMITS_CALLS_PER_SECOND", "10000")]);
    let anna = Caller::registered(&server, "anna");
    let document = anna.get("/openapi.json").good();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    let methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];
    let nobody = Caller::new(&server);
    let mut count = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let described: BTreeSet<String> =
            item.as_object().expect("methods").keys().map(|key| key.to_uppercase()).collect();
        let address =
            path.replace("{id}", "1").replace("{board}", "level").replace("{channel}", "global");
        for method in methods {
            let reply = nobody.call(method, &address, None, &[]);
            let is_described = described.contains(method);
            assert_eq!(reply.status != 405, is_described, "{method} {path}: {reply:?}");
            assert!(reply.status != 404, "{method} {path}: {reply:?}");
            if is_described {
                count += 1;
                let operation = &item[method.to_lowercase()];
                let status = reply.status.to_string();
                assert!(operation["responses"][&status].is_object(), "{method} {path}: {status}");
                // The refresh is held by its cookie instead.
                let ways = operation["security"].as_array().map_or(&[][..], Vec::as_slice);
                let is_held = ways.iter().any(|way| way["bearer"].is_array());
                assert_eq!(
                    reply.status == 401 && reply.body["code"] == "no-token",
                    is_held,
                    "{path}"
                );
            }
        }
    }
    assert!(count > 30, "{count}");
    let keys = send(
        server.http,
        b"GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    assert_eq!(keys.body, anna.get("/auth/jwks").good());
    assert_eq!(keys.body["keys"][0]["alg"], "RS256");
}

/// The two best by level, once the boards know of two: they are made every few seconds.
fn first_board(server: &Server) -> serde_json::Value {
    let begun = Instant::now();
    loop {
        let board = Caller::new(server).get("/leaderboards/level?limit=2").good();
        assert_eq!(board["board"], "level");
        if board["entries"].as_array().map(Vec::len) == Some(2) {
            return board;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{board}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn lists_letters_market_and_boards_are_read_and_changed() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let (anna, berta) = (Caller::registered(&server, "anna"), Caller::registered(&server, "berta"));
    assert_eq!(anna.get("/friends").problem(), (404, "no-such-character"));
    let (first, second) = (anna.character("Anna"), anna.character("Dora"));
    berta.character("Berta");
    for list in ["friends", "blocks"] {
        let path = format!("/{list}");
        let whom = |name: &str| json!({ "name": name, "character": first });
        assert_eq!(anna.post(&path, &whom("berta")).status, 204);
        assert_eq!(anna.post(&path, &whom("Berta")).status, 204, "twice is once");
        assert_eq!(anna.post(&path, &whom("Nobody")).problem(), (404, "nobody-there"));
        assert_eq!(anna.post(&path, &whom("Anna")).problem(), (422, "oneself"));
        assert_eq!(berta.post(&path, &whom("Dora")).problem(), (404, "no-such-character"));
        let shown = anna.get(&format!("{path}?character={first}")).good();
        assert_eq!(shown[list].as_array().map(Vec::len), Some(1));
        assert_eq!(
            (&shown[list][0]["name"], &shown[list][0]["online"]),
            (&json!("Berta"), &json!(false))
        );
        let other = anna.get(&format!("{path}?character={second}")).good();
        assert_eq!(other[list], json!([]), "every character has its own");
        assert_eq!(anna.delete(&path, Some(&whom("Berta"))).status, 204);
        assert_eq!(anna.get(&format!("{path}?character={first}")).good()[list], json!([]));
    }

    let letter = json!({ "to": "Berta", "subject": "Hello", "text": "How are you?\nAnna" });
    let draft = anna.post("/mail/drafts", &letter);
    assert_eq!(draft.status, 201);
    assert!(draft.good()["draft"].as_u64().is_some_and(|draft| draft > 0));
    let bad = json!({ "to": "Berta", "subject": "a\nb", "text": "" });
    assert_eq!(anna.post("/mail/drafts", &bad).problem(), (422, "bad-text"));
    let lost = json!({ "to": "Nobody", "subject": "a", "text": "" });
    assert_eq!(anna.post("/mail/drafts", &lost).problem(), (404, "nobody-there"));
    assert_eq!(berta.get("/mail").good()["letters"], json!([]), "a draft is not sent");
    assert_eq!(berta.delete("/mail/7", None).problem(), (404, "no-such-letter"));
    assert_eq!(berta.post("/mail/7/read", &json!({})).problem(), (404, "no-such-letter"));

    let market = anna.get("/market?sort=newest&text=sword&page=0").good();
    assert_eq!((&market["offers"], &market["total"]), (&json!([]), &json!(0)));
    assert_eq!(anna.get("/market?sort=best").problem(), (400, "bad-query"));
    assert_eq!(anna.get("/market/mine").good()["offers"], json!([]));

    let board = first_board(&server);
    assert_eq!(
        (&board["entries"][0]["rank"], &board["entries"][0]["name"]),
        (&json!(1), &json!("Anna"))
    );
    assert_eq!(anna.get("/leaderboards/gold").problem(), (404, "not-found"));
    assert_eq!(anna.get("/chat/global").good()["lines"], json!([]));

    let export = anna.get("/account/export").good();
    assert_eq!(export["account"]["name"], "anna");
    assert_eq!(export["characters"].as_array().map(Vec::len), Some(2));
    assert!(export["characters"][0]["items"].as_array().is_some_and(|items| !items.is_empty()));
    assert!(!export.to_string().contains("argon2"), "no hashes leave the house");
    let wrong = anna.delete("/account", Some(&json!({ "password": "wrong" })));
    assert_eq!(wrong.problem(), (403, "password-refused"));
    assert_eq!(anna.delete("/account", Some(&json!({ "password": "correct horse" }))).status, 204);
    assert_eq!(anna.get("/account").problem(), (401, "token-refused"));
    let back = json!({ "name": "anna", "password": "correct horse" });
    assert_eq!(anna.post("/auth/login", &back).problem(), (401, "login-refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_is_obeyed_by_role_and_whoever_is_banned_is_out() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_str().expect("a plain path").to_owned();
    let server = Server::start(data.path(), &[]);
    let (anna, boss) = (Caller::registered(&server, "anna"), Caller::registered(&server, "boss"));
    let mut player = join(&server, &anna.ticket(anna.character("Anna"))).await;
    player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    let announce = json!({ "order": "announce", "text": "Restart at noon" });
    assert_eq!(boss.post("/staff/orders", &announce).problem(), (403, "forbidden"));
    let role = |to: &str| {
        let done = run(&["account", "role", "@boss", "--to", to, "--data", &folder]);
        assert!(done.status.success(), "{done:?}");
    };
    role("moderator");
    assert_eq!(boss.post("/staff/orders", &announce).problem(), (403, "forbidden"));
    role("admin");
    assert_eq!(boss.post("/staff/orders", &announce).status, 204);
    let is_said = |player: &Player| player.heard.iter().any(|(_, text)| text == "Restart at noon");
    player.until("the announcement", is_said).await;
    let lines = anna.get("/chat/system").good();
    assert_eq!(lines["lines"][0]["text"], "Restart at noon");

    let port = server.admin.to_string();
    let ask = |arguments: &[&str]| {
        let all = [arguments, &["--data", &folder, "--admin-port", &port]].concat();
        run(&all)
    };
    assert!(ask(&["status"]).status.success());
    assert!(ask(&["announce", "From the console"]).status.success());
    let is_said = |player: &Player| player.heard.iter().any(|(_, text)| text == "From the console");
    player.until("the announcement", is_said).await;
    let nobody = ask(&["kick", "Nobody"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("nobody of this name"), "{nobody:?}");
    let forged = send(
        server.admin,
        b"POST /orders HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}",
    );
    assert_eq!(forged.problem(), (401, "no-token"));

    let ban = ask(&["ban", "Anna", "--reason", "sold sand for gold", "--hours", "2"]);
    assert!(ban.status.success(), "{ban:?}");
    player.until("the end", |player| player.closed.is_some()).await;
    assert_eq!(player.closed, Some(CloseCode::SentAway));
    let login = json!({ "name": "anna", "password": "correct horse" });
    let refused = anna.post("/auth/login", &login);
    assert_eq!(refused.problem(), (403, "banned"));
    assert!(refused.text.contains("sold sand for gold"));
    assert!(ask(&["unban", "@anna"]).status.success());
    assert_eq!(anna.post("/auth/login", &login).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn talk_reaches_its_channel_and_whispers_one() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let (one, two) = (Caller::registered(&server, "one"), Caller::registered(&server, "two"));
    let mut anna = join(&server, &one.ticket(one.character("Anna"))).await;
    let mut bruno = join(&server, &two.ticket(two.character("Bruno"))).await;
    for player in [&mut anna, &mut bruno] {
        player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    }
    anna.client.chat(2, "Hello, zone!");
    anna.client.chat(4, "Hello, world!");
    anna.do_outputs().await;
    let heard = |text: &'static str| {
        move |player: &Player| player.heard.iter().any(|(_, said)| said == text)
    };
    bruno.until("the zone's line", heard("Hello, zone!")).await;
    let is_low =
        |player: &Player| player.notices.contains(&massless_net::session::close::Notice::ChatLevel);
    anna.until("the refusal", is_low).await;
    bruno.client.whisper("anna", "psst");
    bruno.do_outputs().await;
    anna.until("a whisper", heard("psst")).await;
    bruno.until("its echo", heard("psst")).await;
    let lines = two.get("/chat/zone").good();
    assert_eq!(lines["lines"][0]["text"], "Hello, zone!");
    assert_eq!(lines["lines"].as_array().map(Vec::len), Some(1), "whispers are nobody's business");
    assert_eq!(one.post("/blocks", &json!({ "name": "Bruno" })).status, 204);
    let friends = |name: &str| json!({ "name": name });
    assert_eq!(two.post("/friends", &friends("Anna")).status, 204);
    let mut n = 0;
    loop {
        // The order travels by the thread of talk; what is said before it arrives is still heard.
        n += 1;
        assert!(n < 50, "the block had no effect");
        let line = format!("can you hear me {n}");
        bruno.client.chat(1, &line);
        bruno
            .until("its own line", |player| player.heard.iter().any(|(_, said)| *said == line))
            .await;
        anna.play(2).await;
        if !anna.heard.iter().any(|(_, said)| *said == line) {
            break;
        }
        bruno.play(20).await;
    }
    let shown = two.get("/friends").good();
    let friend = &shown["friends"][0];
    assert_eq!((&friend["name"], &friend["online"]), (&json!("Anna"), &json!(true)));
    assert_eq!(friend["zone"], 1);
}

#[tokio::test]
async fn whoever_is_blocked_asks_for_no_trade() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &[]);
    let (one, two) = (Caller::registered(&server, "one"), Caller::registered(&server, "two"));
    let mut anna = join(&server, &one.ticket(one.character("Anna"))).await;
    let mut bruno = join(&server, &two.ticket(two.character("Bruno"))).await;
    for player in [&mut anna, &mut bruno] {
        player.until("a body", |player| player.client.own(player.now()).is_some()).await;
    }
    let place = anna.place();
    bruno.walk("Anna", place, |bruno| bruno.place().distance(place) < 2.0).await;
    let partner = anna.client.welcome().expect("a welcome").actor;
    let asked = |anna: &Player| {
        anna.events.iter().filter(|event| matches!(event, Event::TradeAsked { .. })).count()
    };
    bruno.client.act(Act::TradeRequest { partner });
    bruno.do_outputs().await;
    anna.until("the request", |anna| asked(anna) == 1).await;
    anna.client.act(Act::TradeAnswer { yes: false });
    anna.do_outputs().await;
    assert_eq!(one.post("/blocks", &json!({ "name": "Bruno" })).status, 204);
    // The order travels by the thread of talk; two further requests are within the limit of requests.
    for before in 1..=2 {
        anna.play(20).await;
        bruno.client.act(Act::TradeRequest { partner });
        bruno.do_outputs().await;
        anna.play(30).await;
        bruno.play(1).await;
        assert_eq!(bruno.notices, [], "nothing came too fast");
        if asked(&anna) == before {
            return;
        }
        anna.client.act(Act::TradeAnswer { yes: false });
        anna.do_outputs().await;
    }
    panic!("the block had no effect on requests");
}
