//! Starts the real program in a folder of its own and plays over its real sockets.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

pub mod boards;
pub mod bystander;
pub mod rest;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use massless_core::content::{Content, SourceFile};
use massless_core::event::Event;
use massless_core::ids::{ActorId, ZoneId};
use massless_core::math::{Vec2, ground};
use massless_core::units::Facing;
use massless_core::view::Kind;
use massless_net::client::{Client, ClientConfig, Control, Figure, Output as Told};
use massless_net::clock::Millis;
use massless_net::limits::INPUTS_PER_FRAME_MAX;
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::ticket::Ticket;
use massless_net::session::token::ResumeToken;
use massless_net::transport::Transport;
use massless_net::transport::dial::connect;
use massless_net::transport::dial_quic::{Dialer, Trust};
use massless_net::transport::socket::Socket;

/// Longest time anything here may take; only a failure takes it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program with these arguments, not yet started.
pub fn massless(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_massless"));
    command.args(arguments).env_clear();
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    massless(arguments).output().expect("the program starts")
}

/// What every server begins with; the data folder follows.
const SERVE: [&str; 6] = ["serve", "--port", "0", "--bind", "127.0.0.1", "--data"];

/// A running server.
pub struct Server {
    child: Child,
    pub http: u16,
    pub game: u16,
    pub admin: u16,
    /// The line for machines.
    pub ready: serde_json::Value,
    /// What the players' maps are taken from.
    pub content: Arc<Content>,
}

impl Server {
    /// Starts a server on free ports with its data in `data`.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        Self::start_with(data, more, &[])
    }

    /// The same with variables of the environment.
    pub fn start_with(data: &Path, more: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_logging(data, (more, variables), Stdio::null()).0
    }

    /// The same; the pipe of its log, when it was to have one, which nobody reads yet.
    pub fn start_logging(
        data: &Path,
        (more, variables): (&[&str], &[(&str, &str)]),
        log: Stdio,
    ) -> (Self, Option<ChildStderr>) {
        let mut command = massless(&SERVE);
        command.arg(data).args(more);
        Self::spawn(command, data, variables, log)
    }

    /// Starts a server below a shell that runs `limit` before.
    pub fn start_limited(data: &Path, limit: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{limit} && exec \"$@\""), "sh"]).env_clear();
        command.arg(env!("CARGO_BIN_EXE_massless")).args(SERVE).arg(data);
        Self::spawn(command, data, variables, Stdio::null()).0
    }

    fn spawn(
        mut command: Command,
        data: &Path,
        variables: &[(&str, &str)],
        log: Stdio,
    ) -> (Self, Option<ChildStderr>) {
        command.current_dir(data);
        // Tests stop servers with players on them and do not want to wait.
        command.env("MASSLESS_SERVER_SHUTDOWN_NOTICE", "0").envs(variables.iter().copied());
        let mut child =
            command.stdout(Stdio::piped()).stderr(log).spawn().expect("the server starts");
        let output = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("a line");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("the ready line");
        assert_eq!(ready["ready"], true);
        let port = |name: &str| ready[name].as_u64().expect("a port") as u16;
        let (http, game, admin) = (port("http"), port("game"), port("admin"));
        let log = child.stderr.take();
        (Self { child, http, game, admin, ready, content: Content::embedded() }, log)
    }

    /// The memory it has now.
    pub fn resident_bytes(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).expect("a size");
        kilobytes.parse::<u64>().expect("a number") * 1_024
    }

    /// Where the game is dialled.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/", self.game)
    }

    /// Dials as the page's port says, believing the certificates that it names.
    pub async fn dial(&self, transport: Transport) -> Socket {
        if transport == Transport::Ws {
            return connect(&self.url()).await.expect("the port answers");
        }
        let quic = &get_json(self.http, "/api/v1/session")["quic"];
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let url = match transport {
            Transport::Quic => format!("quic://{}/", text(&quic["address"])),
            _ => text(&quic["webtransport"]),
        };
        let hashes = quic["certificates"].as_array().expect("hashes");
        let trust = Trust::Hashes(hashes.iter().map(|hash| hash_from(&text(hash))).collect());
        let dialer = Dialer::new(&trust, 1).expect("a dialer");
        dialer.connect(&url).await.expect("the port answers")
    }

    /// Orders the stop and waits for it; the exit code.
    pub fn stop(self) -> Option<i32> {
        self.order_stop();
        self.wait()
    }

    /// Waits for a stop that was ordered; the exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// What `/proc` says of it in a file.
    pub fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).expect("it is there")
    }

    /// Sends SIGTERM.
    pub fn order_stop(&self) {
        self.signal("-TERM");
    }

    /// Sends a signal.
    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args([signal, &id]).status().expect("kill runs");
        assert!(killed.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The hash that 64 hexadecimal digits are.
fn hash_from(text: &str) -> [u8; 32] {
    assert_eq!(text.len(), 64, "{text}");
    std::array::from_fn(|at| {
        u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hexadecimal digits")
    })
}

/// Status line, head and body of a request.
pub fn get(port: u16, path: &str) -> (String, Vec<u8>) {
    get_with(port, path, "")
}

/// The same with further header lines.
pub fn get_with(port: u16, path: &str, more: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the port is open");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost:1\r\nconnection: close\r\n{more}\r\n");
    stream.write_all(request.as_bytes()).expect("it writes");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec())
}

/// The body of a request as JSON.
pub fn get_json(port: u16, path: &str) -> serde_json::Value {
    serde_json::from_slice(&get(port, path).1).expect("json")
}

/// A content set of its own: the built-in one with some texts of its files replaced.
pub struct World {
    pub folder: PathBuf,
    pub content: Arc<Content>,
}

impl World {
    /// Writes it below `data`; each edit is a file, a text in it, and what stands there instead.
    pub fn write(data: &Path, edits: &[(&str, &str, &str)]) -> Self {
        let folder = data.join("content");
        let built_in = Content::embedded_files().iter();
        let mut files: Vec<_> =
            built_in.map(|file| (file.path.to_owned(), file.bytes.to_vec())).collect();
        for (path, bytes) in &mut files {
            for (_, from, to) in edits.iter().filter(|(file, ..)| file == path) {
                let text = String::from_utf8(std::mem::take(bytes)).expect("a text");
                assert!(text.contains(from), "{from:?} does not stand in {path}");
                *bytes = text.replace(from, to).into_bytes();
            }
            let target = folder.join(&*path);
            std::fs::create_dir_all(target.parent().expect("a folder")).expect("it is made");
            std::fs::write(target, &*bytes).expect("it writes");
        }
        let sources: Vec<_> =
            files.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
        let content = Arc::new(Content::load(&sources).expect("the content is sound"));
        Self { folder, content }
    }

    /// Starts a server with it.
    pub fn start(&self, data: &Path, variables: &[(&str, &str)]) -> Server {
        let folder = self.folder.to_str().expect("a plain path");
        let mut server = Server::start_with(data, &["--content", folder], variables);
        server.content = Arc::clone(&self.content);
        server
    }
}

/// The portal of zone 1 to zone 10, a few steps from where newcomers appear.
pub const NEAR_PORTAL: (&str, &str, &str) =
    ("zones/1-cinder-vale.ron", "place: (128.0, 250.0)", "place: (128.0, 56.0)");
/// Where it is then.
pub const PORTAL: Vec2 = Vec2::new(128.0, 56.0);
/// Some hounds before the village.
pub const NEAR_HOUNDS: (&str, &str, &str) = (
    "zones/1-cinder-vale.ron",
    "(creature: 101, count: 14, centre: (88.0, 92.0), radius: 24.0)",
    "(creature: 101, count: 4, centre: (128.0, 82.0), radius: 4.0)",
);
/// Every hound leaves something.
pub const RICH_HOUNDS: (&str, &str, &str) = (
    "creatures/101-dust-hound.ron",
    "chance_bp: 3500, quantity: (1, 2)",
    "chance_bp: 10000, quantity: (1, 2)",
);

/// A player with net's own client.
pub struct Player {
    pub client: Client,
    pub heard: Vec<(String, String)>,
    pub events: Vec<Event>,
    pub notices: Vec<Notice>,
    pub invited: Vec<String>,
    /// The zones it was taken into after the first one.
    pub moved: Vec<ZoneId>,
    /// How often it went on by another connection with what it knew.
    pub resumed: usize,
    pub closed: Option<CloseCode>,
    pub token: Option<ResumeToken>,
    socket: Option<Socket>,
    content: Arc<Content>,
    started: Instant,
}

impl Player {
    /// Connects and waits for the welcome and the first own state.
    pub async fn join(server: &Server, name: &str) -> Self {
        let mut player = Self::connect(server, name, None).await;
        player.until("a body", |player| player.client.own(player.now()).is_some()).await;
        player
    }

    /// Comes in as a character of an account, and waits for the first own state.
    pub async fn join_as(server: &Server, caller: &rest::Caller, character: u64) -> Self {
        let ticket = Ticket::parse(&caller.ticket(character));
        let config = ClientConfig { ticket, ..ClientConfig::default() };
        let mut player = Self::connect_as(server, config).await;
        player.until("a body", |player| player.client.own(player.now()).is_some()).await;
        player
    }

    /// Connects and says hello.
    pub async fn connect(server: &Server, name: &str, resume: Option<ResumeToken>) -> Self {
        let name = name.to_owned();
        Self::connect_as(server, ClientConfig { name, look: 3, resume, ..ClientConfig::default() })
            .await
    }

    /// Connects and introduces itself as that.
    pub async fn connect_as(server: &Server, config: ClientConfig) -> Self {
        Self::connect_by(server, Transport::Ws, config).await
    }

    /// The same by that transport, repeating inputs where frames may get lost.
    pub async fn connect_by(server: &Server, transport: Transport, config: ClientConfig) -> Self {
        let repeats = if transport == Transport::Ws { 0 } else { INPUTS_PER_FRAME_MAX as u8 - 1 };
        let config = ClientConfig { repeats, ..config };
        Self {
            client: Client::new(config),
            heard: Vec::new(),
            events: Vec::new(),
            notices: Vec::new(),
            invited: Vec::new(),
            moved: Vec::new(),
            resumed: 0,
            closed: None,
            token: None,
            socket: Some(server.dial(transport).await),
            content: Arc::clone(&server.content),
            started: Instant::now(),
        }
    }

    /// Hangs up without a word and goes on by another connection, with what it knows.
    pub async fn reconnect(&mut self, server: &Server, transport: Transport) {
        self.socket = None;
        let repeats = if transport == Transport::Ws { 0 } else { INPUTS_PER_FRAME_MAX as u8 - 1 };
        let config = ClientConfig { resume: self.token, repeats, ..ClientConfig::default() };
        self.client.reconnect(config);
        self.socket = Some(server.dial(transport).await);
        let before = self.client.told().0;
        self.until("the world again", |player| player.client.told().0 > before).await;
    }

    /// Says goodbye and hangs up, once that is on its way.
    pub async fn leave(mut self) {
        self.client.leave();
        self.do_outputs().await;
        if let Some(socket) = self.socket.take() {
            socket.close(CloseCode::Left.get(), "").await;
        }
    }

    /// The client's clock.
    pub fn now(&self) -> Millis {
        Millis::from_micros(self.started.elapsed().as_micros() as u64)
    }

    /// Plays on until `holds`; fails after `PATIENCE`.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let all = async {
            while !holds(self) {
                self.turn().await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, all).await;
        assert!(in_time.is_ok(), "{what} did not come in time; closed: {:?}", self.closed);
    }

    /// Plays on for so many ticks of the server.
    pub async fn play(&mut self, ticks: u64) {
        let end = self.client.told().0.get() + ticks;
        self.until("the ticks", |player| player.client.told().0.get() >= end).await;
    }

    /// Where its body stands, as it was told last.
    pub fn place(&self) -> Vec2 {
        ground(self.client.told().1.walker.position)
    }

    /// Heads for a place, with these buttons held and that target.
    pub fn head_for(&mut self, place: Vec2, (buttons, target): (u16, Option<ActorId>)) {
        let way = place - self.place();
        let step = if way.length() > 1.0 { way.normalize_or_zero() * 127.0 } else { Vec2::ZERO };
        let turn = way.x.atan2(way.y) / std::f32::consts::TAU * 65_536.0;
        self.client.control(Control {
            direction: [step.x as i8, step.y as i8],
            facing: Facing::new((turn as i32) as u16),
            buttons,
            target,
            ..Control::default()
        });
    }

    /// Walks to a place, or as far as until `holds`.
    pub async fn walk(&mut self, what: &str, place: Vec2, holds: impl Fn(&Self) -> bool) {
        let all = async {
            while !holds(self) {
                self.head_for(place, (0, None));
                self.turn().await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, all).await;
        assert!(in_time.is_ok(), "{what} was not reached in time, but {}", self.place());
    }

    /// The nearest of the others that `fits`.
    pub fn nearest(&mut self, fits: impl Fn(&Figure) -> bool) -> Option<Figure> {
        let (now, place) = (self.now(), self.place());
        let figures = self.client.figures(now).iter().filter(|figure| fits(figure));
        let gap = |figure: &Figure| ground(figure.position).distance(place);
        figures.copied().min_by(|one, other| gap(one).total_cmp(&gap(other)))
    }

    /// Fights the nearest creature with the first slot of the bar until `holds`.
    pub async fn fight(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let all = async {
            while !holds(self) {
                let is_prey =
                    |figure: &Figure| matches!(figure.kind, Kind::Creature(_)) && figure.share > 0;
                if let Some(prey) = self.nearest(is_prey) {
                    self.head_for(ground(prey.position), (1, Some(prey.actor)));
                }
                self.turn().await;
            }
        };
        let in_time = tokio::time::timeout(2 * PATIENCE, all).await;
        assert!(in_time.is_ok(), "{what} did not come in time");
        self.client.control(Control::default());
    }

    /// One frame or one tick.
    pub async fn turn(&mut self) {
        let now = self.now();
        self.client.advance(now);
        self.do_outputs().await;
        let Some(socket) = &mut self.socket else {
            return tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let pause = self.client.next_timeout().map_or(50, |due| due.since(now)).clamp(1, 50);
        let heard = tokio::time::timeout(Duration::from_millis(pause), socket.recv()).await;
        match heard {
            Ok(Ok(Some(frame))) => {
                let now = self.now();
                self.client.handle_frame(now, &frame).expect("the server speaks the protocol");
            }
            Ok(Ok(None) | Err(_)) => self.socket = None,
            Err(_) => {}
        }
        self.do_outputs().await;
        while let Some(event) = self.client.next_event() {
            self.events.push(event);
        }
    }

    /// Writes what the client has to say, without reading.
    pub async fn do_outputs(&mut self) {
        while let Some(told) = self.client.poll() {
            match told {
                Told::Frame(frame) => {
                    if let Some(socket) = &mut self.socket {
                        let _ = socket.send(frame).await;
                    }
                }
                Told::Welcome(welcome) => {
                    self.token = Some(welcome.resume);
                    self.set_map(welcome.zone);
                }
                Told::Resumed(welcome) => {
                    self.token = Some(welcome.resume);
                    self.resumed += 1;
                }
                Told::Moved(welcome) => {
                    self.token = Some(welcome.resume);
                    self.moved.push(welcome.zone);
                    self.set_map(welcome.zone);
                }
                Told::Invited { name } => self.invited.push(name),
                Told::PartyChanged => {}
                Told::Chat { name, text, .. } => self.heard.push((name, text)),
                Told::Notice(notice) => self.notices.push(notice),
                Told::Closed { code, .. } => self.closed = Some(code),
            }
        }
    }

    fn set_map(&mut self, zone: ZoneId) {
        let zone = self.content.zone(zone).expect("a zone of the content");
        self.client.set_map(Arc::clone(&zone.map));
    }

    /// Names of the members of its party, the leader first.
    pub fn party(&self) -> Vec<String> {
        let Some(party) = self.client.party() else { return Vec::new() };
        let mut names: Vec<String> =
            party.members.iter().map(|member| member.name.clone()).collect();
        names.swap(0, usize::from(party.leader));
        names
    }

    /// Whether the player knows of a character of that name.
    pub fn knows(&self, name: &str) -> bool {
        self.client.known().iter().any(|known| known.identity.name == name)
    }
}

/// The value of a metric; its name stands there with its labels.
pub fn metric(server: &Server, name: &str) -> u64 {
    let page = String::from_utf8(get(server.admin, "/metrics").1).expect("text");
    let line = page.lines().find(|line| line.starts_with(name)).expect("the metric");
    line.rsplit(' ').next().expect("a value").parse().expect("a number")
}

/// The log segments of zone 1 in a data folder, oldest first.
pub fn segments(data: &Path) -> Vec<PathBuf> {
    segments_of(data, "1")
}

/// The log segments of a channel in a data folder, oldest first.
pub fn segments_of(data: &Path, channel: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(data.join("zones").join(channel)).expect("the zone's folder");
    let mut paths: Vec<PathBuf> = folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "mlr"))
        .collect();
    paths.sort();
    paths
}
