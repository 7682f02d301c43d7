// `window.massless`: what tests and the curious may read. It changes nothing; input goes by real events.

import type { App } from "./app";
import type { Figure, Stats } from "massless/core/client";
import type { Transport } from "massless/net/line";

/** What is measured right now. */
export interface Diagnosis {
  readonly state: string;
  /** What carries the frames; nothing while no line stands. */
  readonly transport: Transport | undefined;
  readonly fps: number;
  /** Pixels that are really drawn; the page stretches them. */
  readonly picture: { readonly width: number; readonly height: number };
  readonly own: Figure | undefined;
  readonly yaw: number;
  readonly others: readonly (Figure & { readonly name: string })[];
  readonly stats: Stats | undefined;
  /** The zone whose world is drawn, and how many pictures of the game showed none so far. */
  readonly zone: number;
  readonly bare: number;
  /** How often the game went on by another line with all that the page had kept. */
  readonly resumed: number;
}

declare global {
  interface Window {
    massless?: { readonly read: () => Diagnosis };
  }
}

export function exposeDiagnostics(app: App): void {
  const read = (): Diagnosis => ({
    state: app.game ? app.connection.state.type : "loading",
    transport: app.connection.transport,
    fps: app.rates.fps,
    picture: app.picture,
    own: app.game?.own,
    yaw: app.game?.camera.yaw ?? 0,
    others: app.game?.others.map((figure) => ({ ...figure, name: app.game?.nameOf(figure).name ?? "" })) ?? [],
    stats: app.connection.state.type === "playing" ? app.client.stats() : undefined,
    zone: app.drawnZone,
    bare: app.bare,
    resumed: app.resumed,
  });
  Object.defineProperty(window, "massless", { value: Object.freeze({ read }) });
}
