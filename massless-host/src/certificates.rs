//! What the game's UDP port proves to be, and who has to know: certificates of the host's own that turn
//! every few days, or a public one whose file is looked at again.
//!
//! ```text
//! made --4 days--> shown --4 days--> gone        (good for 13 days; browsers allow 14)
//! ```
//! Players are told the hashes of the one that is shown and of the next one, so nobody who was told a moment
//! ago is turned away when they turn.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use massless_net::transport::certificate::{CertificateError, CertificateHash, Identity};
use massless_net::transport::quic::QuicHandle;

use crate::clock;
use crate::config::Quic;

/// Seconds that a certificate of our own is the next one, and then again the shown one.
const TURN_SECONDS: u64 = 4 * 86_400;
/// Seconds that the clock may run backwards before all are made anew.
const BACKWARDS_SECONDS: u64 = 6 * 3_600;
/// Time between two looks.
const LOOK_PAUSE: Duration = Duration::from_secs(3_600);

/// The hashes that players are told; none for a public certificate.
pub(crate) type Hashes = Arc<Mutex<Vec<CertificateHash>>>;

/// Certificates, now and next.
pub(crate) struct Certificates {
    source: Source,
    hashes: Hashes,
}

enum Source {
    Own(Own),
    Files { chain: PathBuf, key: PathBuf, read: [Vec<u8>; 2], identity: Identity },
}

/// Certificates of the host's own.
struct Own {
    shown: Identity,
    shown_since: u64,
    next: Identity,
    next_since: u64,
}

impl Own {
    fn new(now: u64) -> Result<Self, CertificateError> {
        let (shown, next) = (Identity::self_made(now)?, Identity::self_made(now)?);
        Ok(Self { shown, shown_since: now, next, next_since: now })
    }

    /// Turns them if it is time; whether it was.
    fn turn(&mut self, now: u64) -> Result<bool, CertificateError> {
        let is_backwards = now + BACKWARDS_SECONDS < self.shown_since;
        // The host slept: the next one is too old to be shown for long.
        let is_stale = now.saturating_sub(self.next_since) > 2 * TURN_SECONDS;
        if is_backwards || is_stale {
            *self = Self::new(now)?;
            return Ok(true);
        }
        if now.saturating_sub(self.shown_since) < TURN_SECONDS {
            return Ok(false);
        }
        let next = Identity::self_made(now)?;
        self.shown = std::mem::replace(&mut self.next, next);
        (self.shown_since, self.next_since) = (now, now);
        Ok(true)
    }

    fn hashes(&self) -> Vec<CertificateHash> {
        [&self.shown, &self.next].into_iter().filter_map(Identity::hash).collect()
    }
}

impl Certificates {
    /// Reads or makes them.
    pub(crate) fn open(config: &Quic) -> anyhow::Result<Self> {
        let source = match (&config.certificate_file, &config.key_file) {
            (Some(chain), Some(key)) => read(chain.into(), key.into())?,
            _ => Source::Own(Own::new(now())?),
        };
        let certificates = Self { source, hashes: Hashes::default() };
        certificates.tell();
        Ok(certificates)
    }

    /// The one that is shown.
    pub(crate) const fn shown(&self) -> &Identity {
        match &self.source {
            Source::Own(own) => &own.shown,
            Source::Files { identity, .. } => identity,
        }
    }

    /// What players are told; it changes when they turn.
    pub(crate) fn hashes(&self) -> Hashes {
        Arc::clone(&self.hashes)
    }

    fn tell(&self) {
        if let Source::Own(own) = &self.source {
            *self.hashes.lock().unwrap_or_else(PoisonError::into_inner) = own.hashes();
        }
    }

    /// Turns them or reads them again; whether others are shown now.
    fn look(&mut self) -> anyhow::Result<bool> {
        match &mut self.source {
            Source::Own(own) => Ok(own.turn(now())?),
            Source::Files { chain, key, read: before, .. } => {
                let fresh = read(chain.clone(), key.clone())?;
                let is_other = matches!(&fresh, Source::Files { read, .. } if read != before);
                if is_other {
                    self.source = fresh;
                }
                Ok(is_other)
            }
        }
    }

    /// Looks after them as long as it runs.
    pub(crate) async fn keep(mut self, port: QuicHandle) {
        loop {
            tokio::time::sleep(LOOK_PAUSE).await;
            let looked = self.look().and_then(|is_other| {
                if is_other {
                    // Told before it is shown: who asks in between knows both.
                    self.tell();
                    port.set_identity(self.shown())?;
                    tracing::info!("the game's UDP port shows another certificate");
                }
                Ok(())
            });
            if let Err(error) = looked {
                tracing::error!("the certificate of before stays: {error:#}");
            }
        }
    }
}

fn read(chain: PathBuf, key: PathBuf) -> anyhow::Result<Source> {
    let bytes = |path: &PathBuf, name: &str| {
        std::fs::read(path).with_context(|| format!("{} ({name}) cannot be read", path.display()))
    };
    let read = [bytes(&chain, "quic.certificate_file")?, bytes(&key, "quic.key_file")?];
    let identity = Identity::from_pem(&read[0], &read[1])
        .with_context(|| format!("{} and {}", chain.display(), key.display()))?;
    Ok(Source::Files { chain, key, read, identity })
}

fn now() -> u64 {
    clock::unix_millis() / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_800_000_000;

    #[test]
    fn who_was_told_is_let_in_for_days() {
        let mut own = Own::new(START).expect("randomness");
        let mut told = own.hashes();
        for hour in 1..24 * 60 {
            let now = START + hour * 3_600;
            if own.turn(now).expect("randomness") {
                let shown = own.shown.hash().expect("self-made");
                assert!(told.contains(&shown), "it was told before, as the next one");
                told = own.hashes();
            }
            assert!(now - own.shown_since <= TURN_SECONDS);
        }
    }

    #[test]
    fn a_clock_that_jumps_makes_all_anew() {
        let mut own = Own::new(START).expect("randomness");
        let before = own.hashes();
        assert!(!own.turn(START - 3_600).expect("randomness"), "an hour is nothing");
        assert!(own.turn(START - 86_400).expect("randomness"));
        assert!(own.hashes().iter().all(|hash| !before.contains(hash)));
        let before = own.hashes();
        assert!(own.turn(START + 20 * 86_400).expect("randomness"), "it slept for three weeks");
        assert!(own.hashes().iter().all(|hash| !before.contains(hash)));
    }
}
