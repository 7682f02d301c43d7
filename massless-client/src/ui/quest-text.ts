// What is said about quests: their goal, how far one is, where they are handed in. Pure.

import type { Definitions, QuestDefinition, QuestState } from "massless/core/world";

/** The goal as an errand: "Dust Hound slain". */
export function goalText(quest: QuestDefinition, definitions: Definitions): string {
  const { goal } = quest;
  const npc = (id: number): string => definitions.npcs.get(id)?.name ?? "somebody";
  const item = (id: number): string => definitions.items.get(id)?.name ?? `item ${id}`;
  switch (goal.type) {
    case "talk":
      return `Talk to ${npc(goal.npc)}`;
    case "kill":
      return `${definitions.creatures.get(goal.creature)?.name ?? "Creatures"} slain`;
    case "collect":
      return item(goal.item);
    case "deliver":
      return `Bring the ${item(goal.item)} to ${npc(goal.npc)}`;
  }
}

/** Whether progress is a number worth showing. */
export function isCounted(quest: QuestDefinition): boolean {
  return quest.goal.type === "kill" || quest.goal.type === "collect";
}

/** One line for the tracker and the log. */
export function progressText(state: QuestState, quest: QuestDefinition, definitions: Definitions): string {
  if (state.ready) return `Return to ${definitions.npcs.get(quest.receiver)?.name ?? "the giver"}`;
  const goal = goalText(quest, definitions);
  return isCounted(quest) ? `${goal}: ${Math.min(state.count, state.goal)} of ${state.goal}` : goal;
}

/** What an NPC has above its head: a quest to give, one to take back, one that is still under way. */
export type QuestMark = "offer" | "ready" | "waiting";
