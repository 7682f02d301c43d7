//! The built-in set is the folder `content`, file by file.

use std::path::{Path, PathBuf};

use massless_core::content::Content;

/// All files under a folder.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let (folders, mut files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_under(folder)));
    files
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut found: Vec<String> = files_under(&folder)
        .iter()
        .map(|path| path.strip_prefix(&folder).expect("it was found there"))
        .map(|path| path.to_str().expect("plain names").replace('\\', "/"))
        .collect();
    found.sort();
    let mut built_in: Vec<&str> = Content::embedded_files().iter().map(|file| file.path).collect();
    built_in.sort_unstable();
    assert_eq!(found, built_in, "list new files in src/content/embedded.rs");
}
