// The place in the world that this tab may take up again: kept over a reload, by this tab alone.

import type { CharacterChoice } from "../core/world";

/** Who plays, and the server's token of the session. */
export interface Place extends CharacterChoice {
  readonly token: string;
}

const KEY = "massless.place";

/** The place in stored text; `undefined` for anything else. */
export function placeFrom(text: string | null): Place | undefined {
  try {
    const { name, look, token, class: characterClass = 1, faction = 1, character } = (JSON.parse(text ?? "null") ?? {}) as Record<string, unknown>;
    const numbers = [look, characterClass, faction];
    if (typeof name === "string" && typeof token === "string" && numbers.every((number) => typeof number === "number")) {
      const whose = typeof character === "number" || typeof character === "string" ? { character } : {};
      return { name, look: numbers[0]!, class: numbers[1]!, faction: numbers[2]!, token, ...whose };
    }
  } catch {
    // Unreadable is as good as none.
  }
  return undefined;
}

export class PlaceStore {
  private place: Place | undefined;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
    this.place = placeFrom(storage.getItem(KEY));
  }

  get current(): Place | undefined {
    return this.place;
  }

  keep(place: Place): void {
    this.place = place;
    try {
      this.storage.setItem(KEY, JSON.stringify(place));
    } catch {
      // A browser that keeps nothing still plays; only a reload loses the place.
    }
  }

  forget(): void {
    this.place = undefined;
    this.storage.removeItem(KEY);
  }
}
