// Small helpers for the page's elements. Text goes in as text only, so nothing said in chat is markup.

/** A new element with a class and text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/** A button that does something. */
export function button(className: string, text: string, act: () => void): HTMLButtonElement {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** Changes an element's text only where it differs. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets a property of an element's style only where it differs. */
export function setVariable(element: HTMLElement | SVGElement, name: string, value: string): void {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** Hides or shows an element only where that changes it. */
export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** A bar with a text on it; `show` sets how full it is. */
export class Meter {
  readonly element = make("div", "meter");
  private readonly text = make("span", "meter-text");

  constructor(name: string, label: string) {
    this.element.classList.add(name);
    this.element.setAttribute("role", "meter");
    this.element.setAttribute("aria-label", label);
    this.element.setAttribute("aria-valuemin", "0");
    this.element.setAttribute("aria-valuemax", "100");
    this.element.append(make("i"), this.text);
  }

  show(share: number, text: string): void {
    const shown = String(Math.round(share * 1_000) / 1_000);
    if (this.element.style.getPropertyValue("--share") !== shown) {
      this.element.style.setProperty("--share", shown);
      this.element.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    }
    setText(this.text, text);
    if (text !== "" && this.element.getAttribute("aria-valuetext") !== text) this.element.setAttribute("aria-valuetext", text);
  }
}
