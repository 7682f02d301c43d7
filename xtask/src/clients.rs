//! The clients for others, held against a real server: the example of the Rust client by QUIC, and that of the
//! TypeScript package in Node by WebSocket. Each logs in as a guest, walks, and says what it saw.

use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::project::Project;
use crate::running::Running;
use crate::{build, shell};

/// Seconds that each walks.
const SECONDS: &str = "4";
/// Metres that it has to get along in that time at least: it walks 5 in a second.
const METRES_MIN: f64 = 6.0;
/// Own states that it has to have foretold.
const STATES_MIN: u64 = 20;

/// A step of the gate.
pub(crate) fn check(project: &Project) -> Result<()> {
    build::client(project)?;
    build::server(project)?;
    build::examples(project)?;
    let data = tempfile::tempdir().context("the server's data need a folder")?;
    let program = project.target().join("release/massless");
    let server = Running::start(Command::new(program).args(["serve", "--data"]).arg(data.path()))?;
    let page = format!("http://127.0.0.1:{}", server.port("http")?);
    let example = build::example(project, "04_walking_over_quic");
    let said = shell::output(Command::new(example).args([&page, SECONDS]))?;
    judge("the Rust client", &said)?;
    let said = shell::output(
        Command::new("node")
            .args(["--experimental-websocket", "--no-warnings", "examples/typescript/walk.mjs"])
            .args([&page, SECONDS])
            .current_dir(project.root()),
    )?;
    judge("the TypeScript package", &said)
}

/// Whether it walked, and was where it believed to be.
fn judge(who: &str, said: &str) -> Result<()> {
    print!("{said}");
    let Some(last) = said.lines().rfind(|line| line.starts_with("walked ")) else {
        bail!("{who} does not say how far it walked");
    };
    let words: Vec<&str> = last.split_whitespace().collect();
    let metres: f64 = words[1].parse().context("the metres are no number")?;
    ensure!(metres >= METRES_MIN, "{who} walked {metres} m only");
    let of = words.windows(3).find_map(|three| match three {
        [equal, "of", compared] => {
            Some((equal.parse::<u64>().ok()?, compared.parse::<u64>().ok()?))
        }
        _ => None,
    });
    let (equal, compared) = of.with_context(|| format!("{who} does not say what it foretold"))?;
    ensure!(compared >= STATES_MIN, "{who} compared {compared} own states only");
    ensure!(equal == compared, "{who} foretold {equal} of {compared} own states");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_did_not_walk_or_foretold_wrongly_fails() {
        let good = "at (1, 2)\nwalked 18.2 m from (1, 2) by websocket; 70 of 70 own states";
        assert!(judge("it", good).is_ok());
        for (from, to) in [("18.2", "1.0"), ("70 of 70", "69 of 70"), ("70 of 70", "3 of 3")] {
            assert!(judge("it", &good.replace(from, to)).is_err(), "{to}");
        }
        assert!(judge("it", "nothing").is_err());
    }
}
