//! A Redis server: one that keeps nothing on disk, or one that does as in production.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use crate::free_port;
use crate::guard::{Guarded, wait_for};

/// A private server.
#[derive(Debug)]
pub struct Redis {
    folder: PathBuf,
    port: u16,
    /// Whether it writes everything down, and takes no writes when it cannot.
    keeps: bool,
    server: Option<Guarded>,
}

impl Redis {
    /// A new server that keeps nothing.
    ///
    /// # Panics
    /// When Debian's package `redis-server` is missing, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(&std::env::temp_dir(), false)
    }

    /// A new server that keeps everything inside a folder: on the disk that a test is about.
    ///
    /// # Panics
    /// As `start`.
    #[must_use]
    pub fn start_in(parent: &Path) -> Self {
        Self::start_at(parent, true)
    }

    fn start_at(parent: &Path, keeps: bool) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("massless-redis-")
            .tempdir_in(parent)
            .expect("there is a temporary folder")
            .keep();
        let mut redis = Self { folder, port: free_port(), keeps, server: None };
        redis.start_again();
        redis
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// When it is not running.
    pub fn signal(&self, signal: Signal) {
        self.server.as_ref().expect("it runs").signal(signal);
    }

    /// Forgets everything at once.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn flush(&self) {
        assert!(self.tell("FLUSHALL"), "Redis does not answer");
    }

    /// Kills it as a fault would.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill();
        }
    }

    /// Starts it on the same port, empty, and waits until it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&mut self) {
        if self.server.is_some() {
            return;
        }
        let port = self.port.to_string();
        let folder = self.folder.display().to_string();
        let (save, append) = if self.keeps { ("1 1", "yes") } else { ("", "no") };
        let command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            &port,
            "--dir",
            &folder,
            "--save",
            save,
            "--appendonly",
            append,
        ];
        let server = Guarded::start(&self.folder, "TERM", &command);
        wait_for("Redis", || {
            assert!(server.is_running(), "Redis ends: {}", server.log());
            self.tell("PING").then_some(())
        });
        self.server = Some(server);
    }

    fn tell(&self, word: &str) -> bool {
        let port = self.port.to_string();
        let told = Command::new("redis-cli").args(["-h", "127.0.0.1", "-p", &port, word]).output();
        told.is_ok_and(|told| told.status.success() && !told.stdout.is_empty())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
