// Every panel with made-up data, for looking at: `#fight`, `#inventory`, `#character`, `#quests`, `#skills`, `#talk`, `#death`, `#level`, `#settings`,
// of services `#shop`, `#smith`, `#storage`, `#trainer`, `#waykeeper`, `#market`, `#mail`, `#trade`, `#people`,
// and of the title `#title`, `#login`, `#register`, `#characters`, `#create`.
// Acts are only written to the console; `window.story` changes the state.

import "../../src/styles/page.css";

import { type GameActions, type GameBridge, type GameEvent, HitKind, type WorldState } from "massless/core/world";
import { SettingsStore } from "../../src/state/settings";
import { mountHud, type PanelName, PANELS } from "../../src/ui/game-hud";
import { Hud } from "../../src/ui/hud";
import { SettingsPanel } from "../../src/ui/settings-panel";
import type { TitleView } from "../../src/ui/title";
import { definitions, figure, own, sheet, world } from "./fixture";
import { desk, trade } from "./services-story";
import { characters, titlePage } from "./title-story";

declare global {
  interface Window {
    story?: { change(part: Partial<WorldState>): void; heard(event: GameEvent): void; readonly asked: string[] };
  }
}

const asked: string[] = [];
const actions = new Proxy({} as GameActions, {
  get: (_target, name) => (...values: unknown[]): void => {
    asked.push(`${String(name)}(${JSON.stringify(values)})`);
    console.info(asked.at(-1));
  },
});

let now = 1_000;
let state = world(now);
const bridge: GameBridge = {
  definitions,
  actions,
  desk,
  get state() { return state; },
  figure: () => figure(),
  projectToScreen: (what) => ({ x: window.innerWidth * (what === 7 ? 0.5 : 0.62), y: window.innerHeight * (what === 7 ? 0.52 : 0.4), distance: 8 }),
};

const root = document.querySelector<HTMLElement>("#interface")!;
const store = new SettingsStore(window.localStorage);
const settings = new SettingsPanel(store, () => undefined);
const base = new Hud(store, { say: () => true, walkTo: () => undefined, openSettings: () => { settings.open(true); } }, () => undefined);
root.append(base.element, settings.element);
const hud = mountHud(root, bridge, store, { whisper: (name) => { base.chat.openTo(name); } });
const hear = (event: GameEvent): void => { hud.heard({ event, own: 7, distance: 3 }); };

function change(part: Partial<WorldState>): void {
  state = { ...state, ...part };
}

function fight(): void {
  const events: GameEvent[] = [
    { type: "hit", source: 7, target: 70, skill: undefined, amount: 31, absorbed: 0, kind: HitKind.Normal },
    { type: "hit", source: 7, target: 70, skill: 101, amount: 104, absorbed: 0, kind: HitKind.Critical },
    { type: "hit", source: 70, target: 7, skill: undefined, amount: 22, absorbed: 0, kind: HitKind.Normal },
    { type: "hit", source: 70, target: 7, skill: undefined, amount: 0, absorbed: 0, kind: HitKind.Dodged },
    { type: "healed", source: 8, target: 7, amount: 44 },
    { type: "experience", amount: 50 },
    { type: "coin", amount: 4 },
    { type: "rejected", code: 16 },
    { type: "gained", definition: 2011, rarity: 2, quantity: 1 },
    { type: "gained", definition: 5001, rarity: 0, quantity: 2 },
    { type: "quest", quest: 2, count: 4, done: false },
    { type: "quest", quest: 1, count: 1, done: true },
  ];
  events.forEach(hear);
  const cast = { skill: 101, began: now - 8, ends: now + 60 };
  change({ own: own(now, { cast }), target: figure({ cast: { skill: 901, began: now - 6, ends: now + 50 } }) });
}

function titleAt(view: TitleView): void {
  const title = titlePage();
  root.append(title.element);
  hud.show(false);
  base.element.hidden = true;
  if (view === "characters") title.characters("ada", characters);
  else title.open(view);
}

/** Talks to somebody and has what they do. */
function serve(npc: number, service: string): void {
  change({ talkingTo: { actor: 3, npc, offers: [], ready: [], waiting: [] } });
  hud.update(state, 0);
  document.querySelector<HTMLElement>(`[data-service="${service}"]`)?.click();
}

const scenes: Readonly<Record<string, () => void>> = {
  fight,
  talk: () => { change({ talkingTo: { actor: 3, npc: 103, offers: [2, 4], ready: [3], waiting: [] } }); },
  offer: () => { change({ talkingTo: { actor: 3, npc: 103, offers: [4], ready: [], waiting: [] } }); },
  death: () => {
    hear({ type: "died", actor: 7, killer: 70, killerName: "Ragged Captain" });
    change({ own: own(now, { dead: true, diedAt: now, hitPoints: 0 }) });
  },
  level: () => { hear({ type: "levelUp", actor: 7, level: 3 }); },
  zone: () => { change({ zone: definitions.zones.get(10) }); },
  invited: () => { hear({ type: "invited", by: "Maximilianus" }); },
  clerk: () => { change({ talkingTo: { actor: 3, npc: 106, offers: [], ready: [3], waiting: [] } }); },
  shop: () => { serve(101, "shop"); },
  smith: () => { serve(102, "smith"); },
  storage: () => { serve(104, "storage"); },
  trainer: () => { serve(105, "trainer"); },
  market: () => { serve(106, "market"); },
  mail: () => { serve(106, "mail"); },
  waykeeper: () => { serve(107, "waykeeper"); },
  rich: () => { change({ sheet: sheet({ coin: 98_765, level: 12 }) }); },
  trade: () => { change({ trade: trade({}) }); hud.toggle("inventory"); },
  agree: () => { change({ trade: trade({ locked: true }) }); hud.toggle("inventory"); },
  player: () => { change({ target: figure({ actor: 8, kind: 0, detail: 3, name: "Maximilianus", class: 3, level: 4, regard: "friendly", elite: false, target: undefined, effects: [] }) }); },
  tradeAsked: () => { hear({ type: "tradeAsked", by: 8, name: "Maximilianus" }); },
  talked: () => {
    base.chat.heard({ name: "Odo", text: "Trading a ring for two cores", channel: 4 });
    base.chat.heard({ name: "Wren", text: "Are you coming?", channel: 5 });
    base.chat.heard({ name: "Wren", text: "In a minute.", channel: 5, sent: true });
    base.chat.heard({ name: "Finn", text: "The captain is up", channel: 2 });
    base.chat.heard({ name: "Odo", text: "Ember forever", channel: 3 });
    base.chat.heard({ name: "Maximilianus", text: "Behind the mill", channel: 6 });
  },
  settings: () => { settings.open(true); },
  title: () => { titleAt("guest"); },
  login: () => { titleAt("login"); },
  register: () => { titleAt("register"); },
  create: () => { titleAt("create"); },
  characters: () => { titleAt("characters"); },
};

base.element.hidden = false;
base.chat.add("", "Welcome to Cinder Vale.");
base.chat.add("Maximilianus", "Anybody for the captain on the hill?");
hud.show(true);
for (const name of window.location.hash.slice(1).split("+")) {
  if (PANELS.some((panel) => panel === name)) hud.toggle(name as PanelName);
  else scenes[name]?.();
}

let last = performance.now();
function frame(millis: number): void {
  const seconds = Math.max(0, (millis - last) / 1_000);
  last = millis;
  now += seconds * 20;
  change({ now });
  hud.update(state, seconds);
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

window.story = { change, heard: hear, asked };
