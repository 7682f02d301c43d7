// A short list of things to do with somebody, at the pointer.

import { button, make } from "./dom";

export interface MenuEntry {
  readonly label: string;
  readonly act: () => void;
}

export class Menu {
  readonly element = make("div", "menu panel");

  constructor() {
    this.element.hidden = true;
    this.element.setAttribute("role", "menu");
    window.addEventListener("pointerdown", (event) => {
      if (!(event.target instanceof Node && this.element.contains(event.target))) this.close();
    }, { capture: true });
    this.element.addEventListener("keydown", (event) => { this.key(event); });
  }

  /** Opens it with these entries; nothing without any. */
  open(x: number, y: number, title: string, entries: readonly MenuEntry[]): void {
    if (entries.length === 0) return;
    const items = entries.map((entry) => {
      const item = button("menu-item", entry.label, () => {
        this.close();
        entry.act();
      });
      item.setAttribute("role", "menuitem");
      return item;
    });
    this.element.replaceChildren(make("strong", "", title), ...items);
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    const left = Math.max(4, Math.min(x, window.innerWidth - width - 4));
    const top = Math.max(4, Math.min(y, window.innerHeight - height - 4));
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    items[0]?.focus();
  }

  close(): void {
    this.element.hidden = true;
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    const items = [...this.element.querySelectorAll("button")];
    const at = items.findIndex((item) => item === document.activeElement);
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
  }
}
