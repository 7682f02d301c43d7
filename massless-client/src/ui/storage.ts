// What lies with the storage keeper: a second bag; things go both ways by dragging or a double click.

import type { Item, NpcDefinition, Sheet, WorldState } from "massless/core/world";
import type { Context } from "./context";
import type { Taker } from "./counter";
import { button, make, setHidden, setText } from "./dom";
import { enlargePrice } from "./economy";
import { ItemSlot, walkByArrows } from "./item-slot";
import { itemTooltip } from "./item-text";
import { grouped } from "./numbers";
import { GameWindow } from "./window";

const COLUMNS = 9;

export class Storage {
  readonly window = new GameWindow("storage", "Storage", "left");
  private readonly grid = make("div", "bag-grid");
  private readonly slots: ItemSlot[] = [];
  private readonly room = make("span", "room");
  private readonly enlarge: HTMLButtonElement;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> | undefined;
  private readonly taker: Taker = {
    label: "Store",
    accepts: () => true,
    take: (item) => { this.deposit(item.uid); },
  };

  constructor(private readonly context: Context) {
    walkByArrows(this.grid, COLUMNS);
    this.enlarge = button("enlarge", "", () => { this.askEnlarge(); });
    const foot = make("footer", "bag-foot");
    foot.append(this.room, this.enlarge);
    this.window.onClose = () => { this.closed(); };
    this.window.body.append(make("p", "soft panel-note", "Drag or double click, both ways."), this.grid, foot);
    context.drag.target(this.grid, (payload) => { if (payload.type === "item") this.deposit(payload.uid); });
  }

  open(npc: NpcDefinition): void {
    this.window.title = npc.name;
    this.sheet = undefined;
    this.window.open();
    this.context.counter.open(this.taker);
  }

  private closed(): void {
    this.context.counter.close(this.taker);
  }

  private deposit(uid: string): void {
    this.context.bridge.actions.deposit(uid);
  }

  private withdraw(item: Item | null): void {
    if (item) this.context.bridge.actions.withdraw(item.uid);
  }

  private slot(index: number): ItemSlot {
    const { context } = this;
    const slot = new ItemSlot(context, `Empty storage slot ${index + 1}`);
    slot.element.dataset["stored"] = String(index);
    slot.element.addEventListener("dblclick", () => { this.withdraw(slot.item); });
    slot.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.withdraw(slot.item);
    });
    slot.element.addEventListener("keydown", (event) => { if (event.key === "Enter") this.withdraw(slot.item); });
    context.drag.source(slot.element, () => (slot.item ? { type: "stored", uid: slot.item.uid, definition: slot.item.definition } : undefined));
    context.drag.target(slot.element, (payload) => { if (payload.type === "item") this.deposit(payload.uid); });
    context.tooltip.attach(slot.element, () => (slot.item && this.sheet ? itemTooltip(slot.item, this.sheet, context.bridge.definitions, false) : undefined));
    return slot;
  }

  private askEnlarge(): void {
    const { sheet, context } = this;
    const { services } = context.bridge.definitions;
    const price = sheet && enlargePrice(services, sheet.storage.length);
    if (price === undefined) return;
    context.ask.open({ title: `${services.storageStep} more slots for ${grouped(price)} coin?`, max: 1, confirm: "Enlarge" }, () => { context.bridge.actions.enlargeStorage(); });
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    this.sheet = sheet;
    this.waiting = waiting;
    while (this.slots.length < sheet.storage.length) {
      const slot = this.slot(this.slots.length);
      this.slots.push(slot);
      this.grid.append(slot.element);
    }
    this.slots.forEach((slot, index) => {
      setHidden(slot.element, index >= sheet.storage.length);
      const item = sheet.storage[index] ?? null;
      slot.show(item, item !== null && waiting.has(item.uid));
    });
    const used = sheet.storage.filter((item) => item !== null).length;
    setText(this.room, `${used} of ${sheet.storage.length} slots`);
    const { services } = this.context.bridge.definitions;
    const price = enlargePrice(services, sheet.storage.length);
    setText(this.enlarge, price === undefined ? `${services.storageMax} slots are all there are` : `${services.storageStep} more slots for ${grouped(price)} coin`);
    this.enlarge.disabled = price === undefined || sheet.coin < price || waiting.has("@storage");
  }
}
