// The market: search what others offer, put up one's own, take it back.

import type { Listing, MarketSort } from "massless/core/desk";
import type { Item, NpcDefinition, Sheet, WorldState } from "massless/core/world";
import type { Context } from "./context";
import type { Taker } from "./counter";
import { button, make, setHidden, setText } from "./dom";
import { isTradable, LISTINGS_MAX, listingFee } from "./economy";
import { ItemSlot } from "./item-slot";
import { itemTooltip } from "./item-text";
import { priceText, untilText } from "./market-text";
import { grouped } from "./numbers";
import { Tabs } from "./tabs";
import { coinFrom } from "./trade";
import { WaitingLine } from "./waiting-line";
import { shownName, wareElement } from "./ware";
import { GameWindow } from "./window";

type Part = "browse" | "sell" | "mine";
const SORTS: readonly (readonly [MarketSort, string])[] = [["price", "Cheapest first"], ["price-falling", "Dearest first"], ["newest", "Newest first"], ["ending", "Ending soon"]];

export class Market {
  readonly window = new GameWindow("market", "Market", "left");
  private readonly tabs = new Tabs<Part>("Market", () => { this.opened(); });
  private readonly browse = make("div", "market-browse");
  private readonly sell = make("form", "market-sell");
  private readonly mine = make("div", "wares");
  private readonly text = make("input", "text-input");
  private readonly sort = make("select", "text-input");
  private readonly results = make("div", "wares");
  private readonly pager = make("div", "pager");
  private readonly pageText = make("span");
  private readonly back: HTMLButtonElement;
  private readonly on: HTMLButtonElement;
  private readonly slot: ItemSlot;
  private readonly sellName = make("strong");
  private readonly price = make("input", "text-input");
  private readonly fee = make("p", "soft");
  private readonly list = make("button", "primary list-item", "Put it up");
  private readonly line = new WaitingLine();
  /** One's own offers are fetched beside what is searched. */
  private readonly mineLine = new WaitingLine();
  private readonly coin = make("span", "coin");
  private readonly note = make("span", "soft");
  private page = 1;
  private pages = 1;
  private shown: readonly Listing[] = [];
  private listings: readonly Listing[] = [];
  private chosen: string | undefined;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> = new Set();
  private readonly taker: Taker = {
    label: "Put up",
    accepts: (item) => this.canList(item),
    take: (item) => { this.choose(item); },
  };

  constructor(private readonly context: Context) {
    this.slot = new ItemSlot(context, "Nothing to sell yet");
    this.back = button("", "‹", () => { void this.search(this.page - 1); });
    this.on = button("", "›", () => { void this.search(this.page + 1); });
    this.back.setAttribute("aria-label", "Page before");
    this.on.setAttribute("aria-label", "Next page");
    this.assembleBrowse();
    this.assembleSell();
    this.tabs.add("browse", "Browse", this.browse);
    this.tabs.add("sell", "Sell", this.sell);
    this.tabs.add("mine", "My offers", this.mine);
    const foot = make("footer", "bag-foot");
    foot.append(this.note, this.coin);
    this.window.onClose = () => { this.closed(); };
    this.window.body.append(this.tabs.element, this.browse, this.sell, this.mine, this.line.element, this.mineLine.element, foot);
    this.tabs.choose("browse");
  }

  private assembleBrowse(): void {
    const form = make("form", "market-search");
    this.text.type = "search";
    this.text.placeholder = "Name of a thing";
    this.text.setAttribute("aria-label", "Name of a thing");
    this.sort.setAttribute("aria-label", "Order");
    for (const [value, label] of SORTS) {
      const option = make("option", "", label);
      option.value = value;
      this.sort.append(option);
    }
    this.sort.addEventListener("change", () => { void this.search(1); });
    const go = make("button", "primary", "Search");
    go.type = "submit";
    form.append(this.text, this.sort, go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.search(1);
    });
    this.pager.append(this.back, this.pageText, this.on);
    this.browse.append(form, this.results, this.pager);
  }

  private assembleSell(): void {
    this.price.inputMode = "numeric";
    this.price.placeholder = "Price of all of it";
    this.price.setAttribute("aria-label", "Price of all of it");
    this.price.addEventListener("input", () => { this.refreshSell(); });
    this.list.type = "submit";
    const head = make("div", "refine-head");
    const text = make("div");
    text.append(this.sellName, this.fee);
    head.append(this.slot.element, text);
    const row = make("div", "market-search");
    row.append(this.price, this.list);
    this.sell.append(head, row);
    this.sell.addEventListener("submit", (event) => {
      event.preventDefault();
      this.putUp();
    });
    this.context.drag.target(this.sell, (payload) => {
      const item = payload.type === "item" ? this.sheet?.bag[payload.bag] : undefined;
      if (item) this.choose(item);
    });
    this.context.tooltip.attach(this.slot.element, () => (this.slot.item && this.sheet ? itemTooltip(this.slot.item, this.sheet, this.context.bridge.definitions, false) : undefined));
  }

  open(npc: NpcDefinition): void {
    this.window.title = `${npc.name}: market`;
    this.sheet = undefined;
    this.chosen = undefined;
    this.window.open();
    this.context.counter.open(this.taker);
    if (this.tabs.chosen === "browse") this.opened();
    else this.tabs.choose("browse");
    void this.loadMine();
  }

  private closed(): void {
    this.context.counter.close(this.taker);
  }

  private opened(): void {
    if (!this.window.isOpen) return;
    if (this.tabs.chosen === "browse") void this.search(this.page);
    else if (this.tabs.chosen === "mine") void this.loadMine();
    else this.refreshSell();
  }

  private async search(page: number): Promise<void> {
    const { desk } = this.context.bridge;
    if (!desk) return;
    const query = { text: this.text.value.trim(), item: undefined, sort: this.sort.value as MarketSort, page: Math.max(page, 1) };
    const found = await this.line.wait(() => desk.market(query), "Looking through the offers …");
    if (!found) return;
    this.page = found.value.page;
    this.pages = found.value.pages;
    this.shown = found.value.listings;
    this.refreshResults();
  }

  private async loadMine(): Promise<void> {
    const { desk } = this.context.bridge;
    const found = desk && await this.mineLine.wait(() => desk.myListings(), "");
    if (!found) return;
    this.listings = found.value;
    this.refreshMine();
  }

  private refreshResults(): void {
    const { context, sheet } = this;
    const now = Date.now();
    this.results.replaceChildren(...this.shown.map((listing) => {
      const own = listing.own || listing.seller === context.bridge.state.name;
      const buy = button("buy-listing", own ? "Yours" : "Buy …", () => { this.askBuy(listing); });
      buy.dataset["listing"] = String(listing.id);
      buy.disabled = own || (sheet?.coin ?? 0) < listing.price || (sheet?.level ?? 0) < context.bridge.definitions.services.marketLevel || this.waiting.has("@market");
      const ends = listing.expiresAt === undefined ? "" : ` · ${untilText(listing.expiresAt, now)}`;
      const line = wareElement(listing.item, context, [make("span", "soft", `${listing.seller}${ends}`)], [make("span", "price", priceText(listing)), buy]);
      line.classList.toggle("dear", (sheet?.coin ?? 0) < listing.price);
      return line;
    }));
    if (this.shown.length === 0) this.results.append(make("p", "soft", "Nobody offers that now."));
    setHidden(this.pager, this.pages <= 1);
    setText(this.pageText, `Page ${this.page} of ${this.pages}`);
    this.back.disabled = this.page <= 1;
    this.on.disabled = this.page >= this.pages;
  }

  private askBuy(listing: Listing): void {
    const { bridge, ask } = this.context;
    const title = `Buy ${shownName(listing.item, bridge.definitions)} of ${listing.seller} for ${grouped(listing.price)} coin?`;
    ask.open({ title, max: 1, confirm: "Buy" }, () => { bridge.actions.buyListing(listing.id, listing.price); });
  }

  private refreshMine(): void {
    const { actions } = this.context.bridge;
    const now = Date.now();
    this.tabs.label("mine", `My offers (${this.listings.length})`);
    this.mine.replaceChildren(...this.listings.map((listing) => {
      const unlist = button("unlist", "Take back", () => { actions.unlist(listing.id); });
      unlist.dataset["listing"] = String(listing.id);
      unlist.disabled = this.waiting.has("@market");
      const ends = listing.expiresAt === undefined ? "" : `${untilText(listing.expiresAt, now)} left, then it comes back by mail`;
      return wareElement(listing.item, this.context, [make("span", "soft", ends)], [make("span", "price", priceText(listing)), unlist]);
    }));
    if (this.listings.length === 0) this.mine.append(make("p", "soft", "You offer nothing now."));
  }

  private canList(item: Item): boolean {
    const definition = this.context.bridge.definitions.items.get(item.definition);
    return definition !== undefined && isTradable(item, definition);
  }

  private choose(item: Item): void {
    if (!this.canList(item)) {
      this.context.say("That is bound to you.");
      return;
    }
    this.chosen = item.uid;
    this.price.value = "";
    this.tabs.choose("sell");
    this.refreshSell();
    this.price.focus();
  }

  private item(): Item | undefined {
    return this.sheet?.bag.find((item) => item?.uid === this.chosen) ?? undefined;
  }

  private get wanted(): number {
    return coinFrom(this.price.value, this.context.bridge.definitions.services.marketPriceMax);
  }

  private refreshSell(): void {
    const { sheet } = this;
    const item = this.item();
    this.slot.show(item ?? null, item !== undefined && this.waiting.has(item.uid));
    setText(this.sellName, item ? shownName(item, this.context.bridge.definitions) : "What do you sell?");
    this.sellName.className = item ? `rarity-${item.rarity}` : "";
    const price = this.wanted;
    const { services } = this.context.bridge.definitions;
    const fee = listingFee(services, price);
    const full = this.listings.length >= LISTINGS_MAX;
    const sentence = full ? `You offer ${LISTINGS_MAX} things already; that is all one may.`
      : !item ? "Double click it in the bag or drag it here."
        : price === 0 ? "The fee is 5 % of the price, at least 1 coin, and is not given back."
          : `Fee ${grouped(fee)} coin now. If it is sold within 48 h you get ${grouped(price)} coin by mail.`;
    setText(this.fee, sentence);
    this.list.disabled = !item || full || price === 0 || !sheet || sheet.coin < fee || sheet.level < services.marketLevel || this.waiting.has(item.uid);
  }

  private putUp(): void {
    const item = this.item();
    const price = this.wanted;
    if (!item || price === 0 || this.list.disabled) return;
    this.context.bridge.actions.listItem(item.uid, price);
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    const answered = this.waiting.has("@market") && !waiting.has("@market");
    this.sheet = sheet;
    this.waiting = waiting;
    const { marketLevel } = this.context.bridge.definitions.services;
    setText(this.coin, `${grouped(sheet.coin)} coin`);
    setText(this.note, sheet.level < marketLevel ? `From level ${marketLevel} on you may buy and sell here.` : "");
    this.refreshResults();
    this.refreshMine();
    this.refreshSell();
    if (!answered) return;
    if (this.tabs.chosen === "browse") void this.search(this.page);
    void this.loadMine();
  }
}
