// Asks the server where the game is and which map belongs to it.

import { type QuicPlan, quicPlanFrom } from "./webtransport";

/** Where to dial and what to load. */
export interface SessionPlan {
  readonly socket: string;
  readonly quic: QuicPlan | undefined;
  readonly zone: number;
  readonly content: string;
  readonly map: string;
}

/** Reads the server's answer; throws a sentence for people where it makes no sense. */
export function planFrom(answer: unknown, page: Pick<Location, "protocol" | "hostname">): SessionPlan {
  const plan = (answer ?? {}) as Record<string, unknown>;
  const { ws, quic, zone, content, map } = plan;
  if (typeof ws !== "string" || typeof zone !== "number" || typeof content !== "string" || typeof map !== "string") {
    throw new Error("The server's answer cannot be read. Is it of another version?");
  }
  const socket = new URL(ws, `${page.protocol === "https:" ? "wss" : "ws"}://${page.hostname}`);
  return { socket: socket.href, quic: quicPlanFrom(quic), zone, content, map };
}

/** Asks the page's own server, or that at `server` (`https://host`). */
export async function fetchPlan(server = ""): Promise<SessionPlan> {
  const answer = await fetch(`${server}/api/v1/session`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`The server refuses to say where the game is (${answer.status}).`);
  return planFrom(await answer.json(), server === "" ? window.location : new URL(server));
}

/** The map file of a plan. Its address holds the content's hash, so the browser may keep it. */
export async function fetchMap(plan: SessionPlan, zone = plan.zone, server = ""): Promise<Uint8Array> {
  const answer = await fetch(server + plan.map.replace(/[^/]+$/, `${zone}.map`));
  if (!answer.ok) throw new Error(`The map of the zone could not be loaded (${answer.status}).`);
  return new Uint8Array(await answer.arrayBuffer());
}
