// Below the characters: who is logged in, logging out, another password, one's own data.

import { button, make, setHidden, setText } from "./dom";
import { Field } from "./field";
import { PASSWORD_LETTERS_MAX, strengthOf } from "./names";

export interface AccountEvents {
  logout(everywhere: boolean): void;
  changePassword(old: string, next: string): Promise<void>;
  /** All that the server keeps of the account, as text. */
  exportData(): Promise<string>;
  deleteAccount(password: string): Promise<void>;
}

const EXPORT_FILE = "massless-account.json";

/** Gives a text to the browser as a file. */
function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = make("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => { URL.revokeObjectURL(address); }, 10_000);
}

export class AccountPart {
  readonly element = make("div", "account-part");
  private readonly account = make("p", "account-line soft");
  private readonly passwordForm = make("form", "password-form");
  private readonly oldPassword = new Field("old-password", "Password now", { type: "password", autocomplete: "current-password", maxLength: PASSWORD_LETTERS_MAX });
  private readonly newPassword = new Field("new-password", "New password", { type: "password", autocomplete: "new-password", maxLength: PASSWORD_LETTERS_MAX });
  private readonly data = make("form", "password-form");
  private readonly lastPassword = new Field("last-password", "Password, to delete the account", { type: "password", autocomplete: "current-password", maxLength: PASSWORD_LETTERS_MAX });

  constructor(private readonly events: AccountEvents, private readonly sentenceOf: (error: unknown) => string, private readonly say: (text: string, trouble?: boolean) => void) {
    const row = make("footer", "account-row");
    row.append(
      this.account,
      button("link change-password", "Change the password", () => { this.toggle(this.passwordForm, this.oldPassword); }),
      button("link my-data", "My data", () => { this.toggle(this.data, this.lastPassword); }),
      button("link logout", "Log out", () => { events.logout(false); }),
      button("link logout-everywhere", "Log out everywhere", () => { events.logout(true); }),
    );
    this.assemble();
    this.element.append(row, this.passwordForm, this.data);
  }

  private assemble(): void {
    const change = make("button", "", "Change");
    change.type = "submit";
    this.newPassword.input.addEventListener("input", () => { this.newPassword.hint(strengthOf(this.newPassword.value, "").sentence); });
    this.passwordForm.append(this.oldPassword.element, this.newPassword.element, change);
    this.passwordForm.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.changePassword();
    });
    const forget = make("button", "danger delete-account", "Delete the account");
    forget.type = "submit";
    this.data.append(button("save-data", "Save a copy of my data", () => { void this.save(); }), this.lastPassword.element, forget);
    this.data.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.forget();
    });
    this.passwordForm.hidden = true;
    this.data.hidden = true;
  }

  /** Who it is. */
  show(name: string): void {
    setText(this.account, name === "" ? "Logged in" : `Logged in as ${name}`);
  }

  private toggle(form: HTMLFormElement, first: Field): void {
    const opens = form.hidden;
    setHidden(this.passwordForm, true);
    setHidden(this.data, true);
    setHidden(form, !opens);
    if (opens) first.input.focus();
  }

  private async changePassword(): Promise<void> {
    const { grade, sentence } = strengthOf(this.newPassword.value, "");
    if (grade === 0) {
      this.newPassword.trouble(sentence);
      return;
    }
    try {
      await this.events.changePassword(this.oldPassword.value, this.newPassword.value);
      this.passwordForm.hidden = true;
      this.oldPassword.value = "";
      this.newPassword.value = "";
      this.say("The password is changed. All other log-ins have ended.");
    } catch (error) {
      this.oldPassword.trouble(this.sentenceOf(error));
    }
  }

  private async save(): Promise<void> {
    try {
      save(await this.events.exportData(), EXPORT_FILE);
    } catch (error) {
      this.say(this.sentenceOf(error), true);
    }
  }

  private async forget(): Promise<void> {
    if (this.lastPassword.value === "") {
      this.lastPassword.trouble("Your password is missing.");
      return;
    }
    try {
      await this.events.deleteAccount(this.lastPassword.value);
      this.lastPassword.value = "";
      this.data.hidden = true;
    } catch (error) {
      this.lastPassword.trouble(this.sentenceOf(error));
    }
  }
}
