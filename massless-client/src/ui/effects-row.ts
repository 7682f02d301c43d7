// A row of small icons: the effects on somebody, with what is left of each.

import type { EffectState } from "massless/core/world";
import type { Context } from "./context";
import { make, setText } from "./dom";
import { iconOf } from "./icon";
import { leftShort } from "./numbers";
import { effectDrawing } from "./skill-icons";
import { effectTooltip } from "./skill-text";

/** Icons shown at most; the soonest to end are the last to go. */
const SHOWN_MAX = 12;

interface Chip {
  readonly root: HTMLElement;
  readonly left: HTMLElement;
  state: EffectState;
}

export class EffectsRow {
  readonly element = make("div", "effects");
  private chips: Chip[] = [];
  private key = "";
  private now = 0;

  constructor(private readonly context: Context) {
    this.element.setAttribute("role", "list");
    this.element.setAttribute("aria-label", "Effects");
  }

  update(effects: readonly EffectState[], now: number): void {
    this.now = now;
    const live = effects.filter((effect) => effect.until === undefined || effect.until > now).slice(0, SHOWN_MAX);
    const key = live.map((effect) => effect.effect).join(" ");
    if (key !== this.key) {
      this.key = key;
      this.chips = live.map((effect) => this.chip(effect));
      this.element.replaceChildren(...this.chips.map((chip) => chip.root));
    }
    this.chips.forEach((chip, index) => {
      chip.state = live[index]!;
      setText(chip.left, chip.state.until === undefined ? "" : leftShort(chip.state.until - now));
    });
  }

  private chip(state: EffectState): Chip {
    const definition = this.context.bridge.definitions.effects.get(state.effect);
    const helpful = definition?.helpful ?? false;
    const root = make("span", helpful ? "effect helpful" : "effect harmful");
    root.setAttribute("role", "listitem");
    root.setAttribute("aria-label", definition?.name ?? "Effect");
    const left = make("span", "effect-left");
    root.append(iconOf(effectDrawing(state.effect, helpful)), left);
    const chip: Chip = { root, left, state };
    this.context.tooltip.attach(root, () => effectTooltip(chip.state, this.context.bridge.definitions, this.now));
    return chip;
  }
}
