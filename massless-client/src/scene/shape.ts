// A mesh being put together from simple solids, in metres, with colours per vertex.
// Knows geometry only. Faces are given counter-clockwise seen from outside, in the usual
// mathematical sense; the order Babylon wants is applied when an index is written.

import { Mesh } from "@babylonjs/core/Meshes/mesh";
import { VertexData } from "@babylonjs/core/Meshes/mesh.vertexData";
import type { Scene } from "@babylonjs/core/scene";

export type Point = readonly [number, number, number];
export type Colour = readonly [number, number, number];

/** A joint: vertices turn about the side axis through (height, forward) with the stride. */
export interface Joint {
  readonly height: number;
  readonly forward: number;
  /** Largest angle in radians; negative swings against the stride. */
  readonly swing: number;
  /** Where in the stride it is, radians. */
  readonly phase: number;
}

/** How vertices of a figure move: an outer joint (hip), an inner one (knee). */
export interface Limb {
  readonly outer: Joint;
  readonly inner?: Joint;
}

const STILL: Joint = { height: 0, forward: 0, swing: 0, phase: 0 };
const FLAT_DOWN: Point = [0, -1, 0];

/** Which colour of an instance replaces the painted one; stands in the colour's alpha. */
export enum Tint {
  None = 1,
  Cloth = 0.75,
  Trim = 0.5,
  Hair = 0.25,
  Skin = 0,
}

/** One cross-section of a tube: where it is and how wide it is along side and forward. */
export interface Ring {
  readonly at: Point;
  readonly side: number;
  readonly forward: number;
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Point): Point {
  const length = Math.hypot(a[0], a[1], a[2]);
  return length > 1e-9 ? [a[0] / length, a[1] / length, a[2] / length] : FLAT_DOWN;
}

/** A repeatable number in 0..1 for a place in a pattern. */
export function hash(x: number, y: number, seed = 0): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed | 0, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

/** `a` moved to `b` by `share`. */
export function mixColour(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** A colour from its web notation, `#rrggbb`. */
export function colour(web: string): Colour {
  const value = Number.parseInt(web.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export class Shape {
  private readonly positions: number[] = [];
  private readonly normals: number[] = [];
  private readonly colours: number[] = [];
  private readonly outer: number[] = [];
  private readonly inner: number[] = [];
  private readonly indices: number[] = [];
  private paint: Colour = [1, 1, 1];
  private tint: Tint = Tint.None;
  private limb: Limb = { outer: STILL };
  private jointed = false;

  /** Round parts get `detail` times the sides they are asked for. */
  constructor(private readonly detail = 1) {}

  /** Sides of a round part at this shape's detail. */
  sides(wanted: number): number {
    return this.detail === 1 ? wanted : Math.max(4, Math.round(wanted * this.detail));
  }

  /** Everything that follows has this colour, unless an instance's tint replaces it. */
  colour(paint: Colour, tint: Tint = Tint.None): this {
    this.paint = paint;
    this.tint = tint;
    return this;
  }

  /** Everything that follows moves with this limb; without one it stays with the body. */
  moves(limb?: Limb): this {
    this.limb = limb ?? { outer: STILL };
    this.jointed ||= limb !== undefined;
    return this;
  }

  vertex(at: Point, normal: Point, shade = 1): number {
    const index = this.positions.length / 3;
    this.positions.push(at[0], at[1], at[2]);
    this.normals.push(normal[0], normal[1], normal[2]);
    this.colours.push(this.paint[0] * shade, this.paint[1] * shade, this.paint[2] * shade, this.tint);
    const { outer, inner = STILL } = this.limb;
    this.outer.push(outer.height, outer.forward, outer.swing, outer.phase);
    this.inner.push(inner.height, inner.forward, inner.swing, inner.phase);
    return index;
  }

  /** Joins three vertices that exist. */
  face(a: number, b: number, c: number): this {
    this.indices.push(a, c, b);
    return this;
  }

  triangle(a: Point, b: Point, c: Point, shades: readonly [number, number, number] = [1, 1, 1]): this {
    const normal = unit(cross(minus(b, a), minus(c, a)));
    return this.face(
      this.vertex(a, normal, shades[0]),
      this.vertex(b, normal, shades[1]),
      this.vertex(c, normal, shades[2]),
    );
  }

  quad(corners: readonly [Point, Point, Point, Point], low = 1, high = 1): this {
    const [a, b, c, d] = corners;
    const normal = unit(cross(minus(b, a), minus(c, a)));
    const first = this.vertex(a, normal, low);
    this.vertex(b, normal, low);
    this.vertex(c, normal, high);
    this.vertex(d, normal, high);
    return this.face(first, first + 1, first + 2).face(first, first + 2, first + 3);
  }

  /** An upright box on `base`, its top narrowed to `taper` of its bottom. */
  box(base: Point, size: Point, taper = 1): this {
    const [x, y, z] = base;
    const [w, h, d] = [size[0] / 2, size[1], size[2] / 2];
    const [tw, td] = [w * taper, d * taper];
    const low: Point[] = [[x - w, y, z - d], [x + w, y, z - d], [x + w, y, z + d], [x - w, y, z + d]];
    const high: Point[] = [[x - tw, y + h, z - td], [x + tw, y + h, z - td], [x + tw, y + h, z + td], [x - tw, y + h, z + td]];
    for (let side = 0; side < 4; side += 1) {
      const next = (side + 1) % 4;
      this.quad([low[next]!, low[side]!, high[side]!, high[next]!], 0.86, 1);
    }
    this.quad([high[3]!, high[2]!, high[1]!, high[0]!], 1.06, 1.06);
    return this.quad([low[0]!, low[1]!, low[2]!, low[3]!], 0.6, 0.6);
  }

  /** A tube through rings, round and smooth, closed at both ends. */
  tube(rings: readonly Ring[], wanted = 8, smooth = true): this {
    const sides = this.sides(wanted);
    const points = rings.map((ring) =>
      Array.from({ length: sides }, (_, side): Point => {
        const angle = (side / sides) * Math.PI * 2;
        return [
          ring.at[0] + Math.cos(angle) * ring.side,
          ring.at[1],
          ring.at[2] + Math.sin(angle) * ring.forward,
        ];
      }),
    );
    for (let level = 0; level + 1 < rings.length; level += 1) {
      this.tubeBand(points[level]!, points[level + 1]!, [rings[level]!, rings[level + 1]!], smooth);
    }
    this.fan(points[0]!, rings[0]!.at, false);
    return this.fan(points.at(-1)!, rings.at(-1)!.at, true);
  }

  private tubeBand(low: Point[], high: Point[], rings: readonly [Ring, Ring], smooth: boolean): void {
    const count = low.length;
    if (!smooth) {
      for (let side = 0; side < count; side += 1) {
        const next = (side + 1) % count;
        this.quad([low[next]!, low[side]!, high[side]!, high[next]!], 0.94, 1.02);
      }
      return;
    }
    const rise = rings[1].at[1] - rings[0].at[1];
    const shrink = (rings[0].side + rings[0].forward - rings[1].side - rings[1].forward) / 2;
    const slope = Math.abs(rise) > 1e-6 ? shrink / Math.abs(rise) : Math.sign(shrink);
    const first = this.positions.length / 3;
    const turned = rise < 0;
    for (let side = 0; side < count; side += 1) {
      const angle = (side / count) * Math.PI * 2;
      const normal = unit([Math.cos(angle), turned ? -slope : slope, Math.sin(angle)]);
      this.vertex(low[side]!, normal, 0.97);
      this.vertex(high[side]!, normal, 1.02);
    }
    for (let side = 0; side < count; side += 1) {
      const [a, b] = [first + side * 2, first + ((side + 1) % count) * 2];
      if (turned) this.face(a, b, b + 1).face(a, b + 1, a + 1);
      else this.face(b, a, a + 1).face(b, a + 1, b + 1);
    }
  }

  private fan(rim: Point[], centre: Point, up: boolean): this {
    for (let side = 0; side < rim.length; side += 1) {
      const [a, b] = [rim[side]!, rim[(side + 1) % rim.length]!];
      if (up) this.triangle(centre, b, a, [1.02, 1.02, 1.02]);
      else this.triangle(centre, a, b, [0.8, 0.8, 0.8]);
    }
    return this;
  }

  /** A ball or boulder: `rough` 0 is smooth and round, more dents it (and makes it faceted). */
  ball(centre: Point, radii: Point, wanted = 8, rough = 0, seed = 1): this {
    const sides = this.sides(wanted);
    const rows = Math.max(3, Math.round(sides * 0.6));
    const at = (row: number, side: number): Point => {
      const polar = (row / rows) * Math.PI;
      const angle = ((side % sides) / sides) * Math.PI * 2;
      const dent = row === 0 || row === rows ? hash(row, 0, seed) : hash(row, side % sides, seed);
      const reach = 1 - rough * dent;
      return [
        centre[0] + Math.sin(polar) * Math.cos(angle) * radii[0] * reach,
        centre[1] + Math.cos(polar) * radii[1] * reach,
        centre[2] + Math.sin(polar) * Math.sin(angle) * radii[2] * reach,
      ];
    };
    for (let row = 0; row < rows; row += 1) {
      for (let side = 0; side < sides; side += 1) {
        const [a, b] = [at(row, side), at(row, side + 1)];
        const [c, d] = [at(row + 1, side + 1), at(row + 1, side)];
        if (rough > 0) this.facetted(a, b, c, d);
        else this.rounded(centre, radii, [a, b, c, d]);
      }
    }
    return this;
  }

  private facetted(a: Point, b: Point, c: Point, d: Point): void {
    const shade = 0.92 + 0.16 * hash(a[0] * 97, a[2] * 89 + a[1] * 61);
    if (a[0] !== b[0] || a[2] !== b[2]) this.triangle(a, b, c, [shade, shade, shade]);
    if (c[0] !== d[0] || c[2] !== d[2]) this.triangle(a, c, d, [shade, shade, shade]);
  }

  private rounded(centre: Point, radii: Point, corners: readonly [Point, Point, Point, Point]): void {
    const first = this.positions.length / 3;
    for (const corner of corners) {
      const from = minus(corner, centre);
      const normal = unit([from[0] / radii[0] ** 2, from[1] / radii[1] ** 2, from[2] / radii[2] ** 2]);
      this.vertex(corner, normal, 0.93 + 0.09 * normal[1]);
    }
    this.face(first, first + 1, first + 2).face(first, first + 2, first + 3);
  }

  /** A roof over a rectangle: the ridge runs along z. */
  gable(base: Point, size: Point): this {
    const [x, y, z] = base;
    const [w, h, d] = [size[0] / 2, size[1], size[2] / 2];
    const [ridgeS, ridgeN]: [Point, Point] = [[x, y + h, z - d], [x, y + h, z + d]];
    const [sw, se, ne, nw]: [Point, Point, Point, Point] = [
      [x - w, y, z - d], [x + w, y, z - d], [x + w, y, z + d], [x - w, y, z + d],
    ];
    this.quad([sw, nw, ridgeN, ridgeS], 0.9, 1.05).quad([ne, se, ridgeS, ridgeN], 0.9, 1.05);
    this.triangle(se, sw, ridgeS).triangle(nw, ne, ridgeN);
    return this.quad([sw, se, ne, nw], 0.5, 0.5);
  }

  get vertexCount(): number {
    return this.positions.length / 3;
  }

  /** The finished mesh; the shape may be thrown away. */
  build(name: string, scene: Scene): Mesh {
    const mesh = new Mesh(name, scene);
    const data = new VertexData();
    data.positions = new Float32Array(this.positions);
    data.normals = new Float32Array(this.normals);
    data.colors = new Float32Array(this.colours);
    data.indices = new Uint32Array(this.indices);
    data.applyToMesh(mesh);
    if (this.jointed) {
      mesh.setVerticesData("limbOuter", new Float32Array(this.outer), false, 4);
      mesh.setVerticesData("limbInner", new Float32Array(this.inner), false, 4);
    }
    mesh.isPickable = false;
    return mesh;
  }
}
