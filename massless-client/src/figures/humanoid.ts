// People: 1.8 m high, feet at the origin, looking north. What they wear is chosen part by part.

import { colour, type Colour, type Limb, type Point, type Ring, Shape, Tint } from "../scene/shape";

export type Coat = "tunic" | "robe" | "dress" | "armour";
export type Headwear = "short" | "long" | "hood" | "bald" | "helmet" | "hat" | "tricorne" | "bun";
export type Tool = "none" | "staff" | "spear" | "hammer" | "dagger" | "sabre" | "scroll" | "axe";

/** How one kind of person looks. */
export interface Dress {
  readonly coat: Coat;
  readonly head: Headwear;
  readonly tool: Tool;
  readonly beard?: boolean;
  readonly apron?: boolean;
  readonly cape?: boolean;
  readonly shield?: boolean;
  readonly mask?: boolean;
  readonly pack?: boolean;
  /** Shoulders and arms this much wider than usual. */
  readonly bulk?: number;
}

const WHITE: Colour = [1, 1, 1];
const SOFT: Colour = [0.86, 0.86, 0.86];
const LEATHER = colour("#6b4a2f");
const BOOT = colour("#4a3527");
const STEEL = colour("#a9b0b5");
const DARK_STEEL = colour("#5f686e");
const LINEN = colour("#d9cdb2");

const HIP = 0.92;
const KNEE = 0.5;
const SHOULDER = 1.38;
const ELBOW = 1.1;

/** Under long clothes the steps are short. */
function leg(phase: number, coat: Coat): Limb {
  const swing = coat === "robe" || coat === "dress" ? 0.24 : 0.62;
  return {
    outer: { height: HIP, forward: 0, swing, phase },
    inner: { height: KNEE, forward: 0.01, swing: -1.5 * swing, phase: phase + Math.PI / 2 },
  };
}

/** The joints of an arm: shoulder and elbow. */
export function arm(phase: number, swing = -0.55): Limb {
  return {
    outer: { height: SHOULDER, forward: 0, swing, phase },
    inner: { height: ELBOW, forward: 0, swing: 0.5, phase: phase + Math.PI },
  };
}

const HEAD: Limb = { outer: { height: 1.45, forward: 0, swing: 0.03, phase: 1.2 } };

function ring(at: Point, side: number, forward = side): Ring {
  return { at, side, forward };
}

function legs(shape: Shape, coat: Coat): void {
  for (const [side, phase] of [[-1, 0], [1, Math.PI]] as const) {
    const x = side * 0.105;
    shape.moves(leg(phase, coat));
    shape.colour(coat === "armour" ? DARK_STEEL : SOFT, coat === "armour" ? Tint.None : Tint.Trim);
    shape.tube([ring([x, 0.42, 0], 0.078), ring([x, 0.55, 0.005], 0.088), ring([x, 0.94, 0], 0.115)], 7);
    shape.colour(coat === "armour" ? STEEL : BOOT);
    shape.tube([ring([x, 0.05, 0], 0.075), ring([x, 0.28, -0.01], 0.085), ring([x, 0.46, 0], 0.095)], 7);
    shape.box([x, 0, 0.055], [0.14, 0.1, 0.29], 0.85);
  }
}

function torso(shape: Shape, dress: Dress): void {
  const wide = dress.bulk ?? 1;
  shape.moves();
  shape.colour(dress.coat === "armour" ? STEEL : WHITE, dress.coat === "armour" ? Tint.None : Tint.Cloth);
  shape.tube(
    [
      ring([0, 0.86, 0], 0.185, 0.13),
      ring([0, 1.0, 0], 0.172, 0.125),
      ring([0, 1.22, 0.012], 0.215 * wide, 0.15 * wide),
      ring([0, 1.38, 0], 0.205 * wide, 0.13 * wide),
      ring([0, 1.455, 0], 0.09, 0.08),
    ],
    10,
  );
  shape.colour(LEATHER).tube([ring([0, 0.955, 0], 0.19, 0.142), ring([0, 1.02, 0], 0.188, 0.14)], 10);
  shape.colour(colour("#c9a24a")).box([0, 0.955, 0.135], [0.06, 0.06, 0.02]);
  skirts(shape, dress.coat);
  if (dress.coat === "armour") {
    for (const side of [-1, 1]) shape.colour(STEEL).ball([side * 0.235 * wide, 1.385, 0], [0.105, 0.08, 0.11], 7);
    shape.colour(WHITE, Tint.Cloth).box([0, 0.62, 0.135], [0.2, 0.72, 0.02]);
  }
}

/** What hangs below the belt; long coats hide the legs and sway only a little. */
function skirts(shape: Shape, coat: Coat): void {
  shape.colour(WHITE, Tint.Cloth);
  if (coat === "robe" || coat === "dress") {
    const flare = coat === "dress" ? 0.31 : 0.25;
    shape.tube([ring([0, 0.08, 0], flare, flare * 0.95), ring([0, 0.5, 0], 0.22, 0.19), ring([0, 0.97, 0], 0.178, 0.132)], 10);
    shape.colour(SOFT, Tint.Trim).tube([ring([0, 0.07, 0], flare + 0.008, flare), ring([0, 0.14, 0], flare * 0.97, flare * 0.93)], 10);
  } else if (coat === "tunic") {
    shape.tube([ring([0, 0.72, 0], 0.225, 0.185), ring([0, 0.97, 0], 0.178, 0.132)], 10);
    shape.colour(SOFT, Tint.Trim).tube([ring([0, 0.705, 0], 0.23, 0.19), ring([0, 0.745, 0], 0.226, 0.186)], 10);
  } else {
    shape.colour(DARK_STEEL).tube([ring([0, 0.74, 0], 0.22, 0.18), ring([0, 0.97, 0], 0.18, 0.135)], 10);
  }
}

function arms(shape: Shape, dress: Dress): void {
  const wide = dress.bulk ?? 1;
  const holding = dress.tool === "staff" || dress.tool === "spear";
  for (const [side, phase] of [[-1, 0], [1, Math.PI]] as const) {
    const x = side * 0.262 * wide;
    shape.moves(arm(phase, side > 0 && holding ? -0.12 : -0.55));
    shape.colour(dress.coat === "armour" ? DARK_STEEL : WHITE, dress.coat === "armour" ? Tint.None : Tint.Cloth);
    shape.tube([ring([x + side * 0.03, 1.08, 0], 0.062 * wide), ring([x + side * 0.015, 1.3, 0], 0.075 * wide), ring([x, 1.42, 0], 0.05 * wide)], 7);
    shape.colour(SOFT, Tint.Trim);
    shape.tube([ring([x + side * 0.045, 0.86, 0.035], 0.052 * wide), ring([x + side * 0.03, 1.1, 0], 0.06 * wide)], 7);
    shape.colour(WHITE, Tint.Skin).ball([x + side * 0.048, 0.81, 0.045], [0.05, 0.065, 0.055], 6);
    if (side > 0) hold(shape, dress.tool, x + 0.05);
    if (side < 0 && dress.shield) shield(shape, x - 0.1);
  }
}

function hold(shape: Shape, tool: Tool, x: number): void {
  const shaft = (low: number, high: number, z: number): Shape =>
    shape.colour(colour("#7a5836")).tube([ring([x, low, z], 0.02), ring([x, high, z], 0.018)], 6);
  switch (tool) {
    case "none":
      return;
    case "staff":
      shaft(0.04, 1.78, 0.09);
      shape.colour(colour("#ffcf7a")).ball([x, 1.84, 0.09], [0.07, 0.09, 0.07], 6);
      return;
    case "spear":
      shaft(0.03, 2.05, 0.09);
      shape.colour(STEEL).tube([ring([x, 2.03, 0.09], 0.045, 0.015), ring([x, 2.3, 0.09], 0.004)], 6, false);
      return;
    case "hammer":
      shape.colour(colour("#7a5836")).box([x, 0.78, 0.2], [0.03, 0.03, 0.36]);
      shape.colour(DARK_STEEL).box([x, 0.73, 0.36], [0.09, 0.14, 0.09]);
      return;
    case "axe":
      shape.colour(colour("#7a5836")).box([x, 0.78, 0.24], [0.035, 0.035, 0.5]);
      shape.colour(STEEL).box([x, 0.68, 0.42], [0.03, 0.22, 0.16], 0.8);
      return;
    case "dagger":
      shape.colour(LEATHER).box([x, 0.79, 0.06], [0.03, 0.03, 0.12]);
      shape.colour(STEEL).box([x, 0.785, 0.24], [0.012, 0.04, 0.26], 0.5);
      return;
    case "sabre":
      shape.colour(colour("#c9a24a")).box([x, 0.74, 0.1], [0.05, 0.14, 0.04]);
      shape.colour(STEEL).box([x, 0.79, 0.42], [0.014, 0.05, 0.62], 0.7);
      return;
    case "scroll":
      shape.colour(LINEN).tube([ring([x, 0.7, 0.08], 0.035), ring([x, 0.95, 0.08], 0.035)], 6);
  }
}

function shield(shape: Shape, x: number): void {
  shape.colour(LEATHER).box([x, 0.72, 0.03], [0.035, 0.56, 0.4], 0.86);
  shape.colour(WHITE, Tint.Cloth).box([x - 0.02, 0.76, 0.03], [0.025, 0.46, 0.32], 0.86);
  shape.colour(colour("#c9a24a")).box([x - 0.035, 0.94, 0.03], [0.025, 0.1, 0.1]);
}

function face(shape: Shape, dress: Dress): void {
  shape.moves(HEAD).colour(WHITE, Tint.Skin);
  shape.tube([ring([0, 1.42, 0], 0.062), ring([0, 1.53, 0.008], 0.058)], 7);
  shape.ball([0, 1.645, 0.012], [0.125, 0.155, 0.142], 10);
  shape.box([0, 1.61, 0.15], [0.03, 0.05, 0.035], 0.7);
  for (const side of shape.sides(10) < 8 ? [] : [-1, 1]) {
    shape.colour(colour("#f4efe6")).ball([side * 0.05, 1.672, 0.129], [0.024, 0.018, 0.014], 6);
    shape.colour(colour("#2c241e")).ball([side * 0.048, 1.671, 0.142], [0.011, 0.014, 0.006], 5);
    shape.colour(WHITE, Tint.Hair).box([side * 0.05, 1.698, 0.137], [0.05, 0.012, 0.012]);
  }
  if (dress.mask) shape.colour(WHITE, Tint.Trim).tube([ring([0, 1.51, 0.02], 0.115, 0.13), ring([0, 1.635, 0.02], 0.132, 0.148)], 9);
  if (dress.beard) {
    shape.colour(WHITE, Tint.Hair).ball([0, 1.555, 0.085], [0.1, 0.09, 0.08], 7, 0.1, 2);
    shape.ball([0, 1.48, 0.1], [0.06, 0.09, 0.05], 6, 0.1, 3);
  }
}

function headwear(shape: Shape, head: Headwear): void {
  shape.moves(HEAD).colour(WHITE, Tint.Hair);
  switch (head) {
    case "bald":
      return;
    case "short":
      shape.ball([0, 1.70, -0.022], [0.142, 0.125, 0.142], 9, 0.08, 1);
      shape.ball([0, 1.77, 0.05], [0.11, 0.05, 0.09], 7, 0.1, 4);
      return;
    case "long":
      shape.ball([0, 1.70, -0.022], [0.146, 0.13, 0.146], 9, 0.06, 1);
      shape.tube([ring([0, 1.30, -0.10], 0.11, 0.045), ring([0, 1.5, -0.09], 0.15, 0.07), ring([0, 1.7, -0.04], 0.14, 0.11)], 8);
      return;
    case "bun":
      shape.ball([0, 1.70, -0.02], [0.143, 0.126, 0.143], 9, 0.06, 1);
      shape.ball([0, 1.80, -0.10], [0.065, 0.06, 0.065], 7);
      return;
    case "hood":
      shape.colour(WHITE, Tint.Cloth);
      shape.ball([0, 1.685, -0.035], [0.172, 0.178, 0.165], 9);
      shape.tube([ring([0, 1.38, -0.01], 0.2, 0.16), ring([0, 1.5, -0.02], 0.14, 0.13), ring([0, 1.6, -0.05], 0.15, 0.12)], 9);
      return;
    case "helmet":
      shape.colour(STEEL).ball([0, 1.71, 0], [0.16, 0.15, 0.172], 9);
      shape.tube([ring([0, 1.665, 0], 0.178, 0.188), ring([0, 1.70, 0], 0.17, 0.18)], 10);
      shape.box([0, 1.58, 0.165], [0.03, 0.13, 0.02]);
      shape.colour(WHITE, Tint.Cloth).box([0, 1.83, -0.02], [0.035, 0.1, 0.26], 0.8);
      return;
    case "hat":
      shape.colour(WHITE, Tint.Trim).tube([ring([0, 1.735, 0], 0.26), ring([0, 1.755, 0], 0.25)], 12);
      shape.tube([ring([0, 1.75, 0], 0.15), ring([0, 1.88, -0.02], 0.11), ring([0, 1.9, -0.02], 0.05)], 10);
      return;
    case "tricorne":
      shape.ball([0, 1.69, -0.03], [0.143, 0.11, 0.14], 8, 0.06, 1);
      shape.colour(WHITE, Tint.Trim).tube([ring([0, 1.74, 0], 0.17), ring([0, 1.86, 0], 0.12)], 9);
      for (const turn of [0, 1, 2]) {
        const angle = turn * 2.094 + 1.571;
        const [x, z] = [Math.cos(angle) * 0.17, Math.sin(angle) * 0.17];
        shape.ball([x, 1.775, z], [0.12, 0.035, 0.12], 7);
      }
      shape.colour(colour("#d8503a")).box([0.12, 1.8, -0.05], [0.02, 0.26, 0.1], 0.3);
  }
}

function extras(shape: Shape, dress: Dress): void {
  shape.moves();
  if (dress.apron) {
    shape.colour(LINEN).box([0, 0.55, 0.15], [0.3, 0.5, 0.03], 0.9);
    shape.box([0, 1.03, 0.15], [0.2, 0.27, 0.03], 0.8);
  }
  if (dress.pack) {
    shape.colour(LEATHER).box([0, 1.02, -0.21], [0.3, 0.36, 0.17], 0.85);
    shape.colour(colour("#8c7a55")).box([0, 1.38, -0.21], [0.4, 0.12, 0.13]);
  }
  if (dress.cape) {
    shape.moves({ outer: { height: 1.42, forward: -0.14, swing: -0.1, phase: 0.7 } });
    shape.colour(WHITE, Tint.Trim);
    const [top, low]: [number, number] = [1.42, 0.42];
    shape.quad([[0.3, low, -0.27], [-0.3, low, -0.27], [-0.17, top, -0.135], [0.17, top, -0.135]], 0.85, 1);
    shape.quad([[0.17, top, -0.125], [-0.17, top, -0.125], [-0.3, low, -0.255], [0.3, low, -0.255]], 0.7, 0.6);
    shape.moves();
  }
}

/** A person so dressed. */
export function humanoid(dress: Dress, detail = 1): Shape {
  const shape = new Shape(detail);
  legs(shape, dress.coat);
  torso(shape, dress);
  arms(shape, dress);
  face(shape, dress);
  headwear(shape, dress.head);
  extras(shape, dress);
  return shape.moves();
}
