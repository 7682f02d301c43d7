//! `massless smoke`: is the game whole? Two synthetic players log in over the interface, join, walk and trade
//! a coin, as anybody would.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use massless_core::content::Content;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::report::{Outcome, Report, WrongUse, fields, rounded};
use crate::bots::bot::name_of;
use crate::bots::economy::{SmokeError, Steps, Visit, smoke};
use crate::config::{Config, Overrides};
use crate::{clock, content};

/// First number of their characters' names, apart from those of other bots.
const FIRST_NAME: u64 = 70_000;
/// Milliseconds after which the players meet at another trader.
const TURN_MILLIS: u64 = 60_000;

/// Time that calls which do not come back get beyond the limit.
const CALL_TIME: Duration = Duration::from_secs(2);

/// Arguments of `smoke`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The server's page.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// Dial this game socket instead of the one that the server names.
    #[arg(long, value_name = "URL")]
    game_url: Option<String>,
    /// A file with the password of the accounts smoke-1 and smoke-2, which are made when they are not there.
    /// Without it the settings say it (`SMOKE_PASSWORD`, `SMOKE_PASSWORD_FILE`).
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Seconds until all has to be done.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(5..=600))]
    seconds: u64,
    /// Settings file; default massless.toml if it exists.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The content set of the server, when it is not the one built in.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Plays; met when both did all steps in time.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("smoke", 0);
    let password = password(arguments)?;
    let content = match &arguments.content {
        Some(folder) => content::load_folder(folder)?,
        None => Content::embedded(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let patience = Duration::from_secs(arguments.seconds);
    let played = runtime.block_on(play(arguments, &password, &content));
    let outcome = if played.iter().all(Result::is_ok) { Outcome::Met } else { Outcome::Missed };
    for (number, player) in (1..).zip(&played) {
        match player {
            Ok(steps) => println!("player {number}: {}", in_words(steps)),
            Err(error) => println!("player {number} FAILED at {error} (at most {patience:?})"),
        }
    }
    if arguments.json {
        let players: Vec<Value> = played.iter().map(of_player).collect();
        report.print(outcome, fields(json!({ "url": arguments.url, "players": players })));
    }
    Ok(outcome)
}

async fn play(
    arguments: &Arguments,
    password: &str,
    content: &Arc<Content>,
) -> Vec<Result<Steps, SmokeError>> {
    let patience = Duration::from_secs(arguments.seconds);
    let turn = Arc::new(AtomicU64::new(clock::unix_millis() / TURN_MILLIS % 1_000));
    let (one, of_one) = watch::channel(None);
    let (two, of_two) = watch::channel(None);
    let visits = [(0, one, of_two), (1, two, of_one)].map(|(index, seat, partner)| {
        let visit = Visit {
            url: arguments.url.clone(),
            game_url: arguments.game_url.clone(),
            login: format!("smoke-{}", index + 1),
            password: password.to_owned(),
            wanted: json!({
                "name": name_of(FIRST_NAME + index as u64), "class": 1, "faction": 1, "look": index,
            }),
            content: Arc::clone(content),
            index,
            seat,
            partner,
            end: tokio::time::Instant::now() + patience,
            turn: Arc::clone(&turn),
        };
        smoke::visit(visit)
    });
    // What hangs before the game is joined ends a little later.
    let [one, two] = visits.map(|visit| tokio::time::timeout(patience + CALL_TIME, visit));
    let (one, two) = tokio::join!(one, two);
    let late = |_| SmokeError { step: "time", why: "not all was done in time".to_owned() };
    [one, two].into_iter().map(|done| done.map_err(late).and_then(|done| done)).collect()
}

/// Never an argument: a list of processes shows those.
fn password(arguments: &Arguments) -> anyhow::Result<String> {
    let mut flags = Overrides::default();
    let file = arguments.password_file.as_ref().map(|path| path.display().to_string());
    if file.is_some() {
        flags.set("smoke.password", Some(""));
    }
    flags.set("smoke.password_file", file);
    let config = Config::load(arguments.config.as_deref(), &flags)?;
    let sentence = "name the password of the accounts smoke-1 and smoke-2 in SMOKE_PASSWORD, \
        SMOKE_PASSWORD_FILE or --password-file";
    let given = config.smoke.password.ok_or_else(|| WrongUse(sentence.to_owned()))?;
    Ok(given.show().to_owned())
}

fn in_words(steps: &Steps) -> String {
    let words = steps.iter().map(|(step, time)| format!("{step} {} ms", time.as_millis()));
    words.collect::<Vec<_>>().join(", ")
}

fn of_player(player: &Result<Steps, SmokeError>) -> Value {
    match player {
        Ok(steps) => {
            let times = steps
                .iter()
                .map(|(step, time)| ((*step).to_owned(), json!(rounded(time.as_secs_f64(), 3))));
            json!({ "ok": true, "steps_s": times.collect::<serde_json::Map<_, _>>() })
        }
        Err(error) => json!({ "ok": false, "step": error.step, "why": error.why }),
    }
}
