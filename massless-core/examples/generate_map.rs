//! Writes the map of Cinder Vale:
//! `cargo run -p massless-core --release --example generate_map -- FILE`.
//!
//! The committed file is `massless-core/content/maps/cinder-vale.map`; the test
//! `the_committed_map_is_what_the_generator_makes` compares them.

use std::process::ExitCode;

use massless_core::content::generate::{CINDER_VALE_SEED, cinder_vale};

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: generate_map FILE");
        return ExitCode::from(2);
    };
    let map = cinder_vale(CINDER_VALE_SEED);
    let bytes = map.encode();
    if let Err(error) = std::fs::write(&path, &bytes) {
        eprintln!("{path} cannot be written: {error}");
        return ExitCode::FAILURE;
    }
    println!("{path}: {} bytes, {} props", bytes.len(), map.props().len());
    ExitCode::SUCCESS
}
