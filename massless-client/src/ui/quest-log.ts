// The quest log (L): what one has taken on, how far one is, and giving up.

import type { QuestDefinition, Sheet, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make } from "./dom";
import { iconOf } from "./icon";
import { itemDrawing } from "./item-icons";
import { definitionTooltip } from "./item-text";
import { grouped, share } from "./numbers";
import { isCounted, progressText } from "./quest-text";
import { GameWindow } from "./window";

/** What a quest pays, as elements. */
export function rewardElement(quest: QuestDefinition, context: Context): HTMLElement {
  const { definitions } = context.bridge;
  const rewards = make("div", "rewards");
  rewards.append(make("span", "reward", `${grouped(quest.experience)} experience`));
  if (quest.coin > 0) rewards.append(make("span", "reward coin", `${grouped(quest.coin)} coin`));
  for (const { item, quantity } of quest.items) {
    const definition = definitions.items.get(item);
    const reward = make("span", "reward reward-item");
    reward.tabIndex = 0;
    reward.append(iconOf(itemDrawing(item)), make("span", "", `${quantity > 1 ? `${quantity} × ` : ""}${definition?.name ?? `item ${item}`}`));
    if (definition) context.tooltip.attach(reward, () => definitionTooltip(definition));
    rewards.append(reward);
  }
  return rewards;
}

export class QuestLog {
  readonly window = new GameWindow("quest-log", "Quests", "left");
  private readonly list = make("div", "quest-list");
  private readonly detail = make("div", "quest-detail");
  private chosen = 0;
  private asking = false;
  private sheet: Sheet | undefined;

  constructor(private readonly context: Context) {
    this.window.body.append(this.list, this.detail);
  }

  /** Opens the log at a quest. */
  openAt(quest: number): void {
    this.choose(quest);
    this.window.open();
  }

  private choose(quest: number): void {
    this.chosen = quest;
    this.asking = false;
    this.refresh();
  }

  update(state: WorldState): void {
    if (!this.window.isOpen || !state.sheet || state.sheet === this.sheet) return;
    this.sheet = state.sheet;
    this.refresh();
  }

  private refresh(): void {
    const { sheet, context } = this;
    if (!sheet) return;
    const { quests } = context.bridge.definitions;
    const held = this.list.contains(document.activeElement) ? this.chosen : undefined;
    if (!sheet.quests.some((state) => state.quest === this.chosen)) this.chosen = sheet.quests[0]?.quest ?? 0;
    this.window.title = `Quests (${sheet.quests.length})`;
    this.list.replaceChildren(
      ...sheet.quests.map((state) => {
        const entry = button("quest-entry", quests.get(state.quest)?.name ?? `Quest ${state.quest}`, () => { this.choose(state.quest); });
        entry.classList.toggle("ready", state.ready);
        entry.setAttribute("aria-current", String(state.quest === this.chosen));
        if (state.quest === held) queueMicrotask(() => { entry.focus(); });
        return entry;
      }),
    );
    if (sheet.quests.length === 0) this.list.append(make("p", "soft", "No quests. People with a gold mark above their heads have work."));
    this.detail.replaceChildren(...this.detailOf(sheet));
  }

  private detailOf(sheet: Sheet): HTMLElement[] {
    const { context } = this;
    const state = sheet.quests.find((each) => each.quest === this.chosen);
    const quest = context.bridge.definitions.quests.get(this.chosen);
    if (!state || !quest) return [];
    const progress = make("p", state.ready ? "quest-progress ready" : "quest-progress", progressText(state, quest, context.bridge.definitions));
    const elements: HTMLElement[] = [make("h3", "", quest.name), make("p", "quest-text", quest.offer), progress];
    if (isCounted(quest)) {
      const bar = make("div", "quest-bar");
      bar.style.setProperty("--share", String(share(state.count, state.goal)));
      elements.push(bar);
    }
    elements.push(make("h4", "", "Reward"), rewardElement(quest, context), this.abandonRow(quest));
    return elements;
  }

  private abandonRow(quest: QuestDefinition): HTMLElement {
    const row = make("div", "abandon-row");
    if (!this.asking) {
      row.append(button("", "Give up …", () => { this.asking = true; this.refresh(); }));
      return row;
    }
    row.append(
      make("span", "", "Progress will be lost."),
      button("danger", "Give up", () => {
        this.asking = false;
        this.context.bridge.actions.abandon(quest.id);
      }),
      button("", "Keep", () => { this.asking = false; this.refresh(); }),
    );
    return row;
  }
}
