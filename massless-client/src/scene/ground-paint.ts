// Colour and surface of each ground sample, from what lies there, how steep it is and what stands near.

import { type Land, PropKind, sampleAt } from "massless/core/land";
import { fractal, noise } from "./noise";
import { type Mood, moodOf } from "./mood";
import { type Colour, mixColour } from "./shape";

/** Material bytes of map cells; the numbers are the core's. */
export enum Ground {
  Grass = 0,
  DryGrass = 1,
  Rock = 2,
  Sand = 3,
  Dirt = 4,
  Paving = 5,
  Bed = 6,
}

/** Shares of the four surface patterns: grass, rock, sand, paving. */
export type Splat = readonly [number, number, number, number];

type Palette = Readonly<Record<Ground, Colour>>;

const palettes = new Map<Mood, Palette>();

function paletteOf(mood: Mood): Palette {
  const known = palettes.get(mood);
  if (known) return known;
  const palette: Palette = {
    [Ground.Grass]: mood.grass,
    [Ground.DryGrass]: mood.dryGrass,
    [Ground.Rock]: mood.rock,
    [Ground.Sand]: mood.sand,
    [Ground.Dirt]: mood.dirt,
    [Ground.Paving]: mood.paving,
    [Ground.Bed]: mood.bed,
  };
  palettes.set(mood, palette);
  return palette;
}

const SPLATS: Readonly<Record<Ground, Splat>> = {
  [Ground.Grass]: [1, 0, 0, 0],
  [Ground.DryGrass]: [1, 0, 0, 0],
  [Ground.Rock]: [0, 1, 0, 0],
  [Ground.Sand]: [0, 0, 1, 0],
  [Ground.Dirt]: [0, 0, 1, 0],
  [Ground.Paving]: [0, 0, 0, 1],
  [Ground.Bed]: [0, 0, 1, 0],
};


/** The paint of a whole map: `[z][x]` corner samples. */
export interface Paint {
  readonly colours: Float32Array;
  readonly splats: Float32Array;
  readonly normals: Float32Array;
}

/** How much light reaches each sample beside what stands there, 0..1. */
function shadeOfProps(land: Land): Float32Array {
  const stride = land.width + 1;
  const shade = new Float32Array(stride * (land.depth + 1)).fill(1);
  for (const prop of land.props) {
    const crown = prop.kind === PropKind.Oak ? 3 : prop.kind === PropKind.Pine ? 2.2 : 0.9;
    const reach = Math.hypot(prop.halfX, prop.halfZ) + crown;
    const strength = prop.kind === PropKind.Step ? 0 : 0.42;
    for (let z = Math.max(0, Math.ceil(prop.z - reach)); z <= Math.min(land.depth, prop.z + reach); z += 1) {
      for (let x = Math.max(0, Math.ceil(prop.x - reach)); x <= Math.min(land.width, prop.x + reach); x += 1) {
        const near = Math.max(0, 1 - Math.hypot(x - prop.x, z - prop.z) / reach);
        shade[z * stride + x]! *= 1 - strength * Math.min(near * 1.4, 1);
      }
    }
  }
  return shade;
}

function groundOf(value: number): Ground {
  return value in SPLATS ? (value) : Ground.Grass;
}

function tone(mood: Mood, kind: Ground, x: number, z: number): Colour {
  const base = paletteOf(mood)[kind];
  const patch = fractal(x / 21, z / 21, 3, 3);
  switch (kind) {
    case Ground.Grass:
      return patch > 0.5 ? mixColour(base, mood.meadow, (patch - 0.5) * 2.2) : mixColour(base, mood.moss, (0.5 - patch) * 2);
    case Ground.DryGrass:
      return mixColour(base, mood.meadow, Math.max(0, patch - 0.45) * 1.6);
    case Ground.Rock:
      return mixColour(base, mood.paleRock, patch * 0.8);
    case Ground.Sand:
    case Ground.Dirt:
    case Ground.Paving:
    case Ground.Bed:
      return mixColour(base, [base[0] * 0.8, base[1] * 0.8, base[2] * 0.8], patch * 0.6);
  }
}

/** Mean of the cells that meet in a corner, their borders blurred by a jitter. */
function blend(land: Land, x: number, z: number): { tint: Colour; splat: Splat } {
  const mood = moodOf(land.mood);
  const tint: [number, number, number] = [0, 0, 0];
  const splat: [number, number, number, number] = [0, 0, 0, 0];
  for (let near = 0; near < 4; near += 1) {
    const cx = Math.min(Math.max(x - (near & 1), 0), land.width - 1);
    const cz = Math.min(Math.max(z - (near >> 1), 0), land.depth - 1);
    const kind = groundOf(land.materials[cz * land.width + cx]!);
    const part = tone(mood, kind, x, z);
    for (let channel = 0; channel < 3; channel += 1) tint[channel]! += part[channel]! / 4;
    for (let channel = 0; channel < 4; channel += 1) splat[channel]! += SPLATS[kind][channel]! / 4;
  }
  return { tint, splat };
}

/** Rows that are painted in one step. */
const ROWS = 16;

/** Paints every sample of the map. */
export function* paintGround(land: Land): Generator<void, Paint> {
  const stride = land.width + 1;
  const count = stride * (land.depth + 1);
  const paint: Paint = {
    colours: new Float32Array(count * 4),
    splats: new Float32Array(count * 4),
    normals: new Float32Array(count * 3),
  };
  const shade = shadeOfProps(land);
  for (let z = 0; z <= land.depth; z += 1) {
    for (let x = 0; x <= land.width; x += 1) paintSample(land, paint, x, z, shade[z * stride + x]!);
    if (z % ROWS === 0) yield;
  }
  return paint;
}

function paintSample(land: Land, paint: Paint, x: number, z: number, shade: number): void {
  const index = z * (land.width + 1) + x;
  const east = (sampleAt(land, x + 1, z) - sampleAt(land, x - 1, z)) / 2;
  const north = (sampleAt(land, x, z + 1) - sampleAt(land, x, z - 1)) / 2;
  const length = Math.hypot(east, 1, north);
  paint.normals.set([-east / length, 1 / length, -north / length], index * 3);

  const mood = moodOf(land.mood);
  const { tint, splat } = blend(land, x, z);
  const steep = Math.hypot(east, north) + (noise(x / 5, z / 5, 9) - 0.5) * 0.3;
  const bare = Math.min(Math.max((steep - 0.62) / 0.35, 0), 1);
  const cliff = mixColour(mixColour(mood.rock, [0, 0, 0], 0.12), mood.paleRock, noise(x / 9, z / 9, 12) * 0.7);
  let final = mixColour(tint, cliff, bare * (1 - splat[3]));
  const depth = land.waterLevel - land.heights[index]!;
  const wet = Math.min(Math.max((depth + 0.35) / 0.5, 0), 1);
  final = mixColour(final, [final[0] * 0.62, final[1] * 0.64, final[2] * 0.6], wet);
  paint.colours.set([final[0] * shade, final[1] * shade, final[2] * shade, 1], index * 4);
  paint.splats.set(
    [splat[0] * (1 - bare), splat[1] + (1 - splat[1]) * bare, splat[2] * (1 - bare), splat[3] * (1 - bare)],
    index * 4,
  );
}

/** Whether tufts grow in a cell. */
export function isGrassy(land: Land, cellX: number, cellZ: number): boolean {
  const kind = land.materials[cellZ * land.width + cellX];
  return kind === Ground.Grass || kind === Ground.DryGrass;
}

/** The paint of one cell seen from above, for the minimap and the tufts that grow there. */
export function cellColour(land: Land, cellX: number, cellZ: number): Colour {
  return tone(moodOf(land.mood), groundOf(land.materials[cellZ * land.width + cellX]!), cellX, cellZ);
}
