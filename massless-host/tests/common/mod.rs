//! Starts the real program in a folder of its own and plays over its real sockets.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::ids::ZoneId;
use massless_net::client::{Client, ClientConfig, Output as Told};
use massless_net::clock::Millis;
use massless_net::session::close::CloseCode;
use massless_net::session::token::ResumeToken;
use massless_net::transport::dial::connect;
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

/// A running server.
pub struct Server {
    child: Child,
    pub http: u16,
    pub game: u16,
    pub admin: u16,
}

impl Server {
    /// Starts a server on free ports with its data in `data`.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut command = massless(&["serve", "--port", "0", "--bind", "127.0.0.1", "--data"]);
        command.arg(data).args(more).current_dir(data);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let output = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("a line");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("the ready line");
        assert_eq!(ready["ready"], true);
        let port = |name: &str| ready[name].as_u64().expect("a port") as u16;
        let (http, game, admin) = (port("http"), port("game"), port("admin"));
        Self { child, http, game, admin }
    }

    /// Where the game is dialled.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/", self.game)
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

    /// Sends SIGTERM.
    pub fn order_stop(&self) {
        let id = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(killed.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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

/// The map of the starting zone.
pub fn map() -> Arc<Map> {
    let content = Content::embedded();
    Arc::clone(&content.zone(ZoneId::new(1)).expect("zone 1").map)
}

/// A player with net's own client.
pub struct Player {
    pub client: Client,
    pub heard: Vec<(String, String)>,
    pub closed: Option<CloseCode>,
    pub token: Option<ResumeToken>,
    socket: Option<Socket>,
    map: Arc<Map>,
    started: Instant,
}

impl Player {
    /// Connects and waits for the welcome and the first own state.
    pub async fn join(server: &Server, name: &str) -> Self {
        let mut player = Self::connect(server, name, None).await;
        player.until("a body", |player| player.client.own(player.now()).is_some()).await;
        player
    }

    /// Connects and says hello.
    pub async fn connect(server: &Server, name: &str, resume: Option<ResumeToken>) -> Self {
        let config = ClientConfig { name: name.to_owned(), look: 3, resume, repeats: 0 };
        Self {
            client: Client::new(config),
            heard: Vec::new(),
            closed: None,
            token: None,
            socket: Some(connect(&server.url()).await.expect("the port answers")),
            map: map(),
            started: Instant::now(),
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
        assert!(in_time.is_ok(), "{what} did not come in time");
    }

    /// One frame or one tick.
    async fn turn(&mut self) {
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
                    self.client.set_map(Arc::clone(&self.map));
                }
                Told::Chat { name, text, .. } => self.heard.push((name, text)),
                Told::Notice(_) => {}
                Told::Closed { code, .. } => self.closed = Some(code),
            }
        }
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
    let folder = std::fs::read_dir(data.join("zones/1")).expect("the zone's folder");
    let mut paths: Vec<PathBuf> = folder
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "mlr"))
        .collect();
    paths.sort();
    paths
}
