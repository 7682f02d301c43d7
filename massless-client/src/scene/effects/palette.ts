// Which colours the schools of skills, rarities and feelings have.

import { colour, type Colour } from "../shape";

/** Colours of rarities 0 to 4, as in the inventory. */
export const RARITY_COLOURS: readonly Colour[] = [
  colour("#d8d2c4"), colour("#5fce5a"), colour("#4b92f5"), colour("#b168f0"), colour("#ff9a3c"),
];

export const HOSTILE: Colour = colour("#ff4630");
export const NEUTRAL: Colour = colour("#ffd257");
export const FRIENDLY: Colour = colour("#63e07a");
export const HEALING: Colour = colour("#8dffa0");
export const BLOOD: Colour = colour("#ff5a3c");
export const GOLD: Colour = colour("#ffd678");
export const SHIELD: Colour = colour("#9fd2ff");

const PHYSICAL: Colour = colour("#ffe2b0");
const SPIRIT: Colour = colour("#7dffc6");
const GLOOM: Colour = colour("#b07bff");
const FROST: Colour = colour("#8fd8ff");
const FIRE: Colour = colour("#ff8a3a");
const VENOM: Colour = colour("#a8e04a");

const SKILLS: Readonly<Record<number, Colour>> = {
  212: VENOM,
  322: FROST,
  323: colour("#e0b070"),
  402: colour("#c79bff"),
  411: VENOM,
  412: colour("#ff5c8a"),
  423: FIRE,
};

/** The colour of a skill's light; `weapon` is the row of the weapon for plain swings. */
export function skillColour(skill: number | undefined, weapon = 0): Colour {
  if (skill === undefined) {
    if (weapon === 1050 || weapon === 1060) return SPIRIT;
    return weapon === 1070 || weapon === 1080 ? GLOOM : PHYSICAL;
  }
  const own = SKILLS[skill];
  if (own) return own;
  if (skill >= 300 && skill < 400) return SPIRIT;
  return skill >= 400 && skill < 500 ? GLOOM : PHYSICAL;
}
