// A line with an item: its icon, its name, something below, and what one can do with it at the right.

import type { Definitions, Item } from "massless/core/world";
import { make } from "./dom";
import { iconOf } from "./icon";
import { itemDrawing } from "./item-icons";
import { definitionTooltip, itemName, itemTooltip } from "./item-text";
import type { Context } from "./context";

export type Shown = Pick<Item, "definition" | "rarity" | "upgrade" | "quantity">;

/** An item's name with its number of pieces and its upgrade: "3 × Refining Dust". */
export function shownName(item: Shown, definitions: Definitions): string {
  const definition = definitions.items.get(item.definition);
  const name = definition ? itemName(item, definition) : `Item ${item.definition}`;
  return item.quantity > 1 ? `${item.quantity} × ${name}` : name;
}

/** An item that is nowhere near the player: enough of one for its tooltip. */
export function itemOf(shown: Shown): Item {
  return { uid: "", bound: false, ...shown };
}

/** The line; `below` under the name, `right` at the end. */
export function wareElement(shown: Shown, context: Context, below: readonly Node[], right: readonly Node[]): HTMLElement {
  const { definitions } = context.bridge;
  const line = make("div", "ware");
  const icon = make("span", "ware-icon");
  icon.dataset["rarity"] = String(shown.rarity);
  icon.append(iconOf(itemDrawing(shown.definition)));
  const text = make("span", "ware-text");
  text.append(make("strong", `rarity-${shown.rarity}`, shownName(shown, definitions)), ...below);
  line.append(icon, text, ...right);
  line.dataset["item"] = String(shown.definition);
  tooltipFor(line, shown, context);
  return line;
}

/** Says all of an item where it is pointed at. */
export function tooltipFor(element: HTMLElement, shown: Shown, context: Context): void {
  const { bridge } = context;
  context.tooltip.attach(element, () => {
    const definition = bridge.definitions.items.get(shown.definition);
    if (!definition) return undefined;
    const { sheet } = bridge.state;
    return sheet ? itemTooltip(itemOf(shown), sheet, bridge.definitions, false) : definitionTooltip(definition, shown.rarity);
  });
}
