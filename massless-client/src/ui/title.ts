// The first page: a name, a look, and in.

import { button, make, setText } from "./dom";
import { lookIcon } from "./look-icon";

const NAME_LETTERS_MIN = 3;
const NAME_LETTERS_MAX = 16;

/** Why a name will not do, as a sentence; `undefined` where the server decides. */
export function nameTrouble(name: string): string | undefined {
  const letters = [...name.normalize("NFC")];
  if (letters.length < NAME_LETTERS_MIN || letters.length > NAME_LETTERS_MAX) {
    return `A name has ${NAME_LETTERS_MIN} to ${NAME_LETTERS_MAX} letters.`;
  }
  return letters.every((letter) => /\p{L}|\p{M}/u.test(letter)) ? undefined : "A name has letters only.";
}

/** The name as it is asked for: first letter upper case. */
export function tidiedName(name: string): string {
  const [first = "", ...rest] = [...name.trim().normalize("NFC")];
  return first.toUpperCase() + rest.join("");
}

export class TitlePage {
  readonly element = make("section", "title");
  private readonly form = make("form", "title-form");
  private readonly name = make("input", "name-field");
  private readonly status = make("p", "title-status");
  private readonly enter = make("button", "enter", "Enter the vale");
  private readonly looks: HTMLButtonElement[] = [];

  constructor(
    name: string,
    private look: number,
    private readonly onJoin: (name: string, look: number) => void,
  ) {
    const heading = make("header", "title-heading");
    heading.append(make("h1", "", "Massless"), make("p", "subtitle", "One valley, one world, everybody in it."));
    this.name.value = name;
    this.name.maxLength = NAME_LETTERS_MAX;
    this.name.placeholder = "Your name";
    this.name.autocomplete = "off";
    this.name.spellcheck = false;
    this.name.setAttribute("aria-label", "Your name");
    this.name.id = "name";
    this.enter.type = "submit";
    this.status.setAttribute("role", "status");
    this.form.append(this.name, this.dressing(), this.enter, this.status);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element.append(heading, this.form, make("p", "title-foot", "Walk with W A S D or a click. Everything you see is simulated on the server and in your browser by the same code."));
  }

  private dressing(): HTMLElement {
    const grid = make("div", "looks");
    grid.setAttribute("role", "radiogroup");
    grid.setAttribute("aria-label", "Your look");
    for (let look = 0; look < 16; look += 1) {
      const choice = button("look", "", () => { this.choose(look); });
      choice.setAttribute("role", "radio");
      choice.setAttribute("aria-label", `Look ${look + 1}`);
      choice.append(lookIcon(look));
      this.looks.push(choice);
      grid.append(choice);
    }
    this.choose(this.look);
    return grid;
  }

  private choose(look: number): void {
    this.look = look;
    this.looks.forEach((choice, index) => { choice.setAttribute("aria-checked", String(index === look)); });
  }

  private submit(): void {
    const name = tidiedName(this.name.value);
    const trouble = nameTrouble(name);
    if (trouble !== undefined) {
      this.say(trouble, true);
      this.name.focus();
      return;
    }
    this.name.value = name;
    this.onJoin(name, this.look);
  }

  /** A line under the button; trouble is coloured. */
  say(text: string, trouble = false): void {
    setText(this.status, text);
    this.status.classList.toggle("trouble", trouble);
  }

  /** Whether one may enter now. */
  set ready(ready: boolean) {
    this.enter.disabled = !ready;
  }

  show(visible: boolean): void {
    this.element.hidden = !visible;
    if (visible) this.name.focus();
    else this.name.blur();
  }
}
