//! `massless announce|kick|mute|ban|unban|status`: asks the administration's port of a running host.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::migrate::Database;
use super::report::{Outcome, WrongUse};
use crate::config::Config;
use crate::staff::StaffOrder;

/// Time the host has to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Which host.
#[derive(Debug, clap::Args)]
pub(crate) struct Host {
    #[command(flatten)]
    database: Database,
    /// Its administration's port; without it that of the settings.
    #[arg(long, value_name = "PORT")]
    admin_port: Option<u16>,
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
    let ready = ask(&arguments.host, &config, ("GET", "/readyz"), "")?;
    let status = ask(&arguments.host, &config, ("GET", "/status"), "")?;
    println!("{}", String::from_utf8_lossy(&status.body));
    Ok(if ready.status == 200 { Outcome::Met } else { Outcome::Missed })
}

fn order(host: &Host, order: &StaffOrder) -> anyhow::Result<Outcome> {
    let config = host.database.settings()?;
    let answer = ask(host, &config, ("POST", "/orders"), &serde_json::to_string(order)?)?;
    if answer.status == 200 {
        println!("done");
        return Ok(Outcome::Met);
    }
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    anyhow::bail!("{}", problem["detail"].as_str().unwrap_or("the host refuses that"))
}

struct Answer {
    status: u16,
    body: Vec<u8>,
}

/// One request to the administration's port.
fn ask(
    host: &Host,
    config: &Config,
    (method, path): (&str, &str),
    body: &str,
) -> anyhow::Result<Answer> {
    let port = host.admin_port.unwrap_or(config.server.admin_port);
    let address = SocketAddr::new(config.server.admin_bind, port);
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
