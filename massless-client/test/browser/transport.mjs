// What carries the game: WebTransport where it works, and a WebSocket where the server has none, where UDP vanishes,
// where the certificate is another one, and where UDP dies in mid-game. And over both: back after the line was cut for
// a second, and from one zone into another on one connection, without a picture that shows no world.
// Environment: as in run.mjs, and BROWSER_TEST_LINK (the program of `cargo xtask`).
import { strict as assert } from "node:assert";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Fighter } from "./fighter.mjs";
import { Link } from "./link.mjs";
import { play } from "./parts.mjs";
import { Player } from "./player.mjs";
import { Server, WITHOUT_UDP } from "./server.mjs";

const BINARY = process.env.BROWSER_TEST_SERVER ?? fileURLToPath(new URL("../../../target/release/massless", import.meta.url));
const PICTURES = process.env.BROWSER_TEST_PICTURES ?? fileURLToPath(new URL("../../../target/browser", import.meta.url));
const PAGE = fileURLToPath(new URL("../../dist", import.meta.url));
/**
 * Milliseconds in which another line has to carry the game: the page wants one, and a busy machine gets four. The
 * silence after which a line is given up for lost is longer.
 */
const CHANGE_MILLIS = 4_000;
/** Metres between where the figure was left and where it goes on. */
const METRES_MAX = 3;
/** Milliseconds for which a line is cut. */
const CUT_MILLIS = 1_000;
/** Oxbow Plain and Cinder Vale, and where in each the portal to the other one stands (east, north). */
const PLAIN = 10;
const VALE = 1;
const PORTALS = { [PLAIN]: [100, 12], [VALE]: [128, 250] };
/** Metres from a portal's middle; it takes whoever comes within 3. */
const PORTAL_METRES = 1;
/** Metres from the portal where she came out: she walks on until it is seen here that she is through, and zones are 512 wide. */
const ARRIVAL_METRES = 30;

const server = new Server(BINARY, PAGE);
const ada = new Player("Ada", PICTURES);
const grace = new Fighter("Grace", PICTURES);
// Their pictures are counted.
ada.isFast = grace.isFast = true;
const links = [];
let tampers = false;

/** The server on new terms, and the page loaded anew, so that it knows nothing of the terms before. */
async function startsAnew(settings) {
  await ada.leave();
  await server.stop();
  await server.start(settings);
  await ada.load(server.address);
}

async function linkTo(protocols) {
  const link = new Link();
  links.push(link);
  await link.open(server.ports.game, protocols);
  return link;
}

/** Addresses for which this page has asked for WebTransport. */
function tried() {
  return ada.page.evaluate(() => window.triedWebTransports);
}

/** Joins, and says by what and how fast. */
async function joinsBy(transport) {
  const begun = Date.now();
  await ada.join();
  const seconds = (Date.now() - begun) / 1_000;
  const now = await ada.read();
  assert.equal(now.transport, transport);
  return `in the world by ${transport} after ${seconds.toFixed(1)} s`;
}

/** The words of the settings window. */
async function connectionInWords() {
  await ada.page.keyboard.press("Escape");
  const told = ada.page.locator(".settings .connection");
  await told.filter({ hasText: "ms round trip" }).waitFor();
  const words = await told.textContent();
  await ada.picture(`transport-${words.split(" ")[0].toLowerCase()}`);
  await ada.page.keyboard.press("Escape");
  await ada.page.waitForSelector("[role=dialog]", { state: "hidden" });
  return words;
}

async function walksAndPredicts() {
  const before = (await ada.read()).stats;
  await ada.walkOn("KeyW", 2);
  await ada.turn(200);
  await ada.walkOn("KeyW", 2);
  const { compared, equal } = (await ada.read()).stats;
  assert(compared > before.compared, "states were compared");
  assert.equal(equal, compared, "every predicted state has the server's bits");
  return `${compared} states of equal bits`;
}

async function webTransport() {
  await ada.open(server.address);
  await ada.page.addInitScript(() => {
    window.triedWebTransports = [];
    window.WebTransport = new Proxy(window.WebTransport, {
      construct: (target, [address, options]) => {
        window.triedWebTransports.push(address);
        return new target(address, options);
      },
    });
  });
  await ada.page.route("**/api/v1/session", async (route) => {
    // While the server is down the page asks in vain.
    const answer = await route.fetch().catch(() => undefined);
    if (answer === undefined) return route.abort();
    if (!tampers) return route.fulfill({ response: answer });
    const plan = await answer.json();
    plan.quic.certificates = plan.quic.certificates.map(() => "00".repeat(32));
    return route.fulfill({ response: answer, json: plan });
  });
  await ada.load(server.address);
  const plan = await (await fetch(new URL("/api/v1/session", server.address))).json();
  assert.equal(plan.quic.certificates.length, 2, "the server has certificates of its own");
  const joined = await joinsBy("webtransport");
  assert.deepEqual(await tried(), [plan.quic.webtransport]);
  assert.match(await connectionInWords(), /^WebTransport \(UDP\), \d+ ms round trip$/);
  return `${joined}; ${await walksAndPredicts()}`;
}

async function reload() {
  const before = (await ada.read()).own;
  await ada.page.reload();
  const now = await ada.until("the place is taken up again", (after) => after.state === "playing" && after.own !== undefined);
  assert.equal(now.transport, "webtransport");
  assert(Math.hypot(now.own.x - before.x, now.own.z - before.z) < METRES_MAX, "the figure is where it was");
}

/** The same page finds the server again, which has no UDP port any more; then a fresh one. */
async function shut() {
  await server.stop();
  await server.start(WITHOUT_UDP);
  await ada.until("the server is back", (now) => now.state === "playing" && now.own !== undefined);
  assert.equal((await ada.read()).transport, "websocket");
  await startsAnew(WITHOUT_UDP);
  const joined = await joinsBy("websocket");
  assert.deepEqual(await tried(), []);
  assert.match(await connectionInWords(), /^WebSocket \(TCP\), \d+ ms round trip$/);
  return `${joined}; ${await walksAndPredicts()}`;
}

async function blocked() {
  const { address } = await linkTo("tcp");
  await startsAnew({ MASSLESS_QUIC_PUBLIC_ADDRESS: address });
  const joined = await joinsBy("websocket");
  assert.deepEqual(await tried(), [`https://${address}/`], "it was tried");
  await ada.walkOn("KeyW", 2);
  return joined;
}

async function refused() {
  await startsAnew({});
  tampers = true;
  const joined = await joinsBy("websocket");
  tampers = false;
  assert.equal((await tried()).length, 1, "it was tried");
  await ada.walkOn("KeyS", 2);
  return joined;
}

async function dies() {
  const link = await linkTo("udp");
  await startsAnew({ MASSLESS_QUIC_PUBLIC_ADDRESS: link.address });
  await joinsBy("webtransport");
  assert.deepEqual(await tried(), [`https://${link.address}/`]);
  await ada.walkOn("KeyW", 2);
  const before = (await ada.read()).own;
  const begun = Date.now();
  link.silence();
  const now = await ada.until("the game goes on by WebSocket", (after) =>
    after.transport === "websocket" && after.state === "playing" && after.own !== undefined, CHANGE_MILLIS);
  const seconds = (Date.now() - begun) / 1_000;
  assert(Math.hypot(now.own.x - before.x, now.own.z - before.z) < METRES_MAX, "the figure is where it was");
  await ada.walkOn("KeyS", 2);
  return `${now.own.actor === before.actor ? "the same body" : "a new body"} goes on after ${seconds.toFixed(1)} s`;
}

/** From now on the page counts its pictures, and those that show nobody where there was somebody. */
function countsPictures() {
  return ada.page.evaluate(() => {
    const shown = { all: 0, empty: 0 };
    window.shownPictures = shown;
    const look = () => {
      if (window.shownPictures !== shown) return;
      const { own, others } = window.massless.read();
      shown.all += 1;
      if (own === undefined || others.length === 0) shown.empty += 1;
      window.requestAnimationFrame(look);
    };
    window.requestAnimationFrame(look);
  });
}

/** The line is cut for a second while Ada walks: she goes on with all that her page has kept, by the same transport. */
async function comesBack(transport, cut, mend) {
  await joinsBy(transport);
  const before = await ada.until("others are in sight", (now) => now.others.length > 0);
  await countsPictures();
  const known = new Set(before.others.map((figure) => figure.actor));
  await ada.page.keyboard.down("KeyW");
  let now;
  try {
    await ada.until("she walks", ({ own }) => Math.hypot(own.x - before.own.x, own.z - before.own.z) > 1);
    await cut();
    await ada.until("the loss is noticed", ({ state }) => state !== "playing", CHANGE_MILLIS);
    await ada.page.waitForTimeout(CUT_MILLIS);
    await ada.picture(`cut-${transport}`);
    await mend();
    now = await ada.until("the game goes on", ({ state, own }) => state === "playing" && own !== undefined);
  } finally {
    await ada.page.keyboard.up("KeyW");
  }
  await ada.picture(`resumed-${transport}`);
  assert.equal(now.transport, transport);
  assert.equal(now.resumed, before.resumed + 1, "the page went on with what it had kept");
  assert(now.others.some((figure) => known.has(figure.actor)), "who was in sight still is");
  const { all, empty } = await ada.page.evaluate(() => window.shownPictures);
  assert.equal(now.bare, before.bare, "every picture showed a world");
  assert.equal(empty, 0, `every one of ${all} pictures showed who is there`);
  return `${transport}: ${known.size} in sight, ${all} pictures, none of them empty; ${await walksAndPredicts()}`;
}

async function cutForAMoment() {
  const { relay } = server;
  const link = await linkTo("udp");
  await startsAnew({ MASSLESS_QUIC_PUBLIC_ADDRESS: link.address });
  // The way by TCP stays cut, so that it is UDP by which she comes back.
  relay.isShut = true;
  const byDatagrams = await comesBack("webtransport", () => link.cut(), () => link.open(server.ports.game, "udp"));
  relay.isShut = false;
  await startsAnew(WITHOUT_UDP);
  const byStream = await comesBack("websocket", () => {
    relay.isShut = true;
    relay.cut();
  }, () => { relay.isShut = false; });
  return `${byDatagrams}; ${byStream}`;
}

/** Walks into the portal of the zone that is drawn; the next zone has to be drawn with no picture lost between. */
async function crosses(to) {
  const before = await grace.read();
  assert.notEqual(before.zone, to);
  await grace.goTo(PORTALS[before.zone], PORTAL_METRES, async () => (await grace.read()).zone === to);
  const now = await grace.until(`zone ${to} is drawn`, (after) => after.zone === to && after.state === "playing" && after.own !== undefined);
  assert.equal(now.bare, before.bare, "every picture showed a world");
  assert.equal(now.transport, before.transport, "the line is the one from before");
  const [x, z] = PORTALS[to];
  const metres = Math.hypot(now.own.x - x, now.own.z - z);
  assert(metres < ARRIVAL_METRES, `the figure stands ${metres.toFixed(1)} m from the other portal`);
}

/** To and fro; somebody else than Ada, who begins elsewhere. */
async function portals() {
  await ada.close();
  await server.stop();
  await server.start({ MASSLESS_ZONE_START: `${PLAIN}` });
  await grace.open(server.address);
  await grace.page.click('.faction-card[data-faction="1"]');
  const ways = [];
  for (const [transport, settings] of [["webtransport", undefined], ["websocket", WITHOUT_UDP]]) {
    if (settings !== undefined) {
      await grace.leave();
      await server.stop();
      await server.start(settings);
      await grace.load(server.address);
    }
    await grace.join();
    const { transport: by, zone } = await grace.read();
    assert.equal(by, transport);
    assert.equal(zone, PLAIN);
    await crosses(VALE);
    await grace.picture(`portal-${transport}`);
    await crosses(PLAIN);
    const { compared, equal } = (await grace.read()).stats;
    assert.equal(equal, compared, "every predicted state has the server's bits");
    ways.push(`to and fro by ${transport}, ${compared} states of equal bits`);
  }
  return ways.join("; ");
}

process.on("exit", () => { for (const link of links) link.close(); });

await play({
  server,
  players: [ada, grace],
  pictures: PICTURES,
  parts: [
    ["plays by WebTransport", webTransport],
    ["resumes by WebTransport after a reload", reload],
    ["plays by WebSocket where UDP is shut", shut],
    ["plays by WebSocket where UDP vanishes", blocked],
    ["plays by WebSocket where the certificate is refused", refused],
    ["goes on by WebSocket when UDP dies", dies],
    ["comes back after a line was cut for a second", cutForAMoment],
    ["changes zones", portals],
  ],
});
