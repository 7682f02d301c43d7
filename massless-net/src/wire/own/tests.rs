//! Own states as they are written and read.

use super::*;
use massless_core::ids::EffectId;
use massless_core::math::Vec3;
use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

/// Ticks told as written: what has passed is none.
fn as_read(own: &OwnState, now: Tick) -> OwnState {
    let mut own = own.clone();
    for timer in timers_of(&mut own) {
        *timer = ahead(*timer, now);
    }
    own.cooldowns.retain(|&(_, at)| at > now);
    own.effects.retain(|effect| effect.until > now);
    own.course = Course::default();
    own
}

fn moments() -> impl Strategy<Value = Tick> {
    prop_oneof![Just(0_u64), 900..1_300_u64, 0..100_000_u64].prop_map(Tick::new)
}

fn lists() -> impl Strategy<Value = (Vec<(SkillId, Tick)>, Vec<EffectView>)> {
    let cooldowns = btree_map(0_u16..60, moments(), 0..20);
    let effects = proptest::collection::vec((0_u16..30, moments()), 0..=EFFECTS_MAX);
    (cooldowns, effects).prop_map(|(cooldowns, effects)| {
        let cooldowns = cooldowns.into_iter().map(|(id, at)| (SkillId::new(id), at)).collect();
        let effect = |(id, until)| EffectView { effect: EffectId::new(id), until };
        (cooldowns, effects.into_iter().map(effect).collect())
    })
}

fn states() -> impl Strategy<Value = OwnState> {
    let numbers = (any::<u16>(), any::<bool>(), any::<[u32; 4]>());
    let place = (0_u8..4, 0_u8..3);
    let timers = (moments(), moments(), moments(), [moments(), moments(), moments()]);
    let cast = option::of((any::<u16>(), 0_u64..900, 1_100_u64..1_500));
    let leap = option::of((0_u8..8, 1_100_u64..1_200));
    let party = option::of(1_u64..99);
    (numbers, place, timers, cast, leap, party, lists()).prop_map(
        |(numbers, (x, fall), timers, cast, leap, party, (cooldowns, effects))| OwnState {
            walker: Walker {
                position: Vec3::new(f32::from(x), 1.5, 2.0),
                fall_speed: f32::from(fall),
            },
            applied_sequence: numbers.0,
            applied_now: numbers.1,
            speed: 5.0,
            pose: if numbers.1 { Pose::Leaping } else { Pose::Dead },
            hit_points: numbers.2[0],
            hit_points_max: numbers.2[1],
            mana: numbers.2[2],
            mana_max: numbers.2[3],
            swing_at: timers.0,
            shared_at: timers.1,
            combat_until: timers.2,
            item_ready: timers.3,
            cast: cast.map(|(skill, began, ends)| CastView {
                skill: SkillId::new(skill),
                began: Tick::new(began),
                ends: Tick::new(ends),
            }),
            leap: leap.map(|(speed, until)| LeapView {
                heading: Vec2::new(0.6, 0.8),
                speed: f32::from(speed),
                until: Tick::new(until),
            }),
            party: party.map(PartyId::new),
            cooldowns,
            effects,
            course: Course::default(),
        },
    )
}

proptest! {
    /// Whatever the states of a row of ticks are, the reader ends up with the last of them.
    #[test]
    fn the_reader_follows_the_writer(
        row in proptest::collection::vec((states(), 1_u64..8), 1..6),
        is_tight in any::<bool>(),
    ) {
        let coding = if is_tight { Coding::Tight } else { Coding::Plain };
        let (mut known, mut read) = (OwnState::default(), OwnState::default());
        let mut now = Tick::new(1_000);
        let last = row.last().cloned().unwrap().0;
        // Cooldowns come a few at a time.
        let settled = std::iter::repeat_n((last.clone(), 1), 20);
        for (own, gap) in row.into_iter().chain(settled) {
            let mut out = BitWriter::new();
            write_own(&mut out, &own, &mut known, now, coding);
            prop_assert!(out.bits_len() as u32 <= OWN_BITS_MAX);
            let bytes = out.take();
            read_own(&mut BitReader::new(&bytes), &mut read, now, coding).unwrap();
            prop_assert_eq!((read.hit_points, read.leap), (own.hit_points, own.leap));
            prop_assert_eq!(read.walker, own.walker);
            prop_assert_eq!(&read.course, &known.course);
            now = Tick::new(now.get() + gap);
        }
        prop_assert_eq!(as_read(&read, now), as_read(&last, now));
    }
}

fn bits_of_ticks(coding: Coding, own: impl Fn(u64) -> OwnState) -> Vec<usize> {
    let mut known = OwnState::default();
    let bits = (1_000..1_200).map(|tick| {
        let mut out = BitWriter::new();
        write_own(&mut out, &own(tick), &mut known, Tick::new(tick), coding);
        out.bits_len()
    });
    bits.collect()
}

#[test]
fn a_state_that_stays_costs_seven_bits() {
    let own = OwnState {
        effects: vec![EffectView { effect: EffectId::new(3), until: Tick::new(u64::MAX) }],
        cooldowns: vec![(SkillId::new(101), Tick::new(1_100))],
        swing_at: Tick::new(1_010),
        ..OwnState::default()
    };
    let plain = bits_of_ticks(Coding::Plain, |_| own.clone());
    assert!(plain[0] > 100);
    assert!(plain[1..].iter().all(|bits| *bits == 17 + 5 + 4 + 5), "{plain:?}");
    let tight = bits_of_ticks(Coding::Tight, |_| own.clone());
    assert!(tight[1..].iter().all(|bits| *bits == 2 + 1 + 3 + 1), "{tight:?}");
}

#[test]
fn who_walks_straight_on_costs_four_bytes() {
    let own = |tick: u64| OwnState {
        walker: Walker {
            position: Vec3::new(100.0 + 0.2 * (tick - 1_000) as f32, 3.0, 200.0),
            fall_speed: 0.0,
        },
        applied_sequence: tick as u16,
        ..OwnState::default()
    };
    let tight = bits_of_ticks(Coding::Tight, own);
    assert!(tight[2..].iter().all(|bits| *bits <= 32), "{tight:?}");
    assert!(tight[2..].iter().sum::<usize>() < 198 * 16, "{tight:?}");
    let plain = bits_of_ticks(Coding::Plain, own);
    assert!(plain[2..].iter().all(|bits| *bits > 60), "{plain:?}");
}
