// Windows of the game: a heading, a way to close them, and a side of the screen they share.

import { button, make, setText } from "./dom";

/** Two windows of one side are never open together. */
export type Side = "left" | "right";

export class GameWindow {
  readonly element = make("section", "window panel");
  readonly body = make("div", "window-body");
  private readonly heading = make("h2");
  /** Told when it opens and closes. */
  onToggle: ((open: boolean) => void) | undefined;
  /** Told when it closes, before that. */
  onClose: (() => void) | undefined;

  constructor(name: string, title: string, readonly side: Side) {
    this.element.classList.add(name, side);
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-label", title);
    this.element.hidden = true;
    setText(this.heading, title);
    const close = button("window-close", "×", () => { this.close(); });
    close.setAttribute("aria-label", "Close");
    const head = make("header", "window-head");
    head.append(this.heading, close);
    this.element.append(head, this.body);
  }

  set title(text: string) {
    setText(this.heading, text);
    this.element.setAttribute("aria-label", text);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  open(): void {
    if (this.isOpen) return;
    this.element.hidden = false;
    this.onToggle?.(true);
  }

  close(): void {
    if (!this.isOpen) return;
    const held = this.element.contains(document.activeElement);
    this.element.hidden = true;
    if (held && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.onClose?.();
    this.onToggle?.(false);
  }
}

/** All windows of the game. */
export class Windows {
  private readonly all: GameWindow[] = [];

  constructor(private readonly toggled: (open: boolean) => void) {}

  add(window: GameWindow): void {
    this.all.push(window);
    window.onToggle = (open) => {
      if (open) this.all.forEach((other) => { if (other !== window && other.side === window.side) other.close(); });
      this.toggled(open);
    };
  }

  /** Closes what is open; says whether there was anything. */
  closeAll(): boolean {
    const open = this.all.filter((window) => window.isOpen);
    open.forEach((window) => { window.close(); });
    return open.length > 0;
  }
}
