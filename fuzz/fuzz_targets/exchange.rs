//! Fuzz target: a client, its host, and all that a line between them can do.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_net::fuzz::exchange(bytes));
