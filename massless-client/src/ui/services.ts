// What people in the zone do for one, by their role: each service is a window of its own.

import type { NpcDefinition, NpcRole, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { Mail } from "./mail";
import { Market } from "./market";
import { Shop } from "./shop";
import { Smith } from "./smith";
import { Storage } from "./storage";
import { Trainer } from "./trainer";
import { Waykeeper } from "./waykeeper";
import type { GameWindow } from "./window";

export const SERVICES = ["shop", "smith", "storage", "trainer", "market", "mail", "waykeeper"] as const;
export type Service = (typeof SERVICES)[number];

/** What each role offers, and what one says to have it. */
export const OFFERED: Readonly<Record<NpcRole, readonly (readonly [Service, string])[]>> = {
  shop: [["shop", "Show me your wares"]],
  smith: [["smith", "Refine something for me"]],
  questGiver: [],
  storageKeeper: [["storage", "Open my storage"]],
  trainer: [["trainer", "Train me"]],
  clerk: [["market", "To the market"], ["mail", "My letters"]],
  waykeeper: [["waykeeper", "Bring me somewhere"]],
  guard: [],
};

/** Services where things go into the bag or out of it: it opens with them. */
const WITH_BAG: ReadonlySet<Service> = new Set(["shop", "smith", "storage", "market", "mail"]);

interface Panel {
  readonly window: GameWindow;
  open(npc: NpcDefinition): void;
  update(state: WorldState): void;
}

export class Services {
  readonly smith: Smith;
  readonly mail: Mail;
  private readonly panels: Readonly<Record<Service, Panel>>;

  constructor(private readonly context: Context, private readonly openBag: () => void) {
    this.smith = new Smith(context);
    this.mail = new Mail(context);
    this.panels = {
      shop: new Shop(context), smith: this.smith, storage: new Storage(context), trainer: new Trainer(context),
      market: new Market(context), mail: this.mail, waykeeper: new Waykeeper(context),
    };
  }

  get windows(): readonly GameWindow[] {
    return SERVICES.map((service) => this.panels[service].window);
  }

  get isOpen(): boolean {
    return this.windows.some((window) => window.isOpen);
  }

  open(service: Service, npc: NpcDefinition): void {
    this.panels[service].open(npc);
    if (WITH_BAG.has(service)) this.openBag();
    this.update(this.context.bridge.state);
    // Who came by the keyboard goes on with it; the mouse lets go of buttons by itself.
    this.panels[service].window.body.querySelector<HTMLElement>("button:not([disabled])")?.focus();
  }

  update(state: WorldState): void {
    if (!state.talkingTo) this.windows.forEach((window) => { window.close(); });
    for (const service of SERVICES) this.panels[service].update(state);
  }
}
