//! The house rules that a machine can check, as tests.
//!
//! What the compiler, clippy and eslint can say is left to them; here stand the rules about files,
//! folders and who may use whom. Every finding names its file, so the message is the way out.

mod dependencies;
mod documents;
mod files;
mod rules;
mod sources;

/// Fails with all findings at once, one a line.
fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}\n", findings.join("\n  "));
}
