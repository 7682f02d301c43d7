// Props and tufts as thin instances. What is near and in front of the camera is put into the buffers a
// few times a second, so a map with thousands of props costs a few dozen draw calls.

import type { Material } from "@babylonjs/core/Materials/material";
import "@babylonjs/core/Meshes/thinInstanceMesh";
import type { Mesh } from "@babylonjs/core/Meshes/mesh";

/** Where an instance stands, how it is turned and stretched; `turn` in radians clockwise from north. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly turn: number;
  readonly scale: readonly [number, number, number];
}

/** What the camera sees, on the ground plane. */
export interface Gaze {
  readonly x: number;
  readonly z: number;
  /** Unit vector of the view direction on the ground. */
  readonly ahead: readonly [number, number];
  /** Half of the horizontal field of view, with some margin, radians. */
  readonly halfAngle: number;
}

/** One shape and all places where it stands. */
export interface Stand {
  readonly near: Mesh;
  /** Drawn instead beyond `farFrom`; the near one when absent. */
  readonly far?: Mesh;
  /** Not drawn this near to the camera, metres for each unit of width: one would see nothing but leaves. */
  readonly clearing?: number;
  readonly placements: readonly Placement[];
}

/** Writes a placement's matrix into sixteen numbers of a buffer. */
export function writeMatrix(buffer: Float32Array, index: number, place: Placement): void {
  const at = index * 16;
  const [cos, sin] = [Math.cos(place.turn), Math.sin(place.turn)];
  const [sx, sy, sz] = place.scale;
  buffer[at] = cos * sx;
  buffer[at + 1] = 0;
  buffer[at + 2] = -sin * sx;
  buffer[at + 3] = 0;
  buffer[at + 4] = 0;
  buffer[at + 5] = sy;
  buffer[at + 6] = 0;
  buffer[at + 7] = 0;
  buffer[at + 8] = sin * sz;
  buffer[at + 9] = 0;
  buffer[at + 10] = cos * sz;
  buffer[at + 11] = 0;
  buffer[at + 12] = place.x;
  buffer[at + 13] = place.y;
  buffer[at + 14] = place.z;
  buffer[at + 15] = 1;
}

/** A mesh whose instances are rewritten often. */
export class Instances {
  private buffer: Float32Array;
  private count = 0;

  constructor(
    readonly mesh: Mesh,
    capacity: number,
  ) {
    this.buffer = new Float32Array(Math.max(capacity, 1) * 16);
    mesh.thinInstanceSetBuffer("matrix", this.buffer, 16, false);
    mesh.thinInstanceCount = 0;
    mesh.alwaysSelectAsActiveMesh = true;
    mesh.isVisible = false;
  }

  clear(): void {
    this.count = 0;
  }

  add(place: Placement): void {
    if ((this.count + 1) * 16 > this.buffer.length) return;
    writeMatrix(this.buffer, this.count, place);
    this.count += 1;
  }

  show(): void {
    this.mesh.isVisible = this.count > 0;
    this.mesh.thinInstanceCount = this.count;
    if (this.count > 0) this.mesh.thinInstanceBufferUpdated("matrix");
  }
}

/** Distance at which a stand's far shape takes over and within which all is kept for shadows, metres. */
export interface Reach {
  readonly view: number;
  readonly farFrom: number;
  readonly always: number;
}

/** All stands of a map. */
export class Scatter {
  private readonly stands: { readonly near: Instances; readonly far: Instances | undefined; readonly clearing: number; readonly placements: readonly Placement[] }[];

  constructor(
    stands: readonly Stand[],
    private reach: Reach,
  ) {
    this.stands = stands.map(({ near, far, clearing = 0, placements }) => ({
      near: new Instances(near, placements.length),
      far: far && new Instances(far, placements.length),
      clearing,
      placements,
    }));
  }

  set limits(reach: Reach) {
    this.reach = reach;
  }

  get meshes(): Mesh[] {
    return this.stands.map((stand) => stand.near.mesh);
  }

  /** Chooses what is drawn from here on. */
  refresh(gaze: Gaze): void {
    const cosine = Math.cos(Math.min(gaze.halfAngle, Math.PI));
    for (const { near, far, clearing, placements } of this.stands) {
      near.clear();
      far?.clear();
      for (const place of placements) {
        const [dx, dz] = [place.x - gaze.x, place.z - gaze.z];
        const distance = Math.hypot(dx, dz);
        if (distance > this.reach.view || distance < clearing * place.scale[0]) continue;
        const size = 2 + Math.max(place.scale[0], place.scale[2]) * 2;
        const ahead = dx * gaze.ahead[0] + dz * gaze.ahead[1];
        if (distance > this.reach.always + size && ahead + size * 2 < distance * cosine) continue;
        if (far && distance > this.reach.farFrom) far.add(place);
        else near.add(place);
      }
      near.show();
      far?.show();
    }
  }

  dispose(): void {
    for (const { near, far } of this.stands) {
      near.mesh.dispose();
      far?.mesh.dispose();
    }
  }
}

/** A mesh of a shape with its material, ready for instances. */
export function dressed(mesh: Mesh, material: Material, shadows: boolean): Mesh {
  mesh.material = material;
  mesh.receiveShadows = shadows;
  mesh.doNotSyncBoundingInfo = true;
  return mesh;
}
