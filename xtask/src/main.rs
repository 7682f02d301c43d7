//! The project tool: everything that is done to this repository, in one place, in Rust.
//!
//! It knows the folders and the programs that are run over them, and no crate of the project: it
//! must build when they do not. `cargo xtask help` lists its tasks.

mod build;
mod packages;
mod project;
mod shell;
mod wasm;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// What is done to the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build what is shipped: the browser's module, the client, the server.
    Build {
        /// Which part; all of them when absent.
        part: Option<build::Part>,
        /// How the WebAssembly target is had; the first that works when absent.
        #[arg(long)]
        route: Option<wasm::Route>,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let project = project::Project::open()?;
    match arguments.task {
        Task::Build { part, route } => build::run(&project, part, route),
    }
}
