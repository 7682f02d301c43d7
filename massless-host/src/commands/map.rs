//! `massless map`: makes map files.

use std::path::PathBuf;

use clap::Subcommand;
use massless_core::content::generate;
use serde_json::json;

use super::report::{Outcome, Report, WrongUse, fields};

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a map like one of the default zones' from a seed. Equal seeds give equal files.
    Generate(Arguments),
}

/// Arguments of `map generate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which zone's plan: cinder-vale, mistwater-vale, briar-vale, oxbow-plain.
    #[arg(long, value_name = "NAME", default_value = "cinder-vale")]
    template: String,
    /// Seed of the map.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The file to write, such as maps/valley.map in a content set.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs what was asked for.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let Command::Generate(arguments) = command;
    let report = Report::start("map generate", arguments.seed);
    let template = generate::Template::named(&arguments.template).ok_or_else(|| {
        let names = generate::Template::ALL.map(generate::Template::name);
        let wanted = &arguments.template;
        WrongUse(format!("there is no template {wanted}; name one of {}", names.join(", ")))
    })?;
    let map = generate::map(template, arguments.seed);
    let bytes = map.encode();
    std::fs::write(&arguments.out, &bytes).map_err(|error| {
        let shown = arguments.out.display();
        WrongUse(format!("{shown} cannot be written ({error}); name another file with --out"))
    })?;
    let (extent, props) = (map.extent(), map.props().len());
    eprintln!("{} x {} m, {props} props, {} bytes", extent.x, extent.y, bytes.len());
    if arguments.json {
        let line = json!({
            "width": extent.x, "depth": extent.y, "props": props, "bytes": bytes.len(),
            "hash": blake3::hash(&bytes).to_string(),
        });
        report.print(Outcome::Met, fields(line));
    }
    Ok(Outcome::Met)
}
