// The REST client against a server made of a list of answers.

import { describe, expect, it } from "vitest";

import { accountFrom, addressOf, Api, ApiError, sentenceOf } from "massless/net/api";
import { characterFrom, Characters, momentFrom, RestDesk } from "massless/net/desk";
import { fieldOf, problemSentence, PROBLEMS, waitText } from "massless/net/problems";

interface Asked {
  readonly what: string;
  readonly token: string | undefined;
  readonly body: unknown;
}

type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | Error;

/** Answers by "METHOD /path", one after the other; the last one stays. */
class Server {
  readonly asked: Asked[] = [];

  constructor(private readonly answers: Record<string, Answer[]>) {}

  readonly fetch = async (address: string, request: RequestInit): Promise<Response> => {
    const what = `${request.method ?? "GET"} ${address.replace("/api/v1", "")}`;
    const token = (request.headers as Record<string, string>)["authorization"];
    this.asked.push({ what, token, body: typeof request.body === "string" ? JSON.parse(request.body) : undefined });
    await Promise.resolve();
    const list = this.answers[what] ?? [];
    const answer = list.length > 1 ? list.shift() : list[0];
    if (answer === undefined) throw new TypeError(`nothing answers ${what}`);
    if (answer instanceof Error) throw answer;
    const text = answer.body === undefined ? null : typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    return new Response(text, { status: answer.status, headers: answer.headers ?? {} });
  };

  times(what: string): number {
    return this.asked.filter((each) => each.what === what).length;
  }
}

const TOKEN = (name: string, seconds = 900): Answer => ({ status: 200, body: { account: { id: 7, name: "ada", guest: false, role: "player", created_at: 1 }, access_token: name, expires_in: seconds } });
const PROBLEM = (status: number, code: string, more: Record<string, unknown> = {}): Answer => ({ status, body: { code, detail: "for engineers", ...more } });

let clock = 0;

function apiOf(answers: Record<string, Answer[]>): { readonly api: Api; readonly server: Server } {
  clock = 0;
  const server = new Server(answers);
  return { api: new Api(server.fetch, (run) => run(), () => clock), server };
}

describe("the REST client", () => {
  it("carries the token it got by logging in, and keeps it to itself", async () => {
    const { api, server } = apiOf({ "POST /auth/login": [TOKEN("t1")], "GET /characters": [{ status: 200, body: { characters: [] } }] });
    expect(await api.login("ada", "correct horse")).toEqual({ id: "7", name: "ada", guest: false });
    await api.get("/characters");
    expect(server.asked[0]).toEqual({ what: "POST /auth/login", token: undefined, body: { name: "ada", password: "correct horse" } });
    expect(server.asked[1]?.token).toBe("Bearer t1");
    expect(JSON.stringify(api.account)).not.toContain("t1");
  });

  it("refreshes once after a 401 and tries once more", async () => {
    const { api, server } = apiOf({
      "POST /auth/login": [TOKEN("t1")],
      "POST /auth/refresh": [TOKEN("t2")],
      "GET /mail": [PROBLEM(401, "token-expired"), { status: 200, body: { mail: [] } }],
    });
    await api.login("ada", "x");
    expect(await api.get("/mail")).toEqual({ mail: [] });
    expect(server.asked.map((each) => `${each.what} ${each.token ?? "-"}`)).toEqual([
      "POST /auth/login -", "GET /mail Bearer t1", "POST /auth/refresh -", "GET /mail Bearer t2",
    ]);
  });

  it("does not try a third time", async () => {
    const { api, server } = apiOf({ "POST /auth/login": [TOKEN("t1")], "POST /auth/refresh": [TOKEN("t2")], "GET /mail": [PROBLEM(401, "token-expired")] });
    await api.login("ada", "x");
    await expect(api.get("/mail")).rejects.toMatchObject({ status: 401 });
    expect(server.times("GET /mail")).toBe(2);
    expect(server.times("POST /auth/refresh")).toBe(1);
  });

  it("refreshes once for many that need it at the same time", async () => {
    const { api, server } = apiOf({
      "POST /auth/login": [TOKEN("t1")],
      "POST /auth/refresh": [TOKEN("t2")],
      "GET /a": [PROBLEM(401, "token-expired"), { status: 200, body: 1 }],
      "GET /b": [PROBLEM(401, "token-expired"), { status: 200, body: 2 }],
      "GET /c": [PROBLEM(401, "token-expired"), { status: 200, body: 3 }],
    });
    await api.login("ada", "x");
    expect(await Promise.all([api.get("/a"), api.get("/b"), api.get("/c")])).toEqual([1, 2, 3]);
    expect(server.times("POST /auth/refresh")).toBe(1);
  });

  it("renews a token that is about to end before using it", async () => {
    const { api, server } = apiOf({ "POST /auth/login": [TOKEN("t1", 60)], "POST /auth/refresh": [TOKEN("t2")], "GET /a": [{ status: 200, body: 1 }] });
    await api.login("ada", "x");
    clock = 45_000;
    await api.get("/a");
    expect(server.asked.at(-1)?.token).toBe("Bearer t2");
  });

  it("says that one is logged out when the cookie is no longer good", async () => {
    const { api } = apiOf({ "POST /auth/login": [TOKEN("t1")], "POST /auth/refresh": [PROBLEM(401, "refresh-reused")], "GET /a": [PROBLEM(401, "token-expired")] });
    await api.login("ada", "x");
    await expect(api.get("/a")).rejects.toMatchObject({ code: "logged-out" });
    expect(api.account).toBeUndefined();
    expect(await api.refresh()).toBe(false);
  });

  it("keeps the account when only the line is bad", async () => {
    const { api } = apiOf({ "POST /auth/login": [TOKEN("t1")], "POST /auth/refresh": [new TypeError("failed to fetch")] });
    await api.login("ada", "x");
    await expect(api.refresh()).rejects.toMatchObject({ code: "unreachable" });
    expect(api.account?.name).toBe("ada");
  });

  it("turns problems, broken lines and silence into sentences", async () => {
    const { api } = apiOf({
      "GET /taken": [PROBLEM(409, "name-taken")],
      "GET /odd": [PROBLEM(418, "teapot", { detail: "the pot is short" })],
      "GET /much": [{ ...PROBLEM(429, "too-many-requests"), headers: { "retry-after": "30" } }],
      "GET /late": [new DOMException("too late", "TimeoutError")],
      "GET /gone": [new TypeError("failed to fetch")],
      "GET /html": [{ status: 502, body: "<html>" }],
      "GET /junk": [{ status: 200, body: "<html>" }],
    });
    const said = async (path: string): Promise<string> => api.open(path).then(() => "nothing", (error: unknown) => sentenceOf(error));
    expect(await said("/taken")).toBe(PROBLEMS["name-taken"]);
    expect(await said("/odd")).toBe("The pot is short.");
    expect(await said("/much")).toMatch(/wait a moment\. \(30 s\)/);
    expect(await said("/late")).toBe(PROBLEMS["timeout"]);
    expect(await said("/gone")).toBe(PROBLEMS["unreachable"]);
    expect(await said("/html")).toBe(PROBLEMS["unavailable"]);
    expect(await said("/junk")).toBe(PROBLEMS["unreadable"]);
    expect(sentenceOf(new Error("secret"))).not.toContain("secret");
  });

  it("forgets everything by logging out, even when the server does not answer", async () => {
    const { api, server } = apiOf({ "POST /auth/login": [TOKEN("t1")], "POST /auth/logout": [new TypeError("gone")], "GET /a": [{ status: 200, body: 1 }] });
    await api.login("ada", "x");
    await expect(api.logout(true)).rejects.toBeInstanceOf(ApiError);
    await api.get("/a");
    expect(server.asked.at(-1)?.token).toBeUndefined();
  });

  it("writes addresses and reads accounts", () => {
    expect(addressOf("/market", { text: "plain ring & co", item: undefined, page: 2, sort: "" })).toBe("/api/v1/market?text=plain%20ring%20%26%20co&page=2");
    expect(accountFrom({ account: { id: 9, name: null, guest: true } }, undefined)).toEqual({ id: "9", name: "", guest: true });
    expect(accountFrom({}, { id: "9", name: "ada", guest: true })).toEqual({ id: "9", name: "ada", guest: true });
  });
});

describe("problems", () => {
  it("have sentences, and no code is shown to people", () => {
    for (const [code, sentence] of Object.entries(PROBLEMS)) expect(sentence, code).toMatch(/^[A-Z].*[.?]$/u);
    expect(problemSentence("never-heard-of")).not.toContain("never");
    expect(problemSentence("http-404")).toBe(PROBLEMS["not-found"]);
    expect([waitText(30), waitText(600), waitText(7_200)]).toEqual(["30 s", "10 min", "2 h"]);
  });

  it("belong to a field", () => {
    expect(["name-taken", "bad-login", "bad-password", "bad-email", "busy"].map(fieldOf)).toEqual(["name", "name", "password", "email", undefined]);
  });
});

describe("the books", () => {
  it("read characters, with and without what may be missing", async () => {
    expect(characterFrom({ id: 3, name: "Mira", class: 2, faction: 1, look: 4, level: 9, zone: 10, last_played_at: "2030-01-02T03:04:05Z" })).toEqual({
      id: 3, name: "Mira", class: 2, faction: 1, look: 4, level: 9, zone: 10, lastPlayedAt: Date.UTC(2030, 0, 2, 3, 4, 5), deletedAt: undefined,
    });
    const { api, server } = apiOf({ "POST /session": [{ status: 200, body: { ticket: "abc", game_url: "ws://here/", expires_in: 30 } }] });
    expect(await new Characters(api).ticket(3)).toEqual({ ticket: "abc", socket: "ws://here/" });
    expect(server.asked[0]?.body).toEqual({ character: 3 });
    expect([momentFrom(1_900_000_000), momentFrom(1_900_000_000_000), momentFrom("soon"), momentFrom(null)]).toEqual([1_900_000_000_000, 1_900_000_000_000, undefined, undefined]);
  });

  it("read the market, mail, friends and ranks", async () => {
    const { api } = apiOf({
      "GET /market?text=ring&sort=price&page=0": [{ status: 200, body: { offers: [{ id: 1, seller: "Odo", definition: 2103, rarity: 2, upgrade: 1, quantity: 1, price: 900, expires_at: 5 }], page: 0, total: 61, page_size: 20 } }],
      "GET /mail?character=3": [{ status: 200, body: { letters: [{ id: 5, kind: "player", name: "Odo", subject: "Hi", text: "There", coin: 7, items: [], read: true, arrived_at: 1_900_000_000_000, expires_at: 1 }] } }],
      "POST /mail/5/read?character=3": [{ status: 204 }],
      "GET /blocks?character=3": [{ status: 200, body: { blocks: [{ name: "Wren" }, "Finn"] } }],
      "GET /leaderboards/level?limit=3": [{ status: 200, body: { entries: [{ name: "Mira", score: 12 }, { name: "Odo", score: 9 }] } }],
    });
    const desk = new RestDesk(api, () => 3);
    const page = await desk.market({ text: "ring", item: undefined, sort: "price", page: 1 });
    expect([page.pages, page.listings[0]?.seller, page.listings[0]?.item.rarity]).toEqual([4, "Odo", 2]);
    expect((await desk.letters())[0]).toMatchObject({ id: 5, read: true, from: "Odo", coin: 7 });
    await desk.markRead(5);
    expect(await desk.blocked()).toEqual(["Wren", "Finn"]);
    expect(await desk.board("level", 3)).toEqual([{ rank: 1, name: "Mira", class: undefined, value: 12 }, { rank: 2, name: "Odo", class: undefined, value: 9 }]);
  });
});
