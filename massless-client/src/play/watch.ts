// What is known of the world in this picture, put together for the panels.

import type { Figure, GameClient } from "massless/core/client";
import {
  type CastState, type Definitions, type EffectState, type FigureState, type GameEvent, Kind, type NpcState,
  type OwnState, type Party, Pose, type Sheet, type Trade, type WorldState, type ZoneDefinition,
} from "massless/core/world";
import { regardOf } from "./regard";
import { npcState } from "./quests";

/** Metres within which one may talk, with some slack for what the server still allows. */
export const TALK_METRES = 4;
/** Seconds after which an item that was to change is shown as usual again, come what may. */
const WAITING_SECONDS = 4;
/** At which counter a reason of the store's is shown as waiting, where it is not called so. */
const COUNTERS: Readonly<Record<string, string>> = {
  exchange: "@smith", rank: "@trainer", reset: "@trainer", claim: "@mail", list: "@market", buy: "@market", unlist: "@market",
};
/** A partner in trade who has not come into sight yet, as after a lost line. */
const UNKNOWN = "Somebody";
/** Numbers of effects that a figure's bits can show. */
const EFFECT_BITS = 32;

/** Effects of others with their ends, as events told them. */
class Ends {
  private readonly ends = new Map<number, Map<number, number>>();

  hear(event: GameEvent, now: number): void {
    if (event.type === "effectGained") {
      const of = this.ends.get(event.target) ?? new Map<number, number>();
      this.ends.set(event.target, of.set(event.effect, now + event.ticks));
    } else if (event.type === "effectLost") this.ends.get(event.target)?.delete(event.effect);
    else if (event.type === "died") this.ends.delete(event.actor);
  }

  list(actor: number, bits: number, now: number): EffectState[] {
    const of = this.ends.get(actor);
    const list: EffectState[] = [];
    for (let effect = 0; effect < EFFECT_BITS; effect += 1) {
      if (((bits >>> effect) & 1) === 0) continue;
      const until = of?.get(effect);
      list.push({ effect, until: until !== undefined && until > now ? until : undefined });
    }
    return list;
  }

  clear(): void {
    this.ends.clear();
  }
}

export class Watch {
  /** The tick the own figure is shown in. */
  now = 0;
  own: OwnState | undefined;
  sheet: Sheet | undefined;
  party: Party | undefined;
  trade: Trade | undefined;
  private tradeRevision = 0;
  figures: readonly Figure[] = [];
  private readonly byActor = new Map<number, Figure>();
  private readonly casts = new Map<number, CastState>();
  private readonly ends = new Ends();
  private waiting = new Map<string, number>();
  private shownWaiting: ReadonlySet<string> = new Set();
  private diedAt: number | undefined;
  private talking: number | undefined;

  constructor(
    private readonly client: GameClient,
    readonly definitions: () => Definitions,
    private readonly nameOf: (figure: Figure) => string,
  ) {}

  /** Another zone, or another session: nobody is known. */
  clear(): void {
    this.own = undefined;
    this.figures = [];
    this.byActor.clear();
    this.casts.clear();
    this.ends.clear();
    this.diedAt = undefined;
    this.talking = undefined;
    this.trade = undefined;
    this.tradeRevision = 0;
    this.waiting.clear();
  }

  /** Asks the module what is so now. */
  refresh(now: number, own: Figure | undefined, figures: readonly Figure[]): void {
    this.figures = figures;
    this.byActor.clear();
    for (const figure of figures) this.byActor.set(figure.actor, figure);
    if (own) this.byActor.set(own.actor, own);
    const told = this.client.ownState(now);
    if (told && own) {
      this.now = told.now;
      this.diedAt = told.own.dead ? (this.diedAt ?? told.now) : undefined;
      this.own = { ...told.own, actor: own.actor, diedAt: this.diedAt };
    }
    if (this.client.sheetRevision !== (this.sheet?.revision ?? 0)) {
      this.sheet = this.client.sheet();
      this.waiting.clear();
    }
    const { tradeRevision } = this.client;
    if (tradeRevision !== this.tradeRevision || this.trade?.partner === UNKNOWN) {
      this.tradeRevision = tradeRevision;
      this.tradeTold();
    }
  }

  /** The trade is told anew: requests are no trade yet. */
  private tradeTold(): void {
    const told = this.client.trade();
    if (told?.stage !== "open" && told?.stage !== "booked") {
      this.trade = undefined;
      return;
    }
    const figure = this.byActor.get(told.partner);
    const { ends, own, other } = told;
    this.trade = { partner: figure ? this.nameOf(figure) : (this.trade?.partner ?? UNKNOWN), ends, own, other, settling: told.stage === "booked" };
  }

  /** The party is another. */
  partyChanged(): void {
    this.party = this.client.party();
  }

  /** Keeps what events tell of casts and effects. */
  hear(event: GameEvent): void {
    this.ends.hear(event, this.now);
    if (event.type === "castBegan") this.casts.set(event.actor, { skill: event.skill, began: this.now, ends: this.now + event.ticks });
    else if (event.type === "castBroken" || event.type === "skillUsed" || event.type === "died") this.casts.delete(event.actor);
    if (event.type === "rejected") this.waiting.clear();
  }

  /** A change of these items is asked for. */
  awaits(...uids: readonly (string | undefined)[]): void {
    for (const uid of uids) if (uid !== undefined) this.waiting.set(uid, performance.now() + WAITING_SECONDS * 1_000);
  }

  figure(actor: number): Figure | undefined {
    return this.byActor.get(actor);
  }

  talkTo(actor: number | undefined): void {
    this.talking = actor;
  }

  /** A figure as the panels see it. */
  figureState(actor: number, own: Figure): FigureState | undefined {
    const figure = this.byActor.get(actor);
    if (!figure) return undefined;
    const definitions = this.definitions();
    const cast = this.casts.get(actor);
    const target = figure.target === 0 ? undefined : figure.target;
    const targeted = target === undefined ? undefined : this.byActor.get(target);
    return {
      actor,
      kind: figure.kind,
      detail: figure.detail,
      name: this.nameOf(figure),
      level: figure === own ? (this.sheet?.level ?? figure.level) : figure.level,
      class: figure.class,
      regard: regardOf(figure, definitions, own.actor),
      elite: figure.kind === Kind.Creature && definitions.creatures.get(figure.detail)?.category === "elite",
      health: figure.health,
      pose: figure.pose,
      effects: this.ends.list(actor, figure.effects, this.now),
      cast: cast && cast.ends > this.now && figure.pose === Pose.Casting ? cast : undefined,
      target,
      targetName: targeted ? this.nameOf(targeted) : "",
      distance: Math.hypot(figure.x - own.x, figure.z - own.z),
      rarity: figure.rarity,
      quantity: figure.quantity,
    };
  }

  /** The NPC that is talked to, as long as it is near. */
  private talkingTo(own: Figure): NpcState | undefined {
    const npc = this.talking === undefined ? undefined : this.byActor.get(this.talking);
    if (!npc || !this.sheet || Math.hypot(npc.x - own.x, npc.z - own.z) > TALK_METRES + 1.5) {
      this.talking = undefined;
      return undefined;
    }
    return npcState(npc.actor, npc.detail, this.definitions(), this.sheet);
  }

  private stillWaiting(): ReadonlySet<string> {
    const now = performance.now();
    for (const [uid, until] of this.waiting) if (until < now) this.waiting.delete(uid);
    // What one offers in a trade is locked as well.
    const offered = this.trade?.own.items.map((item) => item.uid) ?? [];
    const booked = this.sheet?.waits.map((reason) => COUNTERS[reason] ?? `@${reason}`) ?? [];
    const locked = new Set([...this.waiting.keys(), ...(this.sheet?.locked ?? []), ...booked, ...offered]);
    if (locked.size !== this.shownWaiting.size || [...locked].some((uid) => !this.shownWaiting.has(uid))) this.shownWaiting = locked;
    return this.shownWaiting;
  }

  /** Everything for the panels. */
  state(own: Figure | undefined, who: { name: string; look: number; zone: ZoneDefinition | undefined }, target: number | undefined, aiming: number | undefined): WorldState {
    return {
      now: this.now,
      ...who,
      own: this.own,
      sheet: this.sheet,
      target: own && target !== undefined ? this.figureState(target, own) : undefined,
      party: this.party,
      talkingTo: own && this.talkingTo(own),
      trade: this.trade,
      waiting: this.stillWaiting(),
      aiming,
    };
  }
}
