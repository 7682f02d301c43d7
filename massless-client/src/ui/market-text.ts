// What is said of offers and letters: times, prices, marks. Pure.

import type { Letter, Listing } from "massless/core/desk";
import { grouped } from "./numbers";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long until a moment: "5 min", "3 h", "2 days"; "soon" in the last minute. */
export function untilText(at: number, now: number): string {
  const left = at - now;
  if (left < MINUTE) return "soon";
  if (left < HOUR) return `${Math.floor(left / MINUTE)} min`;
  if (left < 2 * DAY) return `${Math.floor(left / HOUR)} h`;
  return `${Math.floor(left / DAY)} days`;
}

/** How long ago: "just now", "5 min ago". */
export function agoText(at: number, now: number): string {
  return now - at < MINUTE ? "just now" : `${untilText(now - at, 0)} ago`;
}

/** A price with what one piece comes to. */
export function priceText({ price, item }: Pick<Listing, "price" | "item">): string {
  return item.quantity > 1 ? `${grouped(price)} (${grouped(Math.ceil(price / item.quantity))} each)` : grouped(price);
}

/** What is in a letter, in words. */
export function contentsText({ coin, items }: Pick<Letter, "coin" | "items">): string {
  const parts = [
    ...(coin > 0 ? [`${grouped(coin)} coin`] : []),
    ...(items.length > 0 ? [items.length === 1 ? "1 thing" : `${items.length} things`] : []),
  ];
  return parts.join(" and ");
}

/** Something can be taken out of it. */
export function isFull(letter: Letter): boolean {
  return letter.coin > 0 || letter.items.length > 0;
}

/** Letters that want to be read, for the mark on the tab. */
export function unreadCount(letters: readonly Letter[]): number {
  return letters.filter((letter) => !letter.read).length;
}

/** Who a letter is from, in words. */
export function senderText({ kind, from }: Pick<Letter, "kind" | "from">): string {
  if (kind === "system") return "The clerks";
  return kind === "returned" ? `Came back from ${from}` : from;
}
