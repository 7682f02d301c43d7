// All panels of the fight, put together: `mountHud` is what the game calls.

import "../styles/hud.css";
import "../styles/windows.css";
import "../styles/services.css";

import { type GameBridge, type GameHud, type Heard, TradeEnd, type WorldState } from "massless/core/world";
import { type Action, keyLabel } from "../input/bindings";
import { isTyping } from "../input/controls";
import { cueOf } from "../sound/event-sounds";
import { Sounds } from "../sound/sounds";
import type { SettingsStore } from "../state/settings";
import { Ask } from "./ask";
import { CastBar } from "./cast-bar";
import { CharacterPanel } from "./character";
import { CombatText } from "./combat-text";
import type { Context } from "./context";
import { Counter } from "./counter";
import { DeathScreen } from "./death";
import { Dialogue } from "./dialogue";
import { button, make, setText } from "./dom";
import { Drag, type Payload } from "./drag";
import { Invitation } from "./invitation";
import { Inventory } from "./inventory";
import { itemDrawing } from "./item-icons";
import { Menu } from "./menu";
import { Moment, RefusalLine, Toasts } from "./moments";
import { PartyFrames } from "./party-frames";
import { Portrait } from "./portrait";
import { QuestLog } from "./quest-log";
import { SkillBar } from "./skill-bar";
import { SkillBook, skillsOfClass } from "./skill-book";
import { Services } from "./services";
import { Social } from "./social";
import { TargetFrame } from "./target-frame";
import { Tooltip } from "./tooltip";
import { QuestTracker } from "./tracker";
import { TRADE_ENDS, TradeWindow } from "./trade";
import { type GameWindow, Windows } from "./window";

/** Windows that a key or a button opens. */
export const PANELS = ["inventory", "character", "quests", "skills", "people"] as const;
export type PanelName = (typeof PANELS)[number];

/** The window of an action, if it opens one. */
export function panelOf(action: Action): PanelName | undefined {
  return PANELS.find((panel) => panel === action);
}

/** Seconds between two refreshes of an open tooltip: its numbers may change. */
const TOOLTIP_SECONDS = 0.25;

/** What the game has of the panels, beside what it tells them. */
export interface MountedHud extends GameHud {
  readonly element: HTMLElement;
  /** Opens or closes a window. */
  toggle(panel: PanelName): void;
  /** Esc: closes what is open and says whether there was anything. */
  escape(): boolean;
  befriend(name: string): void;
  block(name: string): void;
}

/** What the panels ask of the page around them. */
export interface HudHooks {
  /** Opens the chat for a whisper. */
  whisper(name: string): void;
}

const BUTTONS: readonly (readonly [PanelName, string])[] = [["inventory", "Bag"], ["character", "Character"], ["quests", "Quests"], ["skills", "Skills"], ["people", "People"]];

class FightHud implements MountedHud {
  readonly element = make("div", "fight");
  private readonly context: Context;
  private readonly portrait: Portrait;
  private readonly target: TargetFrame;
  private readonly party: PartyFrames;
  private readonly bar: SkillBar;
  private readonly cast: CastBar;
  private readonly combat: CombatText;
  private readonly refusal: RefusalLine;
  private readonly toasts = new Toasts();
  private readonly moment = new Moment();
  private readonly death = new DeathScreen();
  private readonly invitation: Invitation;
  private readonly tracker: QuestTracker;
  private readonly inventory: Inventory;
  private readonly character: CharacterPanel;
  private readonly quests: QuestLog;
  private readonly dialogue: Dialogue;
  private readonly book: SkillBook;
  private readonly services: Services;
  private readonly trade: TradeWindow;
  private readonly social: Social;
  private readonly windows: Windows;
  private readonly buttons = new Map<PanelName, HTMLButtonElement>();
  private tooltipAge = 0;
  private zone = 0;
  /** When health and mana draughts were ready, to hear that one was drunk. */
  private draughts: readonly [number, number] | undefined;

  constructor(private readonly bridge: GameBridge, store: SettingsStore, hooks: HudHooks) {
    const sounds = new Sounds(() => store.current.volumes);
    this.context = {
      bridge, sounds, store, tooltip: new Tooltip(), menu: new Menu(), drag: new Drag((payload) => { this.letGo(payload); }),
      counter: new Counter(), ask: new Ask(),
      say: (sentence) => { this.refusal.say(sentence); },
      toast: (text) => { this.toasts.add({ text, tone: "quest" }); },
      whisper: (name) => { hooks.whisper(name); },
      befriend: (name) => { this.befriend(name); },
      block: (name) => { this.block(name); },
    };
    const { context } = this;
    this.portrait = new Portrait(context);
    this.target = new TargetFrame(context);
    this.party = new PartyFrames(context);
    this.bar = new SkillBar(context);
    this.cast = new CastBar("own-cast", bridge.definitions);
    this.combat = new CombatText(bridge);
    this.refusal = new RefusalLine(context);
    this.invitation = new Invitation(context);
    this.inventory = new Inventory(context);
    this.character = new CharacterPanel(context);
    this.quests = new QuestLog(context);
    this.services = new Services(context, () => { this.inventory.window.open(); });
    this.dialogue = new Dialogue(context, (service, npc) => { this.services.open(service, npc); });
    this.trade = new TradeWindow(context);
    this.social = new Social(context);
    this.book = new SkillBook(context);
    this.tracker = new QuestTracker(context, (quest) => { this.quests.openAt(quest); });
    this.windows = new Windows((open) => { this.toggled(open); });
    this.assemble();
    this.listen();
  }

  private assemble(): void {
    const { context } = this;
    const windows = [...[this.character, this.quests, this.book, this.social, this.dialogue, this.trade].map((panel) => panel.window), ...this.services.windows, this.inventory.window];
    for (const window of windows) this.windows.add(window);
    const left = make("div", "corner left");
    left.append(this.portrait.element, this.party.element);
    const right = make("div", "corner right");
    right.append(this.panelButtons(), this.tracker.element);
    const foot = make("div", "foot");
    foot.append(this.refusal.element, this.cast.element, this.bar.element);
    this.element.append(
      this.combat.element, this.death.element, left, this.target.element, right, foot, this.moment.element, this.toasts.element, this.invitation.element,
      ...windows.map((window) => window.element), context.ask.element,
      context.drag.element, context.menu.element, context.tooltip.element,
    );
    this.element.hidden = true;
  }

  private panelButtons(): HTMLElement {
    const row = make("div", "panel-buttons");
    const { store } = this.context;
    for (const [panel, label] of BUTTONS) {
      const element = button("panel-button", label, () => { this.toggle(panel); });
      element.dataset["panel"] = panel;
      const key = make("kbd");
      const name = (): void => { setText(key, keyLabel(store.current.bindings[panel][0] ?? "")); };
      store.onChange(name);
      name();
      element.append(key);
      this.buttons.set(panel, element);
      row.append(element);
    }
    return row;
  }

  private listen(): void {
    // Keys that walk a window belong to it, not to the world.
    const own = new Set(["Enter", " ", "Tab", "Escape"]);
    this.element.addEventListener("keydown", (event) => {
      const within = event.target instanceof HTMLElement && event.target.closest(".window, .invitation") !== null;
      if (!within || !own.has(event.key)) return;
      if (event.key === "Escape") {
        event.preventDefault();
        this.escape();
      }
      event.stopPropagation();
    });
    // After a click the world has the keyboard again.
    this.element.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("button")) this.context.sounds.play("click");
      if (event.detail > 0 && document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
    });
    window.addEventListener("keydown", (event) => { this.key(event); }, { capture: true });
    this.element.addEventListener("contextmenu", (event) => { event.preventDefault(); });
  }

  private key(event: KeyboardEvent): void {
    if (this.element.hidden || isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const digit = /^Digit(\d)$/.exec(event.code)?.[1];
    if (digit !== undefined && this.book.digit((Number(digit) + 9) % 10)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.code === "F6") {
      event.preventDefault();
      this.focusNext();
    }
  }

  /** F6 leads the keyboard into the windows, one after another. */
  private focusNext(): void {
    const all = (selector: string): HTMLElement[] => [...this.element.querySelectorAll<HTMLElement>(selector)];
    const places = [...all(".window:not([hidden]), .invitation:not([hidden])"), ...all(".foot, .corner")];
    const at = places.findIndex((place) => place.contains(document.activeElement));
    for (let step = 1; step <= places.length; step += 1) {
      const first = places[(at + step) % places.length]?.querySelector<HTMLElement>(".window-body button:not([disabled]), button:not([disabled])");
      if (first) {
        first.focus();
        return;
      }
    }
  }

  private letGo(payload: Payload): void {
    if (payload.type === "bar") this.bridge.actions.setBar(payload.slot, { type: "empty" });
    else if (payload.type === "item") this.inventory.askDiscard(payload.uid);
    else if (payload.type === "worn") this.bridge.actions.takeOff(payload.slot);
  }

  private window(panel: PanelName): GameWindow {
    return { inventory: this.inventory, character: this.character, quests: this.quests, skills: this.book, people: this.social }[panel].window;
  }

  toggle(panel: PanelName): void {
    const window = this.window(panel);
    if (window.isOpen) window.close();
    else if (this.trade.window.isOpen && window.side === this.trade.window.side) this.refusal.say("Finish the trade first, or call it off.");
    else window.open();
  }

  escape(): boolean {
    if (!this.context.menu.element.hidden) {
      this.context.menu.close();
      return true;
    }
    if (this.context.ask.isOpen) {
      this.context.ask.close();
      return true;
    }
    return this.windows.closeAll();
  }

  private toggled(open: boolean): void {
    this.context.sounds.play(open ? "open" : "close");
    this.context.tooltip.hide();
    for (const [panel, element] of this.buttons) element.setAttribute("aria-expanded", String(this.window(panel).isOpen));
    if (!this.dialogue.window.isOpen && !this.services.isOpen) this.dialogue.closed();
    this.update(this.bridge.state, 0);
  }

  show(playing: boolean): void {
    this.element.hidden = !playing;
    this.zone = 0;
    if (playing) return;
    this.windows.closeAll();
    this.context.menu.close();
    this.context.ask.close();
    this.toasts.clear();
    this.combat.clear();
  }

  update(state: WorldState, seconds: number): void {
    if (this.element.hidden) return;
    const millis = performance.now();
    this.portrait.update(state);
    this.target.update(state);
    this.party.update(state);
    this.bar.update(state);
    this.cast.update(state.own?.cast, state.now, millis);
    this.combat.update(seconds);
    this.refusal.update(millis);
    this.death.update(state);
    this.invitation.update(millis);
    this.tracker.update(state);
    this.inventory.update(state);
    this.character.update(state);
    this.quests.update(state);
    this.services.update(state);
    this.dialogue.update(state, this.services.isOpen);
    this.trade.update(state);
    this.social.update();
    this.book.update(state);
    this.drink(state);
    if (state.zone && state.zone.id !== this.zone) {
      this.zone = state.zone.id;
      this.moment.zone(state.zone.name, "");
    }
    this.buttons.get("character")?.classList.toggle("news", (state.sheet?.points ?? 0) > 0);
    this.tooltipAge += seconds;
    if (this.tooltipAge < TOOLTIP_SECONDS) return;
    this.tooltipAge = 0;
    this.context.tooltip.refresh();
  }

  private drink({ own, now }: WorldState): void {
    if (!own) return;
    const [health, mana] = own.itemReady;
    const [before, manaBefore] = this.draughts ?? [health, mana];
    if ((health > before && health > now) || (mana > manaBefore && mana > now)) this.context.sounds.play("drink");
    this.draughts = [health, mana];
  }

  heard(heard: Heard): void {
    const cue = cueOf(heard, this.bridge.definitions);
    if (cue) this.context.sounds.play(cue.name, cue.metres);
    this.combat.heard(heard);
    const { event, own } = heard;
    switch (event.type) {
      case "rejected":
        this.refusal.refused(event.code);
        this.services.mail.rejected();
        break;
      case "castBroken":
        if (event.actor === own) this.cast.broken(performance.now());
        else this.target.castBroken(event.actor);
        break;
      case "died":
        if (event.actor === own) this.death.diedBy(event.killerName);
        break;
      case "levelUp":
        if (event.actor === own) this.levelUp(event.level);
        break;
      case "gained":
        this.gained(event);
        break;
      case "quest":
        this.questWent(event);
        break;
      case "invited":
        this.invitation.invitedBy(event.by);
        break;
      case "refined":
        this.services.smith.refined(event);
        break;
      case "tradeAsked":
        this.invitation.tradeAskedBy(event.name === "" ? "Somebody" : event.name);
        break;
      case "tradeEnded":
        this.invitation.withdrawn("Trade");
        this.toasts.add({ text: TRADE_ENDS[event.end], tone: event.end === TradeEnd.Done ? "done" : "quest" });
        break;
    }
  }

  befriend(name: string): void {
    void this.social.befriend(name);
  }

  block(name: string): void {
    void this.social.block(name);
  }

  private levelUp(level: number): void {
    const { sheet } = this.bridge.state;
    const learned = sheet ? skillsOfClass(this.bridge.definitions.skills, sheet.class).filter((skill) => skill.level === level) : [];
    this.moment.level(level, ["3 free points (C)", ...learned.map((skill) => `new skill: ${skill.name} (K)`)]);
  }

  private gained({ definition, rarity, quantity }: { definition: number; rarity: number; quantity: number }): void {
    const name = this.bridge.definitions.items.get(definition)?.name ?? `Item ${definition}`;
    this.toasts.add({ text: quantity > 1 ? `${quantity} × ${name}` : name, icon: itemDrawing(definition), rarity, tone: "loot" });
  }

  private questWent({ quest, count, done }: { quest: number; count: number; done: boolean }): void {
    const { definitions } = this.bridge;
    const definition = definitions.quests.get(quest);
    if (!definition) return;
    const goal = "count" in definition.goal ? definition.goal.count : 1;
    if (done) this.toasts.add({ text: `Quest done: ${definition.name}`, tone: "done" });
    else if (count === 0) this.toasts.add({ text: `New quest: ${definition.name}`, tone: "quest" });
    else if (count >= goal) this.toasts.add({ text: `${definition.name}: all done, return to ${definitions.npcs.get(definition.receiver)?.name ?? "the giver"}`, tone: "quest" });
    else this.toasts.add({ text: `${definition.name}: ${count} of ${goal}`, tone: "quest" });
  }
}

/** Puts the panels into the page; they are hidden until `show(true)`. */
export function mountHud(root: HTMLElement, bridge: GameBridge, store: SettingsStore, hooks: HudHooks): MountedHud {
  const hud = new FightHud(bridge, store, hooks);
  root.append(hud.element);
  return hud;
}
