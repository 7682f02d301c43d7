//! Round after round: who is killed, and who is started again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::plan::{PLACES, Round, Victim};
use super::{Arguments, Backend};
use crate::realm::{Realm, micros};

/// Time in which a host has to reach the place where it dies.
const PLACE_TIME: Duration = Duration::from_secs(40);
/// Time before the first kill, for everybody to come in.
const WARM_TIME: Duration = Duration::from_secs(4);
/// Time after the last restart, for everybody to come back.
const LAST_TIME: Duration = Duration::from_secs(5);
/// What was on its way this long before a kill was noticed counts as on its way, microseconds: who kills
/// itself is found dead a little later.
const NOTICE_MICROS: u64 = 60_000;

/// One kill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kill {
    /// host, postgres or redis.
    pub(crate) victim: &'static str,
    /// When, microseconds since 1970: at the earliest and at the latest.
    pub(crate) span: (u64, u64),
}

/// What was done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// All kills, in order.
    pub(crate) kills: Vec<Kill>,
    /// How often a host died at each place.
    pub(crate) places: BTreeMap<&'static str, u64>,
    /// Retries answered from the ledger.
    pub(crate) retries: u64,
    /// The longest start of a host until one could join.
    pub(crate) joinable: Duration,
}

impl Tally {
    /// Kills of that one.
    pub(crate) fn of(&self, victim: &str) -> usize {
        self.kills.iter().filter(|kill| kill.victim == victim).count()
    }

    fn kill(&mut self, victim: &'static str, before_micros: u64) {
        let now = micros();
        self.kills.push(Kill { victim, span: (now.saturating_sub(before_micros), now) });
    }
}

/// All rounds; everybody has come back when it ends well, and the bots are gone.
pub(crate) fn play(realm: &mut Realm, arguments: &Arguments) -> Result<Tally> {
    let mut tally = Tally::default();
    tally.places.extend(PLACES.map(|place| (place, 0)));
    start(realm, &mut tally, None)?;
    realm.start_bots(arguments.from)?;
    realm.let_play(WARM_TIME)?;
    let begun = Instant::now();
    for (done, seed) in (arguments.from..arguments.from + arguments.seeds).enumerate() {
        let round = Round::of(seed, arguments.backend);
        let since = Instant::now();
        play_round(realm, &mut tally, &round, arguments.backend)
            .with_context(|| format!("seed {seed}: {round:?}"))?;
        let left = Duration::from_secs(arguments.seconds).saturating_sub(since.elapsed());
        realm.let_play(left)?;
        let share = (arguments.seeds - done as u64 - 1) as u32;
        let eta = begun.elapsed() / (done as u32 + 1) * share;
        eprintln!(
            "seed {seed} ({}/{}): {} at {}, then {:?}; {} kills so far, about {} s left",
            done + 1,
            arguments.seeds,
            round.passes,
            round.place,
            round.victim,
            tally.kills.len(),
            eta.as_secs(),
        );
    }
    realm.let_play(LAST_TIME)?;
    realm.end_bots()?;
    tally.retries += realm.duplicates();
    Ok(tally)
}

fn play_round(realm: &mut Realm, tally: &mut Tally, round: &Round, backend: Backend) -> Result<()> {
    realm.let_play(round.host_after)?;
    kill_host(realm, tally);
    let (place, passes) = (round.place, round.passes);
    let armed = if passes == 0 {
        format!("{place}=return")
    } else {
        format!("{place}={passes}*off->return")
    };
    start(realm, tally, Some(&armed))?;
    wait_for_place(realm, tally, round)?;
    let lost = round.answer_lost_after;
    let loses = match lost {
        0 => "after_commit=1*return(lose)".to_owned(),
        lost => format!("after_commit={lost}*off->1*return(lose)"),
    };
    start(realm, tally, Some(&loses))?;
    realm.let_play(round.victim_after)?;
    match round.victim {
        Victim::Host => {
            kill_host(realm, tally);
            start(realm, tally, None)?;
        }
        Victim::Redis => {
            tally.kill("redis", 0);
            redis(realm)?.kill();
            realm.let_play(round.away)?;
            redis(realm)?.start_again();
        }
        Victim::Postgres | Victim::Both => kill_postgres(realm, tally, round)?,
    }
    debug_assert!(backend == Backend::Postgres || round.victim == Victim::Host);
    Ok(())
}

fn kill_postgres(realm: &mut Realm, tally: &mut Tally, round: &Round) -> Result<()> {
    tally.kill("postgres", 0);
    realm.postgres.as_mut().context("there is no PostgreSQL")?.kill();
    realm.let_play(round.away)?;
    let takes_host = round.victim == Victim::Both;
    if takes_host {
        kill_host(realm, tally);
    }
    realm.postgres.as_mut().context("there is no PostgreSQL")?.start_again();
    if takes_host {
        start(realm, tally, None)?;
    }
    Ok(())
}

fn redis(realm: &mut Realm) -> Result<&mut massless_testbed::Redis> {
    realm.redis.as_mut().context("there is no Redis")
}

/// Until the host has died where it should.
fn wait_for_place(realm: &mut Realm, tally: &mut Tally, round: &Round) -> Result<()> {
    let begun = Instant::now();
    while !realm.host_has_ended()? {
        if begun.elapsed() > PLACE_TIME {
            bail!("the host does not come to {}", round.place);
        }
        realm.pulse()?;
    }
    tally.kill("host", NOTICE_MICROS);
    *tally.places.entry(round.place).or_default() += 1;
    Ok(())
}

fn kill_host(realm: &mut Realm, tally: &mut Tally) {
    tally.kill("host", 0);
    realm.kill_host();
    tally.retries += realm.duplicates();
}

/// Starts a host. An armed one may die before it is ready.
fn start(realm: &mut Realm, tally: &mut Tally, failpoints: Option<&str>) -> Result<()> {
    match realm.start_host(failpoints)? {
        Some(time) => tally.joinable = tally.joinable.max(time),
        None if failpoints.is_some_and(|armed| !armed.contains("lose")) => {}
        None => bail!("the host ended before it was ready"),
    }
    Ok(())
}
