// Grass round the camera: tufts at repeatable places of grassy cells, planted anew when one has walked on.

import type { Material } from "@babylonjs/core/Materials/material";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import type { Scene } from "@babylonjs/core/scene";

import { heightAt, type Land, slopeAt } from "massless/core/land";
import { cellColour, isGrassy } from "./ground-paint";
import { fractal } from "./noise";
import { tuft } from "./prop-shapes";
import { writeMatrix } from "./scatter";
import { hash } from "./shape";

/** The camera moves this far before the grass is planted anew, metres. */
const REPLANT_METRES = 3;
const SEEDS = 1_117;

/** How much grass: within `radius` metres, `density` tufts a square metre. */
export interface Growth {
  readonly radius: number;
  readonly density: number;
}

export class Tufts {
  private readonly mesh: Mesh;
  private readonly matrices: Float32Array;
  private readonly colours: Float32Array;
  private readonly capacity: number;
  private planted: readonly [number, number] | undefined;

  constructor(
    scene: Scene,
    private readonly land: Land,
    material: Material,
    private readonly growth: Growth,
  ) {
    this.capacity = Math.ceil(Math.PI * growth.radius ** 2 * growth.density) + 64;
    this.matrices = new Float32Array(this.capacity * 16);
    this.colours = new Float32Array(this.capacity * 4);
    this.mesh = tuft(3).build("tufts", scene);
    this.mesh.material = material;
    this.mesh.receiveShadows = true;
    this.mesh.alwaysSelectAsActiveMesh = true;
    this.mesh.doNotSyncBoundingInfo = true;
    this.mesh.thinInstanceSetBuffer("matrix", this.matrices, 16, false);
    this.mesh.thinInstanceSetBuffer("color", this.colours, 4, false);
    this.mesh.thinInstanceCount = 0;
  }

  /** Plants round a place, unless the last planting still serves. */
  plant(x: number, z: number): void {
    if (this.planted && Math.hypot(this.planted[0] - x, this.planted[1] - z) < REPLANT_METRES) return;
    this.planted = [x, z];
    const { radius } = this.growth;
    let count = 0;
    for (let cz = Math.max(0, Math.floor(z - radius)); cz < Math.min(this.land.depth, z + radius); cz += 1) {
      for (let cx = Math.max(0, Math.floor(x - radius)); cx < Math.min(this.land.width, x + radius); cx += 1) {
        const distance = Math.hypot(cx + 0.5 - x, cz + 0.5 - z);
        if (distance < radius && isGrassy(this.land, cx, cz)) count = this.plantCell([cx, cz], 1 - distance / radius, count);
      }
    }
    this.mesh.isVisible = count > 0;
    this.mesh.thinInstanceCount = count;
    this.mesh.thinInstanceBufferUpdated("matrix");
    this.mesh.thinInstanceBufferUpdated("color");
  }

  private plantCell(cell: readonly [number, number], nearness: number, from: number): number {
    const [cx, cz] = cell;
    const lush = fractal(cx / 9, cz / 9, 2, 15) * 1.5;
    const wanted = this.growth.density * lush;
    const tufts = Math.floor(wanted) + (hash(cx, cz, SEEDS) < wanted % 1 ? 1 : 0);
    let count = from;
    for (let index = 0; index < tufts && count < this.capacity; index += 1) {
      const x = cx + hash(cx, cz, SEEDS + 1 + index * 4);
      const z = cz + hash(cx, cz, SEEDS + 2 + index * 4);
      const y = heightAt(this.land, x, z);
      if (y < this.land.waterLevel + 0.1 || slopeAt(this.land, x, z) > 0.65) continue;
      const size = (0.65 + 0.8 * hash(cx, cz, SEEDS + 3 + index * 4)) * Math.min(1, nearness * 5);
      const turn = hash(cx, cz, SEEDS + 4 + index * 4) * 6.28;
      writeMatrix(this.matrices, count, { x, y, z, turn, scale: [size, size, size] });
      const tint = cellColour(this.land, cx, cz);
      this.colours.set([tint[0] * 1.12, tint[1] * 1.16, tint[2] * 1.0, 1], count * 4);
      count += 1;
    }
    return count;
  }

  dispose(): void {
    this.mesh.dispose();
  }
}
