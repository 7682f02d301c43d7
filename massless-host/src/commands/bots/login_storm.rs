//! `massless bots login-storm`: many log in at once, by password, while others play. All come from one
//! address, so the server has to be started with higher limits for it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use hyper::{Method, StatusCode};
use indicatif::{ProgressBar, ProgressStyle};
use massless_core::content::Content;
use massless_net::transport::Transport;
use serde_json::json;
use tokio::task::{JoinHandle, JoinSet};

use super::fight;
use super::resumes::{Drifters, Resumes};
use crate::bots::admin_page::{metrics, ticks};
use crate::bots::bot::{self, Orders, Run};
use crate::bots::find;
use crate::bots::mind::Conduct;
use crate::bots::ticks::gauge;
use crate::commands::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::system;
use massless_net::online::call::{Call, CallError, Reply, call_within};

/// Password of all its accounts; they own nothing.
const PASSWORD: &str = "only for a login storm";
/// Accounts that are made at a time.
const MAKERS: u64 = 8;
/// First number of the players' names, apart from those of other bots.
const FIRST_NAME: u64 = 70_000;
/// Time in which all players have to be in the world.
const COME_IN_TIME: Duration = Duration::from_secs(30);
/// Time all players have to leave it.
const LEAVE_TIME: Duration = Duration::from_secs(5);
/// Pause between two looks whether they are in.
const COME_IN_PAUSE: Duration = Duration::from_millis(100);
/// Time a login may take: the queue is 200 long, and a hash takes some 35 ms.
const LOGIN_TIME: Duration = Duration::from_secs(60);
/// Pause between two looks at the server's queue.
const LOOK_PAUSE: Duration = Duration::from_millis(200);
/// Share of ticks that is judged.
const TICK_SHARE: f64 = 0.99;
/// The tick's p99 that counts as unhurt, milliseconds; half a tick.
const TICK_P99_MAX: f64 = 25.0;
/// How many times the p99 from before counts as unhurt, too.
const TICK_P99_GROWTH_MAX: f64 = 1.5;
/// The queue of those who wait for a hash.
const QUEUE: (&str, (&str, &str)) = ("massless_worker_queue", ("pool", "hashes"));

/// Arguments of a login storm.
#[derive(Debug, clap::Args)]
#[group(id = "storm")]
pub(crate) struct Arguments {
    /// How many log in, each with an account of its own.
    #[arg(long, value_name = "N", default_value_t = 1_000,
        value_parser = clap::value_parser!(u64).range(1..=10_000))]
    clients: u64,
    /// Within how many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    within: u64,
    /// How many bots fight in the world meanwhile.
    #[arg(long, value_name = "N", default_value_t = 100,
        value_parser = clap::value_parser!(u32).range(0..=4_096))]
    players: u32,
    /// How many sessions a second are lost and taken up again by their tokens meanwhile, by as many bots.
    #[arg(long, value_name = "N", default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(0..=1_000))]
    resumes: u64,
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The server's port for administration, for its ticks.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9600")]
    admin_url: String,
    /// Seed of what the players do.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What became of one login.
struct Login {
    /// What was answered; `None` when nothing was.
    status: Option<StatusCode>,
    took: Duration,
    says_when: bool,
}

/// What was measured.
struct Storm {
    logins: Vec<Login>,
    /// Ticks' p99 before and during the storm, milliseconds.
    quiet: f64,
    stormy: f64,
    /// The longest queue that was seen.
    queue_max: f64,
    /// Players whose connection was lost.
    players_lost: u32,
    resumes: Resumes,
}

/// Makes the accounts, lets the players in, waits as long as the storm will take, then storms; met when
/// everybody was answered and the ticks stayed as they were, or short.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots login-storm", arguments.seed);
    system::raise_open_files_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let storm = runtime.block_on(storm(arguments))?;
    Ok(tell(arguments, &storm, &report))
}

async fn storm(arguments: &Arguments) -> anyhow::Result<Storm> {
    make_accounts(arguments).await?;
    let run = Arc::new(Run::default());
    let players = start_players(arguments, &run).await?;
    let measured = match all_in(arguments, &run).await {
        Ok(()) => measure(arguments, &run).await,
        Err(error) => Err(error),
    };
    run.is_over.store(true, Relaxed);
    let deadline = tokio::time::Instant::now() + LEAVE_TIME;
    for player in players {
        // Who does not leave in time is cut off when the program ends.
        let _ = tokio::time::timeout_at(deadline, player).await;
    }
    measured
}

async fn start_players(
    arguments: &Arguments,
    run: &Arc<Run>,
) -> anyhow::Result<Vec<JoinHandle<Orders>>> {
    let server = find::find(&arguments.url, Transport::Ws).await?;
    let content = Content::embedded();
    let mut players = Vec::new();
    for index in 0..u64::from(arguments.players) {
        let who = (arguments.seed, FIRST_NAME + index);
        let orders = fight::orders(&server, &content, (Conduct::Fight, 1), who);
        players.push(tokio::spawn(bot::play(orders, Arc::clone(run))));
        if index % fight::JOINS_PER_STEP == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(players)
}

/// Waits until everybody is in the world.
async fn all_in(arguments: &Arguments, run: &Run) -> anyhow::Result<()> {
    let begun = Instant::now();
    while run.alive.load(Relaxed) < arguments.players {
        let (alive, wanted) = (run.alive.load(Relaxed), arguments.players);
        if run.lost.load(Relaxed) > 0 || begun.elapsed() > COME_IN_TIME {
            let text = format!(
                "{alive} of {wanted} players came in; start the server with \
                 MASSLESS_LIMITS_SOCKETS_PER_ADDRESS above that number and MASSLESS_AUTH_NAMES=true, or \
                 name fewer with --players"
            );
            return Err(WrongUse(text).into());
        }
        tokio::time::sleep(COME_IN_PAUSE).await;
    }
    Ok(())
}

async fn measure(arguments: &Arguments, run: &Run) -> anyhow::Result<Storm> {
    let server = find::find(&arguments.url, Transport::Ws).await?;
    let drifters = Drifters::join(&server, arguments.resumes).await?;
    let first = ticks(&arguments.admin_url).await?;
    tokio::time::sleep(Duration::from_secs(arguments.within)).await;
    let before = ticks(&arguments.admin_url).await?;
    drifters.begin();
    let (logins, queue_max) = rush_and_look(arguments).await?;
    let after = ticks(&arguments.admin_url).await?;
    let quiet = before.percentile_since(&first, TICK_SHARE).context("no zone had a tick")?;
    let stormy = after.percentile_since(&before, TICK_SHARE).context("no zone had a tick")?;
    let players_lost = run.lost.load(Relaxed);
    let resumes = drifters.end().await;
    Ok(Storm { logins, quiet, stormy, queue_max, players_lost, resumes })
}

/// The storm, and the longest queue that was seen meanwhile.
async fn rush_and_look(arguments: &Arguments) -> anyhow::Result<(Vec<Login>, f64)> {
    let mut queue_max = 0.0_f64;
    let mut looks = tokio::time::interval(LOOK_PAUSE);
    let rush = rush(arguments);
    tokio::pin!(rush);
    loop {
        tokio::select! {
            logins = &mut rush => return Ok((logins?, queue_max)),
            _ = looks.tick() => {
                let (name, label) = QUEUE;
                // A look may fail while everybody storms; the next one tells.
                let page = metrics(&arguments.admin_url).await.unwrap_or_default();
                queue_max = queue_max.max(gauge(&page, name, label).unwrap_or(0.0));
            }
        }
    }
}

/// Says what happened and judges it.
fn tell(arguments: &Arguments, storm: &Storm, report: &Report) -> Outcome {
    let Storm { quiet, stormy, queue_max, players_lost, resumes, .. } = storm;
    let of =
        |status: StatusCode| storm.logins.iter().filter(move |login| login.status == Some(status));
    let refused = of(StatusCode::SERVICE_UNAVAILABLE).count();
    let silent = of(StatusCode::SERVICE_UNAVAILABLE).filter(|login| !login.says_when).count();
    let lost = storm.logins.iter().filter(|login| login.status.is_none()).count();
    let mut times: Vec<f64> =
        of(StatusCode::OK).map(|login| login.took.as_secs_f64() * 1_000.0).collect();
    times.sort_by(f64::total_cmp);
    let other = storm.logins.len() - times.len() - refused - lost;
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    let is_steady = *stormy <= TICK_P99_MAX || *stormy <= quiet * TICK_P99_GROWTH_MAX;
    let is_answered = lost == 0 && other == 0 && silent == 0 && !times.is_empty();
    // At the full rate over the storm, without one that fails.
    let wanted = (arguments.resumes * arguments.within) as usize;
    let all_back = resumes.failed == 0 && resumes.millis.len() >= wanted;
    let is_met = is_steady && is_answered && *players_lost == 0 && all_back;
    let outcome = if is_met { Outcome::Met } else { Outcome::Missed };
    eprintln!(
        "{} accepted (p50 {:.0} ms, p99 {:.0} ms), {refused} sent away for later ({silent} without a \
         time), {other} otherwise, {lost} never answered; the queue was {queue_max:.0} long",
        times.len(),
        at(0.5),
        at(0.99),
    );
    eprintln!(
        "tick p99 {stormy:.1} ms, before {quiet:.1} ms; {players_lost} of {} players lost",
        arguments.players,
    );
    if arguments.resumes > 0 {
        eprintln!(
            "{} of {wanted} wanted sessions were taken up again (p50 {:.0} ms, p99 {:.0} ms), {} not",
            resumes.millis.len(),
            resumes.at(0.5),
            resumes.at(0.99),
            resumes.failed,
        );
    }
    if arguments.json {
        let line = json!({
            "clients": arguments.clients, "within_s": arguments.within,
            "players": arguments.players, "players_lost": players_lost,
            "accepted": times.len(), "refused_503": refused, "without_retry_after": silent,
            "resumes": resumes.millis.len(), "resumes_wanted": wanted, "resumes_failed": resumes.failed,
            "resume_p50_ms": rounded(resumes.at(0.5), 1), "resume_p99_ms": rounded(resumes.at(0.99), 1),
            "other": other, "lost": lost,
            "p50_ms": rounded(at(0.5), 1), "p99_ms": rounded(at(0.99), 1), "queue_max": queue_max,
            "tick_p99_ms": rounded(*stormy, 2), "tick_p99_before_ms": rounded(*quiet, 2),
        });
        report.print(outcome, fields(line));
    }
    outcome
}

async fn make_accounts(arguments: &Arguments) -> anyhow::Result<()> {
    let bar = ProgressBar::new(arguments.clients);
    let style = "{spinner} {elapsed_precise} {pos}/{len} accounts made";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is fixed"));
    let mut makers = JoinSet::new();
    for maker in 0..MAKERS {
        let (url, clients, bar) = (arguments.url.clone(), arguments.clients, bar.clone());
        makers.spawn(async move {
            for number in (maker..clients).step_by(MAKERS as usize) {
                let reply = ask(&url, "register", number).await?;
                match reply.status {
                    StatusCode::CREATED | StatusCode::CONFLICT => bar.inc(1),
                    status => return Err(unwilling(status)),
                }
            }
            Ok(())
        });
    }
    while let Some(made) = makers.join_next().await {
        made.context("a maker panicked")??;
    }
    bar.finish_and_clear();
    Ok(())
}

fn unwilling(status: StatusCode) -> anyhow::Error {
    let way = "start it with MASSLESS_LIMITS_ACCOUNTS_PER_HOUR and MASSLESS_LIMITS_LOGINS_PER_MINUTE \
               above the number of clients, and MASSLESS_LIMITS_CALLS_PER_SECOND=1000";
    WrongUse(format!("the server answers {status} instead of making an account; {way}")).into()
}

/// Everybody, evenly over the time there is.
async fn rush(arguments: &Arguments) -> anyhow::Result<Vec<Login>> {
    let begun = Instant::now();
    let mut open = JoinSet::new();
    for number in 0..arguments.clients {
        let url = arguments.url.clone();
        let share = number as f64 / arguments.clients as f64;
        let moment = begun + Duration::from_secs_f64(arguments.within as f64 * share);
        open.spawn(async move {
            tokio::time::sleep_until(moment.into()).await;
            let asked_at = Instant::now();
            let answered = ask(&url, "login", number).await;
            login(answered, asked_at.elapsed())
        });
    }
    let mut logins = Vec::new();
    while let Some(login) = open.join_next().await {
        logins.push(login.context("a client panicked")?);
    }
    Ok(logins)
}

fn login(answered: Result<Reply, CallError>, took: Duration) -> Login {
    match answered {
        Ok(Reply { status, retry_after, .. }) => {
            Login { status: Some(status), took, says_when: retry_after.is_some() }
        }
        Err(error) => {
            tracing::debug!(%error, "a login was not answered");
            Login { status: None, took, says_when: false }
        }
    }
}

async fn ask(url: &str, what: &str, number: u64) -> Result<Reply, CallError> {
    let body = json!({ "name": format!("storm-{number:05}"), "password": PASSWORD });
    let url = format!("{url}/api/v1/auth/{what}");
    let (method, body) = (Method::POST, Some(body.to_string()));
    call_within(LOGIN_TIME, Call { method, url: &url, token: None, body }).await
}
