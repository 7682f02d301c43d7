//! The bytes of every message, as `docs/protocol.md` promises them.
//!
//! A change here is a change of the protocol: raise `PROTOCOL_VERSION`, serve the previous one, and
//! say so in the changelog. `MASSLESS_BLESS=1` writes the file anew.

use std::fmt::Write;

use massless_net::fuzz;

const GOLDEN: &str = include_str!("../golden_wire.txt");

#[test]
fn every_message_has_its_golden_bytes() {
    let mut found = String::new();
    for (name, bytes) in fuzz::seeds() {
        let hex: String = bytes.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        writeln!(found, "{name} {hex}").unwrap();
    }
    if std::env::var_os("MASSLESS_BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden_wire.txt");
        std::fs::write(path, &found).unwrap();
        return;
    }
    for (found, golden) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, golden);
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}
