//! Bytes nobody should send: random ones, cut ones, and valid ones with a few bits changed.

use massless_net::fuzz;
use massless_net::wire::{ClientFrame, Coding, ServerFrame};
use proptest::collection::vec;
use proptest::prelude::*;

/// Whether any decoder takes the bytes as a whole frame, told in one coding.
fn is_frame(bytes: &[u8], coding: Coding) -> bool {
    ClientFrame::decode(bytes).is_ok()
        || ServerFrame::decode(bytes).is_ok()
        || fuzz::read_update(bytes, coding).is_ok()
        || fuzz::read_state(bytes, coding).is_ok()
}

fn all_bodies(bytes: &[u8]) {
    fuzz::client_frame(bytes);
    fuzz::server_frame(bytes);
    fuzz::session(bytes);
    fuzz::client(bytes);
}

/// A script for the sequence bodies: each frame behind an operation and its length.
fn script(frames: &[Vec<u8>], operations: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (frame, operation) in frames.iter().zip(operations) {
        bytes.push(*operation);
        bytes.push(frame.len().min(255) as u8);
        bytes.extend_from_slice(&frame[..frame.len().min(255)]);
    }
    bytes
}

#[test]
fn every_seed_is_a_frame_and_no_prefix_of_one_is() {
    for (name, bytes) in fuzz::seeds() {
        let coding = if name.ends_with("_plain") { Coding::Plain } else { Coding::Tight };
        assert!(is_frame(&bytes, coding), "{name}");
        all_bodies(&bytes);
        for len in 0..bytes.len() {
            assert!(!is_frame(&bytes[..len], coding), "{name} cut to {len}");
        }
    }
}

#[test]
fn valid_frames_in_a_row_are_understood() {
    let seed = |wanted: &str| {
        fuzz::seeds().into_iter().find(|(name, _)| *name == wanted).expect("a seed").1
    };
    fuzz::client(&script(&[seed("welcome"), seed("update"), seed("close")], &[2, 2, 2]));
    fuzz::session(&script(&[seed("hello"), seed("ping"), seed("chat")], &[4, 4, 4]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        all_bodies(&bytes);
    }

    #[test]
    fn random_bodies_behind_valid_ids_never_panic(
        id in prop_oneof![1_u8..9, 0x41_u8..0x4B],
        bytes in vec(any::<u8>(), 0..400),
    ) {
        let mut frame = vec![id];
        frame.extend(bytes);
        all_bodies(&frame);
    }

    #[test]
    fn changed_frames_never_panic(
        frames in vec(
            (any::<prop::sample::Index>(), vec((any::<prop::sample::Index>(), 0_u8..8), 0..3), 4_u8..8),
            1..8,
        ),
    ) {
        let seeds = fuzz::seeds();
        let welcome = seeds.iter().find(|(name, _)| *name == "welcome").expect("a welcome");
        let mut list = vec![welcome.1.clone()];
        let mut operations = vec![2];
        for (seed, flips, operation) in frames {
            let mut bytes = seed.get(&seeds).1.clone();
            for (at, bit) in flips {
                let index = at.index(bytes.len());
                bytes[index] ^= 1 << bit;
            }
            all_bodies(&bytes);
            list.push(bytes);
            operations.push(operation);
        }
        let script = script(&list, &operations);
        fuzz::session(&script);
        fuzz::client(&script);
    }
}
