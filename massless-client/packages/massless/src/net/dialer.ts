// Opens lines: by WebTransport where the server names it and it works, else by WebSocket, within a second.

import { type Line, openWebSocket } from "./line";
import { openWebTransport, type QuicPlan } from "./webtransport";

/** Where to dial, and the ticket that lets a newcomer in, where the server asks for one. */
export interface Way {
  readonly socket: string;
  readonly quic?: QuicPlan | undefined;
  readonly ticket?: string | undefined;
}

/** Milliseconds that WebTransport has before a WebSocket is opened beside it; then the first that stands is taken. */
const HEAD_START_MILLIS = 500;
/** Milliseconds for which UDP is not tried again once it did not get through and TCP did: networks change. */
const UDP_REST_MILLIS = 300_000;

export class Dialer {
  private udpRestsUntil = 0;

  /** The first line that stands; fails when none does. */
  async open({ socket, quic }: Way): Promise<Line> {
    if (!quic || typeof WebTransport === "undefined" || performance.now() < this.udpRestsUntil) return openWebSocket(socket);
    const quick = openWebTransport(quic);
    const early = await Promise.race([quick.catch(() => undefined), pause(HEAD_START_MILLIS)]);
    if (early) return early;
    const sure = openWebSocket(socket);
    const line = await Promise.any([quick, sure]);
    if (line.transport === "websocket") this.udpFailed();
    for (const other of [quick, sure]) void other.then((late) => { if (late !== line) late.close(); }, () => undefined);
    return line;
  }

  /** UDP does not get through, but TCP does. */
  udpFailed(): void {
    this.udpRestsUntil = performance.now() + UDP_REST_MILLIS;
  }
}

function pause(millis: number): Promise<undefined> {
  return new Promise((done) => { setTimeout(() => { done(undefined); }, millis); });
}
