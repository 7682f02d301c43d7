//! The game server as a child of the tool: started in `data/`, its address shown, stopped in order.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::project::Project;

/// How long a child may take to stop in order before it is ended.
const STOP_WAIT: Duration = Duration::from_secs(15);

/// A running server.
pub(crate) struct Server {
    child: Child,
    ended: bool,
}

impl Server {
    /// Starts the release binary and shows its address when it says that it is ready.
    pub(crate) fn start(project: &Project, arguments: &[String]) -> Result<Self> {
        let data = project.path("data");
        std::fs::create_dir_all(&data)?;
        let mut child = Command::new(project.target().join("release/massless"))
            .args(["serve", "--client"])
            .arg(project.path("massless-client/dist"))
            .args(arguments)
            .arg("--data")
            .arg(&data)
            .current_dir(project.root())
            // Who changes the sources does not want to wait for a notice.
            .env("MASSLESS_SERVER_SHUTDOWN_NOTICE", "0")
            .stdout(Stdio::piped())
            // Ctrl-C reaches this tool alone: a second signal would cut the server's orderly stop.
            .process_group(0)
            .spawn()
            .context("cannot start the server")?;
        let output = child.stdout.take().context("the output is piped")?;
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                println!("{line}");
                if let Some(address) = page_of(&line) {
                    println!("\n    +{}+", "-".repeat(address.len() + 16));
                    println!("    |   play at   {address}   |");
                    println!("    +{}+\n    Ctrl-C stops\n", "-".repeat(address.len() + 16));
                }
            }
        });
        Ok(Self { child, ended: false })
    }

    /// Says once that the server has ended by itself; a change of sources starts it anew.
    pub(crate) fn notice_end(&mut self) {
        if !self.ended && self.child.try_wait().is_ok_and(|status| status.is_some()) {
            self.ended = true;
            eprintln!("the server has ended; it starts again with the next change");
        }
    }

    /// Asks the server to stop, and ends it when it takes too long.
    pub(crate) fn stop(&mut self) -> Result<()> {
        end(&mut self.child)
    }
}

/// Ends a child in order (SIGTERM), or by force after a while.
pub(crate) fn end(child: &mut Child) -> Result<()> {
    if child.try_wait()?.is_some() {
        return Ok(());
    }
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let until = Instant::now() + STOP_WAIT;
    while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && Instant::now() < until {
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// The page's address in the server's ready line.
fn page_of(line: &str) -> Option<String> {
    let ready: serde_json::Value = serde_json::from_str(line).ok()?;
    let port = ready["http"].as_u64().filter(|_| ready["ready"] == true)?;
    Some(format!("http://localhost:{port}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_names_the_page() {
        let line = r#"{"ready":true,"http":3000,"game":2567,"admin":9600,"pid":1}"#;
        assert_eq!(page_of(line).as_deref(), Some("http://localhost:3000/"));
        assert_eq!(page_of(r#"{"message":"zone 1 started"}"#), None);
        assert_eq!(page_of("plain words"), None);
    }
}
