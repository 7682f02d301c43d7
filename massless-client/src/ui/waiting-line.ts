// A line that says what is being asked for, or why it failed.

import { make, setText } from "./dom";

export class WaitingLine {
  readonly element = make("p", "panel-status");
  private run = 0;

  constructor() {
    this.element.setAttribute("role", "status");
  }

  say(text: string, trouble = false): void {
    setText(this.element, text);
    this.element.classList.toggle("trouble", trouble);
  }

  /** Waits for an answer; an answer that comes after a newer question is dropped. */
  async wait<Value>(ask: () => Promise<Value>, what = "One moment …"): Promise<{ readonly value: Value } | undefined> {
    this.run += 1;
    const { run } = this;
    this.say(what);
    try {
      const value = await ask();
      if (run !== this.run) return undefined;
      this.say("");
      return { value };
    } catch (error) {
      if (run === this.run) this.say(error instanceof Error ? error.message : "That did not work. Please try again.", true);
      return undefined;
    }
  }
}
