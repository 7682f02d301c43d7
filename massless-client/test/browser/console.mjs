// The admin console as the staff meets it: the real server while bots play, every page in a real browser.
// Environment: BROWSER_TEST_SERVER (the server), BROWSER_TEST_PICTURES (where screenshots go).
import { strict as assert } from "node:assert";
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { play } from "./parts.mjs";
import { Server } from "./server.mjs";

const BINARY = process.env.BROWSER_TEST_SERVER ?? fileURLToPath(new URL("../../../target/release/massless", import.meta.url));
const PICTURES = process.env.BROWSER_TEST_PICTURES ?? fileURLToPath(new URL("../../../target/browser", import.meta.url));
const PAGE = fileURLToPath(new URL("../../dist", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE = 30_000;
const VIEW = { width: 1366, height: 860 };
const PASSWORD = "correct horse";

/** The code of RFC 6238 at a moment. */
function codeOf(uri, millis) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...new URL(uri).searchParams.get("secret")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(millis / 30_000)));
  const digest = createHmac("sha1", secret).update(step).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7F_FF_FF_FF;
  return String(number % 1_000_000).padStart(6, "0");
}

/** The bots that play meanwhile. */
let bots;

/** Somebody of the staff at a browser. */
class Chief {
  name = "chief";
  complaints = [];

  async open() {
    this.folder = await mkdtemp(join(tmpdir(), "massless-chromium-"));
    const options = { executablePath: CHROMIUM, headless: true, args: ARGUMENTS, viewport: VIEW };
    this.context = await chromium.launchPersistentContext(this.folder, options);
    this.page = this.context.pages()[0] ?? await this.context.newPage();
    this.page.setDefaultTimeout(PATIENCE);
    this.page.on("pageerror", (error) => { this.complaints.push(`${error}`); });
    this.page.on("console", (message) => {
      // Before the sign-in there is no session; and a wrong code is refused on purpose.
      const isRefused = /401/.test(message.text());
      if (message.type() === "error" && !isRefused) this.complaints.push(message.text());
    });
  }

  async picture(name) {
    await this.page.screenshot({ path: join(PICTURES, `console-${name}.jpg`), type: "jpeg", quality: 86 });
  }

  async close() {
    bots?.kill();
    await this.context?.close();
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}

const server = new Server(BINARY, PAGE, { MASSLESS_AUTH_NAMES: "true", MASSLESS_ZONE_SLOW_TICK_MS: "0", MASSLESS_DATA_INCIDENT_PAUSE_SECONDS: "10" });
const chief = new Chief();

function massless(...words) {
  return execFileSync(BINARY, [...words, "--data", server.data], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

async function api(path, body, token) {
  const headers = { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${server.address}api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

async function people() {
  const opened = await api("/auth/register", { name: "chief", password: PASSWORD });
  massless("account", "role", "@chief", "--to", "admin");
  const owner = await api("/auth/register", { name: "victoria", password: PASSWORD });
  await api("/characters", { name: "Vigdis", class: 1, faction: 1, look: 3 }, owner.access_token);
  assert(opened.account.id > 0);
  chief.uri = JSON.parse(massless("account", "second-factor", "@chief", "--json").trim()).uri;
  bots = spawn(BINARY, ["bots", "fight", "--clients", "24", "--seconds", "600", "--seed", "4", "--url", server.address.replace(/\/$/, "")], { stdio: "ignore" });
  return "a chief, a player, 24 bots";
}

async function signsIn() {
  await chief.open();
  const { page } = chief;
  await page.goto(`http://127.0.0.1:${server.ports.admin}/console/`);
  await page.getByLabel("Login").fill("chief");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel(/Code/).fill("000000");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("is wrong").waitFor();
  await chief.picture("1-sign-in");
  await page.getByLabel(/Code/).fill(codeOf(chief.uri, Date.now()));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Dashboard" }).waitFor();
  const cookies = await chief.context.cookies();
  assert(cookies.length === 1 && cookies[0].httpOnly && cookies[0].sameSite === "Strict", JSON.stringify(cookies));
}

async function dashboard() {
  const { page } = chief;
  const playing = page.locator(".tile", { hasText: "Players" }).locator("b");
  await page.waitForFunction(() => Number(document.querySelector(".tile b")?.textContent) >= 20);
  await page.waitForTimeout(12_000);
  await chief.picture("2-dashboard");
  const drawn = await page.evaluate(() => [...document.querySelectorAll(".plot canvas")].map((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    // Lines have colours, the grid and its words are grey.
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const colour = data.subarray(at, at + 3);
      if (Math.max(...colour) - Math.min(...colour) > 80) count += 1;
    }
    return count;
  }));
  assert(drawn.length === 10 && drawn.filter((count) => count > 20).length >= 9, `the plots have lines: ${drawn}`);
  return `${await playing.textContent()} play; ${drawn.length} plots`;
}

async function go(name, title = name) {
  await chief.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
  await chief.page.getByRole("heading", { name: title, level: 1 }).waitFor();
}

async function finds() {
  const { page } = chief;
  await go("Players");
  await page.getByLabel("Search").fill("vig");
  await page.getByRole("link", { name: "Vigdis" }).click();
  await page.getByRole("heading", { name: /victoria/ }).waitFor();
  await page.getByRole("button", { name: "Ban", exact: true }).click();
  await page.getByLabel("Reason").fill("selling accounts");
  await page.getByLabel(/hours/).fill("24");
  await page.getByRole("dialog").getByRole("button", { name: "Ban" }).click();
  await page.getByText("banned", { exact: true }).first().waitFor();
  await page.getByRole("cell", { name: "selling accounts" }).first().waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /Export/ }).click();
  assert.match((await download).suggestedFilename(), /^account-\d+\.json$/);
  await chief.picture("3-player");
}

async function traces() {
  const { page } = chief;
  await page.locator('a[href^="#/ledger/coin"]').first().click();
  await page.getByRole("heading", { name: /has .+ coin/ }).waitFor();
  await go("Ledger");
  await page.getByLabel("Trace an item").fill("1");
  await page.getByRole("button", { name: "Trace" }).click();
  await page.getByRole("cell", { name: "kit", exact: true }).first().waitFor();
  await chief.picture("4-ledger");
  await go("Quarantine");
  await page.getByText("No item was put aside.").waitFor();
}

async function looksAtAZone() {
  const { page } = chief;
  await go("Zones");
  // The zone where most play.
  const busiest = () => page.evaluate(() => {
    const rows = [...document.querySelectorAll("tbody tr")].map((row) => [Number(row.cells[1].textContent), row.querySelector("a").getAttribute("href")]);
    return rows.toSorted((a, b) => b[0] - a[0])[0];
  });
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 1);
  const [players, href] = await busiest();
  await page.locator(`a[href="${href}"]`).first().click();
  await page.locator(".list button").first().waitFor();
  await page.waitForTimeout(1_500);
  await chief.picture("5-zone");
  const named = await page.locator(".list button").count();
  assert(named > 0 && named <= 30, `${named} players are named`);
  const before = await page.locator(".counts").textContent();
  await page.waitForFunction((text) => document.querySelector(".counts").textContent !== text, before);
  await page.locator(".list button").first().click();
  await page.waitForTimeout(300);
  await chief.picture("6-zone-near");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).first().click();
  assert.match((await download).suggestedFilename(), /\.mlr$/);
  return `${players} players there, ${named} named on the map`;
}

async function explains() {
  const { page } = chief;
  await go("Incidents");
  await page.waitForFunction(() => document.querySelector(".scroll") !== null);
  const count = await page.getByRole("link", { name: "explain" }).count();
  assert(count > 0, "ticks have left incidents");
  await page.getByRole("link", { name: "explain" }).first().click();
  await page.getByRole("heading", { name: "Where the time went" }).waitFor();
  await chief.picture("7-incident");
  return `${count} incidents; ${await page.locator(".told li").first().textContent()}`;
}

async function controls() {
  const { page } = chief;
  await go("Control");
  await page.getByLabel(/Text/).fill("The river is closed tonight");
  await page.getByRole("button", { name: "Announce" }).click();
  await page.getByText("announced to everybody").waitFor();
  await page.getByRole("row", { name: /^loot/ }).getByRole("button", { name: "Shut" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Shut" }).click();
  await page.getByRole("row", { name: /^loot/ }).getByText("shut", { exact: true }).waitFor();
  await chief.picture("8-control");
  await go("Settings");
  await page.getByRole("cell", { name: "zone.slow_tick_ms" }).waitFor();
  await page.getByLabel("Not at their default").check();
  await page.getByRole("cell", { name: "MASSLESS_ZONE_SLOW_TICK_MS" }).waitFor();
  await chief.picture("9-settings");
  await go("Audit");
  await page.getByRole("cell", { name: "switch.off" }).waitFor();
  await page.getByLabel("What").fill("refused");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("cell", { name: "POST /sign-in" }).waitFor();
  await page.waitForFunction(() => !document.body.textContent.includes("switch.off"));
  await chief.picture("10-audit");
}

async function drainsAndLeaves() {
  const { page } = chief;
  await go("Control");
  await page.getByLabel("Notice").selectOption("300");
  await page.getByRole("button", { name: "Drain" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Drain" }).click();
  await page.getByText("The server drains").waitFor();
  // By the keyboard alone, as far as the button.
  await page.getByRole("button", { name: "Sign out" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Massless console" }).waitFor();
  await page.reload();
  await page.getByLabel("Login").waitFor();
}

await play({
  server,
  players: [chief],
  pictures: PICTURES,
  parts: [
    ["people", people],
    ["signs in", signsIn],
    ["dashboard", dashboard],
    ["finds and bans a player", finds],
    ["traces coin and an item", traces],
    ["looks at a zone", looksAtAZone],
    ["explains an incident", explains],
    ["announces, shuts, looks at settings and audit", controls],
    ["drains and leaves", drainsAndLeaves],
  ],
});
