//! Transports: they carry frames and know nothing else of the protocol.

pub mod ws;
