//! Resume tokens: who a session was, signed by the host.
//!
//! ```text
//! player 8 bytes | serial 8 bytes | BLAKE3 keyed hash of both 32 bytes
//! ```
//!
//! The serial tells the sessions of one player apart, so that a token dies with the session that
//! follows it. A token names no zone and no epoch; it survives a restart of a zone.

use std::collections::BTreeMap;

use massless_core::ids::PlayerId;

use crate::clock::Millis;
use crate::limits::RESUME_MILLIS;

/// Bytes of a token.
pub const TOKEN_BYTES: usize = 48;
const BODY_BYTES: usize = 16;

/// A signed claim to a lost session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ResumeToken([u8; TOKEN_BYTES]);

impl ResumeToken {
    /// From a frame or a browser's memory; nothing is checked yet.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; TOKEN_BYTES]) -> Self {
        Self(bytes)
    }

    /// For a frame or a browser's memory.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; TOKEN_BYTES] {
        &self.0
    }
}

impl core::fmt::Debug for ResumeToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ResumeToken(..)")
    }
}

/// The session a valid token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionName {
    /// Whose.
    pub player: PlayerId,
    /// Which of the player's sessions.
    pub serial: u64,
}

/// The host's signing key.
#[derive(Clone)]
pub struct ResumeKey([u8; 32]);

impl core::fmt::Debug for ResumeKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ResumeKey(..)")
    }
}

impl ResumeKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The token of a session.
    #[must_use]
    pub fn sign(&self, name: SessionName) -> ResumeToken {
        let mut token = [0; TOKEN_BYTES];
        token[..8].copy_from_slice(&name.player.get().to_le_bytes());
        token[8..BODY_BYTES].copy_from_slice(&name.serial.to_le_bytes());
        let mac = blake3::keyed_hash(&self.0, &token[..BODY_BYTES]);
        token[BODY_BYTES..].copy_from_slice(mac.as_bytes());
        ResumeToken(token)
    }

    /// The session a token names, if this key signed it. The comparison takes the same time
    /// wherever the bytes differ.
    #[must_use]
    pub fn verify(&self, token: &ResumeToken) -> Option<SessionName> {
        let (body, mac) = token.0.split_first_chunk::<BODY_BYTES>()?;
        let found = blake3::Hash::from_bytes(*mac.first_chunk::<32>()?);
        if blake3::keyed_hash(&self.0, body) != found {
            return None;
        }
        let word = |at: usize| body[at..at + 8].first_chunk::<8>().map(|b| u64::from_le_bytes(*b));
        Some(SessionName { player: PlayerId::new(word(0)?), serial: word(8)? })
    }
}

/// Which sessions can be resumed: those that live, and those lost less than 30 s ago. It holds
/// what the host lets begin; calling `forget_expired` now and then keeps it at that.
#[derive(Clone, Debug, Default)]
pub struct Resumes {
    sessions: BTreeMap<PlayerId, Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    serial: u64,
    lost_at: Option<Millis>,
}

impl Resumes {
    /// No session.
    #[must_use]
    pub const fn new() -> Self {
        Self { sessions: BTreeMap::new() }
    }

    /// A session of this name began; an earlier one of the player is forgotten.
    pub fn began(&mut self, name: SessionName) {
        self.sessions.insert(name.player, Entry { serial: name.serial, lost_at: None });
    }

    /// A session lost its connection and may be resumed from now on for 30 s.
    pub fn lost(&mut self, now: Millis, name: SessionName) {
        if let Some(entry) = self.sessions.get_mut(&name.player)
            && entry.serial == name.serial
        {
            entry.lost_at = Some(now);
        }
    }

    /// A session ended for good.
    pub fn ended(&mut self, name: SessionName) {
        if self.sessions.get(&name.player).is_some_and(|entry| entry.serial == name.serial) {
            self.sessions.remove(&name.player);
        }
    }

    /// Whether any session of a player lives or is remembered.
    #[must_use]
    pub fn knows(&self, player: PlayerId) -> bool {
        self.sessions.contains_key(&player)
    }

    /// Whether the session can be resumed now.
    #[must_use]
    pub fn may_resume(&self, now: Millis, name: SessionName) -> bool {
        self.sessions.get(&name.player).is_some_and(|entry| {
            entry.serial == name.serial
                && entry.lost_at.is_none_or(|lost_at| now.since(lost_at) <= RESUME_MILLIS)
        })
    }

    /// Forgets sessions that can no longer be resumed and returns their players.
    pub fn forget_expired(&mut self, now: Millis) -> Vec<PlayerId> {
        let expired =
            |entry: &Entry| entry.lost_at.is_some_and(|lost_at| now.since(lost_at) > RESUME_MILLIS);
        let gone: Vec<PlayerId> =
            self.sessions.iter().filter(|(_, e)| expired(e)).map(|(p, _)| *p).collect();
        self.sessions.retain(|_, entry| !expired(entry));
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: SessionName = SessionName { player: PlayerId::new(7), serial: 3 };

    #[test]
    fn a_token_with_any_flipped_bit_is_refused() {
        let key = ResumeKey::new([9; 32]);
        let token = key.sign(NAME);
        assert_eq!(key.verify(&token), Some(NAME));
        assert_eq!(ResumeKey::new([8; 32]).verify(&token), None);
        for bit in 0..TOKEN_BYTES * 8 {
            let mut bytes = *token.as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.verify(&ResumeToken::from_bytes(bytes)), None, "bit {bit}");
        }
    }

    #[test]
    fn a_lost_session_can_be_resumed_for_thirty_seconds() {
        let mut resumes = Resumes::new();
        resumes.began(NAME);
        assert!(resumes.may_resume(Millis::new(99_000), NAME), "its connection still stands");
        resumes.lost(Millis::new(100_000), NAME);
        assert!(resumes.may_resume(Millis::new(130_000), NAME));
        assert!(!resumes.may_resume(Millis::new(130_001), NAME));
        assert_eq!(resumes.forget_expired(Millis::new(130_001)), vec![NAME.player]);
        assert!(!resumes.may_resume(Millis::new(100_000), NAME));
    }

    #[test]
    fn a_token_dies_with_the_session_that_follows() {
        let mut resumes = Resumes::new();
        resumes.began(NAME);
        resumes.began(SessionName { serial: 4, ..NAME });
        assert!(!resumes.may_resume(Millis::new(0), NAME));
        resumes.ended(NAME);
        assert!(resumes.may_resume(Millis::new(0), SessionName { serial: 4, ..NAME }));
    }
}
