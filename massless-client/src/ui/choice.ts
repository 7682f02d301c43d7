// A row of which one is chosen; arrow keys move the choice.

import { button, make } from "./dom";

export class Choice<Value> {
  readonly element: HTMLElement;
  private readonly buttons: HTMLButtonElement[] = [];

  constructor(name: string, label: string, private readonly values: readonly Value[], private readonly onChoose: (value: Value) => void) {
    this.element = make("div", name);
    this.element.setAttribute("role", "radiogroup");
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("keydown", (event) => { this.key(event); });
  }

  /** One more to choose; in the order of the values. */
  add(className: string, label: string, ...children: Node[]): HTMLButtonElement {
    const value = this.values[this.buttons.length]!;
    const element = button(className, "", () => { this.onChoose(value); });
    element.setAttribute("role", "radio");
    element.setAttribute("aria-label", label);
    element.append(...children);
    this.buttons.push(element);
    this.element.append(element);
    return element;
  }

  show(chosen: Value): void {
    this.values.forEach((value, index) => {
      this.buttons[index]!.setAttribute("aria-checked", String(value === chosen));
      this.buttons[index]!.tabIndex = value === chosen ? 0 : -1;
    });
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = this.buttons.findIndex((each) => each === document.activeElement);
    const next = (at + step + this.values.length) % this.values.length;
    this.onChoose(this.values[next]!);
    this.buttons[next]!.focus();
  }
}
