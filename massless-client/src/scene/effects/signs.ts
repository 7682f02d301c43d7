// What stands over the heads of people who have a quest: a golden mark to take one, a question to hand one in.

import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import type { Scene } from "@babylonjs/core/scene";

import { writeMatrix } from "../scatter";
import { colour, type Colour, Shape } from "../shape";
import { clock } from "../surfaces";

/** A quest to take, one to hand in, one that is under way. */
export type Sign = "offer" | "ready" | "waiting";

export interface Signed {
  readonly sign: Sign;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const CAPACITY = 32;
const GOLD: Colour = colour("#ffcf3f");
const GREY: Colour = colour("#a9a49a");

function exclamation(paint: Colour): Shape {
  const shape = new Shape();
  shape.colour(paint).tube([{ at: [0, 0.2, 0], side: 0.045, forward: 0.045 }, { at: [0, 0.62, 0], side: 0.1, forward: 0.1 }, { at: [0, 0.68, 0], side: 0.07, forward: 0.07 }], 8);
  return shape.ball([0, 0.07, 0], [0.075, 0.075, 0.075], 8);
}

function question(paint: Colour): Shape {
  const shape = new Shape();
  shape.colour(paint);
  // A hook of balls: three quarters of a circle, then down.
  for (let step = 0; step <= 12; step += 1) {
    const angle = Math.PI * (1 - step / 8);
    shape.ball([Math.cos(angle) * 0.15, 0.54 + Math.sin(angle) * 0.15, 0], [0.055, 0.055, 0.055], 6);
  }
  shape.tube([{ at: [0, 0.2, 0], side: 0.05, forward: 0.05 }, { at: [0, 0.4, 0], side: 0.055, forward: 0.055 }], 7);
  return shape.ball([0, 0.07, 0], [0.07, 0.07, 0.07], 8);
}

const SHAPES: Readonly<Record<Sign, () => Shape>> = {
  offer: () => exclamation(GOLD),
  ready: () => question(GOLD),
  waiting: () => question(GREY),
};

interface Row {
  readonly mesh: Mesh;
  readonly matrices: Float32Array;
  count: number;
}

export class Signs {
  private readonly rows: Readonly<Record<Sign, Row>>;

  constructor(scene: Scene) {
    const material = new StandardMaterial("signs", scene);
    material.specularColor = Color3.Black();
    material.emissiveColor = new Color3(0.42, 0.36, 0.24);
    const row = (sign: Sign): Row => {
      const mesh = SHAPES[sign]().build(`sign ${sign}`, scene);
      mesh.material = material;
      mesh.alwaysSelectAsActiveMesh = true;
      mesh.doNotSyncBoundingInfo = true;
      const matrices = new Float32Array(CAPACITY * 16);
      mesh.thinInstanceSetBuffer("matrix", matrices, 16, false);
      mesh.thinInstanceCount = 0;
      mesh.isVisible = false;
      return { mesh, matrices, count: 0 };
    };
    this.rows = { offer: row("offer"), ready: row("ready"), waiting: row("waiting") };
  }

  /** Shows these signs and no others, turned to who looks along `yaw`. */
  show(signs: readonly Signed[], yaw: number): void {
    const rows = Object.values(this.rows);
    for (const row of rows) row.count = 0;
    for (const { sign, x, y, z } of signs) {
      const row = this.rows[sign];
      if (row.count >= CAPACITY) continue;
      const size = sign === "waiting" ? 0.8 : 1;
      writeMatrix(row.matrices, row.count, { x, y: y + 0.06 * Math.sin(clock.seconds * 2.2 + x), z, turn: yaw + Math.PI + 0.35 * Math.sin(clock.seconds * 1.3), scale: [-size, size, -size] });
      row.count += 1;
    }
    for (const { mesh, count } of rows) {
      mesh.isVisible = count > 0;
      mesh.thinInstanceCount = count;
      if (count > 0) mesh.thinInstanceBufferUpdated("matrix");
    }
  }
}
