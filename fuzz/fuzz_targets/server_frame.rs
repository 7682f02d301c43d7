//! Fuzz target: frames from a server.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_net::fuzz::server_frame(bytes));
