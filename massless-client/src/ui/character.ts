// The character (C): free points and what each gives, and where every number comes from.

import { type Attributes, type Sheet, type WorldState } from "massless/core/world";
import type { Context } from "./context";
import { attributesWith, reductionBp, type Values, valuesOf, weaponOf } from "./derived";
import { button, make, setHidden, setText } from "./dom";
import { ATTRIBUTE_NAMES } from "./item-text";
import { duration, grouped, percent } from "./numbers";
import type { TooltipLine } from "./tooltip";
import { GameWindow } from "./window";

const NONE: Attributes = [0, 0, 0, 0];

/** What a point of each attribute gives, beside attack for who fights with it. */
const GIVES: readonly (readonly string[])[] = [
  ["+3 hit points"],
  ["+0.08 % critical chance", "+0.1 % dodge", "swings 0.2 % faster"],
  ["+5 mana", "+1 magic defence every 2 points", "+1 mana per second every 8"],
  ["+10 hit points", "+1 defence every 2 points", "+1 hit point per second every 4"],
];

interface Row {
  readonly label: string;
  readonly shown: (values: Values, sheet: Sheet) => string;
  readonly explained: (values: Values, sheet: Sheet, driver: string) => TooltipLine[];
}

const soft = (text: string): TooltipLine => ({ text, tone: "soft" });

const ROWS: readonly Row[] = [
  { label: "Hit points", shown: (values) => grouped(values.hitPoints), explained: () => [soft("Your class and level, 10 for each point of Vitality, 3 for each of Strength, and gear.")] },
  { label: "Mana", shown: (values) => grouped(values.mana), explained: () => [soft("Your class and level, and 5 for each point of Intelligence.")] },
  { label: "Attack", shown: (values) => grouped(values.attack), explained: (_values, _sheet, driver) => [soft(`Twice your ${driver}, because your weapon is driven by it, and what gear gives. Swings and skills deal a share of attack.`)] },
  {
    label: "Defence",
    shown: (values, sheet) => `${grouped(values.defence)} (−${percent(reductionBp(values.defence, sheet.level))})`,
    explained: (values, sheet) => [soft("Gear and half your Vitality."), { text: `Physical hits of your level lose ${percent(reductionBp(values.defence, sheet.level))}` }],
  },
  {
    label: "Magic defence",
    shown: (values, sheet) => `${grouped(values.magicDefence)} (−${percent(reductionBp(values.magicDefence, sheet.level))})`,
    explained: (values, sheet) => [soft("Gear and half your Intelligence."), { text: `Magic hits of your level lose ${percent(reductionBp(values.magicDefence, sheet.level))}` }],
  },
  { label: "Critical chance", shown: (values) => percent(values.critBp), explained: () => [soft("5 % and 0.08 % for each point of Dexterity, at most 50 %. A critical hit counts twice.")] },
  { label: "Dodge", shown: (values) => percent(values.dodgeBp), explained: () => [soft("0.1 % for each point of Dexterity, at most 20 %. Only physical hits can be dodged.")] },
  { label: "Swing time", shown: (values) => duration(values.swingTicks), explained: () => [soft("Your weapon's time, shorter by 0.2 % for each point of Dexterity; never below 0.5 s.")] },
  { label: "Hit points per second", shown: (values) => `+${values.hitPointsPerSecond}`, explained: (values) => [soft("A quarter of your Vitality; out of combat 3 % of all your hit points more."), { text: `Out of combat +${values.hitPointsPerSecond + Math.floor((values.hitPoints * 3) / 100)}` }] },
  { label: "Mana per second", shown: (values) => `+${values.manaPerSecond}`, explained: (values) => [soft("3, a fifth of your level and an eighth of your Intelligence; out of combat 3 % of all your mana more."), { text: `Out of combat +${values.manaPerSecond + Math.floor((values.mana * 3) / 100)}` }] },
];

interface RowElements {
  readonly value: HTMLElement;
  readonly after: HTMLElement;
}

export class CharacterPanel {
  readonly window = new GameWindow("character", "Character", "left");
  private readonly who = make("p", "character-who");
  private readonly free = make("p", "free-points");
  private readonly table = make("div", "attributes");
  private readonly attributes: { readonly value: HTMLElement; readonly more: HTMLButtonElement; readonly less: HTMLButtonElement }[] = [];
  private readonly rows: RowElements[] = [];
  private readonly foot = make("footer", "points-foot");
  private planned: Attributes = NONE;
  private sheet: Sheet | undefined;
  private values: Values | undefined;

  constructor(private readonly context: Context) {
    const { table } = this;
    ATTRIBUTE_NAMES.forEach((name, index) => { table.append(...this.attributeRow(name, index)); });
    const list = make("dl", "derived");
    for (const row of ROWS) list.append(this.derivedRow(row));
    this.foot.append(
      button("primary", "Apply", () => { this.apply(); }),
      button("", "Undo", () => { this.plan(NONE); }),
    );
    this.window.body.append(this.who, this.free, table, this.foot, list);
  }

  private attributeRow(name: string, index: number): HTMLElement[] {
    const label = make("span", "attribute-name", name);
    label.tabIndex = 0;
    this.context.tooltip.attach(label, () => {
      const lines = GIVES[index]!.map((text): TooltipLine => ({ text, tone: "good" }));
      const weapon = this.sheet && weaponOf(this.sheet, this.context.bridge.definitions);
      if ((weapon?.attribute ?? 0) === index) lines.unshift({ text: "+2 attack with your weapon", tone: "good" });
      return { title: `A point of ${name}`, lines };
    });
    const value = make("span", "attribute-value");
    const less = button("point less", "−", () => { this.change(index, -1); });
    const more = button("point more", "+", () => { this.change(index, 1); });
    less.setAttribute("aria-label", `One point less of ${name}`);
    more.setAttribute("aria-label", `One point more of ${name}`);
    more.dataset["attribute"] = String(index);
    this.attributes.push({ value, more, less });
    return [label, value, less, more];
  }

  private derivedRow(row: Row): HTMLElement {
    const line = make("div", "derived-row");
    line.tabIndex = 0;
    const value = make("dd");
    const after = make("dd", "after");
    line.append(make("dt", "", row.label), value, after);
    this.rows.push({ value, after });
    this.context.tooltip.attach(line, () => {
      const { sheet, values } = this;
      if (!sheet || !values) return undefined;
      const weapon = weaponOf(sheet, this.context.bridge.definitions);
      return { title: row.label, lines: row.explained(values, sheet, ATTRIBUTE_NAMES[weapon?.attribute ?? 0]) };
    });
    return line;
  }

  private change(index: number, by: number): void {
    const next = this.planned.map((points, at) => (at === index ? points + by : points)) as unknown as Attributes;
    const spent = next.reduce((sum, points) => sum + points, 0);
    if (next[index]! < 0 || spent > (this.sheet?.points ?? 0)) return;
    this.plan(next);
  }

  private plan(points: Attributes): void {
    this.planned = points;
    this.refresh();
  }

  private apply(): void {
    if (this.planned.every((points) => points === 0)) return;
    this.context.bridge.actions.spend(this.planned);
    this.plan(NONE);
  }

  update(state: WorldState): void {
    if (!this.window.isOpen || !state.sheet || state.sheet === this.sheet) return;
    this.sheet = state.sheet;
    const planned = this.planned.reduce((sum, points) => sum + points, 0);
    if (planned > state.sheet.points) this.planned = NONE;
    const profession = this.context.bridge.definitions.classes.get(state.sheet.class)?.name ?? "";
    setText(this.who, `${state.name}, level ${state.sheet.level} ${profession}`);
    this.refresh();
  }

  private refresh(): void {
    const { sheet } = this;
    if (!sheet) return;
    const { definitions } = this.context.bridge;
    const spent = this.planned.reduce((sum, points) => sum + points, 0);
    const left = sheet.points - spent;
    setText(this.free, left === 0 && spent === 0 ? "No free points; three come with each level." : `${left} free ${left === 1 ? "point" : "points"}`);
    this.free.classList.toggle("some", left > 0);
    this.table.classList.toggle("fixed", sheet.points === 0);
    setHidden(this.foot, spent === 0);
    const attributes = attributesWith(sheet, this.planned);
    this.attributes.forEach(({ value, more, less }, index) => {
      setText(value, String(attributes[index]));
      value.classList.toggle("planned", this.planned[index]! > 0);
      more.disabled = left === 0;
      less.disabled = this.planned[index] === 0;
    });
    const before = valuesOf(sheet, definitions, attributesWith(sheet, NONE));
    const after = valuesOf(sheet, definitions, attributes);
    this.values = after;
    if (!before || !after) return;
    ROWS.forEach((row, index) => {
      const [old, shown] = [row.shown(before, sheet), row.shown(after, sheet)];
      setText(this.rows[index]!.value, old);
      setText(this.rows[index]!.after, old === shown ? "" : `→ ${shown}`);
    });
  }
}
