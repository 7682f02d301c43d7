// The waykeeper: brings one to any zone one has been in, for a fee.

import type { NpcDefinition, Sheet, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make, setText } from "./dom";
import { destinations, travelFee } from "./economy";
import { grouped } from "./numbers";
import { GameWindow } from "./window";

export class Waykeeper {
  readonly window = new GameWindow("waykeeper", "Waykeeper", "left");
  private readonly list = make("div", "wares");
  private readonly coin = make("span", "coin");
  private readonly note = make("span", "soft");
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> | undefined;

  constructor(private readonly context: Context) {
    const foot = make("footer", "bag-foot");
    foot.append(this.note, this.coin);
    this.window.body.append(this.list, foot);
  }

  open(npc: NpcDefinition): void {
    this.window.title = npc.name;
    this.sheet = undefined;
    this.window.open();
  }

  update(state: WorldState): void {
    const { sheet, waiting, zone } = state;
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    this.sheet = sheet;
    this.waiting = waiting;
    const { definitions, actions } = this.context.bridge;
    const fee = travelFee(definitions.services, sheet.level, sheet.faction);
    const places = destinations(sheet, zone?.id, definitions);
    this.list.replaceChildren(...places.map((id) => {
      const name = definitions.zones.get(id)?.name ?? `Zone ${id}`;
      const line = make("div", "ware");
      const text = make("span", "ware-text");
      text.append(make("strong", "", name));
      const go = button("travel", "Travel", () => { actions.travel(id); });
      go.dataset["zone"] = String(id);
      go.setAttribute("aria-label", `Travel to ${name} for ${fee} coin`);
      go.disabled = sheet.coin < fee || waiting.has("@travel");
      line.append(text, make("span", "price", grouped(fee)), go);
      return line;
    }));
    if (places.length === 0) this.list.append(make("p", "soft", "You have been nowhere else yet. Walk there once, then I can bring you back."));
    setText(this.note, "Only to where you have been.");
    setText(this.coin, `${grouped(sheet.coin)} coin`);
  }
}
