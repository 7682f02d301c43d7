// The first page: a name, a look, a side, a class, and in.

import type { CharacterChoice, ClassDefinition, Definitions } from "../core/world";
import { button, make, setText } from "./dom";
import { iconOf } from "./icon";
import { itemDrawing } from "./item-icons";
import { ATTRIBUTE_NAMES } from "./item-text";
import { lookIcon } from "./look-icon";
import { skillsOfClass } from "./skill-book";
import { skillDrawing } from "./skill-icons";
import { natureOf } from "./skill-text";

const NAME_LETTERS_MIN = 3;
const NAME_LETTERS_MAX = 16;
/** Skills shown for a class: those it learns without choosing further. */
const SKILLS_SHOWN = 2;
/** The longest attribute bar. */
const ATTRIBUTE_MOST = 15;

interface Faction {
  readonly id: number;
  readonly name: string;
  readonly colour: string;
  readonly start: string;
  readonly benefit: string;
}

/** The factions of the rules, section 4. */
const FACTIONS: readonly Faction[] = [
  { id: 1, name: "Ember Concord", colour: "#d98c4a", start: "Cinder Vale", benefit: "Smiths ask 5 % less" },
  { id: 2, name: "Tide Assembly", colour: "#4fb3b0", start: "Mistwater Vale", benefit: "Draughts cost 5 % less" },
  { id: 3, name: "Thorn League", colour: "#8fae55", start: "Briar Vale", benefit: "Travel costs 20 % less" },
];

interface Profession {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly weapon: string;
  /** The item whose drawing stands for the class. */
  readonly emblem: number;
  readonly fantasy: string;
}

/** What the definitions do not say of a class: how one thinks of it. */
const PROFESSIONS: readonly Profession[] = [
  { id: 1, name: "Warrior", role: "Close combat, hard to kill", weapon: "Longsword", emblem: 1011, fantasy: "First through the gate, last to fall: steel, nerve and a very large sword." },
  { id: 2, name: "Assassin", role: "Close combat, fast", weapon: "Twin daggers", emblem: 1031, fantasy: "Two blades, one heartbeat, and gone before anyone counts to three." },
  { id: 3, name: "Shaman", role: "Distance and healing", weapon: "Staff", emblem: 1051, fantasy: "The spirits of wind and water answer you, to mend friends and lash foes." },
  { id: 4, name: "Sorcerer", role: "Distance, magic", weapon: "Wand", emblem: 1071, fantasy: "Gloom gathers in your palm; what it touches seldom gets up again." },
];

/** Why a name will not do, as a sentence; `undefined` where the server decides. */
export function nameTrouble(name: string): string | undefined {
  const letters = [...name.normalize("NFC")];
  if (letters.length < NAME_LETTERS_MIN || letters.length > NAME_LETTERS_MAX) {
    return `A name has ${NAME_LETTERS_MIN} to ${NAME_LETTERS_MAX} letters.`;
  }
  return letters.every((letter) => /\p{L}|\p{M}/u.test(letter)) ? undefined : "A name has letters only.";
}

/** The name as it is asked for: first letter upper case. */
export function tidiedName(name: string): string {
  const [first = "", ...rest] = [...name.trim().normalize("NFC")];
  return first.toUpperCase() + rest.join("");
}

/** A row of which one is chosen; arrow keys move the choice. */
class Choice<Value> {
  readonly element: HTMLElement;
  private readonly buttons: HTMLButtonElement[] = [];

  constructor(name: string, label: string, private readonly values: readonly Value[], private readonly onChoose: (value: Value) => void) {
    this.element = make("div", name);
    this.element.setAttribute("role", "radiogroup");
    this.element.setAttribute("aria-label", label);
    this.element.addEventListener("keydown", (event) => { this.key(event); });
  }

  /** One more to choose; in the order of the values. */
  add(className: string, label: string, ...children: Node[]): HTMLButtonElement {
    const value = this.values[this.buttons.length]!;
    const element = button(className, "", () => { this.onChoose(value); });
    element.setAttribute("role", "radio");
    element.setAttribute("aria-label", label);
    element.append(...children);
    this.buttons.push(element);
    this.element.append(element);
    return element;
  }

  show(chosen: Value): void {
    this.values.forEach((value, index) => {
      this.buttons[index]!.setAttribute("aria-checked", String(value === chosen));
      this.buttons[index]!.tabIndex = value === chosen ? 0 : -1;
    });
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = this.buttons.findIndex((each) => each === document.activeElement);
    const next = (at + step + this.values.length) % this.values.length;
    this.onChoose(this.values[next]!);
    this.buttons[next]!.focus();
  }
}

const LOOKS: readonly number[] = Array.from({ length: 16 }, (_, look) => look);

export class TitlePage {
  readonly element = make("section", "title");
  private readonly form = make("form", "title-form");
  private readonly name = make("input", "name-field");
  private readonly status = make("p", "title-status");
  private readonly enter = make("button", "enter", "Enter the vale");
  private readonly preview = make("div", "preview");
  private readonly detail = make("div", "class-detail");
  private readonly looks: Choice<number>;
  private readonly factions: Choice<Faction>;
  private readonly classes: Choice<Profession>;
  private look: number;
  private faction: Faction;
  private profession: Profession;
  private known: Definitions | undefined;

  constructor(
    initial: CharacterChoice,
    private readonly onJoin: (choice: CharacterChoice) => void,
  ) {
    this.look = initial.look;
    this.faction = FACTIONS.find((faction) => faction.id === initial.faction) ?? FACTIONS[0]!;
    this.profession = PROFESSIONS.find((profession) => profession.id === initial.class) ?? PROFESSIONS[0]!;
    this.looks = new Choice("looks", "Your look", LOOKS, (chosen) => { this.look = chosen; this.refresh(); });
    this.factions = new Choice("factions", "Your faction", FACTIONS, (chosen) => { this.faction = chosen; this.refresh(); });
    this.classes = new Choice("classes", "Your class", PROFESSIONS, (chosen) => { this.profession = chosen; this.refresh(); });
    this.fillChoices();
    this.nameField(initial.name);
    this.assemble();
    this.refresh();
  }

  private fillChoices(): void {
    for (const look of LOOKS) this.looks.add("look", `Look ${look + 1}`, lookIcon(look));
    for (const faction of FACTIONS) {
      const card = this.factions.add("faction-card", faction.name, make("strong", "", faction.name), make("span", "", faction.start), make("span", "soft", faction.benefit));
      card.style.setProperty("--faction", faction.colour);
      card.dataset["faction"] = String(faction.id);
    }
    for (const profession of PROFESSIONS) {
      const card = this.classes.add("class-card", profession.name, iconOf(itemDrawing(profession.emblem)), make("strong", "", profession.name));
      card.dataset["class"] = String(profession.id);
    }
  }

  private nameField(name: string): void {
    this.name.value = name;
    this.name.maxLength = NAME_LETTERS_MAX;
    this.name.placeholder = "Your name";
    this.name.autocomplete = "off";
    this.name.spellcheck = false;
    this.name.setAttribute("aria-label", "Your name");
    this.name.setAttribute("aria-describedby", "title-status");
    this.name.id = "name";
    this.name.addEventListener("input", () => { if (this.status.classList.contains("trouble")) this.say(""); });
  }

  private assemble(): void {
    const heading = make("header", "title-heading");
    heading.append(make("h1", "", "Massless"), make("p", "subtitle", "Three valleys, one world, everybody in it."));
    this.enter.type = "submit";
    this.status.id = "title-status";
    this.status.setAttribute("role", "status");
    const self = make("div", "title-self");
    self.append(this.preview, this.name, this.looks.element, this.enter, this.status);
    const kind = make("div", "title-kind");
    kind.append(make("h2", "", "Faction"), this.factions.element, make("h2", "", "Class"), this.classes.element, this.detail);
    this.form.append(self, kind);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element.append(heading, this.form, make("p", "title-foot", "Everything you see is simulated on the server and in your browser by the same code."));
  }

  /** What the content says of classes and skills; until it is known only names are shown. */
  set definitions(definitions: Definitions) {
    this.known = definitions;
    this.refresh();
  }

  private refresh(): void {
    this.looks.show(this.look);
    this.factions.show(this.faction);
    this.classes.show(this.profession);
    this.element.style.setProperty("--faction", this.faction.colour);
    this.preview.replaceChildren(lookIcon(this.look), iconOf(itemDrawing(this.profession.emblem)));
    const about = make("p", "class-role");
    about.append(make("strong", "", this.profession.role), make("span", "soft", ` · ${this.profession.weapon}`));
    this.detail.replaceChildren(make("p", "class-fantasy", this.profession.fantasy), about, ...this.numbers());
  }

  private numbers(): HTMLElement[] {
    const definition: ClassDefinition | undefined = this.known?.classes.get(this.profession.id);
    if (!this.known || !definition) return [];
    const attributes = make("dl", "class-attributes");
    definition.attributes.forEach((value, index) => {
      const bar = make("i");
      bar.style.setProperty("--share", String(Math.min(value / ATTRIBUTE_MOST, 1)));
      const cell = make("dd", "", String(value));
      cell.append(bar);
      attributes.append(make("dt", "", ATTRIBUTE_NAMES[index]), cell);
    });
    const skills = make("div", "class-skills");
    for (const skill of skillsOfClass(this.known.skills, this.profession.id).slice(0, SKILLS_SHOWN)) {
      const line = make("div", "class-skill");
      const text = make("span");
      text.append(make("strong", "", skill.name), make("span", "soft", skill.level > 1 ? ` from level ${skill.level}. ` : ". "), document.createTextNode(skill.description));
      line.append(iconOf(skillDrawing(skill.id, natureOf(skill))), text);
      skills.append(line);
    }
    return [attributes, skills];
  }

  private submit(): void {
    const name = tidiedName(this.name.value);
    const trouble = nameTrouble(name);
    if (trouble !== undefined) {
      this.say(trouble, true);
      this.name.focus();
      return;
    }
    this.name.value = name;
    this.onJoin({ name, look: this.look, class: this.profession.id, faction: this.faction.id });
  }

  /** A line under the button; trouble is coloured. */
  say(text: string, trouble = false): void {
    setText(this.status, text);
    this.status.classList.toggle("trouble", trouble);
    this.name.setAttribute("aria-invalid", String(trouble && text.startsWith("A name")));
  }

  /** Whether one may enter now. */
  set ready(ready: boolean) {
    this.enter.disabled = !ready;
  }

  show(visible: boolean): void {
    this.element.hidden = !visible;
    if (visible) this.name.focus();
    else this.name.blur();
  }
}
