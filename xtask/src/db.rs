//! `cargo xtask db`: the development database, by the server's own commands.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Subcommand;

use crate::project::Project;
use crate::{build, shell};

/// What is done to the database.
#[derive(Subcommand)]
pub(crate) enum Task {
    /// Bring it to what this build needs.
    Migrate,
    /// Fill it with made-up players.
    Seed {
        /// How many.
        #[arg(long, default_value_t = 100)]
        players: u32,
        /// The same seed makes the same players.
        #[arg(long, default_value_t = 42)]
        seed: u64,
    },
    /// Prove that nothing was created or destroyed outside of a named source or sink.
    Verify,
    /// Browse the tables, read only, in the web browser.
    Studio,
    /// Throw the embedded development database away. Refuses when DATABASE_URL names another.
    Reset,
}

/// Does it with the database that DATABASE_URL names, else with `data/massless.db`.
pub(crate) fn run(project: &Project, task: &Task) -> Result<()> {
    match task {
        Task::Migrate => massless(project, &["migrate"]),
        Task::Seed { players, seed } => {
            let (players, seed) = (players.to_string(), seed.to_string());
            massless(project, &["seed", "--players", &players, "--seed", &seed])
        }
        Task::Verify => massless(project, &["verify"]),
        Task::Studio => massless(project, &["studio"]),
        Task::Reset => reset(&project.path("data")),
    }
}

fn massless(project: &Project, arguments: &[&str]) -> Result<()> {
    build::server(project)?;
    let data = project.path("data");
    std::fs::create_dir_all(&data).context("the data folder cannot be made")?;
    shell::run(
        Command::new(project.target().join("release/massless"))
            .args(arguments)
            .arg("--data")
            .arg(data)
            .current_dir(project.root()),
    )
}

fn reset(data: &Path) -> Result<()> {
    for name in ["DATABASE_URL", "DATABASE_URL_FILE"] {
        if std::env::var_os(name).is_some() {
            bail!("{name} is set: only the embedded database in data/ is thrown away like this");
        }
    }
    for name in ["massless.db", "massless.db-wal", "massless.db-shm"] {
        match std::fs::remove_file(data.join(name)) {
            Ok(()) => println!("removed {name}"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context(name),
        }
    }
    Ok(())
}
