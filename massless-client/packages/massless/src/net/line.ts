// A line to the server: frames go in and out whole, whatever carries them. Here the WebSocket; the other is
// in `webtransport.ts`.

/** What carries frames. */
export type Transport = "websocket" | "webtransport";

/** What a line tells who listens. */
export interface LineEvents {
  frame(frame: Uint8Array): void;
  /** It is of no use any more: told once, and never after `close`. */
  lost(): void;
}

/** One connection that stands. The server says nothing before it was greeted, so nothing is missed before `listen`. */
export interface Line {
  readonly transport: Transport;
  listen(events: LineEvents): void;
  /** Sends a frame; a lossy one may get lost, so it need not wait for those before it. */
  send(frame: Uint8Array<ArrayBuffer>, lossy: boolean): void;
  /** Ends it; what was sent before still leaves, and nothing is told any more. */
  close(): void;
}

class WebSocketLine implements Line {
  readonly transport = "websocket";

  constructor(private readonly socket: WebSocket) {}

  listen(events: LineEvents): void {
    this.socket.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) events.frame(new Uint8Array(event.data));
    };
    this.socket.onclose = () => { events.lost(); };
    // It may have ended while nobody listened.
    if (this.socket.readyState > WebSocket.OPEN) events.lost();
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  close(): void {
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }
}

/** Opens a WebSocket; fails when nobody answers. */
export function openWebSocket(address: string): Promise<Line> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { done(new WebSocketLine(socket)); };
    socket.onclose = () => { fail(new Error("no WebSocket could be opened")); };
  });
}
