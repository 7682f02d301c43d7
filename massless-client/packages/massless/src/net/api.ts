// The server's REST interface: who one is, and what is asked for in that name.
//
// The access token lives in this object alone. The refresh token is a cookie that no script can read;
// it turns with every use, so only one refresh is under way at a time, in all tabs together.

import { problemSentence } from "./problems";

/** Milliseconds an answer may take. */
const TIMEOUT_MILLIS = 12_000;
/** Milliseconds before its end from which on a token is renewed before it is used. */
const SPARE_MILLIS = 20_000;

/** A request that did not go well; the message is a sentence for people. */
export class ApiError extends Error {
  constructor(
    /** The stable code of the problem; `unreachable` and `timeout` are the page's own. */
    readonly code: string,
    readonly status = 0,
    /** The field of a form it is about, where the server says so. */
    readonly field?: string | undefined,
    /** Seconds to wait before the next try, where the server says so. */
    readonly waitSeconds?: number | undefined,
    detail = "",
  ) {
    super(problemSentence(code, detail, waitSeconds));
  }
}

/** The sentence of anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "Something went wrong. Please try again.";
}

export type Query = Readonly<Record<string, string | number | undefined>>;

interface Ask {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** Goes without the token, and is not tried again after a refresh. */
  readonly open?: boolean;
}

/** Who is logged in, as logging in, registering and refreshing tell it. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly guest: boolean;
}

type Fetch = (address: string, request: RequestInit) => Promise<Response>;
/** Runs one at a time among all tabs of this browser. */
export type Exclusively = <Value>(run: () => Promise<Value>) => Promise<Value>;

const LOCK = "massless.refresh";

/** By the browser's own locks, where it has them. */
export const exclusively: Exclusively = async (run) => {
  const locks = "locks" in navigator ? navigator.locks : undefined;
  return locks ? await locks.request(LOCK, run) : await run();
};

/** The address of a path with its query. Pure. */
export function addressOf(path: string, query: Query = {}): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`]);
  return `/api/v1${path}${words.length === 0 ? "" : `?${words.join("&")}`}`;
}

/** Reads the account of an opened session; what the server does not say is kept as it was. Pure. */
export function accountFrom(answer: unknown, before: Account | undefined): Account {
  const { id, name, guest } = asRecord(asRecord(answer)["account"]);
  return {
    id: typeof id === "number" || typeof id === "string" ? String(id) : (before?.id ?? ""),
    name: typeof name === "string" ? name : (before?.name ?? ""),
    guest: typeof guest === "boolean" ? guest : (before?.guest ?? false),
  };
}

/** A value as something with members; empty for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

export class Api {
  account: Account | undefined;
  private token: string | undefined;
  private tokenEnds = 0;
  private refreshing: Promise<boolean> | undefined;

  constructor(
    private readonly send: Fetch = (address, request) => fetch(address, request),
    private readonly alone: Exclusively = exclusively,
    private readonly now: () => number = () => Date.now(),
  ) {}

  get(path: string, query?: Query): Promise<unknown> {
    return this.ask({ method: "GET", path: addressOf(path, query) });
  }

  post(path: string, body?: unknown, query?: Query): Promise<unknown> {
    return this.ask({ method: "POST", path: addressOf(path, query), body });
  }

  delete(path: string, body?: unknown, query?: Query): Promise<unknown> {
    return this.ask({ method: "DELETE", path: addressOf(path, query), body });
  }

  /** Asks for what everybody may know. */
  open(path: string): Promise<unknown> {
    return this.ask({ method: "GET", path: addressOf(path), open: true });
  }

  async register(name: string, password: string, email: string): Promise<Account> {
    const body = { name, password, ...(email === "" ? {} : { email }) };
    return this.entered(await this.openly("/auth/register", body), { id: "", name, guest: false });
  }

  async login(name: string, password: string): Promise<Account> {
    return this.entered(await this.openly("/auth/login", { name, password }), { id: "", name, guest: false });
  }

  async guest(): Promise<Account> {
    return this.entered(await this.openly("/auth/guest"), { id: "", name: "", guest: true });
  }

  /** Goes on with the session whose cookie this browser has; false where there is none any more. */
  refresh(): Promise<boolean> {
    this.refreshing ??= this.alone(() => this.renew()).finally(() => { this.refreshing = undefined; });
    return this.refreshing;
  }

  /** Ends the session by its cookie; here it is over at once, whatever the server says. */
  async logout(everywhere: boolean): Promise<void> {
    this.forget();
    await this.openly("/auth/logout", { everywhere });
  }

  /** All other sessions end, this one goes on. */
  async changePassword(old: string, next: string): Promise<void> {
    this.entered(await this.post("/auth/password", { old, new: next }), this.account);
  }

  forget(): void {
    this.token = undefined;
    this.account = undefined;
  }

  private openly(path: string, body?: unknown): Promise<unknown> {
    return this.ask({ method: "POST", path: addressOf(path), body, open: true });
  }

  private entered(answer: unknown, before: Account | undefined): Account {
    const { access_token: token, expires_in: seconds } = asRecord(answer);
    if (typeof token !== "string") throw new ApiError("unreadable");
    this.token = token;
    this.tokenEnds = this.now() + (typeof seconds === "number" ? seconds : 60) * 1_000;
    this.account = accountFrom(answer, before);
    return this.account;
  }

  private async renew(): Promise<boolean> {
    try {
      this.entered(await this.openly("/auth/refresh"), this.account);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403)) throw error;
      this.forget();
      return false;
    }
  }

  private async ask(what: Ask): Promise<unknown> {
    if (what.open !== true && this.token !== undefined && this.now() > this.tokenEnds - SPARE_MILLIS) await this.refresh();
    const answer = await this.sent(what);
    if (answer.status !== 401 || what.open === true) return read(answer);
    if (!await this.refresh()) throw new ApiError("logged-out", 401);
    return read(await this.sent(what));
  }

  private async sent({ method, path, body, open }: Ask): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (open !== true && this.token !== undefined) headers["authorization"] = `Bearer ${this.token}`;
    const request: RequestInit = { method, headers, cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MILLIS) };
    if (body !== undefined) request.body = JSON.stringify(body);
    try {
      return await this.send(path, request);
    } catch (error) {
      throw new ApiError(asRecord(error)["name"] === "TimeoutError" ? "timeout" : "unreachable");
    }
  }
}

/** The answer's value; a problem document becomes an error. */
async function read(answer: Response): Promise<unknown> {
  const text = await answer.text().catch(() => "");
  const value = parsed(text);
  if (answer.ok) {
    if (text !== "" && value === undefined) throw new ApiError("unreadable", answer.status);
    return value;
  }
  const { code, field, detail } = asRecord(value);
  const wait = Number(answer.headers.get("retry-after") ?? "");
  throw new ApiError(
    typeof code === "string" ? code : `http-${answer.status}`,
    answer.status,
    typeof field === "string" ? field : undefined,
    Number.isFinite(wait) && wait > 0 ? wait : undefined,
    typeof detail === "string" ? detail : "",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
