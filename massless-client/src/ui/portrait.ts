// Upper left: who one is, how one fares, where one is.

import type { WorldState } from "massless/core/world";
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
  private readonly effects: EffectsRow;
  private shownLook = -1;

  constructor(private readonly context: Context) {
    this.effects = new EffectsRow(context);
    this.element.setAttribute("aria-label", "You");
    this.element.hidden = true;
    this.combat.title = "In combat";
    this.combat.setAttribute("aria-label", "In combat");
    this.combat.hidden = true;
    const face = make("div", "portrait-face");
    face.append(this.picture, this.level);
    const head = make("div", "portrait-head");
    head.append(this.name, this.combat);
    const text = make("div", "portrait-text");
    text.append(head, this.health.element, this.mana.element, this.experience.element, this.zone, this.effects.element);
    this.element.append(face, text);
    this.explainExperience();
  }

  private explainExperience(): void {
    const { tooltip, bridge } = this.context;
    tooltip.attach(this.experience.element, () => {
      const { sheet } = bridge.state;
      const need = sheet && bridge.definitions.experience[sheet.level - 1];
      if (!sheet || need === undefined) return undefined;
      return {
        title: `Level ${sheet.level}`,
        lines: [
          { text: "Experience", right: `${grouped(sheet.experience)} of ${grouped(need)}` },
          { text: `${grouped(Math.max(0, need - sheet.experience))} to level ${sheet.level + 1}`, tone: "soft" },
        ],
      };
    });
  }

  update(state: WorldState): void {
    const { own, sheet } = state;
    setHidden(this.element, !own || !sheet);
    if (!own || !sheet) return;
    if (this.shownLook !== state.look) this.picture.replaceChildren(lookIcon(state.look));
    this.shownLook = state.look;
    setText(this.name, state.name);
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
    this.effects.update(own.effects, state.now);
  }
}
