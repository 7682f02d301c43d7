// The bag and what is worn (I): look, compare, wear, use, move, throw away.

import { BAG_SLOTS, type Definitions, type EquipSlot, type Item, type Sheet, WORN_SLOTS, type WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make, setHidden, setText } from "./dom";
import type { Payload } from "./drag";
import { ItemSlot, walkByArrows } from "./item-slot";
import { comparison, itemName, itemTooltip, SLOT_NAMES, wearTrouble } from "./item-text";
import { grouped } from "./numbers";
import { GameWindow } from "./window";

const COLUMNS = 9;

/** Whether an item in the bag would make the wearer stronger in every number it changes. Pure. */
export function isBetter(item: Item, sheet: Sheet, definitions: Definitions): boolean {
  const definition = definitions.items.get(item.definition);
  if (definition?.kind.type !== "gear" || wearTrouble(definition, sheet, definitions) !== undefined) return false;
  const differences = comparison(item, sheet, definitions);
  return differences.length > 0 && differences.every((difference) => difference.by > 0);
}

export class Inventory {
  readonly window = new GameWindow("inventory", "Bag", "right");
  private readonly bag: ItemSlot[];
  private readonly worn: ItemSlot[];
  private readonly coin = make("span", "coin");
  private readonly room = make("span", "room");
  private readonly chosen = make("div", "chosen");
  private readonly chosenName = make("span", "chosen-name");
  private readonly actButton: HTMLButtonElement;
  private readonly giveButton: HTMLButtonElement;
  private readonly splitButton: HTMLButtonElement;
  private readonly discardButton: HTMLButtonElement;
  private readonly confirm = make("div", "confirm");
  private readonly confirmText = make("span");
  private selected: string | undefined;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> | undefined;

  constructor(private readonly context: Context) {
    const wornGrid = make("div", "worn-grid");
    this.worn = Array.from({ length: WORN_SLOTS }, (_, slot) => this.wornSlot(slot));
    this.worn.forEach((slot, index) => {
      const cell = make("label", "worn-cell");
      cell.append(slot.element, make("span", "", SLOT_NAMES[index as EquipSlot]));
      wornGrid.append(cell);
    });
    const grid = make("div", "bag-grid");
    this.bag = Array.from({ length: BAG_SLOTS }, (_, index) => this.bagSlot(index));
    grid.append(...this.bag.map((slot) => slot.element));
    walkByArrows(grid, COLUMNS);
    this.actButton = button("primary", "Use", () => { this.actOnSelected(); });
    this.discardButton = button("", "Throw away …", () => { this.askDiscard(); });
    this.giveButton = button("primary give", "", () => { this.giveSelected(); });
    this.splitButton = button("split", "Split …", () => { this.askSplit(this.selectedItem()); });
    this.chosen.append(this.chosenName, this.giveButton, this.actButton, this.splitButton, this.discardButton);
    context.counter.onChange = () => { this.refreshChosen(); };
    this.confirm.append(
      this.confirmText,
      button("danger", "Throw away", () => { this.discardSelected(); }),
      button("", "Keep", () => { this.confirm.hidden = true; this.chosen.hidden = false; }),
    );
    this.chosen.hidden = true;
    this.confirm.hidden = true;
    const foot = make("footer", "bag-foot");
    foot.append(this.coin, this.room);
    this.window.body.append(wornGrid, grid, this.chosen, this.confirm, foot);
  }

  private bagSlot(index: number): ItemSlot {
    const { context } = this;
    const slot = new ItemSlot(context, `Empty slot ${index + 1}`);
    slot.element.dataset["bag"] = String(index);
    slot.element.addEventListener("click", () => { this.select(slot.item); });
    slot.element.addEventListener("dblclick", () => { this.act(slot.item); });
    slot.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.select(slot.item);
      this.act(slot.item);
    });
    slot.element.addEventListener("keydown", (event) => {
      if (event.key === "Delete" && slot.item) {
        this.select(slot.item);
        this.askDiscard();
      }
    });
    context.drag.source(slot.element, () => (slot.item ? { type: "item", uid: slot.item.uid, definition: slot.item.definition, bag: index } : undefined));
    context.drag.target(slot.element, (payload) => { this.takeIntoBag(payload, index); });
    context.tooltip.attach(slot.element, () => (slot.item && this.sheet ? itemTooltip(slot.item, this.sheet, context.bridge.definitions, false) : undefined));
    return slot;
  }

  private wornSlot(index: EquipSlot): ItemSlot {
    const { context } = this;
    const slot = new ItemSlot(context, `${SLOT_NAMES[index]}: nothing`);
    slot.element.dataset["worn"] = String(index);
    const takeOff = (): void => {
      if (!slot.item) return;
      context.sounds.play("equip");
      context.bridge.actions.takeOff(index);
    };
    slot.element.addEventListener("dblclick", takeOff);
    slot.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      takeOff();
    });
    slot.element.addEventListener("keydown", (event) => { if (event.key === "Enter") takeOff(); });
    context.drag.source(slot.element, () => (slot.item ? { type: "worn", uid: slot.item.uid, definition: slot.item.definition, slot: index } : undefined));
    context.drag.target(slot.element, (payload) => { if (payload.type === "item") this.wear(payload.uid); });
    context.tooltip.attach(slot.element, () =>
      slot.item && this.sheet
        ? itemTooltip(slot.item, this.sheet, context.bridge.definitions, true)
        : { title: SLOT_NAMES[index], lines: [{ text: "Nothing worn", tone: "soft" }] });
    return slot;
  }

  private takeIntoBag(payload: Payload, index: number): void {
    const { bridge: { actions }, drag } = this.context;
    const carried = payload.type === "item" ? this.sheet?.bag[payload.bag] : undefined;
    if (drag.shift && carried && carried.quantity > 1 && !this.sheet?.bag[index]) this.askSplit(carried, index);
    else if (payload.type === "item" && payload.bag !== index) actions.arrange(payload.bag, index);
    else if (payload.type === "stored") actions.withdraw(payload.uid);
    else if (payload.type === "worn") {
      this.context.sounds.play("equip");
      actions.takeOff(payload.slot);
    }
  }

  private wear(uid: string): void {
    this.context.sounds.play("equip");
    this.context.bridge.actions.equip(uid);
  }

  /** Gives it to what is open, wears gear, uses what can be used. */
  private act(item: Item | null): void {
    if (!item) return;
    const taker = this.context.counter.current;
    if (taker) taker.take(item);
    else this.use(item);
  }

  private giveSelected(): void {
    const item = this.selectedItem();
    if (item) this.context.counter.current?.take(item);
  }

  /** How many of a stack go into a slot of their own: the one given, or the first that is empty. */
  private askSplit(item: Item | undefined, to = this.sheet?.bag.indexOf(null) ?? -1): void {
    const { context, sheet } = this;
    const from = sheet?.bag.findIndex((each) => each?.uid === item?.uid) ?? -1;
    const definition = item && context.bridge.definitions.items.get(item.definition);
    if (!item || !definition || item.quantity < 2 || from < 0) return;
    if (to < 0) {
      context.say("Your bag is full.");
      return;
    }
    const question = { title: `How many of ${definition.name} do you put apart?`, max: item.quantity - 1, initial: Math.floor(item.quantity / 2), confirm: "Split" };
    context.ask.open(question, (amount) => { context.bridge.actions.split(from, amount, to); });
  }

  private use(item: Item): void {
    const kind = this.context.bridge.definitions.items.get(item.definition)?.kind.type;
    if (kind === "gear") this.wear(item.uid);
    else if (kind === "health" || kind === "mana" || kind === "return") this.context.bridge.actions.use(item.uid);
  }

  private select(item: Item | null): void {
    this.selected = item?.uid;
    this.confirm.hidden = true;
    this.refreshChosen();
  }

  private selectedItem(): Item | undefined {
    return this.sheet?.bag.find((item) => item?.uid === this.selected) ?? undefined;
  }

  private actOnSelected(): void {
    const item = this.selectedItem();
    if (item) this.use(item);
  }

  /** Something was let go over the world, or Delete was pressed: asks before anything is lost. */
  askDiscard(uid = this.selected): void {
    this.selected = uid;
    const item = this.selectedItem();
    const definition = item && this.context.bridge.definitions.items.get(item.definition);
    if (!item || !definition) return;
    this.window.open();
    setText(this.confirmText, `Throw away ${item.quantity > 1 ? `${item.quantity} × ` : ""}${itemName(item, definition)} for good?`);
    this.refreshChosen();
    this.chosen.hidden = true;
    this.confirm.hidden = false;
    this.confirm.querySelectorAll("button")[1]?.focus();
  }

  private discardSelected(): void {
    const item = this.selectedItem();
    if (item) this.context.bridge.actions.discard(item.uid, item.quantity);
    this.confirm.hidden = true;
    this.selected = undefined;
    this.refreshChosen();
  }

  private refreshChosen(): void {
    const item = this.selectedItem();
    const definition = item && this.context.bridge.definitions.items.get(item.definition);
    if (!item || !definition) this.confirm.hidden = true;
    setHidden(this.chosen, !item || !definition || !this.confirm.hidden);
    for (const slot of this.bag) slot.element.classList.toggle("selected", item !== undefined && slot.item?.uid === item.uid);
    if (!item || !definition) return;
    setText(this.chosenName, itemName(item, definition));
    this.chosenName.className = `chosen-name rarity-${item.rarity}`;
    const { type } = definition.kind;
    const usable = type === "health" || type === "mana" || type === "return";
    setHidden(this.actButton, type !== "gear" && !usable);
    setText(this.actButton, type === "gear" ? "Wear" : type === "return" ? "Read" : "Drink");
    const taker = this.context.counter.current;
    const locked = this.waiting?.has(item.uid) ?? false;
    setHidden(this.giveButton, !taker?.accepts(item));
    setText(this.giveButton, taker?.label ?? "");
    this.actButton.className = taker ? "" : "primary";
    setHidden(this.splitButton, item.quantity < 2);
    setHidden(this.discardButton, type === "quest");
    for (const each of [this.giveButton, this.actButton, this.splitButton, this.discardButton]) each.disabled = locked;
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    if (!sheet || !this.window.isOpen || (sheet === this.sheet && waiting === this.waiting)) return;
    this.sheet = sheet;
    this.waiting = waiting;
    const { definitions } = this.context.bridge;
    this.bag.forEach((slot, index) => {
      const item = sheet.bag[index] ?? null;
      slot.show(item, item !== null && waiting.has(item.uid), item !== null && isBetter(item, sheet, definitions));
    });
    this.worn.forEach((slot, index) => {
      const item = sheet.worn[index] ?? null;
      slot.show(item, item !== null && waiting.has(item.uid));
    });
    setText(this.coin, `${grouped(sheet.coin)} coin`);
    const used = sheet.bag.filter((item) => item !== null).length;
    const booking = [...waiting].some((each) => each.startsWith("@"));
    setText(this.room, booking ? "being booked …" : `${used} of ${BAG_SLOTS} slots`);
    this.refreshChosen();
  }
}
