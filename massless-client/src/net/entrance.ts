// The way in: who is logged in, which characters there are, and the ticket that the game asks for.

import type { CharacterEntry } from "massless/core/desk";
import type { CharacterChoice } from "massless/core/world";
import type { TitlePage, TitleEvents } from "../ui/title";
import { Api, ApiError, asRecord, sentenceOf } from "massless/net/api";
import { Characters, RestDesk, type Ticket } from "massless/net/desk";

/** What a server has; older ones say nothing and have guests alone. */
export interface ServerKind {
  readonly accounts: boolean;
  readonly guests: boolean;
}

/** Reads the server's status. Pure. */
export function serverKindFrom(status: unknown): ServerKind {
  const { auth } = asRecord(status);
  if (typeof auth !== "object" || auth === null) return { accounts: false, guests: true };
  const { accounts, guests } = asRecord(auth);
  return { accounts: accounts === true, guests: guests !== false };
}

/** Who was logged in here, so that a reload knows whether to ask; no secret. */
interface Remembered {
  readonly name: string;
  readonly guest: boolean;
}

const KEY = "massless.account";
const CHARACTERS_MAX = 4;

/** Reads what was remembered; nothing out of nonsense. Pure. */
export function rememberedFrom(text: string | null): Remembered | undefined {
  try {
    const { name, guest } = asRecord(JSON.parse(text ?? "null"));
    return typeof name === "string" && typeof guest === "boolean" ? { name, guest } : undefined;
  } catch {
    return undefined;
  }
}

export class Entrance implements TitleEvents {
  readonly characters: Characters;
  readonly desk: RestDesk;
  title: TitlePage | undefined;
  /** The character that plays or played last. */
  playing: CharacterEntry["id"] | undefined;
  private kind: ServerKind = { accounts: false, guests: true };

  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">,
    private readonly join: (choice: CharacterChoice) => void,
    readonly api: Api = new Api(),
  ) {
    this.characters = new Characters(api);
    this.desk = new RestDesk(api, () => this.playing);
  }

  /** The server has accounts: joining takes a ticket. */
  get accounts(): boolean {
    return this.kind.accounts;
  }

  private get remembered(): Remembered | undefined {
    return rememberedFrom(this.storage.getItem(KEY));
  }

  private remember(): void {
    const { account } = this.api;
    try {
      if (account) this.storage.setItem(KEY, JSON.stringify({ name: account.name, guest: account.guest }));
      else this.storage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing asks for the password after a reload.
    }
  }

  /** Asks what the server has, and goes on with the session of before, if there is one. */
  async begin(): Promise<void> {
    this.kind = serverKindFrom(await this.api.open("/status").catch(() => undefined));
    const { title } = this;
    if (!title) return;
    title.accounts = this.kind.accounts;
    title.guests = this.kind.guests;
    if (!this.kind.accounts) return;
    if (!this.kind.guests) title.open("login");
    if (this.remembered && await this.refreshed() && this.api.account?.guest === false) await this.showCharacters();
  }

  /** Takes up the session whose cookie this browser has. */
  private async refreshed(): Promise<boolean> {
    const { remembered } = this;
    if (!remembered) return false;
    this.api.account ??= { id: "", ...remembered };
    try {
      const good = await this.api.refresh();
      this.remember();
      return good;
    } catch (error) {
      this.api.account = undefined;
      console.warn("the session could not be taken up", error);
      return false;
    }
  }

  /** The title is shown again: the characters may be others now. */
  async back(): Promise<void> {
    if (this.api.account?.guest === false) await this.showCharacters();
  }

  private async showCharacters(chosen?: CharacterEntry["id"]): Promise<void> {
    try {
      this.title?.characters(this.api.account?.name ?? "", await this.characters.list(), chosen ?? this.playing);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.title?.open("login");
      this.title?.say(sentenceOf(error), true);
    }
  }

  joinAsGuest(choice: CharacterChoice): void {
    this.playing = undefined;
    this.join(choice);
  }

  play(character: CharacterEntry): void {
    const { name, look, class: characterClass, faction, id } = character;
    this.join({ name, look, class: characterClass, faction, character: id });
  }

  async login(name: string, password: string): Promise<void> {
    await this.api.login(name, password);
    this.remember();
    await this.showCharacters();
  }

  async register(name: string, password: string, email: string): Promise<void> {
    await this.api.register(name, password, email);
    this.remember();
    await this.showCharacters();
  }

  async create(choice: CharacterChoice): Promise<void> {
    const { id } = await this.characters.create(choice);
    await this.showCharacters(id);
  }

  async delete(character: CharacterEntry): Promise<void> {
    await this.characters.delete(character.id);
    await this.showCharacters(character.id);
  }

  async restore(character: CharacterEntry): Promise<void> {
    await this.characters.restore(character.id);
    await this.showCharacters(character.id);
  }

  logout(everywhere: boolean): void {
    void this.api.logout(everywhere).catch((error: unknown) => { console.warn("logging out was not heard", error); });
    this.remember();
    this.playing = undefined;
    this.title?.open(this.kind.guests ? "guest" : "login");
  }

  async changePassword(old: string, next: string): Promise<void> {
    await this.api.changePassword(old, next);
  }

  async exportData(): Promise<string> {
    return JSON.stringify(await this.api.get("/account/export"), undefined, 2);
  }

  async deleteAccount(password: string): Promise<void> {
    await this.api.delete("/account", { password });
    this.logout(false);
    this.title?.say("The account is deleted.");
  }

  /** A ticket into the game for who was chosen; a guest gets an account and a character on the way. */
  async ticket(choice: CharacterChoice): Promise<Ticket> {
    const id = choice.character ?? await this.guestCharacter(choice);
    this.playing = id;
    return this.characters.ticket(id);
  }

  private async guestCharacter(choice: CharacterChoice): Promise<CharacterEntry["id"]> {
    if (!this.api.account && this.remembered?.guest === true) await this.refreshed();
    if (this.api.account?.guest === true) {
      const known = await this.characters.list();
      const same = known.find((each) => each.name === choice.name && each.deletedAt === undefined);
      if (same) return same.id;
      if (known.length >= CHARACTERS_MAX) this.api.forget();
    }
    if (this.api.account?.guest !== true) {
      await this.api.guest();
      this.remember();
    }
    return (await this.characters.create(choice)).id;
  }
}
