//! The fuzz bodies over the committed corpus: what was once found, or is worth trying, in every
//! run.

use std::fs;
use std::path::Path;

use massless_net::fuzz;

/// Runs a body over its folder in `fuzz/corpus`, each file whole and cut short.
fn run(name: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is committed") {
        let path = entry.expect("folders can be read").path();
        println!("{}", path.display());
        let bytes = fs::read(&path).expect("files can be read");
        body(&bytes);
        body(&bytes[..bytes.len() / 2]);
        count += 1;
    }
    assert!(count > 0, "no inputs in {}", folder.display());
}

#[test]
fn client_frames() {
    run("client_frame", fuzz::client_frame);
}

#[test]
fn server_frames() {
    run("server_frame", fuzz::server_frame);
}

#[test]
fn sessions() {
    run("session", fuzz::session);
}

#[test]
fn clients() {
    run("client", fuzz::client);
}
