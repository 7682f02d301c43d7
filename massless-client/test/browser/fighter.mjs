// One person who plays: walks by the small map, talks, fights, picks up; by keys and mouse only.
import { Player } from "./player.mjs";

/** What a figure is; `Kind` of the client. */
export const Kind = { Character: 0, Creature: 1, Npc: 2, Item: 3, Area: 4 };
const DEAD = 6;
/** Metres the small map is wide, and how far from its middle one can click. */
const MAP_METRES = 110;
const MAP_REACH = 42;
/** Metres within which the key for whatever is near finds something. */
const USE_METRES = 11;
/** Ways aside that are tried before an obstacle, radians from the wanted one. */
const ASIDE = [0, 1, -1, 1.7, -1.7, 2.4, -2.4];
/** Milliseconds for one leg of a longer way, and how near to a corner is enough. */
const LEG_MILLIS = 40_000;
const CORNER_METRES = 1.5;
const NAMES = { "Dust Hound": 101 };

function way(figure, own) {
  return Math.hypot(figure.x - own.x, figure.z - own.z);
}

export class Fighter extends Player {
  /** Things picked up so far. */
  looted = 0;

  /** Clicks the small map until the figure is there; `enough` may end it before. The way to a far place is sought
   * not far: who stands before a house goes aside first, farther with every try. */
  async goTo([x, z], near, enough = async () => false, millis = 300_000) {
    const end = Date.now() + millis;
    let blocked = 0;
    while (Date.now() < end) {
      const { own } = await this.read();
      if (own === undefined || await enough()) return;
      const [east, north] = [x - own.x, z - own.z];
      const left = Math.hypot(east, north);
      if (left <= near) return;
      const reach = blocked === 0 ? Math.min(left, MAP_REACH) : Math.min(8 + 4 * blocked, MAP_REACH);
      const aside = ASIDE[blocked % ASIDE.length];
      const [sine, cosine] = [Math.sin(aside), Math.cos(aside)];
      const [unitEast, unitNorth] = [east / left, north / left];
      await this.clickMap(
        (unitEast * cosine - unitNorth * sine) * reach,
        (unitEast * sine + unitNorth * cosine) * reach,
      );
      const metres = await this.walked(own, blocked === 0 ? Math.min(left - near / 2, MAP_REACH) * 0.8 : reach, enough);
      blocked = blocked > 0 && metres > 4 ? 0 : metres < 3 ? blocked + 1 : 0;
    }
    const { own } = await this.read();
    throw new Error(`${this.name} does not get to ${x}, ${z}: stands at ${own?.x.toFixed(1)}, ${own?.z.toFixed(1)}, pose ${own?.pose}`);
  }

  isFar(own, [x, z], metres) {
    return own === undefined || Math.hypot(own.x - x, own.z - z) > metres;
  }

  /** Goes from corner to corner of a road until as near to its end; enters it at the corner that is nearest. Who
   * dies on the way or is caught among houses goes on from wherever that is. */
  async goAlong(road, near) {
    for (let failures = 0; ; ) {
      const { own } = await this.until("alive", (now) => now.own !== undefined && now.own.pose !== DEAD, 90_000);
      const end = road.at(-1);
      if (!this.isFar(own, end, near)) return;
      const ways = road.map(([x, z]) => Math.hypot(own.x - x, own.z - z));
      const nearest = ways.indexOf(Math.min(...ways));
      const next = road[Math.min(nearest + (ways[nearest] <= CORNER_METRES ? 1 : 0), road.length - 1)];
      try {
        await this.goTo(next, next === end ? near : CORNER_METRES, async () => (await this.read()).own?.pose === DEAD, LEG_MILLIS);
      } catch (error) {
        failures += 1;
        if (failures === 6) throw error;
        // Away from whatever stands there, and once more.
        for (const key of ["KeyS", "KeyD"]) await this.walk(key, 1_500);
      }
    }
  }

  async clickMap(east, north) {
    const box = await this.page.locator(".minimap canvas").boundingBox();
    const scale = box.width / MAP_METRES;
    await this.page.mouse.click(box.x + box.width / 2 + east * scale, box.y + box.height / 2 - north * scale);
  }

  /** Waits until so many metres are behind it, or it stands still; the metres from where it began. */
  async walked(from, metres, enough) {
    let before = from;
    let still = 0;
    for (;;) {
      await this.page.waitForTimeout(250);
      const { own } = await this.read();
      if (own === undefined) return 0;
      const done = way(own, from);
      if (done >= metres || await enough()) return done;
      still = way(own, before) < 0.2 ? still + 1 : 0;
      if (still >= 6) return done;
      before = own;
    }
  }

  /** Where people stand, by name: who is not found at once is walked up to. */
  places = {};

  /** Talks to whoever is nearest, who has to be that one. */
  async talk(name) {
    for (let tries = 0; tries < 8; tries += 1) {
      if (tries > 0 && this.places[name] !== undefined) await this.goTo(this.places[name], 2);
      await this.page.keyboard.press("KeyF");
      try {
        await this.page.waitForSelector(".window.dialogue", { state: "visible", timeout: 8_000 });
        const title = await this.page.textContent(".window.dialogue h2", { timeout: 5_000 });
        if (title.includes(name)) return;
        await this.closeWindows();
      } catch {
        // Still on the way.
      }
    }
    throw new Error(`${this.name} finds no way to talk to ${name}`);
  }

  /** Talks to somebody and presses a button of the dialogue for every quest that has one. Who is carried out of
   * reach, which closes the dialogue, comes back. */
  async forAllQuests(name, entry, press) {
    for (let tries = 0; tries < 4; tries += 1) {
      await this.talk(name);
      if (await this.pressAll(entry, press)) {
        await this.closeWindows();
        return;
      }
    }
    throw new Error(`${this.name} cannot stay with ${name}`);
  }

  /** False when the dialogue closed by itself. */
  async pressAll(entry, press) {
    const dialogue = this.page.locator(".window.dialogue");
    // What somebody has may be told a moment after the window opened.
    for (let round = 0, idle = 0; round < 24 && idle < 5; round += 1) {
      if (!(await dialogue.isVisible())) return false;
      const wanted = [
        dialogue.locator(`button.${press}`).first(),
        dialogue.locator(`.quest-entry.${entry}`).first(),
        dialogue.locator(".talk-foot button", { hasText: "Back" }).first(),
      ];
      const shown = await Promise.all(wanted.map((button) => button.isVisible()));
      const next = wanted[shown.indexOf(true)];
      if (next === undefined) idle += 1;
      else {
        idle = 0;
        try {
          await next.click({ timeout: 5_000 });
        } catch {
          // It changed while the pointer was on its way: look again.
        }
      }
      await this.page.waitForTimeout(next === wanted[0] ? 1_200 : 400);
    }
    return true;
  }

  takeAll(name) {
    return this.forAllQuests(name, "offer", "take-quest");
  }

  handInAll(name) {
    return this.forAllQuests(name, "ready", "hand-in");
  }

  /** Waits until a quest is among those at the side, or is not. */
  async untilTracked(quest, wanted) {
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
      if ((await this.tracked()).includes(quest) === wanted) return;
      await this.page.waitForTimeout(200);
    }
    throw new Error(`${quest} is ${wanted ? "not taken" : "still open"}: ${await this.tracked()}`);
  }

  async closeWindows() {
    const close = this.page.locator(".window .window-close:visible").first();
    for (let tries = 0; tries < 8 && await close.isVisible(); tries += 1) {
      try {
        await close.click({ timeout: 3_000 });
      } catch {
        // It closed by itself.
      }
    }
  }

  /** Text of the quests at the side. */
  async tracked() {
    return (await this.page.textContent(".tracker")) ?? "";
  }

  async isReady(quest) {
    return await this.page.locator(".tracked.ready", { hasText: quest }).count() > 0;
  }

  async sees(name) {
    const { own, others } = await this.read();
    return others.some((figure) =>
      figure.kind === Kind.Creature && figure.detail === NAMES[name] && figure.pose !== DEAD && way(figure, own) < 28);
  }

  /** Chooses one by the key for the next target, walks up, fights until it is dead. */
  async slay(name, picture) {
    if (!(await this.chooses(name))) {
      await this.turn(170);
      return false;
    }
    await this.page.keyboard.press("KeyF");
    await this.page.keyboard.down("Digit1");
    const end = Date.now() + 45_000;
    let taken = picture === undefined;
    let died = false;
    while (Date.now() < end) {
      const frame = await this.page.locator(".target-frame:visible").count();
      if (frame === 0) {
        died = true;
        break;
      }
      if (!taken && await this.page.locator(".combat-text *").count() > 0) {
        await this.picture(picture);
        taken = true;
      }
      await this.page.waitForTimeout(150);
    }
    await this.page.keyboard.up("Digit1");
    if (!taken) await this.picture(picture);
    return died;
  }

  async chooses(name) {
    for (let tries = 0; tries < 6; tries += 1) {
      await this.page.keyboard.press("Tab");
      await this.page.waitForTimeout(150);
      const frame = this.page.locator(".target-frame:visible .target-name");
      if (await frame.count() > 0 && (await frame.textContent()) === name) return true;
    }
    return false;
  }

  /** Picks up what lies near. */
  async loot() {
    for (let tries = 0; tries < 6; tries += 1) {
      const { own, others } = await this.read();
      const things = others.filter((figure) => figure.kind === Kind.Item && way(figure, own) < USE_METRES);
      if (things.length === 0) return;
      await this.page.keyboard.press("KeyF");
      const before = things.length;
      const end = Date.now() + 5_000;
      while (Date.now() < end) {
        await this.page.waitForTimeout(200);
        const now = await this.read();
        const left = now.others.filter((figure) => things.some((thing) => thing.actor === figure.actor)).length;
        if (left < before) {
          this.looted += before - left;
          break;
        }
      }
    }
  }

  /** The level that the portrait shows. */
  async level() {
    return Number(await this.page.textContent(".portrait .level-badge"));
  }

  label(selector) {
    return this.page.getAttribute(selector, "aria-label");
  }

  async untilLabel(selector, fits) {
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
      if (fits(await this.label(selector))) return;
      await this.page.waitForTimeout(100);
    }
    throw new Error(`${selector} is ${await this.label(selector)}`);
  }

  /** The slot of the bag that holds something of that name. */
  async slotOf(label) {
    for (let slot = 0; slot < 45; slot += 1) {
      const selector = `.inventory [data-bag="${slot}"]`;
      if ((await this.label(selector)) === label) return selector;
    }
    throw new Error(`nothing in the bag is called ${label}`);
  }
}
