//! Fuzz target: arbitrary and damaged snapshots.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_core::fuzz::snapshot(bytes));
