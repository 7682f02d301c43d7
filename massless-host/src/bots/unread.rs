//! A player that reads until it is told to, then leaves all that comes unread and plays on: for measuring what that
//! costs the server and the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use massless_core::content::map::Map;
use massless_net::client::{Client, ClientConfig, Control, Output};
use massless_net::clock::Millis;
use massless_net::online::Way;
use massless_net::transport::Transport;
use massless_net::transport::dial;
use massless_net::transport::socket::Socket;
use tokio::time::{Instant, sleep, timeout};

use super::bot::{Run, name_of};

/// Bytes that the kernel may hold unread for one by WebSocket; Linux takes twice as many.
const RECEIVE_BYTES: u32 = 4_096;
/// Pause between two turns, at most.
const TURN: Duration = Duration::from_millis(50);
/// Time a frame may take to be written; longer, and the server has stopped reading, too.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// One of them.
pub(crate) struct Unreader {
    client: Client,
    socket: Socket,
    map: Arc<Map>,
    begun: Instant,
    is_in: bool,
    /// Why the connection ended.
    end: Option<String>,
}

impl Unreader {
    /// Dials and says hello.
    ///
    /// # Errors
    /// When nobody answers there.
    pub(crate) async fn connect(way: &Way, map: Arc<Map>, index: u64) -> anyhow::Result<Self> {
        let socket = match way.transport {
            Transport::Ws => dial::connect_narrow(way.url(), RECEIVE_BYTES).await?,
            Transport::Quic | Transport::WebTransport => way.connect().await?,
        };
        let repeats = way.repeats();
        let client =
            Client::new(ClientConfig { name: name_of(index), repeats, ..ClientConfig::default() });
        Ok(Self { client, socket, map, begun: Instant::now(), is_in: false, end: None })
    }

    /// Reads and plays until `stops_reading`, then plays on without it until the run is over.
    pub(crate) async fn play(mut self, run: Arc<Run>, stops_reading: Arc<AtomicBool>) {
        while !run.is_over.load(Ordering::Relaxed) {
            let reads = !stops_reading.load(Ordering::Relaxed);
            self.turn(reads).await;
            if let Some(end) = &self.end {
                run.lose(if reads { end.as_str() } else { "cut off" });
                return;
            }
            if !self.is_in && self.client.told().0.get() > 0 {
                self.is_in = true;
                run.alive.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Sends what is due and hears what comes.
    async fn turn(&mut self, reads: bool) {
        self.client.control(Control { direction: [0, 0], ..Control::default() });
        self.client.advance(self.now());
        while let Some(output) = self.client.poll() {
            match output {
                Output::Frame(frame) => match timeout(WRITE_TIME, self.socket.send(frame)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => self.end = Some(error.to_string()),
                    Err(_) => self.end = Some("nothing can be written".to_owned()),
                },
                Output::Welcome(_) | Output::Moved(_) => self.client.set_map(Arc::clone(&self.map)),
                Output::Closed { code, .. } => self.end = Some(format!("closed: {code}")),
                _ => {}
            }
        }
        if !reads {
            return sleep(TURN).await;
        }
        let due = self.client.next_timeout().map_or(TURN, |due| {
            Duration::from_millis(due.since(self.now())).clamp(Duration::from_millis(1), TURN)
        });
        match timeout(due, self.socket.recv()).await {
            Ok(Ok(Some(frame))) => {
                if let Err(error) = self.client.handle_frame(self.now(), &frame) {
                    self.end = Some(error.to_string());
                }
            }
            Ok(Ok(None)) => self.end = Some("the server hung up".to_owned()),
            Ok(Err(error)) => self.end = Some(error.to_string()),
            Err(_) => {}
        }
    }

    fn now(&self) -> Millis {
        Millis::from_micros(u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}
