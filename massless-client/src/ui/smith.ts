// The smith: refining gear with its odds and risks told before, and exchanging what refining needs.

import { EquipSlot, type GameEvent, type Item, type ItemDefinition, type NpcDefinition, type Recipe, type ServicesDefinition, type Sheet, type WorldState } from "massless/core/world";
import type { Context } from "./context";
import type { Taker } from "./counter";
import { button, make, setHidden, setText } from "./dom";
import {
  carried, failuresOf, failureText, incenseHelps, isRisky, oilHelps, recipeCoin, refineChance, refineCost, upgradeMax,
} from "./economy";
import { ItemSlot } from "./item-slot";
import { itemName, itemTooltip, statsOf } from "./item-text";
import { grouped, percent } from "./numbers";
import { Tabs } from "./tabs";
import { wareElement } from "./ware";
import { GameWindow } from "./window";

/** What became of an attempt, as a line and its tone. Pure. */
export function outcomeText(event: Extract<GameEvent, { type: "refined" }>, name: string): { readonly text: string; readonly tone: "good" | "bad" | "soft" } {
  const { before, after } = event;
  if (after === undefined) return { text: `${name} is destroyed.`, tone: "bad" };
  if (after > before) return { text: `It holds! ${name} is +${after} now.`, tone: "good" };
  if (after < before) return { text: `It failed. ${name} is ${after === 0 ? "plain again" : `+${after} now`}.`, tone: "bad" };
  return { text: `It failed. ${name} stays as it was.`, tone: "soft" };
}

/** What an attempt would change: "Attack 11 → 12". Pure. */
export function gainText(item: Item, definition: ItemDefinition): string {
  const before = statsOf(item, definition);
  const after = statsOf({ ...item, upgrade: item.upgrade + 1 }, definition);
  const names = [["attack", "Attack"], ["defence", "Defence"], ["magicDefence", "Magic defence"], ["hitPoints", "Hit points"]] as const;
  return names.filter(([key]) => before[key] > 0).map(([key, label]) => `${label} ${before[key]} → ${after[key]}`).join(" · ");
}

type Part = "refine" | "exchange";

export class Smith {
  readonly window = new GameWindow("smith", "Smith", "left");
  private readonly tabs = new Tabs<Part>("What the smith does", () => { this.refresh(); });
  private readonly refining = make("div", "refining");
  private readonly exchanging = make("div", "wares");
  private readonly slot: ItemSlot;
  private readonly name = make("strong");
  private readonly gain = make("p", "refine-gain");
  private readonly numbers = make("dl", "derived refine-numbers");
  private readonly warning = make("p", "refine-warning");
  private readonly outcome = make("p", "refine-outcome");
  private readonly incense = make("input");
  private readonly oil = make("input");
  private readonly incenseLabel = make("span");
  private readonly oilLabel = make("span");
  private readonly act: HTMLButtonElement;
  private readonly details = make("div", "refine-details");
  private chosen: string | undefined;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> = new Set();
  private readonly taker: Taker = {
    label: "Refine",
    accepts: (item) => this.isGear(item),
    take: (item) => { this.choose(item.uid); },
  };

  constructor(private readonly context: Context) {
    this.slot = new ItemSlot(context, "Nothing to refine yet");
    this.act = button("primary refine-act", "Refine", () => { this.tryIt(); });
    this.outcome.setAttribute("role", "status");
    for (const box of [this.incense, this.oil]) {
      box.type = "checkbox";
      box.addEventListener("change", () => { this.refresh(); });
    }
    this.assemble();
    context.drag.target(this.refining, (payload) => { if (payload.type === "item" || payload.type === "worn") this.choose(payload.uid); });
    context.tooltip.attach(this.slot.element, () => (this.slot.item && this.sheet ? itemTooltip(this.slot.item, this.sheet, context.bridge.definitions, true) : undefined));
    this.tabs.add("refine", "Refine", this.refining);
    this.tabs.add("exchange", "Exchange", this.exchanging);
    this.tabs.choose("refine");
    this.window.onClose = () => { this.closed(); };
    this.window.body.append(this.tabs.element, this.refining, this.exchanging);
  }

  private assemble(): void {
    const head = make("div", "refine-head");
    const text = make("div");
    text.append(this.name, this.gain);
    head.append(this.slot.element, text);
    const toggle = (box: HTMLInputElement, label: HTMLElement): HTMLElement => {
      const line = make("label", "toggle");
      line.append(box, label);
      return line;
    };
    this.details.append(this.numbers, toggle(this.incense, this.incenseLabel), toggle(this.oil, this.oilLabel), this.warning, this.act);
    this.refining.append(head, this.details, this.outcome, this.wornRow());
  }

  /** What is worn can be refined, too. */
  private wornRow(): HTMLElement {
    const row = make("div", "refine-worn");
    for (let index = 0; index < 8; index += 1) {
      const slot = new ItemSlot(this.context, "Nothing worn here");
      slot.element.dataset["refineWorn"] = String(index);
      slot.element.addEventListener("click", () => { if (slot.item) this.choose(slot.item.uid); });
      this.context.tooltip.attach(slot.element, () => (slot.item && this.sheet ? itemTooltip(slot.item, this.sheet, this.context.bridge.definitions, true) : undefined));
      this.wornSlots.push(slot);
      row.append(slot.element);
    }
    const part = make("div");
    part.append(make("h4", "", "Worn"), row);
    return part;
  }

  private readonly wornSlots: ItemSlot[] = [];

  open(npc: NpcDefinition): void {
    this.window.title = npc.name;
    this.sheet = undefined;
    this.chosen = undefined;
    setText(this.outcome, "");
    this.window.open();
    this.context.counter.open(this.taker);
  }

  private closed(): void {
    this.context.counter.close(this.taker);
  }

  private get rules(): ServicesDefinition {
    return this.context.bridge.definitions.services;
  }

  private isGear(item: Item): boolean {
    return this.context.bridge.definitions.items.get(item.definition)?.kind.type === "gear";
  }

  private item(): Item | undefined {
    const { sheet, chosen } = this;
    return [...(sheet?.bag ?? []), ...(sheet?.worn ?? [])].find((item) => item?.uid === chosen) ?? undefined;
  }

  private choose(uid: string): void {
    const { sheet } = this;
    const item = [...(sheet?.bag ?? []), ...(sheet?.worn ?? [])].find((each) => each?.uid === uid);
    if (!item || !this.isGear(item)) {
      this.context.say("Only gear can be refined.");
      return;
    }
    this.chosen = uid;
    this.incense.checked = false;
    this.oil.checked = false;
    setText(this.outcome, "");
    this.tabs.choose("refine");
    this.refresh();
  }

  /** What an attempt brought. */
  refined(event: Extract<GameEvent, { type: "refined" }>): void {
    const { text, tone } = outcomeText(event, this.context.bridge.definitions.items.get(event.definition)?.name ?? "It");
    setText(this.outcome, text);
    this.outcome.className = `refine-outcome ${tone}`;
  }

  private tryIt(): void {
    const item = this.item();
    const definition = item && this.context.bridge.definitions.items.get(item.definition);
    if (!item || !definition) return;
    const target = item.upgrade + 1;
    const [incense, oil] = [this.incense.checked, this.oil.checked];
    const refine = (): void => {
      setText(this.outcome, "");
      this.context.bridge.actions.refine(item.uid, incense, oil);
    };
    if (target < upgradeMax(this.rules)) refine();
    else this.context.ask.open({ title: `Try +${target}? A failure destroys ${itemName(item, definition)} for good.`, max: 1, confirm: "Try it", danger: true }, refine);
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    this.sheet = sheet;
    this.waiting = waiting;
    this.refresh();
  }

  private refresh(): void {
    const { sheet, waiting } = this;
    if (!sheet) return;
    if (this.tabs.chosen === "exchange") {
      this.exchanging.replaceChildren(...this.rules.recipes.map((recipe, index) => this.recipe(recipe, index, sheet)));
      return;
    }
    this.wornSlots.forEach((slot, index) => { slot.show(sheet.worn[index as EquipSlot] ?? null, waiting.has(sheet.worn[index]?.uid ?? "")); });
    const item = this.item();
    const definition = item && this.context.bridge.definitions.items.get(item.definition);
    this.slot.show(item ?? null, item !== undefined && waiting.has(item.uid));
    setHidden(this.details, !item);
    if (!item || !definition) {
      setText(this.name, "Which piece?");
      setText(this.gain, "Drag gear here, double click it in the bag, or choose what you wear.");
      return;
    }
    this.name.className = `rarity-${item.rarity}`;
    setText(this.name, itemName(item, definition));
    this.refreshOdds(item, definition, sheet);
  }

  private refreshOdds(item: Item, definition: ItemDefinition, sheet: Sheet): void {
    const { rules } = this;
    const target = item.upgrade + 1;
    const isMost = item.upgrade >= upgradeMax(rules);
    setHidden(this.details, isMost);
    setText(this.gain, isMost ? "It cannot be refined any further." : `+${target}: ${gainText(item, definition)}`);
    if (isMost) return;
    const { coin, material } = refineCost(rules, definition, target, sheet.faction);
    const failures = failuresOf(sheet, item, target);
    const [incenses, oils] = [carried(sheet, rules.incense.item), carried(sheet, rules.oil.item)];
    this.incense.disabled = incenses === 0 || !incenseHelps(rules, target, failures);
    this.oil.disabled = oils === 0 || !oilHelps(rules, target);
    if (this.incense.disabled) this.incense.checked = false;
    if (this.oil.disabled) this.oil.checked = false;
    setText(this.incenseLabel, `Focus Incense: chance + ${percent(rules.incense.bp)} (you have ${incenses})`);
    setText(this.oilLabel, oilHelps(rules, target) ? `Steadying Oil: a failure changes nothing (you have ${oils})` : `Steadying Oil is of no use for +${target}`);
    const has = carried(sheet, material);
    const name = this.context.bridge.definitions.items.get(material)?.name ?? `Item ${material}`;
    this.numbers.replaceChildren(
      number("Chance", percent(refineChance(rules, target, failures, this.incense.checked)), ""),
      number("Failed in a row", failures === 0 ? "never" : `${failures} ×`, failures === 0 ? "" : `+${failures * 10} % of the chance`),
      number("Coin", grouped(coin), sheet.coin < coin ? "too little" : `of ${grouped(sheet.coin)}`, sheet.coin < coin),
      number("Material", `1 × ${name}`, has === 0 ? "you have none" : `you have ${has}`, has === 0),
    );
    setText(this.warning, `${failureText(rules, target, this.oil.checked)} Coin and material are used up either way.`);
    this.warning.classList.toggle("risk", isRisky(rules, target, this.oil.checked));
    setText(this.act, `Refine to +${target}`);
    this.act.className = target === upgradeMax(rules) ? "danger refine-act" : "primary refine-act";
    this.act.disabled = sheet.coin < coin || has === 0 || this.waiting.has(item.uid);
  }

  private recipe(recipe: Recipe, index: number, sheet: Sheet): HTMLElement {
    const { definitions, actions } = this.context.bridge;
    const coin = recipeCoin(this.rules, recipe, sheet.faction);
    const lacks = recipe.takes.some(({ item, quantity }) => carried(sheet, item) < quantity);
    const takes = recipe.takes.map(({ item, quantity }) => `${quantity} × ${definitions.items.get(item)?.name ?? `item ${item}`} (you have ${carried(sheet, item)})`);
    const exchange = button("exchange", "Exchange", () => { actions.exchange(index); });
    exchange.disabled = lacks || sheet.coin < coin || this.waiting.has("@smith");
    const line = wareElement(
      { definition: recipe.gives, rarity: 0, upgrade: 0, quantity: 1 }, this.context,
      [make("span", lacks ? "bad" : "soft", takes.join(", "))],
      [make("span", "price", grouped(coin)), exchange],
    );
    line.classList.toggle("dear", exchange.disabled);
    return line;
  }
}

function number(label: string, value: string, after: string, bad = false): HTMLElement {
  const row = make("div", "derived-row");
  row.append(make("dt", "", label), make("dd", bad ? "bad" : "", value), make("dd", bad ? "after bad" : "after soft", after));
  return row;
}
