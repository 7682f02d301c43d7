// What flies from one actor to another: arrows and bolts that arrive when the server says so.

import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import type { Material } from "@babylonjs/core/Materials/material";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector";
import type { Scene } from "@babylonjs/core/scene";

import { colour, type Colour, Shape } from "../shape";
import type { Sparks } from "./sparks";

type Place = readonly [number, number, number];

/** One thing in the air. */
export interface Flight {
  readonly source: number;
  readonly target: number;
  readonly seconds: number;
  readonly colour: Colour;
  /** An arrow instead of a light. */
  readonly arrow: boolean;
}

interface Flying extends Flight {
  readonly from: Place;
  to: Place;
  age: number;
}

const CAPACITY = 96;
/** Lights of a trail. */
const TRAIL = 5;
/** How high an arrow rises over its way, metres for each metre. */
const ARC = 0.045;

function arrowMesh(scene: Scene, material: Material): Mesh {
  const shape = new Shape();
  shape.colour(colour("#8a6a45")).box([0, -0.014, 0], [0.028, 0.028, 0.7]);
  shape.colour(colour("#d5dade")).box([0, -0.03, 0.4], [0.05, 0.06, 0.14], 0.2);
  shape.colour(colour("#efe7d6")).box([0, -0.05, -0.3], [0.012, 0.1, 0.16]).box([0, -0.006, -0.3], [0.1, 0.012, 0.16]);
  const mesh = shape.build("arrows", scene);
  mesh.material = material;
  mesh.alwaysSelectAsActiveMesh = true;
  mesh.doNotSyncBoundingInfo = true;
  return mesh;
}

export class Flights {
  private flying: Flying[] = [];
  private readonly arrows: Mesh;
  private readonly matrices = new Float32Array(CAPACITY * 16);
  private readonly turn = new Quaternion();
  private readonly matrix = new Matrix();

  constructor(
    scene: Scene,
    material: Material,
    private readonly sparks: Sparks,
  ) {
    this.arrows = arrowMesh(scene, material);
    this.arrows.thinInstanceSetBuffer("matrix", this.matrices, 16, false);
    this.arrows.thinInstanceCount = 0;
    this.arrows.isVisible = false;
  }

  /** Something sets out; places are those of chests. */
  launch(flight: Flight, from: Place, to: Place): void {
    if (this.flying.length < CAPACITY) this.flying.push({ ...flight, from, to, age: 0 });
  }

  /** Moves everything on; a target that is in sight is followed. */
  show(seconds: number, chestOf: (actor: number) => Place | undefined): void {
    let arrows = 0;
    this.flying = this.flying.filter((flight) => {
      flight.age += seconds;
      flight.to = chestOf(flight.target) ?? flight.to;
      if (flight.age >= flight.seconds) {
        this.sparks.burst(flight.to, { colour: flight.colour, count: flight.arrow ? 4 : 9, speed: 2.6, size: 0.12, seconds: 0.35 });
        return false;
      }
      if (flight.arrow) arrows = this.drawArrow(flight, arrows);
      else this.drawBolt(flight);
      return true;
    });
    this.arrows.isVisible = arrows > 0;
    this.arrows.thinInstanceCount = arrows;
    if (arrows > 0) this.arrows.thinInstanceBufferUpdated("matrix");
  }

  private placeAt(flight: Flying, share: number): Place {
    const { from, to } = flight;
    const way = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
    const lift = flight.arrow ? Math.sin(Math.PI * share) * way * ARC : 0;
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share + lift, from[2] + (to[2] - from[2]) * share];
  }

  private drawArrow(flight: Flying, index: number): number {
    const share = flight.age / flight.seconds;
    const [here, there] = [this.placeAt(flight, share), this.placeAt(flight, Math.min(1, share + 0.02))];
    const ahead = new Vector3(there[0] - here[0], there[1] - here[1], there[2] - here[2]);
    const flat = Math.hypot(ahead.x, ahead.z);
    Quaternion.RotationYawPitchRollToRef(Math.atan2(ahead.x, ahead.z), -Math.atan2(ahead.y, flat), 0, this.turn);
    Matrix.ComposeToRef(Vector3.One(), this.turn, new Vector3(...here), this.matrix);
    this.matrix.copyToArray(this.matrices, index * 16);
    this.sparks.glow(here, 0.13, flight.colour, 0.5);
    return index + 1;
  }

  private drawBolt(flight: Flying): void {
    const share = flight.age / flight.seconds;
    for (let step = 0; step < TRAIL; step += 1) {
      const behind = share - step * 0.035;
      if (behind < 0) break;
      const size = 0.3 * (1 - step / (TRAIL + 1));
      this.sparks.glow(this.placeAt(flight, behind), size, flight.colour, 1 - step / TRAIL);
    }
  }

  clear(): void {
    this.flying = [];
  }
}

/** Faces of a unit square standing upright, seen from both sides: for veils and portals. */
export function upright(): VertexData {
  const data = new VertexData();
  data.positions = [-0.5, 0, 0, 0.5, 0, 0, 0.5, 1, 0, -0.5, 1, 0];
  data.uvs = [0, 0, 1, 0, 1, 1, 0, 1];
  data.indices = [0, 1, 2, 0, 2, 3];
  return data;
}
