//! What can go wrong, named after what the caller can do about it.

use massless_core::codec::CodecError;
use thiserror::Error;

use crate::session::close::CloseCode;

/// Bytes are not a frame.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// The frame has no bytes.
    #[error("empty frame")]
    Empty,
    /// The frame is longer than any of its kind.
    #[error("frame of {0} bytes is too long")]
    TooLong(usize),
    /// No message has this number, or not in this direction.
    #[error("unknown message {0}")]
    UnknownMessage(u8),
    /// A field could not be read.
    #[error("{message}: {source}")]
    Field {
        /// The message's name.
        message: &'static str,
        /// What is wrong with it.
        source: CodecError,
    },
}

/// A session ended; its close frame can still be polled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SessionError {
    /// The peer sent bytes that are no frame.
    #[error("malformed frame: {0}")]
    Malformed(#[from] WireError),
    /// The session closed for another reason.
    #[error("session closed: {0}")]
    Closed(CloseCode),
}

/// What a server sent cannot be followed any further; the client has to connect anew.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// The server sent bytes that are no frame.
    #[error("malformed frame: {0}")]
    Malformed(#[from] WireError),
    /// An update is missing or came twice: the link is not ordered.
    #[error("update {found} came where {expected} was due")]
    Gap {
        /// Number that was due.
        expected: u8,
        /// Number that came.
        found: u8,
    },
    /// A change names a slot that was never entered.
    #[error("slot {0} was never entered")]
    UnknownSlot(u32),
    /// A frame came that has no place in this state.
    #[error("{0} came at the wrong moment")]
    Unexpected(&'static str),
}
