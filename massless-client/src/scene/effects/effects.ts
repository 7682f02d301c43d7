// All that lights up in a fight: what events set off, and what figures show as long as it lasts.

import type { Figure } from "massless/core/client";
import type { Land } from "massless/core/land";
import { type Definitions, type GameEvent, HitKind, Kind, Pose, TICKS_PER_SECOND, type ZoneDefinition } from "massless/core/world";
import type { Gaits } from "../../figures/gait";
import type { Outfit } from "../../figures/wardrobe";
import type { Stage } from "../stage";
import { clock } from "../surfaces";
import type { Textures } from "../world";
import { Areas } from "./areas";
import { Columns } from "./column";
import { Disc, Look } from "./disc";
import { Flights } from "./flights";
import { Loot } from "./loot";
import { BLOOD, FRIENDLY, GOLD, HEALING, HOSTILE, NEUTRAL, SHIELD, skillColour } from "./palette";
import { Portals } from "./portals";
import { type Signed, Signs } from "./signs";
import { Sparks } from "./sparks";
import type { Colour } from "../shape";
import { colour } from "../shape";

type Place = readonly [number, number, number];

/** Farther away only what matters is drawn, metres. */
const NEAR_METRES = 32;
/** Swings from farther away than this were loosed, not swung, metres. */
const MELEE_METRES = 4.5;

/** Effects of the game rules that figures show by a light: number and colour. */
const AURAS: readonly (readonly [effect: number, colour: Colour, low: boolean])[] = [
  [1, colour("#7fb8ff"), true],
  [2, colour("#76c25a"), true],
  [7, colour("#a8e04a"), false],
  [8, colour("#ff8a3a"), false],
  [9, colour("#b05cff"), false],
  [14, HEALING, false],
  [15, SHIELD, false],
  [18, GOLD, false],
];
const STUN = 3;

/** What the effects are told of a figure's body. */
export interface Bodies {
  readonly figure: (actor: number) => Figure | undefined;
  readonly outfit: (figure: Figure) => Outfit;
}

export class Effects {
  readonly sparks: Sparks;
  readonly portals: Portals;
  private readonly flights: Flights;
  private readonly columns: Columns;
  private readonly areas: Areas;
  private readonly loot: Loot;
  private readonly signs: Signs;
  private readonly ring: Disc;
  private readonly aim: Disc;
  private own = 0;

  constructor(
    stage: Stage,
    textures: Textures,
    private readonly bodies: Bodies,
    private readonly gaits: Gaits,
    private readonly definitions: () => Definitions,
  ) {
    const { scene } = stage;
    this.sparks = new Sparks(scene);
    this.flights = new Flights(scene, textures.solid, this.sparks);
    this.columns = new Columns(scene);
    this.areas = new Areas(scene, this.sparks);
    this.loot = new Loot(scene, textures.solid, this.sparks);
    this.signs = new Signs(scene);
    this.portals = new Portals(scene, textures.solid, this.sparks);
    this.ring = new Disc(scene, Look.Ring);
    this.aim = new Disc(scene, Look.Area);
  }

  /** Another zone: nothing of the last one goes on. */
  enter(land: Land, zone: ZoneDefinition | undefined): void {
    this.flights.clear();
    this.sparks.clear();
    this.areas.clear();
    this.portals.build(land, zone?.portals ?? []);
  }

  private chest(figure: Figure): Place {
    const outfit = this.bodies.outfit(figure);
    return [figure.x, figure.y + outfit.crown * outfit.size * 0.55, figure.z];
  }

  private readonly chestOf = (actor: number): Place | undefined => {
    const figure = this.bodies.figure(actor);
    return figure && this.chest(figure);
  };

  /** The own figure strikes, before the server has told it. */
  begun(own: number, skill: number | undefined): void {
    const definition = skill === undefined ? undefined : this.definitions().skills.get(skill);
    if (skill === undefined || (definition?.hostile === true && definition.timing.type === "instant")) this.gaits.strike(own);
  }

  /** Others strike when it is told; the own figure has struck by then. */
  private strike(actor: number): void {
    if (actor !== this.own) this.gaits.strike(actor);
  }

  /** Something happened. */
  hear(event: GameEvent, own: number): void {
    this.own = own;
    switch (event.type) {
      case "hit":
        this.hit(event);
        break;
      case "healed":
        this.burst(event.target, HEALING, 9, { speed: 1.3, gravity: -1.2, spread: 0.5, seconds: 0.9, rise: 0.8 });
        break;
      case "launched":
        this.launched(event);
        break;
      case "skillUsed":
        this.used(event.actor, event.skill);
        break;
      case "effectGained":
        this.gained(event.target, event.effect);
        break;
      case "died":
        this.burst(event.actor, BLOOD, 12, { speed: 2.2, spread: 0.4, seconds: 0.7 });
        break;
      case "levelUp":
        this.columns.raise(event.actor, GOLD);
        this.burst(event.actor, GOLD, 36, { speed: 4, spread: 0.6, seconds: 1.4, rise: 0.75 });
        break;
      case "revived":
        this.columns.raise(event.actor, SHIELD);
        break;
    }
  }

  private burst(actor: number, tint: Colour, count: number, form: { speed: number; spread?: number; seconds: number; rise?: number; gravity?: number; size?: number }): void {
    const place = this.chestOf(actor);
    if (place) this.sparks.burst(place, { colour: tint, count, size: 0.13, ...form });
  }

  private hit(event: Extract<GameEvent, { type: "hit" }>): void {
    const [source, target] = [this.bodies.figure(event.source), this.bodies.figure(event.target)];
    const near = source && target && Math.hypot(source.x - target.x, source.z - target.z) < MELEE_METRES;
    if (event.skill === undefined && event.kind !== HitKind.Periodic && near) this.strike(event.source);
    if (!target || event.kind === HitKind.Dodged) return;
    if (event.kind === HitKind.Immune || event.absorbed >= event.amount) {
      this.burst(event.target, SHIELD, 8, { speed: 1.8, seconds: 0.4 });
      return;
    }
    this.gaits.flash(event.target);
    const critical = event.kind === HitKind.Critical;
    const tint = event.kind === HitKind.Periodic ? BLOOD : skillColour(event.skill, source ? source.weapon - (source.weapon % 10) : 0);
    const count = critical ? 18 : event.kind === HitKind.Periodic ? 3 : 7;
    this.burst(event.target, tint, count, { speed: critical ? 4.5 : 2.8, seconds: critical ? 0.6 : 0.4, size: critical ? 0.17 : 0.12 });
  }

  private launched(event: Extract<GameEvent, { type: "launched" }>): void {
    const [source, target] = [this.bodies.figure(event.source), this.bodies.figure(event.target)];
    if (!source || !target) return;
    this.strike(event.source);
    const row = source.weapon - (source.weapon % 10);
    const arrow = source.kind === Kind.Character && row === 1040;
    this.flights.launch(
      { source: event.source, target: event.target, seconds: event.ticks / TICKS_PER_SECOND, colour: skillColour(event.skill, row), arrow },
      this.chest(source),
      this.chest(target),
    );
  }

  private used(actor: number, skill: number): void {
    const definition = this.definitions().skills.get(skill);
    if (!definition) return;
    if (definition.hostile) {
      if (definition.timing.type === "cast") this.gaits.strike(actor);
      else this.strike(actor);
    }
    const tint = skillColour(skill);
    const around = definition.aim.type === "around" || definition.outcomes.some((outcome) => outcome.type === "leap");
    this.burst(actor, tint, around ? 22 : 6, { speed: around ? 5 : 1.6, seconds: 0.5, spread: 0.4, rise: around ? 0.15 : 0.5 });
  }

  private gained(actor: number, effect: number): void {
    const definition = this.definitions().effects.get(effect);
    if (!definition) return;
    this.burst(actor, definition.helpful ? SHIELD : colour("#c77bff"), 8, { speed: 1.2, seconds: 0.8, spread: 0.5, gravity: definition.helpful ? -1 : 2 });
  }

  /** The mark under the chosen target. */
  showTarget(land: Land, figure: Figure | undefined, regard: "hostile" | "neutral" | "friendly"): void {
    if (!figure) {
      this.ring.hide();
      return;
    }
    const outfit = this.bodies.outfit(figure);
    this.ring.lay(land, figure.x, figure.z, 0.75 * outfit.size * (outfit.upright ? 1 : 1.25), figure.y - 0.02);
    this.ring.paint({ hostile: HOSTILE, neutral: NEUTRAL, friendly: FRIENDLY }[regard]);
  }

  /** Where a skill on the ground would go. */
  showAim(land: Land, place: readonly [number, number] | undefined, radius: number): void {
    if (!place) {
      this.aim.hide();
      return;
    }
    this.aim.lay(land, place[0], place[1], radius);
    this.aim.paint(SHIELD, 0.05, 0.7);
  }

  /** One picture. */
  show(land: Land, own: Figure, figures: readonly Figure[], scene: { seconds: number; yaw: number; signs: readonly Signed[]; hovered: number | undefined }): void {
    const { seconds } = scene;
    const definitions = this.definitions();
    this.sparks.begin();
    for (const figure of [...figures, own]) this.dress(figure, own);
    this.areas.show(land, this.marked(figures, own.actor), seconds);
    this.loot.show(figures.filter((figure) => figure.kind === Kind.Item).map((figure) => ({
      actor: figure.actor, x: figure.x, y: figure.y, z: figure.z, rarity: figure.rarity,
      definition: definitions.items.get(figure.detail), hovered: figure.actor === scene.hovered,
    })));
    this.flights.show(seconds, this.chestOf);
    this.columns.show(seconds, (actor) => {
      const figure = this.bodies.figure(actor);
      return figure && [figure.x, figure.y, figure.z];
    });
    this.signs.show(scene.signs, scene.yaw);
    this.portals.show(own.x, own.z);
    this.sparks.show(seconds);
  }

  private marked(figures: readonly Figure[], own: number): Parameters<Areas["show"]>[1] {
    const { skills } = this.definitions();
    return figures.filter((figure) => figure.kind === Kind.Area).map((figure) => {
      const skill = skills.get(figure.detail);
      // Skills of players hurt no player here; those of creatures have no class.
      const dangerous = skill?.class === undefined && skill?.hostile !== false && figure.target !== own;
      return { actor: figure.actor, x: figure.x, y: figure.y, z: figure.z, skill, dangerous };
    });
  }

  /** Lights of a figure near by: what it conjures, what weighs on it. */
  private dress(figure: Figure, own: Figure): void {
    if (figure.kind > Kind.Npc || Math.hypot(figure.x - own.x, figure.z - own.z) > NEAR_METRES) return;
    const chest = this.chest(figure);
    if (figure.pose === Pose.Casting) this.conjure(figure, chest);
    if (figure.effects === 0 || figure.pose === Pose.Dead) return;
    const beat = Math.sin(clock.seconds * 4 + figure.actor);
    for (const [effect, tint, low] of AURAS) {
      if (((figure.effects >>> effect) & 1) === 0) continue;
      const angle = clock.seconds * 2.2 + effect;
      const place: Place = low
        ? [figure.x + Math.cos(angle) * 0.45, figure.y + 0.15, figure.z + Math.sin(angle) * 0.45]
        : [chest[0] + Math.cos(angle) * 0.4, chest[1] + 0.3 * beat, chest[2] + Math.sin(angle) * 0.4];
      this.sparks.glow(place, 0.22, tint, 0.6);
    }
    if (((figure.effects >>> STUN) & 1) === 1) this.daze(figure);
  }

  private conjure(figure: Figure, chest: Place): void {
    const { sin, cos } = Math;
    const tint = skillColour(undefined, figure.weapon === 0 ? 0 : figure.weapon - (figure.weapon % 10));
    for (const side of [-1, 1]) {
      const [ahead, aside] = [0.5, side * 0.28];
      const x = chest[0] + sin(figure.turn) * ahead + cos(figure.turn) * aside;
      const z = chest[2] + cos(figure.turn) * ahead - sin(figure.turn) * aside;
      this.sparks.glow([x, chest[1] + 0.3, z], 0.2 + 0.05 * sin(clock.seconds * 11 + side), tint, 0.75);
    }
  }

  private daze(figure: Figure): void {
    const outfit = this.bodies.outfit(figure);
    for (let star = 0; star < 3; star += 1) {
      const angle = clock.seconds * 3.5 + (star * Math.PI * 2) / 3;
      this.sparks.glow([figure.x + Math.cos(angle) * 0.3, figure.y + outfit.crown * outfit.size - 0.1, figure.z + Math.sin(angle) * 0.3], 0.12, GOLD, 0.9);
    }
  }

  /** Weak machines draw fewer sparks. */
  set density(share: number) {
    this.sparks.density = share;
  }
}
