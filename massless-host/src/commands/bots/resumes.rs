//! Bots that lose their socket again and again and come back by their token, at a steady rate: what a storm of
//! logins must not hold up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context as _, bail};
use massless_core::ids::{ClassId, FactionId};
use massless_net::client::{ClientConfig, Output};
use massless_net::online::{Happening, Player, Server};
use massless_net::session::token::ResumeToken;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::bots::bot::name_of;

/// First number of their names, apart from those of other bots.
const FIRST_NAME: u64 = 80_000;
/// Time a welcome may take to come.
const WELCOME_TIME: Duration = Duration::from_secs(20);
/// Joins at a time while they come in.
const JOINS_PER_STEP: u64 = 4;
const JOIN_PAUSE: Duration = Duration::from_millis(20);

/// Those who come and go.
pub(super) struct Drifters {
    tasks: JoinSet<Vec<Option<Duration>>>,
    begin: watch::Sender<Option<Instant>>,
    is_over: Arc<AtomicBool>,
}

/// What became of all resumes.
#[derive(Debug, Default)]
pub(super) struct Resumes {
    /// How long each took that was answered by a welcome, milliseconds, rising.
    pub(super) millis: Vec<f64>,
    /// How many were not.
    pub(super) failed: usize,
}

impl Resumes {
    /// The time that such a share took at most.
    pub(super) fn at(&self, share: f64) -> f64 {
        let index = (self.millis.len() as f64 * share) as usize;
        self.millis.get(index).or(self.millis.last()).copied().unwrap_or(0.0)
    }
}

impl Drifters {
    /// Lets `count` in; each will come back once a second, so `count` is also the rate.
    pub(super) async fn join(server: &Server, count: u64) -> anyhow::Result<Self> {
        let (begin, begun) = watch::channel(None);
        let is_over = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for index in 0..count {
            let mut drifter = Drifter::new(server, index);
            let joined = drifter.connect().await;
            joined.with_context(|| format!("number {index} of those who come and go"))?;
            let share = index as f64 / count as f64;
            let (begun, is_over) = (begun.clone(), Arc::clone(&is_over));
            tasks.spawn(drifter.drift((begun, share), is_over));
            if index % JOINS_PER_STEP == 0 {
                tokio::time::sleep(JOIN_PAUSE).await;
            }
        }
        Ok(Self { tasks, begin, is_over })
    }

    /// From now on they come and go.
    pub(super) fn begin(&self) {
        let _ = self.begin.send(Some(Instant::now()));
    }

    /// They stop; what became of their resumes.
    pub(super) async fn end(mut self) -> Resumes {
        self.is_over.store(true, Relaxed);
        let mut resumes = Resumes::default();
        while let Some(done) = self.tasks.join_next().await {
            for resume in done.unwrap_or_default() {
                match resume {
                    Some(took) => resumes.millis.push(took.as_secs_f64() * 1_000.0),
                    None => resumes.failed += 1,
                }
            }
        }
        resumes.millis.sort_by(f64::total_cmp);
        resumes
    }
}

struct Drifter {
    way: massless_net::online::Way,
    map: Arc<massless_core::content::map::Map>,
    index: u64,
    player: Option<Player>,
    token: Option<ResumeToken>,
}

impl Drifter {
    fn new(server: &Server, index: u64) -> Self {
        let (way, map) = (server.way.clone(), Arc::clone(&server.map));
        Self { way, map, index, player: None, token: None }
    }

    /// Dials and waits for the welcome, by the token if there is one.
    async fn connect(&mut self) -> anyhow::Result<()> {
        let config = ClientConfig {
            name: name_of(FIRST_NAME + self.index),
            class: ClassId::new(1),
            faction: FactionId::new(1),
            resume: self.token,
            ..ClientConfig::default()
        };
        let mut player = Player::connect(&self.way, config).await?;
        let welcomed = async {
            loop {
                match player.next().await? {
                    Happening::Told(Output::Welcome(welcome)) => return anyhow::Ok(welcome.resume),
                    Happening::Told(Output::Closed { code, .. }) => bail!("closed: {code}"),
                    _ => {}
                }
            }
        };
        let token = timeout(WELCOME_TIME, welcomed).await.context("no welcome came")??;
        player.client.set_map(Arc::clone(&self.map));
        (self.player, self.token) = (Some(player), Some(token));
        Ok(())
    }

    /// Stands there, and once a second, when it has begun, loses its socket and comes back.
    async fn drift(
        mut self,
        (mut begun, share): (watch::Receiver<Option<Instant>>, f64),
        is_over: Arc<AtomicBool>,
    ) -> Vec<Option<Duration>> {
        let mut resumes = Vec::new();
        let mut due: Option<Instant> = None;
        loop {
            if is_over.load(Relaxed) {
                if let Some(player) = self.player.take() {
                    player.leave().await;
                }
                return resumes;
            }
            if due.is_none() {
                due = begun.borrow_and_update().map(|at| at + Duration::from_secs_f64(share));
            }
            match due.filter(|due| *due <= Instant::now()) {
                Some(at) => {
                    // The socket is gone without a word.
                    self.player = None;
                    let lost_at = Instant::now();
                    let came_back = self.connect().await;
                    if let Err(error) = &came_back {
                        tracing::warn!(%error, "a session was not taken up again");
                    }
                    resumes.push(came_back.ok().map(|()| lost_at.elapsed()));
                    due = Some((at + Duration::from_secs(1)).max(Instant::now()));
                }
                None => self.stand(due).await,
            }
        }
    }

    /// Lets time pass: a frame, a tick, or until `due`.
    async fn stand(&mut self, due: Option<Instant>) {
        match &mut self.player {
            // An end that nobody ordered shows at the next try to come back.
            Some(player) => {
                if player.next().await.is_err() {
                    self.player = None;
                }
            }
            None => sleep_until(due.unwrap_or_else(Instant::now) + JOIN_PAUSE).await,
        }
    }
}
