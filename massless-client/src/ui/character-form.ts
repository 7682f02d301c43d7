// Who one wants to be: a name, a look, a side, a class. A guest's first page, and a new character's.

import type { CharacterChoice, ClassDefinition, Definitions } from "massless/core/world";
import { Choice } from "./choice";
import { button, make, setHidden, setText } from "./dom";
import { type Faction, factionOf, FACTIONS, type Profession, professionOf, PROFESSIONS } from "./factions";
import { iconOf } from "./icon";
import { itemDrawing } from "./item-icons";
import { ATTRIBUTE_NAMES } from "./item-text";
import { lookIcon } from "./look-icon";
import { NAME_LETTERS_MAX, nameTrouble, tidiedName } from "./names";
import { skillsOfClass } from "./skill-book";
import { skillDrawing } from "./skill-icons";
import { natureOf } from "./skill-text";

/** Skills shown for a class: those it learns without choosing further. */
const SKILLS_SHOWN = 2;
/** The longest attribute bar. */
const ATTRIBUTE_MOST = 15;
const LOOKS: readonly number[] = Array.from({ length: 16 }, (_, look) => look);

/** Whose first step it is. */
export type FormUse = "guest" | "new";

export class CharacterForm {
  readonly element = make("form", "title-form");
  /** A place under the button for other ways in. */
  readonly others = make("div", "title-others");
  private readonly name = make("input", "name-field");
  private readonly status = make("p", "title-status");
  private readonly enter = make("button", "enter", "Enter the vale");
  private readonly back: HTMLButtonElement;
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
    private readonly onChosen: (choice: CharacterChoice) => void,
    onBack: () => void,
  ) {
    this.look = initial.look;
    this.faction = factionOf(initial.faction);
    this.profession = professionOf(initial.class);
    this.looks = new Choice("looks", "Your look", LOOKS, (chosen) => { this.look = chosen; this.refresh(); });
    this.factions = new Choice("factions", "Your faction", FACTIONS, (chosen) => { this.faction = chosen; this.refresh(); });
    this.classes = new Choice("classes", "Your class", PROFESSIONS, (chosen) => { this.profession = chosen; this.refresh(); });
    this.back = button("title-back", "Back", onBack);
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
    this.enter.type = "submit";
    this.status.id = "title-status";
    this.status.setAttribute("role", "status");
    const self = make("div", "title-self");
    const enter = make("div", "enter-row");
    enter.append(this.back, this.enter);
    self.append(this.preview, this.name, this.looks.element, enter, this.status, this.others);
    const kind = make("div", "title-kind");
    kind.append(make("h2", "", "Faction"), this.factions.element, make("h2", "", "Class"), this.classes.element, this.detail);
    this.element.append(self, kind);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  /** A guest goes right in; a new character is made first. */
  set use(use: FormUse) {
    setText(this.enter, use === "guest" ? "Enter the vale" : "Create");
    setHidden(this.back, use === "guest");
    setHidden(this.others, use === "new");
    this.say("");
    if (use === "new") this.name.value = "";
  }

  /** What the content says of classes and skills; until it is known only names are shown. */
  set definitions(definitions: Definitions) {
    this.known = definitions;
    this.refresh();
  }

  /** Whether one may enter now. */
  set ready(ready: boolean) {
    this.enter.disabled = !ready;
  }

  focus(): void {
    this.name.focus();
  }

  blur(): void {
    this.name.blur();
  }

  /** A line under the button; trouble is coloured, and may be the name's. */
  say(text: string, trouble = false, ofName = false): void {
    setText(this.status, text);
    this.status.classList.toggle("trouble", trouble);
    this.name.setAttribute("aria-invalid", String(trouble && ofName));
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
      this.say(trouble, true, true);
      this.name.focus();
      return;
    }
    this.name.value = name;
    this.onChosen({ name, look: this.look, class: this.profession.id, faction: this.faction.id });
  }
}
