// The skills of one's class (K): what they do, when they come, and onto the bar with them.

import { type Sheet, type SkillDefinition, type WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make } from "./dom";
import { iconOf } from "./icon";
import { duration, metres } from "./numbers";
import { skillDrawing } from "./skill-icons";
import { natureOf, rangeOf, skillTooltip } from "./skill-text";
import { GameWindow } from "./window";

/** Skills of a class in the order they are learned. Pure. */
export function skillsOfClass(skills: ReadonlyMap<number, SkillDefinition>, profession: number): SkillDefinition[] {
  return [...skills.values()].filter((skill) => skill.class === profession).sort((a, b) => a.level - b.level || a.id - b.id);
}

export class SkillBook {
  readonly window = new GameWindow("skill-book", "Skills", "left");
  private readonly list = make("div", "skill-list");
  private sheet: Sheet | undefined;
  private pointedAt: number | undefined;

  constructor(private readonly context: Context) {
    this.window.body.append(this.list, make("p", "soft", "Drag a skill onto the bar, or point at one and press 1 to 0."));
  }

  update(state: WorldState): void {
    const { sheet } = state;
    if (!this.window.isOpen || !sheet || sheet === this.sheet) return;
    const isSame = this.sheet?.class === sheet.class && this.sheet.level === sheet.level && this.sheet.bar === sheet.bar;
    this.sheet = sheet;
    if (isSame && this.list.childElementCount > 0) return;
    this.list.replaceChildren(...skillsOfClass(this.context.bridge.definitions.skills, sheet.class).map((skill) => this.entry(skill, sheet)));
  }

  private entry(skill: SkillDefinition, sheet: Sheet): HTMLElement {
    const { context } = this;
    const learned = sheet.level >= skill.level;
    const entry = button(learned ? "skill-entry" : "skill-entry unlearned", "", () => { this.placeFirst(skill); });
    const range = rangeOf(skill, sheet);
    const numbers = [`${skill.mana} mana`, ...(range === undefined ? [] : [metres(range)]), duration(skill.cooldown)].join("  ·  ");
    const onBar = sheet.bar.findIndex((each) => each.type === "skill" && each.skill === skill.id);
    const place = !learned ? `from level ${skill.level}` : onBar >= 0 ? `key ${(onBar + 1) % 10}` : "not on the bar";
    const text = make("span", "skill-text");
    text.append(make("strong", "", skill.name), make("span", "soft", numbers), make("span", learned ? "skill-place" : "skill-place later", place));
    entry.append(iconOf(skillDrawing(skill.id, natureOf(skill))), text);
    context.tooltip.attach(entry, () => skillTooltip(skill, context.bridge.definitions, this.sheet));
    if (!learned) return entry;
    context.drag.source(entry, () => ({ type: "skill", skill: skill.id }));
    entry.addEventListener("pointerenter", () => { this.pointedAt = skill.id; });
    entry.addEventListener("pointerleave", () => { this.pointedAt = undefined; });
    entry.addEventListener("focus", () => { this.pointedAt = skill.id; });
    entry.addEventListener("blur", () => { this.pointedAt = undefined; });
    return entry;
  }

  /** A digit was pressed: puts the skill that is pointed at there. Says whether it was meant for this window. */
  digit(slot: number): boolean {
    if (!this.window.isOpen || this.pointedAt === undefined) return false;
    this.context.bridge.actions.setBar(slot, { type: "skill", skill: this.pointedAt });
    return true;
  }

  /** A click puts a skill that is not on the bar into its first empty slot. */
  private placeFirst(skill: SkillDefinition): void {
    const { sheet } = this;
    if (!sheet || sheet.level < skill.level) return;
    if (sheet.bar.some((each) => each.type === "skill" && each.skill === skill.id)) return;
    const slot = sheet.bar.findIndex((each) => each.type === "empty");
    if (slot >= 0) this.context.bridge.actions.setBar(slot, { type: "skill", skill: skill.id });
  }
}
