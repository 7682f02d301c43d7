//! Section `content`: which definitions the zones are made of.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the definitions come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ContentSource {
    /// Folder of a content set. `MASSLESS_CONTENT_DIR`; empty takes the one built in.
    pub(crate) dir: Option<PathBuf>,
}
