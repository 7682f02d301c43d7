// WebTransport as a line: one stream for what must arrive, in order, and datagrams for what may get lost.
//
//   stream    length u16 | frame | length u16 | frame ...       opened by this side
//   datagram  frame
//
// The server's end is massless-net/src/transport/line_quic.rs.

import type { Line, LineEvents } from "./line";

/** Where to dial by UDP, and by what the server is known; no hash for a public certificate. */
export interface QuicPlan {
  readonly address: string;
  /** SHA-256 of the certificates that may be shown, in hexadecimal. */
  readonly certificates: readonly string[];
}

const LENGTH_BYTES = 2;
/** Bytes that may wait to be written; with more the server takes nothing any more. */
const WAITING_BYTES_MAX = 65_536;
/**
 * Datagrams that may be handed over before the browser takes the next one. With its own mark of 1 each waits for an
 * answer of another process: where the page is busy they would queue up, seconds deep.
 */
const DATAGRAMS_WAITING_MAX = 32;
/** Milliseconds after which a datagram that was not sent, or not read, is of no use any more. */
const DATAGRAM_AGE_MILLIS = 500;
/** Milliseconds between the end of the stream and that of the connection, so that what was sent arrives. */
const CLOSE_MILLIS = 1_000;

/** Reads the plan out of the server's answer; nothing where the port is shut or the answer is odd. Pure. */
export function quicPlanFrom(answer: unknown): QuicPlan | undefined {
  const { webtransport, certificates } = (answer ?? {}) as Record<string, unknown>;
  if (typeof webtransport !== "string" || !Array.isArray(certificates)) return undefined;
  const hashes = certificates.filter((hash): hash is string => typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash));
  return hashes.length === certificates.length ? { address: webtransport, certificates: hashes } : undefined;
}

/** Cuts a stream of bytes into frames. */
export class FrameSplitter {
  private rest = new Uint8Array(0);

  /** The frames that are whole now, in order. */
  take(chunk: Uint8Array): Uint8Array[] {
    const bytes = new Uint8Array(this.rest.length + chunk.length);
    bytes.set(this.rest);
    bytes.set(chunk, this.rest.length);
    const view = new DataView(bytes.buffer);
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at + LENGTH_BYTES <= bytes.length) {
      const end = at + LENGTH_BYTES + view.getUint16(at, true);
      if (end > bytes.length) break;
      frames.push(bytes.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    this.rest = bytes.slice(at);
    return frames;
  }
}

/** A frame as it stands on the stream. */
export function withLength(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(LENGTH_BYTES + frame.length);
  new DataView(bytes.buffer).setUint16(0, frame.length, true);
  bytes.set(frame, LENGTH_BYTES);
  return bytes;
}

class WebTransportLine implements Line {
  readonly transport = "webtransport";
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  private readonly datagrams: WritableStreamDefaultWriter<Uint8Array>;
  private events: LineEvents | undefined;
  private waitingBytes = 0;
  private waitingDatagrams = 0;

  constructor(private readonly session: WebTransport, private readonly stream: WebTransportBidirectionalStream) {
    this.writer = (stream.writable as WritableStream<Uint8Array>).getWriter();
    session.datagrams.outgoingHighWaterMark = session.datagrams.incomingHighWaterMark = DATAGRAMS_WAITING_MAX;
    session.datagrams.outgoingMaxAge = session.datagrams.incomingMaxAge = DATAGRAM_AGE_MILLIS;
    this.datagrams = (session.datagrams.writable as WritableStream<Uint8Array>).getWriter();
  }

  listen(events: LineEvents): void {
    this.events = events;
    void this.readStream();
    void this.readDatagrams();
  }

  send(frame: Uint8Array<ArrayBuffer>, lossy: boolean): void {
    if (lossy && frame.length <= this.session.datagrams.maxDatagramSize) {
      // One that cannot be sent is one that got lost.
      if (this.waitingDatagrams >= DATAGRAMS_WAITING_MAX) return;
      this.waitingDatagrams += 1;
      const done = (): void => { this.waitingDatagrams -= 1; };
      this.datagrams.write(frame).then(done, done);
      return;
    }
    const bytes = withLength(frame);
    this.waitingBytes += bytes.length;
    this.writer.write(bytes).then(() => { this.waitingBytes -= bytes.length; }, () => { this.lost(); });
    if (this.waitingBytes > WAITING_BYTES_MAX) this.lost();
  }

  close(): void {
    this.events = undefined;
    this.writer.close().catch(() => undefined);
    setTimeout(() => { this.session.close(); }, CLOSE_MILLIS);
  }

  private lost(): void {
    const { events } = this;
    this.events = undefined;
    events?.lost();
  }

  private async readStream(): Promise<void> {
    const frames = new FrameSplitter();
    const reader = (this.stream.readable as ReadableStream<Uint8Array>).getReader();
    try {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        for (const frame of frames.take(chunk.value)) this.events?.frame(frame);
      }
    } catch {
      // Reset, or the connection is gone.
    }
    this.lost();
  }

  private async readDatagrams(): Promise<void> {
    const reader = (this.session.datagrams.readable as ReadableStream<Uint8Array>).getReader();
    try {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) this.events?.frame(chunk.value);
    } catch {
      // The stream ends with it and says so.
    }
  }
}

/** Opens a session and its stream; fails when nobody answers or it is somebody else. */
export async function openWebTransport({ address, certificates }: QuicPlan): Promise<Line> {
  const serverCertificateHashes = certificates.map((hash) => ({ algorithm: "sha-256", value: bytesOf(hash) }));
  const session = new WebTransport(address, certificates.length === 0 ? {} : { serverCertificateHashes });
  // `ready` and the streams tell the same.
  session.closed.catch(() => undefined);
  await session.ready;
  return new WebTransportLine(session, await session.createBidirectionalStream());
}

function bytesOf(hexadecimal: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hexadecimal.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
