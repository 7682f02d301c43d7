//! Two builds with an update between them: one of an older commit as it was, one of this commit.
//!
//! Each is compiled from a checkout of its own. An update that is worth a drill has a migration, a change of the
//! content and a step of the wire's version; what lies not between the two commits by itself is put into the
//! newer one's checkout as a small change of its sources. The older build is never touched, so what is proven is
//! that what runs out there can be updated. What really differs is asked of the running hosts afterwards.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::project::Project;
use crate::shell;

const MIGRATIONS: &str = "migrations/postgres";
const CONTENT: &str = "massless-core/content";
const WIRE: &str = "massless-net/src/wire/version.rs";
const VERSION: &str = "pub const PROTOCOL_VERSION: u16 = ";
/// An item that every set has, and what is changed of it.
const ITEM: &str = "massless-core/content/items/1010-longsword.ron";
const DESCRIPTION: &str = "description: \"";
/// The migration that is put in: it expands, as every migration of a rolling update has to.
const MIGRATION: &str = "2099-01-01-000001_drill";
const UP: &str = "ALTER TABLE account ADD COLUMN drill_note TEXT;\n\
    CREATE TABLE drill_step (id BIGINT PRIMARY KEY, note TEXT NOT NULL);\n";
const DOWN: &str = "DROP TABLE drill_step;\nALTER TABLE account DROP COLUMN drill_note;\n";

/// A server's program and where it comes from.
#[derive(Debug)]
pub(super) struct Build {
    /// The commit.
    pub(super) commit: String,
    /// The program.
    pub(super) server: PathBuf,
}

/// The builds of an update.
#[derive(Debug)]
pub(super) struct Builds {
    /// What runs before the update.
    pub(super) old: Build,
    /// What it is updated to.
    pub(super) new: Build,
    /// Which steps were put into the newer one, because the commits have none between them.
    pub(super) put_in: Vec<Step>,
}

/// What an update can bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Migration,
    Content,
    Wire,
}

impl Step {
    /// Its name in the report.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Migration => "migration",
            Self::Content => "content",
            Self::Wire => "wire",
        }
    }
}

/// Builds both, or takes what an earlier drill has built of the same.
pub(super) fn of(project: &Project, from: Option<&str>) -> Result<Builds> {
    let old = commit(project, from.unwrap_or("HEAD~1"))?;
    let new = commit(project, "HEAD")?;
    ensure!(old != new, "the older commit is this one; name another with --from");
    if !git(project, &["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
        eprintln!(
            "there are changes that no commit has: the newer build is of {new}, without them"
        );
    }
    let put_in = missing(project, &old, &new)?;
    Ok(Builds { old: build(project, &old, &[])?, new: build(project, &new, &put_in)?, put_in })
}

fn git(project: &Project, words: &[&str]) -> Result<String> {
    let told = shell::output(Command::new("git").args(words).current_dir(project.root()));
    Ok(told.context("the update drill needs a git checkout")?.trim().to_owned())
}

fn commit(project: &Project, name: &str) -> Result<String> {
    let asked = ["rev-parse", "--short=12", "--verify", &format!("{name}^{{commit}}")];
    git(project, &asked).with_context(|| format!("there is no commit {name} here"))
}

/// The steps that do not lie between the two commits.
fn missing(project: &Project, old: &str, new: &str) -> Result<Vec<Step>> {
    let list = |commit: &str| -> Result<BTreeSet<String>> {
        let text = git(project, &["ls-tree", "--name-only", &format!("{commit}:{MIGRATIONS}")])?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    let version = |commit: &str| -> Result<u16> {
        wire_version(&git(project, &["show", &format!("{commit}:{WIRE}")])?)
    };
    let content = git(project, &["diff", "--name-only", old, new, "--", CONTENT])?;
    let mut steps = Vec::new();
    if list(new)?.difference(&list(old)?).next().is_none() {
        steps.push(Step::Migration);
    }
    if content.is_empty() {
        steps.push(Step::Content);
    }
    if version(new)? <= version(old)? {
        steps.push(Step::Wire);
    }
    Ok(steps)
}

fn wire_version(text: &str) -> Result<u16> {
    let line = text.lines().find_map(|line| line.strip_prefix(VERSION));
    let number = line.and_then(|line| line.strip_suffix(';'));
    number.and_then(|number| number.parse().ok()).with_context(|| format!("{WIRE} has no version"))
}

/// Compiles a commit with these steps put in, unless that was done before.
fn build(project: &Project, commit: &str, steps: &[Step]) -> Result<Build> {
    let words = steps.iter().map(|step| format!("+{}", step.word())).collect::<String>();
    let name = format!("{commit}{words}");
    let folder = project.target().join("drill");
    let server = folder.join(&name).join("massless");
    if server.is_file() {
        return Ok(Build { commit: name, server });
    }
    // One place for all of them: what cargo keeps of one is overwritten by the next.
    let tree = folder.join("tree");
    let tree_name = tree.to_str().context("a plain path")?;
    if tree.exists() {
        let _ = git(project, &["worktree", "remove", "--force", tree_name]);
    }
    git(project, &["worktree", "prune"])?;
    git(project, &["worktree", "add", "--detach", "--force", tree_name, commit])?;
    let built = steps
        .iter()
        .try_for_each(|step| put_in(&tree, *step))
        .and_then(|()| compile(project, &tree, &name))
        .and_then(|()| {
            std::fs::create_dir_all(folder.join(&name))?;
            let draft = server.with_extension("draft");
            std::fs::copy(project.target().join("release/massless"), &draft)?;
            Ok(std::fs::rename(draft, &server)?)
        });
    let _ = git(project, &["worktree", "remove", "--force", tree_name]);
    built.with_context(|| format!("the build of {name}"))?;
    let told = shell::output(Command::new(&server).arg("--version"));
    told.with_context(|| format!("the build of {name} does not start"))?;
    Ok(Build { commit: name, server })
}

/// With the target folder of this checkout: the dependencies are the same, and compiled already.
fn compile(project: &Project, tree: &Path, name: &str) -> Result<()> {
    let mut cargo =
        project.cargo(&["build", "--release", "--locked", "--package", "massless-host"]);
    cargo.current_dir(tree).env("CARGO_TARGET_DIR", project.target()).env("MASSLESS_COMMIT", name);
    shell::run(&mut cargo)
}

fn put_in(tree: &Path, step: Step) -> Result<()> {
    match step {
        Step::Migration => {
            for engine in ["postgres", "sqlite"] {
                let folder = tree.join("migrations").join(engine).join(MIGRATION);
                std::fs::create_dir_all(&folder)?;
                std::fs::write(folder.join("up.sql"), UP)?;
                std::fs::write(folder.join("down.sql"), DOWN)?;
            }
            Ok(())
        }
        Step::Content => change(&tree.join(ITEM), |text| {
            let changed = text.replacen(DESCRIPTION, "description: \"Newly forged. ", 1);
            Ok(changed)
        }),
        Step::Wire => change(&tree.join(WIRE), |text| {
            let version = wire_version(text)?;
            let next = format!("{VERSION}{};", version + 1);
            Ok(text.replacen(&format!("{VERSION}{version};"), &next, 1))
        }),
    }
}

fn change(path: &Path, change: impl FnOnce(&str) -> Result<String>) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let changed = change(&text)?;
    ensure!(changed != text, "{} has nothing to change", path.display());
    Ok(std::fs::write(path, changed)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_finds_what_it_changes() {
        let project = Project::open().expect("the repository");
        let tree = tempfile::tempdir().expect("a folder");
        for file in [ITEM, WIRE] {
            let copy = tree.path().join(file);
            std::fs::create_dir_all(copy.parent().expect("a folder")).expect("it is made");
            std::fs::copy(project.path(file), copy).expect("the file is there");
        }
        for step in [Step::Migration, Step::Content, Step::Wire] {
            put_in(tree.path(), step).expect("it is put in");
        }
        let version = |root: &Path| {
            let text = std::fs::read_to_string(root.join(WIRE)).expect("it reads");
            wire_version(&text).expect("a version")
        };
        assert_eq!(version(tree.path()), version(project.root()) + 1);
        assert!(tree.path().join(MIGRATIONS).join(MIGRATION).join("up.sql").is_file());
    }
}
