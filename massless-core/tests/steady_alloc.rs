//! A steady tick allocates nothing (targets, P9), fights included: only deaths and returns may.

mod common;

use massless_core::content::Content;
use massless_core::event::Event;
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
        // Allocations of a tick, and whether somebody died in it: rewards and loot are made anew.
        let step = |zone: &mut Zone, commands: &mut Vec<_>| {
            crowd.commands(zone.tick(), commands);
            let (commands, mut died) = (&*commands, false);
            let counted = allocation_counter::measure(|| {
                let output = zone.step(commands, &mut NoProbe);
                died = output
                    .events
                    .iter()
                    .any(|event| matches!(event, Event::Died { .. } | Event::Revived { .. }));
            });
            (counted.count_total, died)
        };
        while zone.tick() < Tick::new(1_000) {
            step(&mut zone, &mut commands);
        }
        let ticks: Vec<_> = (0..600).map(|_| step(&mut zone, &mut commands)).collect();
        let fatal = ticks.iter().filter(|&&(_, died)| died).count();
        assert!(fatal < 60, "{fatal} ticks of 600 with deaths are not steady");
        ticks.iter().filter(|&&(_, died)| !died).map(|&(count, _)| count).sum::<u64>()
    });
    assert_eq!(counted, 0, "allocations in ticks with 100 people and 86 creatures that hunt them");
}
