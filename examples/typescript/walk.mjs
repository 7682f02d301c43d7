// A guest walks about and says what it sees, by WebSocket, in Node.
//
//   massless serve &
//   cd massless-client && npm run build --workspace massless
//   node --experimental-websocket --conditions=built ../examples/typescript/walk.mjs http://127.0.0.1:3000 10
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [server = "http://127.0.0.1:3000", seconds = "10"] = process.argv.slice(2);

// The package as it lies in the repository; elsewhere it is `import { Module, Player } from "massless"`.
const require = createRequire(new URL("../../massless-client/package.json", import.meta.url));
const folder = new URL("dist/", pathToFileURL(require.resolve("massless/package.json")));
const { Kind, Module, Player } = await import(new URL("massless.js", folder).href);

const kinds = new Map([[Kind.Character, "people"], [Kind.Creature, "creatures"], [Kind.Npc, "villagers"]]);
/** "3 creatures, 2 villagers". */
function inSight(others) {
  const count = new Map();
  for (const { kind } of others) count.set(kind, (count.get(kind) ?? 0) + 1);
  const words = [...count].filter(([kind]) => kinds.has(kind)).map(([kind, many]) => `${many} ${kinds.get(kind)}`);
  return words.join(", ") || "nobody";
}

/** A name by the rules: letters alone. */
function name() {
  const letters = Array.from({ length: 8 }, () => "abcdefghiklmnoprstuvwyz"[Math.floor(Math.random() * 23)]);
  return `Wa${letters.join("")}`;
}

const player = await Player.enter({
  server,
  module: await Module.start(await readFile(new URL("massless.wasm", folder))),
  choice: { name: name(), look: 3, class: 1, faction: 1 },
  onTold: (told) => {
    if (told.type === "welcome") console.log(`I am ${told.name}, in zone ${told.zone}`);
    if (told.type === "chat") console.log(`${told.name || "the server"}: ${told.text}`);
  },
});

const start = player.own;
let walked = 0;
for (let second = 0; second < Number(seconds); second += 1) {
  // Once round in a square: north, east, south, west.
  const [east, north] = [[0, 1], [1, 0], [0, -1], [-1, 0]][second % 4];
  player.walk(east, north);
  const before = player.own;
  await new Promise((done) => { setTimeout(done, 1_000); });
  const { x, z, health } = player.own;
  walked += Math.hypot(x - before.x, z - before.z);
  console.log(`at (${x.toFixed(1)}, ${z.toFixed(1)}), health ${Math.round(health * 100)} %, in sight: ${inSight(player.others)}`);
}
player.walk(0, 0);

const { rttMillis, compared, equal } = player.client.stats();
console.log(`walked ${walked.toFixed(1)} m from (${start.x.toFixed(1)}, ${start.z.toFixed(1)}) by ${player.connection.transport}, `
  + `round trip ${rttMillis.toFixed(1)} ms, ${equal} of ${compared} own states predicted exactly`);
player.leave();
