//! What later steps of the gate need in release, compiled beside the first ones.
//!
//! Tests wait often: for servers, clocks, one long test. At the lowest priority the compiler takes what they
//! leave. Nothing rests on it: a step builds what it needs by itself, and finds it done.

use std::process::Command;
use std::thread::JoinHandle;

use crate::project::Project;
use crate::shell;

/// A build that goes on in the background.
pub(crate) struct Ahead(JoinHandle<()>);

impl Ahead {
    /// Begins with the browser's module, then goes on with each of these builds.
    pub(crate) fn start(project: &Project, builds: &[Vec<&'static str>]) -> Self {
        let this = std::env::current_exe().map(Command::new);
        let module = this.map(|mut tool| {
            tool.args(["build", "wasm"]).current_dir(project.root());
            tool
        });
        let cargo = builds.iter().map(|arguments| project.cargo(arguments));
        let mut commands: Vec<_> = module.into_iter().chain(cargo).map(|it| nice(&it)).collect();
        Self(std::thread::spawn(move || {
            for command in &mut commands {
                if let Err(error) = shell::run(command) {
                    println!("  built ahead: {error:#}; the step that needs it tries again");
                }
            }
        }))
    }

    /// Waits for what is left.
    pub(crate) fn finish(self) {
        let _ = self.0.join();
    }
}

/// The same command, behind everybody else.
fn nice(command: &Command) -> Command {
    let mut nice = Command::new("nice");
    nice.args(["-n", "19"]).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        nice.current_dir(folder);
    }
    nice
}
