//! Somebody who plays on while bad things happen to others, and says afterwards whether it noticed.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::Player;

/// Lines of talk that pass at once, and the pause between two after them.
const LINES_AT_ONCE: usize = 10;
const LINE_PAUSE: Duration = Duration::from_millis(1_050);

/// It plays, in a task of its own, as long as this lives.
pub struct Bystander {
    is_over: Arc<AtomicBool>,
    task: JoinHandle<(u64, u64)>,
    begun: Instant,
}

impl Bystander {
    /// It says these lines meanwhile, as fast as they pass.
    pub fn new(mut player: Player, lines: Vec<String>) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let task = tokio::spawn(async move {
            let mut lines = lines.into_iter();
            for line in lines.by_ref().take(LINES_AT_ONCE) {
                player.client.chat(1, &line);
            }
            let mut said_at = Instant::now();
            let tick = |player: &Player| player.client.told().0.get();
            let (updates, ticks) = (player.client.stats().updates, tick(&player));
            while !over.load(Relaxed) {
                player.turn().await;
                if said_at.elapsed() > LINE_PAUSE
                    && let Some(line) = lines.next()
                {
                    player.client.chat(1, &line);
                    said_at = Instant::now();
                }
            }
            assert_eq!(player.closed, None, "whoever plays stays");
            (player.client.stats().updates - updates, tick(&player) - ticks)
        });
        Self { is_over, task, begun: Instant::now() }
    }

    /// It was told nearly every tick, and these came at their time.
    pub async fn has_noticed_nothing(self) {
        let seconds = self.begun.elapsed().as_secs_f64();
        self.is_over.store(true, Relaxed);
        let (updates, ticks) = self.task.await.expect("it plays on");
        assert!(ticks as f64 > 18.0 * seconds, "{ticks} ticks in {seconds} s");
        assert!(updates as f64 > 0.9 * ticks as f64, "{updates} updates in {ticks} ticks");
    }
}
