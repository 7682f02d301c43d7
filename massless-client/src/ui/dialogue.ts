// Talking to somebody: what they offer, what they wait for, what they take back.

import type { NpcDefinition, NpcRole, NpcState, QuestDefinition, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make } from "./dom";
import { rewardElement } from "./quest-log";
import { goalText, isCounted, progressText, type QuestMark } from "./quest-text";
import { OFFERED, type Service } from "./services";
import { GameWindow } from "./window";

const GREETINGS: Readonly<Record<NpcRole, string>> = {
  shop: "Welcome! Have a look round, and tell me what you can spare.",
  smith: "The forge is hot. Bring me something worth the coal.",
  questGiver: "Good to see you. There is nothing I need from you right now.",
  storageKeeper: "Whatever you leave with me is safe.",
  trainer: "Keep your guard up. There is always more to learn.",
  clerk: "Letters, papers, more letters. How can I help?",
  waykeeper: "The roads are long. I know shorter ones, to where you have been.",
  guard: "Move along, and keep inside the lamps at night.",
};

export const ROLE_NAMES: Readonly<Record<NpcRole, string>> = {
  shop: "Merchant",
  smith: "Smith",
  questGiver: "Quest giver",
  storageKeeper: "Storage keeper",
  trainer: "Trainer",
  clerk: "Clerk",
  waykeeper: "Waykeeper",
  guard: "Guard",
};

const MARKS: Readonly<Record<QuestMark, string>> = { offer: "!", ready: "?", waiting: "…" };

interface Entry {
  readonly quest: number;
  readonly mark: QuestMark;
}

/** What an NPC has, most urgent first. Pure. */
export function entriesOf(npc: NpcState): Entry[] {
  const of = (mark: QuestMark, quests: readonly number[]): Entry[] => quests.map((quest) => ({ quest, mark }));
  return [...of("ready", npc.ready), ...of("offer", npc.offers), ...of("waiting", npc.waiting)];
}

export class Dialogue {
  readonly window = new GameWindow("dialogue", "Talk", "left");
  private npc: NpcState | undefined;
  private chosen: number | undefined;
  private key = "";

  constructor(private readonly context: Context, private readonly onService: (service: Service, npc: NpcDefinition) => void) {}

  /** Told when the window is closed by hand. */
  closed(): void {
    if (this.npc) this.context.bridge.actions.endTalk();
  }

  /** `served`: what the NPC does is open in its own window. */
  update(state: WorldState, served: boolean): void {
    const npc = state.talkingTo;
    if (npc === this.npc || served) {
      this.npc = npc;
      return;
    }
    const isSame = npc?.npc === this.npc?.npc;
    this.npc = npc;
    if (!npc) {
      this.window.close();
      return;
    }
    if (!isSame) this.chosen = undefined;
    const entries = entriesOf(npc);
    if (!entries.some((entry) => entry.quest === this.chosen)) this.chosen = entries.length === 1 && this.services(npc).length === 0 ? entries[0]!.quest : undefined;
    const key = JSON.stringify([npc, this.chosen]);
    if (key === this.key && this.window.isOpen) return;
    this.key = key;
    this.refresh();
    if (!this.window.isOpen) {
      this.window.open();
      this.focus();
    }
  }

  private focus(): void {
    (this.window.body.querySelector<HTMLElement>("button.primary") ?? this.window.body.querySelector<HTMLElement>("button"))?.focus();
  }

  private choose(quest: number | undefined): void {
    this.chosen = quest;
    this.refresh();
    this.focus();
  }

  private refresh(): void {
    const { npc } = this;
    if (!npc) return;
    const definition = this.context.bridge.definitions.npcs.get(npc.npc);
    this.window.title = definition?.name ?? "Talk";
    const role = make("p", "npc-role", definition ? ROLE_NAMES[definition.role] : "");
    const services = this.services(npc);
    const entries = entriesOf(npc);
    const entry = entries.find((each) => each.quest === this.chosen);
    const quest = entry && this.context.bridge.definitions.quests.get(entry.quest);
    if (entry && quest) this.window.body.replaceChildren(role, ...this.page(entry, quest, entries.length > 1 || services.length > 0));
    else {
      const greeting = entries.length === 0 && definition ? GREETINGS[definition.role] : "What can I do for you?";
      this.window.body.replaceChildren(role, make("p", "npc-says", greeting), ...entries.map((each) => this.entryButton(each)), ...services, this.endRow(false));
    }
  }

  /** Buttons of what the NPC does by its role; letters and the market need the server's books. */
  private services(npc: NpcState): HTMLElement[] {
    const { definitions, desk } = this.context.bridge;
    const definition = definitions.npcs.get(npc.npc);
    if (!definition) return [];
    return OFFERED[definition.role].filter(([service]) => desk !== undefined || (service !== "market" && service !== "mail")).map(([service, label]) => {
      const element = button(`service-entry ${service}`, label, () => { this.onService(service, definition); });
      element.dataset["service"] = service;
      return element;
    });
  }

  private entryButton(entry: Entry): HTMLElement {
    const quest = this.context.bridge.definitions.quests.get(entry.quest);
    const element = button(`quest-entry ${entry.mark}`, "", () => { this.choose(entry.quest); });
    element.append(make("span", `quest-mark ${entry.mark}`, MARKS[entry.mark]), make("span", "", quest?.name ?? `Quest ${entry.quest}`));
    return element;
  }

  private page(entry: Entry, quest: QuestDefinition, canGoBack: boolean): HTMLElement[] {
    const { context } = this;
    const { definitions, state } = context.bridge;
    const text = entry.mark === "offer" ? quest.offer : entry.mark === "ready" ? quest.thanks : quest.reminder;
    const elements: HTMLElement[] = [make("h3", "", quest.name), make("p", "npc-says", text)];
    const progress = state.sheet?.quests.find((each) => each.quest === quest.id);
    if (entry.mark === "offer") {
      const { goal } = quest;
      const count = isCounted(quest) && "count" in goal ? ` (${goal.count})` : "";
      elements.push(make("p", "quest-progress", `${goalText(quest, definitions)}${count}`));
    } else if (entry.mark === "waiting" && progress) elements.push(make("p", "quest-progress", progressText(progress, quest, definitions)));
    if (entry.mark !== "waiting") elements.push(make("h4", "", "Reward"), rewardElement(quest, context));
    const row = this.endRow(canGoBack);
    if (entry.mark === "offer") row.prepend(button("primary take-quest", "Accept", () => { context.bridge.actions.takeQuest(quest.id); }));
    if (entry.mark === "ready") row.prepend(button("primary hand-in", "Complete", () => { context.bridge.actions.handIn(quest.id); }));
    elements.push(row);
    return elements;
  }

  private endRow(canGoBack: boolean): HTMLElement {
    const row = make("footer", "talk-foot");
    if (canGoBack) row.append(button("", "Back", () => { this.choose(undefined); }));
    row.append(button("", "Goodbye", () => { this.window.close(); }));
    return row;
  }
}
