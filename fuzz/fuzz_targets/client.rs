//! Fuzz target: frames from a server and time passing at one client.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_net::fuzz::client(bytes));
