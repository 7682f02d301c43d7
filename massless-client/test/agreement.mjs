// Plays the browser's module against a running server with random input and counts how many of the
// server's states of the own figure have the predicted bits. No picture is drawn, so the machine's
// graphics do not disturb the rhythm.
//
//   node --experimental-websocket test/agreement.mjs [page address] [seconds] [seed]
//
// Ends with one line of JSON; exit 0 when at least one state was compared and all were equal.

import { readFile } from "node:fs/promises";
import process from "node:process";

const [page = "http://127.0.0.1:3000/", seconds = "60", seed = "1"] = process.argv.slice(2);
const decoder = new TextDecoder();

const module = new URL("../public/massless.wasm", import.meta.url);
const { instance } = await WebAssembly.instantiate(await readFile(module), {});
const core = instance.exports;

function give(bytes) {
  // First the room, then the view: making room may replace the memory's buffer.
  const at = core.input(bytes.length);
  new Uint8Array(core.memory.buffer, at, bytes.length).set(bytes);
}

function taken() {
  return new Uint8Array(core.memory.buffer, core.output(), core.output_len()).slice();
}

function check(result) {
  if (result < 0) throw new Error(decoder.decode(taken()));
  return result;
}

/** Repeatable numbers in 0..1 (mulberry32). */
let state = Number(seed);
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

/** A name of letters only, another one for each seed and run. */
function name() {
  const letters = Array.from({ length: 7 }, () => String.fromCharCode(97 + Math.floor(random() * 26)));
  return `A${letters.join("")}${String.fromCharCode(97 + (process.pid % 26))}`;
}

function statistics() {
  core.client_stats();
  const [rtt, margin, lead, compared, equal, corrected, missed, late] = new Float64Array(taken().buffer);
  return { rtt, margin, lead, compared, equal, corrected, missed, late };
}

function pump(socket) {
  for (let kind = core.client_poll(); kind !== 0; kind = core.client_poll()) {
    if (kind === 1 || kind === 9) socket.send(taken());
    if (kind === 2) core.client_land();
    if (kind === 5) throw new Error(`the session was closed: ${decoder.decode(taken())}`);
  }
}

/** Walks this way and that, stands now and then, and turns at every tick for a while. */
let heading = [0, 0];
let until = 0;
function control(now) {
  if (now >= until) {
    until = now + 50 + random() ** 2 * 4_000;
    const angle = random() * Math.PI * 2;
    const share = random() < 0.15 ? 0 : random() < 0.3 ? random() : 1;
    heading = [Math.sin(angle) * share, Math.cos(angle) * share];
  }
  core.client_control(heading[0], heading[1], Math.atan2(heading[0], heading[1]), 0, 0);
}

const plan = await (await fetch(new URL("/api/v1/session", page))).json();
give(new Uint8Array(await (await fetch(new URL(plan.map, page))).arrayBuffer()));
check(core.map_load());

const socket = new WebSocket(plan.ws);
socket.binaryType = "arraybuffer";
await new Promise((resolve, reject) => {
  socket.onopen = resolve;
  socket.onerror = () => { reject(new Error(`${plan.ws} cannot be reached`)); };
});
give(new TextEncoder().encode(name()));
core.client_start(0, 1, 1);
pump(socket);
socket.onmessage = (event) => {
  give(new Uint8Array(event.data));
  check(core.client_receive(performance.now()));
  pump(socket);
};
const begun = performance.now();
while (performance.now() - begun < Number(seconds) * 1_000) {
  control(performance.now());
  core.client_advance(performance.now());
  pump(socket);
  await new Promise((resolve) => { setTimeout(resolve, 5); });
}
const result = statistics();
socket.close();
const ok = result.compared > 0 && result.equal === result.compared;
console.log(JSON.stringify({ schema: 1, ok, command: "agreement", seed: Number(seed), seconds: Number(seconds), ...result }));
process.exit(ok ? 0 : 1);
