//! The default content set, built in: one line a file of `massless-core/content`.

use super::SourceFile;

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(SourceFile { path: $path, bytes: include_bytes!(concat!("../../content/", $path)) }),*]
    };
}

/// What names no creature and no place.
pub(crate) const FOUNDATION: [SourceFile<'static>; 103] = files![
    "rules.ron",
    "loot.ron",
    "classes/1-warrior.ron",
    "classes/2-assassin.ron",
    "classes/3-shaman.ron",
    "classes/4-sorcerer.ron",
    "effects/1-slow.ron",
    "effects/2-root.ron",
    "effects/3-stun.ron",
    "effects/4-silence.ron",
    "effects/5-taunt.ron",
    "effects/6-sundered.ron",
    "effects/7-venom.ron",
    "effects/8-burn.ron",
    "effects/9-withering.ron",
    "effects/10-battle-heat.ron",
    "effects/11-stone-guard.ron",
    "effects/12-rallied.ron",
    "effects/13-charged.ron",
    "effects/14-renewal.ron",
    "effects/15-dawn-ward.ron",
    "effects/16-evasive.ron",
    "effects/17-rift-fury.ron",
    "effects/18-protected.ron",
    "effects/19-aggressor.ron",
    "items/1010-longsword.ron",
    "items/1020-greatsword.ron",
    "items/1030-twin-daggers.ron",
    "items/1040-bow.ron",
    "items/1050-staff.ron",
    "items/1060-censer.ron",
    "items/1070-wand.ron",
    "items/1080-runeblade.ron",
    "items/2010-plate.ron",
    "items/2020-leather-coat.ron",
    "items/2030-robe.ron",
    "items/2040-cap.ron",
    "items/2050-gloves.ron",
    "items/2060-boots.ron",
    "items/2070-shield.ron",
    "items/2080-orb.ron",
    "items/2090-necklace.ron",
    "items/2100-ring.ron",
    "items/3001-small-health-draught.ron",
    "items/3002-plain-health-draught.ron",
    "items/3003-strong-health-draught.ron",
    "items/3004-small-mana-draught.ron",
    "items/3005-plain-mana-draught.ron",
    "items/3006-return-scroll.ron",
    "items/4001-refining-dust.ron",
    "items/4002-refining-shard.ron",
    "items/4003-refining-core.ron",
    "items/4011-steadying-oil.ron",
    "items/4012-focus-incense.ron",
    "items/4013-anchor-seal.ron",
    "items/5001-rough-pelt.ron",
    "items/5002-stiff-bristle.ron",
    "items/5003-viper-fang.ron",
    "items/5004-weaver-silk.ron",
    "items/5005-stolen-token.ron",
    "items/5006-curved-tusk.ron",
    "items/5007-moth-dust.ron",
    "items/5008-fen-slime.ron",
    "items/5009-shade-wisp.ron",
    "items/5010-golem-chip.ron",
    "items/5011-drake-scale.ron",
    "items/5012-rift-splinter.ron",
    "items/6001-sealed-letter.ron",
    "skills/101-heavy-cut.ron",
    "skills/102-rush-in.ron",
    "skills/111-wide-arc.ron",
    "skills/112-sunder.ron",
    "skills/113-battle-heat.ron",
    "skills/121-provoke.ron",
    "skills/122-stone-guard.ron",
    "skills/123-rally-standard.ron",
    "skills/201-keen-strike.ron",
    "skills/202-sidestep.ron",
    "skills/211-flank.ron",
    "skills/212-venom-edge.ron",
    "skills/213-dusk-leap.ron",
    "skills/221-long-shot.ron",
    "skills/222-arrow-fall.ron",
    "skills/223-pinning-shot.ron",
    "skills/301-spirit-lash.ron",
    "skills/302-kind-hands.ron",
    "skills/311-renewal.ron",
    "skills/312-clear-breath.ron",
    "skills/313-dawn-ward.ron",
    "skills/321-arc-spark.ron",
    "skills/322-hail-field.ron",
    "skills/323-ground-tremor.ron",
    "skills/401-gloom-bolt.ron",
    "skills/402-fade-step.ron",
    "skills/411-withering-hex.ron",
    "skills/412-siphon.ron",
    "skills/413-mute-seal.ron",
    "skills/421-charged-edge.ron",
    "skills/422-phase-lunge.ron",
    "skills/423-burning-ring.ron",
    "skills/901-heavy-blow.ron",
    "skills/902-cold-grasp.ron",
    "skills/903-ground-slam.ron",
];

/// Creatures, quests, zones, and the skill that calls a creature.
const WORLD: [SourceFile<'static>; 35] = files![
    "skills/904-call-hands.ron",
    "creatures/101-dust-hound.ron",
    "creatures/102-bristle-boar.ron",
    "creatures/103-reed-viper.ron",
    "creatures/104-grey-prowler.ron",
    "creatures/105-cave-weaver.ron",
    "creatures/106-hill-brute.ron",
    "creatures/107-road-thief.ron",
    "creatures/108-ragged-captain.ron",
    "creatures/201-plains-strider.ron",
    "creatures/202-tusked-grazer.ron",
    "creatures/203-ash-jackal.ron",
    "creatures/204-grave-moth.ron",
    "creatures/205-bone-picker.ron",
    "creatures/206-old-ironhide.ron",
    "creatures/601-quarry-thrall.ron",
    "creatures/901-town-guard.ron",
    "maps/cinder-vale.map",
    "quests/1-a-word-at-the-gate.ron",
    "quests/2-too-many-hounds.ron",
    "quests/3-bristles-for-brushes.ron",
    "quests/4-the-sealed-letter.ron",
    "quests/5-snakes-in-the-reeds.ron",
    "quests/6-prowlers-by-night.ron",
    "quests/7-a-silk-order.ron",
    "quests/8-brutes-on-the-hill.ron",
    "quests/9-the-road-is-closed.ron",
    "quests/10-a-captain-in-rags.ron",
    "quests/11-across-the-oxbow.ron",
    "quests/12-dust-of-the-dead.ron",
    "quests/13-picked-clean.ron",
    "zones/1-cinder-vale.ron",
    "zones/2-mistwater-vale.ron",
    "zones/3-briar-vale.ron",
    "zones/10-oxbow-plain.ron",
];

/// All of it.
pub(crate) static FILES: [SourceFile<'static>; FOUNDATION.len() + WORLD.len()] = joined();

const fn joined() -> [SourceFile<'static>; FOUNDATION.len() + WORLD.len()] {
    let mut files = [FOUNDATION[0]; FOUNDATION.len() + WORLD.len()];
    let mut index = 1;
    while index < files.len() {
        files[index] = if index < FOUNDATION.len() {
            FOUNDATION[index]
        } else {
            WORLD[index - FOUNDATION.len()]
        };
        index += 1;
    }
    files
}
