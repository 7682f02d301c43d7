//! Fuzz target: every decoder of the wire, and sessions that are fed with it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_net::fuzz::wire(bytes));
