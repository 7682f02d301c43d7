// Somebody asks the player into a party or for a trade: yes or no, for thirty seconds.

import type { Context } from "./context";
import { button, make, setHidden, setText } from "./dom";

/** Milliseconds an invitation holds. Game rules, section 13. */
const HOLDS_MILLIS = 30_000;

export class Invitation {
  readonly element = make("section", "invitation panel");
  private readonly text = make("p");
  private readonly left = make("span", "soft");
  private readonly accept: HTMLButtonElement;
  private until = 0;
  private answered: (yes: boolean) => void = () => undefined;

  constructor(private readonly context: Context) {
    this.element.hidden = true;
    this.element.setAttribute("role", "alertdialog");
    this.accept = button("primary accept", "Join", () => { this.answer(true); });
    const row = make("footer");
    row.append(
      this.accept,
      button("decline", "No, thanks", () => { this.answer(false); }),
      this.left,
    );
    this.element.append(this.text, row);
  }

  invitedBy(name: string, millis = performance.now()): void {
    this.asks("Party invitation", `${name} asks you to join a party.`, "Join", (yes) => { this.context.bridge.actions.partyAnswer(yes); }, millis);
  }

  tradeAskedBy(name: string, millis = performance.now()): void {
    this.asks("Trade", `${name} wants to trade with you.`, "Trade", (yes) => { this.context.bridge.actions.tradeAnswer(yes); }, millis);
  }

  /** What was asked is over. */
  withdrawn(label: string): void {
    if (this.element.getAttribute("aria-label") === label) this.element.hidden = true;
  }

  private asks(label: string, sentence: string, yes: string, answered: (yes: boolean) => void, millis: number): void {
    this.element.setAttribute("aria-label", label);
    setText(this.text, sentence);
    setText(this.accept, yes);
    this.answered = answered;
    this.until = millis + HOLDS_MILLIS;
    setHidden(this.element, false);
    this.context.sounds.play("questTaken");
  }

  update(millis: number): void {
    if (this.element.hidden) return;
    const left = Math.ceil((this.until - millis) / 1_000);
    if (left <= 0) this.element.hidden = true;
    setText(this.left, `${left} s`);
  }

  private answer(yes: boolean): void {
    this.element.hidden = true;
    this.answered(yes);
  }
}
