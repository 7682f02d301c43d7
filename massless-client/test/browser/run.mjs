// The game as people meet it: the built page and the real server, driven by input events alone.
// Environment: BROWSER_TEST_SERVER (the server), BROWSER_TEST_PICTURES (where screenshots go),
// BROWSER_TEST_MINUTES (minutes of random walking; 10 000 states take 10 minutes; default 0.3).
import { strict as assert } from "node:assert";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Fighter } from "./fighter.mjs";
import { Player } from "./player.mjs";
import { play } from "./parts.mjs";
import { Server, WITHOUT_UDP } from "./server.mjs";

const FPS_MIN = 5;
/** Metres from Ada at which Grace talks to her. */
const NEARBY_METRES = 20;
/** Milliseconds more for the random walk where pictures are slow. */
const SLOW_MILLIS = 120_000;
const BINARY = process.env.BROWSER_TEST_SERVER ?? fileURLToPath(new URL("../../../target/release/massless", import.meta.url));
const PICTURES = process.env.BROWSER_TEST_PICTURES ?? fileURLToPath(new URL("../../../target/browser", import.meta.url));
const MINUTES = Number(process.env.BROWSER_TEST_MINUTES ?? "0.3");
const PAGE = fileURLToPath(new URL("../../dist", import.meta.url));

const server = new Server(BINARY, PAGE, WITHOUT_UDP);
const ada = new Player("Ada", PICTURES);
const grace = new Fighter("Grace", PICTURES);
// At full speed, and by way of the settings.
ada.isFast = true;
ada.hasChosenLow = false;

function distance(a, b) {
  return Math.hypot(a.x - b.x, a.z - b.z);
}

function seen(now, name) {
  return now.others.find((figure) => figure.name === name);
}

async function opens() {
  await ada.open(server.address);
  await ada.picture("1-title");
  return `the page takes a name after ${(ada.openedMillis / 1_000).toFixed(1)} s`;
}

async function joins() {
  await ada.join();
  await ada.choosePicture("low");
  await ada.page.waitForTimeout(1_500);
  await ada.picture("2-arrived");
  assert.deepEqual(await ada.offScreen(), [], "all of the display lies in the window");
  const now = await ada.read();
  return `${now.others.length} others in sight`;
}

async function walksByKeys() {
  const metres = await ada.walk("KeyW", 2_500);
  assert(metres > 5, `W for 2.5 s walks ${metres.toFixed(1)} m`);
  await ada.turn(160);
  const aside = await ada.walk("KeyD", 1_200);
  assert(aside > 2, `D for 1.2 s walks ${aside.toFixed(1)} m`);
  return `${metres.toFixed(1)} m ahead, ${aside.toFixed(1)} m aside`;
}

async function walksByClick() {
  const before = (await ada.read()).own;
  for (const [x, y] of [[420, 290], [560, 290], [400, 330], [480, 400]]) {
    await ada.page.mouse.click(x, y);
    await ada.page.waitForTimeout(2_500);
    const metres = distance((await ada.read()).own, before);
    if (metres > 1.5) {
      await ada.picture("3-walked-by-click");
      return `${metres.toFixed(1)} m`;
    }
  }
  throw new Error("clicks on the ground move nobody");
}

async function frames() {
  const fps = await ada.framesPerSecond(5);
  assert(fps >= FPS_MIN, `${fps.toFixed(1)} frames a second; at least ${FPS_MIN} are wanted`);
  const { width, height } = (await ada.read()).picture;
  return `${fps.toFixed(1)} a second at 960 x 540 (drawn at ${width} x ${height}), low, software rendering`;
}

async function meets() {
  await grace.open(server.address);
  await grace.join();
  const there = seen(await ada.until("Grace is in sight", (now) => seen(now, "Grace")), "Grace");
  await grace.until("Ada is in sight", (now) => seen(now, "Ada"));
  const walked = await grace.walkOn("KeyW", 4);
  const after = seen(await ada.until("Grace has moved", (now) => {
    const figure = seen(now, "Grace");
    return figure && distance(figure, there) > 2;
  }), "Grace");
  const own = (await grace.read()).own;
  await ada.page.waitForTimeout(1_000);
  const shown = seen(await ada.read(), "Grace");
  assert(distance(shown, own) < 1, `Grace is shown ${distance(shown, own).toFixed(2)} m off`);
  await ada.picture("4-met");
  await grace.picture("5-met-from-the-other-side");
  return `Grace walked ${walked.toFixed(1)} m and was seen to (${distance(after, there).toFixed(1)} m)`;
}

/** What is said nearby is heard 50 m far (game rules, section 13), and by now Ada may have walked farther. */
async function talks() {
  const { x, z } = (await ada.read()).own;
  await grace.goTo([x, z], NEARBY_METRES);
  await ada.say("Well met, Grace!");
  await grace.hears("Well met, Grace!");
  await grace.say("Good morning <b>Ada</b>");
  await ada.hears("Good morning <b>Ada</b>");
  await ada.picture("6-talk");
}

/** What is typed while the line is lost is not lost: it stays, and is said when the line is back. */
async function survivesALostLine() {
  const before = (await ada.read()).own;
  server.relay.isShut = true;
  server.relay.cut();
  await ada.until("the loss is noticed", (now) => now.state !== "playing", 10_000);
  await ada.say("Are you still there?");
  await ada.hears("nobody would hear this now");
  await ada.picture("7-line-lost");
  server.relay.isShut = false;
  const now = await ada.until("the line is back", (after) => after.state === "playing" && after.own !== undefined);
  // In a safe circle a body leaves with its player (game rules, section 11), elsewhere it waits; either
  // way the character stands where it was.
  const body = now.own.actor === before.actor ? "the same body" : "a new body at the same place";
  assert(distance(now.own, before) < 3, `back ${distance(now.own, before).toFixed(1)} m from where it was left`);
  await ada.until("Grace is in sight again", (after) => seen(after, "Grace"));
  await grace.until("Ada is in sight again", (after) => seen(after, "Ada"));
  await ada.page.keyboard.press("Enter");
  await grace.hears("Are you still there?");
  await ada.walkOn("KeyS", 1.5);
  return `${body}, and it walks`;
}

async function survivesAReload() {
  const before = (await ada.read()).own;
  await ada.page.reload();
  const now = await ada.until("the place is taken up again", (after) => after?.state === "playing" && after.own !== undefined, 60_000);
  assert(distance(now.own, before) < 3, "the figure is where it was");
  await ada.until("Grace is in sight again", (after) => seen(after, "Grace"));
  return "back without asking for a name";
}

async function leavesAndComesBack() {
  await ada.leave();
  await ada.join();
  return "under the same name at once";
}

async function survivesARestart() {
  await server.kill();
  await ada.until("the loss is noticed", (now) => now.state !== "playing", 15_000);
  await ada.picture("8-server-gone");
  await server.start();
  const begun = Date.now();
  await ada.until("the server is back", (now) => now.state === "playing" && now.own !== undefined, 60_000);
  const seconds = (Date.now() - begun) / 1_000;
  await ada.walkOn("KeyW", 1.5);
  await ada.picture("9-back");
  return `back after ${seconds.toFixed(1)} s`;
}

/** Random keys and turns; each state the server tells must have been predicted to the bit. */
async function predicts() {
  await grace.close();
  const keys = ["KeyW", "KeyA", "KeyS", "KeyD"];
  const end = Date.now() + MINUTES * 60_000;
  const before = (await ada.read()).stats;
  let word = 12_345;
  const draw = (below) => {
    word = (Math.imul(word, 1_103_515_245) + 12_345) >>> 0;
    return (word >>> 16) % below;
  };
  // Where pictures are slow, fewer states are looked at in the same time.
  const wanted = MINUTES * 500;
  const latest = end + SLOW_MILLIS;
  const states = async () => (await ada.read()).stats.compared - before.compared;
  while (Date.now() < end || (await states() <= wanted && Date.now() < latest)) {
    const key = keys[draw(6) % 4];
    if (draw(3) === 0) await ada.turn(draw(400) - 200);
    await ada.page.keyboard.down(key);
    await ada.page.waitForTimeout(200 + draw(1_500));
    await ada.page.keyboard.up(key);
  }
  const { compared, equal, missed } = (await ada.read()).stats;
  const count = compared - before.compared;
  assert(count > wanted, `only ${count} states were compared`);
  assert.equal(equal, compared, "every predicted state has the server's bits");
  return `${count} states compared, all of equal bits; ${missed - before.missed} ticks with another input than meant`;
}

await play({
  server,
  players: [ada, grace],
  pictures: PICTURES,
  parts: [
    ["opens", opens],
    ["joins", joins],
    ["walks by keys", walksByKeys],
    ["walks by click", walksByClick],
    ["frames", frames],
    ["meets another browser", meets],
    ["talks", talks],
    ["survives a lost line", survivesALostLine],
    ["survives a reload", survivesAReload],
    ["leaves and comes back", leavesAndComesBack],
    ["survives a restart", survivesARestart],
    ["predicts to the bit", predicts],
  ],
});
