// The books over REST: what the server answers becomes the page's own values, and nonsense becomes nothing.

import type { Board, CharacterEntry, Desk, Friend, Letter, Listing, MarketPage, MarketQuery, PastChannel, PastLine, Place, ShownItem } from "../core/desk";
import type { CharacterChoice } from "../core/world";
import { type Api, asRecord } from "./api";
import { type QuicPlan, quicPlanFrom } from "./webtransport";

type Fields = Readonly<Record<string, unknown>>;

function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : undefined;
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

/** A moment: seconds or milliseconds since 1970, or as ISO 8601 text. */
export function momentFrom(value: unknown): number | undefined {
  if (typeof value === "number") return value < 1e11 ? value * 1_000 : value;
  const parsed = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** The list in an answer: the answer itself or the first of its members that is one. */
function listIn(answer: unknown, name: string): readonly Fields[] {
  const list = Array.isArray(answer) ? answer : asRecord(answer)[name];
  return Array.isArray(list) ? list.map(asRecord) : [];
}

export function characterFrom(fields: Fields): CharacterEntry {
  const id = fields["id"];
  return {
    id: typeof id === "string" || typeof id === "number" ? id : 0,
    name: textIn(fields, "name"),
    class: numberIn(fields, "class") ?? 1,
    faction: numberIn(fields, "faction") ?? 1,
    look: numberIn(fields, "look") ?? 0,
    level: numberIn(fields, "level") ?? 1,
    zone: numberIn(fields, "zone") ?? 0,
    lastPlayedAt: momentFrom(fields["last_played_at"]),
    deletedAt: momentFrom(fields["deleted_at"]),
  };
}

function itemFrom(fields: Fields): ShownItem {
  return {
    definition: numberIn(fields, "definition") ?? 0,
    rarity: numberIn(fields, "rarity") ?? 0,
    upgrade: numberIn(fields, "upgrade") ?? 0,
    quantity: numberIn(fields, "quantity") ?? 1,
  };
}

function listingFrom(fields: Fields, own: boolean): Listing {
  return {
    id: numberIn(fields, "id") ?? 0,
    seller: textIn(fields, "seller"),
    item: itemFrom(fields),
    price: numberIn(fields, "price") ?? 0,
    expiresAt: momentFrom(fields["expires_at"]),
    own,
  };
}

function letterFrom(fields: Fields): Letter {
  const kind = textIn(fields, "kind");
  return {
    id: numberIn(fields, "id") ?? 0,
    from: textIn(fields, "name"),
    kind: kind === "player" || kind === "returned" ? kind : "system",
    subject: textIn(fields, "subject"),
    text: textIn(fields, "text"),
    coin: numberIn(fields, "coin") ?? 0,
    items: listIn(fields, "items").map(itemFrom),
    arrivedAt: momentFrom(fields["arrived_at"]),
    expiresAt: momentFrom(fields["expires_at"]),
    read: fields["read"] === true,
  };
}

function friendFrom(fields: Fields): Friend {
  return {
    name: textIn(fields, "name"),
    online: fields["online"] === true,
    level: numberIn(fields, "level"),
    class: numberIn(fields, "class"),
    zone: numberIn(fields, "zone"),
  };
}

function placeFrom(fields: Fields, index: number): Place {
  return {
    rank: numberIn(fields, "rank") ?? index + 1,
    name: textIn(fields, "name"),
    class: numberIn(fields, "class"),
    value: numberIn(fields, "score") ?? 0,
  };
}

function pastLineFrom(fields: Fields): PastLine {
  return { at: momentFrom(fields["at"]) ?? 0, name: textIn(fields, "name"), text: textIn(fields, "text") };
}

/** Where and with what to join the game. */
export interface Ticket {
  readonly ticket: string;
  readonly socket: string;
  readonly quic: QuicPlan | undefined;
}

/** The account's characters. */
export class Characters {
  constructor(private readonly api: Api) {}

  async list(): Promise<readonly CharacterEntry[]> {
    return listIn(await this.api.get("/characters"), "characters").map(characterFrom);
  }

  async create(choice: CharacterChoice): Promise<CharacterEntry> {
    const answer = asRecord(await this.api.post("/characters", { name: choice.name, class: choice.class, faction: choice.faction, look: choice.look }));
    const told = typeof answer["character"] === "object" ? asRecord(answer["character"]) : answer;
    return { ...characterFrom({ ...choice, ...told }) };
  }

  async delete(id: CharacterEntry["id"]): Promise<void> {
    await this.api.delete(`/characters/${id}`);
  }

  async restore(id: CharacterEntry["id"]): Promise<void> {
    await this.api.post(`/characters/${id}/restore`);
  }

  /** A ticket into the game for one of them; good once and for half a minute. */
  async ticket(character: CharacterEntry["id"]): Promise<Ticket> {
    const answer = asRecord(await this.api.post("/session", { character }));
    return { ticket: textIn(answer, "ticket"), socket: textIn(answer, "game_url"), quic: quicPlanFrom(answer["quic"]) };
  }
}

/** The books of one account, read with one of its characters in mind. */
export class RestDesk implements Desk {
  constructor(
    private readonly api: Api,
    /** Whose mail, listings and friends they are. */
    private readonly character: () => CharacterEntry["id"] | undefined,
  ) {}

  private get whose(): { readonly character?: number | string } {
    const character = this.character();
    return character === undefined ? {} : { character };
  }

  async market({ text, item, sort, page }: MarketQuery): Promise<MarketPage> {
    const answer = asRecord(await this.api.get("/market", { text, item, sort, page: page - 1 }));
    const listings = listIn(answer, "offers").map((each) => listingFrom(each, false));
    const [total, size] = [numberIn(answer, "total") ?? listings.length, numberIn(answer, "page_size") ?? listings.length];
    return { listings, page: (numberIn(answer, "page") ?? page - 1) + 1, pages: Math.max(1, Math.ceil(total / Math.max(size, 1))) };
  }

  async myListings(): Promise<readonly Listing[]> {
    return listIn(await this.api.get("/market/mine", this.whose), "offers").map((each) => listingFrom(each, true));
  }

  async letters(): Promise<readonly Letter[]> {
    return listIn(await this.api.get("/mail", this.whose), "letters").map(letterFrom);
  }

  async draft(to: string, subject: string, text: string): Promise<number> {
    return numberIn(asRecord(await this.api.post("/mail/drafts", { ...this.whose, to, subject, text })), "draft") ?? 0;
  }

  async markRead(letter: number): Promise<void> {
    await this.api.post(`/mail/${letter}/read`, undefined, this.whose);
  }

  async throwAway(letter: number): Promise<void> {
    await this.api.delete(`/mail/${letter}`, undefined, this.whose);
  }

  async friends(): Promise<readonly Friend[]> {
    return listIn(await this.api.get("/friends", this.whose), "friends").map(friendFrom);
  }

  async befriend(name: string): Promise<void> {
    await this.api.post("/friends", { ...this.whose, name });
  }

  async unfriend(name: string): Promise<void> {
    await this.api.delete("/friends", { ...this.whose, name });
  }

  async blocked(): Promise<readonly string[]> {
    const answer = await this.api.get("/blocks", this.whose);
    const list = Array.isArray(answer) ? answer : asRecord(answer)["blocks"];
    return Array.isArray(list) ? list.map((each) => (typeof each === "string" ? each : textIn(asRecord(each), "name"))) : [];
  }

  async block(name: string): Promise<void> {
    await this.api.post("/blocks", { ...this.whose, name });
  }

  async unblock(name: string): Promise<void> {
    await this.api.delete("/blocks", { ...this.whose, name });
  }

  async board(board: Board, limit: number): Promise<readonly Place[]> {
    return listIn(await this.api.get(`/leaderboards/${board}`, { limit }), "entries").map(placeFrom);
  }

  async talk(channel: PastChannel): Promise<readonly PastLine[]> {
    return listIn(await this.api.get(`/chat/${channel}`, this.whose), "lines").map(pastLineFrom);
  }
}
