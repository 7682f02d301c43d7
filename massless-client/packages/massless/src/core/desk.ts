// What the server's books say beside the running world: characters, mail, market, friends, ranks.
// Plain values and the questions one may ask; answers take a while. Moments are milliseconds since 1970.

import type { Item } from "./world";

/** An item as others see it: the own one has a `uid`, too. */
export type ShownItem = Omit<Item, "uid" | "bound">;

/** One of the account's characters. */
export interface CharacterEntry {
  readonly id: number | string;
  readonly name: string;
  readonly class: number;
  readonly faction: number;
  readonly look: number;
  readonly level: number;
  readonly zone: number;
  readonly lastPlayedAt: number | undefined;
  /** Deleted then; gone for good after the days of grace. */
  readonly deletedAt: number | undefined;
}

/** What is offered on the market. */
export interface Listing {
  readonly id: number;
  readonly seller: string;
  readonly item: ShownItem;
  readonly price: number;
  readonly expiresAt: number | undefined;
  /** One's own listings may be sold or over already. */
  readonly own: boolean;
}

export type MarketSort = "price" | "price-falling" | "newest" | "ending";

export interface MarketQuery {
  readonly text: string;
  readonly item: number | undefined;
  readonly sort: MarketSort;
  /** From 1. */
  readonly page: number;
}

export interface MarketPage {
  readonly listings: readonly Listing[];
  readonly page: number;
  /** Pages there are, at least 1. */
  readonly pages: number;
}

export interface Letter {
  readonly id: number;
  /** The other side; the game itself where it is nobody. */
  readonly from: string;
  readonly kind: "player" | "system" | "returned";
  readonly subject: string;
  readonly text: string;
  readonly coin: number;
  readonly items: readonly ShownItem[];
  readonly arrivedAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly read: boolean;
}

export interface Friend {
  readonly name: string;
  readonly online: boolean;
  readonly level: number | undefined;
  readonly class: number | undefined;
  readonly zone: number | undefined;
}

export type Board = "level" | "coin" | "quests";

export interface Place {
  readonly rank: number;
  readonly name: string;
  readonly class: number | undefined;
  readonly value: number;
}

/** Channels whose talk of the last hour can be read. */
export type PastChannel = "zone" | "faction" | "global" | "trade" | "system";

/** A line that was said before. */
export interface PastLine {
  readonly at: number;
  readonly name: string;
  readonly text: string;
}

/** The books; every question may fail with a sentence for people (`message` of what is thrown). */
export interface Desk {
  market(query: MarketQuery): Promise<MarketPage>;
  myListings(): Promise<readonly Listing[]>;
  letters(): Promise<readonly Letter[]>;
  /** Writes a letter down and gives its number; the world sends it with what belongs to it. */
  draft(to: string, subject: string, text: string): Promise<number>;
  markRead(letter: number): Promise<void>;
  throwAway(letter: number): Promise<void>;
  friends(): Promise<readonly Friend[]>;
  befriend(name: string): Promise<void>;
  unfriend(name: string): Promise<void>;
  blocked(): Promise<readonly string[]>;
  block(name: string): Promise<void>;
  unblock(name: string): Promise<void>;
  board(board: Board, limit: number): Promise<readonly Place[]>;
  talk(channel: PastChannel): Promise<readonly PastLine[]>;
}
