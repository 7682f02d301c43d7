// A shop: what it sells, and what it pays for what is in the bag.

import type { Definitions, Item, ItemDefinition, NpcDefinition, Sheet, WorldState } from "massless/core/world";
import type { Context } from "./context";
import type { Taker } from "./counter";
import { button, make, setText } from "./dom";
import { affordable, goodsOf, isSellable, salePrice, shopPrice } from "./economy";
import { wearTrouble } from "./item-text";
import { grouped } from "./numbers";
import { itemOf, shownName, wareElement } from "./ware";
import { GameWindow } from "./window";

/** From this rarity or upgrade on one is asked before it is sold: shops give nothing back. */
const ASK_RARITY = 2;
const ASK_UPGRADE = 3;

/** What a stack brings, in words. */
export function saleText(item: Item, definition: ItemDefinition, amount: number): string {
  return `for ${grouped(salePrice(item, definition) * amount)} coin`;
}

/** What one can use first, else in the shop's order. Pure. */
export function sortedGoods(goods: readonly number[], sheet: Sheet, definitions: Definitions): number[] {
  const useless = (id: number): boolean => {
    const definition = definitions.items.get(id);
    return definition !== undefined && wearTrouble(definition, sheet, definitions) !== undefined;
  };
  return [...goods.filter((id) => !useless(id)), ...goods.filter(useless)];
}

export class Shop {
  readonly window = new GameWindow("shop", "Shop", "left");
  private readonly list = make("div", "wares");
  private readonly coin = make("span", "coin");
  private readonly sellHere = make("p", "drop-note soft");
  private npc: NpcDefinition | undefined;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> | undefined;
  private readonly taker: Taker = {
    label: "Sell",
    accepts: (item) => this.sells(item),
    take: (item) => { this.sell(item); },
  };

  constructor(private readonly context: Context) {
    const foot = make("footer", "bag-foot");
    foot.append(this.sellHere, this.coin);
    this.window.onClose = () => { this.closed(); };
    this.window.body.append(this.list, foot);
    context.drag.target(this.window.element, (payload) => {
      const item = payload.type === "item" ? this.sheet?.bag[payload.bag] : undefined;
      if (item) this.sell(item);
    });
  }

  open(npc: NpcDefinition): void {
    this.npc = npc;
    this.sheet = undefined;
    this.window.title = npc.name;
    setText(this.sellHere, "Double click or drag from the bag to sell.");
    this.window.open();
    this.context.counter.open(this.taker);
  }

  private closed(): void {
    this.context.counter.close(this.taker);
  }

  private definitionOf(item: Item): ItemDefinition | undefined {
    return this.context.bridge.definitions.items.get(item.definition);
  }

  private sells(item: Item): boolean {
    const definition = this.definitionOf(item);
    return definition !== undefined && isSellable(item, definition);
  }

  private sell(item: Item): void {
    const { context } = this;
    const definition = this.definitionOf(item);
    if (!definition) return;
    if (!this.sells(item)) {
      context.say(item.bound || definition.kind.type === "quest" ? "That is bound to you." : "Nobody pays anything for that.");
      return;
    }
    const sell = (amount: number): void => { context.bridge.actions.sell(item.uid, amount); };
    if (item.quantity === 1 && item.rarity < ASK_RARITY && item.upgrade < ASK_UPGRADE) sell(1);
    else {
      const title = item.quantity > 1 ? `How many of ${definition.name} do you sell?` : `Sell ${shownName(item, context.bridge.definitions)}? Shops give nothing back.`;
      context.ask.open({ title, max: item.quantity, initial: item.quantity, confirm: "Sell", note: (amount) => saleText(item, definition, amount) }, sell);
    }
  }

  private buy(definition: ItemDefinition, price: number): void {
    const { context, sheet } = this;
    if (!sheet) return;
    const most = affordable(price, sheet, definition);
    const buy = (amount: number): void => { context.bridge.actions.buy(definition.id, amount); };
    if (definition.stackMax === 1 || most <= 1) buy(1);
    else context.ask.open({ title: `How many of ${definition.name}?`, max: most, confirm: "Buy", note: (amount) => `for ${grouped(price * amount)} of ${grouped(sheet.coin)} coin` }, buy);
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    this.sheet = sheet;
    this.waiting = waiting;
    const held = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["buy"] : undefined;
    setText(this.coin, `${grouped(sheet.coin)} coin`);
    const { definitions } = this.context.bridge;
    const goods = sortedGoods(goodsOf(definitions.services, this.npc?.shop), sheet, definitions);
    this.list.replaceChildren(...goods.map((id) => this.ware(id, sheet, waiting.has("@shop"))));
    if (goods.length === 0) this.list.append(make("p", "soft", "The shelves are empty."));
    if (held !== undefined) this.list.querySelector<HTMLElement>(`[data-buy="${held}"]`)?.focus();
  }

  private ware(id: number, sheet: Sheet, busy: boolean): HTMLElement {
    const { definitions } = this.context.bridge;
    const definition = definitions.items.get(id);
    if (!definition) return make("p", "soft", `Item ${id}`);
    const price = shopPrice(definitions.services, definition, sheet.faction);
    const trouble = wearTrouble(definition, sheet, definitions);
    const below = trouble === undefined ? [] : [make("span", "bad", trouble)];
    const cost = make("span", "price", grouped(price));
    if (price < definition.price) cost.title = `${grouped(definition.price)} for others`;
    const buy = button("buy", definition.stackMax > 1 ? "Buy …" : "Buy", () => { this.buy(definition, price); });
    buy.setAttribute("aria-label", `Buy ${definition.name} for ${price} coin`);
    buy.dataset["buy"] = String(id);
    buy.disabled = busy || affordable(price, sheet, definition) === 0;
    const line = wareElement(itemOf({ definition: id, rarity: 0, upgrade: 0, quantity: 1 }), this.context, below, [cost, buy]);
    line.classList.toggle("dear", sheet.coin < price);
    return line;
  }
}
