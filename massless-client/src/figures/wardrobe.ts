// Who looks how: players by their look, creatures and people of the place by their definition.

import { colour, type Colour, Shape } from "../scene/shape";
import * as beasts from "./beasts";
import { type Dress, humanoid } from "./humanoid";

/** What an actor is; the numbers are the module's. */
export enum Kind {
  Character = 0,
  Creature = 1,
  Npc = 2,
}

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
}

/** How many looks a player chooses from. */
export const LOOKS = 16;

const PLAYER_DRESSES: readonly Dress[] = [
  { coat: "tunic", head: "short", tool: "none", cape: true },
  { coat: "dress", head: "long", tool: "none" },
  { coat: "tunic", head: "hood", tool: "none", pack: true },
  { coat: "tunic", head: "bun", tool: "none", cape: true, bulk: 1.06 },
];

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
const CAPTAIN: Dress = { coat: "tunic", head: "tricorne", tool: "sabre", beard: true, cape: true, bulk: 1.15 };

function beast(shape: string, cloth: string, trim: string, form: { size?: number; crown: number; stride: number; skin?: string }): Outfit {
  const skin = colour(form.skin ?? cloth);
  return {
    shape,
    tints: { cloth: colour(cloth), trim: colour(trim), hair: colour(trim), skin },
    size: form.size ?? 1,
    crown: form.crown,
    stride: form.stride,
  };
}

const PERSON = { size: 1, crown: 2.05, stride: 1.9 } as const;

const CREATURES: Readonly<Record<number, Outfit>> = {
  101: beast("hound", "#b8925c", "#7d5a36", { crown: 1.3, stride: 1.6 }),
  102: beast("boar", "#6e5140", "#3d2c24", { crown: 1.3, stride: 1.3 }),
  103: beast("viper", "#6f8f3f", "#c9a83e", { size: 1.1, crown: 1.1, stride: 1.3 }),
  104: beast("prowler", "#8b9096", "#53575e", { size: 1.1, crown: 1.5, stride: 1.9 }),
  105: beast("weaver", "#4a3d4f", "#8d4a3f", { size: 0.95, crown: 1.3, stride: 1.2 }),
  106: beast("brute", "#6e4e33", "#4d4338", { crown: 2.55, stride: 2.2, skin: "#8fa07c" }),
  107: {
    shape: "thief",
    tints: { cloth: colour("#4a4440"), trim: colour("#7c2f2a"), hair: colour("#2b2320"), skin: colour("#c99672") },
    ...PERSON,
  },
  108: {
    shape: "captain",
    tints: { cloth: colour("#8e2f2a"), trim: colour("#2b2a33"), hair: colour("#a8562a"), skin: colour("#d6a27c") },
    size: 1.16,
    crown: 2.5,
    stride: 2.1,
  },
};

const UNKNOWN_CREATURE = beast("hound", "#9a8f80", "#5f564c", { crown: 1.3, stride: 1.6 });

/** Guards are the eighth and ninth of a zone's people and look alike. */
function npcOutfit(definition: number): Outfit {
  const place = Math.max(definition % 100, 1) - 1;
  const index = Math.min(place, NPC_DRESSES.length - 1);
  return { shape: `npc ${index}`, tints: NPC_TINTS[index]!, ...PERSON };
}

/** How an actor looks: `detail` is a player's look, else the number of the definition. */
export function outfitOf(kind: Kind, detail: number): Outfit {
  switch (kind) {
    case Kind.Character: {
      const look = ((detail % LOOKS) + LOOKS) % LOOKS;
      return { shape: `player ${look % 4}`, tints: PLAYER_TINTS[look >> 2]!, ...PERSON };
    }
    case Kind.Creature:
      return CREATURES[detail] ?? UNKNOWN_CREATURE;
    case Kind.Npc:
      return npcOutfit(detail);
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
};

/** The shape of a key that `outfitOf` gave; `detail` 1 is full, less is for those far away. */
export function shapeOf(key: string, detail = 1): Shape {
  const [family, index] = key.split(" ");
  if (family === "player") return humanoid(PLAYER_DRESSES[Number(index)]!, detail);
  if (family === "npc") return humanoid(NPC_DRESSES[Number(index)]!, detail);
  return (BEASTS[key] ?? beasts.hound)(detail);
}
