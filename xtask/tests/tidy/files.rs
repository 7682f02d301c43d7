//! Rules about whole files: their heads, their lengths, what may be committed at all.

use crate::assert_none;
use crate::sources::{files, relative, root, sources};

/// House style S1: lines of a file without its tests.
const LINES_MAX: usize = 500;
/// Longer files, each with its reason.
const LONGER: [(&str, &str); 1] = [(
    "massless-store/src/schema.rs",
    "printed from the databases' catalogs: a table is eight lines",
)];

#[test]
fn every_source_opens_with_what_it_is() {
    let findings: Vec<String> = sources(&["rs"])
        .iter()
        .filter(|source| {
            !source.text.starts_with("//!") && !source.text.starts_with("#![doc = include_str!")
        })
        .map(|source| source.path.clone())
        .collect();
    assert_none("a source opens with `//!`: what it is, what it refuses to know", &findings);
}

#[test]
fn no_source_is_too_long() {
    let findings: Vec<String> = sources(&["rs", "ts"])
        .iter()
        .filter(|source| !source.is_test() && LONGER.iter().all(|(path, _)| *path != source.path))
        .map(|source| (source, source.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(source, lines)| format!("{}: {lines} lines", source.path))
        .collect();
    assert_none("a source has at most 500 lines without its tests: split it by subject", &findings);
}

#[test]
fn nothing_built_lies_among_the_sources() {
    let root = root();
    let findings: Vec<String> = files(&root)
        .iter()
        .map(|path| relative(&root, path))
        .filter(|path| path != "massless-client/public/massless.wasm")
        .filter(|path| [".wasm", ".rlib", ".so"].iter().any(|ending| path.ends_with(ending)))
        .collect();
    assert_none("compiled files are never committed", &findings);
}

#[test]
fn lock_files_name_no_address() {
    let findings: Vec<String> = sources(&["json"])
        .iter()
        .filter(|source| source.path.ends_with("package-lock.json"))
        .filter(|source| {
            // A package of the repository's own is resolved to its folder.
            let mut lines = source.text.lines();
            lines.any(|line| line.contains("\"resolved\"") && line.contains("://"))
        })
        .map(|source| source.path.clone())
        .collect();
    assert_none("a lock file holds versions and digests, no addresses", &findings);
}

#[test]
fn no_source_is_left_unfinished() {
    let marks = ["todo!(", "unimplemented!(", "#[ignore", "dbg!(", "FIXME", "XXX"];
    let mut findings = Vec::new();
    for source in sources(&["rs", "ts"]) {
        if source.path == "xtask/tests/tidy/files.rs" {
            continue;
        }
        for (index, line) in source.text.lines().enumerate() {
            if line.ends_with(RUN_BY_FAULTS) {
                continue;
            }
            for mark in marks.iter().filter(|mark| line.contains(**mark)) {
                findings.push(format!("{}:{}: {mark}", source.path, index + 1));
            }
        }
    }
    assert_none("nothing is left for later inside the code", &findings);
}

/// How the line ends that leaves a slow test to the table of faults.
const RUN_BY_FAULTS: &str = ": run by cargo xtask faults\"]";

#[test]
fn what_is_left_to_the_table_of_faults_stands_in_it() {
    let all = sources(&["rs"]);
    let table = all.iter().find(|source| source.path == "xtask/src/faults/rows.rs");
    let table = &table.expect("the table").text;
    let mut findings = Vec::new();
    for source in all.iter().filter(|source| source.path.contains("/tests/")) {
        let mut parts = source.text.split(RUN_BY_FAULTS);
        parts.next();
        for part in parts.filter(|_| source.path != "xtask/tests/tidy/files.rs") {
            let name = part.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
            let name = name.unwrap_or_default();
            if !table.contains(&format!("\"{name}\"")) {
                findings.push(format!("{}: {name}", source.path));
            }
        }
    }
    assert_none("a test that no run of the gate takes is taken by the faults", &findings);
}
