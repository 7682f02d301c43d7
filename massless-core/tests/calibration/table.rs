//! The table of game rules, section 17.

use crate::reference::Build;

const fn class(
    name: &'static str,
    class: u8,
    weapon: u16,
    body: u16,
    skills: &'static [u16],
) -> Build {
    Build { name, class, weapon, off_hand: None, body, skills, is_class: true }
}

const fn built(
    name: &'static str,
    class: u8,
    (weapon, off_hand, body): (u16, Option<u16>, u16),
    skills: &'static [u16],
) -> Build {
    Build { name, class, weapon, off_hand, body, skills, is_class: false }
}

/// Classes at level 1, specialisations from level 5 on.
pub(crate) const BUILDS: [Build; 12] = [
    class("Warrior", 1, 1_010, 2_010, &[101]),
    class("Assassin", 2, 1_030, 2_020, &[201]),
    class("Shaman", 3, 1_050, 2_030, &[301]),
    class("Sorcerer", 4, 1_070, 2_020, &[401]),
    built("Vanguard", 1, (1_020, None, 2_010), &[113, 112, 101, 111]),
    built("Bulwark", 1, (1_010, Some(2_070), 2_010), &[123, 101, 121]),
    built("Stalker", 2, (1_030, None, 2_020), &[212, 213, 211, 201]),
    built("Marksman", 2, (1_040, None, 2_020), &[222, 221, 223, 201]),
    built("Mender", 3, (1_060, Some(2_070), 2_030), &[301]),
    built("Stormcaller", 3, (1_050, None, 2_030), &[322, 321, 301, 323]),
    built("Hexer", 4, (1_070, Some(2_080), 2_020), &[411, 412, 401, 413]),
    built("Spellblade", 4, (1_080, Some(2_080), 2_020), &[421, 423, 422, 401]),
];

/// Build, level, then: max HP, max MP, attack, defence, magic defence; ticks to kill a curve creature of
/// the level, to idle death by it (physical), to kill the own mirror.
pub(crate) const CELLS: &[(&str, u8, [u32; 8])] = &[
    ("Warrior", 1, [319, 70, 37, 21, 14, 100, 800, 382]),
    ("Assassin", 1, [319, 85, 39, 17, 15, 90, 800, 384]),
    ("Shaman", 1, [310, 155, 37, 16, 22, 100, 720, 380]),
    ("Sorcerer", 1, [313, 160, 39, 16, 20, 104, 680, 354]),
    ("Vanguard", 5, [667, 86, 55, 25, 14, 110, 720, 400]),
    ("Vanguard", 10, [1177, 106, 105, 54, 34, 114, 880, 350]),
    ("Vanguard", 20, [2111, 146, 182, 92, 59, 110, 880, 360]),
    ("Vanguard", 30, [3046, 186, 259, 131, 84, 110, 880, 360]),
    ("Bulwark", 5, [667, 86, 55, 25, 14, 134, 720, 410]),
    ("Bulwark", 10, [1177, 106, 105, 62, 38, 110, 920, 458]),
    ("Bulwark", 20, [2111, 146, 182, 107, 68, 120, 920, 420]),
    ("Bulwark", 30, [3046, 186, 259, 151, 97, 120, 920, 420]),
    ("Stalker", 5, [675, 105, 57, 19, 15, 128, 720, 404]),
    ("Stalker", 10, [1195, 130, 107, 44, 38, 118, 840, 360]),
    ("Stalker", 20, [2149, 180, 184, 77, 66, 104, 880, 340]),
    ("Stalker", 30, [3104, 230, 261, 110, 94, 118, 920, 340]),
    ("Marksman", 5, [675, 105, 57, 19, 15, 117, 720, 380]),
    ("Marksman", 10, [1195, 130, 107, 44, 38, 108, 840, 375]),
    ("Marksman", 20, [2149, 180, 184, 77, 66, 106, 880, 370]),
    ("Marksman", 30, [3104, 230, 261, 110, 94, 104, 920, 365]),
    ("Mender", 5, [666, 227, 55, 18, 28, 136, 680, 432]),
    ("Mender", 10, [1186, 317, 105, 47, 64, 110, 800, 432]),
    ("Mender", 20, [2140, 497, 182, 82, 111, 136, 840, 460]),
    ("Mender", 30, [3095, 677, 259, 116, 159, 136, 840, 460]),
    ("Stormcaller", 5, [666, 227, 55, 18, 28, 136, 680, 434]),
    ("Stormcaller", 10, [1186, 317, 105, 39, 60, 92, 800, 376]),
    ("Stormcaller", 20, [2140, 497, 182, 67, 102, 102, 800, 376]),
    ("Stormcaller", 30, [3095, 677, 259, 96, 146, 102, 800, 376]),
    ("Hexer", 5, [673, 232, 57, 18, 24, 134, 680, 410]),
    ("Hexer", 10, [1198, 322, 111, 44, 52, 130, 840, 430]),
    ("Hexer", 20, [2162, 502, 193, 77, 90, 138, 840, 402]),
    ("Hexer", 30, [3127, 682, 274, 110, 128, 138, 840, 402]),
    ("Spellblade", 5, [673, 232, 57, 18, 24, 134, 680, 458]),
    ("Spellblade", 10, [1198, 322, 111, 44, 52, 110, 840, 402]),
    ("Spellblade", 20, [2162, 502, 193, 77, 90, 100, 840, 364]),
    ("Spellblade", 30, [3127, 682, 274, 110, 128, 106, 840, 364]),
];

/// Least, most and mean over all builds, at levels 1, 5, 10, 20, 30.
pub(crate) const SUMMARY: [(&str, [[u32; 3]; 5]); 4] = [
    (
        "kill a curve monster",
        [[90, 104, 98], [110, 136, 128], [92, 130, 111], [100, 138, 114], [102, 138, 116]],
    ),
    (
        "idle death, physical",
        [[680, 800, 750], [680, 720, 700], [800, 920, 845], [800, 920, 860], [800, 920, 870]],
    ),
    (
        "idle death, magic",
        [[720, 840, 770], [640, 760, 700], [800, 920, 835], [760, 920, 835], [760, 920, 845]],
    ),
    (
        "player against player, all pairs",
        [[310, 384, 352], [374, 492, 404], [327, 458, 380], [320, 460, 373], [314, 460, 368]],
    ),
];
