//! What both ends of QUIC agree on: the cryptography, names of protocols, windows and times.

use std::sync::Arc;
use std::time::Duration;

use quinn::{TransportConfig, VarInt};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{cipher_suite::TLS13_AES_128_GCM_SHA256, default_provider};

/// The protocol's name in the handshake of bare QUIC; the number is that of this mapping, frames have
/// their own version.
pub const ALPN: &[u8] = b"massless/1";
/// The name of HTTP/3, which carries WebTransport.
pub(super) const ALPN_H3: &[u8] = web_transport_quinn::ALPN.as_bytes();

/// Milliseconds of silence after which a connection is over. Reason: reliability F12; sessions ping
/// before.
const IDLE_MILLIS: u32 = 30_000;
/// Round trip that is assumed before one was measured. quinn's own guess (333 ms) would make a lost first
/// packet cost a second.
const FIRST_ROUND_TRIP: Duration = Duration::from_millis(120);
/// Bytes of one stream that may wait to be read: a frame of the greatest length and its like.
const STREAM_WINDOW_BYTES: u32 = 32_768;
/// Bytes of all streams of a connection that may wait to be read.
const RECEIVE_WINDOW_BYTES: u32 = 65_536;
/// Bytes that may be on their way or wait for it: a slow reader is noticed when they are full, and
/// several seconds of updates fit.
const SEND_WINDOW_BYTES: u64 = 65_536;
/// Bytes of datagrams that came and wait to be read; the oldest are dropped.
const DATAGRAM_BYTES: usize = 16_384;
/// Bytes of datagrams that wait to be sent, while the network takes no more: a few states, since only the newest is of
/// use. The oldest are dropped.
const DATAGRAM_SEND_BYTES: usize = 4_096;
/// Streams in both directions that a client may have open: the request of WebTransport, and ours.
const BIDI_STREAMS_MAX: u32 = 2;
/// Streams in one direction: control and header compression of HTTP/3, and one that means nothing.
const UNI_STREAMS_MAX: u32 = 4;

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(default_provider())
}

/// SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let suite = TLS13_AES_128_GCM_SHA256.tls13().expect("a suite of TLS 1.3");
    let hash = suite.common.hash_provider.hash(bytes);
    hash.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Windows and times of a connection.
pub(super) fn transport_config() -> Arc<TransportConfig> {
    let mut config = TransportConfig::default();
    config
        .max_idle_timeout(Some(VarInt::from_u32(IDLE_MILLIS).into()))
        .initial_rtt(FIRST_ROUND_TRIP)
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW_BYTES))
        .receive_window(VarInt::from_u32(RECEIVE_WINDOW_BYTES))
        .send_window(SEND_WINDOW_BYTES)
        .datagram_receive_buffer_size(Some(DATAGRAM_BYTES))
        .datagram_send_buffer_size(DATAGRAM_SEND_BYTES)
        .max_concurrent_bidi_streams(VarInt::from_u32(BIDI_STREAMS_MAX))
        .max_concurrent_uni_streams(VarInt::from_u32(UNI_STREAMS_MAX));
    Arc::new(config)
}
