// One tooltip for the whole page: it shows what an element has to say when pointed at or focused.

import { make } from "./dom";

/** A line of a tooltip; the tone is its colour. */
export interface TooltipLine {
  readonly text: string;
  readonly tone?: "soft" | "good" | "bad" | "gold" | "head";
  /** Stands at the right end of the same line. */
  readonly right?: string;
}

export interface TooltipContent {
  readonly title: string;
  /** Rarity of an item, 0..4: the colour of the title. */
  readonly rarity?: number;
  readonly lines: readonly TooltipLine[];
}

/** Pixels between an element and its tooltip, and to the edge of the window. */
const GAP = 8;

export class Tooltip {
  readonly element = make("div", "tooltip panel");
  private owner: HTMLElement | undefined;
  private shown = "";
  private readonly contents = new WeakMap<HTMLElement, () => TooltipContent | undefined>();

  constructor() {
    this.element.setAttribute("role", "tooltip");
    this.element.id = "tooltip";
    this.element.hidden = true;
    window.addEventListener("pointerdown", () => { this.hide(); }, { capture: true });
    window.addEventListener("blur", () => { this.hide(); });
  }

  /** Gives an element something to say. */
  attach(element: HTMLElement, content: () => TooltipContent | undefined): void {
    this.contents.set(element, content);
    element.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse" && event.buttons === 0) this.show(element); });
    element.addEventListener("pointerleave", () => { if (this.owner === element) this.hide(); });
    element.addEventListener("focus", () => { if (element.matches(":focus-visible")) this.show(element); });
    element.addEventListener("blur", () => { if (this.owner === element) this.hide(); });
  }

  /** Text again for what is shown now, as when a cooldown goes on. */
  refresh(): void {
    const { owner } = this;
    if (!owner) return;
    if (owner.isConnected && owner.offsetParent !== null) this.show(owner);
    else this.hide();
  }

  hide(): void {
    this.owner?.removeAttribute("aria-describedby");
    this.owner = undefined;
    this.shown = "";
    this.element.hidden = true;
  }

  private show(element: HTMLElement): void {
    const content = this.contents.get(element)?.();
    if (!content) {
      if (this.owner === element) this.hide();
      return;
    }
    const key = JSON.stringify(content);
    if (this.owner === element && this.shown === key) return;
    this.owner = element;
    this.shown = key;
    element.setAttribute("aria-describedby", "tooltip");
    const title = make("strong", content.rarity === undefined ? "" : `rarity-${content.rarity}`, content.title);
    this.element.replaceChildren(title, ...content.lines.map(lineElement));
    this.element.hidden = false;
    this.place(element);
  }

  private place(element: HTMLElement): void {
    const owner = element.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const clamp = (value: number, size: number, whole: number): number => Math.max(GAP, Math.min(value, whole - size - GAP));
    const above = owner.top - own.height - GAP;
    const beside = owner.right + GAP + own.width < window.innerWidth ? owner.right + GAP : owner.left - own.width - GAP;
    const [x, y] = above >= GAP ? [owner.left + owner.width / 2 - own.width / 2, above] : [beside, owner.top];
    const left = clamp(x, own.width, window.innerWidth);
    const top = clamp(y, own.height, window.innerHeight);
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

function lineElement(line: TooltipLine): HTMLElement {
  const element = make("p", line.tone ?? "");
  element.append(make("span", "", line.text));
  if (line.right !== undefined) element.append(make("span", "right", line.right));
  return element;
}
