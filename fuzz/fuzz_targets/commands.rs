//! Fuzz target: arbitrary sequences of commands against a zone.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_core::fuzz::commands(bytes));
