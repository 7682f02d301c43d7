//! Measurements of the server's program that judge themselves by their exit code, against a host of their own.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, Result};

use crate::build;
use crate::project::Project;
use crate::realm::{Programs, Realm};

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// 10,000 connections that say nothing.
    IdleSockets,
    /// 1,000 logins in 10 s while 100 play and 200 sessions a second are lost and taken up again.
    LoginStorm,
    /// 500 who stop reading beside 100 who go on.
    SlowReaders,
}

impl Measure {
    /// The command; what the host's start decides stands in braces.
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::IdleSockets => &["bots", "idle", "--url", "{url}", "--server-pid", "{pid}"],
            Self::SlowReaders => &[
                "bots",
                "slow-readers",
                "--url",
                "{url}",
                "--admin-url",
                "{admin}",
                "--server-pid",
                "{pid}",
            ],
            Self::LoginStorm => &[
                "bots",
                "login-storm",
                "--resumes",
                "200",
                "--url",
                "{url}",
                "--admin-url",
                "{admin}",
            ],
        }
    }
}

/// Runs it; whether it says that its target was met.
pub(super) fn run(project: &Project, what: Measure) -> Result<bool> {
    build::server(project)?;
    let server = project.target().join("release/massless");
    let programs = Programs { server, clients: 2, has_databases: false, keeps: false, disks: None };
    let mut realm = Realm::start(programs, Arc::new(AtomicBool::new(false)))?;
    realm.start_host(None)?.context("the host ended before it was ready")?;
    let is_met = realm.measure(what.arguments())?;
    if !is_met {
        eprintln!("{what:?} missed its target:\n{}", realm.words_of("measure"));
    }
    Ok(is_met)
}
