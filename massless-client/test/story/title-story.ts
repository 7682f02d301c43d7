// The title with a made-up account.

import { ApiError, sentenceOf } from "massless/net/api";
import type { CharacterEntry } from "massless/core/desk";
import { TitlePage } from "../../src/ui/title";
import { definitions } from "./fixture";

const DAY = 86_400_000;

export const characters: CharacterEntry[] = [
  { id: 1, name: "Mira", class: 1, faction: 1, look: 6, level: 12, zone: 10, lastPlayedAt: Date.now() - 3 * 3_600_000, deletedAt: undefined },
  { id: 2, name: "Maximilianus", class: 3, faction: 2, look: 3, level: 4, zone: 1, lastPlayedAt: Date.now() - 9 * DAY, deletedAt: undefined },
  { id: 3, name: "O'Hara", class: 4, faction: 3, look: 11, level: 1, zone: 1, lastPlayedAt: undefined, deletedAt: Date.now() - 5 * DAY },
];

/** A title whose server takes one password only. */
export function titlePage(): TitlePage {
  const enter = async (name: string, password: string): Promise<void> => {
    await Promise.resolve();
    if (name === "taken") throw new ApiError("name-taken", 409);
    if (password !== "correct horse battery") throw new ApiError("login-refused", 401);
    title.characters(name, characters);
  };
  const nothing = async (): Promise<void> => { await Promise.resolve(); };
  const title = new TitlePage(
    { name: "Mira", look: 6, class: 2, faction: 2 },
    {
      joinAsGuest: (choice) => { console.info(choice); },
      login: enter,
      register: enter,
      create: async ({ name }) => { await nothing(); if (name === "Mira") throw new ApiError("name-taken", 409); },
      play: (character) => { console.info(character); },
      delete: nothing,
      restore: nothing,
      exportData: () => Promise.resolve("{}"),
      deleteAccount: nothing,
      logout: () => { title.open("login"); },
      changePassword: async () => { await nothing(); throw new ApiError("password-refused", 403); },
    },
    (error) => ({ sentence: sentenceOf(error), code: error instanceof ApiError ? error.code : "", field: undefined }),
  );
  title.definitions = definitions;
  title.accounts = true;
  title.guests = true;
  return title;
}
