//! The fuzz bodies over the committed corpus: what was once found, or is worth trying, in every
//! run.

use std::fs;
use std::path::Path;

use massless_core::fuzz;

/// Runs a body over its folder in `fuzz/corpus`.
fn run(name: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is committed") {
        let path = entry.expect("folders can be read").path();
        println!("{}", path.display());
        body(&fs::read(&path).expect("files can be read"));
        count += 1;
    }
    assert!(count > 0, "no inputs in {}", folder.display());
}

#[test]
fn logs() {
    run("log", fuzz::log);
}

#[test]
fn snapshots() {
    run("snapshot", fuzz::snapshot);
}

#[test]
fn content_sets() {
    run("content", fuzz::content);
}

#[test]
fn command_sequences() {
    run("commands", fuzz::commands);
}

#[test]
fn acts() {
    run("acts", fuzz::acts);
}

#[test]
fn refused_acts() {
    run("refused_act", fuzz::refused_act);
}
