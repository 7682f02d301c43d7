// Keyboard, mouse and touch on the world: which actions are held, how the camera turns, what is clicked.

import { type Action, actionOf, type Bindings } from "./bindings";

/** Pixels a press may move and still be a click. */
const CLICK_PIXELS = 6;

/** What the player does; positions in pixels of the page. */
export interface Listener {
  turn(dx: number, dy: number): void;
  zoom(steps: number): void;
  click(x: number, y: number): void;
  /** The pointer is there, without a button; away from the world it is nowhere. */
  hover(x: number, y: number): void;
  leave(): void;
  press(action: Action, shift: boolean): void;
}

/** Keys belong to a field and not to the world. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export class Controls {
  readonly held = new Set<Action>();
  private drag: { id: number; x: number; y: number; moved: number } | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly listener: Listener,
    public bindings: Bindings,
  ) {
    window.addEventListener("keydown", (event) => { this.keyDown(event); });
    window.addEventListener("keyup", (event) => { this.keyUp(event); });
    window.addEventListener("blur", () => { this.held.clear(); });
    canvas.addEventListener("pointerdown", (event) => { this.pointerDown(event); });
    canvas.addEventListener("pointermove", (event) => { this.pointerMove(event); });
    canvas.addEventListener("pointerup", (event) => { this.pointerUp(event); });
    canvas.addEventListener("pointercancel", () => { this.drag = undefined; });
    canvas.addEventListener("pointerleave", () => { listener.leave(); });
    canvas.addEventListener("contextmenu", (event) => { event.preventDefault(); });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      listener.zoom(Math.sign(event.deltaY));
    }, { passive: false });
  }

  /** Lets go of everything, as when a window opens over the world. */
  release(): void {
    this.held.clear();
  }

  private keyDown(event: KeyboardEvent): void {
    if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const action = actionOf(this.bindings, event.code);
    if (action === undefined) return;
    event.preventDefault();
    if (!event.repeat) this.listener.press(action, event.shiftKey);
    this.held.add(action);
  }

  private keyUp(event: KeyboardEvent): void {
    const action = actionOf(this.bindings, event.code);
    if (action !== undefined) this.held.delete(action);
  }

  private pointerDown(event: PointerEvent): void {
    this.canvas.focus({ preventScroll: true });
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
    this.drag = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: 0 };
    this.canvas.setPointerCapture(event.pointerId);
  }

  private pointerMove(event: PointerEvent): void {
    const { drag } = this;
    this.listener.hover(event.clientX, event.clientY);
    if (drag?.id !== event.pointerId) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.x = event.clientX;
    drag.y = event.clientY;
    drag.moved += Math.abs(dx) + Math.abs(dy);
    if (drag.moved > CLICK_PIXELS) this.listener.turn(dx, dy);
  }

  private pointerUp(event: PointerEvent): void {
    const { drag } = this;
    this.drag = undefined;
    if (drag?.id !== event.pointerId) return;
    if (drag.moved <= CLICK_PIXELS && event.button === 0) this.listener.click(event.clientX, event.clientY);
  }
}
