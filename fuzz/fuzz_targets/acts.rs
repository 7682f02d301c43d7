//! Fuzz target: arbitrary sequences of acts, with a store that has moods.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_core::fuzz::acts(bytes));
