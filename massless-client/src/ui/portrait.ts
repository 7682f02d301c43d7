// Upper left: who one is, how one fares, where one is.

import type { WorldState } from "../core/world";
import type { Context } from "./context";
import { make, Meter, setHidden, setText } from "./dom";
import { EffectsRow } from "./effects-row";
import { lookIcon } from "./look-icon";
import { grouped, share } from "./numbers";

/** Share of hit points below which the frame warns. */
const LOW_SHARE = 0.3;

export class Portrait {
  readonly element = make("section", "portrait panel");
  private readonly picture = make("div", "portrait-picture");
  private readonly level = make("span", "level-badge");
  private readonly name = make("strong", "portrait-name");
  private readonly combat = make("span", "combat-mark", "⚔");
  private readonly zone = make("span", "portrait-zone");
  private readonly health = new Meter("health", "Hit points");
  private readonly mana = new Meter("mana", "Mana");
  private readonly experience = new Meter("experience", "Experience");
  private effects: EffectsRow | undefined;
  private context: Context | undefined;
  private shownLook = -1;

  constructor() {
    this.element.setAttribute("aria-label", "You");
    this.combat.title = "In combat";
    this.combat.setAttribute("aria-label", "In combat");
    this.combat.hidden = true;
    this.level.hidden = true;
    const face = make("div", "portrait-face");
    face.append(this.picture, this.level);
    const head = make("div", "portrait-head");
    head.append(this.name, this.combat);
    const text = make("div", "portrait-text");
    text.append(head, this.health.element, this.mana.element, this.experience.element, this.zone);
    this.mana.element.hidden = true;
    this.experience.element.hidden = true;
    this.element.append(face, text);
  }

  /** From now on it also shows effects and what to say of each bar. */
  connect(context: Context): void {
    this.context = context;
    this.effects = new EffectsRow(context);
    this.element.querySelector(".portrait-text")?.append(this.effects.element);
    const { tooltip, bridge } = context;
    this.experience.element.tabIndex = -1;
    tooltip.attach(this.experience.element, () => {
      const { sheet } = bridge.state;
      if (!sheet) return undefined;
      const need = bridge.definitions.experience[sheet.level - 1];
      return need === undefined
        ? undefined
        : { title: `Level ${sheet.level}`, lines: [{ text: "Experience", right: `${grouped(sheet.experience)} of ${grouped(need)}` }, { text: `${grouped(Math.max(0, need - sheet.experience))} to level ${sheet.level + 1}`, tone: "soft" }] };
    });
  }

  welcome(name: string, look: number, zone: string): void {
    setText(this.name, name);
    setText(this.zone, zone);
    this.picture.replaceChildren(lookIcon(look));
  }

  /** Only a share of hit points, before the own state has come. */
  show(health: number): void {
    if (this.mana.element.hidden) this.health.show(health, "");
  }

  update(state: WorldState): void {
    const { own, sheet } = state;
    if (!own || !sheet || !this.context) return;
    if (this.shownLook !== state.look) this.picture.replaceChildren(lookIcon(state.look));
    this.shownLook = state.look;
    setText(this.name, state.name);
    setHidden(this.mana.element, false);
    setHidden(this.experience.element, false);
    setHidden(this.level, false);
    setText(this.level, String(sheet.level));
    const profession = this.context.bridge.definitions.classes.get(sheet.class)?.name ?? "";
    setText(this.zone, [profession, state.zone?.name ?? ""].filter((part) => part !== "").join(" · "));
    const fullness = share(own.hitPoints, own.hitPointsMax);
    this.health.show(fullness, `${grouped(own.hitPoints)} / ${grouped(own.hitPointsMax)}`);
    this.mana.show(share(own.mana, own.manaMax), `${grouped(own.mana)} / ${grouped(own.manaMax)}`);
    const need = this.context.bridge.definitions.experience[sheet.level - 1] ?? 0;
    this.experience.show(share(sheet.experience, need), "");
    setHidden(this.combat, !own.inCombat);
    this.element.classList.toggle("low", !own.dead && fullness < LOW_SHARE);
    this.effects?.update(own.effects, state.now);
  }
}
