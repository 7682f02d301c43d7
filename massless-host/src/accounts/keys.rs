//! The keys that sign access tokens, and all that are still believed.
//!
//! ```text
//! data/keys/<unix seconds>-<kid>.pem       private, mode 0600; signs, or will
//! data/keys/<unix seconds>-<kid>.pub.pem   its time is over; believed for another hour
//! data/keys/signing                        the kid of the one that signs
//! ```
//! Or from the environment: `JWT_PRIVATE_KEY` signs, every key in `JWT_PUBLIC_KEY` is believed too;
//! each may be a path instead (`JWT_PRIVATE_KEY_FILE`, `JWT_PUBLIC_KEY_FILE`). Files are looked at
//! again every few seconds and when a token names an unknown key, so keys change without a restart.
//! The `kid` is the RFC 7638 thumbprint of the public key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde_json::{Value, json};

use super::keyfolder;
use crate::limits::{KEYS_LOOK_PAUSE, KEYS_MISS_PAUSE, RSA_BYTES_MIN};

/// Why there are no keys. Its text is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// A file could not be read or written.
    #[error("the key file {} cannot be used: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The text holds no such key.
    #[error("{0} holds no RSA key of at least 2048 bits in PEM form")]
    NoKey(String),
    /// The system has no randomness, or there is no memory.
    #[error("no key pair could be made: {0}")]
    NotMade(String),
}

/// Where keys come from.
#[derive(Clone, Debug)]
pub(crate) enum KeySource {
    /// The folder `keys` of the data folder; a pair is made there when it has none.
    Folder(PathBuf),
    /// Given: a private key, and public ones that are believed beside its own.
    Given {
        /// What signs.
        private: Text,
        /// What else is believed.
        public: Option<Text>,
    },
}

/// A text that is given, or the file that holds it.
#[derive(Clone)]
pub(crate) enum Text {
    /// The text.
    Here(String),
    /// The file.
    File(PathBuf),
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here(_) => f.write_str("Here(..)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// All keys of a moment.
pub(crate) struct Keys {
    /// The name of the key that signs.
    pub(crate) kid: String,
    /// The key that signs.
    pub(crate) signing: EncodingKey,
    believed: BTreeMap<String, Believed>,
}

struct Believed {
    key: DecodingKey,
    jwk: Value,
}

impl Keys {
    /// Puts a private key and further public ones together.
    pub(super) fn new(private: &str, public: &[&str]) -> Result<Self, KeyError> {
        let missing = || KeyError::NoKey("the private key".to_owned());
        let signing = EncodingKey::from_rsa_pem(private.as_bytes()).map_err(|_| missing())?;
        let own = Jwk::from_encoding_key(&signing, Algorithm::RS256).map_err(|_| missing())?;
        let (kid, own) = believe(&own).ok_or_else(missing)?;
        let mut believed = BTreeMap::from([(kid.clone(), own)]);
        for text in public {
            believed.extend(public_keys(text)?);
        }
        Ok(Self { kid, signing, believed })
    }

    /// The key of that name, if it is believed.
    pub(crate) fn believed(&self, kid: &str) -> Option<&DecodingKey> {
        self.believed.get(kid).map(|believed| &believed.key)
    }

    /// All believed keys as a JSON Web Key Set.
    pub(crate) fn jwks(&self) -> Value {
        json!({ "keys": self.believed.values().map(|one| &one.jwk).collect::<Vec<_>>() })
    }

    /// Names of all believed keys.
    #[cfg(test)]
    pub(crate) fn kids(&self) -> impl Iterator<Item = &str> {
        self.believed.keys().map(String::as_str)
    }
}

/// A public key with its name; `None` for what is no RSA key or too short a one.
fn believe(jwk: &Jwk) -> Option<(String, Believed)> {
    let AlgorithmParameters::RSA(parts) = &jwk.algorithm else { return None };
    // Base64 carries 6 bits a letter.
    if parts.n.len() * 3 / 4 < RSA_BYTES_MIN {
        return None;
    }
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
    let key = DecodingKey::from_rsa_components(&parts.n, &parts.e).ok()?;
    let jwk = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": parts.n, "e": parts.e,
    });
    Some((kid, Believed { key, jwk }))
}

/// All public keys of a text that holds one after another.
fn public_keys(text: &str) -> Result<Vec<(String, Believed)>, KeyError> {
    let missing = || KeyError::NoKey("the public key".to_owned());
    let mut found = Vec::new();
    for block in text.split_inclusive("-----END PUBLIC KEY-----") {
        if block.trim().is_empty() {
            continue;
        }
        let key = DecodingKey::from_rsa_pem(block.trim().as_bytes()).map_err(|_| missing())?;
        let jwk = Jwk::from_decoding_key(&key, Some(Algorithm::RS256)).map_err(|_| missing())?;
        found.push(believe(&jwk).ok_or_else(missing)?);
    }
    Ok(found)
}

/// The keys of a host, looked at again when they may have changed.
pub(crate) struct KeyRing {
    source: KeySource,
    state: Mutex<Option<Looked>>,
}

struct Looked {
    keys: Arc<Keys>,
    at: Instant,
}

impl KeyRing {
    /// Keys from there. Nothing is read or made before the first use.
    pub(crate) const fn new(source: KeySource) -> Self {
        Self { source, state: Mutex::new(None) }
    }

    /// The keys as they are now.
    pub(crate) fn keys(&self) -> Result<Arc<Keys>, KeyError> {
        self.keys_since(KEYS_LOOK_PAUSE)
    }

    /// The keys, read again for a token whose key is unknown: it may be a moment old.
    pub(crate) fn keys_for_unknown(&self) -> Result<Arc<Keys>, KeyError> {
        self.keys_since(KEYS_MISS_PAUSE)
    }

    /// What was read less than `pause` ago, else what stands there now. Keys that cannot be read any
    /// more go on being used: a moment in which a file is exchanged logs nobody out.
    fn keys_since(&self, pause: Duration) -> Result<Arc<Keys>, KeyError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(looked) = &*state
            && (looked.at.elapsed() < pause || self.is_fixed())
        {
            return Ok(Arc::clone(&looked.keys));
        }
        let keys = match (self.read(), &*state) {
            (Ok(keys), _) => Arc::new(keys),
            (Err(error), Some(looked)) => {
                tracing::error!(%error, "the keys of before stay in use");
                Arc::clone(&looked.keys)
            }
            (Err(error), None) => return Err(error),
        };
        *state = Some(Looked { keys: Arc::clone(&keys), at: Instant::now() });
        Ok(keys)
    }

    fn is_fixed(&self) -> bool {
        let is_here = |text: &Text| matches!(text, Text::Here(_));
        match &self.source {
            KeySource::Folder(_) => false,
            KeySource::Given { private, public } => {
                is_here(private) && public.as_ref().is_none_or(is_here)
            }
        }
    }

    fn read(&self) -> Result<Keys, KeyError> {
        match &self.source {
            KeySource::Folder(folder) => keyfolder::read_or_make(folder),
            KeySource::Given { private, public } => {
                let private = private.read()?;
                let public = public.as_ref().map(Text::read).transpose()?;
                Keys::new(&private, public.as_deref().as_slice())
            }
        }
    }
}

impl Text {
    fn read(&self) -> Result<String, KeyError> {
        match self {
            // An environment often carries a PEM text in one line.
            Self::Here(text) => Ok(text.replace("\\n", "\n")),
            Self::File(path) => read_file(path),
        }
    }
}

pub(super) fn read_file(path: &Path) -> Result<String, KeyError> {
    std::fs::read_to_string(path).map_err(|error| KeyError::File { path: path.to_owned(), error })
}
