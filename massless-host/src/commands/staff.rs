//! `massless announce|kick|mute|ban|unban|status`: asks the administration's port of a running host.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::migrate::Database;
use super::report::{Outcome, WrongUse};
use crate::config::Config;
use crate::drain::NOTICE_SECONDS_MAX;
use crate::staff::StaffOrder;

/// Time the host has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two looks at a host that is waited for.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// Time a host may take to end after its notice: what is open is written first.
const DRAIN_PATIENCE: Duration = Duration::from_secs(60);

/// Which host.
#[derive(Debug, clap::Args)]
pub(crate) struct Host {
    #[command(flatten)]
    pub(super) database: Database,
    /// Its administration's port; without it that of the settings.
    #[arg(long, value_name = "PORT")]
    admin_port: Option<u16>,
    /// Its name or address in the network of the servers; without it that of the settings.
    #[arg(long = "host", value_name = "NAME")]
    name: Option<String>,
}

/// Arguments of `announce`.
#[derive(Debug, clap::Args)]
pub(crate) struct Announce {
    /// What to say to everybody.
    text: String,
    #[command(flatten)]
    host: Host,
}

/// Arguments of `kick` and `unban`.
#[derive(Debug, clap::Args)]
pub(crate) struct Whom {
    /// The name of a character, or a login after an @ (as in @anna).
    whom: String,
    #[command(flatten)]
    host: Host,
}

/// Arguments of `mute`.
#[derive(Debug, clap::Args)]
pub(crate) struct Mute {
    /// The name of the character.
    whom: String,
    /// For so many minutes; 0 gives the voice back.
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    #[command(flatten)]
    host: Host,
}

/// Arguments of `ban`.
#[derive(Debug, clap::Args)]
pub(crate) struct Ban {
    /// The name of a character, or a login after an @ (as in @anna).
    whom: String,
    /// Why, for the one who is banned.
    #[arg(long)]
    reason: String,
    /// For so many hours; without it for good.
    #[arg(long)]
    hours: Option<i64>,
    #[command(flatten)]
    host: Host,
}

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    #[command(flatten)]
    host: Host,
    /// Only whether the process lives, also one that stands by; prints nothing.
    #[arg(long)]
    live: bool,
    /// Ask again until it is so, for so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
}

/// Arguments of `drain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Drain {
    #[command(flatten)]
    host: Host,
    /// Time between the announcement and the stop, such as 5m, 90s or 0.
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = notice)]
    notice: u64,
    /// Do not wait until it has ended.
    #[arg(long)]
    no_wait: bool,
    /// Call the drain off that is under way, unless a signal asked for it; players are told.
    #[arg(long, conflicts_with_all = ["notice", "no_wait"])]
    cancel: bool,
}

fn notice(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix('m') {
        Some(digits) => (digits, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    let seconds = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    let sentence = || "a time such as 5m, 90s or 0, at most 6m".to_owned();
    seconds.filter(|seconds| *seconds <= NOTICE_SECONDS_MAX).ok_or_else(sentence)
}

/// Gives the order.
pub(crate) fn announce(arguments: Announce) -> anyhow::Result<Outcome> {
    order(&arguments.host, &StaffOrder::Announce { text: arguments.text })
}

/// Gives the order.
pub(crate) fn kick(arguments: Whom) -> anyhow::Result<Outcome> {
    order(&arguments.host, &StaffOrder::Kick { whom: arguments.whom })
}

/// Gives the order.
pub(crate) fn unban(arguments: Whom) -> anyhow::Result<Outcome> {
    order(&arguments.host, &StaffOrder::Unban { whom: arguments.whom })
}

/// Gives the order.
pub(crate) fn mute(arguments: Mute) -> anyhow::Result<Outcome> {
    let Mute { whom, minutes, host } = arguments;
    order(&host, &StaffOrder::Mute { whom, seconds: minutes.saturating_mul(60) })
}

/// Gives the order.
pub(crate) fn ban(arguments: Ban) -> anyhow::Result<Outcome> {
    let Ban { whom, reason, hours, host } = arguments;
    order(&host, &StaffOrder::Ban { whom, reason, hours })
}

/// Prints what the host is and does.
pub(crate) fn status(arguments: &Status) -> anyhow::Result<Outcome> {
    let config = arguments.host.database.settings()?;
    let path = if arguments.live { "/livez" } else { "/readyz" };
    let end = Instant::now() + Duration::from_secs(arguments.wait);
    let is_good = loop {
        let answer = ask(&arguments.host, &config, ("GET", path), "");
        let is_good = answer.as_ref().is_ok_and(|answer| answer.status == 200);
        if is_good || Instant::now() >= end {
            // Nobody there is wrong use only for who asks once.
            break if arguments.wait == 0 { answer?.status == 200 } else { is_good };
        }
        std::thread::sleep(LOOK_PAUSE);
    };
    if !arguments.live
        && let Ok(status) = ask(&arguments.host, &config, ("GET", "/status"), "")
    {
        println!("{}", String::from_utf8_lossy(&status.body));
    }
    Ok(if is_good { Outcome::Met } else { Outcome::Missed })
}

/// Tells the players, and waits until the host has ended.
pub(crate) fn drain(arguments: &Drain) -> anyhow::Result<Outcome> {
    let Drain { host, notice, no_wait, cancel } = arguments;
    let config = host.database.settings()?;
    if *cancel {
        return done(&ask(host, &config, ("POST", "/drain/cancel"), "")?);
    }
    let called_off = called_off(host, &config);
    let body = json!({ "notice_seconds": notice }).to_string();
    let answer = ask(host, &config, ("POST", "/drain"), &body)?;
    done(&answer)?;
    if *no_wait {
        return Ok(Outcome::Met);
    }
    let bar = ProgressBar::new(*notice);
    let end = Instant::now() + Duration::from_secs(*notice) + DRAIN_PATIENCE;
    // While the host ends nobody may answer, or its successor does, which has not begun to drain.
    while Instant::now() < end {
        let status = ask(host, &config, ("GET", "/status"), "");
        let status = status.ok().filter(|answer| answer.status == 200);
        let status = status.and_then(|it| serde_json::from_slice::<Value>(&it.body).ok());
        if status.as_ref().is_none_or(|status| status["draining"] != true) {
            bar.finish_and_clear();
            // A successor has called off none.
            if status.is_some_and(|status| number_of(&status) > called_off) {
                println!("it was called off");
                return Ok(Outcome::Missed);
            }
            println!("it has ended");
            return Ok(Outcome::Met);
        }
        bar.inc(1);
        std::thread::sleep(LOOK_PAUSE);
    }
    bar.finish_and_clear();
    println!("it has not ended in time");
    Ok(Outcome::Missed)
}

/// How many drains a host has called off so far.
fn called_off(host: &Host, config: &Config) -> u64 {
    let answer = ask(host, config, ("GET", "/status"), "");
    let status = answer.ok().and_then(|it| serde_json::from_slice::<Value>(&it.body).ok());
    status.as_ref().map_or(0, number_of)
}

fn number_of(status: &Value) -> u64 {
    status["drains_called_off"].as_u64().unwrap_or(0)
}

fn order(host: &Host, order: &StaffOrder) -> anyhow::Result<Outcome> {
    let config = host.database.settings()?;
    let answer = ask(host, &config, ("POST", "/orders"), &serde_json::to_string(order)?)?;
    done(&answer)
}

fn done(answer: &Answer) -> anyhow::Result<Outcome> {
    if answer.status == 200 {
        println!("done");
        return Ok(Outcome::Met);
    }
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    anyhow::bail!("{}", problem["detail"].as_str().unwrap_or("the host refuses that"))
}

/// What a host answered.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Where the host of that name is.
fn found(name: &str, port: u16) -> Result<SocketAddr, WrongUse> {
    let known = (name, port).to_socket_addrs().ok().and_then(|mut all| all.next());
    known.ok_or_else(|| WrongUse(format!("there is no host {name} in this network")))
}

/// One request to the administration's port.
pub(super) fn ask(
    host: &Host,
    config: &Config,
    (method, path): (&str, &str),
    body: &str,
) -> anyhow::Result<Answer> {
    let port = host.admin_port.unwrap_or(config.server.admin_port);
    let address = match &host.name {
        Some(name) => found(name, port)?,
        None => SocketAddr::new(config.server.admin_bind, port),
    };
    let absent = |error: std::io::Error| {
        WrongUse(format!(
            "no server answers on {address} ({error}); is it running, and is that its \
             administration's port (--admin-port)?"
        ))
    };
    let token = std::fs::read_to_string(config.data.dir.join("admin.token")).unwrap_or_default();
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).map_err(absent)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer \
         {token}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.ok_or_else(|| anyhow::anyhow!("{address} does not speak HTTP"))?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok(Answer { status, body: answer[end + 4..].to_vec() })
}
