// Made-up books and a made-up trade.

import type { Desk, Friend, Letter, Listing } from "massless/core/desk";
import type { Trade, TradeSide } from "massless/core/world";
import { item, party } from "./fixture";

const HOUR = 3_600_000;
const now = Date.now();

const NAMES = ["Odo", "Maximilianus", "Wren", "Finn", "Mira"] as const;
const GOODS = [1022, 2103, 3001, 4002, 2092, 5011, 4011, 2031, 1031, 2082, 5007] as const;

const listings: Listing[] = GOODS.map((definition, index) => ({
  id: index + 1,
  seller: NAMES[index % NAMES.length]!,
  item: { definition, rarity: index % 5, upgrade: definition < 3_000 ? index % 4 : 0, quantity: definition < 3_000 ? 1 : 1 + index * 3 },
  price: [4_200, 350, 90, 1_180, 760, 40, 900, 25_000, 300, 5_100, 66][index] ?? 100,
  expiresAt: now + (index + 1) * 4 * HOUR,
  own: false,
}));

const letter = (more: Partial<Letter> & Pick<Letter, "id">): Letter => ({
  from: "Wren", kind: "player", subject: "Hello", text: "", coin: 0, items: [], arrivedAt: now - HOUR, expiresAt: now + 29 * 24 * HOUR, read: false, ...more,
});

const letters: Letter[] = [
  letter({ id: 1, from: "Maximilianus", subject: "For the captain", text: "Here are the draughts you asked for.\nDo not drink them all at once!", coin: 250, items: [{ definition: 3001, rarity: 0, upgrade: 0, quantity: 10 }, { definition: 2103, rarity: 2, upgrade: 3, quantity: 1 }] }),
  letter({ id: 2, from: "", kind: "system", subject: "Sold: Tempered Shield", text: "Your offer found a buyer.", coin: 1_900, read: true, arrivedAt: now - 5 * HOUR }),
  letter({ id: 3, subject: "Tonight", text: "Eight o'clock at the mill?", read: true, arrivedAt: now - 26 * HOUR }),
  letter({ id: 4, from: "Grumble", kind: "returned", subject: "For you", items: [{ definition: 5001, rarity: 0, upgrade: 0, quantity: 4 }] }),
];

const friends: Friend[] = [
  { name: "Wren", online: false, level: 2, class: 4, zone: undefined },
  { name: "Maximilianus", online: true, level: 4, class: 3, zone: 1 },
  { name: "Odo", online: true, level: 9, class: 2, zone: 10 },
];

export const desk: Desk = {
  market: ({ text, page }) => Promise.resolve({ listings: text === "" ? listings : listings.slice(0, 2), page, pages: 3 }),
  myListings: () => Promise.resolve([{ ...listings[1]!, own: true }, { ...listings[3]!, own: true }]),
  letters: () => Promise.resolve(letters),
  draft: (to) => (to === "Nobody" ? Promise.reject(new Error("Nobody is called that.")) : Promise.resolve(9)),
  markRead: () => Promise.resolve(),
  throwAway: () => Promise.resolve(),
  friends: () => Promise.resolve(friends),
  befriend: (name) => (name === "Nobody" ? Promise.reject(new Error("Nobody is called that.")) : Promise.resolve()),
  unfriend: () => Promise.resolve(),
  blocked: () => Promise.resolve(["Grumble", "Sneer"]),
  block: () => Promise.resolve(),
  unblock: () => Promise.resolve(),
  talk: () => Promise.resolve([]),
  board: (board) => Promise.resolve(Array.from({ length: 30 }, (_, index) => ({
    rank: index + 1, name: index === 4 ? "Mira" : `${NAMES[index % 4] ?? ""}${"abcdefghij"[index % 10] ?? ""}`, class: 1 + (index % 4), value: (board === "coin" ? 98_321 : 40) - index * (board === "coin" ? 2_345 : 1),
  }))),
};

/** A trade in which both have put something. */
export function trade(more: Partial<TradeSide>): Trade {
  const side = (part: Partial<TradeSide>): TradeSide => ({ items: [], coin: 0, revision: 3, locked: false, confirmed: false, ...part });
  return {
    partner: party.members[1]!.name,
    own: side({ items: [item(2103, { rarity: 2 }), item(4001, { quantity: 7 })], coin: 200, ...more }),
    other: side({ items: [item(1022, { rarity: 3, upgrade: 4 })], coin: 0, locked: true, confirmed: more.locked === true }),
    settling: false,
    ends: 3_000,
  };
}
