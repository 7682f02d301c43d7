//! Unit tests of loading: the embedded set, errors with their places, the hash.

mod mistakes;

use super::*;
use crate::content::creature::{Category, Damage};
use crate::content::item::{EquipSlot, ItemKind};
use crate::content::skill::{Aim, Leap, Outcome, Range, Timing};
use crate::units::{Level, Ticks};

fn files() -> Vec<SourceFile<'static>> {
    embedded::FILES.to_vec()
}

fn errors(change: impl Fn(&str) -> String, path: &str) -> Vec<String> {
    let mut files = files();
    let file = files.iter_mut().find(|file| file.path == path).unwrap();
    let text = change(core::str::from_utf8(file.bytes).unwrap());
    file.bytes = text.as_bytes();
    let files: Vec<SourceFile<'_>> = files.iter().map(|file| SourceFile { ..*file }).collect();
    let errors = Content::load(&files).expect_err("the change is an error");
    errors.0.iter().map(ToString::to_string).collect()
}

#[test]
fn the_embedded_content_is_valid() {
    let content = Content::embedded();
    let vale = content.zone(ZoneId::new(1)).unwrap();
    assert_eq!(vale.map.size(), (256, 256));
    assert_eq!(vale.spawn_groups.iter().map(|group| group.count).sum::<u32>(), 77);
    assert_eq!((vale.npcs.len(), vale.portals.len()), (9, 1));
    assert_eq!(content.creatures().len(), 16);
    assert_eq!((content.classes().len(), content.effects().len()), (4, 19));
    assert_eq!((content.skills().len(), content.quests().len()), (36, 13));
    // Eight weapons and six rows of armour with three tiers, four rows with two, and the rest.
    assert_eq!(content.items().len(), 14 * 3 + 4 * 2 + 6 + 6 + 12 + 1);
    let captain = content.creature(CreatureId::new(108)).unwrap();
    assert_eq!((captain.category, captain.hit_points.get()), (Category::Elite, 3_070));
    assert_eq!(content.rules().walk_speed, 5.0);
}

#[test]
fn definitions_are_what_their_files_say() {
    let content = Content::embedded();
    let sword = content.item(ItemId::new(1_012)).unwrap();
    assert_eq!((sword.name.as_str(), sword.level.get()), ("Tempered Longsword", 8));
    assert_eq!((sword.price, sword.stack_max, sword.slot()), (600, 1, Some(EquipSlot::Weapon)));
    let weapon = sword.weapon().unwrap();
    assert_eq!((weapon.row, weapon.damage), (ItemId::new(1_010), Damage::Physical));
    assert_eq!((weapon.interval.get(), weapon.swing_bp, weapon.two_handed), (24, 9_500, false));
    assert!(matches!(&sword.kind, ItemKind::Gear { tier: 2, stats, .. } if stats.attack == 32));
    assert!(content.item(ItemId::new(2_071)).is_none(), "there is no shield of the first tier");
    let rush = content.skill(SkillId::new(102)).unwrap();
    assert_eq!((rush.aim, rush.range), (Aim::Hostile, Range::Metres(8.0)));
    let leap = Leap::ToTarget { stop: 1.5, speed: Some(15.0) };
    assert_eq!(rush.outcomes[0], Outcome::Leap(leap));
    let siphon = content.skill(SkillId::new(412)).unwrap();
    let channel = Timing::Channel { ticks: Ticks::new(60), every: Ticks::new(20) };
    assert_eq!(siphon.timing, channel);
    let rules = content.rules();
    let need = |level| rules.experience_need(Level::new(level));
    assert_eq!((need(1), need(10), need(120), rules.level_max.get()), (100, 15_848, 3_751_446, 90));
    let captain = content.creature(CreatureId::new(108)).unwrap();
    assert_eq!(captain.material, Some((ItemId::new(5_005), 10_000, (1, 2))));
    let elite = content.loot(Category::Elite).unwrap();
    assert_eq!((elite.gear_bp.as_slice(), elite.rolls.len()), (&[4_000, 4_000][..], 6));
    assert!(content.loot(Category::Guard).is_none());
}

/// Section 9: curve x category x own character; experience by the curve of section 5.
#[test]
fn creatures_give_the_experience_of_the_curve() {
    let content = Content::embedded();
    for creature in content.creatures() {
        let (level, bp) = (
            creature.level,
            match creature.category {
                Category::Normal => 10_000,
                Category::Aggressive => 11_500,
                Category::Elite => 60_000,
                Category::Guard => 0,
            },
        );
        let curve = content.rules().experience_need(level) / (8 + 10 * u32::from(level.get()));
        assert_eq!(creature.experience, curve * bp / 10_000, "{}", creature.name);
    }
}

#[test]
fn the_foundation_stands_alone_and_is_part_of_the_set() {
    let zone = "(id: 1, name: \"Yard\", map: Flat(8, 8), respawn: (4, 4), safe_radius: 1, arrival: \
        (centre: (4, 4), radius: 1), spawn_groups: [], npcs: [], portals: [], open_channel_at: 5, \
        characters_max: 9)";
    let mut files = Content::foundation_files().to_vec();
    assert!(files.iter().all(|file| embedded::FILES.iter().any(|other| other.path == file.path)));
    files.push(SourceFile { path: "zones/1-yard.ron", bytes: zone.as_bytes() });
    let content = Content::load(&files).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((content.classes().len(), content.creatures().len()), (4, 0));
}

#[test]
fn every_error_is_told_with_its_place() {
    let path = "creatures/101-dust-hound.ron";
    let found =
        errors(|text| text.replace("speed: 4.2", "speed: 9").replace("level: 1", "level: 0"), path);
    assert_eq!(
        found,
        [
            "creatures/101-dust-hound.ron:5: level: 0 is out of range; allowed: 1 to 120",
            "creatures/101-dust-hound.ron:13: speed: 9 is out of range; allowed: 0 to 7.5",
        ]
    );
}

#[test]
fn an_unknown_field_is_told_with_the_known_ones() {
    let path = "creatures/101-dust-hound.ron";
    let found = errors(|text| text.replace("reach:", "raech:"), path);
    // Who names the unreadable creature is not wrong, too.
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("ron:12") && found[0].contains("raech"), "{found:?}");
    assert!(found[0].contains("`reach`"), "{found:?}");
}

#[test]
fn a_zone_is_checked_against_its_map_and_creatures() {
    let path = "zones/1-cinder-vale.ron";
    let found = errors(|text| text.replace("count: 10", "count: 0"), path);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("spawn_groups[3].count: 0 is out of range"), "{found:?}");
    let found = errors(|text| text.replace("(128.0, 250.0)", "(128.0, 256.0)"), path);
    assert!(found[0].contains("portals[0].place: (128, 256) is not on the map"), "{found:?}");
    let found = errors(|text| text.replace("characters_max: 1000", "characters_max: NaN"), path);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn missing_double_and_foreign_files_are_errors() {
    let no_rules: Vec<SourceFile<'_>> = files().into_iter().skip(1).collect();
    assert!(
        Content::load(&no_rules)
            .unwrap_err()
            .to_string()
            .contains("rules.ron: the file is missing")
    );
    let mut doubled = files();
    doubled.push(doubled[1]);
    assert!(Content::load(&doubled).unwrap_err().to_string().contains("given twice"));
    let mut foreign = files();
    foreign.push(SourceFile { path: "notes.txt", bytes: b"" });
    assert!(Content::load(&foreign).unwrap_err().to_string().contains("notes.txt"));
    assert!(Content::load(&[]).is_err());
}

#[test]
fn the_hash_covers_bytes_and_not_order() {
    let hash = Content::load(&files()).unwrap().hash();
    let mut reversed = files();
    reversed.reverse();
    assert_eq!(Content::load(&reversed).unwrap().hash(), hash);
    let mut changed = files();
    let text = core::str::from_utf8(changed[0].bytes).unwrap().replace("5.0,", "5.5,");
    changed[0].bytes = text.as_bytes();
    let changed: Vec<SourceFile<'_>> = changed.iter().map(|file| SourceFile { ..*file }).collect();
    assert_ne!(Content::load(&changed).unwrap().hash(), hash);
}

#[test]
fn broken_text_is_refused_without_panic() {
    let zone = "(id: 7, name: \"Yard\", map: Flat(8, 8), respawn: (4, 4), safe_radius: 1, \
        arrival: (centre: (4, 4), radius: 1), npcs: [(id: 701, name: \"Rook\", role: Shop, \
        place: (2.5, 3))], spawn_groups: [(creature: 101, count: 2, centre: (4, 4), radius: 3)], \
        portals: [(name: \"Out\", place: (1, 1), radius: 1, zone: 8, arrival: (1, 1))], \
        open_channel_at: 5, characters_max: 9)";
    let hound = "(id: 101, name: \"Hound\", category: Normal, level: 1, hit_points: 9, attack: 1, \
        damage: Physical, defence: 0, magic_defence: 0, swing_interval_ticks: 40, reach: 2, \
        speed: 4, notice_radius: None, experience: 1, coin: (0, 1))";
    let hound = SourceFile { path: "creatures/101-hound.ron", bytes: hound.as_bytes() };
    let mut set = [files()[0], hound, SourceFile { path: "zones/7-yard.ron", bytes: b"" }];
    set[2].bytes = zone.as_bytes();
    let yard = Content::load(&set).expect("the yard is a zone");
    assert_eq!(yard.zones()[0].npcs[0].place, crate::math::Vec2::new(2.5, 3.0));
    for index in 0..zone.len() {
        for letter in [b'9', b'-', b'(', b'"', 0xFF] {
            let mut broken = zone.as_bytes().to_vec();
            broken[index] = letter;
            let _ = Content::load(&[set[0], set[1], SourceFile { bytes: &broken, ..set[2] }]);
        }
        let _ = Content::load(&[
            set[0],
            set[1],
            SourceFile { bytes: &set[2].bytes[..index], ..set[2] },
        ]);
    }
}

#[test]
fn shops_sell_what_their_zone_is_for() {
    let content = Content::embedded();
    let wares = |zone: u32| {
        let zone = content.zone(ZoneId::new(zone)).expect("it is there");
        let shop = zone.npcs.iter().find_map(|npc| npc.shop).expect("every town has a shop");
        content.services().shop(shop).expect("its shop").wares.clone()
    };
    let has = |zone, item| wares(zone).contains(&ItemId::new(item));
    for zone in 1..=3 {
        assert_eq!(wares(zone).len(), 4 + 14, "draughts, scroll, dust and the first tier");
        assert!(has(zone, 3001) && has(zone, 1_011) && !has(zone, 1_012) && !has(zone, 3002));
    }
    assert!(has(10, 4002) && has(10, 2_072) && !has(10, 2_073), "with shields of the second tier");
    let sold = wares(1).into_iter().chain(wares(10));
    assert!(sold.filter_map(|id| content.item(id)).all(|item| item.price > 0));
}

#[test]
fn shops_pay_a_fifth_times_the_rarity_and_nothing_for_some() {
    let content = Content::embedded();
    let pays = |id: u16, rarity| {
        let item = content.item(ItemId::new(id)).expect("it is there");
        content.services().sale_price(item, rarity)
    };
    // Game rules, section 8: what materials sell for.
    let materials = [1, 2, 1, 2, 3, 3, 4, 5, 5, 7, 7, 10];
    for (id, price) in (5_001..).zip(materials) {
        assert_eq!(pays(id, 0), price, "{id}");
    }
    assert_eq!([0, 1, 2, 3, 4].map(|rarity| pays(1_011, rarity)), [12, 18, 36, 72, 144]);
    assert_eq!([4_003, 4_011, 4_012, 4_013, 6_001].map(|id| pays(id, 0)), [0; 5]);
}
