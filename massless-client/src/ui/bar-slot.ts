// What a slot of the skill bar shows: how much is left to wait, and what else keeps it from working. Pure.

import type { BarEntry, Definitions, FigureState, ItemKind, OwnState, Sheet, SkillDefinition } from "massless/core/world";
import { rangeOf } from "./skill-text";

/** Ticks of the shared cooldown of a skill without a cast. Game rules, section 6. */
const SHARED_TICKS = 20;
/** Metres the rules allow beyond a range, and what the bodies of both take off. */
const RANGE_TOLERANCE = 0.5;
const BODY_METRES = 0.1;

/** What keeps a slot from working, beside waiting. */
export type Hindrance = "none" | "mana" | "range" | "target" | "level" | "missing" | "weapon" | "dead";

export interface SlotView {
  /** Ticks until it may be used. */
  readonly left: number;
  /** Share of the wait that is still to come, 0..1. */
  readonly sweep: number;
  /** It waits for its own cooldown, not only for the shared one. */
  readonly own: boolean;
  readonly hindrance: Hindrance;
  /** Pieces in the bag, for items. */
  readonly count: number | undefined;
}

const EMPTY: SlotView = { left: 0, sweep: 0, own: false, hindrance: "none", count: undefined };

/** Which of the three shared item cooldowns an item has. */
export function itemGroup(kind: ItemKind): 0 | 1 | 2 | undefined {
  return kind.type === "health" ? 0 : kind.type === "mana" ? 1 : kind.type === "return" ? 2 : undefined;
}

/** Pieces of an item in the bag. */
export function countOf(sheet: Sheet, definition: number): number {
  return sheet.bag.reduce((sum, item) => sum + (item?.definition === definition ? item.quantity : 0), 0);
}

/** Share of a wait that is still to come. */
export function sweepOf(left: number, total: number): number {
  return left <= 0 ? 0 : total <= 0 ? 1 : Math.min(left / total, 1);
}

/** Whether a target is too far for a range. */
export function isTooFar(distance: number, range: number): boolean {
  return distance - BODY_METRES > range + RANGE_TOLERANCE;
}

interface Situation {
  readonly now: number;
  readonly own: OwnState;
  readonly sheet: Sheet;
  readonly target: FigureState | undefined;
}

/** What a slot shows now. */
export function slotView(entry: BarEntry, definitions: Definitions, situation: Situation): SlotView {
  if (entry.type === "skill") {
    const skill = definitions.skills.get(entry.skill);
    return skill ? skillView(skill, definitions, situation) : EMPTY;
  }
  return entry.type === "item" ? itemView(entry.item, definitions, situation) : EMPTY;
}

function skillView(skill: SkillDefinition, definitions: Definitions, { now, own, sheet, target }: Situation): SlotView {
  const cooling = (own.cooldowns.get(skill.id) ?? 0) - now;
  const shared = own.sharedAt - now;
  const isOwn = cooling > 0 && cooling >= shared;
  const left = Math.max(cooling, shared, 0);
  const casting = own.cast ? definitions.skills.get(own.cast.skill) : undefined;
  const sharedTotal = casting?.timing.type === "cast" ? Math.max(SHARED_TICKS, casting.timing.ticks) : SHARED_TICKS;
  // A cast is shown by its own bar: what waits for it only is not dark as well.
  const sweep = isOwn ? sweepOf(cooling, skill.cooldown) : sweepOf(Math.max(shared, 0), Math.max(sharedTotal, shared));
  return { left, sweep, own: isOwn, hindrance: skillHindrance(skill, definitions, { now, own, sheet, target }), count: undefined };
}

function weaponFits(skill: SkillDefinition, definitions: Definitions, sheet: Sheet): boolean {
  if (skill.weapons.length === 0) return true;
  const worn = sheet.worn[0];
  const kind = worn ? definitions.items.get(worn.definition)?.kind : undefined;
  return kind?.type === "gear" && kind.weapon !== undefined && skill.weapons.includes(kind.weapon.row);
}

function skillHindrance(skill: SkillDefinition, definitions: Definitions, { own, sheet, target }: Situation): Hindrance {
  if (own.dead) return "dead";
  if (sheet.level < skill.level) return "level";
  if (!weaponFits(skill, definitions, sheet)) return "weapon";
  if (own.mana < skill.mana) return "mana";
  const aims = skill.aim.type === "hostile" || (skill.aim.type === "ally" && target?.regard === "friendly");
  if (!aims) return "none";
  if (skill.aim.type === "hostile" && target?.regard === "friendly") return "target";
  const range = rangeOf(skill, sheet);
  return target && range !== undefined && isTooFar(target.distance, range) ? "range" : "none";
}

function itemView(item: number, definitions: Definitions, { now, own, sheet }: Situation): SlotView {
  const definition = definitions.items.get(item);
  const count = countOf(sheet, item);
  if (!definition) return { ...EMPTY, count };
  const group = itemGroup(definition.kind);
  const left = group === undefined ? 0 : Math.max(own.itemReady[group] - now, 0);
  const total = "cooldown" in definition.kind ? definition.kind.cooldown : 0;
  const hindrance: Hindrance = own.dead ? "dead" : count === 0 ? "missing" : sheet.level < definition.level ? "level" : "none";
  return { left, sweep: sweepOf(left, total), own: true, hindrance, count };
}
