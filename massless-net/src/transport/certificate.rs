//! What a QUIC endpoint proves to be: a public certificate, or one that it makes for itself and whose
//! hash is told by a way that is trusted already.
//!
//! Browsers take a self-made one by its hash only if it is of ECDSA P-256 and valid for at most two weeks
//! (W3C WebTransport, "custom certificate requirements").

use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, date_time_ymd};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

use super::tls::sha256;

/// Seconds of a day.
const DAY_SECONDS: u64 = 86_400;
/// Seconds a self-made certificate is good: under two weeks, with what it is good before it is made.
const VALID_SECONDS: u64 = 13 * DAY_SECONDS;
/// Seconds it is good before it is made, for clocks that are slow.
const BEFORE_SECONDS: u64 = DAY_SECONDS / 2;

const _: () = assert!(VALID_SECONDS + BEFORE_SECONDS < 14 * DAY_SECONDS);

/// Bytes of the hash of a certificate.
pub type CertificateHash = [u8; 32];

/// A certificate cannot be had.
#[derive(Debug, Error)]
pub enum CertificateError {
    /// It cannot be made.
    #[error("no certificate can be made: {0}")]
    Made(#[from] rcgen::Error),
    /// The text holds none, or no key.
    #[error("{0}")]
    Read(String),
    /// Key and certificate do not belong together, or are of an unknown kind.
    #[error("certificate and key cannot be used: {0}")]
    Unfit(#[from] rustls::Error),
}

/// A chain with its key.
#[derive(Debug)]
pub struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
    /// SHA-256 of the certificate, if it is self-made.
    hash: Option<CertificateHash>,
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self { chain: self.chain.clone(), key: self.key.clone_key(), hash: self.hash }
    }
}

impl Identity {
    /// Makes a certificate that is good for 13 days from `now`, in seconds of Unix time.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn self_made(now: u64) -> Result<Self, CertificateError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new(vec!["massless".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "massless");
        let epoch = date_time_ymd(1970, 1, 1);
        let after_epoch = |seconds| epoch + std::time::Duration::from_secs(seconds);
        params.not_before = after_epoch(now.saturating_sub(BEFORE_SECONDS));
        params.not_after = after_epoch(now + VALID_SECONDS);
        let certificate = params.self_signed(&key)?;
        let hash = Some(sha256(certificate.der()));
        let key = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|error| CertificateError::Read(error.to_owned()))?;
        Ok(Self { chain: vec![certificate.der().clone()], key, hash })
    }

    /// Reads a chain, the own certificate first, and its key, both as PEM.
    ///
    /// # Errors
    /// When a text does not hold what it should.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let read = |what: &str, error| CertificateError::Read(format!("{what}: {error}"));
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|error| read("the certificate cannot be read", error))?;
        if chain.is_empty() {
            return Err(CertificateError::Read("there is no certificate in it".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| read("the key cannot be read", error))?;
        Ok(Self { chain, key, hash: None })
    }

    /// What a client has to know to trust it; `None` for a public one.
    #[must_use]
    pub const fn hash(&self) -> Option<CertificateHash> {
        self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_self_made_certificate_is_told_by_its_hash() {
        let identity = Identity::self_made(1_800_000_000).unwrap();
        assert_eq!(identity.hash(), Some(sha256(&identity.chain[0])));
        let other = Identity::self_made(1_800_000_000).unwrap();
        assert_ne!(identity.hash(), other.hash());
        // "231230203000Z" and so on: both times stand in the certificate as text.
        let der = identity.chain[0].to_vec();
        let stands = |text: &[u8]| der.windows(text.len()).any(|part| part == text);
        assert!(stands(b"270114200000Z"), "half a day before 2027-01-15 08:00");
        assert!(stands(b"270128080000Z"), "13 days after it");
    }

    #[test]
    fn texts_that_hold_no_certificate_are_refused() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let certificate = CertificateParams::new(vec!["game.example".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&key).unwrap().pem();
        let key = key.serialize_pem();
        let good = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        assert_eq!(good.hash(), None);
        for (chain, key) in [
            ("", key.as_str()),
            ("no PEM at all", key.as_str()),
            (key.as_str(), key.as_str()),
            (certificate.as_str(), ""),
            (certificate.as_str(), certificate.as_str()),
        ] {
            assert!(Identity::from_pem(chain.as_bytes(), key.as_bytes()).is_err());
        }
    }
}
