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

/** What a line in the chat asks for. */
export type Spoken =
  | { readonly type: "say"; readonly channel: number; readonly text: string }
  | { readonly type: "invite"; readonly name: string }
  | { readonly type: "leave" }
  | { readonly type: "unknown"; readonly sentence: string };

const CHANNELS: Readonly<Record<string, number>> = { s: 1, say: 1, z: 2, zone: 2, p: 6, party: 6 };
const CHANNEL_NAMES: Readonly<Record<number, string>> = { 2: "Zone", 3: "Faction", 4: "World", 5: "Whisper", 6: "Party", 7: "Guild", 8: "Trade" };
const HELP = "Commands: /z text speaks to the zone, /p text to the party, /invite name, /leave (the party).";

/** Reads a line: a word after a slash is a command. Pure. */
export function spoken(line: string): Spoken {
  const [, word = "", rest = ""] = /^\/(\S*)\s*(.*)$/su.exec(line) ?? [];
  if (!line.startsWith("/")) return { type: "say", channel: 1, text: line };
  const channel = CHANNELS[word.toLowerCase()];
  if (channel !== undefined && rest !== "") return { type: "say", channel, text: rest };
  if (word === "invite" && rest !== "") return { type: "invite", name: rest };
  return word === "leave" ? { type: "leave" } : { type: "unknown", sentence: HELP };
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
  add(name: string, text: string, own = false, channel = 1): void {
    const line = make("li", name === "" ? "from-game" : own ? "from-self" : "");
    const label = name === "" ? undefined : CHANNEL_NAMES[channel];
    if (label !== undefined) {
      line.classList.add(`channel-${channel}`);
      line.append(make("span", "channel", `[${label}] `));
    }
    if (name !== "") line.append(make("b", "", name), document.createTextNode(" "));
    line.append(document.createTextNode(text));
    this.log.append(line);
    while (this.log.childElementCount > LINES_MAX) this.log.firstElementChild?.remove();
    this.log.scrollTop = this.log.scrollHeight;
  }
}
