//! Records and tracks in both codings.

use super::*;
use crate::wire::quantize::FINE_MAX;
use massless_core::math::direction_of;
use massless_core::units::Facing;
use proptest::prelude::*;

fn tracks() -> impl Strategy<Value = Track> {
    let place = (0_i32..65_536, 0_i32..65_536, ways());
    let looks = (0_u16..4_096, any::<u8>(), any::<u8>(), 0_u64..11);
    let fight = (any::<u32>(), 0_u64..1 << 62);
    (place, looks, fight).prop_map(|(place, (height, angle, share, pose), (effects, id))| {
        let (x, z, (velocity_x, velocity_z)) = place;
        let pose = read_pose(&mut BitReader::new(&[pose as u8])).unwrap();
        Track {
            tick: Tick::new(100),
            x: x * FINE_PER_STEP,
            z: z * FINE_PER_STEP,
            velocity_x,
            velocity_z,
            height,
            angle,
            share,
            pose,
            effects,
            target: ActorId::new(id),
        }
    })
}

/// Any velocity, those of people who walk, and none.
fn ways() -> impl Strategy<Value = (i32, i32)> {
    prop_oneof![
        (-2_047_i32..2_048, -2_047_i32..2_048),
        (0_u16..1_024).prop_map(velocity::run),
        Just((0, 0)),
    ]
}

const CODINGS: [Coding; 2] = [Coding::Plain, Coding::Tight];

fn read(bits: Bits, tick: Tick, coding: Coding) -> Record {
    let mut out = BitWriter::new();
    bits.copy_to(&mut out);
    let bytes = out.take();
    let mut reader = BitReader::new(&bytes);
    let record = read_record(&mut reader, tick, coding).unwrap();
    reader.finish().unwrap();
    record
}

fn grades() -> impl Strategy<Value = Grade> {
    prop_oneof![Just(Grade::Fine), Just(Grade::Middle), Just(Grade::Rough)]
}

proptest! {
    #[test]
    fn a_delta_gives_the_server_track(
        old in tracks(),
        mut new in tracks(),
        gap in 0_u32..40,
        grade in proptest::option::of(grades()),
    ) {
        new.tick = Tick::new(100 + u64::from(gap));
        if let Some(grade) = grade {
            (new.velocity_x, new.velocity_z) = snapped_velocity(&old, &new, grade);
        }
        let deltas = CODINGS.map(|coding| plan_delta(&old, &new, true, coding));
        prop_assert_eq!(deltas[0].is_some(), deltas[1].is_some(), "both reach equally far");
        for (coding, delta) in CODINGS.into_iter().zip(deltas) {
            let Some(delta) = delta else { continue };
            let Record::Delta(back) = read(delta_bits(&delta, coding), new.tick, coding) else {
                return Err(TestCaseError::fail("not a delta"));
            };
            prop_assert_eq!(back.apply(&old, new.tick), new);
            // Whoever was told the old one again in between has another point on the same way.
            let later = Tick::new(100 + u64::from(gap / 2));
            let (x, z) = old.at(later);
            if (0..=FINE_MAX).contains(&x) && (0..=FINE_MAX).contains(&z) {
                let again = Track { tick: later, x, z, ..old };
                prop_assert_eq!(back.apply(&again, new.tick), new);
            }
        }
    }

    #[test]
    fn near_tracks_always_have_a_delta(
        old in tracks(),
        dx in -500_i32..500,
        dz in -500_i32..500,
    ) {
        let (x, z) = old.at(Tick::new(101));
        let mut new = old;
        new.tick = Tick::new(101);
        new.x = (nearest_step(x) + dx) * FINE_PER_STEP;
        new.z = (nearest_step(z) + dz) * FINE_PER_STEP;
        for coding in CODINGS {
            let delta = plan_delta(&old, &new, true, coding).unwrap();
            prop_assert_eq!(delta.apply(&old, new.tick), new);
        }
    }

    #[test]
    fn an_absolute_record_goes_on_as_the_track_does(old in tracks(), gap in 0_u64..20) {
        let now = Tick::new(100 + gap);
        let (x, z) = old.at(now);
        prop_assume!((0..=FINE_MAX).contains(&x) && (0..=FINE_MAX).contains(&z));
        for coding in CODINGS {
            let Record::Absolute(back) = read(absolute_bits(&old, now, coding), now, coding)
            else {
                return Err(TestCaseError::fail("not absolute"));
            };
            prop_assert_eq!(Track { tick: old.tick, x: old.x, z: old.z, ..back }, old);
            for later in 0..5 {
                let then = Tick::new(now.get() + later);
                prop_assert_eq!(back.at(then), old.at(then));
            }
        }
    }

    /// Published velocities are off by no more than half a unit of their grade, and never by the same twice.
    #[test]
    fn a_published_velocity_is_near_the_true_one(
        old in tracks(),
        east in -250_i32..=250,
        north in -250_i32..=250,
        grade in grades(),
    ) {
        let truth = Track { velocity_x: east, velocity_z: north, ..old };
        let told = snapped_velocity(&old, &truth, grade);
        let off = (told.0 - east).abs().max((told.1 - north).abs());
        let most = match grade { Grade::Fine => 1, Grade::Middle => 3, Grade::Rough => 9 };
        prop_assert!(off <= most, "{told:?}");
        let again = snapped_velocity(&Track { velocity_x: told.0, velocity_z: told.1, ..old }, &truth, grade);
        prop_assert!(again != told || told == (east, north));
    }
}

proptest! {
    #[test]
    fn the_length_of_an_enter_record_is_known_beforehand(
        track in tracks(),
        actor in 0_u64..1 << 40,
        kind in 0_u8..4,
        name in "[a-zäöü]{0,40}",
    ) {
        let kind = match kind {
            0 => Kind::Character { look: 3 },
            1 => Kind::Creature(CreatureId::new(101)),
            2 => Kind::Item { definition: ItemId::new(9), rarity: 1, quantity: 7 },
            _ => Kind::Area { skill: SkillId::new(4) },
        };
        let (actor, level, gear) = (ActorId::new(actor), Level::new(9), Gear::default());
        let identity = Identity { actor, kind, level, gear, name };
        for coding in CODINGS {
            let mut out = BitWriter::new();
            write_enter(&mut out, &identity, (&track, track.tick), coding);
            let absolute = absolute_bits(&track, track.tick, coding).len();
            let foreseen = enter_bits(&identity, absolute);
            let cut = 8 * 4;
            let range = out.bits_len() as u32..out.bits_len() as u32 + cut;
            prop_assert!(range.contains(&foreseen));
        }
    }
}

/// Runs straight on in fine steps a tick, then turns to the left.
fn turn(ago: u64) -> (Track, Track) {
    let old =
        Track { tick: Tick::new(1), x: 16_000, z: 16_000, velocity_x: 256, ..Track::default() };
    let new = Track {
        tick: Tick::new(11),
        x: 16_000 + 256 * (10 - ago as i32),
        z: 16_000 + 256 * ago as i32,
        velocity_x: 0,
        velocity_z: 256,
        ..old
    };
    (old, new)
}

#[test]
fn a_turn_takes_three_or_four_bytes_also_if_it_is_told_late() {
    let bits = |ago: u64, coding: Coding| {
        let (old, new) = turn(ago);
        delta_bits(&plan_delta(&old, &new, true, coding).unwrap(), coding).len()
    };
    assert_eq!(bits(1, Coding::Plain), 1 + 1 + 6 + 11 + 2 + 24 + 1 + 1);
    // Full speed along an axis is a whole number of the roughest units.
    assert_eq!(bits(1, Coding::Tight), 1 + 1 + 3 + 7 + 1 + 2 + 4 + 1 + 1);
    assert_eq!(bits(4, Coding::Tight), 1 + 1 + 3 + 7 + 4 + 2 + 4 + 1 + 1);
    assert_eq!(bits(9, Coding::Tight), 1 + 1 + 3 + 7 + 6 + 2 + 4 + 1 + 1);
}

#[test]
fn who_begins_or_ends_to_walk_tells_no_pose() {
    let stands = Track { tick: Tick::new(1), x: 16_000, z: 16_000, ..Track::default() };
    let walks = Track { velocity_z: 256, pose: Pose::Walking, ..stands };
    let fights = Track { velocity_z: 256, pose: Pose::Fighting, ..stands };
    for (old, new, tells_rest) in [
        (stands, walks, false),
        (walks, stands, false),
        (stands, fights, true),
        (fights, stands, true),
    ] {
        let delta = plan_delta(&old, &new, true, Coding::Tight).unwrap();
        assert_eq!(delta.tells_rest(), tells_rest, "{old:?} {new:?}");
        assert_eq!(delta.apply(&old, new.tick), new);
    }
}

/// Somebody who walks in any direction is told by it, within the slack of the grade.
#[test]
fn every_walk_is_told_by_its_direction() {
    let still = Track::default();
    for facing in (0..=u16::MAX).step_by(7) {
        let way = direction_of(Facing::new(facing));
        let along = |share: f32| (share * 256.0).round() as i32;
        let truth = Track { velocity_x: along(way.x), velocity_z: along(way.y), ..still };
        for (grade, slack) in [(Grade::Fine, 1), (Grade::Middle, 2), (Grade::Rough, 8)] {
            let told = snapped_velocity(&still, &truth, grade);
            let off = (told.0 - truth.velocity_x).abs().max((told.1 - truth.velocity_z).abs());
            assert!(off <= slack, "{told:?} for {truth:?}");
            let new = Track { velocity_x: told.0, velocity_z: told.1, ..still };
            let moved = plan_delta(&still, &new, true, Coding::Tight).unwrap().moved.unwrap();
            assert!(matches!(moved.velocity, Velocity::Run(_)), "{told:?} by {moved:?}");
        }
    }
}
