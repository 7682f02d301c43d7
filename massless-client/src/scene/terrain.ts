// The ground as meshes: chunks with four levels of detail, and hills beyond the border to look at.

import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import type { Material } from "@babylonjs/core/Materials/material";
import type { Scene } from "@babylonjs/core/scene";

import { heightAt, type Land } from "massless/core/land";
import { type Paint, paintGround } from "./ground-paint";
import { fractal, noise } from "./noise";
import { moodOf } from "./mood";
import { mixColour } from "./shape";

/** Cells along the edge of a chunk. */
const CHUNK = 32;
/** How far a chunk's rim hangs down, so that no gap opens between levels of detail, metres. */
const SKIRT = 1.5;
/** Distances from which each coarser level is used as a share of the view; the step doubles each time. */
const LEVEL_SHARES = [0.22, 0.45, 0.8] as const;
/** Width of the hills beyond the border, metres. */
const APRON = 288;
const APRON_STEP = 16;

interface Columns {
  readonly positions: number[];
  readonly normals: number[];
  readonly colours: number[];
  readonly splats: number[];
  readonly indices: number[];
}

function columns(): Columns {
  return { positions: [], normals: [], colours: [], splats: [], indices: [] };
}

function meshOf(name: string, parts: Columns, scene: Scene, material: Material): Mesh {
  const mesh = new Mesh(name, scene);
  const data = new VertexData();
  data.positions = new Float32Array(parts.positions);
  data.normals = new Float32Array(parts.normals);
  data.colors = new Float32Array(parts.colours);
  data.indices = new Uint32Array(parts.indices);
  data.applyToMesh(mesh);
  mesh.setVerticesData("splat", new Float32Array(parts.splats), false, 4);
  mesh.material = material;
  mesh.isPickable = false;
  mesh.receiveShadows = true;
  mesh.freezeWorldMatrix();
  mesh.doNotSyncBoundingInfo = true;
  return mesh;
}

/** One sample of the map, let down by `drop`. */
function addSample(parts: Columns, land: Land, paint: Paint, place: readonly [number, number], drop: number): void {
  const [x, z] = place;
  const index = z * (land.width + 1) + x;
  parts.positions.push(x, land.heights[index]! - drop, z);
  parts.normals.push(...paint.normals.subarray(index * 3, index * 3 + 3));
  parts.colours.push(...paint.colours.subarray(index * 4, index * 4 + 4));
  parts.splats.push(...paint.splats.subarray(index * 4, index * 4 + 4));
}

function steps(from: number, to: number, step: number): number[] {
  const all: number[] = [];
  for (let at = from; at < to; at += step) all.push(at);
  all.push(to);
  return all;
}

/** Grid indices, rows of `columnsCount`; cells split from south-west to north-east as in the core. */
function addGrid(indices: number[], columnsCount: number, rowsCount: number): void {
  for (let row = 0; row + 1 < rowsCount; row += 1) {
    for (let column = 0; column + 1 < columnsCount; column += 1) {
      const southWest = row * columnsCount + column;
      const northWest = southWest + columnsCount;
      indices.push(southWest, southWest + 1, northWest + 1, southWest, northWest + 1, northWest);
    }
  }
}

function chunk(land: Land, paint: Paint, corner: readonly [number, number], step: number): Columns {
  const parts = columns();
  const xs = steps(corner[0], Math.min(corner[0] + CHUNK, land.width), step);
  const zs = steps(corner[1], Math.min(corner[1] + CHUNK, land.depth), step);
  // The outermost samples stand twice: on the ground, and let down as the skirt's lower edge.
  const [wideX, wideZ] = [[xs[0]!, ...xs, xs.at(-1)!], [zs[0]!, ...zs, zs.at(-1)!]];
  wideZ.forEach((z, row) => {
    wideX.forEach((x, column) => {
      const rim = row === 0 || column === 0 || row === wideZ.length - 1 || column === wideX.length - 1;
      addSample(parts, land, paint, [x, z], rim ? SKIRT : 0);
    });
  });
  addGrid(parts.indices, wideX.length, wideZ.length);
  return parts;
}

/** The hills beyond the border: nobody walks there. */
function apron(land: Land): Columns {
  const parts = columns();
  const xs = steps(-APRON, land.width + APRON, APRON_STEP);
  const zs = steps(-APRON, land.depth + APRON, APRON_STEP);
  const mood = moodOf(land.mood);
  const [green, stone, snow] = [mixColour(mood.grass, mood.dryGrass, 0.25), mixColour(mood.rock, [0, 0, 0], 0.06), mixColour(mood.paleRock, [1, 1, 1], 0.3)];
  const height = (x: number, z: number): number => {
    const outside = Math.max(-x, x - land.width, -z, z - land.depth);
    const base = heightAt(land, x, z);
    if (outside <= 0) return base - 3;
    const rise = Math.min(outside / APRON, 1);
    return base - 0.8 + fractal(x / 90, z / 90, 4, 77) * 105 * rise ** 0.8 - 16 * rise;
  };
  for (const z of zs) {
    for (const x of xs) {
      const y = height(x, z);
      const [east, north] = [(height(x + 6, z) - height(x - 6, z)) / 12, (height(x, z + 6) - height(x, z - 6)) / 12];
      const length = Math.hypot(east, 1, north);
      const steep = Math.hypot(east, north) + noise(x / 17, z / 17, 5) * 0.4;
      const bare = Math.min(Math.max((steep - 0.45) / 0.4, 0), 1);
      const high = Math.min(Math.max((y - 62) / 25, 0), 0.8);
      const tint = mixColour(mixColour(green, stone, bare), snow, high);
      parts.positions.push(x, y, z);
      parts.normals.push(-east / length, 1 / length, -north / length);
      parts.colours.push(...tint, 1);
      parts.splats.push(1 - bare, bare, 0, 0);
    }
  }
  addRing(parts.indices, xs, zs, land);
  return parts;
}

/** Grid indices without the cells that lie well inside the map. */
function addRing(indices: number[], xs: number[], zs: number[], land: Land): void {
  const all: number[] = [];
  addGrid(all, xs.length, zs.length);
  for (let cell = 0; cell * 6 < all.length; cell += 1) {
    const row = Math.floor(cell / (xs.length - 1));
    const column = cell % (xs.length - 1);
    const inside =
      xs[column]! >= 0 && xs[column + 1]! <= land.width && zs[row]! >= 0 && zs[row + 1]! <= land.depth;
    if (!inside) indices.push(...all.slice(cell * 6, cell * 6 + 6));
  }
}

/** Builds the ground of a map, a chunk at a time; the meshes belong to the scene. */
export function* buildTerrain(scene: Scene, land: Land, material: Material, view: number): Generator<void, Mesh[]> {
  const paint = yield* paintGround(land);
  const meshes: Mesh[] = [];
  for (let z = 0; z < land.depth; z += CHUNK) {
    for (let x = 0; x < land.width; x += CHUNK) {
      const near = meshOf(`ground ${x} ${z}`, chunk(land, paint, [x, z], 1), scene, material);
      LEVEL_SHARES.forEach((share, level) => {
        const step = 2 << level;
        const far = meshOf(`ground ${x} ${z} / ${step}`, chunk(land, paint, [x, z], step), scene, material);
        near.addLODLevel(view * share, far);
      });
      meshes.push(near);
      yield;
    }
  }
  meshes.push(meshOf("hills", apron(land), scene, material));
  return meshes;
}
