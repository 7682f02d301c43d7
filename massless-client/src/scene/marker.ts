// The ring on the ground that shows where a click leads.

import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import { CreateTorus } from "@babylonjs/core/Meshes/Builders/torusBuilder";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";

import { heightAt, type Land } from "massless/core/land";
import type { Stage } from "./stage";
import { clock } from "./surfaces";

export class Marker {
  private readonly ring: Mesh;
  private readonly material: StandardMaterial;

  constructor(stage: Stage) {
    this.ring = CreateTorus("marker", { diameter: 0.9, thickness: 0.09, tessellation: 24 }, stage.scene);
    this.material = new StandardMaterial("marker", stage.scene);
    this.material.disableLighting = true;
    this.material.emissiveColor = new Color3(1, 0.8, 0.42);
    this.ring.material = this.material;
    this.ring.isPickable = false;
    this.ring.isVisible = false;
  }

  /** Shows the ring at a goal, or hides it. */
  show(land: Land, goal: readonly [number, number] | undefined): void {
    this.ring.isVisible = goal !== undefined;
    if (!goal) return;
    const beat = Math.sin(clock.seconds * 5);
    this.ring.position.set(goal[0], heightAt(land, goal[0], goal[1]) + 0.12 + 0.05 * beat, goal[1]);
    const size = 1 + 0.14 * beat;
    this.ring.scaling.set(size, 1, size);
  }
}
