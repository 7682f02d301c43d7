// What the panels may ask for, as lines for the module.

import type { GameClient } from "../core/client";
import type { Attributes, BarEntry, GameActions, WorldState } from "../core/world";
import type { Hands } from "./hands";
import type { Watch } from "./watch";

function barWords(entry: BarEntry): readonly (string | number)[] {
  if (entry.type === "skill") return ["skill", entry.skill];
  return entry.type === "item" ? ["item", entry.item] : ["empty", 0];
}

/** Makes the actions; `pump` sends what the module wrote. */
export function actionsOf(client: GameClient, hands: Hands, watch: Watch, state: () => WorldState, pump: () => void): GameActions {
  const act = (...words: readonly (string | number)[]): void => {
    client.act(...words);
    pump();
  };
  const bagged = (slot: number): string | undefined => state().sheet?.bag[slot]?.uid;
  const worn = (slot: number): string | undefined => state().sheet?.worn[slot]?.uid;
  return {
    useBar: (slot, down) => { hands.press(slot, down); },
    setTarget: (actor) => { hands.choose(actor); },
    pickUp: (actor) => { hands.pickUp(actor); },
    equip: (uid) => { watch.awaits(uid); act("equip", uid); },
    takeOff: (slot) => { watch.awaits(worn(slot)); act("takeoff", slot); },
    arrange: (from, to) => { watch.awaits(bagged(from), bagged(to)); act("arrange", from, to); },
    use: (uid) => { watch.awaits(uid); act("use", uid); },
    discard: (uid, quantity) => { watch.awaits(uid); act("discard", uid, quantity); },
    spend: (points: Attributes) => { act("spend", ...points); },
    setBar: (slot, entry) => { act("bar", slot, ...barWords(entry)); },
    talk: (actor) => { hands.talk(actor); },
    endTalk: () => { watch.talkTo(undefined); },
    takeQuest: (quest) => { act("take", quest); },
    handIn: (quest) => { act("handin", quest); },
    abandon: (quest) => { act("abandon", quest); },
    stop: () => { act("stop"); },
    partyInvite: (name) => { act("invite", name); },
    partyAnswer: (yes) => { act("answer", yes ? "yes" : "no"); },
    partyLeave: () => { act("leaveparty"); },
    partyKick: (name) => { act("kick", name); },
    partyPromote: (name) => { act("promote", name); },
    chat: (channel, text) => {
      client.chat(text, channel);
      pump();
    },
    walkTo: (x, z) => { hands.walkTo([x, z]); },
  };
}
