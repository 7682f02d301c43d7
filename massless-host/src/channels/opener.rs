//! Starts and stops the threads of channels: those of the start at once, further ones on order,
//! idle ones never again. It runs on a thread of its own, since folders and epochs wait for the disk.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use massless_core::content::Content;
use massless_core::ids::PlayerId;
use massless_core::zone::Zone;
use massless_net::interest::InterestSettings;
use massless_net::session::close::CloseCode;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{ChannelId, Channels, Order};
use crate::board::Board;
use crate::config::Config;
use crate::gateway;
use crate::keep::Keeper;
use crate::record::{self, Incidents, LastStop, Pace, Recorder, WriterSettings, ZoneFolder};
use crate::registry::Registry;
use crate::vault::{Sender, Vault, first_life};
use crate::zone_runner::{self, Ended, Mailbox, Post, Reliable, Runner, RunnerParts};

/// Pause between two looks for idle channels.
const IDLE_PAUSE: Duration = Duration::from_secs(1);

/// What all channels share.
pub(crate) struct Ground {
    /// The settings.
    pub(crate) config: Config,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// Who sees how much.
    pub(crate) interest: InterestSettings,
    /// Who plays here.
    pub(crate) registry: Arc<Registry>,
    /// Where facts are shown.
    pub(crate) board: Arc<Board>,
    /// The storage.
    pub(crate) vault: Vault,
    /// Who sits where.
    pub(crate) channels: Arc<Channels>,
}

/// A channel before its thread runs.
pub(crate) struct Prepared {
    /// Which.
    pub(crate) id: ChannelId,
    /// Its epoch.
    pub(crate) epoch: u32,
    life: u64,
    zone: Zone,
    folder: ZoneFolder,
}

impl Prepared {
    /// Characters whose bodies the last stop left in it.
    pub(crate) fn bodies(&self) -> impl Iterator<Item = PlayerId> + '_ {
        self.zone.view().players.iter().map(|entry| entry.player)
    }

    /// Its state, for what has to be known before it runs.
    pub(crate) const fn zone(&self) -> &Zone {
        &self.zone
    }
}

/// The threads of one channel.
struct Running {
    id: ChannelId,
    mailbox: Arc<Mailbox>,
    thread: JoinHandle<()>,
    log: JoinHandle<()>,
}

impl Running {
    /// Waits for its end; false when a thread of it had panicked.
    fn join(self) -> bool {
        let has_ended = self.thread.join().is_ok();
        self.mailbox.end();
        self.log.join().is_ok() && has_ended
    }
}

/// Claims the epoch of a channel and makes its first state: that of the last clean stop, else its
/// beginning.
///
/// With a keeper its lease names the life in which a fresh zone counts its intents; for the lease it waits up
/// to `patience` while another host has it.
pub(crate) fn prepare(
    config: &Config,
    content: &Arc<Content>,
    (keeper, patience): (Option<&Keeper>, Duration),
    id: ChannelId,
) -> anyhow::Result<Prepared> {
    let folder = ZoneFolder::open(&config.data.dir, id).context("the zone's folder")?;
    let epoch = folder.claim_epoch().context("the zone's epoch cannot be stored")?;
    let lease = match keeper {
        Some(keeper) => {
            keeper.claim_zone(id, patience).context("the zone's lease cannot be claimed")?
        }
        None => u64::from(epoch),
    };
    let (zone, left) = first_state(config, content, (id, &folder, epoch))?;
    let life = left.unwrap_or_else(|| first_life(lease));
    Ok(Prepared { id, epoch, life, zone, folder })
}

/// The state, and the life in which it counts its intents when the last stop left it.
fn first_state(
    config: &Config,
    content: &Arc<Content>,
    (id, folder, epoch): (ChannelId, &ZoneFolder, u32),
) -> anyhow::Result<(Zone, Option<u64>)> {
    match folder.take_final(content.hash().get()).context("the last state of the zone")? {
        LastStop::Clean { life, snapshot } => {
            match Zone::restore(Arc::clone(content), &snapshot, epoch) {
                Ok(zone) => {
                    let tick = zone.tick().get();
                    tracing::info!(zone.id = %id, epoch, tick, "the zone goes on");
                    return Ok((zone, Some(life)));
                }
                Err(error) => {
                    tracing::warn!(zone.id = %id, %error, "the last state of the zone was refused");
                }
            }
        }
        LastStop::Unusable(why) => {
            tracing::warn!(zone.id = %id, why, "the last state of the zone cannot be used");
        }
        LastStop::None => {}
    }
    let seed = match config.zone.seed {
        Some(seed) => seed_of(seed, id),
        None => getrandom::u64().context("the system has no randomness")?,
    };
    tracing::info!(zone.id = %id, epoch, "the zone starts afresh");
    let zone = Zone::new(Arc::clone(content), id.zone, seed, epoch);
    Ok((zone.context("the zone cannot be made")?, None))
}

/// One setting gives every channel a seed of its own; zone 1 has the setting itself.
fn seed_of(seed: u64, id: ChannelId) -> u64 {
    let place = u64::from(id.zone.get()) << 32 | u64::from(id.number);
    let first = 1 << 32 | 1;
    seed ^ (place ^ first).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Keeps the threads of all channels.
pub(crate) struct Opener {
    ground: Ground,
    /// Orders the host's stop when a thread ended by itself.
    order: Arc<watch::Sender<bool>>,
    runtime: Handle,
    running: Vec<Running>,
}

impl Opener {
    /// No channel runs yet. `runtime` watches over threads.
    pub(crate) const fn new(
        ground: Ground,
        order: Arc<watch::Sender<bool>>,
        runtime: Handle,
    ) -> Self {
        Self { ground, order, runtime, running: Vec::new() }
    }

    /// Starts the thread of a channel.
    pub(crate) fn start(
        &mut self,
        prepared: Prepared,
        mailbox: Arc<Mailbox>,
    ) -> anyhow::Result<()> {
        let Prepared { id, life, zone, folder, .. } = prepared;
        let Ground { config, content, .. } = &self.ground;
        let data = &config.data;
        let settings = WriterSettings {
            folder: folder.clone(),
            age_max: Duration::from_secs(data.log_hours * 3_600),
            bytes_max: data.log_bytes_max,
            incidents: Incidents::new(&data.dir, data.incidents_max),
        };
        let (writer, log) = record::spawn(id, settings)?;
        let ticks_per_second = u64::from(massless_core::units::TICKS_PER_SECOND);
        let segment_ticks = data.segment_seconds * ticks_per_second;
        let pace = Pace::new(Duration::from_secs(data.incident_pause_seconds));
        let recorder = Recorder::begin(&zone, folder.clone(), writer, segment_ticks, pace);
        let name = &content.zone(id.zone).context("the zone is of this content")?.name;
        let post = Post::default();
        let runner = Runner::new(RunnerParts {
            zone,
            content: Arc::clone(content),
            folder,
            recorder,
            interest: self.ground.interest,
            registry: Arc::clone(&self.ground.registry),
            board: self.ground.board.add(id, name),
            channel: id,
            channels: Arc::clone(&self.ground.channels),
            mailbox: Arc::clone(&mailbox),
            vault: Sender::new(self.ground.vault.clone(), id, life),
            keeper: self.ground.vault.keeper().map(Arc::clone),
            post: post.clone(),
            slow_tick: Duration::from_millis(config.zone.slow_tick_ms),
        });
        let (thread, ended) = zone_runner::spawn(runner)?;
        self.runtime.spawn(watch_over((ended, post), Arc::clone(&self.order)));
        self.running.push(Running { id, mailbox, thread, log });
        Ok(())
    }

    /// Obeys orders until it is told to stop, then lets all channels store their state and waits
    /// for them; false when a thread of one had panicked.
    pub(crate) fn run(mut self, orders: &Receiver<Order>) -> bool {
        let mut is_well = true;
        loop {
            match orders.recv_timeout(IDLE_PAUSE) {
                Ok(Order::Open(id, mailbox)) => self.open(id, mailbox),
                Err(RecvTimeoutError::Timeout) => is_well &= self.close_idle(),
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        for running in &self.running {
            running.mailbox.stop();
        }
        for running in self.running {
            is_well &= running.join();
        }
        is_well
    }

    fn open(&mut self, id: ChannelId, mailbox: Arc<Mailbox>) {
        let Ground { config, content, vault, .. } = &self.ground;
        let opened =
            prepare(config, content, (vault.keeper().map(Arc::as_ref), Duration::ZERO), id)
                .and_then(|prepared| self.start(prepared, Arc::clone(&mailbox)));
        match opened {
            Ok(()) => tracing::info!(zone.id = %id, "a further channel opens"),
            Err(error) => {
                tracing::error!(zone.id = %id, error = format!("{error:#}"),
                    "a further channel cannot be opened");
                self.ground.board.remove(id);
                self.ground.channels.remove(id);
                for message in mailbox.end() {
                    message.outbox.put(Reliable::Close(CloseCode::Full));
                    self.ground.registry.left(message.player, None, true);
                }
            }
        }
    }

    fn close_idle(&mut self) -> bool {
        let mut is_well = true;
        for (id, mailbox) in self.ground.channels.take_idle(gateway::now()) {
            mailbox.close();
            if let Some(index) = self.running.iter().position(|running| running.id == id) {
                is_well &= self.running.swap_remove(index).join();
            }
            self.ground.board.remove(id);
            tracing::info!(zone.id = %id, "an empty channel closes");
        }
        is_well
    }
}

/// Delivers a zone's post until its thread ends, and orders the stop when that ended by itself: without it the host
/// only looks alive.
async fn watch_over((ended, post): (Ended, Post), order: Arc<watch::Sender<bool>>) {
    let ended = tokio::select! {
        ended = ended => ended,
        () = post.deliver() => return,
    };
    if ended.is_err() {
        tracing::error!("a zone's thread ended by itself; stopping");
        let _ = order.send(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ZoneId;

    #[tokio::test]
    async fn a_zone_thread_that_panics_orders_the_stop_and_one_that_was_told_to_end_does_not() {
        for is_bad in [false, true] {
            let (alive, ended) = tokio::sync::oneshot::channel();
            let (order, mut stop) = watch::channel(false);
            let thread = std::thread::spawn(move || {
                assert!(!is_bad, "a panic outside of a tick");
                let _ = alive.send(());
            });
            assert_eq!(thread.join().is_err(), is_bad);
            watch_over((ended, Post::default()), Arc::new(order)).await;
            assert_eq!(*stop.borrow_and_update(), is_bad);
        }
    }

    #[test]
    fn one_seed_gives_every_channel_its_own() {
        let first = ChannelId::first(ZoneId::new(1));
        assert_eq!(seed_of(5, first), 5);
        let others = [
            ChannelId { number: 2, ..first },
            ChannelId::first(ZoneId::new(2)),
            ChannelId::first(ZoneId::new(10)),
        ];
        let mut seeds = others.map(|id| seed_of(5, id)).to_vec();
        seeds.push(5);
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 4);
    }
}
