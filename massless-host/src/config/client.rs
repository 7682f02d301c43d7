//! Section `client`: where the browser client's built files are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The browser client's files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Client {
    /// Folder with `index.html`. `MASSLESS_CLIENT_DIR`; empty looks for `massless-client/dist` in
    /// the working folder and beside the program's source tree.
    pub(crate) dir: Option<PathBuf>,
}

impl Client {
    /// The folder to serve: the configured one, else the first place that holds an `index.html`.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        if let Some(dir) = &self.dir {
            return dir.join("index.html").is_file().then(|| dir.clone());
        }
        let mut places = vec![PathBuf::from("massless-client/dist"), PathBuf::from("client")];
        if let Ok(program) = std::env::current_exe() {
            // target/release/massless: the source tree is two or three folders up.
            for folder in program.ancestors().skip(1).take(3) {
                places.push(folder.join("massless-client/dist"));
                places.push(folder.join("client"));
            }
        }
        places.into_iter().find(|place| place.join("index.html").is_file())
    }
}
