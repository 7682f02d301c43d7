//! Writes the maps of the default content:
//! `cargo run -p massless-core --release --example generate_map -- massless-core/content/maps`.
//!
//! The test `the_committed_maps_are_what_the_generator_makes` compares them.

use std::path::Path;
use std::process::ExitCode;

use massless_core::content::generate::{Template, map};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: generate_map FOLDER");
        return ExitCode::from(2);
    };
    for template in Template::ALL {
        let map = map(template, template.seed());
        let path = Path::new(&folder).join(format!("{}.map", template.name()));
        let bytes = map.encode();
        if let Err(error) = std::fs::write(&path, &bytes) {
            eprintln!("{} cannot be written: {error}", path.display());
            return ExitCode::FAILURE;
        }
        println!("{}: {} bytes, {} props", path.display(), bytes.len(), map.props().len());
    }
    ExitCode::SUCCESS
}
