// On the left: the others of the party, how they fare and where they are.

import type { Party, PartyMember, WorldState } from "massless/core/world";
import type { Context } from "./context";
import { make, Meter, setHidden, setText } from "./dom";
import type { MenuEntry } from "./menu";

class MemberFrame {
  readonly element = make("button", "party-member panel");
  private readonly level = make("span", "party-level");
  private readonly name = make("strong");
  private readonly crown = make("span", "party-leader", "♛");
  private readonly role = make("span", "party-role");
  private readonly health = new Meter("health", "Hit points");
  private readonly mana = new Meter("mana", "Mana");
  member: PartyMember | undefined;

  constructor(private readonly context: Context, menu: (member: PartyMember, x: number, y: number) => void) {
    this.element.type = "button";
    this.crown.title = "Leads the party";
    const head = make("span", "party-head");
    head.append(this.level, this.name, this.crown, this.role);
    this.element.append(head, this.health.element, this.mana.element);
    this.element.addEventListener("click", () => {
      if (this.member?.actor !== undefined) context.bridge.actions.setTarget(this.member.actor);
    });
    this.element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      const box = this.element.getBoundingClientRect();
      const byKey = event.clientX === 0 && event.clientY === 0;
      if (this.member) menu(this.member, byKey ? box.right : event.clientX, byKey ? box.top : event.clientY);
    });
  }

  show(member: PartyMember, ownZone: number | undefined): void {
    this.member = member;
    const { definitions } = this.context.bridge;
    setText(this.level, String(member.level));
    setText(this.name, member.name);
    setHidden(this.crown, !member.leader);
    const elsewhere = member.online && member.zone !== ownZone ? (definitions.zones.get(member.zone)?.name ?? "elsewhere") : undefined;
    const profession = definitions.classes.get(member.class)?.name ?? "";
    setText(this.role, !member.online ? "away" : elsewhere ?? profession);
    this.health.show(member.health, "");
    this.mana.show(member.mana, "");
    this.element.classList.toggle("away", !member.online || elsewhere !== undefined);
    this.element.classList.toggle("dead", member.online && member.health <= 0);
    this.element.setAttribute("aria-label", `${member.name}, level ${member.level} ${profession}, ${Math.round(member.health * 100)} percent`);
  }
}

export class PartyFrames {
  readonly element = make("section", "party");
  private readonly frames: MemberFrame[] = [];
  private party: Party | undefined;
  private zone: number | undefined;

  constructor(private readonly context: Context) {
    this.element.hidden = true;
    this.element.setAttribute("aria-label", "Party");
  }

  update(state: WorldState): void {
    if (state.party === this.party && state.zone?.id === this.zone) return;
    this.party = state.party;
    this.zone = state.zone?.id;
    const others = state.party?.members.filter((member) => !member.own) ?? [];
    others.forEach((member, index) => { this.at(index).show(member, state.zone?.id); });
    this.frames.forEach((frame, index) => { setHidden(frame.element, index >= others.length); });
    setHidden(this.element, others.length === 0);
  }

  private at(index: number): MemberFrame {
    let frame = this.frames[index];
    if (!frame) {
      frame = new MemberFrame(this.context, (member, x, y) => { this.menu(member, x, y); });
      this.frames.push(frame);
      this.element.append(frame.element);
    }
    return frame;
  }

  private menu(member: PartyMember, x: number, y: number): void {
    const { actions } = this.context.bridge;
    const leads = this.party?.members.some((each) => each.own && each.leader) ?? false;
    const entries: MenuEntry[] = leads
      ? [
          { label: "Make leader", act: () => { actions.partyPromote(member.name); } },
          { label: "Send away", act: () => { actions.partyKick(member.name); } },
        ]
      : [];
    entries.push({ label: "Leave the party", act: () => { actions.partyLeave(); } });
    this.context.menu.open(x, y, member.name, entries);
  }
}
