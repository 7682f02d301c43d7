// Carries frames between the module and the server, and connects anew when the line breaks. When WebTransport
// falls silent a WebSocket is opened beside it, and the session goes on there.

import type { ClientOutput, GameClient, Welcome } from "../core/client";
import type { CharacterChoice } from "../core/world";
import { ApiError } from "./api";
import { Dialer, type Way } from "./dialer";
import { type Line, openWebSocket, type Transport } from "./line";
import type { PlaceStore } from "./place";

/** Where a connection stands; shown to the player. */
export type ConnectionState =
  | { readonly type: "idle" }
  | { readonly type: "connecting" }
  | { readonly type: "playing" }
  | { readonly type: "waiting"; readonly attempt: number; readonly seconds: number }
  /** The server is of another version now: only a new page can go on. */
  | { readonly type: "outdated" }
  | { readonly type: "ended"; readonly sentence: string };

export interface ConnectionEvents {
  state(state: ConnectionState): void;
  /** Welcome, the same world by another line, another zone, chat, notices, invitations and the party. */
  heard(output: Exclude<ClientOutput, { type: "frame" | "closed" }>): void;
}

/** Seconds before the first try, doubling to the longest; a random share keeps crowds apart. */
const RETRY_SECONDS = 0.5;
const RETRY_SECONDS_MAX = 8;
/** Tries before giving up. */
const ATTEMPTS_MAX = 30;
/** Milliseconds without a frame after which the line counts as broken. */
const SILENCE_MILLIS = 6_000;
/** Milliseconds without a frame after the hello: the host lets in or refuses within ten seconds. */
const WELCOME_MILLIS = 12_000;
/** Milliseconds between two calls after which the page was not running. */
const ASLEEP_MILLIS = 700;
/**
 * Milliseconds without a frame by UDP, the server speaking every 50, after which a WebSocket is opened beside it.
 * That takes a round trip or two; if the line speaks before it is over, nothing has happened.
 */
const UDP_SILENCE_MILLIS = 400;
/** Milliseconds between two calls after which frames may wait to be read, so that silence means nothing. */
const BUSY_MILLIS = 300;
/** Milliseconds between two such tries. */
const BESIDE_PAUSE_MILLIS = 2_000;
/** The server does not speak this page's version. */
const OUTDATED = 4_002;
/** The server's words for "your place could not be kept" and "this name is in use". */
const RESUME_REFUSED = 4_008;
const NAME_TAKEN = 4_004;
/** A ticket that was used or is too old, and a character that cannot be loaded for the moment. */
const TICKET_REFUSED = 4_017;
const UNAVAILABLE = 4_018;
/** Closings after which who was in before tries again from the start. */
const AGAIN: ReadonlySet<number> = new Set([RESUME_REFUSED, NAME_TAKEN, TICKET_REFUSED, UNAVAILABLE]);

/** Seconds to wait before a try, with `chance` in 0..1. */
export function retryDelay(attempt: number, chance: number): number {
  const whole = Math.min(RETRY_SECONDS * 2 ** Math.max(attempt - 1, 0), RETRY_SECONDS_MAX);
  return whole * (0.5 + 0.5 * chance);
}

export class Connection {
  private readonly dialer = new Dialer();
  private line: Line | undefined;
  /** The way that was dialled last. */
  private dialled: Way | undefined;
  /** Raised when a line is dropped: what was begun before is of no interest any more. */
  private turn = 0;
  private current: ConnectionState = { type: "idle" };
  private guest: CharacterChoice = { name: "", look: 0, class: 1, faction: 1 };
  /** The server has let this player in before. */
  private joined = false;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private heardAt = 0;
  private advancedAt = 0;
  /** Since when the page runs without a pause. */
  private awakeSince = 0;
  /** When a WebSocket may be opened beside WebTransport again. */
  private besideAt = 0;

  constructor(
    private readonly client: GameClient,
    private readonly events: ConnectionEvents,
    private readonly places: PlaceStore,
    /** Asked before each try; `anew` when there is no place to take up. */
    private readonly way: (who: CharacterChoice, anew: boolean) => Promise<Way>,
  ) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** What carries the frames; nothing while no line stands. */
  get transport(): Transport | undefined {
    return this.line?.transport;
  }

  /** Who plays, or played last. */
  get player(): CharacterChoice {
    return this.guest;
  }

  /** Joins as a guest. */
  join(guest: CharacterChoice): void {
    this.places.forget();
    this.begin(guest);
  }

  /** Goes on where this tab was before it was loaded anew; false when it was nowhere. */
  takeUp(): boolean {
    const place = this.places.current;
    if (place) {
      const { name, look, class: characterClass, faction, character } = place;
      this.begin({ name, look, class: characterClass, faction, ...(character === undefined ? {} : { character }) });
    }
    return place !== undefined;
  }

  private begin(guest: CharacterChoice): void {
    this.guest = guest;
    this.joined = false;
    this.attempt = 0;
    void this.dial();
  }

  /** Leaves for good. */
  leave(): void {
    clearTimeout(this.timer);
    this.places.forget();
    if (this.current.type === "playing") {
      this.client.leave();
      this.pump();
    }
    this.drop();
    this.enter({ type: "idle" });
  }

  /** Lets time pass: inputs are sent, and a dead line is noticed. */
  advance(now: number): void {
    const paused = now - this.advancedAt;
    if (paused > BUSY_MILLIS) this.awakeSince = now;
    this.advancedAt = now;
    if (this.current.type === "connecting" && paused <= ASLEEP_MILLIS) this.waitForWelcome(now);
    if (this.current.type !== "playing") return;
    this.client.advance(now);
    this.pump();
    // After a sleep what came meanwhile has yet to be read.
    if (paused <= ASLEEP_MILLIS && now - this.heardAt > SILENCE_MILLIS) this.lost();
    else if (this.transport === "webtransport" && now >= this.besideAt && this.isSilent(now)) void this.goOnBeside(now);
  }

  /** A line that stands and never answers is as good as none; the next try is by TCP. */
  private waitForWelcome(now: number): void {
    if (!this.line || now - this.heardAt <= WELCOME_MILLIS) return;
    if (this.line.transport === "webtransport") this.dialer.udpFailed();
    this.lost();
  }

  private isSilent(now: number): boolean {
    return now - Math.max(this.heardAt, this.awakeSince) > UDP_SILENCE_MILLIS;
  }

  /** UDP is silent: goes on by WebSocket if that stands before UDP speaks again. */
  private async goOnBeside(now: number): Promise<void> {
    this.besideAt = now + BESIDE_PAUSE_MILLIS;
    const { turn, dialled } = this;
    if (!dialled) return;
    let line: Line;
    try {
      line = await openWebSocket(dialled.socket);
    } catch {
      // Nobody answers by TCP either: the old line may yet recover, or is given up in time.
      return;
    }
    if (turn !== this.turn || this.current.type !== "playing" || !this.isSilent(performance.now())) {
      line.close();
      return;
    }
    this.dialer.udpFailed();
    this.drop();
    this.enter({ type: "connecting" });
    this.take(line);
  }

  /** Writes what the module has to say. */
  pump(): void {
    for (let output = this.client.poll(); output; output = this.client.poll()) {
      if (output.type === "frame") {
        this.line?.send(output.bytes, output.lossy);
      } else if (output.type === "closed") {
        this.closed(output);
      } else {
        if (output.type === "welcome" || output.type === "resumed") this.welcomed(output);
        else if (output.type === "moved") this.keep(output);
        this.events.heard(output);
      }
    }
  }

  private async dial(): Promise<void> {
    this.drop();
    this.enter({ type: "connecting" });
    const { turn } = this;
    let line: Line;
    try {
      const way = await this.way(this.guest, this.places.current === undefined);
      if (turn !== this.turn) return;
      this.dialled = way;
      line = await this.dialer.open(way);
    } catch (error) {
      if (turn === this.turn) this.barred(error);
      return;
    }
    if (turn === this.turn) this.take(line);
    else line.close();
  }

  /** From now on this is the line: the session begins or goes on there. */
  private take(line: Line): void {
    this.line = line;
    this.heardAt = performance.now();
    line.listen({
      frame: (frame) => { if (this.line === line) this.received(frame); },
      lost: () => { if (this.line === line) this.lost(); },
    });
    if (this.line !== line) return;
    this.client.lossy(line.transport === "webtransport");
    this.greet();
    this.pump();
  }

  private greet(): void {
    const place = this.places.current;
    if (place) {
      try {
        this.client.resume(place.token);
        return;
      } catch (error) {
        console.warn("the kept place cannot be read", error);
        this.places.forget();
      }
    }
    this.client.start(this.guest, this.dialled?.ticket);
  }

  /** No way in: what the server refuses for good is said, for the rest there is another try. */
  private barred(error: unknown): void {
    const said = error instanceof ApiError ? error : undefined;
    const final = said !== undefined && said.status >= 400 && said.status < 500 && said.status !== 429;
    if (!said || (this.joined && !final)) {
      this.lost();
      return;
    }
    this.drop();
    this.enter({ type: "ended", sentence: said.message });
  }

  private received(frame: Uint8Array): void {
    this.heardAt = performance.now();
    try {
      this.client.receive(this.heardAt, frame);
    } catch (error) {
      console.warn("a frame could not be read", error);
      this.lost();
      return;
    }
    this.pump();
  }

  /** From now on this is the place to take up again. */
  private keep(welcome: Welcome): void {
    this.guest = { ...this.guest, name: welcome.name };
    this.places.keep({ ...this.guest, token: welcome.resume });
  }

  private welcomed(welcome: Welcome): void {
    this.keep(welcome);
    this.joined = true;
    this.attempt = 0;
    this.enter({ type: "playing" });
  }

  private closed(output: Extract<ClientOutput, { type: "closed" }>): void {
    if (output.code === OUTDATED && this.joined) {
      // The server was updated, or went back: the page that it serves takes this place up.
      this.drop();
      this.enter({ type: "outdated" });
      return;
    }
    // A place that was not kept is taken anew; the old body may still hold the name for a while.
    const again = this.joined && AGAIN.has(output.code);
    if (output.code === RESUME_REFUSED || !output.mayResume) this.places.forget();
    if (output.mayResume || again) {
      this.lost();
      return;
    }
    this.drop();
    if (output.code === RESUME_REFUSED) {
      // Too late for the place of before the reload: the title page asks for a name.
      this.enter({ type: "idle" });
      return;
    }
    this.enter({ type: "ended", sentence: output.sentence });
  }

  private lost(): void {
    this.drop();
    if (this.current.type === "idle" || this.current.type === "ended" || this.current.type === "outdated" || this.current.type === "waiting") return;
    this.attempt += 1;
    if (!this.joined) {
      this.enter({ type: "ended", sentence: "The server cannot be reached. Please try again." });
      this.attempt = 0;
      return;
    }
    if (this.attempt > ATTEMPTS_MAX) {
      this.enter({ type: "ended", sentence: "The server does not answer any more." });
      return;
    }
    const seconds = retryDelay(this.attempt, Math.random());
    this.enter({ type: "waiting", attempt: this.attempt, seconds });
    this.timer = setTimeout(() => void this.dial(), seconds * 1_000);
  }

  private drop(): void {
    this.turn += 1;
    this.line?.close();
    this.line = undefined;
  }

  private enter(state: ConnectionState): void {
    this.current = state;
    this.events.state(state);
  }
}
