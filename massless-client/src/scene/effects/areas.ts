// Marked areas: a circle on the ground that fills until the skill works, and flashes with each working.

import type { Scene } from "@babylonjs/core/scene";

import type { Land } from "massless/core/land";
import { type SkillDefinition, TICKS_PER_SECOND } from "massless/core/world";
import { Disc, Look } from "./disc";
import { HOSTILE, skillColour } from "./palette";
import type { Colour } from "../shape";
import type { Sparks } from "./sparks";

const AREAS_MAX = 24;
/** Where nothing says how large an area is, metres. */
const RADIUS_UNKNOWN = 3;

/** One area in sight. */
export interface MarkedArea {
  readonly actor: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly skill: SkillDefinition | undefined;
  /** It is an enemy's: shown in the colour of danger. */
  readonly dangerous: boolean;
}

interface Shown {
  readonly disc: Disc;
  age: number;
  worked: number;
  seen: number;
}

function radiusOf(skill: SkillDefinition | undefined): number {
  return skill && (skill.aim.type === "ground" || skill.aim.type === "around") ? skill.aim.radius : RADIUS_UNKNOWN;
}

export class Areas {
  private readonly shown = new Map<number, Shown>();
  private readonly spare: Disc[] = [];
  private picture = 0;

  constructor(
    private readonly scene: Scene,
    private readonly sparks: Sparks,
  ) {}

  /** Shows these areas and no others. */
  show(land: Land, areas: readonly MarkedArea[], seconds: number): void {
    this.picture += 1;
    for (const area of areas) {
      const shown = this.of(area.actor);
      if (!shown) continue;
      shown.seen = this.picture;
      shown.age += seconds;
      this.draw(land, area, shown);
    }
    for (const [actor, shown] of this.shown) {
      if (shown.seen === this.picture) continue;
      shown.disc.hide();
      this.spare.push(shown.disc);
      this.shown.delete(actor);
    }
  }

  private of(actor: number): Shown | undefined {
    const known = this.shown.get(actor);
    if (known || this.shown.size >= AREAS_MAX) return known;
    const shown = { disc: this.spare.pop() ?? new Disc(this.scene, Look.Area), age: 0, worked: 0, seen: 0 };
    this.shown.set(actor, shown);
    return shown;
  }

  private draw(land: Land, area: MarkedArea, shown: Shown): void {
    const radius = radiusOf(area.skill);
    const lasting = area.skill?.lasting;
    const first = (lasting?.first ?? 0) / TICKS_PER_SECOND;
    const every = Math.max((lasting?.every ?? 0) / TICKS_PER_SECOND, 0.2);
    const tint = area.dangerous ? HOSTILE : skillColour(area.skill?.id);
    const worked = shown.age < first ? 0 : 1 + Math.floor((shown.age - first) / every);
    const since = shown.age < first ? Infinity : (shown.age - first) % every;
    if (worked > shown.worked) this.strike(area, radius, area.dangerous ? skillColour(area.skill?.id) : tint);
    shown.worked = worked;
    const share = worked > 0 ? 1 : first > 0 ? shown.age / first : 1;
    const flash = Math.max(0, 1 - since / 0.35);
    shown.disc.lay(land, area.x, area.z, radius);
    shown.disc.paint(tint, share, (worked > 0 ? 0.7 : 0.85) + flash * 0.6);
  }

  /** The area works: something falls or bursts all over it. */
  private strike(area: MarkedArea, radius: number, colour: Colour): void {
    for (let index = 0; index < 7; index += 1) {
      const [angle, reach] = [Math.random() * Math.PI * 2, Math.sqrt(Math.random()) * radius * 0.9];
      const place = [area.x + Math.cos(angle) * reach, area.y + 0.3, area.z + Math.sin(angle) * reach] as const;
      this.sparks.burst(place, { colour, count: 4, speed: 3, size: 0.16, seconds: 0.55, rise: 0.8 });
    }
  }

  clear(): void {
    for (const { disc } of this.shown.values()) {
      disc.hide();
      this.spare.push(disc);
    }
    this.shown.clear();
  }
}
