// Upper middle: the chosen target, how dangerous it is, what it does and to whom.

import { type FigureState, Kind, Pose, type WorldState } from "massless/core/world";
import { CastBar } from "./cast-bar";
import type { Context } from "./context";
import { button, make, Meter, setHidden, setText } from "./dom";
import { EffectsRow } from "./effects-row";
import { dangerOf, metres } from "./numbers";

const REGARDS = ["hostile", "neutral", "friendly"] as const;

export class TargetFrame {
  readonly element = make("section", "target-frame panel");
  private readonly level = make("span", "target-level");
  private readonly name = make("strong", "target-name");
  private readonly role = make("span", "target-role");
  private readonly health = new Meter("health", "Hit points of the target");
  private readonly cast: CastBar;
  private readonly effects: EffectsRow;
  private readonly victim: HTMLButtonElement;
  private readonly more: HTMLButtonElement;
  private target: FigureState | undefined;

  constructor(private readonly context: Context) {
    this.element.setAttribute("aria-label", "Target");
    this.element.hidden = true;
    this.cast = new CastBar("target-cast", context.bridge.definitions);
    this.effects = new EffectsRow(context);
    const head = make("div", "target-head");
    head.append(this.level, this.name, this.role);
    this.victim = button("target-victim", "", () => {
      if (this.target?.target !== undefined) context.bridge.actions.setTarget(this.target.target);
    });
    this.victim.title = "Choose this one";
    const clear = button("target-clear", "×", () => { context.bridge.actions.setTarget(undefined); });
    clear.setAttribute("aria-label", "No target");
    this.more = button("target-more", "⋯", () => {
      const box = this.more.getBoundingClientRect();
      this.menu(box.left, box.bottom);
    });
    this.more.setAttribute("aria-label", "What to do with this player");
    head.append(this.more);
    this.element.append(head, clear, this.health.element, this.cast.element, this.effects.element, this.victim);
    this.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      this.menu(event.clientX, event.clientY);
    });
  }

  /** Its cast was broken. */
  castBroken(actor: number): void {
    if (this.target?.actor === actor) this.cast.broken(performance.now());
  }

  update(state: WorldState): void {
    const { target } = state;
    this.target = target;
    setHidden(this.element, !target);
    if (!target) return;
    for (const regard of REGARDS) this.element.classList.toggle(regard, regard === target.regard);
    this.element.classList.toggle("elite", target.elite);
    const danger = dangerOf(state.sheet?.level ?? target.level, target.level);
    const levelClass = `target-level ${target.regard === "friendly" ? "friend" : danger}`;
    if (this.level.className !== levelClass) this.level.className = levelClass;
    setText(this.level, target.kind === Kind.Npc && target.regard !== "hostile" ? "" : String(target.level));
    setText(this.name, target.name);
    setText(this.role, this.roleOf(target));
    setHidden(this.more, !this.isOther(target));
    const dead = target.pose === Pose.Dead;
    this.health.show(dead ? 0 : target.health, dead ? "dead" : `${Math.ceil(target.health * 100)} %  ·  ${metres(target.distance)}`);
    this.cast.update(target.cast, state.now);
    this.effects.update(target.effects, state.now);
    const onYou = target.target !== undefined && target.target === state.own?.actor;
    setHidden(this.victim, target.target === undefined || target.targetName === "");
    setText(this.victim, onYou ? "attacks you" : `attacks ${target.targetName}`);
    this.victim.classList.toggle("on-you", onYou);
  }

  private roleOf(target: FigureState): string {
    if (target.kind === Kind.Character) return this.context.bridge.definitions.classes.get(target.class)?.name ?? "";
    return target.elite ? "Elite" : "";
  }

  /** Another player. */
  private isOther(target: FigureState): boolean {
    return target.kind === Kind.Character && target.actor !== this.context.bridge.state.own?.actor;
  }

  private menu(x: number, y: number): void {
    const { target, context } = this;
    if (!target || !this.isOther(target)) return;
    const { name, actor } = target;
    const { actions } = context.bridge;
    context.menu.open(x, y, name, [
      { label: "Trade", act: () => { actions.tradeRequest(actor); context.toast(`You ask ${name} for a trade.`); } },
      { label: "Whisper", act: () => { context.whisper(name); } },
      { label: "Invite into a party", act: () => { actions.partyInvite(name); } },
      { label: "Add to the friends", act: () => { context.befriend(name); } },
      { label: "Do not hear any more", act: () => { context.block(name); } },
    ]);
  }
}
