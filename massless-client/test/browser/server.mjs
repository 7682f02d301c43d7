// The real server as a child of the test, and a relay before its game port that can be cut.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { clearTimeout, setTimeout } from "node:timers";

/** How long a server may take until it is ready, and until it has stopped. */
const READY_MILLIS = 60_000;
const STOP_MILLIS = 10_000;

/** Passes bytes to the game port; `cut` breaks every connection, as when a cable is pulled for a moment. */
export class Relay {
  /** Whoever dials is cut off again at once. */
  isShut = false;
  #sockets = new Set();
  #server = net.createServer((near) => {
    if (this.isShut) {
      near.destroy();
      return;
    }
    const far = net.connect(this.target, "127.0.0.1");
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  });
  target = 0;

  /** Listens on a free port and says which. */
  async listen() {
    await new Promise((done) => { this.#server.listen(0, "127.0.0.1", done); });
    return this.#server.address().port;
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    this.#server.close();
    this.cut();
  }
}

/** Settings of a server whose players dial by TCP alone, so that the relay carries all they say. */
export const WITHOUT_UDP = { MASSLESS_QUIC_ENABLED: "false" };

/** A server in a folder of its own, on free ports that it keeps over a restart. */
export class Server {
  relay = new Relay();
  ports = { http: 0, game: 0, admin: 0 };
  #child;
  #output = "";

  /** `settings` are variables of its environment at every start. */
  constructor(binary, page, settings = {}) {
    this.binary = binary;
    this.page = page;
    this.settings = settings;
  }

  async open() {
    this.data = await mkdtemp(join(tmpdir(), "massless-browser-"));
    this.door = await this.relay.listen();
    await this.start();
  }

  get address() {
    return `http://127.0.0.1:${this.ports.http}/`;
  }

  /** Starts it, or starts it again on the same folder and ports; `settings` are further variables, for this time. */
  async start(settings = {}) {
    const { http, game, admin } = this.ports;
    const ports = http === 0
      ? ["--port", "0"]
      : ["--port", `${http}`, "--game-port", `${game}`, "--admin-port", `${admin}`];
    const folders = ["--client", this.page, "--data", this.data];
    this.#child = spawn(this.binary, ["serve", "--bind", "127.0.0.1", ...ports, ...folders], {
      env: {
        ...process.env,
        MASSLESS_SERVER_PUBLIC_GAME_URL: `ws://127.0.0.1:${this.door}/`,
        MASSLESS_SERVER_SHUTDOWN_NOTICE: "0",
        ...this.settings,
        ...settings,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stderr.on("data", (bytes) => { this.#output += bytes; });
    const ready = await this.#ready();
    this.ports = { http: ready.http, game: ready.game, admin: ready.admin };
    this.relay.target = ready.game;
  }

  #ready() {
    return new Promise((done, fail) => {
      const late = setTimeout(() => { fail(new Error(`the server is not ready\n${this.#output}`)); }, READY_MILLIS);
      this.#child.once("exit", (code) => { fail(new Error(`the server ended with ${code}\n${this.#output}`)); });
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        if (!line.startsWith("{")) return;
        const told = JSON.parse(line);
        if (told.ready !== true) return;
        clearTimeout(late);
        done(told);
      });
    });
  }

  /** Ends the process: in order, or at once as by a power cut. */
  async stop(signal = "SIGTERM") {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => { child.once("exit", done); });
    child.removeAllListeners("exit");
    child.once("exit", () => {});
    const over = new Promise((done) => { child.once("close", done); });
    child.kill(signal);
    const force = setTimeout(() => { child.kill("SIGKILL"); }, STOP_MILLIS);
    await Promise.race([ended, over]);
    clearTimeout(force);
  }

  /** As by `kill -9`: nothing is written any more, nobody is told. */
  kill() {
    return this.stop("SIGKILL");
  }

  async close() {
    await this.stop();
    this.relay.close();
    await rm(this.data, { recursive: true, force: true });
  }

  /** What the server has written so far, for a failure's report. */
  get output() {
    return this.#output;
  }
}
