// The bar of ten: skills and draughts, what is ready, and why not.

import { BAR_SLOTS, type BarEntry, type Definitions, type WorldState } from "massless/core/world";
import { actionOf, keyLabel, SLOT_ACTIONS, slotOf } from "../input/bindings";
import { type Hindrance, type SlotView, slotView } from "./bar-slot";
import type { Context } from "./context";
import { make, setHidden, setText, setVariable } from "./dom";
import type { Payload } from "./drag";
import { iconOf } from "./icon";
import { itemDrawing } from "./item-icons";
import { definitionTooltip } from "./item-text";
import { leftShort } from "./numbers";
import { skillDrawing } from "./skill-icons";
import { natureOf, skillTooltip } from "./skill-text";
import type { TooltipContent, TooltipLine } from "./tooltip";

const HINDRANCE_TEXTS: Readonly<Record<Exclude<Hindrance, "none">, string>> = {
  mana: "Not enough mana",
  range: "Too far away",
  target: "Not for this target",
  level: "Your level is too low",
  missing: "None left",
  weapon: "Needs another weapon",
  dead: "You are dead",
};

/** Fewer ticks than this are not worth a number. */
const NUMBER_TICKS_MIN = 3;

function sameEntry(a: BarEntry, b: BarEntry): boolean {
  if (a.type === "skill") return b.type === "skill" && a.skill === b.skill;
  if (a.type === "item") return b.type === "item" && a.item === b.item;
  return b.type === "empty";
}

class SlotButton {
  readonly element = make("button", "bar-slot");
  entry: BarEntry = { type: "empty" };
  view: SlotView | undefined;
  private readonly icon = make("span", "bar-icon");
  private readonly sweep = make("i", "bar-sweep");
  private readonly left = make("span", "bar-left");
  private readonly count = make("span", "bar-count");
  private readonly key = make("kbd", "bar-key");
  private wasWaiting = false;

  constructor(readonly slot: number, private readonly context: Context) {
    this.element.type = "button";
    this.element.dataset["slot"] = String(slot);
    this.element.append(this.icon, this.sweep, this.left, this.count, this.key);
    this.listen();
    this.draw();
  }

  private listen(): void {
    const { drag, tooltip, bridge } = this.context;
    let isDown = false;
    const release = (): void => {
      if (isDown) bridge.actions.useBar(this.slot, false);
      isDown = false;
    };
    this.element.addEventListener("click", () => {
      // A press and a release within one picture would be lost: hold it for a tick or two.
      bridge.actions.useBar(this.slot, true);
      isDown = true;
      window.setTimeout(release, 120);
    });
    this.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      if (this.entry.type !== "empty") bridge.actions.setBar(this.slot, { type: "empty" });
    });
    drag.source(this.element, () => (this.entry.type === "empty" ? undefined : { type: "bar", slot: this.slot }));
    drag.target(this.element, (payload) => { this.take(payload); });
    tooltip.attach(this.element, () => this.tooltip());
  }

  private take(payload: Payload): void {
    const { actions, state } = this.context.bridge;
    if (payload.type === "skill") actions.setBar(this.slot, { type: "skill", skill: payload.skill });
    else if (payload.type === "item") {
      const kind = this.context.bridge.definitions.items.get(payload.definition)?.kind.type;
      if (kind === "health" || kind === "mana" || kind === "return") actions.setBar(this.slot, { type: "item", item: payload.definition });
    } else if (payload.type === "bar") {
      const from = state.sheet?.bar[payload.slot];
      if (!from) return;
      actions.setBar(payload.slot, this.entry);
      actions.setBar(this.slot, from);
    }
  }

  private tooltip(): TooltipContent | undefined {
    const { definitions, state } = this.context.bridge;
    const hindrance = this.view?.hindrance ?? "none";
    const trouble: TooltipLine[] = hindrance === "none" ? [] : [{ text: HINDRANCE_TEXTS[hindrance], tone: "bad" }];
    let content: TooltipContent | undefined;
    if (this.entry.type === "skill") {
      const skill = definitions.skills.get(this.entry.skill);
      content = skill && skillTooltip(skill, definitions, state.sheet);
    } else if (this.entry.type === "item") {
      const item = definitions.items.get(this.entry.item);
      content = item && definitionTooltip(item);
    }
    return content && { ...content, lines: [...content.lines, ...trouble] };
  }

  private draw(): void {
    const { definitions } = this.context.bridge;
    const { entry } = this;
    this.element.classList.toggle("empty", entry.type === "empty");
    let name = "empty";
    if (entry.type === "skill") {
      const skill = definitions.skills.get(entry.skill);
      name = skill?.name ?? `skill ${entry.skill}`;
      this.icon.replaceChildren(iconOf(skillDrawing(entry.skill, skill ? natureOf(skill) : "blow")));
    } else if (entry.type === "item") {
      name = definitions.items.get(entry.item)?.name ?? `item ${entry.item}`;
      this.icon.replaceChildren(iconOf(itemDrawing(entry.item)));
    } else this.icon.replaceChildren();
    this.element.setAttribute("aria-label", `Slot ${(this.slot + 1) % 10}: ${name}`);
  }

  update(entry: BarEntry, view: SlotView): void {
    if (!sameEntry(entry, this.entry)) {
      this.entry = entry;
      this.draw();
    }
    this.view = view;
    setVariable(this.sweep, "--sweep", `${(view.sweep * 360).toFixed(0)}deg`);
    setHidden(this.sweep, view.sweep <= 0);
    setText(this.left, view.own && view.left >= NUMBER_TICKS_MIN ? leftShort(view.left) : "");
    setText(this.count, view.count === undefined ? "" : String(view.count));
    if (this.element.dataset["hindrance"] !== view.hindrance) this.element.dataset["hindrance"] = view.hindrance;
    const waits = view.own && view.left > 0;
    if (this.wasWaiting && !waits) this.flash();
    this.wasWaiting = waits;
  }

  private flash(): void {
    this.element.classList.remove("ready");
    this.element.getBoundingClientRect();
    this.element.classList.add("ready");
  }

  /** The key that presses it. */
  name(key: string): void {
    setText(this.key, key);
  }

  pressed(down: boolean): void {
    this.element.classList.toggle("pressed", down);
  }
}

export class SkillBar {
  readonly element = make("section", "skill-bar");
  private readonly slots: SlotButton[];
  private readonly swing = make("i", "swing-timer");
  private readonly definitions: Definitions;

  constructor(context: Context) {
    this.definitions = context.bridge.definitions;
    this.element.setAttribute("aria-label", "Skills");
    this.slots = Array.from({ length: BAR_SLOTS }, (_, slot) => new SlotButton(slot, context));
    const row = make("div", "bar-row");
    row.append(...this.slots.map((slot) => slot.element));
    this.element.append(this.swing, row);
    const { store } = context;
    const name = (): void => { this.slots.forEach((slot) => { slot.name(keyLabel(store.current.bindings[SLOT_ACTIONS[slot.slot]!][0] ?? "")); }); };
    store.onChange(name);
    name();
    // Keys are answered by the game; the slot only shows that it was heard.
    const show = (event: KeyboardEvent, down: boolean): void => {
      const action = actionOf(store.current.bindings, event.code);
      const slot = action === undefined ? undefined : slotOf(action);
      if (slot !== undefined) this.slots[slot]?.pressed(down);
    };
    window.addEventListener("keydown", (event) => { if (!(event.target instanceof HTMLInputElement)) show(event, true); });
    window.addEventListener("keyup", (event) => { show(event, false); });
    window.addEventListener("blur", () => { this.slots.forEach((slot) => { slot.pressed(false); }); });
  }

  update(state: WorldState): void {
    const { own, sheet } = state;
    setHidden(this.element, !own || !sheet);
    if (!own || !sheet) return;
    const situation = { now: state.now, own, sheet, target: state.target };
    for (const slot of this.slots) {
      const entry = sheet.bar[slot.slot] ?? { type: "empty" };
      slot.update(entry, slotView(entry, this.definitions, situation));
      slot.element.classList.toggle("aiming", state.aiming === slot.slot);
      slot.element.classList.toggle("casting", own.cast !== undefined && entry.type === "skill" && entry.skill === own.cast.skill);
    }
    const left = Math.max(0, own.swingAt - state.now);
    const total = Math.max(sheet.derived.swingTicks, 1);
    const fights = own.inCombat && state.target?.regard !== "friendly";
    setHidden(this.swing, !fights);
    if (fights) setVariable(this.swing, "--share", (1 - Math.min(left / total, 1)).toFixed(3));
  }
}
