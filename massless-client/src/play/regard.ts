// How figures stand to the player, and whom one may choose. Pure.

import type { Figure } from "massless/core/client";
import { type Definitions, Kind, Pose, type Regard } from "massless/core/world";

/** Hostile figures farther away than this are not chosen by key, metres. */
export const TAB_METRES = 40;
/** Half of the angle ahead of the camera within which keys choose, as a cosine. */
const TAB_COSINE = 0.35;
/** Who is this near is chosen wherever the camera looks, metres. */
const TAB_NEAR_METRES = 5;
/** Radius and height by which figures are hit by a click, metres, before their size. */
const CLICK_RADIUS = 0.65;
/** Clicks on what lies on the ground need not be as exact. */
const ITEM_RADIUS = 0.6;

/** How a figure stands to the player whose actor is `own`. */
export function regardOf(figure: Figure, definitions: Definitions, own: number): Regard {
  if (figure.kind !== Kind.Creature) return "friendly";
  const category = definitions.creatures.get(figure.detail)?.category;
  if (category === "guard") return "friendly";
  const attacks = category === "aggressive" || category === "elite" || figure.target === own;
  return attacks ? "hostile" : "neutral";
}

/** A creature that is alive and may be attacked. */
export function isPrey(figure: Figure, definitions: Definitions): boolean {
  if (figure.kind !== Kind.Creature || figure.pose === Pose.Dead) return false;
  return definitions.creatures.get(figure.detail)?.category !== "guard";
}

/** From where one chooses. */
export interface Eyes {
  readonly x: number;
  readonly z: number;
  /** Direction of view, radians clockwise from north. */
  readonly yaw: number;
}

function isAhead(figure: Figure, eyes: Eyes, distance: number): boolean {
  if (distance < TAB_NEAR_METRES) return true;
  const along = (figure.x - eyes.x) * Math.sin(eyes.yaw) + (figure.z - eyes.z) * Math.cos(eyes.yaw);
  return along > distance * TAB_COSINE;
}

/** The next prey by distance after the one that is chosen, or the one before; the nearest at first. */
export function nextTarget(figures: readonly Figure[], definitions: Definitions, eyes: Eyes, chosen: number | undefined, back = false): number | undefined {
  const row = figures
    .filter((figure) => isPrey(figure, definitions))
    .map((figure) => ({ figure, distance: Math.hypot(figure.x - eyes.x, figure.z - eyes.z) }))
    .filter(({ figure, distance }) => distance < TAB_METRES && isAhead(figure, eyes, distance))
    .sort((a, b) => a.distance - b.distance || a.figure.actor - b.figure.actor);
  if (row.length === 0) return undefined;
  const at = row.findIndex(({ figure }) => figure.actor === chosen);
  const next = at < 0 ? (back ? row.length - 1 : 0) : (at + (back ? -1 : 1) + row.length) % row.length;
  return row[next]!.figure.actor;
}

type Vector = readonly [number, number, number];

/** Distance between a ray and an upright segment, and how far along the ray it is. */
function rayToSegment(origin: Vector, direction: Vector, foot: Vector, height: number): { readonly gap: number; readonly along: number } {
  // Both lines in the plane: the height where the ray passes nearest, cut to the segment.
  const flat = direction[0] ** 2 + direction[2] ** 2;
  const [dx, dz] = [foot[0] - origin[0], foot[2] - origin[2]];
  let along = flat > 1e-6 ? (dx * direction[0] + dz * direction[2]) / flat : 0;
  const pass = Math.min(Math.max(origin[1] + direction[1] * along, foot[1]), foot[1] + height);
  along = Math.max(0, dx * direction[0] + (pass - origin[1]) * direction[1] + dz * direction[2]);
  const gap = Math.hypot(
    origin[0] + direction[0] * along - foot[0],
    origin[1] + direction[1] * along - pass,
    origin[2] + direction[2] * along - foot[2],
  );
  return { gap, along };
}

/** A body that a click may hit: `width` 1 is a person's. */
export interface Clickable {
  readonly figure: Figure;
  readonly height: number;
  readonly width: number;
}

/** The nearest figure along a ray, living before dead. */
export function figureUnder(bodies: readonly Clickable[], origin: Vector, direction: Vector, reach: number): Figure | undefined {
  let best: { readonly figure: Figure; readonly along: number } | undefined;
  for (const { figure, height, width } of bodies) {
    if (figure.kind === Kind.Area || figure.pose === Pose.Dead) continue;
    const { gap, along } = rayToSegment(origin, direction, [figure.x, figure.y, figure.z], height);
    const radius = figure.kind === Kind.Item ? ITEM_RADIUS : CLICK_RADIUS * width;
    if (gap < radius && along < reach && (!best || along < best.along)) best = { figure, along };
  }
  return best?.figure;
}

/** What a key press may use: the nearest NPC or item within reach. */
export function nearestUsable(figures: readonly Figure[], at: { readonly x: number; readonly z: number }, reach: number): Figure | undefined {
  let best: Figure | undefined;
  let nearest = reach;
  for (const figure of figures) {
    if (figure.kind !== Kind.Npc && figure.kind !== Kind.Item) continue;
    const distance = Math.hypot(figure.x - at.x, figure.z - at.z);
    if (distance < nearest) [best, nearest] = [figure, distance];
  }
  return best;
}
