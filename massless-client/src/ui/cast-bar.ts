// A bar that fills while something is cast, or empties while it is channelled.

import type { CastState, Definitions } from "massless/core/world";
import { make, setHidden, setText, setVariable } from "./dom";
import { iconOf } from "./icon";
import { share, trimmed } from "./numbers";
import { skillDrawing } from "./skill-icons";
import { natureOf } from "./skill-text";
import { TICKS_PER_SECOND } from "massless/core/world";

/** How full the bar is and the seconds left. Pure. */
export function castProgress(cast: CastState, now: number, isChannel: boolean): { readonly share: number; readonly seconds: number } {
  const done = share(now - cast.began, cast.ends - cast.began);
  return { share: isChannel ? 1 - done : done, seconds: Math.max(0, cast.ends - now) / TICKS_PER_SECOND };
}

export class CastBar {
  readonly element = make("div", "cast-bar");
  private readonly icon = make("span", "cast-icon");
  private readonly name = make("span", "cast-name");
  private readonly time = make("span", "cast-time");
  private skill = 0;
  private brokenUntil = 0;

  constructor(name: string, private readonly definitions: Definitions) {
    this.element.classList.add(name);
    this.element.hidden = true;
    this.element.append(make("i"), this.icon, this.name, this.time);
  }

  /** It was broken off: shown for a moment. */
  broken(millis: number): void {
    if (this.element.hidden) return;
    this.brokenUntil = millis + 600;
    this.element.classList.add("broken");
    setText(this.time, "interrupted");
  }

  update(cast: CastState | undefined, now: number, millis = performance.now()): void {
    if (!cast || cast.ends <= now) {
      if (millis >= this.brokenUntil) this.hide();
      return;
    }
    const skill = this.definitions.skills.get(cast.skill);
    if (this.skill !== cast.skill) {
      this.skill = cast.skill;
      setText(this.name, skill?.name ?? "");
      this.icon.replaceChildren(iconOf(skillDrawing(cast.skill, skill ? natureOf(skill) : "blow")));
    }
    this.brokenUntil = 0;
    this.element.classList.remove("broken");
    const progress = castProgress(cast, now, skill?.timing.type === "channel");
    setVariable(this.element, "--share", progress.share.toFixed(3));
    setText(this.time, `${trimmed(progress.seconds)} s`);
    setHidden(this.element, false);
  }

  private hide(): void {
    this.skill = 0;
    this.element.classList.remove("broken");
    setHidden(this.element, true);
  }
}
