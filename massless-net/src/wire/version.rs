//! The protocol's version and the gate that a client's version has to pass.
//!
//! A host serves its own version and the one before it, so that a page loaded before an update goes
//! on working. The gate is a pure function of both numbers.
//!
//! Version 6 is told of motion more tightly (`Coding`), and else differs in nothing from version 5, the first that is
//! served: version 4 named nothing that it had kept, version 3 knew no states by datagram, version 2 no tickets,
//! whispers and trades, version 1 no fighting.

/// Version of the frames in this crate.
pub const PROTOCOL_VERSION: u16 = 6;
/// Oldest version whose frames this crate can still read and write.
pub const PROTOCOL_VERSION_OLDEST: u16 = 5;

/// How updates and states tell of motion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// As to version 5.
    Plain,
    /// As to version 6: what usually happens takes few bits.
    #[default]
    Tight,
}

impl Coding {
    /// That of a client's version.
    #[must_use]
    pub const fn of(version: u16) -> Self {
        if version < 6 { Self::Plain } else { Self::Tight }
    }
}

/// Whether a host of version `current` serves a client of version `offered`.
#[must_use]
pub const fn accepts(current: u16, offered: u16) -> bool {
    offered == current
        || (offered != 0 && current.checked_sub(1).is_some() && offered == current - 1)
}

/// Whether this crate serves a client of version `offered`.
#[must_use]
pub const fn serves(offered: u16) -> bool {
    offered >= PROTOCOL_VERSION_OLDEST && accepts(PROTOCOL_VERSION, offered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn current_and_previous_pass() {
        assert!(accepts(7, 7));
        assert!(accepts(7, 6));
        assert!(!accepts(7, 5));
        assert!(!accepts(7, 8));
    }

    #[test]
    fn the_first_version_has_no_previous_one() {
        assert!(accepts(1, 1));
        assert!(!accepts(1, 0));
        assert!(!accepts(0, u16::MAX));
        assert!(serves(PROTOCOL_VERSION) && serves(PROTOCOL_VERSION_OLDEST));
        assert!(!serves(PROTOCOL_VERSION_OLDEST - 1) && !serves(PROTOCOL_VERSION + 1));
    }
}
