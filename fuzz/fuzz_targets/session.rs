//! Fuzz target: frames, pauses and host calls of one session.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_net::fuzz::session(bytes));
