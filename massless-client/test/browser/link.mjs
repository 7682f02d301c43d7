// A link before the game's UDP port that can fall silent: `cargo xtask link` as a child of the test.
import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { clearTimeout, setTimeout } from "node:timers";

const BINARY = process.env.BROWSER_TEST_LINK ?? fileURLToPath(new URL("../../../target/debug/xtask", import.meta.url));
/** How long it may take until it stands. */
const READY_MILLIS = 30_000;

export class Link {
  #child;

  /** Leads to a port of this machine, after a `cut` from where it was; `protocols` as `cargo xtask link` names them. */
  async open(port, protocols) {
    const where = ["--listen", this.address ?? "127.0.0.1:0", "--to", `127.0.0.1:${port}`, "--protocols", protocols];
    this.#child = spawn(BINARY, ["link", ...where], { stdio: ["ignore", "ignore", "pipe"] });
    this.address = await new Promise((done, fail) => {
      const late = setTimeout(() => { fail(new Error("the link does not stand")); }, READY_MILLIS);
      this.#child.once("error", fail);
      this.#child.once("exit", (code) => { fail(new Error(`the link ended with ${code}`)); });
      createInterface({ input: this.#child.stderr }).on("line", (line) => {
        const found = /^(\S+) leads to /.exec(line);
        if (!found) return;
        clearTimeout(late);
        done(found[1]);
      });
    });
  }

  /** Nothing passes any more, and nobody is told: the port stays open, and whoever read it is stopped. */
  silence() {
    this.#child.kill("SIGSTOP");
  }

  /** Nobody is there any more, and whoever sends something is told by the system: as when a cable is pulled. */
  async cut() {
    const ended = new Promise((done) => { this.#child.once("close", done); });
    this.close();
    await ended;
  }

  close() {
    this.#child?.removeAllListeners("exit");
    this.#child?.kill("SIGKILL");
  }
}
