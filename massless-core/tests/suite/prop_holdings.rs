//! The conservation laws of the game rules that apply to things, coin, experience and acts (1, 2, 3, 7, 8, 9,
//! 10, 13), for hostile sequences of acts, a store with moods, and people who come and go.
//!
//! The bodies are the fuzz targets': here proptest finds and shrinks their bytes.

use massless_core::fuzz;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn laws_1_2_3_8_9_and_13_hold_for_any_acts(
        bytes in proptest::collection::vec(any::<u8>(), 0..1_200),
    ) {
        fuzz::acts(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn law_10_a_refused_act_changes_nothing(bytes in any::<[u8; 4]>()) {
        fuzz::refused_act(&bytes);
    }
}
