//! A steady tick allocates nothing (targets, P9).

mod common;

use massless_core::content::Content;
use massless_core::ids::ZoneId;
use massless_core::par::with_threads;
use massless_core::units::Tick;
use massless_core::zone::{NoProbe, Zone};

#[test]
fn a_steady_tick_does_not_allocate() {
    let crowd = common::Crowd { seed: 5, players: 100 };
    let counted = with_threads(1, move || {
        let mut zone = Zone::new(Content::embedded(), ZoneId::new(1), 3, 1).expect("zone 1");
        let mut commands = Vec::new();
        let step = |zone: &mut Zone, commands: &mut Vec<_>| {
            crowd.commands(zone.tick(), commands);
            let commands = &*commands;
            allocation_counter::measure(|| {
                zone.step(commands, &mut NoProbe);
            })
        };
        while zone.tick() < Tick::new(1_000) {
            step(&mut zone, &mut commands);
        }
        (0..600).map(|_| step(&mut zone, &mut commands).count_total).sum::<u64>()
    });
    assert_eq!(counted, 0, "allocations in 600 ticks with 100 walkers and 86 others");
}
