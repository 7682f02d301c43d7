//! Fetches the definitions: those built in, or a folder read into memory and handed to the core.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use massless_core::content::error::ContentErrors;
use massless_core::content::{Content, SourceFile};

use crate::commands::WrongUse;
use crate::config::ContentSource;

/// Files of a content set. More is a wrong folder.
const FILES_MAX: usize = 4_096;

/// Loads the configured content; what is wrong with it is the whole error.
pub(crate) fn load(source: &ContentSource) -> anyhow::Result<Arc<Content>> {
    match &source.dir {
        None => Ok(Content::embedded()),
        Some(folder) => load_folder(folder),
    }
}

/// Loads the content set in `folder`.
pub(crate) fn load_folder(folder: &Path) -> anyhow::Result<Arc<Content>> {
    let loaded = try_load_folder(folder)?;
    Ok(loaded.map_err(|errors| WrongUse(format!("{}: {errors}", folder.display())))?)
}

/// Loads the content set in `folder`; what is wrong with it is the inner error.
pub(crate) fn try_load_folder(
    folder: &Path,
) -> anyhow::Result<Result<Arc<Content>, ContentErrors>> {
    let mut paths = Vec::new();
    collect(folder, &mut paths).map_err(|error| {
        WrongUse(format!(
            "the content folder {} cannot be read ({error}); name another one with --content",
            folder.display()
        ))
    })?;
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let relative = path.strip_prefix(folder).expect("it was found under the folder");
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        files.push((parts.join("/"), fs::read(&path)?));
    }
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    Ok(Content::load(&sources).map(Arc::new))
}

/// All `.ron` and `.map` files under `folder`.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|kind| kind == "ron" || kind == "map") {
            paths.push(path);
        }
        if paths.len() > FILES_MAX {
            let text = format!("it holds more than {FILES_MAX} files");
            return Err(std::io::Error::other(text));
        }
    }
    Ok(())
}
