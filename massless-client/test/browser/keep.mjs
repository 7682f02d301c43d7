// What people own is kept: two make accounts, talk, trade, buy, upgrade, store, mail and list; the server is killed
// with -9 and started again; both log in by their passwords, see exactly that, and go on from there.
// Environment: as in run.mjs.
import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Merchant } from "./merchant.mjs";
import { play } from "./parts.mjs";
import { Server, WITHOUT_UDP } from "./server.mjs";

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
/** A request for a trade waits for half a minute; before that none can be made again (game rules, section 12). */
const ASKED_MILLIS = 32_000;
const PRICE = 500;
const FEE = 25;
/** How long the storage takes after the restart: enough to lose the line and be back while something waits. */
const DELAY_MILLIS = 15_000;
const OFFER = "A stack of pelts for your silk?";
const ANSWER = "Gladly, by the well.";

const server = new Server(BINARY, PAGE, WITHOUT_UDP);
const ada = new Merchant("Ada", PICTURES, "a plain test password");
const grace = new Merchant("Grace", PICTURES, "another test password");
const all = [ada, grace];
for (const player of all) player.places = PEOPLE;
/** What both owned, as their pages showed it before the server was killed. */
let before;

/** Both at once, as two people are. */
function both(act) {
  return Promise.all(all.map(act));
}

async function register() {
  await both((player) => player.open(server.address));
  await ada.picture("keep-0-first-page");
  await ada.page.click(".to-register");
  await ada.picture("keep-1-register");
  await ada.page.click(".other-way");
  await ada.page.click(".as-guest");
  await both((player) => player.register(player === ada ? WARRIOR : SORCERER));
  await ada.picture("keep-2-characters");
  // Coin, things and a level that newcomers earn in hours.
  await promisify(execFile)(BINARY, ["seed", "--data", server.data, "--character", "Ada", "--character", "Grace"]);
}

/** What lets somebody in is in memory or in a cookie that no script reads. */
async function keepSecrets() {
  for (const player of all) {
    const cookies = await player.context.cookies(`${server.address}api/v1/auth/refresh`);
    assert.deepEqual(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]), [["massless_refresh", true, "Strict"]]);
    const stored = await player.stored();
    assert.doesNotMatch(stored, /eyJ|massless_refresh/, "no token is where scripts keep things");
    assert(!stored.includes(player.password) && !stored.includes(cookies[0].value));
  }
}

/** Grace comes later and reads what was said; what she hears herself is there once. */
async function enter() {
  await ada.enters();
  await ada.say(`/z ${OFFER}`);
  await ada.hears(OFFER);
  await grace.enters();
  await grace.page.waitForFunction((text) =>
    [...document.querySelectorAll(".chat-log .past.channel-2")].some((line) => line.textContent.includes(text)), OFFER);
  await grace.say(`/z ${ANSWER}`);
  await both((player) => player.hears(ANSWER));
  for (const player of all) {
    const lines = await player.heard();
    for (const text of [OFFER, ANSWER]) assert.equal(lines.filter((line) => line.includes(text)).length, 1, `${player.name} reads it once: ${text}`);
  }
  await grace.picture("keep-3-talk");
}

async function befriend() {
  await ada.opensPeople();
  await ada.page.fill(".friend-name", "Grace");
  await ada.page.keyboard.press("Enter");
  await ada.shows('[data-friend="Grace"]');
  await ada.picture("keep-3-friends");
  await ada.tab("best");
  await ada.shows(".board li");
  await ada.picture("keep-3-best");
  await ada.closeWindows();
}

async function lookIntoBags() {
  for (const player of all) await player.openBag();
  await ada.picture("keep-3-bag");
  for (const player of all) {
    await player.untilOwned("what was given is there", ({ bag }) => bag.some((label) => label.startsWith(PELT)));
    await player.closeWindows();
  }
}

async function trade() {
  await Promise.all([ada.goTo(MEETING, 2), grace.goTo([MEETING[0] + 1, MEETING[1] - 1], 1.5)]);
  await ada.sees("Grace");
  const invitation = ".invitation:not(.ask) button.accept";
  for (let tries = 0; ; tries += 1) {
    await ada.asksForATrade("Grace", MEETING);
    try {
      await grace.page.click(invitation, { timeout: ASKED_MILLIS });
      break;
    } catch (error) {
      if (tries === 2) throw new Error(`Ada was told: ${await ada.texts(".toasts li")}`, { cause: error });
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
    assert.match(odds, /Chance\d+ %/, "the odds are told before");
    assert(odds.includes(tries === 1 ? "never" : `${tries - 1} ×`), `failures count and are told: ${odds}`);
    await ada.picture(tries === 1 ? "keep-6-smith" : "keep-6-smith-again");
    await ada.page.click(".refine-act");
    await ada.page.waitForFunction(() => document.querySelector(".refine-outcome")?.textContent !== "");
    await ada.untilOwned("it is booked", () => true);
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

/** Each on an errand of her own. */
async function errands() {
  const [bought] = await Promise.all([buy().then(async (told) => `${told}; ${await upgrade()}`), store()]);
  return bought;
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
  await ada.page.fill(".market input[inputmode=numeric]:visible", `${PRICE}`);
  await ada.picture("keep-9-market");
  const coin = await ada.coin();
  await ada.page.click('.market button[type="submit"]:visible');
  await ada.untilOwned("the fee is paid", async () => (await ada.coin()) === coin - FEE);
  await ada.closeWindows();
}

/** All that is kept of Grace, as her page shows it. */
async function ownedByGrace() {
  await grace.visits(KEEPER, "storage");
  await grace.untilOwned("it is quiet", () => true);
  const storage = await grace.page.evaluate(() =>
    [...document.querySelectorAll(".storage [data-stored].filled")].map((slot) => slot.getAttribute("aria-label")));
  await grace.closeWindows();
  await grace.visits(CLERK, "mail");
  await grace.opensLetter("Thank you", LETTER_MILLIS);
  const letter = await grace.texts(".letter h3, .letter .letter-text, .letter .coin, .letter .ware-text strong");
  await grace.picture("keep-10-letter");
  return { letter, storage, ...await bagOf(grace) };
}

/** The same of Ada. */
async function ownedByAda() {
  await ada.visits(CLERK, "market");
  await ada.tab("mine");
  await ada.shows(".market [data-listing].unlist");
  const offers = await ada.texts(".market .ware:visible .ware-text strong, .market .ware:visible .price");
  await ada.closeWindows();
  await ada.opensPeople();
  await ada.shows(".social [data-friend]");
  const friends = await ada.texts(".social [data-friend] strong");
  return { offers, friends, ...await bagOf(ada) };
}

async function bagOf(player) {
  await player.closeWindows();
  await player.openBag();
  const owned = await player.untilOwned("it is quiet", () => true);
  await player.closeWindows();
  return owned;
}

async function ownedByAll() {
  const [ofAda, ofGrace] = await Promise.all([ownedByAda(), ownedByGrace()]);
  return { ada: ofAda, grace: ofGrace };
}

async function look() {
  before = await ownedByAll();
  assert.deepEqual(before.grace.letter.slice(0, 3), ["Thank you", "For the silk.\nAda", "60 coin"]);
  assert.equal(before.grace.storage.length, 1);
  assert.equal(before.ada.offers.length, 2);
  assert.deepEqual(before.ada.friends, ["Grace"]);
  return `${before.ada.bag.length} and ${before.grace.bag.length} stacks, ${before.ada.coin}, ${before.grace.coin}`;
}

async function kill() {
  await server.kill();
  for (const player of all) await player.until("the loss is noticed", (now) => now.state !== "playing", 60_000);
  await ada.picture("keep-11-gone");
  await server.start({ MASSLESS_VAULT_DELAY_MS: `${DELAY_MILLIS}` });
}

async function logInAgain() {
  await both(async (player) => {
    await player.logInAnew(server.address);
    await player.enters();
  });
  await grace.picture("keep-11-again");
}

async function sameAsBefore() {
  assert.deepEqual(await ownedByAll(), before);
  return "bags, gear, coin, storage, letter, offer, friends: exactly";
}

/** The books take their time: what waits is shown and locked, also to who was away meanwhile. */
async function waits() {
  await grace.visits(CLERK, "mail");
  await grace.opensLetter("Thank you", LETTER_MILLIS);
  const coin = await grace.coin();
  await grace.page.click(".letter .claim");
  await grace.shows(".letter .claim[disabled]");
  assert(await grace.isBooking(), "it is shown that it waits");
  await grace.picture("keep-12-waits");
  server.relay.cut();
  await grace.until("the loss is noticed", (now) => now.state !== "playing");
  const begun = Date.now();
  await both((player) => player.until("the line is back", (now) => now.state === "playing" && now.own !== undefined));
  await grace.openBag();
  await grace.page.waitForFunction(() => document.querySelector(".inventory .room").textContent.includes("booked"));
  await grace.picture("keep-13-still-waits");
  const seconds = ((Date.now() - begun) / 1_000).toFixed(1);
  await grace.untilOwned("the letter is emptied", async () => (await grace.coin()) === coin + 60);
  await grace.closeWindows();
  return `shown again ${seconds} s after the line was lost, then done`;
}

/** Grace buys what Ada had put up before the server was killed, and Ada is paid. */
async function buyTheOffer() {
  await grace.visits(CLERK, "market");
  const coin = await grace.coin();
  await grace.page.click(".market .buy-listing:not([disabled])");
  await grace.picture("keep-14-offer");
  await grace.page.click(".ask button.primary");
  await grace.untilOwned("the offer is bought", async () => (await grace.coin()) === coin - PRICE);
  await grace.closeWindows();
  await ada.visits(CLERK, "mail");
  await ada.opensLetter(`${PRICE} coin`, LETTER_MILLIS);
  assert.deepEqual(await ada.texts(".letter h3, .letter .coin"), ["Sold at the market", `${PRICE} coin`]);
  await ada.picture("keep-15-paid");
}

async function verify() {
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
    ["no script can read what lets them in", keepSecrets],
    ["both enter and talk", enter],
    ["Ada befriends Grace", befriend],
    ["both look into their bags", lookIntoBags],
    ["they trade", trade],
    ["Ada mails", mail],
    ["Ada lists", list],
    ["Ada buys and upgrades, Grace stores", errands],
    ["what they own", look],
    ["kill -9 and a start", kill],
    ["both log in", logInAgain],
    ["all is as before", sameAsBefore],
    ["what waits is locked, also after a lost line", waits],
    ["Grace buys the offer, Ada is paid", buyTheOffer],
    ["the books hold", verify],
  ],
});
