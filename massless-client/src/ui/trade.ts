// A trade with somebody near: what both offer, who has locked, and the last yes.

import { type Item, TICKS_PER_SECOND, TRADE_ITEMS_MAX, type Trade, TradeEnd, type TradeSide, type WorldState } from "massless/core/world";
import type { Context } from "./context";
import type { Taker } from "./counter";
import { button, make, setHidden, setText } from "./dom";
import { isTradable } from "./economy";
import { ItemSlot, walkByArrows } from "./item-slot";
import { itemTooltip } from "./item-text";
import { grouped } from "./numbers";
import { GameWindow } from "./window";

/** Seconds before its end from which on they are counted. */
const HURRY_SECONDS = 45;

/** How a trade ended, in words. */
export const TRADE_ENDS: Readonly<Record<TradeEnd, string>> = {
  [TradeEnd.Done]: "The trade is done.",
  [TradeEnd.Cancelled]: "The trade was called off.",
  [TradeEnd.TooLate]: "The trade took too long.",
  [TradeEnd.Parted]: "You are too far apart to trade.",
  [TradeEnd.Fight]: "No trade in a fight.",
  [TradeEnd.Refused]: "The books refused the trade. Nothing changed hands.",
};

/** What is next, in words. Pure. */
export function tradeHint({ own, other, settling, partner }: Trade): string {
  if (settling) return "Both agree. It is being booked …";
  if (own.locked && other.locked) return own.confirmed ? `Waiting for ${partner} to agree …` : `${other.confirmed ? `${partner} agrees. ` : ""}Look once more, then agree.`;
  if (own.locked) return `Waiting for ${partner} to lock …`;
  return other.locked ? `${partner} has locked. Lock, too, when it is right.` : "Put in what you give, then lock.";
}

/** Coin as it was typed, within what one has. Pure. */
export function coinFrom(text: string, purse: number): number {
  const value = Math.trunc(Number(text.replace(/[\s,.]/gu, "")));
  return Number.isFinite(value) ? Math.min(Math.max(value, 0), purse) : 0;
}

/** One side's picture. */
class SideView {
  readonly element = make("section", "trade-side");
  readonly slots: ItemSlot[];
  readonly coin = make("span", "coin");
  private readonly name = make("h4");
  private readonly mark = make("span", "trade-mark");

  constructor(context: Context, label: string) {
    const grid = make("div", "trade-grid");
    this.slots = Array.from({ length: TRADE_ITEMS_MAX }, (_, index) => {
      const slot = new ItemSlot(context, `${label}: empty place ${index + 1}`);
      context.tooltip.attach(slot.element, () => {
        const { sheet } = context.bridge.state;
        return slot.item && sheet ? itemTooltip(slot.item, sheet, context.bridge.definitions, false) : undefined;
      });
      return slot;
    });
    grid.append(...this.slots.map((slot) => slot.element));
    walkByArrows(grid, 6);
    const head = make("header");
    head.append(this.name, this.mark);
    this.element.append(head, grid, this.coin);
  }

  show(name: string, side: TradeSide): void {
    setText(this.name, name);
    setText(this.mark, side.confirmed ? "agrees" : side.locked ? "locked" : "");
    this.element.classList.toggle("locked", side.locked);
    this.element.classList.toggle("confirmed", side.confirmed);
    this.slots.forEach((slot, index) => { slot.show(side.items[index] ?? null, false); });
    setText(this.coin, `${grouped(side.coin)} coin`);
  }
}

export class TradeWindow {
  readonly window = new GameWindow("trade", "Trade", "left");
  private readonly own: SideView;
  private readonly other: SideView;
  private readonly coin = make("input", "text-input trade-coin");
  private readonly hint = make("p", "trade-hint");
  private readonly changed = make("p", "trade-changed");
  private readonly left = make("span", "soft");
  private readonly lock: HTMLButtonElement;
  private readonly confirm: HTMLButtonElement;
  private trade: Trade | undefined;
  private readonly taker: Taker = {
    label: "Offer",
    accepts: (item) => this.canOffer(item),
    take: (item) => { this.add(item.uid); },
  };

  constructor(private readonly context: Context) {
    this.own = new SideView(context, "Your side");
    this.other = new SideView(context, "Their side");
    this.coin.inputMode = "numeric";
    this.coin.setAttribute("aria-label", "Coin you give");
    this.coin.addEventListener("change", () => { this.offerCoin(); });
    this.coin.addEventListener("keydown", (event) => { if (event.key === "Enter") this.offerCoin(); });
    this.own.coin.replaceWith(this.coinRow());
    this.lock = button("primary trade-lock", "Lock", () => { context.bridge.actions.tradeLock(); });
    this.confirm = button("primary trade-confirm", "Agree", () => { this.agree(); });
    this.hint.setAttribute("role", "status");
    this.changed.setAttribute("role", "alert");
    this.changed.hidden = true;
    const foot = make("footer", "talk-foot");
    foot.append(this.lock, this.confirm, this.left, button("trade-cancel", "Call it off", () => { this.window.close(); }));
    this.window.onClose = () => { this.closed(); };
    this.window.body.append(this.own.element, this.other.element, this.changed, this.hint, foot);
    for (const slot of this.own.slots) {
      const take = (): void => { if (slot.item) this.remove(slot.item.uid); };
      slot.element.addEventListener("dblclick", take);
      slot.element.addEventListener("contextmenu", (event) => { event.preventDefault(); take(); });
      slot.element.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === "Delete") take(); });
    }
    context.drag.target(this.own.element, (payload) => { if (payload.type === "item") this.add(payload.uid); });
  }

  private coinRow(): HTMLElement {
    const row = make("label", "trade-coin-row");
    row.append(make("span", "soft", "Coin"), this.coin);
    return row;
  }

  /** Closed by hand while it goes on: that calls it off. */
  private closed(): void {
    this.context.counter.close(this.taker);
    if (this.trade && !this.trade.settling) this.context.bridge.actions.tradeCancel();
  }

  private canOffer(item: Item): boolean {
    const definition = this.context.bridge.definitions.items.get(item.definition);
    return definition !== undefined && isTradable(item, definition);
  }

  private offer(uids: readonly string[], coin: number): void {
    this.context.bridge.actions.tradeOffer(uids, coin);
  }

  private add(uid: string): void {
    const { trade, context } = this;
    const item = context.bridge.state.sheet?.bag.find((each) => each?.uid === uid);
    if (!trade || !item || trade.settling || trade.own.items.some((each) => each.uid === uid)) return;
    if (!this.canOffer(item)) context.say("That is bound to you.");
    else if (trade.own.items.length >= TRADE_ITEMS_MAX) context.say(`${TRADE_ITEMS_MAX} things are all one can offer.`);
    else this.offer([...trade.own.items.map((each) => each.uid), uid], trade.own.coin);
  }

  private remove(uid: string): void {
    const { trade } = this;
    if (trade && !trade.settling) this.offer(trade.own.items.map((each) => each.uid).filter((each) => each !== uid), trade.own.coin);
  }

  private offerCoin(): void {
    const { trade } = this;
    if (!trade || trade.settling) return;
    const coin = coinFrom(this.coin.value, this.context.bridge.state.sheet?.coin ?? 0);
    this.coin.value = String(coin);
    if (coin !== trade.own.coin) this.offer(trade.own.items.map((each) => each.uid), coin);
  }

  private agree(): void {
    if (this.trade) this.context.bridge.actions.tradeConfirm(this.trade.own.revision, this.trade.other.revision);
  }

  update(state: WorldState): void {
    const { trade } = state;
    this.hurry(state.now);
    if (trade === this.trade) return;
    const before = this.trade;
    this.trade = trade;
    if (!trade) {
      this.context.counter.close(this.taker);
      this.window.close();
      return;
    }
    if (!before) {
      this.coin.value = "0";
      this.changed.hidden = true;
      this.window.open();
      this.context.counter.open(this.taker);
    }
    this.refresh(trade, before);
  }

  /** How long it may still take: said when it becomes short. */
  private hurry(now: number): void {
    const { trade } = this;
    if (!trade) return;
    const seconds = Math.ceil((trade.ends - now) / TICKS_PER_SECOND);
    setText(this.left, trade.settling || seconds > HURRY_SECONDS ? "" : `${Math.max(seconds, 0)} s left`);
  }

  private refresh(trade: Trade, before: Trade | undefined): void {
    this.window.title = `Trade with ${trade.partner}`;
    this.own.show("You give", trade.own);
    this.other.show(`${trade.partner} gives`, trade.other);
    if (document.activeElement !== this.coin) this.coin.value = String(trade.own.coin);
    this.coin.disabled = trade.settling;
    setText(this.hint, tradeHint(trade));
    // What was looked at is not what is offered now: said aloud, for that is how people are cheated.
    if (before && before.other.revision !== trade.other.revision && before.own.locked) {
      setText(this.changed, `${trade.partner} has changed the offer. Look again.`);
      this.changed.hidden = false;
    } else if (trade.own.locked) this.changed.hidden = true;
    const both = trade.own.locked && trade.other.locked;
    setHidden(this.lock, both);
    setHidden(this.confirm, !both);
    this.lock.disabled = trade.own.locked || trade.settling;
    this.confirm.disabled = trade.own.confirmed || trade.settling;
  }
}
