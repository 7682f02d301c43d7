//! `cargo xtask link`: a bad link in front of a server, by its seed, until it is told to stop.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use massless_testbed::link::model::{Direction, HELD_BACK, LinkSettings, QUEUE_BYTES, Share};
use massless_testbed::link::{Counts, Link, LinkPlan, Protocols};
use serde_json::json;

/// What the link is like. Times are for one way: a round trip takes twice the delay.
///
/// For play through it, start the server with MASSLESS_SERVER_PUBLIC_GAME_URL=ws://127.0.0.1:2570/ and
/// MASSLESS_QUIC_PUBLIC_ADDRESS=127.0.0.1:2570.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where players dial; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2570")]
    listen: SocketAddr,
    /// Where the game is.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2567")]
    to: SocketAddr,
    /// What it carries. With tcp alone datagrams vanish, as behind many a firewall.
    #[arg(long, value_enum, default_value_t = Carried::Both)]
    protocols: Carried,
    /// Only this direction is bad; both when absent.
    #[arg(long, value_enum)]
    only: Option<Way>,
    /// Time that every packet takes, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    delay: u64,
    /// Time that a packet may take longer, in milliseconds; changes no order.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    jitter: u64,
    /// Packets lost, in percent; of TCP these come later, and all behind them wait.
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    loss: Share,
    /// Datagrams that arrive twice, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    duplicate: Share,
    /// Datagrams that are held back and overtaken, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    reorder: Share,
    /// How much later these come, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = HELD_BACK.as_millis() as u64)]
    held_back: u64,
    /// Bytes a second, such as 64kB or 1Mbit; no limit when absent.
    #[arg(long, value_name = "RATE", value_parser = rate_from)]
    rate: Option<u64>,
    /// Bytes that may wait for the rate.
    #[arg(long, value_name = "BYTES", default_value_t = QUEUE_BYTES)]
    queue: usize,
    /// Decides what happens to which packet.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Stop after so many seconds; without it when interrupted.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Cut the link after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    cut_at: Option<f64>,
    /// Mend it so many seconds later; never when absent.
    #[arg(long, value_name = "SECONDS", requires = "cut_at")]
    cut_for: Option<f64>,
    /// What is cut.
    #[arg(long, value_enum, default_value_t = Carried::Both, requires = "cut_at")]
    cut: Carried,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Protocols, as they are named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Carried {
    /// Datagrams alone.
    Udp,
    /// Connections alone.
    Tcp,
    /// Both on one port number.
    Both,
}

impl From<Carried> for Protocols {
    fn from(carried: Carried) -> Self {
        match carried {
            Carried::Udp => Self::Udp,
            Carried::Tcp => Self::Tcp,
            Carried::Both => Self::Both,
        }
    }
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// Towards the server.
    Up,
    /// From the server.
    Down,
}

/// Opens the link, and says what it did when it ends.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &Arguments) -> Result<()> {
    let plan = plan_of(arguments)?;
    let link = Link::open(plan).await.with_context(|| {
        format!("{} cannot be opened; name a free address with --listen", arguments.listen)
    })?;
    eprintln!(
        "{} leads to {} with seed {}; interrupt to end it",
        link.address(),
        plan.to,
        plan.seed
    );
    let begun = Instant::now();
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        () = cut_as_planned(arguments, &link) => {}
    }
    let counts = [Direction::Up, Direction::Down].map(|way| link.counts(way));
    for (name, counts) in ["up", "down"].iter().zip(&counts) {
        eprintln!("{name:>4}: {}", told(counts));
    }
    if arguments.json {
        let [up, down] = counts.map(|counts| fields(&counts));
        let seconds = begun.elapsed().as_secs_f64();
        let line = json!({
            "schema": 1, "ok": true, "command": "link", "seed": plan.seed, "seconds": seconds,
            "flows": link.flows(), "up": up, "down": down,
        });
        println!("{line}");
    }
    Ok(())
}

/// Cuts and mends; returns when the time is over.
async fn cut_as_planned(arguments: &Arguments, link: &Link) {
    let begun = tokio::time::Instant::now();
    let until = async |seconds: f64| {
        tokio::time::sleep_until(begun + Duration::from_secs_f64(seconds)).await;
    };
    let cut = async {
        let Some(at) = arguments.cut_at else { return };
        until(at).await;
        link.cut(arguments.cut.into());
        eprintln!("cut");
        let Some(long) = arguments.cut_for else { return };
        until(at + long).await;
        link.mend(arguments.cut.into());
        eprintln!("mended");
    };
    let end = async {
        match arguments.seconds {
            Some(seconds) => until(seconds).await,
            None => std::future::pending().await,
        }
    };
    let cut_and_wait = async {
        cut.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = end => {}
        () = cut_and_wait => {}
    }
}

fn plan_of(arguments: &Arguments) -> Result<LinkPlan> {
    for (name, seconds) in [
        ("--seconds", arguments.seconds),
        ("--cut-at", arguments.cut_at),
        ("--cut-for", arguments.cut_for),
    ] {
        if seconds.is_some_and(|seconds| !(0.0..=86_400.0).contains(&seconds)) {
            bail!("{name} takes seconds from 0 to 86400");
        }
    }
    if arguments.listen == arguments.to {
        bail!("--listen and --to are the same address; the link stands between two");
    }
    let bad = LinkSettings {
        delay: Duration::from_millis(arguments.delay),
        jitter: Duration::from_millis(arguments.jitter),
        loss: arguments.loss,
        duplicates: arguments.duplicate,
        reorder: arguments.reorder,
        held_back: Duration::from_millis(arguments.held_back),
        rate: arguments.rate,
        queue_bytes: arguments.queue,
    };
    let only =
        |way| if arguments.only.is_none_or(|only| only == way) { bad } else { LinkSettings::CLEAN };
    Ok(LinkPlan {
        listen: arguments.listen,
        to: arguments.to,
        protocols: arguments.protocols.into(),
        up: only(Way::Up),
        down: only(Way::Down),
        seed: arguments.seed,
    })
}

/// Reads `64kB`, `1Mbit`, `9600` (bytes) a second.
fn rate_from(text: &str) -> Result<u64, String> {
    let units = [("Mbit", 125_000), ("kbit", 125), ("MB", 1_000_000), ("kB", 1_000), ("B", 1)];
    let found = units.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
    let (number, bytes) = found.unwrap_or((text, 1));
    match number.trim().parse::<u64>() {
        Ok(count) if count > 0 => Ok(count.saturating_mul(bytes)),
        _ => Err(format!("{text:?} is no rate; 64kB, 1Mbit and 9600 (bytes a second) are")),
    }
}

fn told(counts: &Counts) -> String {
    let Counts { packets, bytes, lost, overflowed, doubled, held_back, cut } = counts;
    format!(
        "{packets} packets of {bytes} bytes; {lost} lost, {overflowed} found no room, {doubled} \
         doubled, {held_back} held back, {cut} met the cut"
    )
}

fn fields(counts: &Counts) -> serde_json::Value {
    json!({
        "packets": counts.packets,
        "bytes": counts.bytes,
        "lost": counts.lost,
        "overflowed": counts.overflowed,
        "doubled": counts.doubled,
        "held_back": counts.held_back,
        "cut": counts.cut,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_in_bytes() {
        for (text, bytes) in
            [("9600", 9_600), ("64kB", 64_000), ("1Mbit", 125_000), ("2 MB", 2_000_000)]
        {
            assert_eq!(rate_from(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "-1", "fast", "1GB"] {
            assert!(rate_from(text).is_err(), "{text}");
        }
    }
}
