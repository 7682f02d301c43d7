//! The project tool: everything that is done to this repository, in one place, in Rust.
//!
//! It knows the folders and the programs that are run over them, and no crate of the project but the
//! private servers and bad links of its tests: it must build when the others do not. `cargo xtask help` lists its tasks.

mod api;
mod autobahn;
mod bench;
mod build;
mod clients;
mod containers;
mod coverage;
mod db;
mod deploy;
mod dev;
mod draw;
mod drill;
mod faults;
mod gate;
mod kill;
mod link;
mod lint;
mod outside;
mod packages;
mod project;
mod realm;
mod running;
mod shell;
mod verdict;
mod wasm;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};

/// What is done to the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Play and work: build what is missing, start the server, build again on every change.
    Dev {
        /// Only one side of the game.
        side: Option<dev::Side>,
        /// Further arguments for `massless serve`.
        #[arg(last = true)]
        serve: Vec<String>,
    },
    /// Build what is shipped: the browser's module, the client, the server.
    Build {
        /// Which part; all of them when absent.
        part: Option<build::Part>,
        /// How the WebAssembly target is had; the first that works when absent.
        #[arg(long)]
        route: Option<wasm::Route>,
    },
    /// Check everything: lints, types, and every test in Rust, WebAssembly and the browser.
    Test {
        /// Only a part of it.
        part: Option<TestPart>,
        /// Only the steps whose name contains this.
        #[arg(long, conflicts_with = "part")]
        only: Option<String>,
    },
    /// Which lines the tests run through, part by part.
    Coverage {
        #[command(flatten)]
        arguments: coverage::Arguments,
    },
    /// Form and lints of both languages.
    Lint,
    /// Types of both languages, without building.
    Typecheck,
    /// The house rules about files, folders and dependencies.
    Tidy,
    /// All that a change must pass: every test, then everything that is shipped.
    Ci,
    /// The development database: migrate, seed, verify, studio, reset.
    Db {
        #[command(subcommand)]
        task: db::Task,
    },
    /// Hold the interface of the real server against its own description, with schemathesis.
    ApiTest {
        #[command(flatten)]
        arguments: api::Arguments,
    },
    /// Run Autobahn's cases for WebSockets against the game port's echo.
    Autobahn {
        #[command(flatten)]
        arguments: autobahn::Arguments,
    },
    /// Kill host, PostgreSQL and Redis while bots do business, and prove that nothing was lost.
    KillTest {
        #[command(flatten)]
        arguments: kill::Arguments,
    },
    /// Put a bad link before a server: delay, jitter, loss, doubles, reordering, rate, cuts, by a seed.
    Link {
        #[command(flatten)]
        arguments: link::Arguments,
    },
    /// Do what an operator fears to the real programs under load, and tell how bad it was.
    Drill {
        #[command(flatten)]
        arguments: drill::Arguments,
    },
    /// Build the images and run the compositions, with an engine and stand-ins of this machine's own; needs root.
    Containers {
        #[command(flatten)]
        arguments: containers::Arguments,
    },
    /// The table of faults: run what proves each row's promise, and say what is not covered.
    Faults {
        /// Only these rows, such as F4,F11; nothing is said of the others.
        #[arg(long, value_name = "LIST", value_delimiter = ',')]
        only: Vec<String>,
        /// End with one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Measure, each value beside its target; fails when one is missed.
    Bench {
        /// Name of the benchmark and its options; all benchmarks when absent.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TestPart {
    /// Tests in debug of both languages: no release build, no browser.
    Unit,
    /// The same, again on every change of a source.
    Watch,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let project = project::Project::open()?;
    match arguments.task {
        Task::Build { part, route } => build::run(&project, part, route),
        Task::Dev { side, serve } => dev::run(&project, side, &serve),
        Task::Test { part: None, only } => gate::whole(&project, only.as_deref()),
        Task::Test { part: Some(TestPart::Unit), .. } => gate::run(&project, &gate::UNIT),
        Task::Test { part: Some(TestPart::Watch), .. } => dev::watch_tests(&project),
        Task::Coverage { arguments } => coverage::run(&project, &arguments),
        Task::Lint => gate::run(&project, &gate::LINT),
        Task::Typecheck => gate::run(&project, &gate::TYPECHECK),
        Task::Tidy => gate::run(&project, &[("tidy", gate::tidy)]),
        Task::Ci => {
            gate::whole(&project, None)?;
            build::run(&project, None, None)
        }
        Task::Db { task } => db::run(&project, &task),
        Task::ApiTest { arguments } => {
            let verdict = api::run(&project, &arguments)?;
            std::process::exit(verdict as i32);
        }
        Task::Autobahn { arguments } => {
            let verdict = autobahn::run(&project, &arguments)?;
            std::process::exit(verdict as i32);
        }
        Task::KillTest { arguments } => {
            let verdict = kill::run(&project, &arguments)?;
            std::process::exit(verdict as i32);
        }
        Task::Link { arguments } => link::run(&arguments),
        Task::Drill { arguments } => {
            let verdict = drill::run(&project, &arguments)?;
            std::process::exit(verdict as i32);
        }
        Task::Containers { arguments } => {
            let verdict = containers::run(&project, &arguments)?;
            std::process::exit(verdict as i32);
        }
        Task::Faults { only, json } => {
            let is_good = faults::run(&project, &only, json)?;
            std::process::exit(i32::from(!is_good));
        }
        Task::Bench { arguments } => bench::run(&project, &arguments),
    }
}
