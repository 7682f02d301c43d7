// On the right: the quests one has, and how far each is.

import type { Sheet, WorldState, ZoneDefinition } from "massless/core/world";
import type { Context } from "./context";
import { button, make, setHidden } from "./dom";
import { progressText } from "./quest-text";

const SHOWN_MAX = 6;

export class QuestTracker {
  readonly element = make("section", "tracker");
  private sheet: Sheet | undefined;
  private zone: ZoneDefinition | undefined;

  constructor(private readonly context: Context, private readonly open: (quest: number) => void) {
    this.element.setAttribute("aria-label", "Quests");
    this.element.hidden = true;
  }

  update(state: WorldState): void {
    const { sheet, zone } = state;
    if (!sheet || (sheet === this.sheet && zone === this.zone)) return;
    this.sheet = sheet;
    this.zone = zone;
    const { definitions } = this.context.bridge;
    const entries = sheet.quests.slice(0, SHOWN_MAX).flatMap((each) => {
      const quest = definitions.quests.get(each.quest);
      if (!quest) return [];
      const entry = button("tracked", "", () => { this.open(quest.id); });
      entry.classList.toggle("ready", each.ready);
      entry.append(make("strong", "", quest.name), make("span", "", progressText(each, quest, definitions)));
      return [entry];
    });
    this.element.replaceChildren(...entries);
    setHidden(this.element, entries.length === 0);
  }
}
