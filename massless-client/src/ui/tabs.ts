// A row of tabs over what they show; arrow keys walk it.

import { button, make, setHidden, setText } from "./dom";

export class Tabs<Name extends string> {
  readonly element = make("div", "tabs");
  private readonly buttons = new Map<Name, HTMLButtonElement>();
  private readonly parts = new Map<Name, HTMLElement>();
  private current: Name | undefined;

  constructor(label: string, private readonly onChange: (name: Name) => void) {
    this.element.setAttribute("role", "tablist");
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("keydown", (event) => { this.key(event); });
  }

  get chosen(): Name | undefined {
    return this.current;
  }

  /** One more; `part` is shown while it is chosen. */
  add(name: Name, label: string, part?: HTMLElement): void {
    const tab = button("tab", label, () => { this.choose(name); });
    tab.setAttribute("role", "tab");
    tab.dataset["tab"] = name;
    this.buttons.set(name, tab);
    if (part) {
      part.setAttribute("role", "tabpanel");
      part.setAttribute("aria-label", label);
      this.parts.set(name, part);
    }
    this.element.append(tab);
  }

  choose(name: Name): void {
    const before = this.current;
    this.current = name;
    for (const [each, tab] of this.buttons) {
      tab.setAttribute("aria-selected", String(each === name));
      tab.tabIndex = each === name ? 0 : -1;
    }
    for (const [each, part] of this.parts) setHidden(part, each !== name);
    if (before !== name) this.onChange(name);
  }

  /** What a tab is called now. */
  label(name: Name, text: string): void {
    const tab = this.buttons.get(name);
    if (tab) setText(tab, text);
  }

  button(name: Name): HTMLButtonElement | undefined {
    return this.buttons.get(name);
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const names = [...this.buttons.keys()].filter((name) => this.buttons.get(name)?.hidden === false);
    const at = names.findIndex((name) => this.buttons.get(name) === document.activeElement);
    const next = names[(at + step + names.length) % names.length];
    if (next === undefined) return;
    this.choose(next);
    this.buttons.get(next)?.focus();
  }
}
