// Which shape each prop of a map gets, and how it is stretched to the prop's body.

import type { Material } from "@babylonjs/core/Materials/material";
import type { Scene } from "@babylonjs/core/scene";

import { type Land, type Prop, PropKind } from "massless/core/land";
import * as shapes from "./prop-shapes";
import { dressed, type Placement, type Stand } from "./scatter";
import { hash, type Shape } from "./shape";

/** How many looks a kind has and how they are made. `detail` is the number of sides of round parts. */
interface Recipe {
  readonly variants: number;
  readonly leafy: boolean;
  /** Radius of the crown before it is stretched, metres. */
  readonly crown?: number;
  readonly near: (variant: number) => Shape;
  readonly far?: (variant: number) => Shape;
  readonly place: (prop: Prop, chance: number) => Placement;
}

const PINE_METRES = 8.2;
const OAK_METRES = 7;
const BUSH_METRES = 1.15;
/** Height of a well's ring as a share of the whole. */
const WELL_RING_SHARE = 0.4;

/** Natural growth: as high as the prop, turned at random, its width following its height. */
function grown(metres: number): Recipe["place"] {
  return (prop, chance) => {
    const scale = (prop.top - prop.base) / metres;
    const width = scale * (0.9 + 0.2 * chance);
    return { x: prop.x, y: prop.base, z: prop.z, turn: prop.yaw + chance * 6.28, scale: [width, scale, width] };
  };
}

/** Built things fill their body; what is longer to its north is turned so that its length lies east. */
function built(alongEast: boolean): Recipe["place"] {
  return (prop) => {
    const turned = alongEast && prop.halfZ > prop.halfX;
    return {
      x: prop.x,
      y: prop.base,
      z: prop.z,
      turn: prop.yaw + (turned ? Math.PI / 2 : 0),
      scale: [turned ? prop.halfZ : prop.halfX, prop.top - prop.base, turned ? prop.halfX : prop.halfZ],
    };
  };
}

function boulder(prop: Prop, chance: number): Placement {
  const turn = prop.round ? chance * 6.28 : prop.yaw;
  return { x: prop.x, y: prop.base, z: prop.z, turn, scale: [prop.halfX, prop.top - prop.base, prop.halfZ] };
}

/** Of a well only the ring is solid: its roof stands above. */
function wellPlace(prop: Prop): Placement {
  const height = (prop.top - prop.base) / WELL_RING_SHARE;
  return { x: prop.x, y: prop.base, z: prop.z, turn: prop.yaw, scale: [prop.halfX, Math.min(height, 3.4), prop.halfZ] };
}

const solid = (near: Recipe["near"], place: Recipe["place"], variants = 1): Recipe => ({ variants, leafy: false, near, place });

function recipeOf(prop: Prop, detail: number): Recipe {
  const coarse = Math.max(4, detail - 4);
  switch (prop.kind) {
    case PropKind.Pine:
      return { variants: 3, leafy: true, crown: 1.9, near: (v) => shapes.pine(v, detail), far: (v) => shapes.pine(v, 5), place: grown(PINE_METRES) };
    case PropKind.Oak:
      return { variants: 3, leafy: true, crown: 2.7, near: (v) => shapes.oak(v, detail), far: (v) => shapes.oak(v, 5), place: grown(OAK_METRES) };
    case PropKind.Bush:
      return { variants: 3, leafy: true, near: (v) => shapes.bush(v, detail - 1), far: (v) => shapes.bush(v, coarse), place: grown(BUSH_METRES) };
    case PropKind.Rock:
      return { ...solid((v) => shapes.rock(v, detail), boulder, 3), far: (v) => shapes.rock(v, 5) };
    case PropKind.House:
      return solid(shapes.house, built(false), 3);
    case PropKind.Fence:
      return solid(shapes.fence, built(true));
    case PropKind.Wall:
      return solid(shapes.wall, built(true));
    case PropKind.Stall:
      return solid(shapes.stall, built(false));
    case PropKind.Well:
      return solid(shapes.well, wellPlace);
    case PropKind.Tower:
      return solid(shapes.tower, built(false));
    case PropKind.Crate:
      return solid(prop.round ? shapes.barrel : shapes.crate, built(false));
    case PropKind.Pillar:
      return solid(shapes.pillar, built(false), 2);
    case PropKind.Step:
      return solid(shapes.step, built(true));
    case PropKind.Lamp:
      return solid(shapes.lamp, built(false));
  }
}

/** What props are made of. */
export interface PropSurfaces {
  readonly solid: Material;
  readonly leaves: Material;
}

/** Gathers the props of a map into stands, one for each look. */
export function* buildProps(scene: Scene, land: Land, surfaces: PropSurfaces, detail: number): Generator<void, Stand[]> {
  const groups = new Map<string, { recipe: Recipe; variant: number; placements: Placement[] }>();
  for (const prop of land.props) {
    const recipe = recipeOf(prop, detail);
    const chance = hash(Math.round(prop.x * 8), Math.round(prop.z * 8));
    const variant = Math.floor(chance * 997) % recipe.variants;
    const key = `${prop.kind} ${prop.round ? "round" : "square"} ${variant}`;
    const group = groups.get(key) ?? { recipe, variant, placements: [] };
    groups.set(key, group);
    group.placements.push(recipe.place(prop, chance));
  }
  const stands: Stand[] = [];
  for (const [key, { recipe, variant, placements }] of groups) {
    const material = recipe.leafy ? surfaces.leaves : surfaces.solid;
    const near = dressed(recipe.near(variant).build(`prop ${key}`, scene), material, true);
    const clearing = recipe.crown ?? 0;
    const far = recipe.far && dressed(recipe.far(variant).build(`far prop ${key}`, scene), material, false);
    stands.push({ near, ...(far && { far }), clearing, placements });
    yield;
  }
  return stands;
}
