// What the hands are at: the target, the slots that are held, errands, and where the figure turns.

import type { Figure, GameClient } from "massless/core/client";
import { BAR_SLOTS, type Definitions, Kind, Pose, type WorldState } from "massless/core/world";
import { type Heading, headingOf, type Place, Route, turnOf } from "../input/steering";
import { type Action, slotOf } from "../input/bindings";
import { Errands } from "./errand";
import { type Eyes, isPrey, nearestUsable, nextTarget } from "./regard";
import { TALK_METRES } from "./watch";

/** Metres within which an item is picked up, and less, so that a step of delay does not matter. */
const PICK_METRES = 2.6;
const TALK_REACH = TALK_METRES - 1;
/** Metres within which a key finds something to use. */
const USE_METRES = 12;
/** Metres a figure stops before the edge of its weapon's reach. */
const REACH_SPARE = 0.7;
/** Metres from which on a standing figure turns to its target. */
const FACE_METRES = 30;
/** Seconds a chosen target stays chosen after its death. */
const MOURN_SECONDS = 1.2;
/** A slot pressed by a click is held this long, so that no input misses it. */
const TAP_SECONDS = 0.14;

/** What the hands know of the world. */
export interface Reality {
  readonly own: () => Figure | undefined;
  readonly figure: (actor: number) => Figure | undefined;
  readonly figures: () => readonly Figure[];
  readonly state: () => WorldState;
  readonly definitions: () => Definitions;
  /** Where the pointer meets the ground. */
  readonly pointer: () => Place | undefined;
  readonly talkTo: (actor: number | undefined) => void;
}

export class Hands {
  target: number | undefined;
  turn = 0;
  private route: Route | undefined;
  private readonly errands: Errands;
  private readonly down = new Set<number>();
  private readonly taps = new Map<number, number>();
  private deadFor = 0;
  private moving = false;

  constructor(
    private readonly client: GameClient,
    private readonly world: Reality,
  ) {
    this.errands = new Errands((from, to) => client.findPath(from, to));
  }

  /** A session or zone begins. */
  clear(): void {
    this.target = undefined;
    this.stop();
    this.down.clear();
    this.taps.clear();
    this.world.talkTo(undefined);
  }

  /** Where the way leads, for the mark on the ground. */
  get goal(): Place | undefined {
    return this.route?.goal;
  }

  /** The slot whose place on the ground is being shown. */
  get aiming(): number | undefined {
    return [...this.down].find((slot) => this.groundRadius(slot) !== undefined);
  }

  /** Radius of the skill on the ground in a slot. */
  groundRadius(slot: number): number | undefined {
    const entry = this.world.state().sheet?.bar[slot];
    const skill = entry?.type === "skill" ? this.world.definitions().skills.get(entry.skill) : undefined;
    return skill?.aim.type === "ground" ? skill.aim.radius : undefined;
  }

  stop(): void {
    this.route = undefined;
    this.errands.stop();
  }

  walkTo(place: Place): void {
    const own = this.world.own();
    if (!own) return;
    this.errands.stop();
    this.route = new Route(place, (from, to) => this.client.findPath(from, to), [own.x, own.z]);
  }

  /** Next or previous target ahead of the camera. */
  cycle(eyes: Eyes, back: boolean): void {
    const next = nextTarget(this.world.figures(), this.world.definitions(), eyes, this.target, back);
    if (next !== undefined) this.choose(next);
  }

  choose(actor: number | undefined): void {
    this.target = actor;
    this.deadFor = 0;
  }

  /** Chooses an attacker, where it may be attacked. */
  defend(actor: number): void {
    const figure = this.world.figure(actor);
    if (figure && isPrey(figure, this.world.definitions())) this.choose(actor);
  }

  /** A click on a figure: chooses it; what is chosen already is walked up to. */
  touch(figure: Figure): void {
    if (figure.kind === Kind.Item) {
      this.pickUp(figure.actor);
      return;
    }
    const again = this.target === figure.actor;
    this.choose(figure.actor);
    if (figure.kind === Kind.Npc) this.talk(figure.actor);
    else if (again && isPrey(figure, this.world.definitions())) this.approach(figure.actor);
  }

  pickUp(actor: number): void {
    this.run({ actor, reach: PICK_METRES, act: () => { this.client.act("pickup", actor); } });
  }

  talk(actor: number): void {
    this.run({
      actor,
      reach: TALK_REACH,
      act: () => {
        this.world.talkTo(actor);
        const figure = this.world.figure(actor);
        const own = this.world.own();
        if (figure && own) this.turn = turnOf([figure.x - own.x, figure.z - own.z]);
      },
    });
  }

  private approach(actor: number): void {
    const range = this.world.state().sheet?.derived.range ?? 3;
    this.run({ actor, reach: Math.max(1.6, range - REACH_SPARE), act: () => undefined });
  }

  private run(errand: Parameters<Errands["begin"]>[0]): void {
    this.route = undefined;
    this.errands.begin(errand);
  }

  /** The key for whatever is near: people, things on the ground, else the way to the target. */
  use(): void {
    const own = this.world.own();
    if (!own) return;
    const near = nearestUsable(this.world.figures(), own, USE_METRES);
    if (near) this.touch(near);
    else if (this.target !== undefined) this.approach(this.target);
  }

  /** A slot of the bar goes down or up by the mouse. */
  press(slot: number, down: boolean): void {
    if (slot < 0 || slot >= BAR_SLOTS) return;
    if (down) {
      this.down.add(slot);
      this.taps.set(slot, TAP_SECONDS);
    } else this.down.delete(slot);
  }

  private buttons(held: ReadonlySet<Action>, seconds: number): number {
    let bits = 0;
    for (const action of held) {
      const slot = slotOf(action);
      if (slot !== undefined) bits |= 1 << slot;
    }
    for (const slot of this.down) bits |= 1 << slot;
    for (const [slot, left] of this.taps) {
      bits |= 1 << slot;
      if (left <= seconds) this.taps.delete(slot);
      else this.taps.set(slot, left - seconds);
    }
    return bits;
  }

  /** A key that was hardly touched counts, too. */
  tap(slot: number): void {
    this.taps.set(slot, TAP_SECONDS);
  }

  /** Tells the module what the hands do. */
  steer(held: ReadonlySet<Action>, yaw: number, seconds: number): void {
    const own = this.world.own();
    this.mourn(seconds);
    const keys = headingOf(held, yaw);
    if (keys) this.stop();
    const heading = keys ?? this.onTheWay(own, seconds);
    this.moving = heading !== undefined;
    if (heading) this.turn = turnOf(heading);
    else this.face(own);
    const buttons = this.buttons(held, seconds);
    this.client.control({ heading: heading ?? [0, 0], turn: this.turn, buttons, target: this.target, aim: this.aim(buttons, own) });
  }

  private onTheWay(own: Figure | undefined, seconds: number): Heading | undefined {
    if (!own || own.pose === Pose.Dead) return undefined;
    const at: Place = [own.x, own.z];
    const errand = this.errands.steer(at, this.world.figure, seconds);
    if (errand) return errand;
    // A cast is not broken by the rest of a way.
    const onRoute = this.route?.steer(at, seconds);
    if (!onRoute) this.route = undefined;
    return onRoute;
  }

  /** Forgets a target that is gone or has been dead for a while. */
  private mourn(seconds: number): void {
    if (this.target === undefined) return;
    const figure = this.world.figure(this.target);
    if (!figure) this.target = undefined;
    else if (figure.pose === Pose.Dead && figure.kind === Kind.Creature) {
      this.deadFor += seconds;
      if (this.deadFor > MOURN_SECONDS) this.target = undefined;
    }
  }

  /** Who stands turns to whom it fights: melee reaches only ahead. */
  private face(own: Figure | undefined): void {
    const figure = this.target === undefined ? undefined : this.world.figure(this.target);
    if (!own || !figure || own.pose === Pose.Dead || !isPrey(figure, this.world.definitions())) return;
    const way: Heading = [figure.x - own.x, figure.z - own.z];
    const distance = Math.hypot(way[0], way[1]);
    if (distance > 0.05 && distance < FACE_METRES) this.turn = turnOf(way);
  }

  /** The place for a skill on the ground: under the pointer, else at the target. */
  private aim(buttons: number, own: Figure | undefined): Place | undefined {
    if (buttons === 0 || !own) return undefined;
    const ground = Array.from({ length: BAR_SLOTS }, (_, slot) => slot).some((slot) => ((buttons >> slot) & 1) === 1 && this.groundRadius(slot) !== undefined);
    if (!ground) return undefined;
    const target = this.target === undefined ? undefined : this.world.figure(this.target);
    return this.world.pointer() ?? (target && [target.x, target.z]);
  }

  get isMoving(): boolean {
    return this.moving;
  }
}
