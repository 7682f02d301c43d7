// Other people (O): friends, whom one does not want to hear, and who is the best at what.

import type { Board, Friend, Place } from "massless/core/desk";
import type { Context } from "./context";
import { Choice } from "./choice";
import { button, make } from "./dom";
import { NAME_LETTERS_MAX, tidiedName } from "./names";
import { grouped } from "./numbers";
import { Tabs } from "./tabs";
import { WaitingLine } from "./waiting-line";
import { GameWindow } from "./window";

type Part = "friends" | "blocked" | "best";
const PLACES = 50;
/** Milliseconds until a board that stays open is asked for anew. */
const BOARD_MILLIS = 10_000;
const BOARDS: readonly (readonly [Board, string, string])[] = [["level", "Level", "level"], ["coin", "Coin earned", "coin"], ["quests", "Quests done", "quests"]];

/** Those who are there first, then by name. Pure. */
export function sortedFriends(friends: readonly Friend[]): Friend[] {
  return [...friends].sort((a, b) => Number(b.online) - Number(a.online) || a.name.localeCompare(b.name));
}

export class Social {
  readonly window = new GameWindow("social", "People", "left");
  private readonly tabs = new Tabs<Part>("People", () => { this.opened(); });
  private readonly friends = make("div", "social-part");
  private readonly friendList = make("div", "wares");
  private readonly blocked = make("div", "social-part");
  private readonly blockList = make("div", "wares");
  private readonly best = make("div", "social-part");
  private readonly boards: Choice<Board>;
  private readonly table = make("ol", "board");
  private readonly line = new WaitingLine();
  private board: Board = "level";
  private isOpen = false;
  private boardDue = 0;

  constructor(private readonly context: Context) {
    this.boards = new Choice("boards", "By what", BOARDS.map(([board]) => board), (board) => {
      this.board = board;
      this.boards.show(board);
      void this.loadBoard();
    });
    for (const [, label] of BOARDS) this.boards.add("choice", label, make("span", "", label));
    this.boards.show(this.board);
    this.friends.append(this.form("friend-name", "Add a friend", (name) => { void this.befriend(name); }), this.friendList);
    this.blocked.append(
      make("p", "soft panel-note", "Their talk, letters, invitations and trades do not reach you."),
      this.form("block-name", "Block somebody", (name) => { void this.block(name); }), this.blockList,
    );
    this.best.append(this.boards.element, this.table);
    this.tabs.add("friends", "Friends", this.friends);
    this.tabs.add("blocked", "Blocked", this.blocked);
    this.tabs.add("best", "The best", this.best);
    this.tabs.choose("friends");
    this.window.body.append(this.tabs.element, this.friends, this.blocked, this.best, this.line.element);
  }

  private form(name: string, label: string, act: (name: string) => void): HTMLElement {
    const form = make("form", "market-search");
    const input = make("input", `text-input ${name}`);
    input.placeholder = "Name of a character";
    input.setAttribute("aria-label", `${label}: name`);
    input.maxLength = NAME_LETTERS_MAX;
    input.autocomplete = "off";
    const go = make("button", "primary", label);
    go.type = "submit";
    form.append(input, go);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = tidiedName(input.value);
      if (wanted === "") return;
      input.value = "";
      act(wanted);
    });
    return form;
  }

  update(): void {
    if (this.isOpen === this.window.isOpen) {
      if (this.isOpen && this.tabs.chosen === "best" && performance.now() > this.boardDue) void this.loadBoard("");
      return;
    }
    this.isOpen = this.window.isOpen;
    this.opened();
  }

  private opened(): void {
    if (!this.window.isOpen) return;
    if (!this.context.bridge.desk) {
      this.line.say("This server keeps no lists of people.");
      return;
    }
    if (this.tabs.chosen === "friends") void this.loadFriends();
    else if (this.tabs.chosen === "blocked") void this.loadBlocked();
    else void this.loadBoard();
  }

  private async loadFriends(): Promise<void> {
    const { desk } = this.context.bridge;
    const found = desk && await this.line.wait(() => desk.friends());
    if (found) this.showFriends(found.value);
  }

  private showFriends(friends: readonly Friend[]): void {
    const there = friends.filter((friend) => friend.online).length;
    this.tabs.label("friends", `Friends (${there} of ${friends.length})`);
    this.friendList.replaceChildren(...sortedFriends(friends).map((friend) => this.friendLine(friend)));
    if (friends.length === 0) this.friendList.append(make("p", "soft", "Nobody yet. Add somebody by name, or right click a player."));
  }

  private friendLine(friend: Friend): HTMLElement {
    const { definitions, actions } = this.context.bridge;
    const line = make("div", "ware person");
    line.dataset["friend"] = friend.name;
    line.classList.toggle("dear", !friend.online);
    const profession = friend.class === undefined ? "" : (definitions.classes.get(friend.class)?.name ?? "");
    const zone = friend.zone === undefined ? "" : (definitions.zones.get(friend.zone)?.name ?? "");
    const text = make("span", "ware-text");
    const about = [friend.level === undefined ? "" : `level ${friend.level}`, profession].filter((part) => part !== "").join(" ");
    text.append(make("strong", "", friend.name), make("span", "soft", [about, friend.online ? zone : "away"].filter((part) => part !== "").join(" · ")));
    const dot = make("span", friend.online ? "dot there" : "dot", friend.online ? "●" : "○");
    dot.title = friend.online ? "In the world" : "Away";
    line.append(dot, text);
    if (friend.online) {
      line.append(
        button("whisper", "Whisper", () => { this.context.whisper(friend.name); }),
        button("", "Invite", () => { actions.partyInvite(friend.name); }),
      );
    }
    const away = button("remove", "×", () => { void this.change((desk) => desk.unfriend(friend.name), "friends"); });
    away.setAttribute("aria-label", `${friend.name} is no friend any more`);
    line.append(away);
    return line;
  }

  private async loadBlocked(): Promise<void> {
    const { desk } = this.context.bridge;
    const found = desk && await this.line.wait(() => desk.blocked());
    if (!found) return;
    this.blockList.replaceChildren(...found.value.map((name) => {
      const line = make("div", "ware person");
      const text = make("span", "ware-text");
      text.append(make("strong", "", name));
      line.append(text, button("unblock", "Unblock", () => { void this.change((desk) => desk.unblock(name), "blocked"); }));
      return line;
    }));
    if (found.value.length === 0) this.blockList.append(make("p", "soft", "Nobody."));
  }

  private async change(act: (desk: NonNullable<Context["bridge"]["desk"]>) => Promise<void>, part: Part): Promise<boolean> {
    const { desk } = this.context.bridge;
    const done = desk && await this.line.wait(() => act(desk));
    if (!done) return false;
    if (this.window.isOpen && this.tabs.chosen === part) this.opened();
    return true;
  }

  /** Somebody is to be a friend, or is not to be heard; also asked for elsewhere. */
  async befriend(name: string): Promise<void> {
    if (await this.change((desk) => desk.befriend(name), "friends")) this.context.say(`${name} is on your list of friends.`);
    else this.complain();
  }

  async block(name: string): Promise<void> {
    if (await this.change((desk) => desk.block(name), "blocked")) this.context.say(`You do not hear ${name} any more.`);
    else this.complain();
  }

  /** Where the window is closed its line is not seen. */
  private complain(): void {
    const { textContent } = this.line.element;
    if (!this.window.isOpen && textContent !== "") this.context.say(textContent);
  }

  private async loadBoard(what?: string): Promise<void> {
    const { desk, state, definitions } = this.context.bridge;
    const { board } = this;
    this.boardDue = performance.now() + BOARD_MILLIS;
    const found = desk && await this.line.wait(() => desk.board(board, PLACES), what);
    if (!found) return;
    this.table.replaceChildren(...found.value.map((place) => this.placeLine(place, state.name, definitions.classes.get(place.class ?? 0)?.name ?? "")));
    if (found.value.length === 0) this.table.append(make("p", "soft", "Nobody is listed yet."));
  }

  private placeLine(place: Place, own: string, profession: string): HTMLElement {
    const line = make("li", place.name === own ? "own" : "");
    line.append(make("span", "board-rank", `${place.rank}`), make("strong", "", place.name), make("span", "soft", profession), make("span", "board-value", grouped(place.value)));
    return line;
  }
}
