//! Time as an argument.
//!
//! Nothing in this crate reads a clock: whoever calls says what time it is. Any origin will do, as
//! long as it is the same for all calls on one value and time never runs backwards.

/// A moment on the caller's steady clock, with a resolution of a microsecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis {
    micros: u64,
}

impl Millis {
    /// The moment `millis` milliseconds after the clock's origin.
    #[must_use]
    pub const fn new(millis: u64) -> Self {
        Self { micros: millis.saturating_mul(1_000) }
    }

    /// The moment `micros` microseconds after the clock's origin.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// Whole milliseconds since the clock's origin.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.micros / 1_000
    }

    /// Microseconds since the clock's origin.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.micros
    }

    /// The moment `millis` milliseconds later.
    #[must_use]
    pub const fn plus(self, millis: u64) -> Self {
        Self { micros: self.micros.saturating_add(millis.saturating_mul(1_000)) }
    }

    /// Milliseconds from `earlier` to `self`; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.micros.saturating_sub(earlier.micros) / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_never_underflows() {
        assert_eq!(Millis::new(5).since(Millis::new(9)), 0);
        assert_eq!(Millis::new(9).since(Millis::new(5)), 4);
        assert_eq!(Millis::new(1).plus(u64::MAX).micros(), u64::MAX);
    }
}
