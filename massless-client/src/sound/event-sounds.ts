// Which sound belongs to what happens. Pure.

import { type Definitions, type Heard, HitKind, type SkillDefinition, TradeEnd } from "massless/core/world";
import type { SoundName } from "./recipes";

/** A sound, as from so many metres away. */
export interface Cue {
  readonly name: SoundName;
  readonly metres: number;
}

/** How a skill sounds. */
export type School = "Physical" | "Magic" | "Heal";

/** Classes whose weapons are magic; everybody else fights by hand. Game rules, section 8. */
const MAGIC_CLASSES: ReadonlySet<number> = new Set([3, 4]);

/** The school of a skill: what it does first, then whose it is. */
export function schoolOf(skill: SkillDefinition): School {
  if (skill.outcomes.some((outcome) => outcome.type === "heal")) return "Heal";
  const damage = skill.outcomes.find((outcome) => outcome.type === "damage")?.damage;
  if (damage !== undefined) return damage === "magic" ? "Magic" : "Physical";
  return skill.class !== undefined && MAGIC_CLASSES.has(skill.class) ? "Magic" : "Physical";
}

function isStep(skill: SkillDefinition): boolean {
  return skill.outcomes.some((outcome) => outcome.type === "leap");
}

/** Share of its distance that what others do sounds farther away: one's own fight is the clearest. */
const OTHERS_FARTHER = 1.5;

/** The sound of an event, if it has one. */
export function cueOf({ event, own, distance }: Heard, definitions: Definitions): Cue | undefined {
  const near = (name: SoundName): Cue => ({ name, metres: 0 });
  const from = (name: SoundName, involved: boolean): Cue | undefined =>
    involved ? { name, metres: (distance ?? 0) * 0.5 } : distance === undefined ? undefined : { name, metres: distance * OTHERS_FARTHER };
  switch (event.type) {
    case "hit":
      return hitCue(event, own, from);
    case "healed":
      return from("heal", event.target === own || event.source === own);
    case "castBegan": {
      const skill = definitions.skills.get(event.skill);
      return skill && from(`cast${schoolOf(skill)}`, event.actor === own);
    }
    case "skillUsed": {
      const skill = definitions.skills.get(event.skill);
      return skill && from(isStep(skill) ? "step" : `release${schoolOf(skill)}`, event.actor === own);
    }
    case "castBroken":
      return from("broken", event.actor === own);
    case "launched":
      return event.skill === undefined ? from("shot", event.source === own) : undefined;
    case "died":
      return event.actor === own ? near("death") : from("kill", event.killer === own);
    case "revived":
      return event.actor === own ? near("revive") : undefined;
    case "levelUp":
      return from("levelUp", event.actor === own);
    case "coin":
      return near("coin");
    case "gained":
      return near("loot");
    case "quest":
      return event.done ? near("questDone") : event.count === 0 ? near("questTaken") : undefined;
    case "refined":
      return near(event.after === undefined ? "death" : event.after > event.before ? "questDone" : "broken");
    case "tradeEnded":
      return event.end === TradeEnd.Done ? near("coin") : undefined;
    case "zone":
      return near("zone");
    default:
      return undefined;
  }
}

type From = (name: SoundName, involved: boolean) => Cue | undefined;

function hitCue(event: Extract<Heard["event"], { type: "hit" }>, own: number, from: From): Cue | undefined {
  const involved = event.source === own || event.target === own;
  if (event.kind === HitKind.Dodged) return from(event.target === own ? "dodge" : "swing", involved);
  if (event.kind === HitKind.Immune || event.absorbed >= event.amount) return from("absorbed", involved);
  if (event.target === own) return from("hurt", true);
  if (event.kind === HitKind.Critical) return from("crit", involved);
  return event.kind === HitKind.Periodic ? undefined : from("hit", involved);
}
