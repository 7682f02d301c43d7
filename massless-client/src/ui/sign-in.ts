// Logging in and making an account: the same small form with one field more.

import { fieldOf } from "massless/net/problems";
import { button, make, setHidden, setText } from "./dom";
import { Field } from "./field";
import { emailTrouble, LOGIN_LETTERS_MAX, loginTrouble, PASSWORD_LETTERS_MAX, strengthOf } from "./names";

export type SignInUse = "login" | "register";

export interface SignInEvents {
  login(name: string, password: string): Promise<void>;
  register(name: string, password: string, email: string): Promise<void>;
  /** To the guest's page. */
  guest(): void;
}

/** What a failure says, and its code where it has one. */
export interface Failure {
  readonly sentence: string;
  readonly code: string;
  readonly field: string | undefined;
}

export class SignIn {
  readonly element = make("form", "sign-in title-card");
  private readonly heading = make("h2");
  private readonly name = new Field("login-name", "Login name", { autocomplete: "username", maxLength: LOGIN_LETTERS_MAX });
  private readonly password = new Field("login-password", "Password", { type: "password", autocomplete: "current-password", maxLength: PASSWORD_LETTERS_MAX });
  private readonly email = new Field("login-email", "E-mail address (optional)", { type: "email", autocomplete: "email", hint: "Only to get back in when you forget your password." });
  private readonly meter = make("i", "strength");
  private readonly status = make("p", "title-status");
  private readonly submit = make("button", "primary sign-in-submit");
  private readonly other: HTMLButtonElement;
  private readonly guest: HTMLButtonElement;
  private use: SignInUse = "login";
  private busy = false;

  constructor(private readonly events: SignInEvents, private readonly failureOf: (error: unknown) => Failure) {
    this.other = button("link other-way", "", () => { this.show(this.use === "login" ? "register" : "login"); });
    this.guest = button("link as-guest", "Play as a guest", () => { events.guest(); });
    this.submit.type = "submit";
    this.status.setAttribute("role", "status");
    this.meter.setAttribute("aria-hidden", "true");
    this.password.element.insertBefore(this.meter, this.password.element.lastElementChild);
    const rate = (): void => { this.rate(); };
    this.password.input.addEventListener("input", rate);
    this.name.input.addEventListener("input", rate);
    const ways = make("div", "title-others");
    ways.append(this.other, this.guest);
    this.element.append(this.heading, this.name.element, this.password.element, this.email.element, this.submit, this.status, ways);
    this.element.noValidate = true;
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.show("login");
  }

  /** Whether the server takes guests. */
  set guests(allowed: boolean) {
    setHidden(this.guest, !allowed);
  }

  show(use: SignInUse): void {
    this.use = use;
    const isNew = use === "register";
    setText(this.heading, isNew ? "Create an account" : "Log in");
    setText(this.submit, isNew ? "Create the account" : "Log in");
    setText(this.other, isNew ? "I have an account" : "Create an account");
    setHidden(this.email.element, !isNew);
    setHidden(this.meter, !isNew);
    this.password.input.autocomplete = isNew ? "new-password" : "current-password";
    for (const field of [this.name, this.password, this.email]) field.clear();
    this.say("");
    this.rate();
  }

  focus(): void {
    (this.name.value === "" ? this.name : this.password).input.focus();
  }

  say(text: string, trouble = false): void {
    setText(this.status, text);
    this.status.classList.toggle("trouble", trouble);
  }

  private rate(): void {
    const { grade, sentence } = strengthOf(this.password.value, this.name.value);
    this.meter.dataset["grade"] = this.password.value === "" ? "" : String(grade);
    this.password.hint(this.use === "register" ? sentence : "");
  }

  /** Says at their fields what is wrong before the server is asked. */
  private troubled(): boolean {
    const troubles: (readonly [Field, string | undefined])[] = [[this.name, this.name.value === "" ? "Your login name is missing." : undefined], [this.password, this.password.value === "" ? "Your password is missing." : undefined]];
    if (this.use === "register") {
      const { grade, sentence } = strengthOf(this.password.value, this.name.value);
      troubles.push([this.name, loginTrouble(this.name.value)], [this.password, grade === 0 ? sentence : undefined], [this.email, emailTrouble(this.email.value.trim())]);
    }
    const bad = troubles.filter(([, sentence]) => sentence !== undefined);
    for (const [field, sentence] of bad) field.trouble(sentence ?? "");
    bad[0]?.[0].input.focus();
    return bad.length > 0;
  }

  private async send(): Promise<void> {
    if (this.busy || this.troubled()) return;
    this.busy = true;
    this.submit.disabled = true;
    this.say(this.use === "register" ? "Creating the account …" : "Logging in …");
    try {
      if (this.use === "register") await this.events.register(this.name.value, this.password.value, this.email.value.trim());
      else await this.events.login(this.name.value, this.password.value);
      this.password.value = "";
      this.say("");
    } catch (error) {
      this.failed(this.failureOf(error));
    } finally {
      this.busy = false;
      this.submit.disabled = false;
    }
  }

  private failed({ sentence, code, field: told }: Failure): void {
    this.say("");
    const field = { name: this.name, password: this.password, email: this.email }[told ?? fieldOf(code) ?? ""];
    if (!field) {
      this.say(sentence, true);
      return;
    }
    field.trouble(sentence);
    field.input.focus();
  }
}
