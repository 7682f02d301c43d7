//! A QUIC connection as a line: one stream for what must arrive, in order, and datagrams for what may
//! get lost.
//!
//! ```text
//! stream    length u16 | frame | length u16 | frame ...       opened by the client
//! datagram  frame
//! ```
//! `web_transport_quinn::Session` stands for both: bare QUIC, and WebTransport over HTTP/3.

use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::time::timeout;
use web_transport_quinn::{
    ReadError, RecvStream, SendStream, Session, SessionError, WebTransportError,
};

use super::{Transport, TransportError};
use crate::limits::FRAME_BYTES_MAX;
use crate::wire::may_get_lost;

/// Bytes of a frame's length on the stream.
const LENGTH_BYTES: usize = 2;
/// Bytes that are taken from the stream at once.
const READ_BYTES: usize = 4_096;
/// Time the peer has to take in what was written before the end, and again for the end itself.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// One connection.
#[derive(Debug)]
pub(super) struct QuicLine {
    session: Session,
    send: SendStream,
    recv: RecvStream,
    unread: BytesMut,
    transport: Transport,
}

impl QuicLine {
    pub(super) fn new(
        transport: Transport,
        session: Session,
        (send, recv): (SendStream, RecvStream),
    ) -> Self {
        Self { session, send, recv, unread: BytesMut::new(), transport }
    }

    pub(super) const fn transport(&self) -> Transport {
        self.transport
    }

    pub(super) fn remote(&self) -> std::net::SocketAddr {
        self.session.remote_address()
    }

    pub(super) async fn recv(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            if let Some(frame) = take_frame(&mut self.unread)? {
                return Ok(Some(frame));
            }
            tokio::select! {
                // The stream first: at the end it still has what was written before the close.
                biased;
                chunk = self.recv.read_chunk(READ_BYTES, true) => match chunk {
                    Ok(Some(chunk)) => self.unread.extend_from_slice(&chunk.bytes),
                    Ok(None) | Err(ReadError::Reset(_) | ReadError::SessionError(_)) => {
                        return Ok(None);
                    }
                    Err(error) => return Err(TransportError::Lost(error.to_string())),
                },
                datagram = self.session.read_datagram() => match datagram {
                    Ok(frame) if frame.len() > FRAME_BYTES_MAX => {
                        return Err(TransportError::TooLong);
                    }
                    Ok(frame) => return Ok(Some(frame)),
                    Err(SessionError::WebTransportError(WebTransportError::UnknownSession)) => {
                        return Err(TransportError::Violation);
                    }
                    // It is over; what the stream brought before may yet have to be read.
                    Err(_) => match self.recv.read_chunk(READ_BYTES, true).await {
                        Ok(Some(chunk)) => self.unread.extend_from_slice(&chunk.bytes),
                        _ => return Ok(None),
                    },
                },
            }
        }
    }

    pub(super) async fn send(&mut self, frame: Bytes) -> Result<(), TransportError> {
        // What does not fit into a datagram, or meets a peer that takes none, goes by the stream.
        if may_get_lost(&frame) && frame.len() <= self.session.max_datagram_size() {
            return self.session.send_datagram(frame).map_err(lost);
        }
        let length = u16::try_from(frame.len()).map_err(|_| TransportError::TooLong)?;
        let length = Bytes::copy_from_slice(&length.to_le_bytes());
        self.send.write_all_chunks(&mut [length, frame]).await.map_err(lost)
    }

    pub(super) async fn close(mut self, code: u16, reason: &str) {
        // A close takes back what was not delivered; so wait until all was.
        let _ = self.send.finish();
        let _ = timeout(CLOSE_TIME, self.send.stopped()).await;
        self.session.close(u32::from(code), reason.as_bytes());
        let _ = timeout(CLOSE_TIME, self.session.closed()).await;
    }
}

impl Drop for QuicLine {
    fn drop(&mut self) {
        // A task of the session's own would keep the connection as long as the peer likes.
        quinn::Connection::close(&self.session, 0_u32.into(), b"");
    }
}

/// The next whole frame of what was read from the stream.
fn take_frame(unread: &mut BytesMut) -> Result<Option<Bytes>, TransportError> {
    let Some(length) = unread.first_chunk() else { return Ok(None) };
    let length = usize::from(u16::from_le_bytes(*length));
    if length > FRAME_BYTES_MAX {
        return Err(TransportError::TooLong);
    }
    if unread.len() < LENGTH_BYTES + length {
        return Ok(None);
    }
    unread.advance(LENGTH_BYTES);
    Ok(Some(unread.split_to(length).freeze()))
}

fn lost(error: impl std::fmt::Display) -> TransportError {
    TransportError::Lost(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_cut_anywhere_give_the_same_frames(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            lengths in proptest::collection::vec(0_u16..60, 0..8),
            step in 1_usize..40,
        ) {
            // Whole frames first, then whatever: the end of a stream may be anything.
            let mut stream = Vec::new();
            for length in lengths {
                stream.extend(length.to_le_bytes());
                stream.extend(std::iter::repeat_n(length as u8, usize::from(length)));
            }
            stream.extend(&bytes);
            let read = |step: usize| {
                let (mut unread, mut frames) = (BytesMut::new(), Vec::new());
                for chunk in stream.chunks(step) {
                    unread.extend_from_slice(chunk);
                    loop {
                        match take_frame(&mut unread) {
                            Ok(Some(frame)) => frames.push(frame),
                            Ok(None) => break,
                            Err(_) => return (frames, true),
                        }
                    }
                    assert!(unread.len() < LENGTH_BYTES + FRAME_BYTES_MAX + step);
                }
                (frames, false)
            };
            prop_assert_eq!(read(step), read(stream.len().max(1)));
        }
    }
}
