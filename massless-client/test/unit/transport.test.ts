import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ClientOutput, GameClient } from "massless/core/client";
import { Connection, type ConnectionState } from "massless/net/connection";
import { Dialer, type Way } from "massless/net/dialer";
import { PlaceStore } from "massless/net/place";
import { FrameSplitter, openWebTransport, quicPlanFrom, withLength } from "massless/net/webtransport";
import { connectionText } from "../../src/ui/settings-panel";

const HASH = "0a".repeat(32);
const WAY: Way = { socket: "ws://here", quic: { address: "https://here:2567/", certificates: [HASH] } };

/** What the network does with UDP. */
type Udp = "works" | "vanishes" | "refuses";

/** A WebTransport on paper: the page's end of a session, whose other end a test reads and writes. */
class Session {
  static udp: Udp = "works";
  static all: Session[] = [];
  readonly ready: Promise<void>;
  readonly closed = new Promise<void>(() => undefined);
  readonly fromServer = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 1_000 });
  readonly out: Uint8Array[] = [];
  readonly lossy: Uint8Array[] = [];
  isClosed = false;
  readonly datagrams = {
    maxDatagramSize: 1_000,
    readable: new ReadableStream<Uint8Array>(),
    writable: new WritableStream<Uint8Array>({ write: (datagram) => { this.lossy.push(datagram); } }),
  };

  constructor(readonly address: string, readonly options: WebTransportOptions) {
    Session.all.push(this);
    if (Session.udp === "works") this.ready = Promise.resolve();
    else if (Session.udp === "refuses") this.ready = Promise.reject(new Error("another certificate"));
    else this.ready = new Promise(() => undefined);
  }

  createBidirectionalStream(): Promise<unknown> {
    const writable = new WritableStream<Uint8Array>({ write: (bytes) => { this.out.push(bytes); } });
    return Promise.resolve({ readable: this.fromServer.readable, writable });
  }

  close(): void { this.isClosed = true; }
}

/** A WebSocket that stands at once, or never. */
class Socket {
  static readonly OPEN = 1;
  static works = true;
  static all: Socket[] = [];
  readyState = 0;
  isClosed = false;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: MessageEvent<unknown>) => void) | null = null;

  constructor(readonly address: string) {
    Socket.all.push(this);
    void Promise.resolve().then(() => {
      this.readyState = Socket.works ? 1 : 3;
      if (Socket.works) this.onopen?.();
      else this.onclose?.();
    });
  }

  send(): void { /* What is sent is the module's matter. */ }
  close(): void { this.isClosed = true; }
}

beforeEach(() => {
  vi.useFakeTimers();
  Session.udp = "works";
  Session.all = [];
  Socket.works = true;
  Socket.all = [];
  vi.stubGlobal("WebTransport", Session);
  vi.stubGlobal("WebSocket", Socket);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("frames on a stream", () => {
  it("come out whole however the stream is cut", () => {
    const frames = [[1, 2, 3], [], Array.from({ length: 300 }, (_, index) => index & 255)].map((frame) => Uint8Array.from(frame));
    const bytes = frames.flatMap((frame) => [...withLength(frame)]);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const splitter = new FrameSplitter();
      const out: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) out.push(...splitter.take(Uint8Array.from(bytes.slice(at, at + size))));
      expect(out.map((frame) => [...frame])).toEqual(frames.map((frame) => [...frame]));
    }
  });

  it("leave with their length, and as datagrams where they may get lost and fit", async () => {
    const line = await openWebTransport(WAY.quic!);
    const [session] = Session.all;
    line.send(Uint8Array.of(1, 9, 9), false);
    line.send(Uint8Array.of(2, 7), true);
    line.send(new Uint8Array(1_001), true);
    await vi.advanceTimersByTimeAsync(0);
    expect(session?.out.map((bytes) => bytes.length)).toEqual([5, 1_003]);
    expect(session?.out[0]).toEqual(Uint8Array.of(3, 0, 1, 9, 9));
    expect(session?.lossy).toEqual([Uint8Array.of(2, 7)]);
  });

  it("are told to who listens, and the end once", async () => {
    const line = await openWebTransport(WAY.quic!);
    const told: string[] = [];
    line.listen({ frame: (frame) => { told.push([...frame].join()); }, lost: () => { told.push("lost"); } });
    const server = Session.all[0]!.fromServer.writable.getWriter();
    await server.write(Uint8Array.of(2, 0, 5, 6, 1, 0));
    await server.write(Uint8Array.of(7));
    await server.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(["5,6", "7", "lost"]);
  });
});

describe("the server's plan", () => {
  it("is read with the hashes of certificates, and refused where it is odd", () => {
    expect(quicPlanFrom({ address: "here:1", webtransport: "https://here:1/", certificates: [HASH] })).toEqual({ address: "https://here:1/", certificates: [HASH] });
    expect(quicPlanFrom({ webtransport: "https://here:1/", certificates: [] })?.certificates).toEqual([]);
    for (const odd of [null, undefined, {}, { webtransport: 1, certificates: [] }, { webtransport: "https://here/" }, { webtransport: "https://here/", certificates: ["00"] }]) {
      expect(quicPlanFrom(odd)).toBeUndefined();
    }
  });
});

describe("dialling", () => {
  it("takes WebTransport with the server's hashes where it works", async () => {
    const line = await new Dialer().open(WAY);
    expect(line.transport).toBe("webtransport");
    expect(Socket.all).toEqual([]);
    expect(Session.all[0]?.address).toBe("https://here:2567/");
    expect(Session.all[0]?.options.serverCertificateHashes).toEqual([{ algorithm: "sha-256", value: new Uint8Array(32).fill(10) }]);
    await new Dialer().open({ socket: "ws://here", quic: { address: "https://here:2567/", certificates: [] } });
    expect(Session.all[1]?.options).toEqual({});
  });

  it("takes a WebSocket within a second where UDP vanishes, and rests UDP for a while", async () => {
    Session.udp = "vanishes";
    const dialer = new Dialer();
    const begun = performance.now();
    const opened = dialer.open(WAY);
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await opened).transport).toBe("websocket");
    expect(performance.now() - begun).toBeLessThanOrEqual(1_000);
    await dialer.open(WAY);
    expect(Session.all.length).toBe(1);
    await vi.advanceTimersByTimeAsync(600_000);
    Session.udp = "works";
    expect((await dialer.open(WAY)).transport).toBe("webtransport");
  });

  it("takes a WebSocket at once where the certificate is refused", async () => {
    Session.udp = "refuses";
    expect((await new Dialer().open(WAY)).transport).toBe("websocket");
  });

  it("asks for no WebTransport where the server or the browser has none", async () => {
    expect((await new Dialer().open({ socket: "ws://here" })).transport).toBe("websocket");
    vi.stubGlobal("WebTransport", undefined);
    expect((await new Dialer().open(WAY)).transport).toBe("websocket");
    expect(Session.all).toEqual([]);
  });

  it("fails when nothing answers, and blames nobody", async () => {
    Session.udp = "refuses";
    Socket.works = false;
    const dialer = new Dialer();
    await expect(dialer.open(WAY)).rejects.toThrow();
    Session.udp = "works";
    expect((await dialer.open(WAY)).transport).toBe("webtransport");
  });
});

describe("a session", () => {
  const said: ClientOutput[] = [];
  const asked: string[] = [];
  const states: ConnectionState["type"][] = [];

  async function joins(): Promise<Connection> {
    said.length = asked.length = states.length = 0;
    const client = {
      lossy: (lossy: boolean) => { asked.push(lossy ? "lossy" : "ordered"); },
      start: () => { asked.push("start"); },
      resume: (token: string) => { asked.push(`resume ${token}`); },
      receive: () => undefined,
      advance: () => undefined,
      poll: () => said.shift(),
    } as unknown as GameClient;
    const memory = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
    const events = { state: (state: ConnectionState) => { states.push(state.type); }, heard: () => undefined };
    const connection = new Connection(client, events, new PlaceStore(memory), () => Promise.resolve(WAY));
    connection.join({ name: "Mira", look: 7, class: 3, faction: 2 });
    await vi.advanceTimersByTimeAsync(0);
    return connection;
  }

  async function plays(): Promise<Connection> {
    const connection = await joins();
    said.push({ type: "welcome", name: "Mira", zone: 1, content: "00", resume: "t1", actor: 4 });
    connection.pump();
    return connection;
  }

  /** Lets time pass as the page does, with a frame each 50 ms as long as `speaks`. */
  async function passes(connection: Connection, millis: number, speaks: boolean): Promise<void> {
    const server = Session.all[0]!.fromServer.writable.getWriter();
    for (let at = 0; at < millis; at += 10) {
      if (speaks && at % 50 === 0) await server.write(Uint8Array.of(1, 0, 3));
      await vi.advanceTimersByTimeAsync(10);
      connection.advance(performance.now());
    }
    server.releaseLock();
  }

  it("stays on WebTransport as long as that speaks", async () => {
    const connection = await plays();
    await passes(connection, 5_000, true);
    expect([connection.transport, connection.state.type]).toEqual(["webtransport", "playing"]);
    expect([asked, Socket.all]).toEqual([["lossy", "start"], []]);
  });

  it("goes on by WebSocket within a second when UDP dies", async () => {
    const connection = await plays();
    await passes(connection, 500, true);
    await passes(connection, 1_000, false);
    expect(connection.transport).toBe("websocket");
    expect(asked).toEqual(["lossy", "start", "ordered", "resume t1"]);
    expect(states).toEqual(["connecting", "playing", "connecting"]);
    said.push({ type: "welcome", name: "Mira", zone: 1, content: "00", resume: "t2", actor: 4 });
    connection.pump();
    expect(connection.state.type).toBe("playing");
  });

  it("waits for both when the server is silent altogether, then dials anew", async () => {
    const connection = await plays();
    Socket.works = false;
    await passes(connection, 5_900, false);
    expect([connection.transport, connection.state.type]).toEqual(["webtransport", "playing"]);
    expect(Socket.all.length).toBeGreaterThan(1);
    await passes(connection, 300, false);
    expect(connection.state.type).toBe("waiting");
  });

  it("is tried by WebSocket next when UDP dies before the welcome", async () => {
    const connection = await joins();
    await passes(connection, 11_000, false);
    expect([connection.transport, connection.state.type]).toEqual(["webtransport", "connecting"]);
    await passes(connection, 1_100, false);
    expect(connection.state.type).toBe("ended");
    connection.join({ name: "Mira", look: 7, class: 3, faction: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.transport).toBe("websocket");
  });

  it("takes a pause of the page for no silence", async () => {
    const connection = await plays();
    await passes(connection, 500, true);
    await vi.advanceTimersByTimeAsync(600);
    connection.advance(performance.now());
    await passes(connection, 500, true);
    expect([connection.transport, Socket.all]).toEqual(["webtransport", []]);
  });
});

describe("what carries the game", () => {
  it("is told in words", () => {
    expect(connectionText("webtransport", 12.4)).toBe("WebTransport (UDP), 12 ms round trip");
    expect(connectionText("websocket", undefined)).toBe("WebSocket (TCP)");
    expect(connectionText(undefined, 3)).toBe("not connected");
  });
});
