// What people own is kept: two make accounts, trade, buy, upgrade, store, mail and list; the server is killed with
// -9 and started again; both log in by their passwords and see exactly that.
// Environment: as in run.mjs.
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Merchant } from "./merchant.mjs";
import { play } from "./parts.mjs";
import { Server } from "./server.mjs";

const BINARY = process.env.BROWSER_TEST_SERVER ?? fileURLToPath(new URL("../../../target/release/massless", import.meta.url));
const PICTURES = process.env.BROWSER_TEST_PICTURES ?? fileURLToPath(new URL("../../../target/browser", import.meta.url));
const PAGE = fileURLToPath(new URL("../../dist", import.meta.url));

// People of Cinder Vale (east, north), one step before them; game rules, section 10.
const PEOPLE = {
  "Marla Finch": [119.5, 40],
  "Oren Hale": [136.5, 40],
  "Tobin Reed": [115.5, 31],
  "Pell the Scribe": [128, 27.5],
};
const [SHOP, SMITH, KEEPER, CLERK] = Object.keys(PEOPLE);
const MEETING = [128, 34];
const PELT = "Rough Pelt";
const SILK = "Weaver Silk";
const DRAUGHT = "Small Health Draught";
const WARRIOR = 1;
const SORCERER = 4;
/** A letter takes a minute (game rules, section 12), and a while more on a slow machine. */
const LETTER_MILLIS = 150_000;
/** Tries at the smith's: to +1 nine of ten hold. */
const TRIES_MAX = 8;

const server = new Server(BINARY, PAGE);
const ada = new Merchant("Ada", PICTURES, "a plain test password");
const grace = new Merchant("Grace", PICTURES, "another test password");
const all = [ada, grace];
for (const player of all) player.places = PEOPLE;
/** What each of them owned, and what the books said, before the server was killed. */
const before = new Map();

async function register() {
  for (const player of all) await player.open(server.address);
  await ada.picture("keep-0-first-page");
  await ada.page.click(".to-register");
  await ada.picture("keep-1-register");
  await ada.page.click(".other-way");
  await ada.page.click(".as-guest");
  await ada.register(WARRIOR);
  await ada.picture("keep-2-characters");
  await grace.register(SORCERER);
  // Coin, things and a level that newcomers earn in hours.
  await promisify(execFile)(BINARY, ["seed", "--data", server.data, "--character", "Ada", "--character", "Grace"]);
}

async function enter() {
  for (const player of all) await player.enters();
  for (const player of all) await player.openBag();
  await ada.picture("keep-3-bag");
  for (const player of all) {
    await player.untilOwned("what was given is there", ({ bag }) => bag.some((label) => label.startsWith(PELT)));
    await player.closeWindows();
  }
}

async function trade() {
  await ada.goTo(MEETING, 2);
  await grace.goTo([MEETING[0] + 1, MEETING[1] - 1], 1.5);
  await ada.sees("Grace");
  const invitation = ".invitation:not(.ask) button.accept";
  for (let tries = 0; ; tries += 1) {
    await ada.asksForATrade("Grace");
    try {
      await grace.page.click(invitation, { timeout: 25_000 });
      break;
    } catch (error) {
      if (tries === 2) throw error;
    }
  }
  for (const player of all) await player.shows(".window.trade");
  for (const player of all) await player.openBag();
  const [coinOfAda, coinOfGrace] = [await ada.coin(), await grace.coin()];
  await ada.gives(PELT);
  await ada.page.fill(".trade-coin", "150");
  await ada.page.keyboard.press("Enter");
  await grace.page.waitForFunction(() => document.querySelectorAll(".trade-side")[1]?.textContent.includes("150"));
  await grace.gives(SILK);
  await ada.page.waitForFunction(() => document.querySelectorAll(".trade-side")[1]?.querySelectorAll(".filled").length === 1);
  for (const player of all) await player.page.click(".trade-lock");
  for (const player of all) await player.shows(".trade-confirm");
  await ada.picture("keep-4-trade");
  for (const player of all) await player.page.click(".trade-confirm");
  for (const player of all) await player.page.waitForSelector(".window.trade", { state: "hidden" });
  for (const player of all) await player.openBag();
  await ada.untilOwned("the trade is booked", async () => (await ada.coin()) === coinOfAda - 150);
  await grace.untilOwned("the trade is booked", async () => (await grace.coin()) === coinOfGrace + 150);
  for (const player of all) await player.closeWindows();
  return "a stack and 150 coin for a stack";
}

async function buy() {
  await ada.visits(SHOP, "shop");
  const coin = await ada.coin();
  await ada.page.click('[data-buy="3001"]');
  await ada.page.fill(".ask-amount", "7");
  await ada.picture("keep-5-shop");
  await ada.page.click(".ask button.primary");
  const owned = await ada.untilOwned("the draughts are paid", async () => (await ada.coin()) < coin);
  const paid = coin - await ada.coin();
  await ada.closeWindows();
  return `7 ${DRAUGHT}s for ${paid} coin: ${owned.bag.filter((label) => label.startsWith(DRAUGHT)).join("; ")}`;
}

async function upgrade() {
  await ada.visits(SMITH, "smith");
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    await ada.page.click('[data-refine-worn="0"]');
    await ada.shows(".refine-act:not([disabled])");
    const odds = await ada.page.textContent(".refine-numbers");
    assert.match(odds, /%/, "the odds are told before");
    if (tries === 1) await ada.picture("keep-6-smith");
    await ada.page.click(".refine-act");
    await ada.page.waitForFunction(() => document.querySelector(".refine-outcome")?.textContent !== "");
    const outcome = await ada.page.textContent(".refine-outcome");
    if (outcome.includes("holds")) {
      await ada.untilOwned("it is upgraded", ({ worn }) => worn.some((label) => label.includes("+1")));
      await ada.closeWindows();
      return `${outcome} (try ${tries})`;
    }
  }
  throw new Error(`${TRIES_MAX} tries have failed`);
}

async function store() {
  await grace.visits(KEEPER, "storage");
  await grace.gives(PELT);
  await grace.shows(".storage .item-slot.filled");
  await grace.untilOwned("it is in the storage", () => true);
  await grace.picture("keep-7-storage");
  await grace.closeWindows();
}

async function mail() {
  await ada.visits(CLERK, "mail");
  await ada.tab("write");
  await ada.page.fill(".mail-to", "Grace");
  await ada.page.fill(".mail-subject", "Thank you");
  await ada.page.fill(".mail-write textarea", "For the silk.\nAda");
  await ada.page.fill(".mail-coin", "60");
  await ada.gives(SILK);
  await ada.picture("keep-8-mail");
  const coin = await ada.coin();
  await ada.page.click(".send-mail");
  await ada.untilOwned("the letter is on its way", async () => (await ada.coin()) < coin - 60);
  await ada.closeWindows();
}

async function list() {
  await ada.visits(CLERK, "market");
  await ada.tab("sell");
  await ada.gives("Curved Tusk");
  await ada.page.fill(".market input[inputmode=numeric]:visible", "500");
  await ada.picture("keep-9-market");
  const coin = await ada.coin();
  await ada.page.click('.market button[type="submit"]:visible');
  await ada.untilOwned("the fee is paid", async () => (await ada.coin()) === coin - 25);
  await ada.closeWindows();
}

/** Grace opens her letter: it takes a minute to come, and the clerk has to be asked again. */
async function openLetter() {
  await grace.visits(CLERK, "mail");
  const entry = grace.page.locator(".letter-entry").first();
  for (const end = Date.now() + LETTER_MILLIS; ; ) {
    await grace.page.waitForTimeout(1_000);
    if (await entry.isVisible()) break;
    if (Date.now() > end) throw new Error("the letter does not come");
    await grace.tab("write");
    await grace.tab("inbox");
  }
  await entry.click();
  await grace.shows(".letter .claim");
}

/** All that is kept of both, as the pages show it. */
async function inventoryOfAll() {
  await grace.visits(KEEPER, "storage");
  await grace.untilOwned("it is quiet", () => true);
  const kept = new Map([["Grace's storage", await grace.page.evaluate(() =>
    [...document.querySelectorAll(".storage [data-stored].filled")].map((slot) => slot.getAttribute("aria-label")))]]);
  await grace.closeWindows();
  await openLetter();
  const letter = await grace.texts(".letter h3, .letter .letter-text, .letter .coin, .letter .ware-text strong");
  kept.set("the letter", letter);
  await grace.picture("keep-10-letter");
  await grace.closeWindows();
  await ada.visits(CLERK, "market");
  await ada.tab("mine");
  await ada.shows(".market [data-listing].unlist");
  kept.set("Ada's offers", await ada.texts(".market .ware:visible .ware-text strong, .market .ware:visible .price"));
  await ada.closeWindows();
  for (const player of all) {
    await player.openBag();
    kept.set(player.name, await player.untilOwned("it is quiet", () => true));
    await player.closeWindows();
  }
  return kept;
}

async function look() {
  for (const [what, owned] of await inventoryOfAll()) before.set(what, owned);
  assert.deepEqual(before.get("the letter").slice(0, 3), ["Thank you", "For the silk.\nAda", "60 coin"]);
  assert.equal(before.get("Grace's storage").length, 1);
  assert.equal(before.get("Ada's offers").length, 2);
  return `${before.get("Ada").bag.length} and ${before.get("Grace").bag.length} stacks, ${before.get("Ada").coin}, ${before.get("Grace").coin}`;
}

async function kill() {
  await server.stop("SIGKILL");
  for (const player of all) await player.until("the loss is noticed", (now) => now.state !== "playing", 60_000);
  await server.start();
}

async function logInAgain() {
  for (const player of all) {
    await player.logInAnew(server.address);
    await player.enters();
  }
  await grace.picture("keep-11-again");
}

async function sameAsBefore() {
  const after = await inventoryOfAll();
  for (const [what, owned] of after) assert.deepEqual(owned, before.get(what), what);
  return "bags, gear, coin, storage, letter and offer: exactly";
}

async function claims() {
  await openLetter();
  const coin = await grace.coin();
  await grace.page.click(".letter .claim");
  await grace.untilOwned("the letter is emptied", async () => (await grace.coin()) === coin + 60);
  await grace.closeWindows();
  const { stdout } = await promisify(execFile)(BINARY, ["verify", "--data", server.data]);
  assert.match(stdout, /all invariants hold/);
  return stdout.trim();
}

await play({
  server,
  players: all,
  pictures: PICTURES,
  parts: [
    ["both register", register],
    ["both enter", enter],
    ["they trade", trade],
    ["Ada mails", mail],
    ["Ada lists", list],
    ["Ada buys", buy],
    ["Ada upgrades", upgrade],
    ["Grace stores", store],
    ["what they own", look],
    ["kill -9 and a start", kill],
    ["both log in", logInAgain],
    ["all is as before", sameAsBefore],
    ["Grace empties the letter; the books hold", claims],
  ],
});
