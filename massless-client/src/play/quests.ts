// What an NPC has for a player: quests to take, to hand in, and under way. Pure.

import type { Definitions, NpcState, QuestDefinition, Sheet } from "massless/core/world";
import type { Sign } from "../scene/effects/signs";

/** A player may take a quest: the level and the quests before it. */
export function isOffered(quest: QuestDefinition, sheet: Sheet): boolean {
  const known = sheet.done.includes(quest.id) || sheet.quests.some((state) => state.quest === quest.id);
  return !known && sheet.level >= quest.level && quest.after.every((before) => sheet.done.includes(before));
}

/** It can be handed in now; talking is done by handing in. */
function isReady(quest: QuestDefinition, sheet: Sheet): boolean {
  if (quest.goal.type === "talk") return true;
  return sheet.quests.find((state) => state.quest === quest.id)?.ready ?? false;
}

/** What an NPC has for the owner of a sheet. */
export function npcState(actor: number, npc: number, definitions: Definitions, sheet: Sheet): NpcState {
  const offers: number[] = [];
  const ready: number[] = [];
  const waiting: number[] = [];
  for (const quest of definitions.quests.values()) {
    const active = sheet.quests.some((state) => state.quest === quest.id);
    if (!active) {
      if (quest.giver === npc && isOffered(quest, sheet)) offers.push(quest.id);
    } else if (quest.receiver === npc && isReady(quest, sheet)) ready.push(quest.id);
    else if (quest.receiver === npc || quest.giver === npc) waiting.push(quest.id);
  }
  return { actor, npc, offers, ready, waiting };
}

/** What stands over its head. */
export function signOf(state: NpcState): Sign | undefined {
  if (state.ready.length > 0) return "ready";
  if (state.offers.length > 0) return "offer";
  return state.waiting.length > 0 ? "waiting" : undefined;
}
