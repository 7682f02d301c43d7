//! The threads that commit what zones ask for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use massless_core::command::Character;
use massless_core::content::Content;
use massless_core::event::Rejection;
use massless_core::ids::{ClassId, FactionId, IntentId, PlayerId};
use massless_core::intent::{Answer, Intent, Reason};
use metrics::Histogram;

use super::books::Books;
use super::queue::Queue;
use super::{Asked, Batch, OperationId};
use crate::keep::Keeper;
use crate::limits::{VAULT_OVERDUE, VAULT_RETRY_PAUSE, VAULT_WORKERS_POSTGRES};
use crate::zone_runner::StoreAnswer;
use massless_store::fault;
use massless_store::repo::operations::{self, Operation};

/// How long a worker waits for something to do before it looks around.
const LOOK_PAUSE: Duration = Duration::from_millis(20);

/// Who answers.
#[derive(Clone)]
pub(crate) enum Storage {
    /// Books that last as long as the process: for the reference scenes and tests.
    Memory(Arc<Mutex<Books>>),
    /// The database.
    Kept(Arc<Keeper>),
}

impl Storage {
    /// Empty books; items are named from `first_uid` on.
    pub(crate) fn in_memory(first_uid: u64) -> Self {
        Self::Memory(Arc::new(Mutex::new(Books::new(first_uid))))
    }
}

/// How the vault behaves.
#[derive(Clone)]
pub(crate) struct VaultSettings {
    /// Time every operation takes at least.
    pub(crate) delay: Duration,
    /// Who answers.
    pub(crate) storage: Storage,
}

/// The way into the vault; cheap to clone.
#[derive(Clone)]
pub(crate) struct Vault {
    queues: Arc<[Queue]>,
    storage: Storage,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("queues", &self.queues).finish_non_exhaustive()
    }
}

impl Vault {
    fn new(storage: Storage, workers: usize) -> Self {
        let len = metrics::gauge!("massless_vault_queue_len");
        len.set(0.0);
        Self { queues: (0..workers).map(|_| Queue::new(len.clone())).collect(), storage }
    }

    /// The keeper, when there is a database.
    pub(crate) const fn keeper(&self) -> Option<&Arc<Keeper>> {
        match &self.storage {
            Storage::Kept(keeper) => Some(keeper),
            Storage::Memory(_) => None,
        }
    }

    /// A character of level 1 with its starter kit, in the books in memory; `None` for a class or faction
    /// that is not there, or with a database.
    pub(crate) fn newborn(
        &self,
        content: &Content,
        kind: (ClassId, FactionId),
        looks: (&str, u8),
    ) -> Option<Character> {
        match &self.storage {
            Storage::Memory(books) => lock(books).newborn(content, kind, looks),
            Storage::Kept(_) => None,
        }
    }

    /// Takes note of what a character has when it enters the world, new or from before. A database
    /// knows that already.
    pub(crate) fn enrol(&self, player: PlayerId, character: &Character) {
        if let Storage::Memory(books) = &self.storage {
            lock(books).enrol(player, character);
        }
    }

    /// An intent with what the store has to know of those it concerns.
    pub(super) fn asked(&self, intent: Intent, character: Option<&Character>) -> Asked {
        match &self.storage {
            Storage::Memory(_) => Asked { intent, epochs: Vec::new(), snapshot: None },
            Storage::Kept(keeper) => {
                let snapshot =
                    character.and_then(|character| keeper.snapshot(intent.player, 0, character));
                Asked { epochs: keeper.epochs_of(&intent), intent, snapshot }
            }
        }
    }

    /// A vault that nobody works in.
    #[cfg(test)]
    pub(super) fn unattended() -> Self {
        Self::new(Storage::in_memory(1), 1)
    }

    /// What a worker would take now.
    #[cfg(test)]
    pub(super) fn take(&self) -> Vec<Batch> {
        self.queues[0].take(Duration::ZERO)
    }

    /// Puts a batch in the queue of its zone, or gives it back.
    pub(super) fn try_send(&self, batch: Batch) -> Result<(), Batch> {
        let zone = batch.channel.zone.get() as usize + batch.channel.number as usize;
        self.queues[zone % self.queues.len()].put(batch)
    }

    /// Ends the workers: what they have not answered stands in the zones' states.
    pub(crate) fn stop(&self) {
        self.queues.iter().for_each(Queue::end);
    }
}

/// Starts the workers. They end after `Vault::stop`.
pub(crate) fn spawn(settings: VaultSettings) -> std::io::Result<(Vault, Vec<JoinHandle<()>>)> {
    let VaultSettings { delay, storage } = settings;
    let workers = match &storage {
        Storage::Kept(keeper) if keeper.writes_in_parallel() => VAULT_WORKERS_POSTGRES,
        Storage::Kept(_) | Storage::Memory(_) => 1,
    };
    let vault = Vault::new(storage, workers);
    let mut threads = Vec::new();
    for index in 0..workers {
        let worker = Worker {
            delay,
            storage: vault.storage.clone(),
            queues: Arc::clone(&vault.queues),
            index,
            latency: metrics::histogram!("massless_vault_latency_seconds"),
        };
        let name = format!("vault-{}", index + 1);
        threads.push(std::thread::Builder::new().name(name).spawn(move || worker.run())?);
    }
    if matches!(vault.storage, Storage::Kept(_)) {
        let queues = Arc::clone(&vault.queues);
        let watch = std::thread::Builder::new().name("vault-watch".to_owned());
        threads.push(watch.spawn(move || watch_over(&queues))?);
    }
    Ok((vault, threads))
}

fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses what waits too long behind a worker that hangs in the database: it was not tried, so nothing has
/// happened. What was used up already keeps waiting.
fn watch_over(queues: &[Queue]) {
    while queues.iter().any(|queue| !queue.is_over()) {
        std::thread::sleep(LOOK_PAUSE);
        for queue in queues {
            let mut kept = Vec::new();
            for mut batch in queue.take_overdue(Instant::now(), VAULT_OVERDUE) {
                refuse(&mut batch);
                if !batch.asked.is_empty() {
                    kept.push(batch);
                }
            }
            if !kept.is_empty() {
                queue.put_back(kept);
            }
        }
    }
}

/// Refuses all of a batch but what was used up already.
fn refuse(batch: &mut Batch) {
    let (used, refused) = std::mem::take(&mut batch.asked)
        .into_iter()
        .partition(|asked| asked.intent.reason == Reason::Use);
    batch.asked = used;
    for asked in Vec::<Asked>::into_iter(refused) {
        count(asked.intent.reason, "away");
        answer(batch, asked.intent.id, Answer::Refused { why: Rejection::StoreAway });
    }
}

fn answer(batch: &Batch, intent: IntentId, answer: Answer) {
    batch.mailbox.answer(StoreAnswer { life: batch.life, intent, answer });
}

pub(super) fn count(reason: Reason, result: &'static str) {
    metrics::counter!("massless_intents_total", "reason" => reason.label(), "result" => result)
        .increment(1);
}

struct Worker {
    delay: Duration,
    storage: Storage,
    queues: Arc<[Queue]>,
    index: usize,
    latency: Histogram,
}

impl Worker {
    fn run(self) {
        let queue = &self.queues[self.index];
        while !queue.is_over() {
            let batches = queue.take(LOOK_PAUSE);
            let Some(newest) = batches.iter().map(|batch| batch.asked_at).max() else { continue };
            if !self.wait_until(newest + self.delay) {
                return;
            }
            match &self.storage {
                Storage::Memory(books) => self.book(books, &batches),
                Storage::Kept(keeper) => self.commit(keeper, batches),
            }
        }
    }

    /// False when it shall stop before that moment.
    fn wait_until(&self, moment: Instant) -> bool {
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            if self.queues[self.index].is_over() {
                return false;
            }
            std::thread::sleep(left.min(LOOK_PAUSE));
        }
    }

    fn book(&self, books: &Mutex<Books>, batches: &[Batch]) {
        for batch in batches {
            let (channel, life) = (batch.channel, batch.life);
            for asked in &batch.asked {
                let id = OperationId { channel, life, intent: asked.intent.id };
                let settled = lock(books).settle(id, &asked.intent);
                self.tell(batch, asked.intent.reason, (asked.intent.id, settled));
            }
        }
    }

    /// Commits until every outcome is known. While the store is away, what was not tried is refused.
    fn commit(&self, keeper: &Keeper, mut batches: Vec<Batch>) {
        while !batches.is_empty() && !self.queues[self.index].is_over() {
            if keeper.is_away() {
                batches.iter_mut().filter(|batch| !batch.was_tried).for_each(refuse);
                batches.retain(|batch| !batch.asked.is_empty());
                if batches.is_empty() {
                    return;
                }
                std::thread::sleep(VAULT_RETRY_PAUSE);
            }
            let operations: Vec<Operation<'_>> = batches.iter().flat_map(operations_of).collect();
            match keeper.commit(&operations) {
                Ok(answers) => {
                    fault::place(fault::AFTER_COMMIT_BEFORE_ANSWER);
                    self.tell_all(&batches, answers);
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "operations wait for the store");
                    batches.iter_mut().for_each(|batch| batch.was_tried = true);
                    std::thread::sleep(VAULT_RETRY_PAUSE);
                }
            }
        }
    }

    fn tell_all(&self, batches: &[Batch], answers: Vec<Answer>) {
        let asked = batches.iter().flat_map(|batch| batch.asked.iter().map(move |it| (batch, it)));
        for ((batch, asked), settled) in asked.zip(answers) {
            self.tell(batch, asked.intent.reason, (asked.intent.id, settled));
        }
    }

    fn tell(&self, batch: &Batch, reason: Reason, (intent, settled): (IntentId, Answer)) {
        let is_done = matches!(settled, Answer::Done { .. });
        let result = if is_done { "done" } else { "refused" };
        count(reason, result);
        answer(batch, intent, settled);
        self.latency.record(batch.asked_at.elapsed().as_secs_f64());
    }
}

fn operations_of(batch: &Batch) -> impl Iterator<Item = Operation<'_>> {
    let (channel, life) = (batch.channel, batch.life);
    batch.asked.iter().map(move |Asked { intent, epochs, snapshot }| Operation {
        id: operations::OperationId::of_intent(channel.zone, channel.number, life, intent.id),
        epochs: epochs.clone(),
        intent,
        snapshot: snapshot.clone(),
    })
}
