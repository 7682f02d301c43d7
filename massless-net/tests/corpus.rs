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

#[test]
fn exchanges() {
    run("exchange", fuzz::exchange);
}

#[test]
fn states() {
    run("states", fuzz::states);
}

/// The corpora begin with the seeds, as they are made now. `WRITE_SEEDS=1` writes them.
#[test]
fn the_seeds_of_sequences_are_in_their_corpora() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (body, name, bytes) in fuzz::sequence_seeds() {
        let path = corpus.join(body).join(name);
        if std::env::var_os("WRITE_SEEDS").is_some() {
            fs::create_dir_all(corpus.join(body)).expect("a folder");
            fs::write(&path, &bytes).expect("it writes");
        }
        let kept = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(kept, bytes, "{}", path.display());
    }
}
