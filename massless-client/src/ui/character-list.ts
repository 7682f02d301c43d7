// The characters of an account: who they are, who plays now, who was deleted and may come back.

import type { CharacterEntry } from "massless/core/desk";
import type { Definitions } from "massless/core/world";
import { type AccountEvents, AccountPart } from "./account-part";
import { button, make, setHidden, setText } from "./dom";
import { factionOf, professionOf } from "./factions";
import { lookIcon } from "./look-icon";

/** Characters of an account, and days a deleted one may be restored. Game rules, section 15. */
export const CHARACTERS_MAX = 4;
const GRACE_DAYS = 7;
const DAY_MILLIS = 86_400_000;

export interface CharacterListEvents extends AccountEvents {
  play(character: CharacterEntry): void;
  create(): void;
  delete(character: CharacterEntry): Promise<void>;
  restore(character: CharacterEntry): Promise<void>;
}

/** When somebody played last, in words. Pure. */
export function lastPlayed(at: number | undefined, now: number): string {
  if (at === undefined) return "never played";
  const days = Math.floor((now - at) / DAY_MILLIS);
  if (days >= 60) return `played ${new Date(at).toLocaleDateString("en", { year: "numeric", month: "long" })}`;
  if (days >= 1) return days === 1 ? "played yesterday" : `played ${days} days ago`;
  const hours = Math.floor((now - at) / 3_600_000);
  return hours >= 1 ? `played ${hours} h ago` : "played just now";
}

/** How long a deleted character may still be restored. Pure. */
export function graceLeft(deletedAt: number, now: number): string {
  const left = deletedAt + GRACE_DAYS * DAY_MILLIS - now;
  if (left <= 0) return "gone";
  const days = Math.ceil(left / DAY_MILLIS);
  return days === 1 ? "deleted; gone within a day" : `deleted; gone in ${days} days`;
}

export class CharacterList {
  readonly element = make("section", "characters title-card");
  private readonly list = make("div", "character-cards");
  private readonly status = make("p", "title-status");
  private readonly account: AccountPart;
  private readonly enter: HTMLButtonElement;
  private readonly create: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private readonly confirm = make("div", "confirm");
  private readonly confirmText = make("span");
  private characters: readonly CharacterEntry[] = [];
  private chosen: CharacterEntry["id"] | undefined;
  private known: Definitions | undefined;
  private canEnter = true;

  constructor(private readonly events: CharacterListEvents, private readonly sentenceOf: (error: unknown) => string) {
    this.account = new AccountPart(events, sentenceOf, (text, trouble) => { this.say(text, trouble); });
    this.enter = button("primary play", "Enter the vale", () => { this.play(); });
    this.create = button("new-character", "New character", () => { events.create(); });
    this.remove = button("delete-character", "Delete …", () => { this.askDelete(); });
    this.list.setAttribute("role", "radiogroup");
    this.list.setAttribute("aria-label", "Your characters");
    this.list.addEventListener("keydown", (event) => { this.key(event); });
    this.status.setAttribute("role", "status");
    this.confirm.append(
      this.confirmText,
      button("danger", "Delete", () => { void this.deleteChosen(); }),
      button("", "Keep", () => { this.confirm.hidden = true; }),
    );
    this.confirm.hidden = true;
    const acts = make("div", "character-acts");
    acts.append(this.create, this.remove, this.enter);
    this.element.append(make("h2", "", "Your characters"), this.list, this.confirm, acts, this.status, this.account.element);
  }

  set definitions(definitions: Definitions) {
    this.known = definitions;
    this.refresh();
  }

  /** Whether one may enter now. */
  set ready(ready: boolean) {
    this.canEnter = ready;
    this.refreshActs();
  }

  say(text: string, trouble = false): void {
    setText(this.status, text);
    this.status.classList.toggle("trouble", trouble);
  }

  /** Shows an account's characters; `chosen` is the one that was made or played last. */
  show(account: string, characters: readonly CharacterEntry[], chosen?: CharacterEntry["id"]): void {
    this.account.show(account);
    this.characters = characters;
    const alive = characters.filter((each) => each.deletedAt === undefined);
    const latest = [...alive].sort((a, b) => (b.lastPlayedAt ?? 0) - (a.lastPlayedAt ?? 0))[0];
    const wanted = chosen ?? this.chosen;
    this.chosen = characters.some((each) => each.id === wanted) ? wanted : (latest ?? characters[0])?.id;
    this.confirm.hidden = true;
    this.refresh();
  }

  focus(): void {
    const card = this.list.querySelector<HTMLElement>("[aria-checked=true]");
    if (!this.enter.disabled) this.enter.focus();
    else (card ?? this.create).focus();
  }

  private current(): CharacterEntry | undefined {
    return this.characters.find((each) => each.id === this.chosen);
  }

  private choose(character: CharacterEntry): void {
    this.chosen = character.id;
    this.confirm.hidden = true;
    this.refresh();
  }

  private refresh(): void {
    const now = Date.now();
    const held = this.list.contains(document.activeElement);
    this.list.replaceChildren(...this.characters.map((each) => this.card(each, now)));
    if (this.characters.length === 0) this.list.append(make("p", "soft", "Nobody yet. Make your first character."));
    if (held) this.list.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
    this.refreshActs();
  }

  private refreshActs(): void {
    const current = this.current();
    const alive = current !== undefined && current.deletedAt === undefined;
    this.enter.disabled = !alive || !this.canEnter;
    setHidden(this.remove, !alive);
    this.create.disabled = this.characters.length >= CHARACTERS_MAX;
    this.create.title = this.create.disabled ? `An account has at most ${CHARACTERS_MAX} characters` : "";
  }

  private card(character: CharacterEntry, now: number): HTMLElement {
    const { name, level, deletedAt } = character;
    const faction = factionOf(character.faction);
    const profession = this.known?.classes.get(character.class)?.name ?? professionOf(character.class).name;
    const zone = this.known?.zones.get(character.zone)?.name ?? "";
    const card = button("character-card", "", () => { this.choose(character); });
    card.dataset["character"] = name;
    card.setAttribute("role", "radio");
    card.setAttribute("aria-checked", String(character.id === this.chosen));
    card.tabIndex = character.id === this.chosen ? 0 : -1;
    card.style.setProperty("--faction", faction.colour);
    card.addEventListener("dblclick", () => { this.play(); });
    const text = make("span", "character-text");
    text.append(make("strong", "", name), make("span", "", `Level ${level} ${profession}`), make("span", "soft", [faction.name, zone].filter((part) => part !== "").join(" · ")));
    text.append(deletedAt === undefined ? make("span", "soft", lastPlayed(character.lastPlayedAt, now)) : make("span", "bad", graceLeft(deletedAt, now)));
    card.append(lookIcon(character.look), text);
    if (deletedAt === undefined) return card;
    card.classList.add("deleted");
    const cell = make("div", "character-cell");
    cell.append(card, button("restore", `Restore ${name}`, () => { void this.restore(character); }));
    return cell;
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined || this.characters.length === 0) return;
    event.preventDefault();
    const at = this.characters.findIndex((each) => each.id === this.chosen);
    this.choose(this.characters[(at + step + this.characters.length) % this.characters.length]!);
  }

  private play(): void {
    const current = this.current();
    if (current && !this.enter.disabled) this.events.play(current);
  }

  private askDelete(): void {
    const current = this.current();
    if (!current) return;
    setText(this.confirmText, `Delete ${current.name}? For ${GRACE_DAYS} days you can restore ${current.name}, then everything is gone for good.`);
    this.confirm.hidden = false;
    this.confirm.querySelectorAll("button")[1]?.focus();
  }

  private async deleteChosen(): Promise<void> {
    const current = this.current();
    this.confirm.hidden = true;
    if (current) await this.tried(() => this.events.delete(current));
  }

  private async restore(character: CharacterEntry): Promise<void> {
    await this.tried(() => this.events.restore(character));
  }

  private async tried(act: () => Promise<void>): Promise<void> {
    this.say("");
    try {
      await act();
    } catch (error) {
      this.say(this.sentenceOf(error), true);
    }
  }
}
