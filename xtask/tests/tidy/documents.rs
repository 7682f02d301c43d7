//! Documents name only what exists: a map of a place that is gone misleads more than none.

use std::path::Path;

use crate::assert_none;
use crate::sources::{Source, files, relative, root, sources};

/// Folders that exist only after a build or a run; a document may speak of them.
const MADE: [&str; 5] =
    ["target/", "data/", "massless-client/dist", "massless-client/public", "dist/"];

/// Files that a document makes up to show how one is added, or that an operator writes.
const INVENTED: [&str; 8] = [
    "creatures/109-marsh-hare.ron",
    "effects/20-chilled.ron",
    "items/1090-halberd.ron",
    "items/3007-large-mana-draught.ron",
    "massless.toml",
    "quests/14-hares-for-the-pot.ron",
    "skills/403-frost-ring.ron",
    "zones/7-proving-ground.ron",
];

#[test]
fn documents_name_what_exists() {
    let root = root();
    let mut findings = Vec::new();
    let paths: Vec<String> =
        files(&root).iter().map(|path| format!("/{}", relative(&root, path))).collect();
    for document in sources(&["md"]) {
        let folder = root.join(&document.path);
        let folder = folder.parent().expect("a file lies in a folder");
        for name in names(&document) {
            let (inner, folder_inside) =
                (format!("/{name}"), format!("/{}/", name.trim_end_matches('/')));
            let known = MADE.iter().any(|made| name.starts_with(made))
                || INVENTED.contains(&name.as_str())
                || folder.join(&name).exists()
                || paths.iter().any(|path| path.ends_with(&inner) || path.contains(&folder_inside));
            if !known {
                findings.push(format!("{}: {name}", document.path));
            }
        }
    }
    assert_none("paths named in documents exist", &findings);
}

/// What the README shows as a whole program is the example that is compiled and run.
#[test]
fn the_readme_shows_the_first_example() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("the file exists");
    let example = read("examples/examples/01_zone_in_a_loop.rs");
    let code = &example[example.find("use ").expect("the example uses the core")..];
    assert!(read("README.md").contains(code.trim_end()), "README.md has another program");
}

/// Paths in backticks and targets of links.
fn names(document: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in document.text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        found.extend(
            line.split('`').skip(1).step_by(2).filter(|text| is_path(text)).map(String::from),
        );
        for link in line.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// Whether a piece of code is meant as a path of this repository.
fn is_path(text: &str) -> bool {
    let plain =
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-".contains(letter));
    let known = Path::new(text).extension().is_some_and(|ending| {
        ["md", "rs", "toml", "ron", "ts", "mlr"].iter().any(|known| ending == *known)
    });
    let folder = text.contains('/') && !text.starts_with('/') && !text.starts_with("application/");
    plain && text.len() > 3 && (known || folder) && !text.starts_with('.')
}

#[test]
fn paths_are_told_from_other_code() {
    assert!(is_path("massless-core/src/zone"));
    assert!(is_path("ARCHITECTURE.md"));
    assert!(!is_path("/api"));
    assert!(!is_path("Zone::step(&mut self)"));
    assert!(!is_path("cargo xtask test"));
}
