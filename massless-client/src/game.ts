// The played game: each picture takes what the hands do, lets the module walk, and shows what it says.

import type { Figure, GameClient } from "./core/client";
import { heightAt, type Land } from "./core/land";
import { type Appearance, Crowd } from "./figures/crowd";
import { Gaits } from "./figures/gait";
import { Kind, type Outfit, outfitOf } from "./figures/wardrobe";
import type { Controls } from "./input/controls";
import { groundHit, headingOf, type Place, Route, turnOf } from "./input/steering";
import { orbit, ThirdPerson } from "./scene/camera";
import { Marker } from "./scene/marker";
import { Obstacles } from "./scene/obstacles";
import { GRADES, type Quality, type Stage } from "./scene/stage";
import { clock } from "./scene/surfaces";
import { onScreen, rayUnder } from "./scene/view";
import { Textures, World } from "./scene/world";
import type { Hud } from "./ui/hud";
import type { Dot } from "./ui/minimap";
import type { Plate } from "./ui/plates";

/** Creatures from this definition on attack on sight; their names are red. Elites have a title. */
const FIERCE: ReadonlySet<number> = new Set([104, 105, 107, 108]);
const PLATE_METRES = 42;
const CLICK_METRES = 140;
/** Seconds between two drawings of the minimap. */
const MINIMAP_SECONDS = 0.1;

interface Name {
  readonly name: string;
  readonly role: string;
}

export class Game {
  readonly camera: ThirdPerson;
  /** The own figure as it was shown last. */
  own: Figure | undefined;
  others: Figure[] = [];
  private world: World;
  private readonly textures: Textures;
  private readonly crowd: Crowd;
  private readonly gaits = new Gaits();
  private readonly marker: Marker;
  private readonly names = new Map<number, Name>();
  private readonly outfits = new Map<string, Outfit>();
  private route: Route | undefined;
  private turn = 0;
  private look = 0;
  private ownName = "";
  private mapAge = 0;
  private playing = false;

  constructor(
    private readonly stage: Stage,
    private readonly canvas: HTMLCanvasElement,
    readonly land: Land,
    private readonly client: GameClient,
    public gradeName: Quality,
  ) {
    stage.apply(GRADES[gradeName]);
    this.textures = new Textures(stage);
    this.world = new World(stage, land, this.textures, GRADES[gradeName]);
    this.crowd = new Crowd(stage.scene, this.textures.figures);
    this.crowd.reach = GRADES[gradeName].figures;
    this.crowd.onMesh = () => { this.castShadows(); };
    this.marker = new Marker(stage);
    this.camera = new ThirdPerson(stage.camera, land, new Obstacles(land));
    this.castShadows();
  }

  /** Builds the world anew at another quality. */
  set quality(quality: Quality) {
    this.gradeName = quality;
    this.stage.apply(GRADES[quality]);
    this.crowd.reach = GRADES[quality].figures;
    this.world.dispose();
    this.world = new World(this.stage, this.land, this.textures, GRADES[quality]);
    this.castShadows();
  }

  private castShadows(): void {
    this.stage.cast([...this.world.casters, ...this.crowd.casters]);
  }

  /** A session begins or goes on: everybody is met anew. */
  begin(name: string, look: number): void {
    this.ownName = name;
    this.look = look;
    this.names.clear();
    this.route = undefined;
    this.playing = true;
  }

  /** Back to the title. */
  end(): void {
    this.playing = false;
    this.own = undefined;
    this.others = [];
    this.route = undefined;
  }

  /** Walks to a place of the map. */
  walkTo(place: Place): void {
    if (!this.own) return;
    this.route = new Route(place, (from, to) => this.client.findPath(from, to), [this.own.x, this.own.z]);
  }

  /** Walks to what lies under a pixel; says whether there was ground. */
  click(x: number, y: number): boolean {
    const [origin, direction] = rayUnder(this.stage, this.canvas, x, y);
    const place = groundHit((px, pz) => heightAt(this.land, px, pz), origin, direction, CLICK_METRES);
    if (!place || !this.own) return false;
    this.walkTo(place);
    return true;
  }

  /** Tells the module what the hands do. */
  steer(controls: Controls, seconds: number): void {
    const keys = headingOf(controls.held, this.camera.yaw);
    if (keys) this.route = undefined;
    const onRoute = this.own && this.route?.steer([this.own.x, this.own.z], seconds);
    if (!onRoute) this.route = undefined;
    const heading = keys ?? onRoute;
    if (heading) this.turn = turnOf(heading);
    this.client.control(heading ?? [0, 0], this.turn);
  }

  /** One picture of the title page. */
  showTitle(): void {
    orbit(this.stage.camera, this.land, clock.seconds);
    const [x, z] = [this.land.width / 2, this.land.depth * 0.3];
    this.stage.follow(x, heightAt(this.land, x, z), z);
    this.world.refresh(this.stage.camera.position.x, this.stage.camera.position.z);
    this.crowd.show([]);
    this.marker.show(this.land, undefined);
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
    this.others = this.client.figures(now);
    this.camera.follow([own.x, own.y, own.z], seconds);
    this.stage.follow(own.x, own.y, own.z);
    this.stage.camera.getViewMatrix(true);
    this.stage.scene.updateTransformMatrix(true);
    this.world.refresh(own.x, own.z);
    this.marker.show(this.land, this.route?.goal);
    this.crowd.show(this.appearances(own, seconds));
    hud.plates.show(this.plates(own));
    hud.portrait.show(own.health);
    this.mapAge += seconds;
    if (this.mapAge > MINIMAP_SECONDS) {
      this.mapAge = 0;
      hud.minimap.draw([own.x, own.z], this.turn, this.dots(), this.route?.goal);
    }
  }

  private appearances(own: Figure, seconds: number): Appearance[] {
    this.gaits.begin();
    const around = { land: this.land, own };
    const list = this.others.map((figure) => this.gaits.appearance(figure, this.outfit(figure.kind, figure.detail), around, seconds));
    list.push(this.gaits.appearance(own, this.outfit(Kind.Character, this.look), around, seconds));
    return list;
  }

  private outfit(kind: Kind, detail: number): Outfit {
    const key = `${kind} ${detail}`;
    const known = this.outfits.get(key) ?? outfitOf(kind, detail);
    this.outfits.set(key, known);
    return known;
  }

  /** What a figure is called. Slots are given anew, so names are kept by actor. */
  nameOf(figure: Figure): Name {
    const known = this.names.get(figure.actor);
    if (known) return known;
    let name: Name;
    if (figure.kind === Kind.Character) name = { name: this.client.nameOf(figure.slot), role: "" };
    else {
      const definition = this.client.definition(figure.kind, figure.detail);
      const fallback = figure.kind === Kind.Npc ? "Villager" : "Creature";
      name = { name: definition.name === "" ? `${fallback} ${figure.detail}` : definition.name, role: figure.kind === Kind.Npc ? definition.role : `Level ${figure.level}` };
    }
    if (name.name !== "") this.names.set(figure.actor, name);
    return name;
  }

  private tone(figure: Figure): Dot["tone"] {
    if (figure.kind === Kind.Character) return "player";
    if (figure.kind === Kind.Npc) return "npc";
    return FIERCE.has(figure.detail) ? "fierce" : "creature";
  }

  private plates(own: Figure): Plate[] {
    const plates: Plate[] = [];
    const add = (figure: Figure, outfit: Outfit, name: Name, tone: Plate["tone"]): void => {
      const place = onScreen(this.stage, this.canvas, [figure.x, figure.y + outfit.crown * outfit.size + 0.12, figure.z]);
      if (place && place.distance < PLATE_METRES) plates.push({ ...place, ...name, tone, health: figure.health });
    };
    for (const figure of this.others) add(figure, this.outfit(figure.kind, figure.detail), this.nameOf(figure), this.tone(figure));
    add(own, this.outfit(Kind.Character, this.look), { name: this.ownName, role: "" }, "own");
    return plates;
  }

  private dots(): Dot[] {
    return this.others.map((figure) => ({ x: figure.x, z: figure.z, tone: this.tone(figure) }));
  }
}
