//! `massless bots login-storm`: many log in at once, by password, while others play. All come from one
//! address, so the server has to be started with higher limits for it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use hyper::{Method, StatusCode};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tokio::task::JoinSet;

use crate::bots::call::{Call, Reply, call, call_within};
use crate::commands::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::system;

/// Password of all its accounts; they own nothing.
const PASSWORD: &str = "only for a login storm";
/// Accounts that are made at a time.
const MAKERS: u64 = 8;
/// Time a login may take: the queue is 200 long, and a hash takes some 35 ms.
const LOGIN_TIME: Duration = Duration::from_secs(60);
/// The tick's p99 that still counts as unhurt, milliseconds; half a tick.
const TICK_P99_MAX: f64 = 25.0;
/// The metric that says how long ticks took.
const TICKS: &str = "massless_tick_duration_seconds_bucket";

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
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The server's port for administration, for its ticks.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9600")]
    admin_url: String,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What became of one login.
struct Login {
    status: StatusCode,
    took: Duration,
    says_when: bool,
}

/// How long ticks took, from the moment the server began: upper bound in seconds and how many were not
/// longer, over all zones.
type Ticks = Vec<(f64, f64)>;

/// Makes the accounts, waits as long as the storm will take, then storms; met when everybody was answered
/// and the tick stayed short.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("bots login-storm", 0);
    system::raise_open_files_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(storm(arguments, &report))
}

async fn storm(arguments: &Arguments, report: &Report) -> anyhow::Result<Outcome> {
    make_accounts(arguments).await?;
    let first = ticks(arguments).await?;
    tokio::time::sleep(Duration::from_secs(arguments.within)).await;
    let before = ticks(arguments).await?;
    let logins = rush(arguments).await?;
    let after = ticks(arguments).await?;
    let quiet = percentile(&first, &before).context("no zone had a tick")?;
    let stormy = percentile(&before, &after).context("no zone had a tick")?;
    let accepted: Vec<&Login> = logins.iter().filter(|it| it.status == StatusCode::OK).collect();
    let busy = logins.iter().filter(|it| it.status == StatusCode::SERVICE_UNAVAILABLE);
    let (refused, silent) =
        busy.fold((0, 0), |sum, it| (sum.0 + 1, sum.1 + u64::from(!it.says_when)));
    let lost = arguments.clients - accepted.len() as u64 - refused;
    let mut times: Vec<f64> = accepted.iter().map(|it| it.took.as_secs_f64() * 1_000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    let is_met = lost == 0 && silent == 0 && !times.is_empty() && stormy <= TICK_P99_MAX;
    eprintln!(
        "{} accepted (p50 {:.0} ms, p99 {:.0} ms), {refused} sent away for later, {lost} otherwise; \
         tick p99 below {stormy} ms, before {quiet} ms",
        times.len(),
        at(0.5),
        at(0.99),
    );
    let outcome = if is_met { Outcome::Met } else { Outcome::Missed };
    if arguments.json {
        report.print(
            outcome,
            fields(json!({
                "clients": arguments.clients, "accepted": times.len(), "refused_503": refused,
                "without_retry_after": silent, "lost": lost,
                "p50_ms": rounded(at(0.5), 1), "p99_ms": rounded(at(0.99), 1),
                "tick_p99_ms": stormy, "tick_p99_before_ms": quiet,
            })),
        );
    }
    Ok(outcome)
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
            let Reply { status, retry_after, .. } = ask(&url, "login", number).await?;
            let (took, says_when) = (asked_at.elapsed(), retry_after.is_some());
            anyhow::Ok(Login { status, took, says_when })
        });
    }
    let mut logins = Vec::new();
    while let Some(login) = open.join_next().await {
        logins.push(login.context("a client panicked")??);
    }
    Ok(logins)
}

async fn ask(url: &str, what: &str, number: u64) -> anyhow::Result<Reply> {
    let body = json!({ "name": format!("storm-{number:05}"), "password": PASSWORD });
    let url = format!("{url}/api/v1/auth/{what}");
    let (method, body) = (Method::POST, Some(body.to_string()));
    call_within(LOGIN_TIME, Call { method, url: &url, token: None, body }).await
}

async fn ticks(arguments: &Arguments) -> anyhow::Result<Ticks> {
    let url = format!("{}/metrics", arguments.admin_url);
    let reply = call(Call { method: Method::GET, url: &url, token: None, body: None }).await?;
    ensure!(reply.status.is_success(), "{url} answers {}", reply.status);
    let text = std::str::from_utf8(&reply.body).context("the metrics are no text")?;
    let ticks = ticks_of(text);
    if ticks.is_empty() {
        bail!("{url} has no {TICKS}");
    }
    Ok(ticks)
}

fn ticks_of(text: &str) -> Ticks {
    let mut sums: Ticks = Vec::new();
    for line in text.lines().filter(|line| line.starts_with(TICKS)) {
        let bound = line.split("le=\"").nth(1).and_then(|rest| rest.split('"').next());
        let bound = bound.map(|it| if it == "+Inf" { Ok(f64::INFINITY) } else { it.parse() });
        let count = line.rsplit(' ').next().map(str::parse::<f64>);
        let (Some(Ok(bound)), Some(Ok(count))) = (bound, count) else { continue };
        match sums.iter_mut().find(|(other, _)| other.total_cmp(&bound).is_eq()) {
            Some((_, sum)) => *sum += count,
            None => sums.push((bound, count)),
        }
    }
    sums.sort_by(|one, other| one.0.total_cmp(&other.0));
    sums
}

/// The bound, in milliseconds, that 99 of 100 ticks between two looks did not exceed.
fn percentile(from: &Ticks, to: &Ticks) -> Option<f64> {
    let count = |ticks: &Ticks, bound: f64| {
        ticks.iter().find(|(other, _)| other.total_cmp(&bound).is_eq()).map_or(0.0, |it| it.1)
    };
    let between = |bound: f64| count(to, bound) - count(from, bound);
    let all = to.last().map(|(bound, _)| between(*bound)).filter(|all| *all > 0.0)?;
    let bound = to.iter().find(|(bound, _)| between(*bound) >= all * 0.99)?.0;
    Some(rounded(bound * 1_000.0, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(counts: [u64; 3]) -> String {
        let line = |(bound, count): (&str, u64)| {
            format!(
                "{TICKS}{{zone=\"1\",le=\"{bound}\"}} {count}\n{TICKS}{{zone=\"2\",le=\"{bound}\"}} 0\n"
            )
        };
        ["0.005", "0.025", "+Inf"].into_iter().zip(counts).map(line).collect()
    }

    #[test]
    fn the_percentile_is_of_what_happened_between_two_looks() {
        let (from, to) = (ticks_of(&page([10, 10, 40])), ticks_of(&page([100, 110, 141])));
        assert_eq!(percentile(&from, &to), Some(25.0), "1 of 101 was longer");
        assert_eq!(percentile(&to, &to), None);
        let longer = percentile(&ticks_of(&page([0, 0, 0])), &to);
        assert_eq!(json!(longer), json!(null), "longer than the longest bound is no number");
    }
}
