// Writing a letter: to whom, what, with what in it, and what it costs.

import { type Item, MAIL_ITEMS_MAX, type Sheet } from "massless/core/world";
import type { Context } from "./context";
import type { Taker } from "./counter";
import { make, setText } from "./dom";
import { isTradable, postage } from "./economy";
import { ItemSlot } from "./item-slot";
import { itemTooltip } from "./item-text";
import { NAME_LETTERS_MAX, tidiedName } from "./names";
import { grouped } from "./numbers";
import { coinFrom } from "./trade";
import { WaitingLine } from "./waiting-line";

export const SUBJECT_LETTERS_MAX = 60;
export const TEXT_LETTERS_MAX = 500;
/** What the sheet says while a letter waits for the books. */
const WAIT = "mail";

/** What is known of a letter that the world was asked to send. */
interface Asked {
  /** The coin there was before. */
  readonly coin: number;
  /** The books had it when the sheet was told before this time. */
  readonly booked: boolean;
  readonly attached: readonly string[];
}

/** What has become of it by the newest sheet: gone when its things are, or its postage. Pure. */
export function fateOf({ coin, booked, attached }: Asked, sheet: Sheet): "sent" | "refused" | "open" {
  const left = attached.filter((uid) => sheet.bag.some((item) => item?.uid === uid));
  if (left.length === 0 && (attached.length > 0 || sheet.coin < coin)) return "sent";
  return booked && !sheet.waits.includes(WAIT) ? "refused" : "open";
}

export class MailWriter {
  readonly element = make("form", "mail-write");
  private readonly to = make("input", "text-input");
  private readonly subject = make("input", "text-input");
  private readonly text = make("textarea", "text-input");
  private readonly coin = make("input", "text-input mail-coin");
  private readonly slots: ItemSlot[];
  private readonly cost = make("p", "soft");
  private readonly send = make("button", "primary send-mail", "Send");
  private readonly line = new WaitingLine();
  private attached: string[] = [];
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> = new Set();
  private sending = false;
  /** The coin there was when the world was asked to send it. */
  private asked: number | undefined;
  /** The books have it and have not answered yet. */
  private booked = false;
  private readonly taker: Taker = {
    label: "Put in",
    accepts: (item) => this.canSend(item),
    take: (item) => { this.attach(item); },
  };

  constructor(private readonly context: Context, private readonly onSent: () => void) {
    this.to.maxLength = NAME_LETTERS_MAX;
    this.subject.maxLength = SUBJECT_LETTERS_MAX;
    this.text.maxLength = TEXT_LETTERS_MAX;
    this.text.rows = 5;
    this.coin.inputMode = "numeric";
    this.coin.value = "0";
    for (const [input, label] of [[this.to, "To whom"], [this.subject, "About what"], [this.text, "Your letter"], [this.coin, "Coin in the letter"]] as const) {
      input.setAttribute("aria-label", label);
      if (input !== this.coin) input.placeholder = label;
      input.addEventListener("input", () => { this.refresh(); });
    }
    this.to.classList.add("mail-to");
    this.subject.classList.add("mail-subject");
    this.slots = Array.from({ length: MAIL_ITEMS_MAX }, (_, index) => this.slot(index));
    this.assemble();
  }

  private assemble(): void {
    const things = make("div", "mail-things");
    const coin = make("label", "trade-coin-row");
    coin.append(make("span", "soft", "Coin"), this.coin);
    things.append(...this.slots.map((slot) => slot.element), coin);
    this.send.type = "submit";
    const foot = make("footer", "mail-foot");
    foot.append(this.cost, this.send);
    this.element.append(this.to, this.subject, this.text, things, foot, this.line.element);
    this.element.noValidate = true;
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.post();
    });
    this.context.drag.target(this.element, (payload) => {
      const item = payload.type === "item" ? this.sheet?.bag[payload.bag] : undefined;
      if (item) this.attach(item);
    });
  }

  private slot(index: number): ItemSlot {
    const slot = new ItemSlot(this.context, `Place ${index + 1} in the letter`);
    const remove = (): void => {
      if (!slot.item || this.sending) return;
      this.attached = this.attached.filter((uid) => uid !== slot.item?.uid);
      this.refresh();
    };
    slot.element.addEventListener("dblclick", remove);
    slot.element.addEventListener("contextmenu", (event) => { event.preventDefault(); remove(); });
    slot.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Delete") return;
      event.preventDefault();
      remove();
    });
    this.context.tooltip.attach(slot.element, () => (slot.item && this.sheet ? itemTooltip(slot.item, this.sheet, this.context.bridge.definitions, false) : undefined));
    return slot;
  }

  opened(): void {
    // What was asked before the line broke may never have arrived.
    if (this.asked !== undefined && !this.booked) this.sending = false;
    this.context.counter.open(this.taker);
    this.refresh();
    (this.to.value === "" ? this.to : this.text).focus();
  }

  closed(): void {
    this.context.counter.close(this.taker);
  }

  /** Begins a letter to somebody. */
  begin(to: string, subject: string): void {
    this.to.value = to;
    this.subject.value = subject.slice(0, SUBJECT_LETTERS_MAX);
    this.text.value = "";
    this.attached = [];
    this.line.say("");
  }

  /** The world has refused something: this letter, unless the books still have it. */
  rejected(): void {
    if (this.asked !== undefined && this.context.bridge.state.sheet?.waits.includes(WAIT) !== true) this.refused();
  }

  private refused(): void {
    this.sending = false;
    this.asked = undefined;
    this.line.say("It was not sent.", true);
    this.refresh();
  }

  private canSend(item: Item): boolean {
    const definition = this.context.bridge.definitions.items.get(item.definition);
    return definition !== undefined && isTradable(item, definition);
  }

  private attach(item: Item): void {
    if (this.sending || this.attached.includes(item.uid)) return;
    if (!this.canSend(item)) this.context.say("That is bound to you.");
    else if (this.attached.length >= MAIL_ITEMS_MAX) this.context.say(`${MAIL_ITEMS_MAX} things fit into a letter.`);
    else {
      this.attached.push(item.uid);
      this.refresh();
    }
  }

  private get coinIn(): number {
    return coinFrom(this.coin.value, this.sheet?.coin ?? 0);
  }

  update(sheet: Sheet, waiting: ReadonlySet<string>): void {
    this.sheet = sheet;
    this.waiting = waiting;
    const { asked, booked, attached } = this;
    this.booked = sheet.waits.includes(WAIT);
    const fate = asked === undefined ? "open" : fateOf({ coin: asked, booked, attached }, sheet);
    if (fate === "sent") this.sent();
    else if (fate === "refused") this.refused();
    this.attached = this.attached.filter((uid) => sheet.bag.some((item) => item?.uid === uid));
    this.refresh();
  }

  private sent(): void {
    this.sending = false;
    this.asked = undefined;
    this.begin("", "");
    this.coin.value = "0";
    this.context.say("Your letter is on its way.");
    this.onSent();
  }

  private refresh(): void {
    const { sheet } = this;
    this.slots.forEach((slot, index) => {
      const item = sheet?.bag.find((each) => each?.uid === this.attached[index]) ?? null;
      slot.show(item, item !== null && this.waiting.has(item.uid));
    });
    const fee = postage(this.context.bridge.definitions.services, this.attached.length);
    const total = fee + this.coinIn;
    const short = sheet !== undefined && sheet.coin < total;
    setText(this.cost, `Postage ${grouped(fee)} coin${this.coinIn > 0 ? `, ${grouped(total)} with the coin in it` : ""}${short ? ": more than you have" : ""}`);
    this.cost.classList.toggle("bad", short);
    this.send.disabled = this.sending || short || this.to.value.trim() === "" || this.subject.value.trim() === "";
  }

  private async post(): Promise<void> {
    const { desk, actions } = this.context.bridge;
    if (!desk || this.sending || this.send.disabled) return;
    this.sending = true;
    this.refresh();
    const [coin, uids] = [this.coinIn, [...this.attached]];
    const draft = await this.line.wait(() => desk.draft(tidiedName(this.to.value), this.subject.value.trim(), this.text.value.trim()), "Sealing the letter …");
    if (!draft) {
      this.sending = false;
      this.refresh();
      return;
    }
    this.asked = this.sheet?.coin;
    actions.sendMail(draft.value, coin, uids);
  }
}
