// The way in, with a server made of a table and a title that only listens.

import { describe, expect, it } from "vitest";

import { Api } from "massless/net/api";
import { Entrance } from "../../src/net/entrance";
import type { TitlePage } from "../../src/ui/title";
import type { CharacterChoice } from "massless/core/world";

class Memory {
  readonly texts = new Map<string, string>();
  getItem(key: string): string | null { return this.texts.get(key) ?? null; }
  setItem(key: string, text: string): void { this.texts.set(key, text); }
  removeItem(key: string): void { this.texts.delete(key); }
}

/** A server that keeps accounts: each has characters; a cookie is which account is logged in. */
class Server {
  readonly asked: string[] = [];
  cookie: number | undefined;
  accounts: { name: string | null; guest: boolean; characters: string[] }[] = [];
  auth: unknown = { accounts: true, guests: true };

  readonly fetch = (address: string, request: RequestInit): Promise<Response> => {
    const what = `${request.method ?? ""} ${address.replace("/api/v1", "")}`;
    this.asked.push(what);
    const body = (typeof request.body === "string" ? JSON.parse(request.body) : {}) as Record<string, unknown>;
    const [status, answer] = this.answer(what, body);
    return Promise.resolve(new Response(JSON.stringify(answer), { status }));
  };

  private opened(account: number): [number, unknown] {
    this.cookie = account;
    const { name, guest } = this.accounts[account]!;
    return [200, { account: { id: account, name, guest }, access_token: `t${account}`, expires_in: 900 }];
  }

  private answer(what: string, body: Record<string, unknown>): [number, unknown] {
    const own = this.cookie === undefined ? undefined : this.accounts[this.cookie];
    switch (what) {
      case "GET /status":
        return [200, { auth: this.auth }];
      case "POST /auth/guest":
        return this.opened(this.accounts.push({ name: null, guest: true, characters: [] }) - 1);
      case "POST /auth/login":
        return this.opened(this.accounts.findIndex((account) => account.name === body["name"]));
      case "POST /auth/refresh":
        return this.cookie === undefined ? [401, { code: "refresh-refused" }] : this.opened(this.cookie);
      case "POST /auth/logout":
        this.cookie = undefined;
        return [200, {}];
      case "GET /characters":
        return own ? [200, { characters: own.characters.map((name, index) => ({ id: index + 1, name, class: 1, faction: 1, look: 0, level: 1, zone: 1 })) }] : [401, {}];
      case "POST /characters":
        if (this.accounts.some((account) => account.characters.includes(String(body["name"])))) return [409, { code: "name-taken" }];
        return own ? [201, { ...body, id: own.characters.push(String(body["name"])) }] : [401, {}];
      case "POST /session":
        return own ? [200, { ticket: `${this.cookie ?? ""}-${String(body["character"])}`, game_url: "ws://game/", expires_in: 30 }] : [401, {}];
      default:
        return [404, { code: "not-found" }];
    }
  }
}

interface Page {
  readonly entrance: Entrance;
  readonly shown: string[];
  readonly joined: CharacterChoice[];
}

function pageOf(server: Server, memory: Memory): Page {
  const shown: string[] = [];
  const joined: CharacterChoice[] = [];
  const entrance = new Entrance(memory, (choice) => joined.push(choice), new Api(server.fetch, (run) => run()));
  entrance.title = {
    set accounts(has: boolean) { shown.push(`accounts ${has}`); },
    set guests(has: boolean) { shown.push(`guests ${has}`); },
    open: (view: string) => shown.push(view),
    characters: (name: string, list: readonly { name: string }[]) => shown.push(`${name}: ${list.map((each) => each.name).join(" ")}`),
    say: (text: string) => shown.push(text),
  } as unknown as TitlePage;
  return { entrance, shown, joined };
}

const MIRA: CharacterChoice = { name: "Mira", look: 1, class: 2, faction: 3 };

describe("the way in", () => {
  it("leaves an old server's guests alone", async () => {
    const server = new Server();
    server.auth = undefined;
    const { entrance, shown } = pageOf(server, new Memory());
    await entrance.begin();
    expect(shown).toEqual(["accounts false", "guests true"]);
    expect(entrance.accounts).toBe(false);
    expect(server.asked).toEqual(["GET /status"]);
  });

  it("asks for a log-in first where there are no guests", async () => {
    const server = new Server();
    server.auth = { accounts: true, guests: false };
    const { entrance, shown } = pageOf(server, new Memory());
    await entrance.begin();
    expect(shown.at(-1)).toBe("login");
    expect(server.asked).not.toContain("POST /auth/refresh");
  });

  it("logs in again by itself after a reload, and not after a logout", async () => {
    const server = new Server();
    server.accounts.push({ name: "ada", guest: false, characters: ["Odo", "Wren"] });
    const memory = new Memory();
    const first = pageOf(server, memory);
    await first.entrance.begin();
    await first.entrance.login("ada", "correct horse");
    expect(first.shown.at(-1)).toBe("ada: Odo Wren");
    const second = pageOf(server, memory);
    await second.entrance.begin();
    expect(second.shown.at(-1)).toBe("ada: Odo Wren");
    expect([...memory.texts.values()].join()).not.toContain("t0");
    second.entrance.logout(false);
    expect(second.shown.at(-1)).toBe("guest");
    const third = pageOf(server, memory);
    await third.entrance.begin();
    expect(third.shown).toEqual(["accounts true", "guests true"]);
  });

  it("gives a guest an account and a character on the way, and the same ones next time", async () => {
    const server = new Server();
    const memory = new Memory();
    const first = pageOf(server, memory);
    await first.entrance.begin();
    expect(await first.entrance.ticket(MIRA)).toEqual({ ticket: "0-1", socket: "ws://game/" });
    expect(await first.entrance.ticket(MIRA)).toEqual({ ticket: "0-1", socket: "ws://game/" });
    const second = pageOf(server, memory);
    await second.entrance.begin();
    expect(second.shown).toEqual(["accounts true", "guests true"]);
    expect((await second.entrance.ticket(MIRA)).ticket).toBe("0-1");
    expect((await second.entrance.ticket({ ...MIRA, name: "Odo" })).ticket).toBe("0-2");
    expect(server.accounts.length).toBe(1);
  });

  it("begins another guest when the first one's places are full, and says when a name is taken", async () => {
    const server = new Server();
    server.accounts.push({ name: "ada", guest: false, characters: ["Finn"] });
    const { entrance } = pageOf(server, new Memory());
    await entrance.begin();
    for (const name of ["Anna", "Bert", "Cleo", "Dora", "Emil"]) await entrance.ticket({ ...MIRA, name });
    expect(server.accounts.map((account) => account.characters.length)).toEqual([1, 4, 1]);
    await expect(entrance.ticket({ ...MIRA, name: "Finn" })).rejects.toMatchObject({ code: "name-taken", status: 409 });
  });

  it("takes an account's character by its number", async () => {
    const server = new Server();
    server.accounts.push({ name: "ada", guest: false, characters: ["Odo"] });
    const { entrance, joined } = pageOf(server, new Memory());
    await entrance.begin();
    await entrance.login("ada", "x");
    entrance.play({ id: 1, name: "Odo", class: 1, faction: 1, look: 0, level: 1, zone: 1, lastPlayedAt: undefined, deletedAt: undefined });
    expect(joined).toEqual([{ name: "Odo", class: 1, faction: 1, look: 0, character: 1 }]);
    expect((await entrance.ticket(joined[0]!)).ticket).toBe("0-1");
    expect(entrance.playing).toBe(1);
  });
});
