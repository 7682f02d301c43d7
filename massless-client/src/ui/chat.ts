// What is said nearby, and a line to say something.

import { make } from "./dom";

const LINES_MAX = 60;
/** The rules' bounds of a message: letters, and bytes in UTF-8. */
const SCALARS_MAX = 200;
const BYTES_MAX = 600;

/** A message as it may be sent, or nothing. */
export function tidiedMessage(text: string): string {
  const scalars = [...text.normalize("NFC").trim()].slice(0, SCALARS_MAX);
  const encoder = new TextEncoder();
  while (encoder.encode(scalars.join("")).length > BYTES_MAX) scalars.pop();
  return scalars.join("");
}

export class Chat {
  readonly element = make("section", "chat");
  private readonly log = make("ol", "chat-log");
  private readonly input = make("input", "chat-input");

  constructor(private readonly onSay: (text: string) => void, onLeave: () => void) {
    this.log.setAttribute("aria-live", "polite");
    this.input.maxLength = SCALARS_MAX;
    this.input.placeholder = "Say something to those nearby";
    this.input.setAttribute("aria-label", "Message");
    this.input.hidden = true;
    this.input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && !event.isComposing) this.say();
      else if (event.key === "Escape") this.close();
    });
    this.input.addEventListener("blur", () => {
      this.input.hidden = true;
      this.element.classList.remove("open");
      onLeave();
    });
    this.element.append(this.log, this.input);
  }

  get isOpen(): boolean {
    return !this.input.hidden;
  }

  open(): void {
    this.input.hidden = false;
    this.element.classList.add("open");
    this.input.focus();
    this.log.scrollTop = this.log.scrollHeight;
  }

  close(): void {
    this.input.value = "";
    this.input.blur();
  }

  private say(): void {
    const text = tidiedMessage(this.input.value);
    this.close();
    if (text !== "") this.onSay(text);
  }

  /** A line somebody said; without a name it is the game that speaks. */
  add(name: string, text: string, own = false): void {
    const line = make("li", name === "" ? "from-game" : own ? "from-self" : "");
    if (name !== "") line.append(make("b", "", name), document.createTextNode(" "));
    line.append(document.createTextNode(text));
    this.log.append(line);
    while (this.log.childElementCount > LINES_MAX) this.log.firstElementChild?.remove();
    this.log.scrollTop = this.log.scrollHeight;
  }
}
