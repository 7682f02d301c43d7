//! A server on free ports for as long as something is tried on it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// A running server; ends with this.
pub(crate) struct Running {
    child: Child,
    ready: Value,
}

impl Running {
    /// Starts `massless serve` as it is given, on free ports of this machine, and waits until it is ready.
    pub(crate) fn start(serve: &mut Command) -> Result<Self> {
        let mut child = serve
            .args(["--port", "0", "--bind", "127.0.0.1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the server cannot be started")?;
        let output = child.stdout.take().expect("it is piped");
        let mut running = Self { child, ready: Value::Null };
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        running.ready = serde_json::from_str(&line).context("the server is not ready")?;
        Ok(running)
    }

    /// One of its ports: http, game or admin.
    pub(crate) fn port(&self, name: &str) -> Result<u64> {
        self.ready[name].as_u64().with_context(|| format!("the server names no port {name}"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
