// Items on the ground: a small thing that turns and glows in the colour of its rarity.

import type { Material } from "@babylonjs/core/Materials/material";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";
import type { Scene } from "@babylonjs/core/scene";

import { type ItemDefinition, EquipSlot } from "massless/core/world";
import { writeMatrix } from "../scatter";
import { colour, Shape } from "../shape";
import { clock } from "../surfaces";
import { RARITY_COLOURS } from "./palette";
import type { Sparks } from "./sparks";

const CAPACITY = 128;

/** One item in sight. */
export interface LyingItem {
  readonly actor: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly rarity: number;
  readonly definition: ItemDefinition | undefined;
  /** The mouse is over it. */
  readonly hovered: boolean;
}

type Form = "blade" | "coat" | "flask" | "pouch" | "gem" | "letter";

const SHAPES: Readonly<Record<Form, () => Shape>> = {
  blade: () => {
    const shape = new Shape();
    shape.colour(colour("#5a3d28")).box([0, 0.02, 0], [0.05, 0.16, 0.05]);
    shape.colour(colour("#c9a24a")).box([0, 0.17, 0], [0.2, 0.04, 0.06]);
    return shape.colour(colour("#d5dade")).box([0, 0.21, 0], [0.07, 0.5, 0.02], 0.3);
  },
  coat: () => {
    const shape = new Shape();
    shape.colour(colour("#8a6f55")).box([0, 0.04, 0], [0.34, 0.34, 0.16], 0.85);
    for (const side of [-1, 1]) shape.colour(colour("#6b543f")).box([side * 0.2, 0.2, 0], [0.12, 0.18, 0.14], 0.8);
    return shape.colour(colour("#c9a24a")).box([0, 0.12, 0.085], [0.1, 0.05, 0.02]);
  },
  flask: () => {
    const shape = new Shape();
    shape.colour(colour("#d8453a")).ball([0, 0.16, 0], [0.13, 0.14, 0.13], 8);
    shape.colour(colour("#e9e2d0")).tube([{ at: [0, 0.27, 0], side: 0.045, forward: 0.045 }, { at: [0, 0.38, 0], side: 0.05, forward: 0.05 }], 7);
    return shape.colour(colour("#7a5836")).box([0, 0.37, 0], [0.07, 0.06, 0.07]);
  },
  pouch: () => {
    const shape = new Shape();
    shape.colour(colour("#9a7748")).ball([0, 0.15, 0], [0.17, 0.15, 0.17], 8, 0.1, 4);
    shape.colour(colour("#6b4a2f")).tube([{ at: [0, 0.27, 0], side: 0.06, forward: 0.06 }, { at: [0, 0.36, 0], side: 0.1, forward: 0.1 }], 7);
    return shape;
  },
  gem: () => {
    const shape = new Shape();
    shape.colour(colour("#bfe6ff"));
    return shape.tube([{ at: [0, 0.06, 0], side: 0.01, forward: 0.01 }, { at: [0, 0.24, 0], side: 0.14, forward: 0.14 }, { at: [0, 0.4, 0], side: 0.01, forward: 0.01 }], 6, false);
  },
  letter: () => {
    const shape = new Shape();
    shape.colour(colour("#eadfc2")).box([0, 0.1, 0], [0.32, 0.22, 0.03]);
    return shape.colour(colour("#b8322a")).ball([0, 0.2, 0.02], [0.05, 0.05, 0.02], 6);
  },
};

function formOf(definition: ItemDefinition | undefined): Form {
  switch (definition?.kind.type) {
    case "gear":
      return definition.kind.slot === EquipSlot.Weapon ? "blade" : definition.kind.slot >= EquipSlot.Necklace ? "gem" : "coat";
    case "health":
    case "mana":
      return "flask";
    case "refining":
    case "protection":
      return "gem";
    case "quest":
    case "return":
      return "letter";
    default:
      return "pouch";
  }
}

interface Heap {
  readonly mesh: Mesh;
  readonly matrices: Float32Array;
  count: number;
}

export class Loot {
  private readonly heaps = new Map<Form, Heap>();

  constructor(
    private readonly scene: Scene,
    private readonly material: Material,
    private readonly sparks: Sparks,
  ) {}

  /** Shows these items and no others. */
  show(items: readonly LyingItem[]): void {
    for (const heap of this.heaps.values()) heap.count = 0;
    for (const item of items) this.add(item);
    for (const { mesh, count } of this.heaps.values()) {
      mesh.isVisible = count > 0;
      mesh.thinInstanceCount = count;
      if (count > 0) mesh.thinInstanceBufferUpdated("matrix");
    }
  }

  private add(item: LyingItem): void {
    const heap = this.heap(formOf(item.definition));
    if (heap.count >= CAPACITY) return;
    const beat = Math.sin(clock.seconds * 2.6 + item.actor);
    const size = item.hovered ? 1.35 : 1;
    writeMatrix(heap.matrices, heap.count, {
      x: item.x,
      y: item.y + 0.12 + 0.05 * beat,
      z: item.z,
      turn: clock.seconds * 1.3 + item.actor,
      scale: [size, size, size],
    });
    heap.count += 1;
    const tint = RARITY_COLOURS[item.rarity] ?? RARITY_COLOURS[0]!;
    const strength = 0.34 + 0.1 * item.rarity + 0.08 * beat + (item.hovered ? 0.25 : 0);
    this.sparks.glow([item.x, item.y + 0.3, item.z], 0.55, tint, strength);
    // What is rare is seen from afar.
    if (item.rarity >= 1) this.sparks.glow([item.x, item.y + 1.1, item.z], 0.16, tint, 0.4 + 0.12 * item.rarity, 7);
  }

  private heap(form: Form): Heap {
    const known = this.heaps.get(form);
    if (known) return known;
    const mesh = SHAPES[form]().build(`loot ${form}`, this.scene);
    mesh.material = this.material;
    mesh.alwaysSelectAsActiveMesh = true;
    mesh.doNotSyncBoundingInfo = true;
    const matrices = new Float32Array(CAPACITY * 16);
    mesh.thinInstanceSetBuffer("matrix", matrices, 16, false);
    mesh.thinInstanceCount = 0;
    const heap = { mesh, matrices, count: 0 };
    this.heaps.set(form, heap);
    return heap;
  }
}
