//! The repository's own files: what is built, fetched or recorded is left out.

use std::fs;
use std::path::{Path, PathBuf};

const FOREIGN_FOLDERS: [&str; 8] =
    [".git", "target", "node_modules", "dist", "data", "corpus", "artifacts", "test-output"];

/// A file with its text.
pub(crate) struct Source {
    /// Path from the repository's root, with `/`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

impl Source {
    /// The lines outside the file's own test module, without line comments, numbered from 1.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().map(|(number, line)| (number, line.split("//").next().unwrap_or_default()))
    }

    /// The lines before the file's own test module, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        self.text[..tests].lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Whether the file holds nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").expect("cargo runs the tests");
    Path::new(&manifest).parent().expect("the tool lies in the repository").to_owned()
}

/// All files with one of the endings, sorted by path.
pub(crate) fn sources(endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut sources: Vec<Source> = files(&root)
        .into_iter()
        .filter(|path| {
            path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
        })
        .map(|path| {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            Source { path: relative(&root, &path), text }
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!sources.is_empty(), "no files with the endings {endings:?}");
    sources
}

/// The path from the root, with `/`.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// All files below a folder but those of foreign folders.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folders can be read") {
        let entry = entry.expect("folders can be read");
        let kind = entry.file_type().expect("files have a type");
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() && !FOREIGN_FOLDERS.contains(&name.as_str()) {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}
