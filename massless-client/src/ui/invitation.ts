// Somebody asks the player into a party: yes or no, for thirty seconds.

import type { Context } from "./context";
import { button, make, setHidden, setText } from "./dom";

/** Milliseconds an invitation holds. Game rules, section 13. */
const HOLDS_MILLIS = 30_000;

export class Invitation {
  readonly element = make("section", "invitation panel");
  private readonly text = make("p");
  private readonly left = make("span", "soft");
  private until = 0;

  constructor(private readonly context: Context) {
    this.element.hidden = true;
    this.element.setAttribute("role", "alertdialog");
    this.element.setAttribute("aria-label", "Party invitation");
    const row = make("footer");
    row.append(
      button("primary accept", "Join", () => { this.answer(true); }),
      button("decline", "No, thanks", () => { this.answer(false); }),
      this.left,
    );
    this.element.append(this.text, row);
  }

  invitedBy(name: string, millis = performance.now()): void {
    setText(this.text, `${name} asks you to join a party.`);
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
    this.context.bridge.actions.partyAnswer(yes);
  }
}
