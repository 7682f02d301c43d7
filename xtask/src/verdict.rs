//! How a measuring task ended.

/// The numbers are exit codes of the machine interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As promised.
    Met = 0,
    /// Something was not, or what was done did not hit what it should.
    Missed = 1,
    /// It says nothing: nothing was acknowledged, or what should be tested was not reached.
    Void = 3,
}
