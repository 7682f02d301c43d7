// One person at a browser: looks at the page and moves by keys and mouse, like everybody.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Milliseconds for one thing on the page: two browsers without a graphics card may share two slow cores. */
const PATIENCE = 60_000;
const VIEW = { width: 960, height: 540 };
/**
 * Pictures a second where nobody looks at how they move. Without a graphics card the browser draws with all processors
 * it can get, before everybody else: two pages at full speed leave nothing to the server, the scripts and each other.
 */
const PICTURES = 8;
/** Pictures of the world until it is there. */
const SETTLED_PICTURES = 4;

/** Runs in the page before all else: what asks for the next picture gets it no more often than that. */
function slowDown(pictures) {
  const pause = 1_000 / pictures;
  const request = window.requestAnimationFrame.bind(window);
  const waiting = new Map();
  let count = 0;
  let drawn = -pause;
  const draw = (now) => {
    drawn = now;
    const due = [...waiting.values()];
    waiting.clear();
    for (const callback of due) callback(now);
  };
  window.requestAnimationFrame = (callback) => {
    if (waiting.size === 0) setTimeout(() => { request(draw); }, Math.max(drawn + pause - performance.now(), 0));
    count += 1;
    waiting.set(count, callback);
    return count;
  };
  window.cancelAnimationFrame = (number) => { waiting.delete(number); };
}

/** Runs in the page before all else: a browser that knows no settings yet has these. */
function chooseLow() {
  const name = "massless.settings";
  if (!window.location.protocol.startsWith("http") || window.localStorage.getItem(name) !== null) return;
  window.localStorage.setItem(name, JSON.stringify({ quality: "low", qualityChosen: true }));
}

/** Where figures stand, in a line. */
function placesOf(figures = []) {
  return figures.map(({ name, x, z }) => `${name} ${x.toFixed(1)} ${z.toFixed(1)}`).join(", ");
}

export class Player {
  /** Problems the page itself reported. */
  complaints = [];

  /** As many pictures as the machine can draw. */
  isFast = false;
  /** Has chosen the low picture before, in this browser: the first pages are drawn low already. */
  hasChosenLow = true;

  constructor(name, pictures) {
    this.name = name;
    this.pictures = pictures;
  }

  /** Opens the page in a browser of its own. */
  async open(address) {
    await mkdir(this.pictures, { recursive: true });
    this.folder = await mkdtemp(join(tmpdir(), "massless-chromium-"));
    const options = { executablePath: CHROMIUM, headless: true, args: ARGUMENTS, viewport: VIEW };
    this.context = await chromium.launchPersistentContext(this.folder, options);
    this.page = this.context.pages()[0] ?? await this.context.newPage();
    this.page.setDefaultTimeout(PATIENCE);
    if (!this.isFast) await this.page.addInitScript(slowDown, PICTURES);
    if (this.hasChosenLow) await this.page.addInitScript(chooseLow);
    this.page.on("pageerror", (error) => { this.complaints.push(`${error}`); });
    await this.load(address);
  }

  /** Loads the page, or loads it anew, and waits until it takes a name. */
  async load(address) {
    const begun = Date.now();
    await this.page.goto(address);
    await this.page.waitForSelector("#name", { state: "visible", timeout: 60_000 });
    await this.page.waitForFunction(() => document.querySelector("button.enter")?.disabled === false, undefined, { timeout: 60_000 });
    this.openedMillis = Date.now() - begun;
  }

  /** Types the name and goes in. */
  async join() {
    await this.page.click("#name", { clickCount: 3 });
    await this.page.keyboard.type(this.name);
    await this.page.keyboard.press("Enter");
    await this.until("in the world", (now) => now.state === "playing" && now.own !== undefined);
    await this.settles();
  }

  /** The title page is gone and the world was drawn: the first pictures of it may take seconds, as long as keys wait. */
  async settles() {
    await this.page.waitForFunction(() => document.activeElement?.tagName !== "INPUT");
    await this.page.evaluate((pictures) => new Promise((done) => {
      let left = pictures;
      const next = () => { if ((left -= 1) <= 0) done(); else window.requestAnimationFrame(next); };
      window.requestAnimationFrame(next);
    }), SETTLED_PICTURES);
  }

  /** Chooses the picture in the settings window. */
  async choosePicture(quality) {
    await this.page.keyboard.press("Escape");
    await this.page.click(`[data-quality="${quality}"]`);
    await this.page.keyboard.press("Escape");
    await this.page.waitForSelector("[role=dialog]", { state: "hidden" });
  }

  /** Goes back to the title page by the settings window. */
  async leave() {
    await this.page.keyboard.press("Escape");
    await this.page.getByRole("button", { name: /leave/i }).click();
    await this.until("at the title", (now) => now.state === "idle");
  }

  read() {
    return this.page.evaluate(() => window.massless?.read());
  }

  /** Waits until what the page shows fits; names what was waited for when it does not. */
  async until(what, fits, millis = 90_000) {
    const end = Date.now() + millis;
    let now;
    while (Date.now() < end) {
      now = await this.read();
      if (now !== undefined && fits(now)) return now;
      await this.page.waitForTimeout(100);
    }
    throw new Error(`${this.name} waited in vain until ${what}; last in sight: ${placesOf(now?.others)}`);
  }

  /** Holds a key for a while; returns the metres walked. */
  async walk(key, millis) {
    const before = (await this.read()).own;
    await this.page.keyboard.down(key);
    await this.page.waitForTimeout(millis);
    await this.page.keyboard.up(key);
    await this.page.waitForTimeout(300);
    const after = (await this.read()).own;
    return Math.hypot(after.x - before.x, after.z - before.z);
  }

  /** Holds a key until so many metres are behind it; slow pictures and a busy machine take longer. Returns the metres. */
  async walkOn(key, metres) {
    const before = (await this.read()).own;
    await this.page.keyboard.down(key);
    try {
      const { own: after } = await this.until(`${metres} m are walked`, ({ own }) =>
        own !== undefined && Math.hypot(own.x - before.x, own.z - before.z) > metres, 30_000);
      return Math.hypot(after.x - before.x, after.z - before.z);
    } finally {
      await this.page.keyboard.up(key);
    }
  }

  /** Turns the camera by dragging. */
  async turn(pixels) {
    await this.page.mouse.move(480, 200);
    await this.page.mouse.down();
    for (let step = 1; step <= 8; step += 1) await this.page.mouse.move(480 + (pixels * step) / 8, 200);
    await this.page.mouse.up();
  }

  async say(text) {
    await this.page.keyboard.press("Enter");
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
  }

  /** What was said and is still in the log, line by line. */
  heard() {
    return this.page.locator(".chat-log li").allTextContents();
  }

  async hears(text) {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await this.page.waitForTimeout(100)) {
      if ((await this.heard()).some((line) => line.includes(text))) return;
    }
    throw new Error(`${this.name} waited in vain for the words "${text}"; heard: ${JSON.stringify(await this.heard())}`);
  }

  /** Frames a second over some seconds, counted by the page's own frames. */
  framesPerSecond(seconds) {
    return this.page.evaluate((length) => new Promise((done) => {
      let frames = 0;
      const begun = performance.now();
      const count = (now) => {
        frames += 1;
        if (now - begun >= length * 1_000) done((frames * 1_000) / (now - begun));
        else window.requestAnimationFrame(count);
      };
      window.requestAnimationFrame(count);
    }), seconds);
  }

  /** Parts of the display that reach out of the window, or lie on one another. */
  offScreen() {
    return this.page.evaluate(() => {
      const parts = [...document.querySelectorAll(".hud > *:not(.plates)")]
        .map((part) => ({ name: part.className, box: part.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && box.height > 0);
      const outside = parts.filter(({ box }) =>
        box.left < 0 || box.top < 0 || box.right > window.innerWidth || box.bottom > window.innerHeight);
      const covered = parts.filter(({ box }, index) => parts.some((other, at) => at > index &&
        box.left < other.box.right && other.box.left < box.right && box.top < other.box.bottom && other.box.top < box.bottom));
      return [...outside, ...covered].map(({ name }) => name);
    });
  }

  /** How things stand, for a failure's report. */
  async account() {
    const { others, ...now } = (await this.read()) ?? {};
    const heard = await this.heard();
    return `${this.name}: ${JSON.stringify(now)}, ${others?.length} others in sight; heard: ${JSON.stringify(heard.slice(-12))}`;
  }

  picture(name) {
    return this.page.screenshot({ path: join(this.pictures, `${name}.png`), timeout: 60_000 });
  }

  async close() {
    await this.context?.close();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
