// Drag and drop by pointer: skills and items between the bag, what is worn and the bar.

import { make } from "./dom";

/** What is carried. */
export type Payload =
  | { readonly type: "skill"; readonly skill: number }
  | { readonly type: "item"; readonly uid: string; readonly definition: number; readonly bag: number }
  | { readonly type: "stored"; readonly uid: string; readonly definition: number }
  | { readonly type: "worn"; readonly uid: string; readonly definition: number; readonly slot: number }
  | { readonly type: "bar"; readonly slot: number };

/** Pixels a press moves before it is a drag. */
const DRAG_PIXELS = 6;

interface Press {
  readonly source: HTMLElement;
  readonly payload: Payload;
  readonly pointer: number;
  readonly x: number;
  readonly y: number;
  ghost: HTMLElement | undefined;
}

/** Knows who gives, who takes, and what is carried now. */
export class Drag {
  readonly element = make("div", "drag-layer");
  /** Shift was down when the last thing was let go. */
  shift = false;
  private press: Press | undefined;
  private over: HTMLElement | undefined;
  private readonly takers = new WeakMap<HTMLElement, (payload: Payload) => void>();

  /** `outside` is told what was let go over the world. */
  constructor(private readonly outside: (payload: Payload) => void) {
    window.addEventListener("pointermove", (event) => { this.move(event); });
    window.addEventListener("pointerup", (event) => { this.drop(event); });
    window.addEventListener("pointercancel", () => { this.end(); });
  }

  /** An element that can be carried, while it has something. */
  source(element: HTMLElement, payload: () => Payload | undefined): void {
    element.addEventListener("pointerdown", (event) => {
      const carried = event.button === 0 ? payload() : undefined;
      if (!carried) return;
      this.press = { source: element, payload: carried, pointer: event.pointerId, x: event.clientX, y: event.clientY, ghost: undefined };
    });
    // The click that ends a drag is not a click.
    element.addEventListener("click", (event) => {
      if (element.dataset["dragged"] !== "true") return;
      event.stopImmediatePropagation();
      event.preventDefault();
    }, { capture: true });
  }

  /** An element that takes things. */
  target(element: HTMLElement, take: (payload: Payload) => void): void {
    element.dataset["drop"] = "true";
    this.takers.set(element, take);
  }

  private move(event: PointerEvent): void {
    const { press } = this;
    if (press?.pointer !== event.pointerId) return;
    if (!press.ghost) {
      if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < DRAG_PIXELS) return;
      this.begin(press);
    }
    press.ghost!.style.transform = `translate(${event.clientX}px, ${event.clientY}px) translate(-50%, -50%)`;
    this.highlight(this.takerAt(event.clientX, event.clientY));
  }

  private begin(press: Press): void {
    press.ghost = make("div", "drag-ghost");
    const icon = press.source.querySelector("svg");
    if (icon) press.ghost.append(icon.cloneNode(true));
    this.element.append(press.ghost);
    press.source.dataset["dragged"] = "true";
    document.body.classList.add("dragging");
  }

  private takerAt(x: number, y: number): HTMLElement | undefined {
    return document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-drop]") ?? undefined;
  }

  private highlight(element: HTMLElement | undefined): void {
    if (this.over === element) return;
    this.over?.classList.remove("drop-here");
    element?.classList.add("drop-here");
    this.over = element;
  }

  private drop(event: PointerEvent): void {
    const { press } = this;
    if (press?.pointer !== event.pointerId) return;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const taker = this.takerAt(event.clientX, event.clientY);
    const wasDrag = press.ghost !== undefined;
    this.shift = event.shiftKey;
    this.end();
    if (!wasDrag) return;
    if (taker && taker !== press.source) this.takers.get(taker)?.(press.payload);
    else if (!taker && (under === null || under instanceof HTMLCanvasElement || under === document.body)) this.outside(press.payload);
  }

  private end(): void {
    const { press } = this;
    this.press = undefined;
    this.highlight(undefined);
    document.body.classList.remove("dragging");
    if (!press) return;
    press.ghost?.remove();
    const { source } = press;
    window.setTimeout(() => { delete source.dataset["dragged"]; }, 0);
  }
}
