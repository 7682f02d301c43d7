// What is said about skills and effects, in seconds and metres. Pure.

import { type Definitions, type EffectDefinition, type EffectState, type Sheet, type SkillAim, type SkillDefinition, type SkillOutcome, TICKS_PER_SECOND } from "massless/core/world";
import { duration, metres, signedPercent, trimmed } from "./numbers";
import type { SkillNature } from "./skill-icons";
import type { TooltipContent, TooltipLine } from "./tooltip";

/** Metres a skill reaches for this character; `undefined` where it has no target. */
export function rangeOf(skill: SkillDefinition, sheet: Sheet | undefined): number | undefined {
  return skill.range === "weapon" ? sheet?.derived.range : skill.range;
}

function aimText(aim: SkillAim): string {
  switch (aim.type) {
    case "caster":
      return "Yourself";
    case "hostile":
      return "One enemy";
    case "ally":
      return "A friend or yourself";
    case "line":
      return "The first enemy on a line ahead";
    case "cone":
      return `Enemies within ${trimmed(aim.degrees)}° ahead`;
    case "around":
      return `${aim.party ? "Your party" : "Enemies"} within ${metres(aim.radius)}`;
    case "ground":
      return `Enemies within ${metres(aim.radius)} of a place`;
  }
}

/** About how much a share of attack comes to; the share itself before there is a character. */
function amount(bp: number, sheet: Sheet | undefined): string {
  return sheet ? `about ${Math.round((sheet.derived.attack * bp) / 10_000)}` : `${trimmed(bp / 100)} % of attack`;
}

/** What an outcome comes to for this character; what has no amount stands in the description. */
function outcomeLine(outcome: SkillOutcome, definitions: Definitions, sheet: Sheet | undefined): TooltipLine | undefined {
  switch (outcome.type) {
    case "damage":
      return { text: "Damage", right: amount(outcome.bp, sheet) };
    case "heal":
      return { text: "Healing", right: amount(outcome.bp, sheet) };
    case "apply": {
      if (outcome.bp === 0) return undefined;
      const name = definitions.effects.get(outcome.effect)?.name ?? `Effect ${outcome.effect}`;
      const often = outcome.every > 0 ? ` every ${duration(outcome.every)}` : "";
      return { text: name, right: `${amount(outcome.bp, sheet)}${often}` };
    }
    default:
      return undefined;
  }
}

function timingText(skill: SkillDefinition): string {
  switch (skill.timing.type) {
    case "instant":
      return "At once";
    case "cast":
      return `Cast ${duration(skill.timing.ticks)}`;
    case "channel":
      return `Channel ${duration(skill.timing.ticks)}`;
    case "toggle":
      return `On and off; ${skill.timing.mana} mana every ${duration(skill.timing.every)}`;
  }
}

/** All that is said of a skill. */
export function skillTooltip(skill: SkillDefinition, definitions: Definitions, sheet: Sheet | undefined): TooltipContent {
  const range = rangeOf(skill, sheet);
  const lines: TooltipLine[] = [
    { text: skill.mana === 0 ? "No mana" : `${skill.mana} mana`, right: range === undefined ? "" : `${metres(range)} range` },
    { text: timingText(skill), right: `Cooldown ${duration(skill.cooldown)}` },
  ];
  if (skill.description !== "") lines.push({ text: skill.description, tone: "gold" });
  lines.push({ text: aimText(skill.aim), tone: "soft" });
  for (const outcome of skill.outcomes) {
    const line = outcomeLine(outcome, definitions, sheet);
    if (line) lines.push(line);
  }
  if (skill.lasting) lines.push({ text: `Works ${skill.lasting.times} times, every ${duration(skill.lasting.every)}` });
  if (sheet && sheet.level < skill.level) lines.push({ text: `From level ${skill.level}`, tone: "bad" });
  return { title: skill.name, lines };
}

/** What a skill does mainly. */
export function natureOf(skill: SkillDefinition): SkillNature {
  if (skill.outcomes.some((outcome) => outcome.type === "heal")) return "heal";
  if (!skill.hostile) return skill.outcomes.some((outcome) => outcome.type === "leap") ? "leap" : "boost";
  return skill.aim.type === "hostile" || skill.aim.type === "line" ? "blow" : "area";
}

const SWAYS: readonly (readonly [keyof EffectDefinition & `${string}Bp`, string])[] = [
  ["moveBp", "walking speed"],
  ["damageDealtBp", "damage dealt"],
  ["damageTakenBp", "damage taken"],
  ["defenceBp", "both defences"],
  ["attackBp", "attack"],
  ["attackSpeedBp", "attack speed"],
  ["dodgeBp", "dodge"],
];

/** All that is said of an effect that is on somebody. */
export function effectTooltip(state: EffectState, definitions: Definitions, now: number): TooltipContent {
  const definition = definitions.effects.get(state.effect);
  if (!definition) return { title: `Effect ${state.effect}`, lines: [] };
  const lines: TooltipLine[] = [];
  if (definition.description !== "") lines.push({ text: definition.description });
  for (const [key, label] of SWAYS) {
    if (definition[key] !== 0) lines.push({ text: `${signedPercent(definition[key])} ${label}`, tone: "soft" });
  }
  if (state.until !== undefined && state.until > now) lines.push({ text: `${duration(Math.ceil((state.until - now) / TICKS_PER_SECOND) * TICKS_PER_SECOND)} left`, tone: "soft" });
  if (definition.dispellable) lines.push({ text: definition.helpful ? "Can be taken away" : "Can be cleansed", tone: "soft" });
  return { title: definition.name, lines };
}
