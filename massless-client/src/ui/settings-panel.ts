// The settings window: picture quality, how fast the camera turns, which key does what.

import { ACTION_LABELS, type Action, ACTIONS, DEFAULT_BINDINGS, keyLabel, rebound } from "../input/bindings";
import type { Quality } from "../scene/stage";
import type { Volumes } from "../sound/sounds";
import type { Transport } from "massless/net/line";
import type { SettingsStore } from "../state/settings";
import { button, make, setText } from "./dom";

const VOLUME_LABELS: readonly (readonly [Exclude<keyof Volumes, "muted">, string])[] = [["master", "Volume"], ["effects", "World sounds"], ["interface", "Interface sounds"]];
const TRANSPORT_LABELS: Readonly<Record<Transport, string>> = { webtransport: "WebTransport (UDP)", websocket: "WebSocket (TCP)" };
const QUALITY_LABELS: readonly (readonly [Quality, string])[] = [["low", "Low"], ["medium", "Medium"], ["high", "High"]];

/** What carries the game, for people. Pure. */
export function connectionText(transport: Transport | undefined, rttMillis: number | undefined): string {
  if (transport === undefined) return "not connected";
  return rttMillis === undefined ? TRANSPORT_LABELS[transport] : `${TRANSPORT_LABELS[transport]}, ${rttMillis.toFixed(0)} ms round trip`;
}

export class SettingsPanel {
  readonly element = make("section", "settings panel");
  private readonly qualities = new Map<Quality, HTMLButtonElement>();
  private readonly keys = new Map<Action, HTMLButtonElement>();
  private readonly turn = make("input", "turn-speed");
  private readonly volumes = new Map<Exclude<keyof Volumes, "muted">, HTMLInputElement>();
  private readonly mute = make("input");
  private readonly connection = make("span", "connection");
  private readonly leave: HTMLButtonElement;
  private waiting: Action | undefined;

  constructor(private readonly store: SettingsStore, onLeave: () => void) {
    this.element.hidden = true;
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-label", "Settings");
    this.leave = button("leave", "Leave the world", () => {
      this.close();
      onLeave();
    });
    const foot = make("footer");
    foot.append(
      this.leave,
      button("", "Default keys", () => { store.change({ bindings: DEFAULT_BINDINGS }); }),
      button("primary", "Close", () => { this.close(); }),
    );
    this.element.append(make("h2", "", "Settings"), this.qualityRow(), this.turnRow(), ...this.volumeRows(), this.connectionRow(), this.keyTable(), foot);
    window.addEventListener("keydown", (event) => { this.listen(event); }, { capture: true });
    store.onChange(() => { this.refresh(); });
    this.refresh();
  }

  private qualityRow(): HTMLElement {
    const row = make("div", "row");
    row.append(make("span", "", "Picture"));
    for (const [quality, label] of QUALITY_LABELS) {
      const choice = button("choice", label, () => { this.store.change({ quality, qualityChosen: true }); });
      choice.dataset["quality"] = quality;
      this.qualities.set(quality, choice);
      row.append(choice);
    }
    return row;
  }

  private turnRow(): HTMLElement {
    const row = make("label", "row");
    this.turn.type = "range";
    this.turn.min = "1";
    this.turn.max = "15";
    this.turn.addEventListener("input", () => { this.store.change({ turnSpeed: Number(this.turn.value) }); });
    row.append(make("span", "", "Camera speed"), this.turn);
    return row;
  }

  private volumeRows(): HTMLElement[] {
    const change = (part: Partial<Volumes>): void => { this.store.change({ volumes: { ...this.store.current.volumes, ...part } }); };
    const rows = VOLUME_LABELS.map(([group, label]) => {
      const row = make("label", "row");
      const slider = make("input", "volume");
      slider.type = "range";
      slider.min = "0";
      slider.max = "100";
      slider.step = "5";
      slider.dataset["volume"] = group;
      slider.addEventListener("input", () => { change({ [group]: Number(slider.value) / 100 }); });
      this.volumes.set(group, slider);
      row.append(make("span", "", label), slider);
      return row;
    });
    const row = make("label", "row");
    this.mute.type = "checkbox";
    this.mute.addEventListener("change", () => { change({ muted: this.mute.checked }); });
    row.append(make("span", "", "Silent"), this.mute);
    return [...rows, row];
  }

  private connectionRow(): HTMLElement {
    const row = make("div", "row");
    row.append(make("span", "", "Connection"), this.connection);
    return row;
  }

  /** Shows what carries the game, while the window is open. */
  show(transport: Transport | undefined, rttMillis: number | undefined): void {
    if (this.isOpen) setText(this.connection, connectionText(transport, rttMillis));
  }

  private keyTable(): HTMLElement {
    const table = make("div", "keys");
    for (const action of ACTIONS) {
      const key = button("key", "", () => {
        this.waiting = action;
        this.refresh();
      });
      key.dataset["action"] = action;
      this.keys.set(action, key);
      table.append(make("span", "", ACTION_LABELS[action]), key);
    }
    return table;
  }

  /** The next key after a click on an action becomes its key. */
  private listen(event: KeyboardEvent): void {
    if (this.waiting === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const action = this.waiting;
    this.waiting = undefined;
    if (event.code !== "Escape" || action === "settings") {
      this.store.change({ bindings: rebound(this.store.current.bindings, action, event.code) });
    }
    this.refresh();
  }

  private refresh(): void {
    const { quality, bindings, turnSpeed, volumes } = this.store.current;
    for (const [group, slider] of this.volumes) slider.value = String(Math.round(volumes[group] * 100));
    this.mute.checked = volumes.muted;
    for (const [each, choice] of this.qualities) choice.setAttribute("aria-pressed", String(each === quality));
    this.turn.value = String(turnSpeed);
    for (const [action, key] of this.keys) {
      setText(key, this.waiting === action ? "press a key…" : bindings[action].map(keyLabel).join("  or  "));
    }
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  open(playing: boolean): void {
    this.leave.hidden = !playing;
    this.element.hidden = false;
  }

  close(): void {
    this.waiting = undefined;
    this.element.hidden = true;
    this.refresh();
  }
}
