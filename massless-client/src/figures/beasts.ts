// Creatures: each a silhouette one tells apart from afar. Feet at the origin, looking north.

import { colour, type Colour, hash, type Limb, mixColour, type Point, type Ring, Shape, Tint } from "../scene/shape";

const WHITE: Colour = [1, 1, 1];
const DARK = colour("#2a211b");
const BONE = colour("#e6dcc3");
const EYE = colour("#ffcf4a");

function ring(at: Point, side: number, forward = side): Ring {
  return { at, side, forward };
}

/** Proportions of a four-legged body, metres. */
interface Quadruped {
  readonly height: number;
  readonly length: number;
  readonly chest: number;
  readonly belly: number;
  readonly thickness: number;
  readonly stride: number;
}

function hip(height: number, forward: number, swing: number, phase: number): Limb {
  return {
    outer: { height, forward, swing, phase },
    inner: { height: height * 0.5, forward, swing: -0.8 * swing * 1.6, phase: phase + Math.PI / 2 },
  };
}

function fourLegs(shape: Shape, body: Quadruped, paw: Colour): void {
  const { height, length, thickness, stride } = body;
  for (const [front, side, phase] of [[1, -1, 0], [1, 1, Math.PI], [-1, -1, Math.PI], [-1, 1, 0]] as const) {
    const [x, z] = [side * body.chest * 0.62, front * length * 0.36];
    shape.moves(hip(height, z, stride, phase)).colour(WHITE, Tint.Cloth);
    shape.tube([ring([x, height * 0.45, z - front * 0.02], thickness * 0.75), ring([x, height * 0.8, z], thickness * 1.35), ring([x, height * 1.08, z], thickness * 1.2)], 6);
    shape.colour(mixColour([0.8, 0.8, 0.8], WHITE, 0.3), Tint.Cloth);
    shape.tube([ring([x, 0.04, z + 0.01], thickness * 0.62), ring([x, height * 0.5, z - front * 0.02], thickness * 0.72)], 6);
    shape.colour(paw).box([x, 0, z + thickness * 0.5], [thickness * 1.5, thickness * 0.9, thickness * 2.2], 0.8);
  }
}

/** Body of a beast as a row of hoops from rump to shoulders, laid along north. */
function trunk(shape: Shape, hoops: readonly (readonly [z: number, y: number, radius: number])[], wanted = 9): void {
  const sides = shape.sides(wanted);
  const points = hoops.map(([z, y, radius]) =>
    Array.from({ length: sides }, (_, side): Point => {
      const angle = (side / sides) * Math.PI * 2;
      return [Math.cos(angle) * radius, y + Math.sin(angle) * radius * 1.08, z];
    }),
  );
  hoops.forEach(([z, y], level) => {
    const [near, far] = [points[level]!, points[level + 1]];
    for (let side = 0; side < sides; side += 1) {
      const next = (side + 1) % sides;
      if (far) {
        const back = 0.86 + 0.16 * Math.sin(((side + 0.5) / sides) * Math.PI * 2);
        shape.quad([near[side]!, near[next]!, far[next]!, far[side]!], back, back);
      }
      if (level === 0) shape.triangle([0, y, z - 0.02], near[next]!, near[side]!);
      if (!far) shape.triangle([0, y, z + 0.02], near[side]!, near[next]!);
    }
  });
}

const NOD: (height: number, forward: number) => Limb = (height, forward) => ({ outer: { height, forward, swing: 0.09, phase: 0.8 } });

function eyes(shape: Shape, at: Point, size = 0.026): void {
  for (const side of [-1, 1]) shape.colour(EYE).ball([side * at[0], at[1], at[2]], [size, size, size], 5);
}

/** 101: lean, long-legged, big ears. */
export function hound(detail = 1): Shape {
  const shape = new Shape(detail);
  fourLegs(shape, { height: 0.52, length: 1.0, chest: 0.17, belly: 0.12, thickness: 0.055, stride: 0.65 }, DARK);
  shape.moves().colour(WHITE, Tint.Cloth);
  trunk(shape, [[-0.48, 0.6, 0.09], [-0.34, 0.6, 0.15], [0, 0.58, 0.145], [0.3, 0.62, 0.2], [0.46, 0.66, 0.13]]);
  shape.colour(WHITE, Tint.Trim).ball([0, 0.70, 0.05], [0.1, 0.1, 0.42], 7, 0.1, 3);
  shape.moves(NOD(0.68, 0.42)).colour(WHITE, Tint.Cloth);
  trunk(shape, [[0.38, 0.68, 0.12], [0.58, 0.86, 0.1], [0.68, 0.9, 0.115], [0.82, 0.87, 0.08], [0.98, 0.83, 0.05]], 8);
  for (const side of [-1, 1]) shape.colour(WHITE, Tint.Trim).tube([ring([side * 0.075, 0.96, 0.62], 0.035), ring([side * 0.12, 1.14, 0.57], 0.006)], 5, false);
  shape.colour(DARK).ball([0, 0.85, 0.99], [0.03, 0.025, 0.025], 5);
  eyes(shape, [0.07, 0.92, 0.77]);
  shape.moves({ outer: { height: 0.64, forward: -0.46, swing: 0.35, phase: 0 } }).colour(WHITE, Tint.Trim);
  trunk(shape, [[-0.78, 0.80, 0.015], [-0.6, 0.7, 0.045], [-0.44, 0.64, 0.045]], 6);
  return shape.moves();
}

/** 102: a barrel with a snout, tusks and a crest of bristles. */
export function boar(detail = 1): Shape {
  const shape = new Shape(detail);
  fourLegs(shape, { height: 0.42, length: 1.05, chest: 0.26, belly: 0.2, thickness: 0.075, stride: 0.55 }, DARK);
  shape.moves().colour(WHITE, Tint.Cloth);
  trunk(shape, [[-0.56, 0.56, 0.16], [-0.38, 0.58, 0.28], [0.05, 0.62, 0.33], [0.36, 0.68, 0.34], [0.52, 0.66, 0.25]], 10);
  for (let tuft = 0; tuft < 9; tuft += 1) {
    const z = -0.45 + tuft * 0.11;
    const y = 0.84 + 0.14 * Math.sin((tuft / 9) * 3) + 0.04 * hash(tuft, 2);
    shape.colour(WHITE, Tint.Trim).triangle([-0.045, y, z - 0.07], [0.045, y, z - 0.07], [0, y + 0.2, z - 0.12]);
    shape.triangle([0.045, y, z + 0.05], [-0.045, y, z + 0.05], [0, y + 0.2, z - 0.12]);
  }
  shape.moves(NOD(0.62, 0.45)).colour(WHITE, Tint.Cloth);
  trunk(shape, [[0.42, 0.64, 0.26], [0.6, 0.58, 0.22], [0.78, 0.5, 0.13], [0.9, 0.47, 0.11]], 9);
  shape.colour(colour("#b98a76")).ball([0, 0.47, 0.91], [0.1, 0.09, 0.035], 7);
  for (const side of [-1, 1]) {
    shape.colour(BONE).tube([ring([side * 0.12, 0.42, 0.8], 0.028), ring([side * 0.18, 0.52, 0.86], 0.022), ring([side * 0.17, 0.63, 0.86], 0.004)], 5);
    shape.colour(WHITE, Tint.Trim).tube([ring([side * 0.15, 0.76, 0.52], 0.05, 0.02), ring([side * 0.2, 0.92, 0.5], 0.006)], 5, false);
  }
  eyes(shape, [0.15, 0.64, 0.68], 0.022);
  shape.moves({ outer: { height: 0.62, forward: -0.55, swing: 0.5, phase: 0 } }).colour(WHITE, Tint.Trim);
  trunk(shape, [[-0.76, 0.58, 0.02], [-0.54, 0.62, 0.03]], 5);
  return shape.moves();
}

/** 103: a thick snake, its head raised; the body winds. */
export function viper(detail = 1): Shape {
  const shape = new Shape(detail);
  const pieces = 15;
  const spine = (index: number): { z: number; y: number; radius: number } => {
    const share = index / pieces;
    const rise = Math.max(0, share - 0.66) / 0.34;
    return { z: -1.05 + share * 1.75 - rise * 0.12, y: 0.11 + rise ** 1.3 * 0.55, radius: 0.025 + 0.095 * Math.sin(Math.min(share * 1.9, 1.45)) };
  };
  for (let index = 0; index < pieces; index += 1) {
    const [from, to] = [spine(index), spine(index + 1)];
    shape.moves({ outer: { height: 0, forward: 0, swing: 10, phase: index * 0.62 } });
    shape.colour(index % 3 === 0 ? [0.6, 0.6, 0.6] : WHITE, index % 3 === 0 ? Tint.Trim : Tint.Cloth);
    trunk(shape, [[from.z, from.y, from.radius], [to.z + 0.01, to.y, to.radius]], 8);
  }
  shape.moves({ outer: { height: 0, forward: 0, swing: 10, phase: pieces * 0.62 } }).colour(WHITE, Tint.Cloth);
  shape.ball([0, 0.70, 0.68], [0.13, 0.075, 0.17], 8);
  shape.colour(WHITE, Tint.Trim).ball([0, 0.67, 0.70], [0.11, 0.05, 0.15], 8);
  eyes(shape, [0.085, 0.735, 0.78], 0.024);
  shape.colour(colour("#c23b2e")).box([0, 0.675, 0.92], [0.014, 0.01, 0.2]);
  return shape.moves();
}

/** 104: a heavy grey hunter with a mane, low head and long tail. */
export function prowler(detail = 1): Shape {
  const shape = new Shape(detail);
  fourLegs(shape, { height: 0.62, length: 1.25, chest: 0.22, belly: 0.16, thickness: 0.08, stride: 0.6 }, DARK);
  shape.moves().colour(WHITE, Tint.Cloth);
  trunk(shape, [[-0.62, 0.70, 0.12], [-0.42, 0.72, 0.2], [0, 0.68, 0.2], [0.36, 0.76, 0.27], [0.56, 0.80, 0.2]], 9);
  shape.colour(WHITE, Tint.Trim).ball([0, 0.92, 0.36], [0.25, 0.19, 0.36], 8, 0.28, 5);
  for (let spike = 0; spike < 6; spike += 1) {
    const z = 0.46 - spike * 0.17;
    shape.triangle([-0.05, 0.98 - spike * 0.03, z], [0.05, 0.98 - spike * 0.03, z], [0, 1.16 - spike * 0.05, z - 0.12]);
    shape.triangle([0.05, 0.98 - spike * 0.03, z + 0.01], [-0.05, 0.98 - spike * 0.03, z + 0.01], [0, 1.16 - spike * 0.05, z - 0.1]);
  }
  shape.moves(NOD(0.8, 0.52)).colour(WHITE, Tint.Cloth);
  trunk(shape, [[0.5, 0.82, 0.18], [0.72, 0.84, 0.155], [0.84, 0.82, 0.16], [1.0, 0.76, 0.1], [1.14, 0.73, 0.075]], 8);
  for (const side of [-1, 1]) {
    shape.colour(WHITE, Tint.Trim).tube([ring([side * 0.12, 0.95, 0.76], 0.05), ring([side * 0.16, 1.08, 0.7], 0.006)], 5, false);
    shape.colour(BONE).tube([ring([side * 0.05, 0.70, 1.1], 0.016), ring([side * 0.05, 0.61, 1.12], 0.003)], 5, false);
  }
  shape.colour(DARK).ball([0, 0.77, 1.15], [0.04, 0.03, 0.03], 5);
  eyes(shape, [0.095, 0.87, 0.95], 0.028);
  shape.moves({ outer: { height: 0.74, forward: -0.6, swing: 0.2, phase: 0 } }).colour(WHITE, Tint.Trim);
  trunk(shape, [[-1.25, 0.50, 0.03], [-0.95, 0.52, 0.08], [-0.58, 0.72, 0.075]], 7);
  return shape.moves();
}

/** 105: a spider, eight arched legs round a heavy abdomen. */
export function weaver(detail = 1): Shape {
  const shape = new Shape(detail);
  shape.moves().colour(WHITE, Tint.Cloth).ball([0, 0.62, -0.42], [0.40, 0.36, 0.50], 10, 0.1, 4);
  shape.colour(WHITE, Tint.Trim).ball([0, 0.80, -0.46], [0.22, 0.22, 0.30], 7, 0.12, 6);
  shape.colour(WHITE, Tint.Cloth).ball([0, 0.52, 0.16], [0.24, 0.19, 0.28], 9);
  for (let index = 0; index < 8; index += 1) {
    const side = index % 2 === 0 ? -1 : 1;
    const row = Math.floor(index / 2);
    const z = 0.34 - row * 0.17;
    const spread = (1.5 - row) * 0.36;
    const phase = (row % 2 === 0) === side > 0 ? 0 : Math.PI;
    shape.moves({ outer: { height: 0.52, forward: z, swing: 0.42, phase }, inner: { height: 0.9, forward: z + spread * 0.5, swing: 0.3, phase: phase + 1.57 } });
    const knee: Point = [side * 0.62, 0.98, z + spread * 0.55];
    const foot: Point = [side * 0.98, 0, z + spread];
    beam(shape.colour(WHITE, Tint.Cloth), [side * 0.16, 0.52, z], knee, 0.055);
    beam(shape.colour([0.8, 0.8, 0.8], Tint.Trim), knee, foot, 0.042);
  }
  shape.moves().colour(DARK);
  for (const side of [-1, 1]) {
    shape.colour(DARK).tube([ring([side * 0.07, 0.44, 0.42], 0.045), ring([side * 0.05, 0.28, 0.5], 0.008)], 5, false);
    shape.colour(colour("#e8543a")).ball([side * 0.07, 0.60, 0.40], [0.036, 0.036, 0.03], 5);
    shape.ball([side * 0.14, 0.64, 0.33], [0.024, 0.024, 0.02], 5);
    shape.ball([side * 0.045, 0.66, 0.37], [0.022, 0.022, 0.02], 5);
  }
  return shape;
}

/** A four-sided rod between two points. */
function beam(shape: Shape, from: Point, to: Point, width: number): void {
  const thin = width * 0.55;
  const corners = (at: Point, half: number): Point[] => [
    [at[0], at[1] - half, at[2] - half], [at[0], at[1] + half, at[2] - half],
    [at[0], at[1] + half, at[2] + half], [at[0], at[1] - half, at[2] + half],
  ];
  const [start, end] = [corners(from, width), corners(to, thin)];
  for (let side = 0; side < 4; side += 1) {
    const next = (side + 1) % 4;
    const facing: [Point, Point, Point, Point] = [start[side]!, start[next]!, end[next]!, end[side]!];
    const back: [Point, Point, Point, Point] = [start[next]!, start[side]!, end[side]!, end[next]!];
    shape.quad(to[0] > from[0] ? facing : back, 0.9, 1);
  }
}

/** 106: a hunched giant, all shoulders and fists. */
export function brute(detail = 1): Shape {
  const shape = new Shape(detail);
  for (const [side, phase] of [[-1, 0], [1, Math.PI]] as const) {
    const x = side * 0.24;
    shape.moves({ outer: { height: 0.86, forward: -0.05, swing: 0.5, phase }, inner: { height: 0.46, forward: 0, swing: -0.7, phase: phase + 1.57 } });
    shape.colour(WHITE, Tint.Skin).tube([ring([x, 0.06, 0], 0.14), ring([x, 0.5, 0.02], 0.15), ring([x, 0.95, -0.04], 0.22)], 8);
    shape.colour([0.75, 0.75, 0.75], Tint.Skin).box([x, 0, 0.07], [0.28, 0.13, 0.42], 0.8);
  }
  shape.moves().colour(WHITE, Tint.Cloth).tube([ring([0, 0.62, 0], 0.42, 0.34), ring([0, 1.0, -0.02], 0.38, 0.30)], 10);
  shape.colour(WHITE, Tint.Skin).tube([ring([0, 0.95, -0.02], 0.38, 0.3), ring([0, 1.2, 0.03], 0.46, 0.36), ring([0, 1.62, 0.1], 0.58, 0.40), ring([0, 1.86, 0.08], 0.40, 0.28), ring([0, 1.95, 0.08], 0.16, 0.14)], 11);
  shape.colour(WHITE, Tint.Trim).ball([0, 1.78, -0.12], [0.52, 0.22, 0.26], 8, 0.22, 2);
  for (const [side, phase] of [[-1, Math.PI], [1, 0]] as const) {
    const x = side * 0.64;
    shape.moves({ outer: { height: 1.7, forward: 0.1, swing: 0.45, phase }, inner: { height: 1.15, forward: 0.14, swing: 0.35, phase: phase + 1.57 } });
    shape.colour(WHITE, Tint.Skin).tube([ring([x + side * 0.08, 1.1, 0.14], 0.15), ring([x + side * 0.04, 1.45, 0.1], 0.19), ring([x - side * 0.04, 1.8, 0.08], 0.17)], 8);
    shape.tube([ring([x + side * 0.08, 0.66, 0.24], 0.14), ring([x + side * 0.08, 1.15, 0.14], 0.15)], 8);
    shape.ball([x + side * 0.08, 0.56, 0.26], [0.17, 0.18, 0.17], 8, 0.08, 3);
    shape.colour(colour("#5b4430")).tube([ring([x + side * 0.08, 0.72, 0.225], 0.16), ring([x + side * 0.08, 0.86, 0.2], 0.16)], 8);
  }
  shape.moves(NOD(1.8, 0.2)).colour(WHITE, Tint.Skin).ball([0, 1.98, 0.3], [0.2, 0.22, 0.22], 9);
  shape.ball([0, 1.87, 0.4], [0.17, 0.11, 0.13], 8);
  shape.colour([0.7, 0.7, 0.7], Tint.Skin).box([0, 2.03, 0.46], [0.3, 0.05, 0.08], 0.8);
  for (const side of [-1, 1]) {
    shape.colour(BONE).tube([ring([side * 0.09, 1.88, 0.5], 0.03), ring([side * 0.11, 2.03, 0.53], 0.005)], 5, false);
    shape.colour(BONE).tube([ring([side * 0.18, 2.1, 0.26], 0.05), ring([side * 0.3, 2.28, 0.3], 0.008)], 6, false);
  }
  eyes(shape, [0.08, 2.0, 0.495], 0.025);
  return shape.moves();
}

/** 201: a running bird as high as a man, with a long neck. */
export function strider(detail = 1): Shape {
  const shape = new Shape(detail);
  for (const [side, phase] of [[-1, 0], [1, Math.PI]] as const) {
    const x = side * 0.16;
    shape.moves({ outer: { height: 1.05, forward: -0.05, swing: 0.75, phase }, inner: { height: 0.62, forward: -0.05, swing: -1.0, phase: phase + 1.57 } });
    shape.colour(WHITE, Tint.Cloth).tube([ring([x, 0.6, -0.06], 0.06), ring([x, 0.9, -0.02], 0.15), ring([x, 1.1, -0.04], 0.12)], 7);
    shape.colour(WHITE, Tint.Skin).tube([ring([x, 0.04, 0.02], 0.035), ring([x, 0.64, -0.06], 0.045)], 6);
    for (const toe of [-1, 0, 1]) shape.box([x + toe * 0.06, 0, 0.1 - Math.abs(toe) * 0.03], [0.05, 0.04, 0.22], 0.7);
  }
  shape.moves().colour(WHITE, Tint.Cloth);
  trunk(shape, [[-0.62, 1.22, 0.1], [-0.42, 1.2, 0.24], [-0.05, 1.16, 0.31], [0.28, 1.2, 0.25], [0.42, 1.28, 0.13]], 9);
  for (const side of [-1, 1]) shape.colour(WHITE, Tint.Trim).ball([side * 0.28, 1.22, -0.12], [0.09, 0.2, 0.36], 7, 0.12, 3);
  for (let plume = 0; plume < 5; plume += 1) {
    const x = (plume - 2) * 0.09;
    shape.colour(WHITE, Tint.Trim).tube([ring([x * 0.6, 1.26, -0.58], 0.05), ring([x, 1.42, -0.86], 0.07, 0.03), ring([x * 1.5, 1.3, -1.05], 0.01)], 5, false);
  }
  shape.moves(NOD(1.3, 0.36)).colour(WHITE, Tint.Skin);
  trunk(shape, [[0.34, 1.28, 0.12], [0.46, 1.5, 0.085], [0.5, 1.72, 0.07], [0.54, 1.9, 0.068]], 7);
  shape.ball([0, 1.98, 0.58], [0.095, 0.1, 0.13], 8);
  shape.colour(WHITE, Tint.Trim).tube([ring([0, 2.04, 0.5], 0.03), ring([0, 2.24, 0.38], 0.008)], 5, false);
  shape.colour(colour("#d8a24a"));
  trunk(shape, [[0.66, 1.96, 0.055], [0.9, 1.92, 0.012]], 6);
  eyes(shape, [0.085, 2.01, 0.63], 0.024);
  return shape.moves();
}

function grazerBody(shape: Shape): void {
  fourLegs(shape, { height: 0.72, length: 1.5, chest: 0.36, belly: 0.3, thickness: 0.1, stride: 0.5 }, DARK);
  shape.moves().colour(WHITE, Tint.Cloth);
  trunk(shape, [[-0.86, 0.92, 0.2], [-0.62, 0.96, 0.38], [0, 0.98, 0.44], [0.44, 1.1, 0.48], [0.74, 1.06, 0.34]], 11);
  shape.colour(WHITE, Tint.Trim).ball([0, 1.36, 0.36], [0.34, 0.3, 0.42], 8, 0.22, 4);
}

function grazerHead(shape: Shape, horn: boolean): void {
  shape.moves(NOD(1.05, 0.7)).colour(WHITE, Tint.Cloth);
  trunk(shape, [[0.66, 1.04, 0.3], [0.92, 0.96, 0.25], [1.14, 0.84, 0.19], [1.3, 0.78, 0.16]], 9);
  shape.colour(colour("#3c2f28")).ball([0, 0.78, 1.3], [0.13, 0.11, 0.05], 7);
  for (const side of [-1, 1]) {
    shape.colour(BONE).tube([ring([side * 0.17, 0.72, 1.12], 0.05), ring([side * 0.3, 0.66, 1.3], 0.042), ring([side * 0.34, 0.86, 1.5], 0.008)], 6);
    shape.colour(WHITE, Tint.Trim).tube([ring([side * 0.24, 1.12, 0.84], 0.06, 0.03), ring([side * 0.42, 1.1, 0.78], 0.01)], 5, false);
  }
  if (horn) shape.colour(BONE).tube([ring([0, 0.92, 1.22], 0.08), ring([0, 1.1, 1.36], 0.05), ring([0, 1.36, 1.42], 0.008)], 7);
  eyes(shape, [0.2, 0.98, 1.02], 0.028);
  shape.moves({ outer: { height: 0.98, forward: -0.85, swing: 0.35, phase: 0 } }).colour(WHITE, Tint.Trim);
  trunk(shape, [[-1.1, 0.6, 0.04], [-0.96, 0.82, 0.03], [-0.84, 0.98, 0.045]], 5);
}

/** 202: a broad grazing beast with tusks and a hump. */
export function grazer(detail = 1): Shape {
  const shape = new Shape(detail);
  grazerBody(shape);
  grazerHead(shape, false);
  return shape.moves();
}

/** 206: the old one of them, plated and horned. */
export function ironhide(detail = 1): Shape {
  const shape = new Shape(detail);
  grazerBody(shape);
  shape.colour([0.62, 0.64, 0.68], Tint.None);
  for (const [z, y, size] of [[-0.6, 1.16, 0.36], [-0.22, 1.26, 0.42], [0.18, 1.36, 0.44], [0.52, 1.4, 0.38]] as const) {
    shape.ball([0, y, z], [size, 0.2, 0.24], 8, 0.1, 2);
    shape.tube([ring([0, y + 0.12, z - 0.04], 0.1), ring([0, y + 0.42, z - 0.1], 0.01)], 5, false);
  }
  grazerHead(shape, true);
  return shape.moves();
}

/** 203: ash grey, narrow, with a bristling back and a torn tail. */
export function jackal(detail = 1): Shape {
  const shape = new Shape(detail);
  fourLegs(shape, { height: 0.6, length: 1.1, chest: 0.17, belly: 0.12, thickness: 0.058, stride: 0.7 }, DARK);
  shape.moves().colour(WHITE, Tint.Cloth);
  trunk(shape, [[-0.52, 0.68, 0.09], [-0.36, 0.68, 0.15], [0, 0.64, 0.13], [0.32, 0.72, 0.21], [0.5, 0.76, 0.14]]);
  for (let spike = 0; spike < 8; spike += 1) {
    const z = 0.5 - spike * 0.12;
    const y = 0.86 - spike * 0.012;
    shape.colour(WHITE, Tint.Trim).triangle([-0.04, y, z], [0.04, y, z], [0, y + 0.2, z - 0.14]);
    shape.triangle([0.04, y, z + 0.01], [-0.04, y, z + 0.01], [0, y + 0.2, z - 0.13]);
  }
  shape.moves(NOD(0.76, 0.44)).colour(WHITE, Tint.Cloth);
  trunk(shape, [[0.42, 0.78, 0.12], [0.6, 0.96, 0.1], [0.7, 1.0, 0.12], [0.84, 0.96, 0.075], [1.06, 0.91, 0.04]], 8);
  for (const side of [-1, 1]) shape.colour(WHITE, Tint.Trim).tube([ring([side * 0.075, 1.06, 0.66], 0.045), ring([side * 0.14, 1.34, 0.62], 0.006)], 5, false);
  for (const side of [-1, 1]) shape.colour(colour("#ff7a3a")).ball([side * 0.075, 1.01, 0.8], [0.03, 0.026, 0.026], 5);
  shape.moves({ outer: { height: 0.7, forward: -0.5, swing: 0.3, phase: 0 } }).colour(WHITE, Tint.Trim);
  trunk(shape, [[-0.98, 0.56, 0.02], [-0.74, 0.6, 0.075], [-0.48, 0.7, 0.05]], 6);
  return shape.moves();
}

/** A wing in the plane; what flaps stands in a swing of 20 and more. */
function wing(shape: Shape, side: number, outline: readonly (readonly [number, number])[], height: number): void {
  const root: Point = [side * 0.08, height, 0];
  for (let part = 0; part + 1 < outline.length; part += 1) {
    const [a, b] = [outline[part]!, outline[part + 1]!];
    const [from, to]: [Point, Point] = [[side * a[0], height, a[1]], [side * b[0], height, b[1]]];
    shape.triangle(root, from, to, [0.8, 1, 1]).triangle(root, to, from, [0.8, 1, 1]);
  }
}

/** 204: a pale moth as wide as two men, whose wings beat. */
export function moth(detail = 1): Shape {
  const shape = new Shape(detail);
  const height = 1.35;
  shape.moves({ outer: { height: 0, forward: 0, swing: 20, phase: 0 } });
  shape.colour(WHITE, Tint.Cloth).ball([0, height, 0.18], [0.2, 0.22, 0.26], 8, 0.12, 3);
  shape.colour(WHITE, Tint.Trim);
  trunk(shape, [[-0.78, height - 0.26, 0.05], [-0.4, height - 0.12, 0.16], [0.02, height, 0.18]], 8);
  shape.colour(WHITE, Tint.Cloth).ball([0, height + 0.04, 0.44], [0.13, 0.13, 0.13], 8);
  for (const side of [-1, 1]) {
    shape.colour(colour("#b9ff8a")).ball([side * 0.08, height + 0.08, 0.52], [0.05, 0.05, 0.04], 6);
    shape.colour(WHITE, Tint.Trim).tube([ring([side * 0.05, height + 0.12, 0.5], 0.012), ring([side * 0.22, height + 0.42, 0.66], 0.03, 0.01)], 5, false);
  }
  for (const side of [-1, 1]) {
    shape.moves({ outer: { height, forward: 0, swing: 21, phase: 0 } });
    shape.colour(WHITE, Tint.Cloth);
    wing(shape, side, [[0.1, 0.34], [0.9, 0.72], [1.32, 0.5], [1.16, 0.06], [0.62, -0.08]], height + 0.06);
    shape.colour([0.72, 0.72, 0.72], Tint.Trim);
    wing(shape, side, [[0.62, -0.06], [1.0, -0.3], [0.78, -0.78], [0.3, -0.62], [0.08, -0.2]], height + 0.03);
    shape.colour(BONE);
    wing(shape, side, [[0.72, 0.36], [0.98, 0.44], [0.92, 0.2]], height + 0.075);
  }
  return shape.moves();
}
