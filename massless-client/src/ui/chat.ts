// What is said nearby and elsewhere, by channels, and a line to say something.

import {
  CHANNEL_NAMES, Channel, type ChannelLine, channelOf, CHAT_TABS, type ChatTab, type PastTalk, pastTalk, placeholderOf, SCALARS_MAX, shows, TAB_LABELS, tabOf,
  tidiedMessage,
} from "./chat-text";
import { make, setHidden } from "./dom";
import { Tabs } from "./tabs";

const LINES_MAX = 200;

/** A line as it is heard. */
export interface Said {
  /** Who; the game itself where it is nobody. */
  readonly name: string;
  readonly text: string;
  readonly own?: boolean;
  readonly channel?: number;
  /** A whisper of one's own, to `name`. */
  readonly sent?: boolean;
}

export class Chat {
  readonly element = make("section", "chat");
  private readonly tabs = new Tabs<ChatTab>("Channels", () => { this.tabChanged(); });
  private readonly log = make("ol", "chat-log");
  private readonly input = make("input", "chat-input");
  private readonly unread = new Set<ChatTab>();
  private readonly lines = new WeakMap<Element, ChannelLine>();
  private tab: ChatTab = "all";
  /** With whom one whispered last. */
  private partner = "";
  /** Who listens, and the last line there was when this one came. */
  private listener = "";
  private before: Element | null = null;

  /** `onSay` is false when it cannot be said now: then it stays in the line. */
  constructor(private readonly onSay: (text: string, channel: number) => boolean, onLeave: () => void) {
    this.log.setAttribute("aria-live", "polite");
    this.input.maxLength = SCALARS_MAX;
    this.input.setAttribute("aria-label", "Message");
    this.input.hidden = true;
    this.input.addEventListener("keydown", (event) => { this.key(event); });
    for (const tab of CHAT_TABS) this.tabs.add(tab, TAB_LABELS[tab]);
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && this.element.contains(event.relatedTarget)) return;
      this.input.hidden = true;
      this.element.classList.remove("open");
      onLeave();
    });
    // A click on a tab leaves the keyboard where it was.
    this.tabs.element.addEventListener("click", (event) => {
      if (event.detail > 0 && !this.isOpen && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    this.element.append(this.tabs.element, this.log, this.input);
    this.tabs.choose("all");
  }

  get isOpen(): boolean {
    return !this.input.hidden;
  }

  /** Whom an answer goes to. */
  get whisperer(): string {
    return this.partner;
  }

  open(): void {
    this.input.hidden = false;
    this.element.classList.add("open");
    this.input.placeholder = placeholderOf(this.tab, this.partner);
    this.input.focus();
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Opens it for a whisper to somebody. */
  openTo(name: string): void {
    this.partner = name;
    this.tabs.choose("whisper");
    this.tabChanged();
    this.open();
  }

  close(): void {
    this.input.value = "";
    this.input.blur();
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key === "Enter" && !event.isComposing) this.say();
    else if (event.key === "Escape") this.close();
  }

  private say(): void {
    const text = tidiedMessage(this.input.value);
    if (text === "" || this.onSay(text, channelOf(this.tab))) this.close();
  }

  private tabChanged(): void {
    this.tab = this.tabs.chosen ?? "all";
    this.unread.delete(this.tab);
    if (this.tab === "all") this.unread.clear();
    for (const tab of CHAT_TABS) this.mark(tab);
    for (const line of this.log.children) setHidden(line as HTMLElement, !shows(this.tab, Number((line as HTMLElement).dataset["channel"])));
    this.input.placeholder = placeholderOf(this.tab, this.partner);
    this.log.scrollTop = this.log.scrollHeight;
    if (this.isOpen) this.input.focus();
  }

  private mark(tab: ChatTab): void {
    const button = this.tabs.button(tab);
    if (!button) return;
    const unread = this.unread.has(tab);
    button.classList.toggle("unread", unread);
    button.setAttribute("aria-label", unread ? `${TAB_LABELS[tab]}, something new` : TAB_LABELS[tab]);
  }

  /** A line somebody said; without a name it is the game that speaks. */
  add(name: string, text: string, own = false, channel: number = name === "" ? Channel.System : Channel.Local): void {
    this.heard({ name, text, own, channel });
  }

  /** Somebody comes in: what another character has heard here is not this one's. */
  begin(name: string): void {
    if (this.listener !== "" && this.listener !== name) {
      this.log.replaceChildren();
      this.unread.clear();
      for (const tab of CHAT_TABS) this.mark(tab);
      this.partner = "";
    }
    this.listener = name;
    this.before = this.log.lastElementChild;
  }

  /** What was said before `listener` came: above all that it has heard since, and nothing of it is new. */
  recall(listener: string, said: PastTalk, blocked: ReadonlySet<string>): void {
    if (listener !== this.listener) return;
    const heard = [...this.log.children].map((line) => this.lines.get(line)).filter((line) => line !== undefined);
    const past = pastTalk(said, heard, blocked).slice(-LINES_MAX / 2).map((line) => {
      const element = this.lineOf({ ...line, own: line.name === listener });
      element.classList.add("past");
      return element;
    });
    if (this.before?.parentElement === this.log) this.before.after(...past);
    else this.log.prepend(...past);
    this.log.scrollTop = this.log.scrollHeight;
  }

  heard(said: Said): void {
    const { name, own = false, channel = Channel.Local, sent = false } = said;
    const line = this.lineOf(said);
    if (channel === Channel.Whisper && !sent) this.partner = name;
    this.log.append(line);
    while (this.log.childElementCount > LINES_MAX) this.log.firstElementChild?.remove();
    this.log.scrollTop = this.log.scrollHeight;
    const tab = tabOf(channel);
    if (tab === undefined || !line.hidden || own || sent) return;
    this.unread.add(tab);
    this.mark(tab);
  }

  private lineOf({ name, text, own = false, channel = Channel.Local, sent = false }: Said): HTMLElement {
    const line = make("li", name === "" ? "from-game" : own || sent ? "from-self" : "");
    line.dataset["channel"] = String(channel);
    line.hidden = !shows(this.tab, channel);
    const label = name === "" ? undefined : CHANNEL_NAMES[channel];
    if (label !== undefined || channel === Channel.System) line.classList.add(`channel-${channel}`);
    if (label !== undefined) line.append(make("span", "channel", channel === Channel.Whisper ? `[${sent ? "To" : "From"}] ` : `[${label}] `));
    if (name !== "") line.append(make("b", "", name), document.createTextNode(" "));
    line.append(document.createTextNode(text));
    this.lines.set(line, { name, text, channel });
    return line;
  }
}
