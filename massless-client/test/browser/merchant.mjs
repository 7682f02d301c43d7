// One person with an account who does business: shops, smith, storage, trade, letters, market; by mouse and keys only.
import { Fighter, Kind } from "./fighter.mjs";

/** Milliseconds for what a slow picture may take: two browsers without a graphics card share two cores. */
const PATIENCE = 60_000;
/** Pixels from the foot of a name to the body below it. */
const BODY_BELOW_NAME = [26, 16, 40, 60];
const BAG_SLOTS = 45;

export class Merchant extends Fighter {
  constructor(name, pictures, password) {
    super(name, pictures);
    this.login = `${name.toLowerCase()}.test`;
    this.password = password;
  }

  shows(selector, timeout = PATIENCE) {
    return this.page.waitForSelector(selector, { state: "visible", timeout });
  }

  /** All that this browser keeps, as a script of the page could read it. */
  stored() {
    return this.page.evaluate(() => JSON.stringify([{ ...window.localStorage }, { ...window.sessionStorage }, document.cookie]));
  }

  /** Makes an account by the form, and a character of that class. */
  async register(profession) {
    await this.page.click(".to-register");
    await this.signIn();
    await this.shows(".title-back");
    await this.page.fill("#name", this.name);
    await this.page.click(`.class-card[data-class="${profession}"]`);
    await this.page.click("button.enter");
    await this.shows(".characters .play");
  }

  async signIn() {
    await this.page.fill("#login-name", this.login);
    await this.page.fill("#login-password", this.password);
    await this.page.click(".sign-in-submit");
  }

  /** Comes as on the first day of a new browser: no cookie, the password is asked for. */
  async logInAnew(address) {
    await this.context.clearCookies();
    await this.page.evaluate(() => { window.sessionStorage.clear(); });
    await this.page.goto(address);
    await this.shows(".to-login, #login-name");
    if (await this.page.isVisible(".to-login")) await this.page.click(".to-login");
    await this.shows("#login-name");
    await this.signIn();
    await this.shows(".characters .play");
  }

  async enters() {
    await this.page.click(".characters .play");
    await this.until("in the world", (now) => now.state === "playing" && now.own !== undefined);
  }

  /** Walks up to somebody and opens what this one does. */
  async visits(name, service) {
    for (let tries = 0; tries < 4; tries += 1) {
      await this.goTo(this.places[name], 3);
      await this.talk(name);
      try {
        await this.page.click(`.window.dialogue [data-service="${service}"]`, { timeout: 8_000 });
        await this.shows(`.window.${service}`, 8_000);
        return;
      } catch {
        // The talk ended by itself.
      }
    }
    throw new Error(`${this.name} cannot do business with ${name}`);
  }

  async openBag() {
    if (!(await this.page.isVisible(".window.inventory"))) await this.page.keyboard.press("KeyI");
    await this.shows(".window.inventory");
  }

  async opensPeople() {
    await this.page.keyboard.press("KeyO");
    await this.shows(".window.social");
    await this.tab("friends");
  }

  /** The label of every slot that holds something, in order: bag, worn, and the coin. */
  owned() {
    return this.page.evaluate((slots) => {
      const filled = (selector) => [...document.querySelectorAll(selector)]
        .filter((slot) => slot.classList.contains("filled")).map((slot) => slot.getAttribute("aria-label"));
      return {
        bag: filled(".inventory [data-bag]").slice(0, slots),
        worn: filled(".inventory [data-worn]"),
        coin: document.querySelector(".inventory .coin").textContent,
      };
    }, BAG_SLOTS);
  }

  /** Coin that the open bag shows. */
  async coin() {
    return Number((await this.page.textContent(".inventory .coin")).replaceAll(/\D/g, ""));
  }

  /** Waits until nothing is being booked and the open bag shows what fits. */
  async untilOwned(what, fits) {
    const end = Date.now() + PATIENCE;
    let owned;
    while (Date.now() < end) {
      const isBooking = await this.isBooking();
      owned = await this.owned();
      if (!isBooking && await fits(owned)) return owned;
      await this.page.waitForTimeout(200);
    }
    throw new Error(`${this.name} waited in vain until ${what}; owned: ${JSON.stringify(owned)}`);
  }

  /** Slot of the bag whose label begins so. */
  async bagSlot(beginning) {
    for (let slot = 0; slot < BAG_SLOTS; slot += 1) {
      const selector = `.inventory [data-bag="${slot}"]`;
      if ((await this.label(selector)).startsWith(beginning)) return selector;
    }
    throw new Error(`${this.name} has no ${beginning}`);
  }

  /** Gives something of the bag to the window that is open. */
  async gives(beginning) {
    await this.page.dblclick(await this.bagSlot(beginning));
  }

  /** Whether anything of the open bag is being booked. */
  async isBooking() {
    return await this.page.locator(".inventory .waiting").count() > 0
      || (await this.page.textContent(".inventory .room")).includes("booked");
  }

  /** Opens a letter at the clerk's that says so in the list: one of another player takes a minute to come. */
  async opensLetter(text, millis) {
    const entry = this.page.locator(".letter-entry", { hasText: text }).first();
    for (const end = Date.now() + millis; !(await entry.isVisible()); ) {
      if (Date.now() > end) throw new Error(`${this.name} waited in vain for the letter "${text}"`);
      await this.page.waitForTimeout(1_000);
      await this.tab("write");
      await this.tab("inbox");
    }
    await entry.click();
    await this.shows(".letter .claim");
  }

  /** Chooses another player by a click on the body. */
  async targets(name) {
    const frame = this.page.locator(".target-frame:visible .target-name");
    for (let tries = 0; tries < 24; tries += 1) {
      const plate = this.page.locator(".plate:visible", { has: this.page.locator(".plate-name", { hasText: new RegExp(`^${name}$`) }) }).first();
      const box = await plate.boundingBox().catch(() => null);
      if (box !== null) {
        const below = BODY_BELOW_NAME[tries % BODY_BELOW_NAME.length];
        await this.page.mouse.click(box.x + box.width / 2, box.y + box.height + below);
        await this.page.waitForTimeout(400);
        if (await frame.count() > 0 && (await frame.textContent()) === name) return;
      } else await this.turn(140);
    }
    throw new Error(`${this.name} cannot choose ${name}`);
  }

  /** A click that misses the body is an order to walk there: so back to the place, within reach, before it asks. */
  async asksForATrade(name, place) {
    await this.targets(name);
    await this.goTo(place, 2);
    await this.page.click(".target-frame .target-more");
    await this.page.getByRole("menuitem", { name: "Trade" }).click();
  }

  sees(name) {
    return this.until(`${name} is in sight`, (now) => now.others.some((figure) => figure.kind === Kind.Character && figure.name === name));
  }

  /** Tabs of the open windows. */
  async tab(name) {
    await this.page.click(`.tab[data-tab="${name}"]:visible`);
  }

  texts(selector) {
    return this.page.locator(selector).allTextContents();
  }
}
