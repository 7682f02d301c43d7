// What lies over the world when the connection does not stand, and when the game cannot run at all.

import type { ConnectionState } from "massless/net/connection";
import { button, make, setText } from "./dom";

export class ConnectionOverlay {
  readonly element = make("section", "overlay");
  private readonly heading = make("h2");
  private readonly detail = make("p");

  constructor(onLeave: () => void) {
    const panel = make("div", "panel");
    panel.append(make("div", "spinner"), this.heading, this.detail, button("", "Back to the title", onLeave));
    this.element.append(panel);
    this.element.setAttribute("role", "alert");
    this.element.hidden = true;
  }

  show(state: ConnectionState, joined: boolean): void {
    const away = joined && (state.type === "waiting" || state.type === "connecting");
    this.element.hidden = !away;
    if (state.type === "waiting") {
      setText(this.heading, "Connection lost");
      setText(this.detail, `Your figure is kept for you. Try ${state.attempt} in ${Math.max(1, Math.round(state.seconds))} s …`);
    } else if (state.type === "connecting") {
      setText(this.heading, "Connecting again");
      setText(this.detail, "Your figure is kept for you.");
    }
  }
}

/** The game cannot run: says why, over everything. */
export function showFatal(root: HTMLElement, sentence: string): void {
  const section = make("section", "overlay fatal");
  const panel = make("div", "panel");
  panel.append(make("h2", "", "Massless cannot start"), make("p", "", sentence), button("primary", "Reload", () => { window.location.reload(); }));
  section.append(panel);
  section.setAttribute("role", "alert");
  root.replaceChildren(section);
}
