//! Names the commit the binary was built from, for `/version` and the reports of the commands.

use std::process::Command;

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned()).filter(|line| !line.is_empty())
}

fn main() {
    println!("cargo:rerun-if-env-changed=MASSLESS_COMMIT");
    println!("cargo:rerun-if-changed=build.rs");
    let named = std::env::var("MASSLESS_COMMIT").ok();
    let commit = named.or_else(|| git(&["rev-parse", "--short=12", "HEAD"]));
    // Each commit moves the head's log, and only then is the name renewed.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && std::path::Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    println!("cargo:rustc-env=MASSLESS_COMMIT={}", commit.as_deref().unwrap_or("unknown"));
}
