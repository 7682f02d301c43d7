//! Durable trades a second through the store, beside `pgbench -N` on the same private PostgreSQL in the same
//! run: two characters exchange an item for coin, all in one operation. Commits reach the disk.
//!
//! As in the host, a character is in one zone, a zone always asks the same worker, and a worker commits
//! together what waits. Each worker's players ask for the next trade as soon as one is acknowledged.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, IntentId, ItemId, ItemUid, PlayerId, ZoneId};
use massless_core::intent::{Entry, Intent, Reason};
use massless_core::limits::BAG_SLOTS;
use massless_store::repo::accounts::{self, NewAccount};
use massless_store::repo::characters::{self, NewCharacter};
use massless_store::repo::definitions;
use massless_store::repo::leases::{self, Claim, HostRow, HostState, Seat};
use massless_store::repo::operations::{Endowment, Operation, OperationId, Outcome};
use massless_store::{Store, StoreSettings, verify};
use massless_testbed::{Durability, Postgres, program};
use serde_json::json;

use crate::mix;
use crate::report::{Report, Target, percentile};

/// Characters.
const CHARACTERS: u64 = 1_000;
/// Characters of a hundred that four of five trades are on.
const HOT_PERCENT: u64 = 1;
/// Share of trades on them, percent.
const HOT_SHARE: u64 = 80;
/// Workers, as the host has them.
const WORKERS: u64 = 4;
/// Operations of one transaction, as the host has them.
const TOGETHER: usize = 32;
/// Seconds of each measurement.
const SECONDS: u64 = 10;
/// Clients and threads of pgbench.
const PGBENCH: (&str, &str) = ("16", "2");
/// Accounts of pgbench, in 100,000: more than its clients, so that they do not wait for each other.
const PGBENCH_SCALE: &str = "20";
/// Things that everybody begins with, and their first slot.
const THINGS: (u8, u8) = (8, 30);
/// What they are.
const THING: ItemId = ItemId::new(5_001);
/// Coin that everybody begins with.
const COIN: i64 = 1_000_000;
/// Characters that are loaded for the load's percentile.
const LOADS: u64 = 500;
/// Who holds everybody.
const HOST: &str = "bench";
/// Moment of everything that asks for one, Unix milliseconds.
const NOW: i64 = 1_790_000_000_000;

/// Measures.
pub(crate) fn run(seed: u64) -> Result<Report> {
    let mut report = Report::new("bench trades", seed);
    let postgres = Postgres::start_private(Durability::Disk);
    let url = postgres.create_database("massless", None);
    let bench_url = postgres.create_database("pgbench", None);
    let content = Content::embedded();
    let store = Store::open(&url, StoreSettings::default())?;
    prepare(&store, &content)?;
    run_pgbench(&["-i", "-q", "-s", PGBENCH_SCALE], &bench_url)?;
    let mut players = people(&store, &content, seed)?;
    let before = transactions(&bench_url)?;
    let uniform = measure(&store, &mut players, (seed, false))?;
    let hot = measure(&store, &mut players, (seed, true))?;
    let after = transactions(&bench_url)?;
    let pgbench = f64::midpoint(before, after);
    let loads = load(&store, &content, &players)?;
    add(&mut report, pgbench, (&uniform, &hot), loads);
    report.field("pgbench", json!([before, after]));
    report.field("characters", json!(CHARACTERS));
    let violations = verify::run(&mut store.connect()?)?;
    ensure!(violations.is_empty(), "the checker finds {violations:?}");
    Ok(report)
}

fn add(
    report: &mut Report,
    pgbench: f64,
    (uniform, hot): (&Measured, &Measured),
    mut loads: Vec<f64>,
) {
    let (all, some) = (uniform.per_second(), hot.per_second());
    report.add("pgbench -N", pgbench, "tx/s", Target::None);
    report.add("trades, uniform", all, "1/s", Target::None);
    report.add("trades, 80 % on 1 %", some, "1/s", Target::None);
    report.add("uniform, as a share of pgbench -N", all / pgbench, "", Target::AtLeast(0.5));
    report.add("80 % on 1 %, as a share of uniform", some / all, "", Target::AtLeast(0.9));
    for (name, measured) in [("uniform", uniform), ("80 % on 1 %", hot)] {
        let mut times = measured.millis.clone();
        let p50 = percentile(&mut times, 0.5);
        let p99 = percentile(&mut times, 0.99);
        report.add(&format!("acknowledgement p50, {name}"), p50, "ms", Target::None);
        report.add(&format!("acknowledgement p99, {name}"), p99, "ms", Target::AtMost(100.0));
    }
    let p99 = percentile(&mut loads, 0.99);
    report.add("character load p99", p99, "ms", Target::AtMost(200.0));
}

fn prepare(store: &Store, content: &Content) -> Result<()> {
    store.migrate()?;
    store.with(|conn| definitions::sync(conn, NOW, content))?;
    let text = || String::from("bench");
    let (address, build_hash, content_hash) = (text(), text(), text());
    let row = HostRow { id: HOST.to_owned(), address, build_hash, content_hash };
    store.with(|conn| leases::enter_host(conn, &row, HostState::Ready))?;
    Ok(())
}

/// A character as its zone knows it.
#[derive(Clone, Debug)]
struct Person {
    player: PlayerId,
    epoch: u64,
    things: Vec<(ItemUid, u8)>,
    free: BTreeSet<u8>,
}

/// Everybody, by zone.
fn people(store: &Store, content: &Arc<Content>, seed: u64) -> Result<Vec<Vec<Person>>> {
    let mut zones = vec![Vec::new(); WORKERS as usize];
    for number in 0..CHARACTERS {
        let account = store.with(|conn| accounts::create(conn, NOW, &NewAccount::Guest))?;
        let name = format!("bench{seed}x{number}");
        let (class, faction) = (ClassId::new(1), FactionId::new(1));
        let new = NewCharacter { name: &name, name_key: &name, class, faction, look: 0 };
        let things = (THINGS.1..THINGS.1 + THINGS.0).map(|slot| (THING, 1, slot)).collect();
        let endowment = Endowment { level: 2, coin: COIN, items: things };
        let player = store.with(|conn| {
            let player = characters::create(conn, NOW, account, (content, new))?;
            characters::endow(conn, player, &endowment)?;
            Ok(player)
        })?;
        zones[(number % WORKERS) as usize].push(person(store, content, player)?);
    }
    Ok(zones)
}

fn person(store: &Store, content: &Content, player: PlayerId) -> Result<Person> {
    let seat = Seat { host: HOST, zone: ZoneId::new(1), channel: 1 };
    let Claim::Granted(lease) = store.with(|conn| leases::claim(conn, player, seat, true))? else {
        bail!("somebody else has a character of this measurement");
    };
    let character = store.with(|conn| characters::load(conn, content, player))?;
    let (mut things, mut free) = (Vec::new(), BTreeSet::new());
    for (slot, item) in (0_u8..).zip(&character.sheet.bag) {
        match item {
            Some(item) if item.definition == THING => things.push((item.uid, slot)),
            Some(_) => {}
            None => {
                free.insert(slot);
            }
        }
    }
    ensure!(things.len() + free.len() <= BAG_SLOTS, "a bag has its slots");
    Ok(Person { player, epoch: lease.epoch, things, free })
}

/// What one run came to.
#[derive(Clone, Debug, Default)]
struct Measured {
    seconds: f64,
    millis: Vec<f64>,
}

impl Measured {
    fn per_second(&self) -> f64 {
        self.millis.len() as f64 / self.seconds
    }
}

fn measure(
    store: &Store,
    zones: &mut [Vec<Person>],
    (seed, is_hot): (u64, bool),
) -> Result<Measured> {
    let begun = Instant::now();
    let end = begun + Duration::from_secs(SECONDS);
    let parts: Vec<Result<Vec<f64>>> = std::thread::scope(|scope| {
        let workers = (1_u32..).zip(zones.iter_mut()).map(|(zone, people)| {
            let life = seed * 2 + u64::from(is_hot);
            let mut worker = Worker { zone, life, count: 0, drawn: 0, is_hot, people };
            scope.spawn(move || worker.work(store, end))
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
    });
    let mut measured = Measured { seconds: begun.elapsed().as_secs_f64(), millis: Vec::new() };
    for part in parts {
        measured.millis.extend(part?);
    }
    Ok(measured)
}

/// A zone and the worker that commits what it asks for.
struct Worker<'p> {
    zone: u32,
    life: u64,
    count: u64,
    /// Pairs drawn so far: those of whom one has nothing to give count, too.
    drawn: u64,
    is_hot: bool,
    people: &'p mut Vec<Person>,
}

impl Worker<'_> {
    fn work(&mut self, store: &Store, end: Instant) -> Result<Vec<f64>> {
        let mut millis = Vec::new();
        while Instant::now() < end {
            let asked = Instant::now();
            let intents: Vec<(Intent, Vec<(PlayerId, u64)>)> =
                (0..TOGETHER).map(|_| self.trade()).collect();
            let operations: Vec<Operation<'_>> = intents
                .iter()
                .map(|(intent, epochs)| Operation {
                    id: OperationId::of_intent(ZoneId::new(self.zone), 1, self.life, intent.id),
                    epochs: epochs.clone(),
                    intent,
                    snapshot: None,
                })
                .collect();
            let outcomes = store.commit(&operations)?;
            let is_done = |outcome: &Outcome| matches!(outcome, Outcome::Done(_));
            if let Some(other) = outcomes.iter().find(|outcome| !is_done(outcome)) {
                bail!("a trade is {other:?}");
            }
            let time = asked.elapsed().as_secs_f64() * 1_000.0;
            millis.extend(std::iter::repeat_n(time, outcomes.len()));
        }
        Ok(millis)
    }

    /// One gives a thing, the other one a coin; the zone knows already how that will be.
    fn trade(&mut self) -> (Intent, Vec<(PlayerId, u64)>) {
        loop {
            self.drawn += 1;
            let (from, to) = self.pair();
            let (giver, taker) = (&self.people[from], &self.people[to]);
            let (Some(&(uid, slot)), Some(&free)) = (giver.things.first(), taker.free.first())
            else {
                continue;
            };
            let (one, two) = ((giver.player, giver.epoch), (taker.player, taker.epoch));
            self.people[from].things.remove(0);
            self.people[from].free.insert(slot);
            self.people[to].free.remove(&free);
            self.people[to].things.push((uid, free));
            self.count += 1;
            let entries = vec![
                Entry::Pass { uid, from: one.0, to: two.0, slot: free },
                Entry::Pay { from: two.0, to: one.0, amount: 1 },
            ];
            let intent = Intent {
                id: IntentId::new(self.count),
                player: one.0,
                reason: Reason::Trade,
                thing: None,
                entries,
            };
            return (intent, vec![one, two]);
        }
    }

    fn pair(&self) -> (usize, usize) {
        let all = self.people.len() as u64;
        let draw =
            |n: u64| mix(mix(self.life ^ u64::from(self.zone) << 32) ^ mix(self.drawn * 8 + n));
        let among = if self.is_hot && draw(1) % 100 < HOT_SHARE {
            (all * HOT_PERCENT / 100).max(2)
        } else {
            all
        };
        let from = draw(2) % among;
        let to = (from + 1 + draw(3) % (among - 1)) % among;
        (from as usize, to as usize)
    }
}

/// Milliseconds that each load takes, its lease included.
fn load(store: &Store, content: &Arc<Content>, zones: &[Vec<Person>]) -> Result<Vec<f64>> {
    let seat = Seat { host: HOST, zone: ZoneId::new(1), channel: 1 };
    let mut millis = Vec::new();
    for person in zones.iter().flatten().take(LOADS as usize) {
        let begun = Instant::now();
        store.with(|conn| leases::claim(conn, person.player, seat, true))?;
        store.with(|conn| characters::load(conn, content, person.player))?;
        millis.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(millis)
}

/// Transactions a second of `pgbench -N`.
fn transactions(url: &str) -> Result<f64> {
    let seconds = SECONDS.to_string();
    let (clients, threads) = PGBENCH;
    let told = run_pgbench(&["-N", "-c", clients, "-j", threads, "-T", &seconds], url)?;
    let line = told.lines().find_map(|line| line.strip_prefix("tps = "));
    let word = line.and_then(|line| line.split(' ').next());
    word.and_then(|word| word.parse().ok()).with_context(|| format!("pgbench says: {told}"))
}

fn run_pgbench(arguments: &[&str], url: &str) -> Result<String> {
    let run = Command::new(program("pgbench")).args(arguments).arg(url).output();
    let run = run.context("pgbench cannot be started")?;
    ensure!(run.status.success(), "pgbench: {}", String::from_utf8_lossy(&run.stderr));
    Ok(String::from_utf8_lossy(&run.stdout).into_owned())
}
