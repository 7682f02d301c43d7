//! One mistake of every kind, all in one set: each is told with its file, line, field and way out.

use super::super::{Content, SourceFile, embedded};

/// File, what is replaced by what, and the error it must give after the file's name.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    // Classes.
    (
        "classes/1-warrior.ron",
        "1011, 2011",
        "1031, 2012",
        ":10: worn[0]: item 1031 cannot be worn from the start; allowed: gear of level 1 for this \
         class, one a slot",
    ),
    (
        "classes/1-warrior.ron",
        "2061]",
        "2061, 9999]",
        ":10: worn[5]: item 9999 is not defined; allowed: 1011, 1012, 1013, 1021, 1022, 1023, 1031, \
         1032, 1033, 1041, 1042, 1043, 1051, 1052, 1053, 1061, 1062, 1063, 1071, 1072, 1073, 1081, \
         1082, 1083, 51 more",
    ),
    (
        "classes/2-assassin.ron",
        "(3001, 10)",
        "(3001, 100)",
        ":11: carried[0]: 100 is out of range; allowed: 1 to 99",
    ),
    (
        "classes/3-shaman.ron",
        "hit_points: (195",
        "hit_points: (0",
        ":8: hit_points: 0 is out of range; allowed: 1 to 100000",
    ),
    // Effects.
    (
        "effects/1-slow.ron",
        "-3000",
        "-30000",
        ":7: move_bp: -30000 is out of range; allowed: -10000 to 100000",
    ),
    (
        "effects/18-protected.ron",
        "name: \"Protected\"",
        "name: \" Protected\"",
        ":3: name: \" Protected\" cannot be shown as a name; allowed: 1 to 40 letters, no control \
         characters, no space at either end",
    ),
    // Skills.
    (
        "skills/101-heavy-cut.ron",
        "Class(1)",
        "Class(9)",
        ":5: learner: class 9 is not defined; allowed: 1, 2, 3, 4",
    ),
    (
        "skills/101-heavy-cut.ron",
        "Metres(3.0)",
        "None",
        ":9: range: None does not fit Hostile; allowed: Metres(..), Weapon",
    ),
    (
        "skills/102-rush-in.ron",
        "effect: 1,",
        "effect: 77,",
        ":15: outcomes[2].effect: effect 77 is not defined; allowed: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, \
         11, 12, 13, 14, 15, 16, 17, 18, 19",
    ),
    (
        "skills/102-rush-in.ron",
        "stop: 1.5",
        "stop: 0.0",
        ":13: outcomes[0]: 0 is out of range; allowed: 0.1 to 50",
    ),
    (
        "skills/111-wide-arc.ron",
        "weapons: [1020",
        "weapons: [2010",
        ":7: weapons: row of weapons 2010 is not defined; allowed: 1010, 1020, 1030, 1040, 1050, 1060, \
         1070, 1080",
    ),
    (
        "skills/202-sidestep.ron",
        "outcomes: [",
        "outcomes: [ Damage(bp: 1),",
        ":12: outcomes[0].bp: damage to allies; allowed: damage with a hostile aim",
    ),
    (
        "skills/212-venom-edge.ron",
        "every: 40",
        "every: 33",
        ":15: outcomes[1].every: Venom works over time, but not every 33; allowed: a divisor of its \
         ticks",
    ),
    (
        "skills/223-pinning-shot.ron",
        "ticks: 40",
        "ticks: 40, bp: 5",
        ":15: outcomes[1].bp: 5 does not fit Root; allowed: 1 or more for what works over time or \
         absorbs, else no such field",
    ),
    (
        "skills/301-spirit-lash.ron",
        "mana: 9,",
        "mana: 9, lasting: Some((first_ticks: 0, every_ticks: 1, times: 1)),",
        ":11: lasting: only an area can stay; allowed: with aim: Ground(..) or Around(..)",
    ),
    (
        "skills/322-hail-field.ron",
        "times: 4",
        "times: 300",
        ":17: lasting.times: 300 is out of range; allowed: 1 to 255",
    ),
    (
        "skills/412-siphon.ron",
        "every: 20",
        "every: 7",
        ":8: timing.every: 7 does not divide 60; allowed: a divisor of the channel's ticks",
    ),
    (
        "skills/904-call-hands.ron",
        "creature: 601",
        "creature: 699",
        ":13: outcomes[0].creature: creature 699 is not defined; allowed: 101, 102, 103, 104, 105, \
         106, 107, 108, 201, 202, 203, 204, 205, 206, 601, 901",
    ),
    // Items.
    (
        "items/2100-ring.ron",
        "tier: 3",
        "tier: 4",
        ":9: kind.tiers[1].tier: 4 is out of range; allowed: 1 to 3",
    ),
    (
        "items/1020-greatsword.ron",
        "slot: Weapon",
        "slot: Ring",
        ":7: kind.slot: Ring and weapon do not agree; allowed: weapon: Some(..) with slot: Weapon, none \
         with the others",
    ),
    (
        "items/2010-plate.ron",
        "classes: [1]",
        "classes: [7], price: 3",
        ":5: price: the tiers of gear say it; allowed: no such field in gear",
    ),
    (
        "items/2070-shield.ron",
        "classes: [1, 3]",
        "classes: [7]",
        ":5: classes: class 7 is not defined; allowed: 1, 2, 3, 4",
    ),
    (
        "items/3001-small-health-draught.ron",
        "amount: 180",
        "amount: 0",
        ":7: kind.action.amount: 0 is out of range; allowed: 1 to 1000000",
    ),
    // Creatures.
    (
        "creatures/108-ragged-captain.ron",
        "skill: 901",
        "skill: 101",
        ":18: abilities[0].skill: skill of creatures 101 is not defined; allowed: 901, 902, 903, 904",
    ),
    (
        "creatures/108-ragged-captain.ron",
        "quantity: (1, 2)",
        "quantity: (2, 1)",
        ":17: material.quantity: (2, 1) is no quantity; allowed: (least, most), 1 to 99, rising",
    ),
    // Loot.
    (
        "loot.ron",
        "8800, 1000",
        "8800, 1001",
        ":9: tables[0].rarity: the weights of the rarities come to 10001; allowed: 10000 together",
    ),
    (
        "loot.ron",
        "category: Elite",
        "category: Normal",
        ":26: tables[2].category: this category has two tables; allowed: each category once",
    ),
    (
        "loot.ron",
        "chance_bp: 50,",
        "chance_bp: 0,",
        ":22: tables[1].rolls[2].chance_bp: 0 is out of range; allowed: 1 to 10000",
    ),
    // Quests.
    (
        "quests/1-a-word-at-the-gate.ron",
        "after: []",
        "after: [2]",
        ":7: after: the quest waits for itself; allowed: quests that can be done before",
    ),
    (
        "quests/5-snakes-in-the-reeds.ron",
        "creature: 103, count: 10",
        "creature: 103, count: 0",
        ":6: goal.count: 0 is out of range; allowed: 1 to 1000",
    ),
    (
        "quests/6-prowlers-by-night.ron",
        "giver: Local(3)",
        "giver: Local(33)",
        ":5: giver: no zone has an npc with number 33; allowed: n of an id zone x 100 + n, Npc(id) for \
         a certain one",
    ),
    (
        "quests/7-a-silk-order.ron",
        "(3001, 5)",
        "(3001, 0)",
        ":10: items: 0 is out of range; allowed: 1 to 99",
    ),
    // Zones and rules.
    (
        "zones/1-cinder-vale.ron",
        "(136.0, 60.0), creature: Some(901)",
        "(136.0, 60.0), creature: Some(999)",
        ":29: npcs[8].creature: creature 999 is not defined; allowed: 101, 102, 103, 104, 105, 106, 107, \
         108, 201, 202, 203, 204, 205, 206, 601, 901",
    ),
    (
        "zones/10-oxbow-plain.ron",
        "faction: Some(3)",
        "faction: Some(4)",
        ":47: portals[2].faction: 4 is out of range; allowed: 1 to 3",
    ),
    (
        "rules.ron",
        "100, 459,",
        "459, 100,",
        ":7: experience: the numbers do not rise; allowed: each greater than the one before",
    ),
    (
        "zones/1-cinder-vale.ron",
        "shop: Some(1)",
        "shop: Some(9)",
        ":21: npcs[0].shop: shop 9 is not defined; allowed: 1, 2, 3",
    ),
    // Services.
    (
        "services.ron",
        "(success_bp: 9000",
        "(success_bp: 0",
        ":21: upgrades[0].success_bp: 0 is out of range; allowed: 1 to 10000",
    ),
    (
        "services.ron",
        "Minus(1)",
        "Minus(9)",
        ":24: upgrades[3].failure: 9 is out of range; allowed: 1 to 3",
    ),
    (
        "services.ron",
        "market_level: 5",
        "market_level: 0",
        ":50: market_level: 0 is out of range; allowed: 1 to 120",
    ),
];

#[test]
fn every_kind_of_mistake_is_told_at_once_with_its_place() {
    let mut texts: Vec<(&str, Vec<u8>)> =
        embedded::FILES.iter().map(|file| (file.path, file.bytes.to_vec())).collect();
    let mut wanted: Vec<String> = Vec::new();
    for (path, from, to, error) in MISTAKES {
        let (_, bytes) = texts.iter_mut().find(|(name, _)| name == path).expect("a file");
        let text = core::str::from_utf8(bytes).expect("text");
        assert!(text.contains(from), "{path} has {from}");
        *bytes = text.replacen(from, to, 1).into_bytes();
        wanted.push(format!("{path}{error}"));
    }
    // What follows from the above.
    for follows in [
        "classes/1-warrior.ron:10: worn[1]: item 2012 cannot be worn from the start; allowed: gear of \
         level 1 for this class, one a slot",
        "items/2010-plate.ron:5: classes: class 7 is not defined; allowed: 1, 2, 3, 4",
        "quests/2-too-many-hounds.ron:7: after: the quest waits for itself; allowed: quests that can be \
         done before",
    ] {
        wanted.push(follows.to_owned());
    }
    let files: Vec<SourceFile<'_>> =
        texts.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    let errors = Content::load(&files).expect_err("it is full of mistakes");
    let mut found: Vec<String> = errors.0.iter().map(ToString::to_string).collect();
    found.sort();
    wanted.sort();
    let unexpected: Vec<&String> = found.iter().filter(|one| !wanted.contains(one)).collect();
    let missing: Vec<&String> = wanted.iter().filter(|one| !found.contains(one)).collect();
    assert!(
        unexpected.is_empty() && missing.is_empty(),
        "unexpected: {unexpected:#?}\nmissing: {missing:#?}"
    );
}
