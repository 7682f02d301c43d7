//! Fuzz target: one arbitrary act that is refused changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| massless_core::fuzz::refused_act(bytes));
