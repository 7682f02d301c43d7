// The page as a whole: from the loaded module to the title, into the game, and back.

import { GameClient, type Stats, type Welcome } from "massless/core/client";
import type { Land } from "massless/core/land";
import { landOfZone, loadLand } from "massless/core/load-land";
import type { Module } from "massless/core/module";
import type { CharacterChoice } from "massless/core/world";
import { Game } from "./game";
import { type Action, slotOf } from "./input/bindings";
import { Controls } from "./input/controls";
import { ApiError, sentenceOf } from "massless/net/api";
import { Connection, type ConnectionEvents, type ConnectionState } from "massless/net/connection";
import type { Way } from "massless/net/dialer";
import { Entrance } from "./net/entrance";
import type { PlaceStore } from "massless/net/place";
import { fetchMap, fetchPlan, type SessionPlan } from "massless/net/session";
import { Stage } from "./scene/stage";
import { type SettingsStore } from "./state/settings";
import { Rates } from "./ui/diagnostics";
import { PAST_CHANNELS, spoken } from "./ui/chat-text";
import { make } from "./ui/dom";
import { type MountedHud, mountHud, panelOf } from "./ui/game-hud";
import { Hud } from "./ui/hud";
import { ConnectionOverlay } from "./ui/overlay";
import { SettingsPanel } from "./ui/settings-panel";
import { TitlePage } from "./ui/title";

/** Seconds between two looks for a server that does not answer. */
const RETRY_SECONDS = 2;

/** Milliseconds between two looks at the clock: well below a tick. */
const ADVANCE_MILLIS = 15;

/** Pictures per second, and for how long, below which the quality sinks by itself. */
const FPS_TOO_LOW = 14;
const SLOW_SECONDS_MAX = 5;

type Heard = Parameters<ConnectionEvents["heard"]>[0];

export class App {
  readonly rates = new Rates();
  readonly client: GameClient;
  readonly connection: Connection;
  game: Game | undefined;
  private readonly stage: Stage;
  private readonly controls: Controls;
  private readonly hud: Hud;
  private readonly entrance: Entrance;
  private readonly title: TitlePage;
  private readonly settings: SettingsPanel;
  private readonly overlay: ConnectionOverlay;
  /** The panels of the fight, once there is a game. */
  panels: MountedHud | undefined;
  private plan: SessionPlan | undefined;
  /** The hash of the server's content. */
  private content = "";
  /** Pictures of the game that showed no world. */
  bare = 0;
  /** Lines by which the game went on with all that was known. */
  resumed = 0;
  /** The zone whose land the page and the module have loaded. */
  private landZone = 0;
  private joined = false;
  private slowSeconds = 0;
  private farNoted = 0;

  constructor(
    private readonly module: Module,
    private readonly store: SettingsStore,
    places: PlaceStore,
    private readonly canvas: HTMLCanvasElement,
    private readonly root: HTMLElement,
  ) {
    this.stage = new Stage(canvas);
    this.client = new GameClient(module);
    this.connection = new Connection(
      this.client,
      { state: (state) => { this.connectionChanged(state); }, heard: (output) => { this.heard(output); } },
      places,
      (who, anew) => this.way(who, anew),
    );
    this.hud = new Hud(
      store,
      {
        say: (text, channel) => this.say(text, channel),
        walkTo: (x, z) => { this.game?.hands.walkTo([x, z]); },
        openSettings: () => { this.settings.open(this.joined); },
      },
      () => { canvas.focus({ preventScroll: true }); },
    );
    this.controls = this.listen();
    this.entrance = new Entrance(window.localStorage, (choice) => { this.join(choice); });
    this.title = new TitlePage(store.current, this.entrance, (error) => ({
      sentence: sentenceOf(error),
      code: error instanceof ApiError ? error.code : "",
      field: error instanceof ApiError ? error.field : undefined,
    }));
    this.entrance.title = this.title;
    this.title.ready = false;
    this.settings = new SettingsPanel(store, () => { this.connection.leave(); });
    this.overlay = new ConnectionOverlay(() => { this.connection.leave(); });
    root.replaceChildren(this.title.element, this.hud.element, this.hud.diagnostics.element, this.settings.element, this.overlay.element, make("div"));
    store.onChange(() => { this.settingsChanged(); });
    window.addEventListener("resize", () => { this.stage.engine.resize(); });
  }

  private listen(): Controls {
    return new Controls(
      this.canvas,
      {
        turn: (dx, dy) => {
          const speed = this.store.current.turnSpeed / 1_000;
          this.game?.camera.turn(dx * speed, dy * speed);
          this.hud.hint.tick("look");
        },
        zoom: (steps) => { this.game?.camera.zoom(1.12 ** steps); },
        click: (x, y) => { if (this.joined && this.game?.click(x, y)) this.hud.hint.tick("walk"); },
        hover: (x, y) => { if (this.joined) this.game?.hover([x, y]); },
        leave: () => { this.game?.hover(undefined); },
        press: (action, shift) => { this.press(action, shift); },
      },
      this.store.current.bindings,
    );
  }

  /** Loads the zone, trying until the server answers, then lets people in. */
  async open(): Promise<void> {
    for (;;) {
      try {
        this.title.say("Looking for the server …");
        const plan = await this.freshPlan();
        this.title.say("Loading the valley …");
        this.content = plan.content;
        const mood = this.client.definitions(plan.zone).zones.get(plan.zone)?.mood;
        const land = loadLand(this.module, await fetchMap(plan), plan.zone, mood);
        this.landZone = plan.zone;
        this.game = new Game(this.stage, this.canvas, land, this.client, this.store.current.quality, {
          pump: () => { this.connection.pump(); },
          desk: () => (this.entrance.accounts ? this.entrance.desk : undefined),
          load: (zone) => this.load(zone),
        });
        this.hud.minimap.land = land;
        this.panels = mountHud(this.root, this.game, this.store, { whisper: (name) => { this.hud.chat.openTo(name); } });
        this.title.definitions = this.game.definitions;
        break;
      } catch (error) {
        console.warn("the zone could not be loaded", error);
        this.title.say("The server does not answer. Trying again …", true);
        await new Promise((done) => { setTimeout(done, RETRY_SECONDS * 1_000); });
      }
    }
    this.title.say("");
    await this.entrance.begin();
    this.title.ready = true;
    this.title.show(true);
    this.stage.run(
      (seconds) => { this.frame(seconds); },
      () => { if (this.joined && this.game?.own && !this.game.isWorldDrawn) this.bare += 1; },
    );
    // Inputs keep their rhythm however long a picture takes.
    setInterval(() => { this.connection.advance(performance.now()); }, ADVANCE_MILLIS);
    if (this.connection.takeUp()) {
      this.title.say("Back to where you were …");
      this.title.ready = false;
    }
  }

  /** The ground of another zone: the page's own where it has the server's content, else the server's. */
  private async load(zone: number): Promise<Land> {
    const mood = this.game?.definitions.zones.get(zone)?.mood;
    return landOfZone(this.module, zone, this.content, mood)
      ?? loadLand(this.module, await fetchMap(this.plan ?? (await this.freshPlan()), zone), zone, mood);
  }

  /** The server may have moved or changed its content: the page then starts anew. */
  private async freshPlan(): Promise<SessionPlan> {
    const plan = await fetchPlan();
    if (this.plan && this.plan.map !== plan.map) window.location.reload();
    this.plan = plan;
    return plan;
  }

  /** Where to dial; a newcomer needs a ticket where the server has accounts. */
  private async way(who: CharacterChoice, anew: boolean): Promise<Way> {
    const { socket, quic } = await this.freshPlan();
    if (!this.entrance.accounts) return { socket, quic };
    if (!anew) {
      this.entrance.playing = who.character;
      return { socket, quic };
    }
    const admission = await this.entrance.ticket(who);
    return admission.socket === "" ? { socket, quic, ticket: admission.ticket } : admission;
  }

  private frame(seconds: number): void {
    const { game } = this;
    if (!game) return;
    const begun = performance.now();
    if (this.joined) {
      this.enter();
      const typing = this.hud.chat.isOpen || this.settings.isOpen;
      if (typing) this.controls.release();
      game.steer(this.controls, seconds);
      game.show(performance.now(), seconds, this.hud);
      game.hear(this.panels);
      this.panels?.update(game.state, seconds);
      if ((game.own?.speed ?? 0) > 1) this.hud.hint.tick("walk");
      if (game.state.talkingTo) this.hud.hint.tick("use");
      this.hud.hint.advance(seconds);
    } else {
      game.showTitle();
    }
    const stats = this.joined ? this.client.stats() : undefined;
    if (this.rates.add(seconds, performance.now() - begun, stats)) this.judgePicture();
    if (stats) this.noteFar(stats);
    const { transport } = this.connection;
    this.settings.show(transport, stats?.rttMillis);
    this.hud.diagnostics.show({
      rates: this.rates,
      stats,
      transport,
      own: game.own,
      figures: game.others.length,
      meshes: this.stage.scene.getActiveMeshes().length,
      triangles: this.stage.scene.getActiveIndices() / 3,
    });
  }

  /** The zone whose world is drawn. */
  get drawnZone(): number {
    return this.landZone;
  }

  /** Pixels that are really drawn. */
  get picture(): { readonly width: number; readonly height: number } {
    return this.stage.picture;
  }

  /** An own error of more than 4 m is worth a line: somebody was put elsewhere, or something is wrong. */
  private noteFar(stats: Stats): void {
    if (stats.far > this.farNoted) console.warn(`the own figure was ${stats.farMetres.toFixed(1)} m off at tick ${stats.tick}`);
    this.farNoted = stats.far;
  }

  /** About once a second: a machine that cannot keep up gets a plainer picture, unless the player chose it. */
  private judgePicture(): void {
    this.stage.adapt(this.rates.fps);
    const { quality, qualityChosen } = this.store.current;
    this.slowSeconds = this.rates.fps < FPS_TOO_LOW ? this.slowSeconds + 1 : 0;
    if (this.slowSeconds < SLOW_SECONDS_MAX || qualityChosen || quality === "low") return;
    this.slowSeconds = 0;
    this.store.change({ quality: quality === "high" ? "medium" : "low" });
    this.hud.chat.add("", "The picture was made plainer to keep it moving. Settings change it back.");
  }

  private press(action: Action, shift: boolean): void {
    if (this.joined && !this.settings.isOpen && this.play(action, shift)) return;
    if (action === "diagnostics") this.hud.diagnostics.toggle();
    else if (action === "settings") {
      if (this.settings.isOpen) this.settings.close();
      else this.settings.open(this.joined);
    } else if (action === "chat" && this.joined && !this.settings.isOpen) {
      this.controls.release();
      this.hud.chat.open();
    }
  }

  /** What an action does in the game; false where it is none of the game's. */
  private play(action: Action, shift: boolean): boolean {
    const { game } = this;
    if (!game) return false;
    const slot = slotOf(action);
    const panel = panelOf(action);
    if (slot !== undefined) {
      game.hands.tap(slot);
      this.hud.hint.tick("fight");
    } else if (panel !== undefined) this.panels?.toggle(panel);
    else if (action === "target") game.cycle(shift);
    else if (action === "interact") {
      game.hands.use();
      this.hud.hint.tick("use");
    } else if (action === "settings" && this.panels?.escape()) return true;
    else if (action === "settings" && game.hands.target !== undefined) game.hands.choose(undefined);
    else return false;
    return true;
  }

  private join(choice: CharacterChoice): void {
    if (choice.character === undefined) this.store.change({ name: choice.name, look: choice.look, class: choice.class, faction: choice.faction });
    this.title.say("Entering …");
    this.title.ready = false;
    this.connection.join(choice);
  }

  private say(text: string, channel: number): boolean {
    const { actions } = this.game ?? {};
    const { chat } = this.hud;
    const said = spoken(text, channel);
    if (this.connection.state.type !== "playing" && (said.type === "say" || said.type === "whisper" || said.type === "reply")) {
      chat.add("", "The connection is lost, nobody would hear this now. Press Enter again when it is back.");
      return false;
    }
    if (said.type === "say") actions?.chat(said.channel, said.text);
    else if (said.type === "whisper") actions?.whisper(said.name, said.text);
    else if (said.type === "reply" && chat.whisperer === "") chat.add("", "Nobody has whispered yet. /w name text whispers to somebody.");
    else if (said.type === "reply") actions?.whisper(chat.whisperer, said.text);
    else if (said.type === "invite") actions?.partyInvite(said.name);
    else if (said.type === "friend") this.panels?.befriend(said.name);
    else if (said.type === "block") this.panels?.block(said.name);
    else if (said.type === "leave") actions?.partyLeave();
    else chat.add("", said.sentence);
    this.hud.hint.tick("talk");
    return true;
  }

  private heard(output: Heard): void {
    switch (output.type) {
      case "welcome":
        this.welcomed(output);
        break;
      case "resumed":
        // The world is as it was.
        this.resumed += 1;
        break;
      case "moved":
        this.moved(output);
        break;
      case "invited":
        this.game?.tell({ type: "invited", by: output.name }, this.panels);
        break;
      case "party":
        this.game?.watch.partyChanged();
        break;
      case "notice":
        this.hud.chat.add("", output.sentence);
        break;
      case "chat":
        this.hud.chat.heard({ ...output, own: output.name === this.connection.player.name });
    }
  }

  private welcomed(welcome: Welcome): void {
    const { look } = this.connection.player;
    this.game?.begin(welcome.name, look, welcome.zone);
    const zone = this.game?.definitions.zones.get(welcome.zone)?.name ?? "";
    if (!this.joined) {
      this.game?.camera.reset(0);
      this.hud.chat.begin(welcome.name);
      this.hud.chat.add("", zone === "" ? "You are in." : `Welcome to ${zone}.`);
      void this.recallTalk(welcome.name);
    }
    this.joined = true;
    this.title.show(false);
    this.hud.element.hidden = false;
    this.panels?.show(true);
    this.canvas.focus({ preventScroll: true });
    // Each faction begins elsewhere, and a session may go on in another zone than the page has loaded.
    if (this.landZone === welcome.zone) this.client.landed(welcome.zone);
    else this.moved(welcome);
  }

  /** What was said before `name` came, by those it wants to hear; without it one plays as well. */
  private async recallTalk(name: string): Promise<void> {
    const desk = this.entrance.accounts ? this.entrance.desk : undefined;
    if (!desk) return;
    try {
      const lines = Promise.all(PAST_CHANNELS.map(async ([channel, word]) => [channel, await desk.talk(word)] as const));
      const [said, blocked] = await Promise.all([lines, desk.blocked()]);
      this.hud.chat.recall(name, said, new Set(blocked));
    } catch (error) {
      console.warn("what was said before is not known", error);
    }
  }

  /** Another zone on the same connection: the old world is drawn until the new one stands. */
  private moved(welcome: Welcome): void {
    this.content = welcome.content;
    this.game?.await(welcome.zone);
    this.enter();
  }

  /** Steps into the world that is waited for, if it stands. */
  private enter(): void {
    const { game } = this;
    if (!game) return;
    try {
      const zone = game.tryEnter();
      if (zone === undefined) return;
      this.client.landed(zone);
      this.landZone = zone;
      game.camera.reset(game.camera.yaw);
      const name = game.definitions.zones.get(zone)?.name ?? "";
      this.hud.minimap.land = game.land;
      game.tell({ type: "zone", zone, name }, this.panels);
    } catch (error) {
      console.error(error);
      this.connection.leave();
      this.title.say("The other zone could not be loaded.", true);
    }
  }

  private connectionChanged(state: ConnectionState): void {
    this.overlay.show(state, this.joined);
    if (state.type === "outdated") window.location.reload();
    if (state.type !== "idle" && state.type !== "ended") return;
    const played = this.joined;
    this.joined = false;
    this.game?.end();
    this.panels?.show(false);
    this.controls.release();
    this.hud.element.hidden = true;
    this.title.ready = true;
    this.title.show(true);
    this.title.say(state.type === "ended" ? state.sentence : "", state.type === "ended");
    if (played) void this.entrance.back();
  }

  private settingsChanged(): void {
    const { bindings, quality } = this.store.current;
    this.controls.bindings = bindings;
    if (this.game && this.game.gradeName !== quality) this.game.quality = quality;
  }
}
