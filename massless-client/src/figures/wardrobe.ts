// Who looks how: players by their look, creatures and people of the place by their definition.

import { Kind } from "massless/core/world";
import { colour, type Colour, type Shape } from "../scene/shape";
import * as beasts from "./beasts";
import { type Coat, type Dress, humanoid } from "./humanoid";
import { isThrust, weaponRow, weaponShape } from "./weapons";

export { Kind };

/** The colours that one figure puts in place of those a shape leaves open. */
export interface Tints {
  readonly cloth: Colour;
  readonly trim: Colour;
  readonly hair: Colour;
  readonly skin: Colour;
}

/** One looks: which shape, in which colours and size. */
export interface Outfit {
  /** Key of the shape; figures of one shape are drawn together. */
  readonly shape: string;
  readonly tints: Tints;
  readonly size: number;
  /** Metres above the feet where the name stands. */
  readonly crown: number;
  /** Metres the figure moves in one full stride. */
  readonly stride: number;
  /** Falls on its back when it dies, not on its side. */
  readonly upright: boolean;
  /** Its blows are thrust or loosed, not swung. */
  readonly thrusts: boolean;
  /** Key of what it holds, drawn with the same motion. */
  readonly held?: string;
}

/** How many looks a player chooses from. */
export const LOOKS = 16;

/** What a player's look decides, and what the class. */
const PLAYER_HEADS: readonly Omit<Dress, "coat" | "tool">[] = [
  { head: "short", cape: true },
  { head: "long" },
  { head: "hood", pack: true },
  { head: "bun", cape: true },
];
const CLASS_COATS: readonly Coat[] = ["tunic", "armour", "tunic", "robe", "dress"];

function playerDress(classNumber: number, look: number): Dress {
  const head = PLAYER_HEADS[look % 4]!;
  return { ...head, coat: CLASS_COATS[classNumber] ?? "tunic", tool: "none", mask: classNumber === 2 };
}

const PLAYER_TINTS: readonly Tints[] = [
  { cloth: colour("#b8552f"), trim: colour("#5a3a2c"), hair: colour("#4b2f1d"), skin: colour("#dca886") },
  { cloth: colour("#2f7f86"), trim: colour("#274852"), hair: colour("#1f1a18"), skin: colour("#8f5f43") },
  { cloth: colour("#6b8a3e"), trim: colour("#4a4a2c"), hair: colour("#c79a4e"), skin: colour("#edc3a0") },
  { cloth: colour("#7a4f86"), trim: colour("#3f3450"), hair: colour("#8e3f23"), skin: colour("#b57f5a") },
];

const NPC_DRESSES: readonly Dress[] = [
  { coat: "tunic", head: "short", tool: "none", apron: true, beard: true },
  { coat: "tunic", head: "bald", tool: "hammer", apron: true, beard: true, bulk: 1.2 },
  { coat: "robe", head: "hood", tool: "staff", beard: true },
  { coat: "dress", head: "bun", tool: "scroll" },
  { coat: "armour", head: "short", tool: "sabre", cape: true, bulk: 1.08 },
  { coat: "robe", head: "hat", tool: "scroll" },
  { coat: "tunic", head: "hood", tool: "staff", cape: true, pack: true },
  { coat: "armour", head: "helmet", tool: "spear", shield: true, bulk: 1.06 },
];

const NPC_TINTS: readonly Tints[] = [
  { cloth: colour("#8f9a4b"), trim: colour("#5c4632"), hair: colour("#6b4a2c"), skin: colour("#d9a47e") },
  { cloth: colour("#8a4a36"), trim: colour("#3d3029"), hair: colour("#2e2620"), skin: colour("#b67c58") },
  { cloth: colour("#d9cfb8"), trim: colour("#a7792f"), hair: colour("#d8d4cc"), skin: colour("#e2b595") },
  { cloth: colour("#3f6f73"), trim: colour("#c9a24a"), hair: colour("#7a3c22"), skin: colour("#e8bfa0") },
  { cloth: colour("#a33d2a"), trim: colour("#7d2b20"), hair: colour("#25201c"), skin: colour("#8a5a3f") },
  { cloth: colour("#5b4a7d"), trim: colour("#34294d"), hair: colour("#a9803f"), skin: colour("#dca886") },
  { cloth: colour("#59704a"), trim: colour("#39492f"), hair: colour("#6b4a2c"), skin: colour("#c08d68") },
  { cloth: colour("#b5652f"), trim: colour("#6a3d22"), hair: colour("#3a2a1e"), skin: colour("#d6a27c") },
];

const THIEF: Dress = { coat: "tunic", head: "hood", tool: "dagger", mask: true };
const PICKER: Dress = { coat: "tunic", head: "hood", tool: "axe", mask: true, pack: true, cape: true };
const CAPTAIN: Dress = { coat: "tunic", head: "tricorne", tool: "sabre", beard: true, cape: true, bulk: 1.15 };

interface Form {
  readonly size?: number;
  readonly crown: number;
  readonly stride: number;
  readonly skin?: string;
  readonly upright?: boolean;
  readonly thrusts?: boolean;
}

function beast(shape: string, cloth: string, trim: string, form: Form): Outfit {
  const skin = colour(form.skin ?? cloth);
  return {
    shape,
    tints: { cloth: colour(cloth), trim: colour(trim), hair: colour(trim), skin },
    size: form.size ?? 1,
    crown: form.crown,
    stride: form.stride,
    upright: form.upright ?? false,
    thrusts: form.thrusts ?? false,
  };
}

const PERSON = { size: 1, crown: 2.05, stride: 1.9, upright: true, thrusts: false } as const;

const CREATURES: Readonly<Record<number, Outfit>> = {
  101: beast("hound", "#b8925c", "#7d5a36", { crown: 1.3, stride: 1.6 }),
  102: beast("boar", "#6e5140", "#3d2c24", { crown: 1.3, stride: 1.3 }),
  103: beast("viper", "#6f8f3f", "#c9a83e", { size: 1.1, crown: 1.1, stride: 1.3 }),
  104: beast("prowler", "#8b9096", "#53575e", { size: 1.1, crown: 1.5, stride: 1.9 }),
  105: beast("weaver", "#4a3d4f", "#8d4a3f", { size: 0.95, crown: 1.3, stride: 1.2 }),
  106: beast("brute", "#6e4e33", "#4d4338", { crown: 2.55, stride: 2.2, skin: "#8fa07c", upright: true }),
  107: {
    shape: "thief",
    tints: { cloth: colour("#4a4440"), trim: colour("#7c2f2a"), hair: colour("#2b2320"), skin: colour("#c99672") },
    ...PERSON,
  },
  108: {
    shape: "captain",
    tints: { cloth: colour("#8e2f2a"), trim: colour("#2b2a33"), hair: colour("#a8562a"), skin: colour("#d6a27c") },
    ...PERSON,
    size: 1.16,
    crown: 2.5,
    stride: 2.1,
  },
  201: beast("strider", "#c8b48a", "#7a5c3c", { crown: 2.5, stride: 2.4, skin: "#d99c78" }),
  202: beast("grazer", "#7d6a52", "#4a3b2e", { crown: 1.9, stride: 1.9 }),
  203: beast("jackal", "#6f6a66", "#2e2a2a", { size: 1.08, crown: 1.6, stride: 1.8 }),
  204: beast("moth", "#d8d2bd", "#8d9a78", { crown: 2.1, stride: 2, thrusts: true }),
  205: {
    shape: "picker",
    tints: { cloth: colour("#b8ad93"), trim: colour("#5d4a3a"), hair: colour("#3a322a"), skin: colour("#8f9a7c") },
    ...PERSON,
  },
  206: beast("ironhide", "#5f5a58", "#3a3532", { size: 1.5, crown: 1.95, stride: 2.1 }),
};

const UNKNOWN_CREATURE = beast("hound", "#9a8f80", "#5f564c", { crown: 1.3, stride: 1.6 });

/** Guards are the eighth and ninth of a zone's people and look alike. */
function npcOutfit(definition: number): Outfit {
  const place = Math.max(definition % 100, 1) - 1;
  const index = Math.min(place, NPC_DRESSES.length - 1);
  return { shape: `npc ${index}`, tints: NPC_TINTS[index]!, ...PERSON };
}

/** What beside the look decides how a character looks. */
export interface Gear {
  /** Its class, 0 where it is unknown. */
  readonly class: number;
  /** The item it holds, 0 for none. */
  readonly weapon: number;
}

const NO_GEAR: Gear = { class: 0, weapon: 0 };

function characterOutfit(detail: number, gear: Gear): Outfit {
  const look = ((detail % LOOKS) + LOOKS) % LOOKS;
  const row = weaponRow(gear.weapon);
  const outfit = { shape: `player ${look % 4} ${gear.class}`, tints: PLAYER_TINTS[look >> 2]!, ...PERSON, thrusts: isThrust(row) };
  return row === undefined ? outfit : { ...outfit, held: `weapon ${row}` };
}

/** How an actor looks: `detail` is a player's look, else the number of the definition. */
export function outfitOf(kind: Kind, detail: number, gear = NO_GEAR): Outfit {
  switch (kind) {
    case Kind.Character:
      return characterOutfit(detail, gear);
    case Kind.Creature:
      return CREATURES[detail] ?? UNKNOWN_CREATURE;
    case Kind.Npc:
      return npcOutfit(detail);
    case Kind.Item:
    case Kind.Area:
      // They are drawn by the scene; nobody asks for their clothes.
      return UNKNOWN_CREATURE;
  }
}

const BEASTS: Readonly<Record<string, (detail: number) => Shape>> = {
  hound: beasts.hound,
  boar: beasts.boar,
  viper: beasts.viper,
  prowler: beasts.prowler,
  weaver: beasts.weaver,
  brute: beasts.brute,
  thief: (detail) => humanoid(THIEF, detail),
  captain: (detail) => humanoid(CAPTAIN, detail),
  strider: beasts.strider,
  grazer: beasts.grazer,
  jackal: beasts.jackal,
  moth: beasts.moth,
  picker: (detail) => humanoid(PICKER, detail),
  ironhide: beasts.ironhide,
};

/** The shape of a key that `outfitOf` gave; `detail` 1 is full, less is for those far away. */
export function shapeOf(key: string, detail = 1): Shape {
  const [family, index, more] = key.split(" ");
  if (family === "player") return humanoid(playerDress(Number(more), Number(index)), detail);
  if (family === "weapon") return weaponShape(Number(index), detail);
  if (family === "npc") return humanoid(NPC_DRESSES[Number(index)]!, detail);
  return (BEASTS[key] ?? beasts.hound)(detail);
}
