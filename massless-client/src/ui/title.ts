// The first page: log in or be a guest, choose or make a character, and in.

import type { CharacterEntry } from "massless/core/desk";
import type { CharacterChoice, Definitions } from "massless/core/world";
import type { AccountEvents } from "./account-part";
import { CharacterForm } from "./character-form";
import { CharacterList, type CharacterListEvents } from "./character-list";
import { button, make, setHidden } from "./dom";
import { type Failure, SignIn, type SignInUse } from "./sign-in";

/** What the page asks for; what fails is thrown and said where it belongs. */
export interface TitleEvents extends AccountEvents {
  joinAsGuest(choice: CharacterChoice): void;
  login(name: string, password: string): Promise<void>;
  register(name: string, password: string, email: string): Promise<void>;
  create(choice: CharacterChoice): Promise<void>;
  play(character: CharacterEntry): void;
  delete(character: CharacterEntry): Promise<void>;
  restore(character: CharacterEntry): Promise<void>;
}

/** What may be open: a guest's form, logging in, the characters, and making one. */
export type TitleView = "guest" | SignInUse | "characters" | "create";

export class TitlePage {
  readonly element = make("section", "title");
  private readonly form: CharacterForm;
  private readonly signIn: SignIn;
  private readonly list: CharacterList;
  private view: TitleView = "guest";

  constructor(
    initial: CharacterChoice,
    private readonly events: TitleEvents,
    private readonly failureOf: (error: unknown) => Failure,
  ) {
    this.form = new CharacterForm(initial, (choice) => { void this.chosen(choice); }, () => { this.open("characters"); });
    this.signIn = new SignIn({
      login: (name, password) => events.login(name, password),
      register: (name, password, email) => events.register(name, password, email),
      guest: () => { this.open("guest"); },
    }, failureOf);
    const listEvents: CharacterListEvents = {
      play: (character) => { events.play(character); },
      create: () => { this.open("create"); },
      delete: (character) => events.delete(character),
      restore: (character) => events.restore(character),
      logout: (everywhere) => { events.logout(everywhere); },
      changePassword: (old, next) => events.changePassword(old, next),
      exportData: () => events.exportData(),
      deleteAccount: (password) => events.deleteAccount(password),
    };
    this.list = new CharacterList(listEvents, (error) => failureOf(error).sentence);
    this.form.others.append(
      button("link to-login", "Log in", () => { this.open("login"); }),
      button("link to-register", "Create an account", () => { this.open("register"); }),
    );
    const heading = make("header", "title-heading");
    heading.append(make("h1", "", "Massless"), make("p", "subtitle", "Three valleys, one world, everybody in it."));
    this.element.append(
      heading, this.form.element, this.signIn.element, this.list.element,
      make("p", "title-foot", "Everything you see is simulated on the server and in your browser by the same code."),
    );
    this.accounts = false;
    this.open("guest");
  }

  /** Whether the server has accounts. */
  set accounts(has: boolean) {
    for (const way of this.form.others.children) (way as HTMLElement).hidden = !has;
  }

  /** Whether the server takes guests. */
  set guests(allowed: boolean) {
    this.signIn.guests = allowed;
  }

  /** What the content says of classes, skills and zones; until it is known only names are shown. */
  set definitions(definitions: Definitions) {
    this.form.definitions = definitions;
    this.list.definitions = definitions;
  }

  /** Shows one of its pages. */
  open(view: TitleView): void {
    this.view = view;
    setHidden(this.form.element, view !== "guest" && view !== "create");
    setHidden(this.signIn.element, view !== "login" && view !== "register");
    setHidden(this.list.element, view !== "characters");
    if (view === "guest") this.form.use = "guest";
    else if (view === "create") this.form.use = "new";
    else if (view !== "characters") this.signIn.show(view);
    if (!this.element.hidden) this.focus();
  }

  get opened(): TitleView {
    return this.view;
  }

  /** The characters of who is logged in; opens their page. */
  characters(account: string, characters: readonly CharacterEntry[], chosen?: CharacterEntry["id"]): void {
    this.list.show(account, characters, chosen);
    this.open(characters.length === 0 ? "create" : "characters");
  }

  private async chosen(choice: CharacterChoice): Promise<void> {
    if (this.view === "guest") {
      this.events.joinAsGuest(choice);
      return;
    }
    this.form.ready = false;
    this.form.say("A moment …");
    try {
      await this.events.create(choice);
      this.form.say("");
    } catch (error) {
      const { sentence, code } = this.failureOf(error);
      this.form.say(sentence, true, /name/.test(code));
    } finally {
      this.form.ready = true;
    }
  }

  /** A line of the page that is open; trouble is coloured. */
  say(text: string, trouble = false, ofName = false): void {
    const part = this.view === "characters" ? this.list : this.view === "login" || this.view === "register" ? this.signIn : undefined;
    if (part) part.say(text, trouble);
    else this.form.say(text, trouble, ofName || /^(A|This) name/.test(text));
  }

  /** Whether one may enter now. */
  set ready(ready: boolean) {
    this.form.ready = ready;
    this.list.ready = ready;
  }

  show(visible: boolean): void {
    this.element.hidden = !visible;
    if (visible) this.focus();
    else if (document.activeElement instanceof HTMLElement && this.element.contains(document.activeElement)) document.activeElement.blur();
  }

  private focus(): void {
    if (this.view === "guest" || this.view === "create") this.form.focus();
    else if (this.view === "characters") this.list.focus();
    else this.signIn.focus();
  }
}
