// What players hold: one shape a family of weapons, moved by the same joints as the arms that hold them.

import { colour, type Colour, type Point, Shape } from "../scene/shape";
import { arm } from "./humanoid";

const STEEL: Colour = colour("#c3cad0");
const DARK_STEEL: Colour = colour("#6b737a");
const BRASS: Colour = colour("#c9a24a");
const LEATHER: Colour = colour("#5a3d28");
const WOOD: Colour = colour("#7a5836");
const RUNE: Colour = colour("#7fe0ff");
const EMBER: Colour = colour("#ffb45a");

/** Where the hands of a person of usual build are. */
const HAND: Point = [0.31, 0.81, 0.05];

/** A rod with a diamond cross-section; `wide` sideways of its way, `thick` along the side axis. */
function rod(shape: Shape, from: Point, to: Point, wide: number, thick: number, tip = 1): void {
  const [dy, dz] = [to[1] - from[1], to[2] - from[2]];
  const length = Math.hypot(dy, dz) || 1;
  const across: readonly [number, number] = [-dz / length, dy / length];
  const corners = (at: Point, size: number): Point[] => [
    [at[0], at[1] + across[0] * wide * size, at[2] + across[1] * wide * size],
    [at[0] + thick * size, at[1], at[2]],
    [at[0], at[1] - across[0] * wide * size, at[2] - across[1] * wide * size],
    [at[0] - thick * size, at[1], at[2]],
  ];
  const [start, end] = [corners(from, 1), corners(to, tip)];
  for (let side = 0; side < 4; side += 1) {
    const next = (side + 1) % 4;
    shape.quad([start[next]!, start[side]!, end[side]!, end[next]!], 0.92, 1.05);
    // Seen from both sides: thin things have no inside worth hiding.
    shape.quad([start[side]!, start[next]!, end[next]!, end[side]!], 0.92, 1.05);
  }
}

function off(y: number, z: number, x = HAND[0]): Point {
  return [x, HAND[1] + y, HAND[2] + z];
}

/** Grip, guard and blade, slanting up ahead of the hand. */
function sword(shape: Shape, form: { length: number; width: number; grip: number; blade: Colour; x?: number }): void {
  const x = form.x ?? HAND[0];
  const rise = 0.34;
  const at = (along: number): Point => off(along * rise, along, x);
  rod(shape.colour(LEATHER), at(-form.grip), at(0.1), 0.022, 0.02);
  rod(shape.colour(BRASS), off(0.1 * rise + 0.12, 0.1 - 0.04, x), off(0.1 * rise - 0.12, 0.1 + 0.04, x), 0.022, 0.022);
  shape.colour(BRASS).ball(at(-form.grip), [0.03, 0.03, 0.03], 5);
  const waist = 0.1 + form.length * 0.86;
  rod(shape.colour(form.blade), at(0.11), at(waist), form.width, 0.014, 0.86);
  rod(shape, at(waist), at(0.1 + form.length), form.width * 0.86, 0.012, 0.02);
}

function bow(shape: Shape): void {
  const x = -HAND[0];
  const curve: readonly (readonly [number, number])[] = [[-0.68, -0.06], [-0.46, 0.1], [-0.18, 0.19], [0.18, 0.19], [0.46, 0.1], [0.68, -0.06]];
  shape.colour(WOOD);
  for (let part = 0; part + 1 < curve.length; part += 1) {
    const [low, high] = [curve[part]!, curve[part + 1]!];
    rod(shape, off(low[0], low[1], x), off(high[0], high[1], x), 0.024, 0.02, 0.95);
  }
  shape.colour(LEATHER);
  rod(shape, off(-0.1, 0.19, x), off(0.1, 0.19, x), 0.032, 0.028);
  shape.colour(colour("#e9e2d0"));
  rod(shape, off(-0.68, -0.06, x), off(0.68, -0.06, x), 0.006, 0.006);
}

function staff(shape: Shape): void {
  rod(shape.colour(WOOD), off(-0.77, 0.04), off(0.9, 0.04), 0.024, 0.024, 0.8);
  for (const side of [-1, 1]) {
    rod(shape.colour(BRASS), off(0.86, 0.04), off(1.0, 0.04 + side * 0.1), 0.018, 0.018, 0.7);
    rod(shape, off(1.0, 0.04 + side * 0.1), off(1.16, 0.04 + side * 0.04), 0.014, 0.014, 0.3);
  }
  shape.colour(colour("#9ff0c8")).ball(off(1.02, 0.04), [0.06, 0.08, 0.06], 6);
}

function censer(shape: Shape): void {
  rod(shape.colour(BRASS), off(0, 0.02), off(-0.02, 0.16), 0.014, 0.014);
  rod(shape.colour(DARK_STEEL), off(-0.02, 0.16), off(-0.3, 0.16), 0.008, 0.008);
  shape.colour(BRASS).ball(off(-0.38, 0.16), [0.1, 0.085, 0.1], 8);
  shape.colour(EMBER).ball(off(-0.37, 0.16), [0.104, 0.03, 0.104], 8);
  shape.colour(BRASS).tube([{ at: off(-0.32, 0.16), side: 0.07, forward: 0.07 }, { at: off(-0.24, 0.16), side: 0.012, forward: 0.012 }], 7);
}

function wand(shape: Shape): void {
  rod(shape.colour(WOOD), off(-0.03, -0.1), off(0.14, 0.36), 0.02, 0.018, 0.6);
  shape.colour(colour("#c58bff")).ball(off(0.165, 0.42), [0.045, 0.055, 0.045], 6);
}

function orb(shape: Shape): void {
  shape.colour(colour("#8fb6ff")).ball(off(0.02, 0.08, -HAND[0]), [0.085, 0.085, 0.085], 8);
}

/** Rows of weapons by their first item, with how far their arms swing: those of `humanoid`. */
const FAMILIES: Readonly<Record<number, (shape: Shape) => void>> = {
  1010: (shape) => { sword(shape, { length: 0.82, width: 0.04, grip: 0.12, blade: STEEL }); },
  1020: (shape) => { sword(shape, { length: 1.25, width: 0.062, grip: 0.26, blade: STEEL }); },
  1030: (shape) => { sword(shape, { length: 0.36, width: 0.03, grip: 0.08, blade: STEEL }); },
  1040: bow,
  1050: staff,
  1060: censer,
  1070: wand,
  1080: (shape) => { sword(shape, { length: 0.86, width: 0.045, grip: 0.12, blade: RUNE }); },
};

/** The row of a weapon's item, where it is one that players hold. */
export function weaponRow(item: number): number | undefined {
  const row = item - (item % 10);
  return row in FAMILIES ? row : undefined;
}

/** Weapons that are thrust or loosed instead of swung. */
export function isThrust(row: number | undefined): boolean {
  return row === 1040 || row === 1050 || row === 1060 || row === 1070;
}

/** The shape of a weapon in its hand. */
export function weaponShape(row: number, detail = 1): Shape {
  const shape = new Shape(detail);
  const left = row === 1040;
  shape.moves(arm(left ? 0 : Math.PI, row === 1050 ? -0.12 : -0.55));
  FAMILIES[row]?.(shape);
  if (row === 1030) {
    shape.moves(arm(0));
    sword(shape, { length: 0.36, width: 0.03, grip: 0.08, blade: STEEL, x: -HAND[0] });
  } else if (row === 1070) {
    shape.moves(arm(0));
    orb(shape);
  }
  return shape.moves();
}
