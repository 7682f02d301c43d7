//! The admin console over its real port: who gets in, who may do what, what is written down.

mod common;

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use common::rest::{Caller, Reply, send};
use common::{Player, Server, run};
use serde_json::{Value, json};
use totp_rs::Totp;

const PASSWORD: &str = "correct horse";

/// Runs the program on a data folder; its last line as JSON.
fn command(data: &Path, arguments: &[&str]) -> Value {
    let data = data.to_str().expect("a plain path");
    let output = run(&[arguments, &["--data", data, "--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    serde_json::from_str(text.lines().last().expect("a line")).expect("json")
}

/// Somebody of the staff with an authenticator.
struct Staff {
    login: String,
    totp: Totp,
    recovery: Vec<String>,
    /// Time steps that were used; the next sign-in takes the next one.
    steps: u64,
}

impl Staff {
    fn enrolled(server: &Server, data: &Path, login: &str, role: &str) -> Self {
        Caller::registered(server, login);
        let whom = format!("@{login}");
        let folder = data.to_str().expect("a plain path");
        let made = run(&["account", "role", &whom, "--to", role, "--data", folder]);
        assert!(made.status.success(), "{made:?}");
        let mut staff = Self::new(login);
        staff.enrol(data, &[]);
        staff
    }

    fn new(login: &str) -> Self {
        let totp = Totp::from_url("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        Self {
            login: login.to_owned(),
            totp: totp.expect("a factor"),
            recovery: Vec::new(),
            steps: 0,
        }
    }

    fn enrol(&mut self, data: &Path, more: &[&str]) {
        let whom = format!("@{}", self.login);
        let made = command(data, &[&["account", "second-factor", &whom], more].concat());
        self.totp = Totp::from_url(made["uri"].as_str().expect("an address")).expect("a factor");
        let codes = made["recovery"].as_array().expect("codes").iter();
        self.recovery = codes.map(|code| code.as_str().expect("a code").to_owned()).collect();
        self.steps = 0;
    }

    /// A fresh code: of this time step, then of the next one. That of the step before might be too old
    /// when it arrives.
    fn code(&mut self) -> String {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        self.steps += 1;
        self.totp.generate(seconds + 30 * (self.steps - 1)).to_string()
    }

    fn sign_in(&mut self, server: &Server) -> Browser {
        let code = self.code();
        Browser::enter(server, &self.login, PASSWORD, &code).expect("the code is right")
    }
}

/// A browser with a session.
#[derive(Clone)]
struct Browser {
    port: u16,
    cookie: String,
    token: String,
}

impl Browser {
    fn enter(server: &Server, login: &str, password: &str, code: &str) -> Result<Self, Reply> {
        let mut stranger =
            Self { port: server.admin, cookie: String::new(), token: "1".to_owned() };
        let body = json!({ "login": login, "password": password, "code": code });
        let reply = stranger.post("/sign-in", &body);
        if reply.status != 200 {
            return Err(reply);
        }
        let cookie = reply.header("set-cookie").expect("a cookie");
        for word in ["HttpOnly", "SameSite=Strict", "Path=/console", "Max-Age=28800"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        cookie.split(';').next().expect("a pair").clone_into(&mut stranger.cookie);
        reply.body["token"].as_str().expect("a token").clone_into(&mut stranger.token);
        Ok(stranger)
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>, more: &str) -> Reply {
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} /console/api{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             cookie: other=1; {}\r\n{more}content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        send(self.port, &[head.as_bytes(), body.as_bytes()].concat())
    }

    fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None, "")
    }

    fn post(&self, path: &str, body: &Value) -> Reply {
        let token = format!("x-massless-console: {}\r\n", self.token);
        self.call("POST", path, Some(body), &token)
    }
}

fn lines(page: &Value) -> Vec<(String, String)> {
    let text = |it: &Value, key: &str| it[key].as_str().expect("a text").to_owned();
    let lines = page["lines"].as_array().expect("lines").iter();
    lines.map(|it| (text(it, "action"), text(it, "detail"))).collect()
}

#[test]
fn only_the_staff_gets_in_with_a_fresh_code_and_each_try_is_written_down() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    Caller::registered(&server, "player1");
    let enter = |login: &str, password: &str, code: &str| {
        let refused = Browser::enter(&server, login, password, code);
        refused.map(|_| ()).map_err(|reply| {
            let (status, code) = reply.problem();
            (status, code.to_owned())
        })
    };
    let refused = Err((401, "sign-in-refused".to_owned()));
    assert_eq!(enter("player1", PASSWORD, "123456"), refused, "a player");
    assert_eq!(enter("nobody", PASSWORD, "123456"), refused);
    let folder = data.path().to_str().expect("a plain path");
    let early = run(&["account", "second-factor", "@player1", "--data", folder]);
    assert_eq!(early.status.code(), Some(2), "players have none");

    let mut anna = Staff::enrolled(&server, data.path(), "anna", "admin");
    assert_eq!(
        enter("anna", "wrong horse", &anna.code()),
        refused,
        "no code helps a wrong password"
    );
    anna.steps = 0;
    let code = anna.code();
    let browser = Browser::enter(&server, "Anna", PASSWORD, &code).expect("she is let in");
    assert_eq!(enter("anna", PASSWORD, &code), refused, "a code is good once");
    let session = browser.get("/session").good();
    assert_eq!((session["name"].as_str(), session["role"].as_str()), (Some("anna"), Some("admin")));
    let recovery = anna.recovery[0].to_uppercase();
    Browser::enter(&server, "anna", PASSWORD, &recovery).expect("a recovery code");
    assert_eq!(enter("anna", PASSWORD, &recovery), refused, "that one is good once, too");

    // Five wrong codes in a row lock the factor; the two above have counted.
    for _ in 0..2 {
        assert_eq!(enter("anna", PASSWORD, "000000"), refused);
    }
    let locked = enter("anna", PASSWORD, "000000").map_err(|(status, _)| status);
    assert!(locked == Err(429), "{locked:?}");
    let fresh = anna.code();
    assert_eq!(enter("anna", PASSWORD, &fresh).map_err(|it| it.0), Err(429), "locked, or too many");

    // Without a session there is nothing; with somebody else's cookie neither.
    let stranger = Browser { cookie: "massless_console=00".to_owned(), ..browser.clone() };
    assert_eq!(stranger.get("/session").problem(), (401, "no-session"));
    assert_eq!(stranger.get("/audit").problem(), (401, "no-session"));
    let told = lines(&browser.get("/audit?actor=anna").good());
    let count = |action: &str| told.iter().filter(|it| it.0 == action).count();
    assert_eq!(count("console.sign-in"), 2, "{told:?}");
    assert!(count("refused") >= 6, "{told:?}");
    assert!(told.iter().any(|it| it.1.contains("recovery code; 7 are left")), "{told:?}");
    let all = browser.get("/audit").text;
    assert!(!all.contains(PASSWORD) && !all.contains(&code) && !all.contains(&recovery));

    // Signing out ends the session on the server.
    browser.post("/sign-out", &json!({})).good();
    assert_eq!(browser.get("/session").problem(), (401, "no-session"));
}

#[test]
fn a_moderator_may_less_and_forged_calls_do_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let victim = Caller::registered(&server, "victim");
    victim.character("Vera");
    let mut chief = Staff::enrolled(&server, data.path(), "chief", "admin");
    let mut mods = Staff::enrolled(&server, data.path(), "mods", "moderator");
    let (admin, moderator) = (chief.sign_in(&server), mods.sign_in(&server));

    // A form of another page has the cookie at most.
    let ban = json!({ "order": "ban", "whom": "@victim", "reason": "spam", "hours": 1 });
    for more in ["", "x-massless-console: 1\r\n", "origin: http://evil.example\r\n"] {
        let forged = moderator.call("POST", "/orders", Some(&ban), more);
        assert_eq!(forged.problem(), (403, "no-token"));
    }
    let other = Browser { token: admin.token.clone(), ..moderator.clone() };
    assert_eq!(other.post("/orders", &ban).problem(), (403, "no-token"), "another session's token");
    assert!(victim.get("/account").status == 200, "nobody was banned");

    let refused: [(&str, Reply); 6] = [
        ("announce", moderator.post("/orders", &json!({ "order": "announce", "text": "hello" }))),
        ("drain", moderator.post("/drain", &json!({ "notice_seconds": 0 }))),
        ("switches", moderator.post("/switches", &json!({ "path": "trade", "off": true }))),
        ("settings", moderator.get("/settings")),
        ("audit", moderator.get("/audit")),
        ("log", moderator.get("/zones/1/logs/x.mlr")),
    ];
    for (what, reply) in &refused {
        assert_eq!(reply.problem(), (403, "forbidden"), "{what}");
    }
    assert_eq!(moderator.get("/switches").good()["switches"][0]["off"], false);
    let kick = json!({ "order": "kick", "whom": "@chief" });
    assert_eq!(moderator.post("/orders", &kick).problem(), (403, "forbidden"), "her own admin");

    let found = moderator.get("/players?text=vic").good();
    let id = found["found"][0]["account"].as_u64().expect("an account");
    assert_eq!(moderator.get(&format!("/players/{id}/export")).problem(), (403, "forbidden"));
    moderator.post("/orders", &ban).good();
    assert_eq!(victim.get("/account").problem().0, 403, "banned");
    let shown = moderator.get(&format!("/players/{id}")).good();
    assert_eq!(shown["bans"][0]["by"], "mods");
    assert_eq!(
        (&shown["bans"][0]["reason"], &shown["bans"][0]["holds"]),
        (&json!("spam"), &json!(true))
    );
    moderator.post("/orders", &json!({ "order": "unban", "whom": "@victim" })).good();
    moderator.post("/orders", &json!({ "order": "mute", "whom": "Vera", "seconds": 60 })).good();

    let told = lines(&admin.get("/audit?actor=mods").good());
    let actions: Vec<&str> = told.iter().map(|it| it.0.as_str()).collect();
    for action in ["ban", "unban", "mute", "console.sign-in"] {
        assert!(actions.contains(&action), "{action} is missing in {actions:?}");
    }
    let count = actions.iter().filter(|action| **action == "refused").count();
    // Four forged calls, six of an admin's, a kick of an admin, an export.
    assert_eq!(count, 4 + 6 + 1 + 1, "{told:?}");

    // Who loses the role loses the pages at once.
    let folder = data.path().to_str().expect("a plain path");
    run(&["account", "role", "@mods", "--to", "player", "--data", folder]);
    assert_eq!(moderator.get("/dashboard").problem(), (401, "no-session"));
}

/// A server with a character in the world and an admin at the console.
struct Scene {
    data: tempfile::TempDir,
    server: Server,
    admin: Browser,
    olga: Player,
    character: u64,
}

impl Scene {
    async fn open() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let variables = [("SMOKE_PASSWORD", "hunter2hunter2")];
        let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
        let owner = Caller::registered(&server, "owner");
        let character = owner.character("Olga");
        let olga = Player::join_as(&server, &owner, character).await;
        let admin = Staff::enrolled(&server, data.path(), "chief", "admin").sign_in(&server);
        Self { data, server, admin, olga, character }
    }

    fn get(&self, path: &str) -> Value {
        self.admin.get(path).good()
    }
}

#[tokio::test]
async fn the_map_and_the_dashboard_show_what_goes_on() {
    let mut scene = Scene::open().await;
    // The map is drawn from the first look on.
    scene.get("/zones/1/actors");
    scene.olga.play(50).await;
    let seen = scene.get("/zones/1/actors");
    let actors = seen["actors"].as_array().expect("actors");
    let herself = actors.iter().find(|it| it["name"] == "Olga").expect("she is on the map");
    let place = scene.olga.place();
    let gap =
        |key: &str, own: f32| (herself[key].as_f64().expect("a place") - f64::from(own)).abs();
    assert!(gap("x", place.x) < 0.2 && gap("z", place.y) < 0.2, "{herself} and {place}");
    assert!(actors.iter().any(|it| it["kind"] == "creature" && it["name"].is_string()));
    let ground = scene.admin.get("/zones/1/ground");
    assert_eq!(ground.header("content-type"), Some("application/octet-stream"));
    let zones = scene.get("/zones");
    let first = &zones["zones"][0];
    assert_eq!((&first["label"], &first["players"]), (&json!("1"), &json!(1)));
    assert!(first["p99_micros"].as_u64() > Some(0), "{zones}");
    assert_eq!(scene.admin.get("/zones/77/actors").problem().0, 404);

    let dashboard = scene.get("/dashboard?since=0");
    assert_eq!((&dashboard["players"], &dashboard["ready"]), (&json!(1), &json!(true)));
    let samples = dashboard["samples"].as_array().expect("samples");
    let last = samples.last().expect("a sample of the last two seconds");
    assert_eq!(last["zones"][0]["label"], "1");
    assert!(last["messages_in"].as_f64() > Some(1.0), "{last}");
    let nothing_new = scene.get(&format!("/dashboard?since={}", u64::MAX));
    assert_eq!(nothing_new["samples"], json!([]));
}

#[tokio::test]
async fn accounts_ledger_and_settings_are_shown() {
    let scene = Scene::open().await;
    let found = scene.get("/players?text=olg");
    let id = found["found"][0]["account"].as_u64().expect("an account");
    let shown = scene.get(&format!("/players/{id}"));
    assert_eq!(shown["online"]["name"], "Olga");
    assert_eq!(shown["characters"][0]["id"], scene.character);
    let export = scene.admin.get(&format!("/players/{id}/export"));
    assert!(export.header("content-disposition").is_some_and(|it| it.contains("attachment")));
    assert_eq!(export.good()["account"]["name"], "owner");
    assert_eq!(scene.admin.get("/players/99999").problem().0, 404);

    let coin = scene.get("/ledger/coin?whom=Olga");
    let entry = &coin["entries"][0];
    assert_eq!((&entry["made"]["kind"], &entry["balance"]), (&json!("kit"), &coin["balance"]));
    assert_eq!(entry["others"][0]["kind"], "faucet");
    let item = scene.get("/ledger/item/1");
    assert_eq!(item["owner"]["name"], "Olga");
    assert_eq!(item["events"][0]["made"]["kind"], "kit");
    assert_eq!(scene.admin.get("/ledger/item/99999").problem().0, 404);
    assert_eq!(scene.admin.get("/ledger/item/x").problem().0, 422);
    assert_eq!(scene.get("/quarantine")["items"], json!([]));

    let settings = scene.get("/settings");
    let all = settings["settings"].as_array().expect("settings");
    let of = |key: &str| all.iter().find(|it| it["key"] == key).expect(key);
    assert_eq!(of("smoke.password")["value"], "set");
    assert_eq!(of("smoke.password")["source"], "SMOKE_PASSWORD");
    assert_eq!(of("zone.ids")["source"], "flag");
    assert!(!settings.to_string().contains("hunter2"));
    let audit = lines(&scene.get("/audit"));
    assert!(audit.iter().any(|it| it.0 == "export"), "{audit:?}");
}

#[tokio::test]
async fn a_log_is_fetched_and_orders_are_obeyed_while_the_zone_goes_on() {
    let mut scene = Scene::open().await;
    let (folder, port) = (scene.data.path().to_owned(), scene.server.admin.to_string());
    let fetched = folder.join("fetched.mlr");
    let file = fetched.to_str().expect("a plain path");
    let fetch = || command(&folder, &["zones", "log", "1", "--out", file, "--admin-port", &port]);
    let newest = scene.get("/zones/1/logs")["segments"][0]["file"].clone();
    assert_eq!(fetch()["segment"], newest);
    let verified = run(&["replay", "verify", file]);
    assert_eq!(verified.status.code(), Some(0), "what is written by now can be played");
    for path in ["..%2fepoch", "epoch", "../1/epoch"] {
        let refused = scene.admin.get(&format!("/zones/1/logs/{path}"));
        assert_eq!(refused.problem().0, 404, "{path}");
    }

    scene.admin.post("/switches", &json!({ "path": "trade", "off": true })).good();
    let wrong = scene.admin.post("/switches", &json!({ "path": "nothing", "off": true }));
    assert_eq!(wrong.problem().0, 422);
    let listed = command(&folder, &["switches", "list"]);
    let trade = listed["switches"].as_array().expect("all").iter().find(|it| it["path"] == "trade");
    assert_eq!(trade.map(|it| (&it["off"], &it["by"])), Some((&json!(true), &json!("chief"))));
    let said = json!({ "order": "announce", "text": "A word to all" });
    scene.admin.post("/orders", &said).good();
    let is_said = |olga: &Player| olga.heard.iter().any(|(_, text)| text == "A word to all");
    scene.olga.until("the announcement", is_said).await;
    scene.admin.post("/orders", &json!({ "order": "kick", "whom": "Olga" })).good();
    scene.olga.until("the kick", |olga| olga.closed.is_some()).await;

    // The kick is in the zone's log, while the zone goes on.
    let kicked = std::time::Instant::now();
    loop {
        fetch();
        let stats = run(&["replay", "stats", file, "--json"]);
        let stats: Value = serde_json::from_slice(&stats.stdout).expect("json");
        if stats["commands"]["detach"] == 1 {
            break;
        }
        assert!(kicked.elapsed() < common::PATIENCE, "{stats}");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    let audit = lines(&scene.get("/audit"));
    for action in ["log.download", "switch.off", "announce", "kick"] {
        assert!(audit.iter().any(|it| it.0 == action), "{action} is missing in {audit:?}");
    }
    // A drain from the page ends the server in order.
    scene.admin.post("/drain", &json!({ "notice_seconds": 0 })).good();
    assert_eq!(scene.server.wait(), Some(0));
}

/// A folder that a server ran in: the account owner with Olga. And how the zones were listed.
fn left_behind() -> (tempfile::TempDir, Value) {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), &["--zones", "1"]);
    let owner = Caller::registered(&server, "owner");
    owner.character("Olga");
    let port = server.admin.to_string();
    let zones = command(data.path(), &["zones", "list", "--admin-port", &port]);
    assert_eq!(server.stop(), Some(0));
    (data, zones)
}

#[test]
fn the_command_line_shows_the_same() {
    let (data, zones) = left_behind();
    assert_eq!(zones["zones"][0]["label"], "1");
    // The database answers without a server.
    let folder = data.path();
    let found = command(folder, &["players", "search", "ol"]);
    assert_eq!(found["found"][0]["character"]["name"], "Olga");
    let shown = command(folder, &["players", "show", "@owner"]);
    assert_eq!(shown["characters"][0]["name"], "Olga");
    assert_eq!(command(folder, &["ledger", "coin", "Olga"])["entries"][0]["made"]["kind"], "kit");
    assert_eq!(command(folder, &["ledger", "item", "1"])["owner"]["name"], "Olga");
    assert_eq!(command(folder, &["quarantine"])["items"], json!([]));
    command(folder, &["switches", "off", "mail"]);
    command(folder, &["switches", "on", "mail"]);
    let audit = command(folder, &["audit", "--action", "switch.off"]);
    let line = &audit["lines"][0];
    assert_eq!((&line["actor"], &line["subject"]), (&json!("console"), &json!("mail")));
    assert_eq!(command(folder, &["incident", "list"])["incidents"], json!([]));

    let text = folder.to_str().expect("a plain path");
    for (arguments, word) in [
        (&["players", "search", "ol", "--data", text][..], "Olga"),
        (&["players", "show", "Olga", "--data", text], "account #"),
        (&["ledger", "coin", "Olga", "--data", text], "faucet kit"),
        (&["ledger", "item", "1", "--data", text], "character Olga"),
        (&["quarantine", "--data", text], "snapshot"),
        (&["switches", "list", "--data", text], "open"),
        (&["audit", "--data", text], "switch.on"),
        (&["config", "show"], "server.http_port"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(word), "{arguments:?}: {told}");
    }
    for arguments in [
        &["players", "show", "@nobody", "--data", text][..],
        &["ledger", "item", "99", "--data", text],
        &["ledger", "coin", "Nobody", "--data", text],
        &["incident", "explain", text],
        &["switches", "off", "nothing", "--data", text],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn the_commands_explain_themselves() {
    for words in [
        &["players", "search"][..],
        &["players", "show"],
        &["ledger", "item"],
        &["ledger", "coin"],
        &["quarantine"],
        &["zones", "list"],
        &["zones", "log"],
        &["switches", "off"],
        &["audit"],
        &["config", "show"],
        &["incident", "list"],
        &["incident", "explain"],
        &["account", "second-factor"],
    ] {
        let output = run(&[words, &["--help"]].concat());
        assert_eq!(output.status.code(), Some(0), "{words:?}");
        assert!(output.stdout.len() > 100, "{words:?}");
    }
}

#[test]
fn a_slow_tick_can_be_explained_afterwards() {
    let data = tempfile::tempdir().expect("a folder");
    // Any tick leaves a bundle, once a second.
    let variables =
        [("MASSLESS_ZONE_SLOW_TICK_MS", "0"), ("MASSLESS_DATA_INCIDENT_PAUSE_SECONDS", "1")];
    let server = Server::start_with(data.path(), &["--zones", "1"], &variables);
    let admin = Staff::enrolled(&server, data.path(), "chief", "admin").sign_in(&server);
    let started = std::time::Instant::now();
    let newest = loop {
        let listed = admin.get("/incidents").good();
        let incidents = listed["incidents"].as_array().expect("incidents");
        if incidents.len() > 1 {
            break incidents[0].clone();
        }
        assert!(started.elapsed() < common::PATIENCE, "two seconds leave two bundles");
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    let name = newest["name"].as_str().expect("a name");
    let page = admin.get(&format!("/incidents/{name}")).good();
    assert_eq!((&page["kind"], &page["tick"]), (&json!("slow_tick"), &newest["tick"]));
    assert_eq!(page["replay"]["played"], true, "{page}");
    assert_eq!(page["replay"]["same_hash"], true, "{page}");
    assert!(page["replay"]["usual_ticks"].as_u64() > Some(0), "{page}");
    assert!(page["sentences"].as_array().is_some_and(|all| all.len() >= 3), "{page}");
    assert_eq!(admin.get("/incidents/..%2f..").problem().0, 404);
    let segment = admin.get(&format!("/incidents/{name}/segment"));
    assert_eq!(segment.status, 200);
    let folder = data.path().join("incidents").join(name);
    let output = run(&["incident", "explain", folder.to_str().expect("a plain path"), "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("Slow tick in zone 1") && told.contains("In the zone:"), "{told}");
    let line: Value = serde_json::from_slice(&output.stdout).expect("json");
    assert_eq!(line["replay"]["crowd"]["kinds"], page["replay"]["crowd"]["kinds"]);
}
