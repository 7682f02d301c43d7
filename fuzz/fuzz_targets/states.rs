//! Fuzz target: states and updates to a client that plays.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_net::fuzz::states(bytes));
