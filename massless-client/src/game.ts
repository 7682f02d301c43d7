// The played game: each picture takes what the hands do, lets the module walk, and shows what it says.

import type { Figure, GameClient } from "massless/core/client";
import type { Desk } from "massless/core/desk";
import { heightAt, type Land } from "massless/core/land";
import { type Definitions, type GameActions, type GameBridge, type GameEvent, type GameHud, Kind, Pose, type ScreenPlace, type WorldState, type ZoneDefinition } from "massless/core/world";
import { type Appearance, Crowd } from "./figures/crowd";
import { Gaits } from "./figures/gait";
import { type Outfit, outfitOf } from "./figures/wardrobe";
import type { Controls } from "./input/controls";
import { groundHit, type Place } from "./input/steering";
import { actionsOf } from "./play/actions";
import { Ahead } from "./play/ahead";
import { Hands } from "./play/hands";
import { npcState, signOf } from "./play/quests";
import { type Clickable, figureUnder, regardOf } from "./play/regard";
import { Watch } from "./play/watch";
import { orbit, ThirdPerson } from "./scene/camera";
import { Effects } from "./scene/effects/effects";
import type { Signed } from "./scene/effects/signs";
import { Marker } from "./scene/marker";
import { Obstacles } from "./scene/obstacles";
import { GRADES, type Quality, type Stage } from "./scene/stage";
import { clock } from "./scene/surfaces";
import { onScreen, rayUnder } from "./scene/view";
import { Textures, World } from "./scene/world";
import type { Hud } from "./ui/hud";
import type { Dot } from "./ui/minimap";
import type { Plate } from "./ui/plates";

const PLATE_METRES = 42;
const ITEM_PLATE_METRES = 9;
const CLICK_METRES = 140;
/** Seconds between two drawings of the minimap. */
const MINIMAP_SECONDS = 0.1;
/** Share of the sparks of a burst by quality. */
const SPARKS: Readonly<Record<Quality, number>> = { low: 0.4, medium: 0.8, high: 1 };
/** Metres above a head where signs stand. */
const SIGN_LIFT = 0.5;
/** Milliseconds of each picture for the world behind a near portal, and for one that is waited for. */
const AHEAD_MILLIS = 3;
const WAITED_MILLIS = 40;

interface Name {
  readonly name: string;
  readonly role: string;
}

interface Who {
  name: string;
  look: number;
  zone: ZoneDefinition | undefined;
}

/** What the game has of the page around it. */
interface Page {
  /** Sends what the module has written. */
  readonly pump: () => void;
  readonly desk: () => Desk | undefined;
  /** The ground of another zone. */
  readonly load: (zone: number) => Promise<Land>;
}

export class Game implements GameBridge {
  camera: ThirdPerson;
  /** The own figure as it was shown last. */
  own: Figure | undefined;
  others: Figure[] = [];
  state: WorldState;
  definitions: Definitions;
  readonly actions: GameActions;
  readonly hands: Hands;
  readonly watch: Watch;
  private world: World;
  private readonly ahead: Ahead<World>;
  /** The zone that the character is in, while another world is still drawn. */
  private awaited: number | undefined;
  private readonly textures: Textures;
  private readonly crowd: Crowd;
  private readonly gaits = new Gaits();
  private readonly effects: Effects;
  private readonly marker: Marker;
  private readonly names = new Map<number, Name>();
  private readonly outfits = new Map<string, Outfit>();
  private readonly who: Who = { name: "", look: 0, zone: undefined };
  private pointer: Place | undefined;
  private hovered: number | undefined;
  private mapAge = 0;
  private playing = false;

  constructor(
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement,
    public land: Land,
    private readonly client: GameClient,
    public gradeName: Quality,
    private readonly page: Page,
  ) {
    stage.apply(GRADES[gradeName]);
    this.definitions = client.definitions(1);
    this.textures = new Textures(stage);
    this.world = this.build(land);
    this.ahead = new Ahead({
      load: page.load,
      build: (coming) => World.build(stage, coming, this.textures, GRADES[this.gradeName]),
      drop: (world) => { world.dispose(); },
      now: () => performance.now(),
    });
    this.crowd = new Crowd(stage.scene, this.textures.figures);
    this.crowd.reach = GRADES[gradeName].figures;
    this.crowd.onMesh = () => { this.castShadows(); };
    this.marker = new Marker(stage);
    this.camera = new ThirdPerson(stage.camera, land, new Obstacles(land));
    this.watch = new Watch(client, () => this.definitions, (figure) => this.nameOf(figure).name);
    const figure = (actor: number): Figure | undefined => this.watch.figure(actor);
    this.hands = new Hands(client, {
      own: () => this.own,
      figure,
      figures: () => this.others,
      state: () => this.state,
      definitions: () => this.definitions,
      pointer: () => this.ground(),
      talkTo: (actor) => { this.watch.talkTo(actor); },
    });
    this.effects = new Effects(stage, this.textures, { figure, outfit: (shown) => this.outfit(shown) }, this.gaits, () => this.definitions);
    this.effects.density = SPARKS[gradeName];
    this.state = this.watch.state(undefined, this.who, undefined, undefined);
    this.actions = actionsOf(client, this.hands, this.watch, () => this.state, () => { page.pump(); });
    this.castShadows();
  }

  get desk(): Desk | undefined {
    return this.page.desk();
  }

  /** Builds the world anew at another quality. */
  set quality(quality: Quality) {
    this.gradeName = quality;
    this.stage.apply(GRADES[quality]);
    this.crowd.reach = GRADES[quality].figures;
    this.effects.density = SPARKS[quality];
    this.rebuild();
  }

  private rebuild(): void {
    this.ahead.clear();
    if (this.awaited !== undefined) this.ahead.want(this.awaited);
    this.draw(this.build(this.land));
  }

  private build(land: Land): World {
    const world = World.whole(this.stage, land, this.textures, GRADES[this.gradeName]);
    world.show();
    return world;
  }

  /** From the next picture on this world is drawn; the one before until then. */
  private draw(world: World): void {
    this.world.dispose();
    this.world = world;
    this.castShadows();
  }

  private castShadows(): void {
    this.stage.cast([...this.world.casters, ...this.crowd.casters]);
  }

  /** A session begins or goes on: everybody is met anew. */
  begin(name: string, look: number, zone: number): void {
    this.who.name = name;
    this.who.look = look;
    this.playing = true;
    this.awaited = undefined;
    this.arrive(zone);
  }

  /** Whether the last picture showed a world. */
  get isWorldDrawn(): boolean {
    return this.world.isDrawn;
  }

  /** The character is in another zone: its world is drawn as soon as it stands. */
  await(zone: number): void {
    this.awaited = zone;
    this.ahead.want(zone);
  }

  /** Draws the world that is awaited, if it stands; the zone then. Throws when there will be none. */
  tryEnter(): number | undefined {
    const zone = this.awaited;
    if (zone === undefined) return undefined;
    this.ahead.work(WAITED_MILLIS);
    let ready;
    try {
      ready = this.ahead.take(zone);
    } catch (error) {
      this.awaited = undefined;
      throw error;
    }
    if (!ready) return undefined;
    this.awaited = undefined;
    this.enter(ready.land, ready.world, zone);
    return zone;
  }

  private enter(land: Land, world: World, zone: number): void {
    this.land = land;
    this.draw(world);
    world.show();
    const { yaw, pitch, distance } = this.camera;
    this.camera = new ThirdPerson(this.stage.camera, land, new Obstacles(land));
    Object.assign(this.camera, { yaw, pitch, distance });
    this.arrive(zone);
  }

  private arrive(zone: number): void {
    this.definitions = this.client.definitions(zone);
    this.who.zone = this.definitions.zones.get(zone);
    this.own = undefined;
    this.others = [];
    this.names.clear();
    this.gaits.clear();
    this.watch.clear();
    this.hands.clear();
    this.effects.enter(this.land, this.who.zone);
  }

  /** Back to the title. */
  end(): void {
    this.playing = false;
    this.awaited = undefined;
    this.own = undefined;
    this.others = [];
    this.watch.clear();
    this.hands.clear();
  }

  /** Where the pointer meets the ground. */
  private ground(): Place | undefined {
    if (!this.pointer) return undefined;
    const [origin, direction] = rayUnder(this.stage, this.canvas, ...this.pointer);
    return groundHit((x, z) => heightAt(this.land, x, z), origin, direction, CLICK_METRES);
  }

  private under(x: number, y: number): Figure | undefined {
    const [origin, direction] = rayUnder(this.stage, this.canvas, x, y);
    const bodies = this.others.map((figure): Clickable => {
      if (figure.kind === Kind.Item) return { figure, height: 0.5, width: 1 };
      const outfit = this.outfit(figure);
      return { figure, height: outfit.crown * outfit.size * 0.9, width: outfit.size * (outfit.upright ? 0.8 : 1) };
    });
    return figureUnder(bodies, origin, direction, CLICK_METRES);
  }

  /** The pointer rests there; nowhere when it has left the world. */
  hover(place: Place | undefined): void {
    this.pointer = place;
    const figure = place && this.under(...place);
    this.hovered = figure?.actor;
    this.canvas.style.cursor = figure ? "pointer" : "";
  }

  /** Chooses the figure under a pixel, or walks to the ground there; says whether it walks. */
  click(x: number, y: number): boolean {
    const figure = this.under(x, y);
    if (figure) {
      this.hands.touch(figure);
      return false;
    }
    this.pointer = [x, y];
    const place = this.ground();
    if (!place || !this.own) return false;
    this.hands.walkTo(place);
    return true;
  }

  /** The next target ahead, or the one before. */
  cycle(back: boolean): void {
    if (this.own) this.hands.cycle({ x: this.own.x, z: this.own.z, yaw: this.camera.yaw }, back);
  }

  /** Tells the module what the hands do. */
  steer(controls: Controls, seconds: number): void {
    this.hands.steer(controls.held, this.camera.yaw, seconds);
  }

  /** One picture of the title page. */
  showTitle(): void {
    orbit(this.stage.camera, this.land, clock.seconds);
    const [x, z] = [this.land.width / 2, this.land.depth * 0.3];
    this.stage.follow(x, heightAt(this.land, x, z), z);
    this.world.refresh(this.stage.camera.position.x, this.stage.camera.position.z);
    this.crowd.show([]);
    this.marker.show(this.land, undefined);
    this.effects.showTarget(this.land, undefined, "neutral");
  }

  /** One picture of the game. */
  show(now: number, seconds: number, hud: Hud): void {
    if (!this.playing) return;
    this.own = this.client.own(now) ?? this.own;
    const { own } = this;
    if (!own) {
      this.showTitle();
      return;
    }
    if (this.awaited === undefined) {
      this.others = this.client.figures(now);
      this.ahead.look([own.x, own.z], this.who.zone?.portals ?? []);
      this.ahead.work(AHEAD_MILLIS);
    }
    this.watch.refresh(now, own, this.others);
    this.camera.follow([own.x, own.y, own.z], seconds);
    this.stage.follow(own.x, own.y, own.z);
    this.stage.camera.getViewMatrix(true);
    this.stage.scene.updateTransformMatrix(true);
    this.world.refresh(own.x, own.z);
    this.marker.show(this.land, this.hands.goal);
    this.crowd.show(this.appearances(own, seconds));
    this.showEffects(own, seconds);
    this.state = this.watch.state(own, this.who, this.hands.target, this.hands.aiming);
    hud.plates.show(this.plates(own));
    this.mapAge += seconds;
    if (this.mapAge > MINIMAP_SECONDS) {
      this.mapAge = 0;
      hud.minimap.draw([own.x, own.z], this.hands.turn, this.dots(), this.hands.goal);
    }
  }

  /** What happened since the last picture, for figures, lights and panels. */
  hear(panels: GameHud | undefined): void {
    for (const begun of this.client.foreseen()) if (this.own) this.effects.begun(this.own.actor, begun.skill);
    for (const event of this.client.events()) this.tell(event, panels);
  }

  /** One event, also such as the page itself knows of. */
  tell(event: GameEvent, panels: GameHud | undefined): void {
    this.watch.hear(event);
    // Who is attacked and has chosen nobody fights back.
    if (event.type === "hit" && event.target === this.own?.actor && this.hands.target === undefined) this.hands.defend(event.source);
    if (event.type === "died" && event.actor === this.own?.actor) this.hands.clear();
    this.effects.hear(event, this.own?.actor ?? 0);
    const where = whereOf(event);
    const figure = where === undefined ? undefined : this.watch.figure(where);
    const distance = figure && this.own ? Math.hypot(figure.x - this.own.x, figure.z - this.own.z) : undefined;
    panels?.heard({ event, own: this.own?.actor ?? 0, distance });
  }

  private showEffects(own: Figure, seconds: number): void {
    const target = this.hands.target === undefined ? undefined : this.watch.figure(this.hands.target);
    this.effects.showTarget(this.land, target, target ? regardOf(target, this.definitions, own.actor) : "neutral");
    const { aiming } = this.hands;
    this.effects.showAim(this.land, aiming === undefined ? undefined : this.ground(), aiming === undefined ? 1 : (this.hands.groundRadius(aiming) ?? 1));
    this.effects.show(this.land, own, this.others, { seconds, yaw: this.camera.yaw, signs: this.signs(), hovered: this.hovered });
  }

  /** What stands over the heads of people with quests. */
  private signs(): Signed[] {
    const { sheet } = this.watch;
    if (!sheet) return [];
    const signs: Signed[] = [];
    for (const figure of this.others) {
      if (figure.kind !== Kind.Npc) continue;
      const sign = signOf(npcState(figure.actor, figure.detail, this.definitions, sheet));
      if (sign) signs.push({ sign, x: figure.x, y: figure.y + this.outfit(figure).crown + SIGN_LIFT, z: figure.z });
    }
    return signs;
  }

  private appearances(own: Figure, seconds: number): Appearance[] {
    this.gaits.begin();
    const around = { land: this.land, own };
    const list: Appearance[] = [];
    for (const figure of [...this.others, own]) {
      if (figure.kind <= Kind.Npc) list.push(this.gaits.appearance(figure, this.outfit(figure), around, seconds));
    }
    return list;
  }

  private outfit(figure: Figure): Outfit {
    // The module does not know the own look; it is the page's.
    const detail = figure === this.own || figure.slot === 0 && figure.actor === this.own?.actor ? this.who.look : figure.detail;
    const key = `${figure.kind} ${detail} ${figure.class} ${figure.weapon}`;
    const known = this.outfits.get(key) ?? outfitOf(figure.kind, detail, figure);
    this.outfits.set(key, known);
    return known;
  }

  /** What a figure is called. Slots are given anew, so names are kept by actor. */
  nameOf(figure: Figure): Name {
    const known = this.names.get(figure.actor);
    if (known) return known;
    const name = this.freshName(figure);
    if (name.name !== "") this.names.set(figure.actor, name);
    return name;
  }

  private freshName(figure: Figure): Name {
    const { creatures, items, skills } = this.definitions;
    switch (figure.kind) {
      case Kind.Character:
        return { name: figure.actor === this.own?.actor ? this.who.name : this.client.nameOf(figure.slot), role: "" };
      case Kind.Creature: {
        const name = creatures.get(figure.detail)?.name ?? `Creature ${figure.detail}`;
        return { name, role: `Level ${figure.level}` };
      }
      case Kind.Npc: {
        const { name, role } = this.client.definition(figure.kind, figure.detail);
        return { name: name === "" ? `Villager ${figure.detail}` : name, role };
      }
      case Kind.Item: {
        const name = items.get(figure.detail)?.name ?? `Item ${figure.detail}`;
        return { name: figure.quantity > 1 ? `${figure.quantity} × ${name}` : name, role: "" };
      }
      case Kind.Area:
        return { name: skills.get(figure.detail)?.name ?? "", role: "" };
    }
  }

  private tone(figure: Figure): Dot["tone"] {
    if (figure.kind === Kind.Character) return this.state.party?.members.some((member) => member.actor === figure.actor) ? "party" : "player";
    if (figure.kind === Kind.Npc || figure.kind === Kind.Item) return "npc";
    const regard = regardOf(figure, this.definitions, this.own?.actor ?? 0);
    return regard === "hostile" ? "fierce" : "creature";
  }

  private plates(own: Figure): Plate[] {
    const plates: Plate[] = [];
    for (const figure of [...this.others, own]) {
      const plate = this.plate(figure, own);
      if (plate) plates.push(plate);
    }
    return plates;
  }

  private plate(figure: Figure, own: Figure): Plate | undefined {
    if (figure.kind === Kind.Area || (figure.kind === Kind.Creature && figure.pose === Pose.Dead)) return undefined;
    const isItem = figure.kind === Kind.Item;
    const chosen = figure.actor === this.hovered || figure.actor === this.hands.target;
    const reach = isItem && !chosen ? ITEM_PLATE_METRES : PLATE_METRES;
    if (Math.hypot(figure.x - own.x, figure.z - own.z) > reach) return undefined;
    const place = onScreen(this.stage, this.canvas, [figure.x, figure.y + this.headOf(figure) + 0.12, figure.z]);
    if (!place) return undefined;
    const tone = figure === own ? "own" : this.tone(figure);
    return { ...place, ...this.nameOf(figure), tone, health: isItem ? 1 : figure.health };
  }

  /** Metres from the feet of a figure to above its head. */
  private headOf(figure: Figure): number {
    if (figure.kind === Kind.Item) return 0.55;
    const outfit = this.outfit(figure);
    return outfit.crown * outfit.size;
  }

  private dots(): Dot[] {
    const dots = this.others.filter((figure) => figure.kind <= Kind.Npc).map((figure): Dot => ({ x: figure.x, z: figure.z, tone: this.tone(figure) }));
    const { zone } = this.who;
    const { sheet } = this.watch;
    if (!zone || !sheet) return dots;
    for (const { x, z, open } of zone.portals) if (open) dots.push({ x, z, tone: "portal" });
    for (const { id, x, z } of zone.npcs) {
      const mark = signOf(npcState(0, id, this.definitions, sheet));
      if (mark) dots.push({ x, z, tone: "npc", mark });
    }
    return dots;
  }

  /** An actor in sight as the panels see it. */
  figure(actor: number): ReturnType<Watch["figureState"]> {
    return this.own && this.watch.figureState(actor, this.own);
  }

  projectToScreen(what: number | readonly [number, number, number]): ScreenPlace | undefined {
    if (typeof what !== "number") return onScreen(this.stage, this.canvas, what);
    const figure = this.watch.figure(what);
    return figure && onScreen(this.stage, this.canvas, [figure.x, figure.y + this.headOf(figure), figure.z]);
  }
}

/** The actor by whose place an event is heard. */
function whereOf(event: GameEvent): number | undefined {
  if ("actor" in event) return event.actor;
  return "target" in event ? event.target : undefined;
}
