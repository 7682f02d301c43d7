// One square that may hold an item: icon, rarity, upgrade, quantity.

import type { Item } from "massless/core/world";
import type { Context } from "./context";
import { make, setHidden, setText } from "./dom";
import { iconOf } from "./icon";
import { itemDrawing } from "./item-icons";
import { itemName } from "./item-text";

export class ItemSlot {
  readonly element = make("button", "item-slot");
  item: Item | null = null;
  private readonly icon = make("span", "item-icon");
  private readonly quantity = make("span", "item-quantity");
  private readonly upgrade = make("span", "item-upgrade");
  private readonly better = make("span", "item-better", "▲");
  private definition = 0;

  constructor(private readonly context: Context, private readonly emptyLabel: string) {
    this.element.type = "button";
    this.better.hidden = true;
    this.better.title = "Better than what you wear";
    this.element.append(this.icon, this.quantity, this.upgrade, this.better);
    this.element.setAttribute("aria-label", emptyLabel);
  }

  /** Shows an item or nothing; `waiting` while a change of it is asked for. */
  show(item: Item | null, waiting: boolean, isBetter = false): void {
    this.element.classList.toggle("waiting", waiting);
    setHidden(this.better, !isBetter);
    if (item === this.item) return;
    this.item = item;
    const definition = item ? this.context.bridge.definitions.items.get(item.definition) : undefined;
    if (this.definition !== (item?.definition ?? 0)) {
      this.definition = item?.definition ?? 0;
      this.icon.replaceChildren(...(item ? [iconOf(itemDrawing(item.definition))] : []));
    }
    this.element.classList.toggle("filled", item !== null);
    this.element.dataset["rarity"] = item ? String(item.rarity) : "";
    setText(this.quantity, item && item.quantity > 1 ? String(item.quantity) : "");
    setText(this.upgrade, item && item.upgrade > 0 ? `+${item.upgrade}` : "");
    const name = item && definition ? itemName(item, definition) : this.emptyLabel;
    this.element.setAttribute("aria-label", item && item.quantity > 1 ? `${name}, ${item.quantity}` : name);
  }
}

/** Arrow keys walk over a grid of buttons. */
export function walkByArrows(grid: HTMLElement, columns: number): void {
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (step === undefined) return;
    const buttons = [...grid.querySelectorAll<HTMLButtonElement>("button")];
    const at = buttons.findIndex((each) => each === document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    buttons[at + step]?.focus();
  });
}
