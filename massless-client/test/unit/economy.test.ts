// What things cost and how they go, as sections 4, 6, 8 and 12 of the rules say.

import { describe, expect, it } from "vitest";

import { TradeEnd } from "massless/core/world";
import { amountFrom } from "../../src/ui/ask";
import { graceLeft, lastPlayed } from "../../src/ui/character-list";
import { channelOf, pastTalk, placeholderOf, shows, spoken, tabOf } from "../../src/ui/chat-text";
import {
  afterFailure, affordable, destinations, enlargePrice, failureText, isSellable, isTradable, listingFee, oilHelps, postage, rankBp, rankMana, rankNeeds, recipeCoin,
  refineChance, refineCost, resetPrice, salePrice, shopPrice, travelFee,
} from "../../src/ui/economy";
import { fateOf } from "../../src/ui/mail-write";
import { agoText, contentsText, isFull, priceText, senderText, unreadCount, untilText } from "../../src/ui/market-text";
import { emailTrouble, loginTrouble, nameTrouble, strengthOf } from "../../src/ui/names";
import { OFFERED } from "../../src/ui/services";
import { sortedGoods } from "../../src/ui/shop";
import { gainText, outcomeText } from "../../src/ui/smith";
import { sortedFriends } from "../../src/ui/social";
import { coinFrom, TRADE_ENDS, tradeHint } from "../../src/ui/trade";
import { rankGain } from "../../src/ui/trainer";
import { serverKindFrom, rememberedFrom } from "../../src/net/entrance";
import { definitions, item, sheet } from "../story/fixture";
import { trade } from "../story/services-story";

const { services } = definitions;
const draught = { ...definitions.items.get(3001)!, price: 7 };
const plate = { ...definitions.items.get(2011)!, price: 45 };

describe("shops", () => {
  it("ask less for draughts of who belongs to the Tide Assembly", () => {
    expect([1, 2, 3].map((faction) => shopPrice(services, { ...draught, price: 18 }, faction))).toEqual([18, 17, 18]);
    expect(shopPrice(services, plate, 2)).toBe(45);
  });

  it("pay by rarity, and nothing for what is worth nothing", () => {
    expect([0, 4, 5].map((rarity) => salePrice({ rarity }, { ...plate, sale: [90, 135, 270, 540, 1_080] }))).toEqual([90, 1_080, 0]);
    expect(isSellable(item(2011), plate)).toBe(true);
    expect(isSellable(item(2011, { bound: true }), plate)).toBe(false);
    expect(isSellable(item(4003), { ...definitions.items.get(4003)!, sale: [0, 0, 0, 0, 0] })).toBe(false);
    expect(isTradable(item(6001), definitions.items.get(6001)!)).toBe(false);
  });

  it("show first what one can use", () => {
    expect(sortedGoods([1031, 1011, 2011, 2031, 3001], sheet(), definitions)).toEqual([1011, 2011, 3001, 1031, 2031]);
  });

  it("sell as much as coin and bag allow, at most a stack", () => {
    const bag = Array.from({ length: 45 }, () => null);
    expect(affordable(7, sheet({ coin: 100, bag }), draught)).toBe(14);
    expect(affordable(7, sheet({ coin: 100_000, bag }), draught)).toBe(99);
    const full = Array.from({ length: 45 }, (_, index) => (index === 0 ? item(3001, { quantity: 95 }) : item(2011)));
    expect(affordable(7, sheet({ coin: 100_000, bag: full }), draught)).toBe(4);
    expect(affordable(45, sheet({ coin: 44, bag }), { ...plate, stackMax: 1 })).toBe(0);
  });
});

describe("the smith", () => {
  it("asks what the table says", () => {
    expect(refineCost(services, plate, 1, 2)).toEqual({ coin: 4, material: 4001 });
    expect(refineCost(services, { ...plate, price: 1_800 }, 4, 2)).toEqual({ coin: 450, material: 4002 });
    expect(refineCost(services, { ...plate, price: 1_800 }, 9, 2)).toEqual({ coin: 900, material: 4003 });
    expect(refineCost(services, { ...plate, price: 1_800 }, 9, 1).coin).toBe(855);
    expect(services.recipes.map((recipe) => recipeCoin(services, recipe, 1))).toEqual([19, 475]);
  });

  it("has more of a chance after each failure, and Incense after that", () => {
    expect(refineChance(services, 1, 0, false)).toBe(9_000);
    expect(refineChance(services, 1, 5, false)).toBe(10_000);
    expect(refineChance(services, 8, 3, false)).toBe(1_950);
    expect(refineChance(services, 8, 3, true)).toBe(2_950);
    expect(refineChance(services, 9, 0, true)).toBe(1_700);
  });

  it("says what a failure does, with and without Oil", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map((target) => afterFailure(services, target, false))).toEqual([0, 1, 2, 2, 3, 3, 4, 0, "destroyed"]);
    expect([4, 5, 6, 7, 8, 9].map((target) => afterFailure(services, target, true))).toEqual([3, 4, 5, 6, 7, "destroyed"]);
    expect([3, 4, 8, 9].map((target) => oilHelps(services, target))).toEqual([false, true, true, false]);
    expect(failureText(services, 3, false)).toBe("A failure changes nothing.");
    expect(failureText(services, 6, false)).toBe("A failure brings it down to +3.");
    expect(failureText(services, 9, true)).toBe("A failure destroys it.");
  });

  it("tells how it went", () => {
    const event = { type: "refined", definition: 2011, before: 4 } as const;
    expect(outcomeText({ ...event, after: 5 }, "Plate")).toEqual({ text: "It holds! Plate is +5 now.", tone: "good" });
    expect(outcomeText({ ...event, after: 4 }, "Plate").tone).toBe("soft");
    expect(outcomeText({ ...event, after: 3 }, "Plate").text).toBe("It failed. Plate is +3 now.");
    expect(outcomeText({ ...event, before: 7, after: 0 }, "Plate").text).toContain("plain again");
    expect(outcomeText({ ...event, before: 8, after: undefined }, "Plate").text).toBe("Plate is destroyed.");
    expect(gainText(item(2011, { rarity: 2, upgrade: 2 }), definitions.items.get(2011)!)).toBe("Defence 12 → 12 · Magic defence 6 → 6");
  });
});

describe("storage, ranks and travel", () => {
  it("cost what the rules say", () => {
    expect([30, 40, 80, 90].map((slots) => enlargePrice(services, slots))).toEqual([2_000, 4_000, 12_000, undefined]);
    const cut = definitions.skills.get(101)!;
    expect(rankNeeds(services, cut, 2)).toEqual({ level: 6, coin: 96 });
    expect(rankNeeds(services, { ...cut, level: 3 }, 10)).toEqual({ level: 48, coin: 3_840 });
    expect([rankBp(15_000, 1), rankBp(15_000, 2), rankMana(8, 1), rankMana(8, 2)]).toEqual([15_000, 15_450, 8, 8]);
    expect(rankGain(cut, 1)).toEqual(["Damage 150 % → 154.5 %"]);
    expect(rankGain(cut, 3)).toContain("mana 9 → 10");
    expect([resetPrice(services, sheet({ level: 7 })), resetPrice(services, sheet({ level: 7, resets: 1 }))]).toEqual([0, 700]);
    expect([travelFee(services, 10, 1), travelFee(services, 10, 3)]).toEqual([60, 48]);
    expect(destinations(sheet({ visited: [1, 10, 99] }), 1, definitions)).toEqual([10]);
  });
});

describe("market and mail", () => {
  it("have their fees", () => {
    expect([1, 19, 20, 1_000, 100_000_000].map((price) => listingFee(services, price))).toEqual([1, 1, 1, 50, 5_000_000]);
    expect([0, 5].map((things) => postage(services, things))).toEqual([20, 70]);
  });

  it("speak of time and contents", () => {
    expect([30_000, 5 * 60_000, 3 * 3_600_000, 50 * 3_600_000].map((left) => untilText(left, 0))).toEqual(["soon", "5 min", "3 h", "2 days"]);
    expect([agoText(0, 1_000), agoText(0, 120_000)]).toEqual(["just now", "2 min ago"]);
    expect(priceText({ price: 100, item: { definition: 1, rarity: 0, upgrade: 0, quantity: 3 } })).toBe("100 (34 each)");
    const letter = { id: 1, from: "Odo", kind: "returned", subject: "", text: "", coin: 5, items: [], arrivedAt: 0, expiresAt: undefined, read: false } as const;
    expect([unreadCount([letter]), unreadCount([{ ...letter, read: true }])]).toEqual([1, 0]);
    expect([isFull(letter), isFull({ ...letter, coin: 0 }), contentsText(letter)]).toEqual([true, false, "5 coin"]);
    expect([senderText(letter), senderText({ kind: "system", from: "" })]).toEqual(["Came back from Odo", "The clerks"]);
  });
});

describe("a trade", () => {
  it("says what is next", () => {
    const open = trade({});
    expect(tradeHint({ ...open, other: { ...open.other, locked: false } })).toMatch(/then lock/);
    expect(tradeHint(open)).toMatch(/has locked/);
    expect(tradeHint(trade({ locked: true }))).toMatch(/agrees\. Look once more/);
    expect(tradeHint(trade({ locked: true, confirmed: true }))).toMatch(/^Waiting/);
    expect(tradeHint({ ...open, settling: true })).toMatch(/booked/);
    for (const end of [0, 1, 2, 3, 4, 5] as TradeEnd[]) expect(TRADE_ENDS[end]).toMatch(/\.$/);
  });

  it("takes coin within one's purse", () => {
    expect(["50", "1,200", " 9 999 ", "-5", "all", "1e9", "2.7"].map((text) => coinFrom(text, 1_000))).toEqual([50, 1_000, 1_000, 0, 0, 1_000, 27]);
    expect([amountFrom("7", 5), amountFrom("0", 5), amountFrom("x", 5), amountFrom("2.9", 5)]).toEqual([5, 1, 1, 2]);
  });
});

describe("a letter that was asked to be sent", () => {
  const [silk, tusk] = [item(5004), item(5006)];
  const letter = { coin: 100, booked: true, attached: [silk.uid, tusk.uid] };
  const empty = { ...letter, attached: [] };
  const waits = ["mail"];

  it("is on its way when its things are out of the bag, or its postage is paid", () => {
    expect(fateOf(letter, sheet({ coin: 100, bag: [silk, tusk], waits }))).toBe("open");
    expect(fateOf(letter, sheet({ coin: 70, bag: [tusk], waits }))).toBe("open");
    // Coin that came meanwhile says nothing.
    expect(fateOf(letter, sheet({ coin: 120, bag: [] }))).toBe("sent");
    expect(fateOf(empty, sheet({ coin: 80, bag: [] }))).toBe("sent");
  });

  it("was refused when the books had it and nothing has changed, also while nobody listened", () => {
    expect(fateOf(letter, sheet({ coin: 100, bag: [silk, tusk] }))).toBe("refused");
    expect(fateOf(empty, sheet({ coin: 100, bag: [] }))).toBe("refused");
    expect(fateOf({ ...empty, booked: false }, sheet({ coin: 100, bag: [] }))).toBe("open");
  });
});

describe("channels", () => {
  it("puts what was said before in order, without what one has heard oneself", () => {
    const line = (at: number, name: string, text: string) => ({ at, name, text });
    const said = [[2, [line(10, "Ada", "hello"), line(40, "Bo", "late")]], [4, [line(20, "Cy", "hello")]]] as const;
    const heard = [{ channel: 2, name: "Bo", text: "late" }, { channel: 3, name: "Cy", text: "hello" }];
    expect(pastTalk(said, heard)).toEqual([
      { channel: 2, name: "Ada", text: "hello" },
      { channel: 4, name: "Cy", text: "hello" },
    ]);
  });

  it("show as often as it was said what was said before, and nothing of those who are blocked", () => {
    const line = (at: number, name: string, text: string) => ({ at, name, text });
    const said = [[8, [line(10, "Ada", "selling"), line(20, "Ada", "selling"), line(20, "Bo", "buying"), line(30, "Sneer", "ha"), line(40, "Ada", "selling")]]] as const;
    const texts = (heard: Parameters<typeof pastTalk>[1]) => pastTalk(said, heard, new Set(["Sneer"])).map(({ name, text }) => `${name}: ${text}`);
    const heard = { channel: 8, name: "Ada", text: "selling" };
    expect(texts([])).toEqual(["Ada: selling", "Ada: selling", "Bo: buying", "Ada: selling"]);
    expect(texts([heard])).toEqual(["Ada: selling", "Ada: selling", "Bo: buying"]);
    expect(texts([heard, heard, heard, heard])).toEqual(["Bo: buying"]);
    expect(texts([{ ...heard, channel: 2 }])).toHaveLength(4);
  });

  it("have tabs, and a tab has a channel", () => {
    expect([channelOf("all"), channelOf("zone"), channelOf("system"), channelOf("whisper")]).toEqual([1, 2, 1, 5]);
    expect([tabOf(4), tabOf(8), tabOf(7), shows("all", 7), shows("zone", 2), shows("zone", 1)]).toEqual(["global", "trade", undefined, true, true, false]);
    expect(placeholderOf("whisper", "Odo")).toBe("Whisper to Odo");
  });

  it("are spoken to by commands, else by the tab", () => {
    expect(spoken("hi", 3)).toEqual({ type: "say", channel: 3, text: "hi" });
    expect(spoken("/g anyone?")).toEqual({ type: "say", channel: 4, text: "anyone?" });
    expect(spoken("/t a ring for two cores")).toEqual({ type: "say", channel: 8, text: "a ring for two cores" });
    expect(spoken("/w Odo are you there?", 2)).toEqual({ type: "whisper", name: "Odo", text: "are you there?" });
    expect(spoken("yes", 5)).toEqual({ type: "reply", text: "yes" });
    expect(spoken("/r yes")).toEqual({ type: "reply", text: "yes" });
    expect(spoken("/block Sneer")).toEqual({ type: "block", name: "Sneer" });
    for (const line of ["/w", "/w Odo", "/r", "/friend", "/g"]) expect(spoken(line).type).toBe("unknown");
  });
});

describe("accounts", () => {
  it("know what is wrong with names, addresses and passwords", () => {
    expect(nameTrouble("O'Hara")).toBeUndefined();
    expect(nameTrouble("Anna-Lena")).toBeUndefined();
    for (const name of ["O'Ha'ra", "-Anna", "Anna-", "A--b"]) expect(nameTrouble(name), name).toMatch(/hyphen|letters/);
    expect([loginTrouble("ada"), loginTrouble("ad"), loginTrouble("ada lovelace"), loginTrouble("_ada")].map((trouble) => trouble === undefined)).toEqual([true, false, false, false]);
    expect([emailTrouble(""), emailTrouble("a@b.c"), emailTrouble("nobody")].map((trouble) => trouble === undefined)).toEqual([true, true, false]);
    expect(["short", "aaaaaaaaaaaa", "12345678", "ada-lovelace1", "tangerine", "four plain words here", "correct Horse 9 battery!"].map((password) => strengthOf(password, "ada-love").grade))
      .toEqual([0, 0, 0, 0, 1, 3, 3]);
  });

  it("say when somebody played, and how long a deleted one can come back", () => {
    const day = 86_400_000;
    const now = 1_000 * day;
    expect([undefined, now, now - 3 * 3_600_000, now - day, now - 5 * day].map((at) => lastPlayed(at, now))).toEqual(["never played", "played just now", "played 3 h ago", "played yesterday", "played 5 days ago"]);
    expect([now, now - 6.5 * day, now - 8 * day].map((at) => graceLeft(at, now))).toEqual(["deleted; gone in 7 days", "deleted; gone within a day", "gone"]);
  });

  it("are had by servers that say so", () => {
    expect(serverKindFrom({ auth: { accounts: true, guests: false } })).toEqual({ accounts: true, guests: false });
    expect(serverKindFrom({ name: "old" })).toEqual({ accounts: false, guests: true });
    expect(serverKindFrom(undefined)).toEqual({ accounts: false, guests: true });
    expect(rememberedFrom('{"name":"ada","guest":false}')).toEqual({ name: "ada", guest: false });
    for (const text of [null, "{", "7", '{"name":1}']) expect(rememberedFrom(text)).toBeUndefined();
  });
});

describe("people", () => {
  it("offer what their role does", () => {
    expect(OFFERED.clerk.map(([service]) => service)).toEqual(["market", "mail"]);
    expect(OFFERED.guard).toEqual([]);
  });

  it("are listed with those first who are there", () => {
    const friend = (name: string, online: boolean): Parameters<typeof sortedFriends>[0][number] => ({ name, online, level: 1, class: 1, zone: 1 });
    expect(sortedFriends([friend("Wren", false), friend("Odo", true), friend("Anna", false)]).map(({ name }) => name)).toEqual(["Odo", "Anna", "Wren"]);
  });
});
