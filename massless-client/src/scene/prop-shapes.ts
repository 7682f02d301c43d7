// What stands in the world, as shapes. Natural things are in metres with their foot at the origin;
// built things fill the box from (-1, 0, -1) to (1, 1, 1), which is then stretched to their body.

import { colour, type Colour, hash, mixColour, Shape } from "./shape";

const BARK = colour("#5d4634");
const STONE = colour("#948b80");
const DARK_STONE = colour("#6f675f");
const WOOD = colour("#8a6743");
const DARK_WOOD = colour("#553d29");
const PLASTER = [colour("#d9c8a4"), colour("#cdb48c"), colour("#c9bfae")] as const;
const ROOFS = [colour("#a4502f"), colour("#8c4a35"), colour("#6d5444")] as const;
const NEEDLES = [colour("#3d6340"), colour("#4a7043"), colour("#35573c")] as const;
const LEAVES = [colour("#7b9a3d"), colour("#c6853a"), colour("#b9592f")] as const;
const GLOW = colour("#ffd98a");

/** A conifer, 8 m high: cones of branches, each lower one wider. `sides` sets the detail. */
export function pine(variant: number, sides: number): Shape {
  const shape = new Shape();
  const needles = NEEDLES[variant % NEEDLES.length]!;
  shape.colour(BARK).tube([ring(0, 0.30), ring(1.6, 0.22), ring(5, 0.10)], Math.min(sides, 6), false);
  const tiers = sides > 5 ? 4 : 3;
  for (let tier = 0; tier < tiers; tier += 1) {
    const share = tier / tiers;
    const base = 1.3 + share * 5.0;
    const width = 2.15 * (1 - share * 0.72);
    const height = 3.0 * (1 - share * 0.35);
    cone(shape, [base, base + height], width, sides, { tint: needles, seed: variant * 13 + tier });
  }
  return shape;
}

function ring(y: number, radius: number, x = 0, z = 0): { at: [number, number, number]; side: number; forward: number } {
  return { at: [x, y, z], side: radius, forward: radius };
}

/** A tier of branches: an uneven skirt, darker underneath. */
function cone(
  shape: Shape,
  span: readonly [number, number],
  width: number,
  sides: number,
  look: { readonly tint: Colour; readonly seed: number },
): void {
  const rim = (side: number): [number, number, number] => {
    const uneven = side % 2 === 0 ? 1 : 0.78;
    const reach = width * uneven * (0.9 + 0.2 * hash(side % sides, look.seed));
    const angle = (side / sides) * Math.PI * 2 + look.seed;
    return [Math.cos(angle) * reach, span[0] - (uneven > 0.9 ? 0.3 : 0), Math.sin(angle) * reach];
  };
  for (let side = 0; side < sides; side += 1) {
    const next = side + 1 === sides ? 0 : side + 1;
    const [a, b] = [rim(side), rim(next)];
    const light = 0.9 + 0.2 * hash(side, look.seed, 3);
    shape.colour(mixColour(look.tint, [0.75, 0.8, 0.45], 0.10 * light));
    shape.triangle([0, span[1], 0], b, a, [1.15 * light, 0.85 * light, 0.85 * light]);
    shape.colour(look.tint).triangle([0, span[0] + 0.5, 0], a, b, [0.4, 0.55, 0.55]);
  }
}

/** A broad-leaved tree, 7 m high: a crown of several heaps. */
export function oak(variant: number, sides: number): Shape {
  const shape = new Shape();
  const leaves = LEAVES[variant % LEAVES.length]!;
  const trunk = Math.min(sides, 6);
  shape.colour(BARK).tube([ring(0, 0.42), ring(0.5, 0.30), ring(2.6, 0.24, 0.1), ring(4.2, 0.12, 0.2, 0.1)], trunk, false);
  const heaps: readonly (readonly [number, number, number, number])[] =
    sides > 5
      ? [[0, 4.9, 0, 2.0], [1.35, 4.2, 0.5, 1.45], [-1.2, 4.3, 0.7, 1.5], [0.2, 4.0, -1.35, 1.45], [0.35, 6.0, 0.2, 1.25], [-0.6, 5.4, -0.8, 1.2]]
      : [[0, 4.8, 0, 2.2], [1.1, 4.3, 0.4, 1.5], [-1.0, 4.4, -0.3, 1.6]];
  heaps.forEach(([x, y, z, radius], index) => {
    const light = 0.86 + 0.1 * ((y - 4) / 2) + 0.1 * hash(index, variant);
    shape.colour([leaves[0] * light, leaves[1] * light, leaves[2] * light]);
    shape.ball([x, y, z], [radius, radius * 0.82, radius], sides, 0.22, variant * 31 + index);
  });
  return shape;
}

/** A boulder in the unit box. */
export function rock(variant: number, sides: number): Shape {
  const tint = mixColour(STONE, variant % 2 === 0 ? colour("#a08f78") : DARK_STONE, 0.45);
  return new Shape().colour(tint).ball([0, 0.42, 0], [1.12, 0.62, 1.12], sides, 0.26, variant + 5);
}

/** A bush, 1.2 m high and wide. */
export function bush(variant: number, sides: number): Shape {
  const leaves = variant % 3 === 1 ? colour("#9c7a35") : colour("#5f7f38");
  const shape = new Shape().colour(leaves);
  shape.ball([0, 0.55, 0], [0.62, 0.6, 0.62], sides, 0.28, variant);
  shape.colour(mixColour(leaves, [1, 1, 0.6], 0.12)).ball([0.34, 0.42, 0.2], [0.42, 0.42, 0.42], sides, 0.28, variant + 2);
  return shape.colour(mixColour(leaves, [0, 0, 0], 0.12)).ball([-0.32, 0.38, -0.16], [0.45, 0.4, 0.45], sides, 0.28, variant + 3);
}

/** A house: plastered walls between timbers on a stone foot, door to its south. */
export function house(variant: number): Shape {
  const shape = new Shape();
  const plaster = PLASTER[variant % PLASTER.length]!;
  const roof = ROOFS[variant % ROOFS.length]!;
  shape.colour(DARK_STONE).box([0, 0, 0], [2.0, 0.16, 2.0]);
  shape.colour(plaster).box([0, 0.14, 0], [1.9, 0.5, 1.9]);
  shape.colour(plaster).triangle([0.95, 0.64, -0.95], [-0.95, 0.64, -0.95], [0, 0.97, -0.95]);
  shape.triangle([-0.95, 0.64, 0.95], [0.95, 0.64, 0.95], [0, 0.97, 0.95]);
  for (const x of [-0.96, -0.32, 0.32, 0.96]) {
    for (const z of [-0.96, 0.96]) shape.colour(DARK_WOOD).box([x, 0.14, z], [0.09, 0.5, 0.05]);
  }
  for (const z of [-0.96, 0, 0.96]) {
    for (const x of [-0.96, 0.96]) shape.colour(DARK_WOOD).box([x, 0.14, z], [0.05, 0.5, 0.09]);
  }
  for (const z of [-0.965, 0.965]) shape.colour(DARK_WOOD).box([0, 0.62, z], [1.98, 0.045, 0.05]);
  for (const x of [-0.965, 0.965]) shape.colour(DARK_WOOD).box([x, 0.62, 0], [0.05, 0.045, 1.98]);
  shape.colour(roof).gable([0, 0.62, 0], [2.36, 0.42, 2.24]);
  shape.colour(mixColour(roof, [0, 0, 0], 0.3)).box([0, 1.02, 0], [0.1, 0.035, 2.3]);
  houseOpenings(shape);
  shape.colour(STONE).box([0.52, 0.7, 0.45], [0.24, 0.45, 0.24], 0.85);
  return shape.colour(DARK_STONE).box([0.52, 1.13, 0.45], [0.27, 0.05, 0.27]);
}

function houseOpenings(shape: Shape): void {
  shape.colour(DARK_WOOD).box([0, 0.1, -0.97], [0.36, 0.37, 0.04]);
  shape.colour(colour("#7c5531")).box([0, 0.1, -0.985], [0.28, 0.34, 0.04]);
  shape.colour(colour("#d9b04a")).box([0.09, 0.25, -1.01], [0.03, 0.02, 0.02]);
  shape.colour(STONE).box([0, 0, -1.08], [0.5, 0.09, 0.2]);
  const window = (at: [number, number, number], size: [number, number, number]): void => {
    shape.colour(DARK_WOOD).box(at, size);
    const inner: [number, number, number] = [size[0] > 0.1 ? size[0] - 0.08 : size[0] + 0.03, size[1] - 0.045, size[2] > 0.1 ? size[2] - 0.08 : size[2] + 0.03];
    shape.colour(colour("#f0cf7f")).box([at[0], at[1] + 0.022, at[2]], inner);
  };
  for (const x of [-0.63, 0.63]) window([x, 0.32, -0.965], [0.3, 0.2, 0.03]);
  for (const x of [-0.63, 0, 0.63]) window([x, 0.32, 0.965], [0.3, 0.2, 0.03]);
  for (const z of [-0.48, 0.48]) {
    window([-0.965, 0.32, z], [0.03, 0.2, 0.3]);
    window([0.965, 0.32, z], [0.03, 0.2, 0.3]);
  }
}

/** A piece of fence along its own east. */
export function fence(): Shape {
  const shape = new Shape().colour(WOOD);
  for (const x of [-0.92, 0, 0.92]) {
    shape.colour(mixColour(WOOD, DARK_WOOD, hash(x * 10, 3) * 0.5)).box([x, 0, 0], [0.1, 1.05, 1.7], 0.8);
  }
  shape.colour(mixColour(WOOD, [0, 0, 0], 0.08)).box([0, 0.36, 0], [2, 0.13, 0.8]);
  return shape.colour(WOOD).box([0, 0.74, 0], [2, 0.13, 0.8]);
}

/** A piece of stone wall along its own east: courses of blocks under a coping. */
export function wall(): Shape {
  const shape = new Shape();
  for (let course = 0; course < 3; course += 1) {
    const count = 4;
    for (let block = 0; block < count; block += 1) {
      const shade = 0.86 + 0.24 * hash(block, course, 4);
      const width = 2 / count;
      const shift = course % 2 === 0 ? 0 : width * 0.12;
      shape.colour([STONE[0] * shade, STONE[1] * shade, STONE[2] * shade]);
      shape.box([-1 + width * (block + 0.5) + shift * (block % 2 === 0 ? 1 : -1), course * 0.29, 0], [width * 1.0, 0.29, 1.8 + 0.16 * hash(block, course)], 0.96);
    }
  }
  return shape.colour(DARK_STONE).box([0, 0.87, 0], [2.04, 0.13, 2.2], 0.94);
}

/** A market stall: a counter with goods under a striped awning. */
export function stall(): Shape {
  const shape = new Shape().colour(WOOD);
  shape.box([0, 0, -0.55], [1.9, 0.38, 0.5]);
  shape.colour(mixColour(WOOD, [1, 1, 1], 0.15)).box([0, 0.37, -0.55], [2, 0.04, 0.66]);
  for (const x of [-0.9, 0.9]) for (const z of [-0.85, 0.85]) shape.colour(DARK_WOOD).box([x, 0, z], [0.09, 0.9, 0.09]);
  const goods = [colour("#b5432f"), colour("#d1a23c"), colour("#6d8d3a"), colour("#a96a3c"), colour("#7f5a8a")];
  goods.forEach((tint, index) => {
    shape.colour(tint).ball([-0.72 + index * 0.36, 0.44, -0.55], [0.13, 0.06, 0.16], 6, 0.12, index);
  });
  for (let stripe = 0; stripe < 6; stripe += 1) {
    const [left, right] = [-1.08 + stripe * 0.36, -0.72 + stripe * 0.36];
    shape.colour(stripe % 2 === 0 ? colour("#a8432c") : colour("#e6d6b4"));
    shape.quad([[left, 0.8, -1.2], [left, 1.05, 0.95], [right, 1.05, 0.95], [right, 0.8, -1.2]]);
    shape.quad([[left, 0.79, -1.2], [right, 0.79, -1.2], [right, 1.04, 0.95], [left, 1.04, 0.95]], 0.7, 0.7);
    shape.quad([[right, 0.7, -1.2], [left, 0.7, -1.2], [left, 0.8, -1.2], [right, 0.8, -1.2]], 0.9, 0.9);
  }
  return shape;
}

/** A well: a ring of stones, water, a roof on two posts. */
export function well(): Shape {
  const shape = new Shape().colour(STONE);
  shape.tube([ring(0, 1), ring(0.36, 0.96)], 12, false);
  shape.colour(DARK_STONE).tube([ring(0.34, 1.06), ring(0.40, 1.06)], 12, false);
  shape.colour(colour("#1e3a40")).tube([ring(0.398, 0.76), ring(0.404, 0.76)], 12, false);
  for (const x of [-0.86, 0.86]) shape.colour(DARK_WOOD).box([x, 0.3, 0], [0.14, 0.48, 0.16]);
  shape.colour(WOOD).box([0, 0.66, 0], [1.9, 0.05, 0.12]);
  return shape.colour(ROOFS[1]).gable([0, 0.76, 0], [2.3, 0.26, 1.9]);
}

/** A tower of stone with battlements. */
export function tower(): Shape {
  const shape = new Shape();
  shape.colour(DARK_STONE).box([0, 0, 0], [2.1, 0.06, 2.1], 0.94);
  shape.colour(STONE).box([0, 0.05, 0], [1.9, 0.8, 1.9], 0.9);
  shape.colour(mixColour(STONE, [1, 1, 1], 0.08)).box([0, 0.84, 0], [2.02, 0.07, 2.02]);
  for (let side = 0; side < 4; side += 1) {
    for (const along of [-0.82, 0, 0.82]) {
      const edge = side < 2 ? -0.88 : 0.88;
      const at: [number, number, number] = side % 2 === 0 ? [along, 0.9, edge] : [edge, 0.9, along];
      shape.colour(STONE).box(at, [0.34, 0.1, 0.34]);
    }
  }
  for (const y of [0.3, 0.58]) {
    for (const z of [-0.9, 0.9]) shape.colour(colour("#2b2622")).box([0, y, z], [0.16, 0.09, 0.1]);
    for (const x of [-0.9, 0.9]) shape.colour(colour("#2b2622")).box([x, y, 0], [0.1, 0.09, 0.16]);
  }
  shape.colour(DARK_WOOD).box([0, 0.02, -0.95], [0.5, 0.19, 0.08]);
  return shape;
}

/** A crate with a lid. */
export function crate(): Shape {
  const shape = new Shape().colour(WOOD).box([0, 0, 0], [1.84, 0.94, 1.84]);
  for (const x of [-0.9, 0.9]) for (const z of [-0.9, 0.9]) shape.colour(DARK_WOOD).box([x, 0, z], [0.24, 1, 0.24]);
  return shape.colour(mixColour(WOOD, [0, 0, 0], 0.15)).box([0, 0.9, 0], [2.02, 0.11, 2.02]);
}

/** A barrel. */
export function barrel(): Shape {
  const shape = new Shape().colour(WOOD);
  shape.tube([ring(0, 0.82), ring(0.28, 0.98), ring(0.72, 0.98), ring(1, 0.82)], 10);
  shape.colour(colour("#4a4640")).tube([ring(0.2, 0.97), ring(0.27, 1.0)], 10, false);
  return shape.tube([ring(0.73, 1.0), ring(0.8, 0.97)], 10, false);
}

/** A standing stone: tapered, cracked, its head broken. */
export function pillar(variant: number): Shape {
  const shape = new Shape().colour(DARK_STONE).tube([ring(0, 1.1), ring(0.07, 1.05)], 8, false);
  const lean = variant % 2 === 0 ? 0.05 : -0.08;
  shape.colour(mixColour(STONE, colour("#b8ab94"), 0.4));
  shape.tube([ring(0.06, 0.92), ring(0.5, 0.82, lean), ring(0.9, 0.74, lean * 1.6), ring(1, 0.36, lean * 2 + 0.1)], 8, false);
  return shape.colour(DARK_STONE).tube([ring(0.44, 0.88, lean), ring(0.5, 0.88, lean)], 8, false);
}

/** Planks to walk on. */
export function step(): Shape {
  const shape = new Shape();
  shape.colour(DARK_WOOD).box([0, 0, 0], [1.9, 0.7, 1.9]);
  const planks = 9;
  for (let plank = 0; plank < planks; plank += 1) {
    const shade = 0.85 + 0.3 * hash(plank, 5);
    shape.colour([WOOD[0] * shade, WOOD[1] * shade, WOOD[2] * shade]);
    shape.box([0, 0.68, -1 + (2 / planks) * (plank + 0.5)], [2.0, 0.32, (2 / planks) * 0.9]);
  }
  return shape;
}

/** A lamp post. */
export function lamp(): Shape {
  const shape = new Shape().colour(colour("#3a3530"));
  shape.tube([ring(0, 1.3), ring(0.05, 1.1), ring(0.08, 0.6), ring(0.8, 0.5)], 6, false);
  shape.tube([ring(0.8, 1.5), ring(0.82, 1.5)], 6, false);
  shape.colour(GLOW).tube([ring(0.82, 1.0), ring(0.92, 1.2)], 6, false);
  return shape.colour(colour("#2f2a26")).tube([ring(0.92, 1.7), ring(1, 0.3)], 6, false);
}

/** A tuft of grass blades, half a metre high; light at the tips. */
export function tuft(seed: number): Shape {
  const shape = new Shape();
  for (let blade = 0; blade < 5; blade += 1) {
    const angle = hash(blade, seed) * Math.PI * 2;
    const [cx, cz] = [(hash(blade, seed, 2) - 0.5) * 0.5, (hash(blade, seed, 3) - 0.5) * 0.5];
    const [wx, wz] = [Math.cos(angle) * 0.045, Math.sin(angle) * 0.045];
    const height = 0.25 + 0.22 * hash(blade, seed, 4);
    const lean = 0.16 * (hash(blade, seed, 5) - 0.3);
    // Both sides, lit as the ground below is: the normals point up.
    const tip: [number, number, number] = [cx - wz * lean * 30, height, cz + wx * lean * 30];
    for (const turn of [1, -1]) {
      const a = shape.vertex([cx - wx * turn, 0, cz - wz * turn], [0, 1, 0], 0.66);
      const b = shape.vertex([cx + wx * turn, 0, cz + wz * turn], [0, 1, 0], 0.66);
      shape.face(a, b, shape.vertex(tip, [0, 1, 0], 1.25));
    }
  }
  return shape;
}
