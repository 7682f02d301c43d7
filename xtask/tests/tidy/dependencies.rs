//! Who may depend on whom, and on what. Read from `cargo metadata`, so no spelling escapes it.

use std::process::Command;

use serde_json::Value;

use crate::assert_none;
use crate::sources::root;

/// Which of the project's own crates each of them may depend on, tests included.
const OWN: [(&str, &[&str]); 9] = [
    ("massless-core", &[]),
    ("massless-net", &["massless-core"]),
    ("massless-store", &["massless-core", "massless-testbed"]),
    ("massless-testbed", &[]),
    ("massless-host", &["massless-core", "massless-net", "massless-store", "massless-testbed"]),
    ("massless-client-wasm", &["massless-core", "massless-net"]),
    ("massless-examples", &["massless-core", "massless-net"]),
    ("massless-bench", &["massless-core", "massless-net", "massless-store", "massless-testbed"]),
    ("xtask", &["massless-testbed"]),
];

/// House style S10: all that the core is built on.
const CORE: [&str; 8] =
    ["shipyard", "parry3d", "rayon", "wide", "libm", "thiserror", "serde", "ron"];
/// What the protocol is built on when no transport is asked for: tokens are signed with blake3,
/// names and chat are brought to one form of Unicode.
const NET: [&str; 5] =
    ["massless-core", "thiserror", "blake3", "unicode-normalization", "unicode-script"];

/// Licences that the project may be shipped with.
const LICENCES: [&str; 14] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT-0",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

fn metadata(arguments: &[&str]) -> Value {
    let output = Command::new(std::env::var("CARGO").expect("cargo runs the tests"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata["packages"].as_array().expect("a list of packages").iter()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn dependencies(package: &Value) -> impl Iterator<Item = &Value> {
    package["dependencies"].as_array().expect("a list of dependencies").iter()
}

#[test]
fn crates_look_in_one_direction() {
    let metadata = metadata(&["--no-deps"]);
    let own: Vec<&str> = packages(&metadata).map(|package| text(package, "name")).collect();
    let mut findings = Vec::new();
    for package in packages(&metadata) {
        let name = text(package, "name");
        let Some((_, allowed)) = OWN.iter().find(|(member, _)| *member == name) else {
            findings.push(format!("{name} has no line in this rule"));
            continue;
        };
        for dependency in dependencies(package) {
            let on = text(dependency, "name");
            if own.contains(&on) && !allowed.contains(&on) && on != name {
                findings.push(format!("{name} depends on {on}"));
            }
        }
    }
    assert_none("core <- net <- host; nobody depends on the host", &findings);
}

#[test]
fn the_core_has_eight_colleagues() {
    let metadata = metadata(&["--no-deps"]);
    let mut findings = Vec::new();
    for (name, allowed) in [("massless-core", &CORE[..]), ("massless-net", &NET[..])] {
        let package = packages(&metadata).find(|package| text(package, "name") == name);
        for dependency in dependencies(package.expect("the crate exists")) {
            let normal = dependency["kind"].is_null() && dependency["optional"] == false;
            if normal && !allowed.contains(&text(dependency, "name")) {
                findings.push(format!("{name} depends on {}", text(dependency, "name")));
            }
        }
    }
    assert_none("a dependency is a colleague: add it here with its reason", &findings);
}

/// House style L4: a second glam would silently lack `libm` and `scalar-math`. Asked of the tree
/// that is compiled: nalgebra, which the benchmarks bring, names others that it never uses.
#[test]
fn there_is_one_glam() {
    let output = Command::new(std::env::var("CARGO").expect("cargo runs the tests"))
        .args(["tree", "--workspace", "--locked", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let tree = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    let mut versions: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.strip_prefix("glam v"))
        .map(|version| version.trim_end_matches(" (*)"))
        .collect();
    versions.sort_unstable();
    versions.dedup();
    assert!(
        matches!(versions[..], [one] if one.starts_with("0.33.")),
        "versions of glam: {versions:?}"
    );
}

#[test]
fn every_dependency_may_be_shipped() {
    let metadata = metadata(&[]);
    let findings: Vec<String> = packages(&metadata)
        .filter(|package| !is_allowed(text(package, "license")))
        .map(|package| format!("{}: {}", text(package, "name"), text(package, "license")))
        .collect();
    assert_none("licences that nobody has agreed to (deny.toml says the same)", &findings);
}

/// Whether an SPDX expression leaves a choice of allowed licences only.
fn is_allowed(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], " ").replace('/', " OR ");
    !plain.trim().is_empty()
        && plain
            .split(" AND ")
            .all(|part| part.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())))
}

#[test]
fn licences_are_read_right() {
    assert!(is_allowed("MIT OR Apache-2.0"));
    assert!(is_allowed("MIT/Apache-2.0"));
    assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(is_allowed("GPL-3.0 OR MIT"));
    assert!(!is_allowed("GPL-3.0"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed(""));
}
