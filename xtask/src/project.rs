//! Where things are: the repository's folders and cargo's target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;

/// The repository as this tool sees it.
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Finds the repository from the tool's own manifest and asks cargo for the target folder.
    pub(crate) fn open() -> Result<Self> {
        let manifest = std::env::var("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&manifest).parent().context("the tool lies in the repository")?;
        let mut project = Self { root: root.to_owned(), target: root.join("target") };
        let metadata = project.metadata()?;
        let target = metadata["target_directory"].as_str().context("cargo names a target")?;
        project.target = PathBuf::from(target);
        Ok(project)
    }

    /// What cargo knows about the workspace, without dependencies from registries.
    pub(crate) fn metadata(&self) -> Result<serde_json::Value> {
        let json = shell::output(
            Command::new(cargo())
                .args(["metadata", "--no-deps", "--format-version", "1"])
                .current_dir(&self.root),
        )?;
        Ok(serde_json::from_str(&json)?)
    }

    /// The commit that is checked out; "unknown" where there is no git.
    pub(crate) fn commit(&self) -> String {
        let asked = ["rev-parse", "--short=12", "HEAD"];
        let told = shell::output(Command::new("git").args(asked).current_dir(&self.root));
        told.map_or_else(|_| "unknown".to_owned(), |told| told.trim().to_owned())
    }

    /// The repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The folder of all that is built and can be thrown away.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// A cargo command at the repository's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        command.args(arguments).current_dir(&self.root);
        command
    }
}

/// The cargo that started this tool.
fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}
