// Noise made in code: value noise for placing and tinting, tiling textures for surfaces and clouds.

import { Constants } from "@babylonjs/core/Engines/constants";
import { RawTexture } from "@babylonjs/core/Materials/Textures/rawTexture";
import { Texture } from "@babylonjs/core/Materials/Textures/texture";
import type { Scene } from "@babylonjs/core/scene";

import { hash } from "./shape";

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Value noise in 0..1; repeats after `period` where one is given. */
export function noise(x: number, y: number, seed = 0, period = 0): number {
  const [cx, cy] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [smooth(x - cx), smooth(y - cy)];
  const wrap = (v: number): number => (period > 0 ? ((v % period) + period) % period : v);
  const at = (ix: number, iy: number): number => hash(wrap(ix), wrap(iy), seed);
  const low = at(cx, cy) + (at(cx + 1, cy) - at(cx, cy)) * fx;
  const high = at(cx, cy + 1) + (at(cx + 1, cy + 1) - at(cx, cy + 1)) * fx;
  return low + (high - low) * fy;
}

/** Octaves of value noise in 0..1. */
export function fractal(x: number, y: number, octaves: number, seed = 0, period = 0): number {
  let [sum, weight, scale] = [0, 0, 1];
  for (let octave = 0; octave < octaves; octave += 1) {
    const amplitude = 1 / scale;
    sum += noise(x * scale, y * scale, seed + octave, period * scale) * amplitude;
    weight += amplitude;
    scale *= 2;
  }
  return sum / weight;
}

/** Distances to the nearest and second nearest point of a jittered grid that repeats. */
function stones(x: number, y: number, period: number, seed: number): readonly [number, number] {
  const [cx, cy] = [Math.floor(x), Math.floor(y)];
  let [nearest, second] = [9, 9];
  for (let dy = -1; dy <= 1; dy += 1) {
    for (let dx = -1; dx <= 1; dx += 1) {
      const [ix, iy] = [(cx + dx + period) % period, (cy + dy + period) % period];
      const px = cx + dx + 0.15 + 0.7 * hash(ix, iy, seed);
      const py = cy + dy + 0.15 + 0.7 * hash(ix, iy, seed + 7);
      const distance = Math.hypot(px - x, py - y);
      if (distance < nearest) [nearest, second] = [distance, nearest];
      else if (distance < second) second = distance;
    }
  }
  return [nearest, second];
}

function texture(scene: Scene, size: number, texel: (x: number, y: number) => readonly number[]): RawTexture {
  const bytes = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const values = texel(x / size, y / size);
      for (let channel = 0; channel < 4; channel += 1) {
        bytes[(y * size + x) * 4 + channel] = Math.round(Math.min(Math.max(values[channel] ?? 1, 0), 1) * 255);
      }
    }
  }
  const made = new RawTexture(bytes, size, size, Constants.TEXTUREFORMAT_RGBA, scene, true, false, Texture.TRILINEAR_SAMPLINGMODE);
  made.wrapU = Texture.WRAP_ADDRESSMODE;
  made.wrapV = Texture.WRAP_ADDRESSMODE;
  made.anisotropicFilteringLevel = 4;
  return made;
}

/** Surface patterns around 0.5: red grass, green rock, blue sand and dirt, alpha paving stones. */
export function surfacePatterns(scene: Scene): RawTexture {
  return texture(scene, 256, (u, v) => {
    const blades = 0.5 * fractal(u * 40, v * 40, 3, 1, 40) + 0.5 * fractal(u * 10, v * 10, 3, 5, 10);
    const [near, far] = stones(u * 7, v * 7, 7, 11);
    const cracks = Math.min((far - near) * 2.2, 1);
    const rock = 0.35 * cracks + 0.65 * fractal(u * 12, v * 12, 4, 21, 12);
    const sand = 0.55 * fractal(u * 40, v * 40, 2, 31, 40) + 0.45 * fractal(u * 9, v * 9, 3, 35, 9);
    const [stone, gap] = stones(u * 13, v * 13, 13, 41);
    const joint = Math.min((gap - stone) * 5, 1);
    const paving = 0.34 + 0.36 * joint + 0.2 * fractal(u * 30, v * 30, 2, 45, 30) - 0.18 * stone;
    return [blades, rock, sand, paving];
  });
}

/** Tiling noise: red clouds, green and blue the slopes of small waves. */
export function cloudsAndWaves(scene: Scene): RawTexture {
  const height = (u: number, v: number): number => fractal(u * 8, v * 8, 4, 71, 8);
  const step = 1 / 256;
  return texture(scene, 256, (u, v) => [
    fractal(u * 5, v * 5, 6, 61, 5),
    0.5 + (height(u + step, v) - height(u - step, v)) * 7,
    0.5 + (height(u, v + step) - height(u, v - step)) * 7,
    1,
  ]);
}
