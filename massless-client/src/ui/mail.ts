// Letters: what came, what is in it, and writing one.

import type { Letter } from "massless/core/desk";
import type { NpcDefinition, Sheet, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make, setHidden } from "./dom";
import { MailWriter } from "./mail-write";
import { agoText, contentsText, isFull, senderText, unreadCount, untilText } from "./market-text";
import { grouped } from "./numbers";
import { Tabs } from "./tabs";
import { WaitingLine } from "./waiting-line";
import { wareElement } from "./ware";
import { GameWindow } from "./window";

type Part = "inbox" | "write";

/** Milliseconds from the beginning of a session to the first look for new letters, and between two looks. */
const FIRST_LOOK_MILLIS = 8_000;
const LOOK_MILLIS = 120_000;

export class Mail {
  readonly window = new GameWindow("mail", "Mail", "left");
  private readonly tabs = new Tabs<Part>("Mail", () => { this.opened(); });
  private readonly inbox = make("div", "inbox");
  private readonly list = make("div", "letters");
  private readonly page = make("div", "letter");
  private readonly line = new WaitingLine();
  private readonly writer: MailWriter;
  private letters: readonly Letter[] = [];
  private lookAt: number | undefined;
  /** New letters that were spoken of. */
  private told = 0;
  private openLetter: number | undefined;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> = new Set();

  constructor(private readonly context: Context) {
    this.writer = new MailWriter(context, () => { this.tabs.choose("inbox"); });
    this.inbox.append(this.list, this.page, this.line.element);
    this.tabs.add("inbox", "Letters", this.inbox);
    this.tabs.add("write", "Write", this.writer.element);
    this.tabs.choose("inbox");
    this.window.onClose = () => { this.closed(); };
    this.window.body.append(this.tabs.element, this.inbox, this.writer.element);
  }

  open(npc: NpcDefinition): void {
    this.window.title = `${npc.name}: mail`;
    this.sheet = undefined;
    this.openLetter = undefined;
    this.window.open();
    if (this.tabs.chosen === "inbox") this.opened();
    else this.tabs.choose("inbox");
  }

  private closed(): void {
    this.writer.closed();
  }

  /** The world has refused something: a letter that was to be sent stays as it is. */
  rejected(): void {
    this.writer.rejected();
  }

  private opened(): void {
    if (!this.window.isOpen) return;
    if (this.tabs.chosen === "write") this.writer.opened();
    else {
      this.writer.closed();
      void this.load();
    }
  }

  private async load(): Promise<void> {
    const { desk } = this.context.bridge;
    const found = desk && await this.line.wait(() => desk.letters(), "Fetching your letters …");
    if (!found) return;
    this.letters = found.value;
    this.refresh();
  }

  private refresh(): void {
    const now = Date.now();
    const unread = unreadCount(this.letters);
    this.tabs.label("inbox", unread === 0 ? "Letters" : `Letters (${unread} new)`);
    const held = this.list.contains(document.activeElement);
    this.list.replaceChildren(...this.letters.map((letter) => this.entry(letter, now)));
    if (this.letters.length === 0) this.list.append(make("p", "soft", "No letters."));
    if (held) this.list.querySelector<HTMLElement>("[aria-current=true]")?.focus();
    const letter = this.letters.find((each) => each.id === this.openLetter);
    setHidden(this.page, !letter);
    if (letter) this.page.replaceChildren(...this.letterPage(letter, now));
  }

  private entry(letter: Letter, now: number): HTMLElement {
    const entry = button("letter-entry", "", () => { this.read(letter); });
    entry.dataset["letter"] = String(letter.id);
    entry.classList.toggle("unread", !letter.read);
    entry.setAttribute("aria-current", String(letter.id === this.openLetter));
    const from = senderText(letter);
    const when = letter.arrivedAt === undefined ? "" : agoText(letter.arrivedAt, now);
    entry.append(make("strong", "", letter.subject === "" ? "(no subject)" : letter.subject), make("span", "soft", [from, when].filter((part) => part !== "").join(" · ")));
    if (isFull(letter)) entry.append(make("span", "letter-mark", `▣ ${contentsText(letter)}`));
    return entry;
  }

  private letterPage(letter: Letter, now: number): HTMLElement[] {
    const { context } = this;
    const elements: HTMLElement[] = [make("h3", "", letter.subject), make("p", "letter-text", letter.text)];
    if (letter.coin > 0 || letter.items.length > 0) {
      const contents = make("div", "wares");
      if (letter.coin > 0) contents.append(make("p", "coin", `${grouped(letter.coin)} coin`));
      contents.append(...letter.items.map((item) => wareElement(item, context, [], [])));
      elements.push(contents);
    }
    if (letter.expiresAt !== undefined) elements.push(make("p", "soft", `Kept for ${untilText(letter.expiresAt, now)} more.`));
    const row = make("footer", "talk-foot");
    if (isFull(letter)) {
      const claim = button("primary claim", "Take everything", () => { context.bridge.actions.claimMail(letter.id); });
      claim.disabled = this.waiting.has("@mail");
      row.append(claim);
    } else row.append(button("delete-letter", "Throw away", () => { void this.throwAway(letter); }));
    if (letter.kind === "player") row.append(button("reply", "Answer", () => { this.reply(letter); }));
    elements.push(row);
    return elements;
  }

  private read(letter: Letter): void {
    const { desk } = this.context.bridge;
    this.openLetter = this.openLetter === letter.id ? undefined : letter.id;
    if (!letter.read && desk) {
      this.letters = this.letters.map((each) => (each.id === letter.id ? { ...each, read: true } : each));
      void desk.markRead(letter.id).catch((error: unknown) => { console.warn("a letter stays unread", error); });
    }
    this.refresh();
  }

  private async throwAway(letter: Letter): Promise<void> {
    const { desk } = this.context.bridge;
    const done = desk && await this.line.wait(() => desk.throwAway(letter.id));
    if (!done) return;
    this.openLetter = undefined;
    this.letters = this.letters.filter((each) => each.id !== letter.id);
    this.refresh();
  }

  private reply(letter: Letter): void {
    this.writer.begin(letter.from, letter.subject.startsWith("Re: ") ? letter.subject : `Re: ${letter.subject}`);
    this.tabs.choose("write");
  }

  /** Now and then looks whether something has come; nobody is told why that fails. */
  private look(millis: number): void {
    const { desk, state } = this.context.bridge;
    if (!desk || !state.sheet) {
      this.lookAt = undefined;
      this.told = 0;
      return;
    }
    this.lookAt ??= millis + FIRST_LOOK_MILLIS;
    if (millis < this.lookAt) return;
    this.lookAt = millis + LOOK_MILLIS;
    void desk.letters().then((letters) => {
      const unread = unreadCount(letters);
      if (unread > this.told) this.context.toast(unread === 1 ? "A letter has come. The clerk keeps it for you." : `${unread} new letters. The clerk keeps them for you.`);
      this.told = unread;
    }, () => undefined);
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    this.look(performance.now());
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    const answered = this.waiting.has("@mail") && !waiting.has("@mail");
    this.sheet = sheet;
    this.waiting = waiting;
    this.writer.update(sheet, waiting);
    if (answered && this.tabs.chosen === "inbox") void this.load();
    else if (this.tabs.chosen === "inbox") this.refresh();
  }
}
