// The trainer: higher ranks of the skills one has, and spent points taken back.

import type { NpcDefinition, Sheet, SkillDefinition, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { button, make, setText } from "./dom";
import { RANK_MAX, rankBp, rankMana, rankNeeds, rankOf, resetPrice } from "./economy";
import { iconOf } from "./icon";
import { grouped, percent } from "./numbers";
import { skillsOfClass } from "./skill-book";
import { skillDrawing } from "./skill-icons";
import { natureOf, skillTooltip } from "./skill-text";
import { GameWindow } from "./window";

/** What a rank changes of a skill: "Damage 150 % → 154.5 %", "8 → 9 mana". Pure. */
export function rankGain(skill: SkillDefinition, rank: number): string[] {
  const lines: string[] = [];
  for (const outcome of skill.outcomes) {
    if (!("bp" in outcome) || outcome.bp === 0) continue;
    const label = outcome.type === "heal" ? "Healing" : outcome.type === "damage" ? "Damage" : "Effect";
    lines.push(`${label} ${percent(rankBp(outcome.bp, rank))} → ${percent(rankBp(outcome.bp, rank + 1))}`);
  }
  const [now, next] = [rankMana(skill.mana, rank), rankMana(skill.mana, rank + 1)];
  if (next !== now) lines.push(`mana ${now} → ${next}`);
  return lines;
}

export class Trainer {
  readonly window = new GameWindow("trainer", "Trainer", "left");
  private readonly list = make("div", "wares");
  private readonly coin = make("span", "coin");
  private readonly reset: HTMLButtonElement;
  private sheet: Sheet | undefined;
  private waiting: ReadonlySet<string> | undefined;

  constructor(private readonly context: Context) {
    this.reset = button("reset-points", "", () => { this.askReset(); });
    const foot = make("footer", "bag-foot");
    foot.append(this.reset, this.coin);
    this.window.body.append(this.list, foot);
  }

  open(npc: NpcDefinition): void {
    this.window.title = npc.name;
    this.sheet = undefined;
    this.window.open();
  }

  private askReset(): void {
    const { sheet, context } = this;
    if (!sheet) return;
    const price = resetPrice(context.bridge.definitions.services, sheet);
    const spent = sheet.spent.reduce((sum, points) => sum + points, 0);
    const title = `Take all ${spent} spent points back ${price === 0 ? "for nothing, this once" : `for ${grouped(price)} coin`}?`;
    context.ask.open({ title, max: 1, confirm: "Take them back" }, () => { context.bridge.actions.resetPoints(); });
  }

  update(state: WorldState): void {
    const { sheet, waiting } = state;
    if (!this.window.isOpen || !sheet || (sheet === this.sheet && waiting === this.waiting)) return;
    this.sheet = sheet;
    this.waiting = waiting;
    const held = this.list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["learn"] : undefined;
    const skills = skillsOfClass(this.context.bridge.definitions.skills, sheet.class);
    this.list.replaceChildren(...skills.map((skill) => this.line(skill, sheet, waiting.has("@trainer"))));
    if (held !== undefined) this.list.querySelector<HTMLElement>(`[data-learn="${held}"]`)?.focus();
    setText(this.coin, `${grouped(sheet.coin)} coin`);
    const spent = sheet.spent.some((points) => points > 0);
    const price = resetPrice(this.context.bridge.definitions.services, sheet);
    setText(this.reset, `Take spent points back (${price === 0 ? "free once" : `${grouped(price)} coin`})`);
    this.reset.disabled = !spent || sheet.coin < price || waiting.has("@trainer");
  }

  private line(skill: SkillDefinition, sheet: Sheet, busy: boolean): HTMLElement {
    const { context } = this;
    const line = make("div", "ware");
    line.dataset["skill"] = String(skill.id);
    const icon = make("span", "ware-icon");
    icon.append(iconOf(skillDrawing(skill.id, natureOf(skill))));
    const text = make("span", "ware-text");
    line.append(icon, text);
    context.tooltip.attach(line, () => skillTooltip(skill, context.bridge.definitions, this.sheet));
    if (sheet.level < skill.level) {
      text.append(make("strong", "", skill.name), make("span", "soft", `learned at level ${skill.level}`));
      line.classList.add("dear");
      return line;
    }
    const rank = rankOf(sheet, skill.id);
    text.append(make("strong", "", `${skill.name}, rank ${rank}`));
    if (rank >= RANK_MAX) {
      text.append(make("span", "good", "the highest rank"));
      return line;
    }
    const { level, coin } = rankNeeds(context.bridge.definitions.services, skill, rank + 1);
    text.append(make("span", "soft", rankGain(skill, rank).join(" · ")));
    if (sheet.level < level) text.append(make("span", "bad", `rank ${rank + 1} from level ${level}`));
    const learn = button("learn", `Rank ${rank + 1}`, () => { context.bridge.actions.learnRank(skill.id); });
    learn.dataset["learn"] = String(skill.id);
    learn.setAttribute("aria-label", `Learn rank ${rank + 1} of ${skill.name} for ${coin} coin`);
    learn.disabled = busy || sheet.level < level || sheet.coin < coin;
    line.classList.toggle("dear", sheet.level < level || sheet.coin < coin);
    line.append(make("span", "price", grouped(coin)), learn);
    return line;
  }
}
