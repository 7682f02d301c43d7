// All figures on the stage: one mesh a shape, one thin instance a figure, limbs moved by the shader.

import type { Material } from "@babylonjs/core/Materials/material";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial";
import { Color3 } from "@babylonjs/core/Maths/math.color";
import type { Scene } from "@babylonjs/core/scene";

import { writeMatrix } from "../scene/scatter";
import { type Outfit, shapeOf } from "./wardrobe";

/** One figure of this picture. */
export interface Appearance {
  readonly outfit: Outfit;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Radians clockwise from north. */
  readonly turn: number;
  /** Where in its stride it is, radians; how far it swings, 0..1. */
  readonly stride: number;
  readonly swing: number;
  /** Phase of its breath, radians; how far it leans ahead, 0..1. */
  readonly breath: number;
  readonly lean: number;
  /** A blow, the arms raised, a fall, a flash: see the figures' surface. */
  readonly action: readonly [number, number, number, number];
  /** Height of the ground below it, for the dark spot it stands on. */
  readonly ground: number;
  /** Metres from the player. */
  readonly distance: number;
}

const CAPACITY = 256;
/** Detail of figures far away. */
const FAR_DETAIL = 0.5;
const TINTS = ["tintCloth", "tintTrim", "tintHair", "tintSkin"] as const;

/** All figures of one shape. */
class Troupe {
  readonly mesh: Mesh;
  private count = 0;
  private readonly matrices = new Float32Array(CAPACITY * 16);
  private readonly motions = new Float32Array(CAPACITY * 4);
  private readonly actions = new Float32Array(CAPACITY * 4);
  private readonly tints = TINTS.map(() => new Float32Array(CAPACITY * 3));

  constructor(scene: Scene, key: string, detail: number, material: Material) {
    this.mesh = shapeOf(key, detail).build(`figure ${key}`, scene);
    this.mesh.material = material;
    this.mesh.receiveShadows = true;
    this.mesh.alwaysSelectAsActiveMesh = true;
    this.mesh.doNotSyncBoundingInfo = true;
    this.mesh.thinInstanceSetBuffer("matrix", this.matrices, 16, false);
    this.mesh.thinInstanceSetBuffer("motion", this.motions, 4, false);
    this.mesh.thinInstanceSetBuffer("action", this.actions, 4, false);
    TINTS.forEach((name, index) => {
      this.mesh.thinInstanceSetBuffer(name, this.tints[index]!, 3, false);
    });
    this.mesh.thinInstanceCount = 0;
  }

  clear(): void {
    this.count = 0;
  }

  add(figure: Appearance): void {
    if (this.count >= CAPACITY) return;
    const { size, tints } = figure.outfit;
    writeMatrix(this.matrices, this.count, { x: figure.x, y: figure.y, z: figure.z, turn: figure.turn, scale: [size, size, size] });
    this.motions.set([figure.stride, figure.swing, figure.breath, figure.lean], this.count * 4);
    this.actions.set(figure.action, this.count * 4);
    this.tints[0]!.set(tints.cloth, this.count * 3);
    this.tints[1]!.set(tints.trim, this.count * 3);
    this.tints[2]!.set(tints.hair, this.count * 3);
    this.tints[3]!.set(tints.skin, this.count * 3);
    this.count += 1;
  }

  show(): void {
    this.mesh.isVisible = this.count > 0;
    this.mesh.thinInstanceCount = this.count;
    if (this.count === 0) return;
    this.mesh.thinInstanceBufferUpdated("matrix");
    this.mesh.thinInstanceBufferUpdated("motion");
    this.mesh.thinInstanceBufferUpdated("action");
    for (const name of TINTS) this.mesh.thinInstanceBufferUpdated(name);
  }
}

/** A dark spot under each figure, which ties it to the ground where no shadow does. */
function spotMesh(scene: Scene): Mesh {
  const mesh = new Mesh("spots", scene);
  const sides = 12;
  const positions = [0, 0, 0];
  const colours = [0, 0, 0, 0.42];
  const indices: number[] = [];
  for (let side = 0; side < sides; side += 1) {
    const angle = (side / sides) * Math.PI * 2;
    positions.push(Math.cos(angle), 0, Math.sin(angle));
    colours.push(0, 0, 0, 0);
    indices.push(0, 1 + side, 1 + ((side + 1) % sides));
  }
  const data = new VertexData();
  data.positions = positions;
  data.colors = colours;
  data.indices = indices;
  data.normals = positions.map((_, index) => (index % 3 === 1 ? 1 : 0));
  data.applyToMesh(mesh);
  mesh.hasVertexAlpha = true;
  const material = new StandardMaterial("spots", scene);
  material.disableLighting = true;
  material.emissiveColor = Color3.Black();
  material.diffuseColor = Color3.Black();
  material.specularColor = Color3.Black();
  material.backFaceCulling = false;
  material.disableDepthWrite = true;
  material.zOffset = -2;
  mesh.material = material;
  mesh.isPickable = false;
  mesh.alwaysSelectAsActiveMesh = true;
  mesh.doNotSyncBoundingInfo = true;
  return mesh;
}

export class Crowd {
  private readonly troupes = new Map<string, Troupe>();
  private readonly spots: Mesh;
  private readonly spotMatrices = new Float32Array(CAPACITY * 16);
  /** Metres beyond which figures are drawn coarser, and not at all. */
  reach = { coarse: 30, view: 110 };
  /** Called with each new mesh, so that it can throw a shadow. */
  onMesh: (mesh: Mesh) => void = () => undefined;

  constructor(
    private readonly scene: Scene,
    private readonly material: Material,
  ) {
    this.spots = spotMesh(scene);
    this.spots.thinInstanceSetBuffer("matrix", this.spotMatrices, 16, false);
    this.spots.thinInstanceCount = 0;
  }

  /** What throws shadows: figures near by. */
  get casters(): Mesh[] {
    return [...this.troupes].filter(([key]) => !key.endsWith(" far")).map(([, troupe]) => troupe.mesh);
  }

  /** Shows these figures and no others. */
  show(figures: Iterable<Appearance>): void {
    for (const troupe of this.troupes.values()) troupe.clear();
    let spots = 0;
    for (const figure of figures) {
      if (figure.distance > this.reach.view) continue;
      const coarse = figure.distance > this.reach.coarse;
      this.troupe(figure.outfit.shape, coarse).add(figure);
      if (figure.outfit.held !== undefined) this.troupe(figure.outfit.held, coarse).add(figure);
      if (spots >= CAPACITY) continue;
      const width = 0.42 * figure.outfit.size;
      writeMatrix(this.spotMatrices, spots, { x: figure.x, y: figure.ground + 0.03, z: figure.z, turn: figure.turn, scale: [width, 1, width * 1.15] });
      spots += 1;
    }
    for (const troupe of this.troupes.values()) troupe.show();
    this.spots.isVisible = spots > 0;
    this.spots.thinInstanceCount = spots;
    if (spots > 0) this.spots.thinInstanceBufferUpdated("matrix");
  }

  private troupe(shape: string, coarse: boolean): Troupe {
    const key = coarse ? `${shape} far` : shape;
    let troupe = this.troupes.get(key);
    if (!troupe) {
      troupe = new Troupe(this.scene, shape, coarse ? FAR_DETAIL : 1, this.material);
      this.troupes.set(key, troupe);
      if (!coarse) this.onMesh(troupe.mesh);
    }
    return troupe;
  }

  dispose(): void {
    for (const troupe of this.troupes.values()) troupe.mesh.dispose();
    this.spots.dispose();
  }
}
