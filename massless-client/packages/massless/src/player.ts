// A player at a server, for programs that have no page of their own: logs in as a guest, joins, keeps the session
// going, and shows what the module says. The browser client puts the same parts together around its pages.

import { GameClient, type ClientOutput, type Figure } from "./core/client";
import { landOfZone, loadLand } from "./core/load-land";
import type { Land } from "./core/land";
import type { Module } from "./core/module";
import type { CharacterChoice } from "./core/world";
import { Api } from "./net/api";
import { Connection, type ConnectionState } from "./net/connection";
import { Characters } from "./net/desk";
import { PlaceStore } from "./net/place";
import { fetchMap, fetchPlan } from "./net/session";

/** Milliseconds between two looks at the clock: well below a tick. */
const ADVANCE_MILLIS = 15;
/** Milliseconds that a way in may take. */
const ENTER_MILLIS = 15_000;

/** What the server says, but for its frames. */
export type Told = Exclude<ClientOutput, { type: "frame" | "closed" }>;

/** Where to play, and as whom. */
export interface Entry {
  /** The server's page: `https://host` or `http://host:port`. */
  readonly server: string;
  /** The core, started from `massless.wasm`. */
  readonly module: Module;
  /** The character that is made for the guest. */
  readonly choice: Pick<CharacterChoice, "name" | "look" | "class" | "faction">;
  readonly onTold?: (told: Told) => void;
  readonly onState?: (state: ConnectionState) => void;
}

/** Keeps nothing. */
const FORGETFUL = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };

export class Player {
  readonly client: GameClient;
  readonly connection: Connection;
  readonly api: Api;
  /** The ground of the zone that one is in. */
  land: Land | undefined;
  private readonly clock: ReturnType<typeof setInterval>;

  private constructor(private readonly entry: Entry) {
    this.client = new GameClient(entry.module);
    this.api = new Api((path, request) => fetch(entry.server + path, request), (run) => run());
    this.connection = new Connection(
      this.client,
      { state: (state) => entry.onState?.(state), heard: (told) => { this.heard(told); } },
      new PlaceStore(FORGETFUL),
      async ({ character }) => {
        const { socket, quic } = await fetchPlan(entry.server);
        if (character === undefined) return { socket, quic };
        const ticket = await new Characters(this.api).ticket(character);
        return ticket.socket === "" ? { socket, quic, ticket: ticket.ticket } : ticket;
      },
    );
    this.clock = setInterval(() => { this.connection.advance(performance.now()); }, ADVANCE_MILLIS);
  }

  /** Makes a guest's account and character and joins with it; resolves once there is a body in the world. */
  static async enter(entry: Entry): Promise<Player> {
    const player = new Player(entry);
    try {
      await player.api.guest();
      const character = await new Characters(player.api).create(entry.choice);
      player.connection.join({ ...entry.choice, character: character.id });
      await player.until(() => player.own !== undefined, ENTER_MILLIS);
    } catch (error) {
      player.leave();
      throw error;
    }
    return player;
  }

  /** The own figure as it is shown now. */
  get own(): Figure | undefined {
    return this.client.own(performance.now());
  }

  /** The others in sight as they are shown now. */
  get others(): Figure[] {
    return this.client.figures(performance.now());
  }

  /** Walks towards a place on the ground, by a direction no longer than 1; (0, 0) stops. */
  walk(east: number, north: number): void {
    const turn = Math.atan2(east, north);
    this.client.control({ heading: [east, north], turn, buttons: 0, target: undefined, aim: undefined });
  }

  /** Resolves when `holds`; fails when the connection has ended or the time is over. */
  async until(holds: () => boolean, millis: number): Promise<void> {
    const end = performance.now() + millis;
    while (!holds()) {
      const { state } = this.connection;
      if (state.type === "ended") throw new Error(state.sentence);
      if (performance.now() > end) throw new Error(`it did not happen within ${millis} ms`);
      await new Promise((done) => { setTimeout(done, ADVANCE_MILLIS); });
    }
  }

  /** Leaves the world for good. */
  leave(): void {
    clearInterval(this.clock);
    this.connection.leave();
  }

  private heard(told: Told): void {
    if (told.type === "welcome" || told.type === "moved") void this.arrive(told.zone, told.content);
    this.entry.onTold?.(told);
  }

  /** Another zone: nothing is predicted or sent before its ground is there. */
  private async arrive(zone: number, content: string): Promise<void> {
    const { module, server } = this.entry;
    this.land = landOfZone(module, zone, content)
      ?? loadLand(module, await fetchMap(await fetchPlan(server), zone, server), zone);
    this.client.landed(zone);
  }
}
