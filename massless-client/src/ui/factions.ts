// What the definitions do not say of factions and classes: how one thinks of them.

export interface Faction {
  readonly id: number;
  readonly name: string;
  readonly colour: string;
  readonly start: string;
  readonly benefit: string;
}

/** The factions of the rules, section 4. */
export const FACTIONS: readonly Faction[] = [
  { id: 1, name: "Ember Concord", colour: "#d98c4a", start: "Cinder Vale", benefit: "Smiths ask 5 % less" },
  { id: 2, name: "Tide Assembly", colour: "#4fb3b0", start: "Mistwater Vale", benefit: "Draughts cost 5 % less" },
  { id: 3, name: "Thorn League", colour: "#8fae55", start: "Briar Vale", benefit: "Travel costs 20 % less" },
];

export interface Profession {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly weapon: string;
  /** The item whose drawing stands for the class. */
  readonly emblem: number;
  readonly fantasy: string;
}

export const PROFESSIONS: readonly Profession[] = [
  { id: 1, name: "Warrior", role: "Close combat, hard to kill", weapon: "Longsword", emblem: 1011, fantasy: "First through the gate, last to fall: steel, nerve and a very large sword." },
  { id: 2, name: "Assassin", role: "Close combat, fast", weapon: "Twin daggers", emblem: 1031, fantasy: "Two blades, one heartbeat, and gone before anyone counts to three." },
  { id: 3, name: "Shaman", role: "Distance and healing", weapon: "Staff", emblem: 1051, fantasy: "The spirits of wind and water answer you, to mend friends and lash foes." },
  { id: 4, name: "Sorcerer", role: "Distance, magic", weapon: "Wand", emblem: 1071, fantasy: "Gloom gathers in your palm; what it touches seldom gets up again." },
];

export function factionOf(id: number): Faction {
  return FACTIONS.find((faction) => faction.id === id) ?? FACTIONS[0]!;
}

export function professionOf(id: number): Profession {
  return PROFESSIONS.find((profession) => profession.id === id) ?? PROFESSIONS[0]!;
}
