//! The protocol from outside, in one program: linked apart each of its parts would carry core and protocol once more,
//! and the longest test of each would be waited for.

mod common;
mod delay_laws;
mod golden_wire;
mod hostile;
mod news_laws;
mod pair;
mod pair_fight;
#[cfg(all(feature = "quic", feature = "client"))]
mod quic;
mod replication_laws;
mod resume_laws;
mod state_laws;
#[cfg(all(feature = "ws", feature = "client"))]
mod ws;
