// What the panels may ask for, as lines for the module.

import type { GameClient } from "massless/core/client";
import type { Attributes, BarEntry, GameActions, WorldState } from "massless/core/world";
import type { Hands } from "./hands";
import type { Watch } from "./watch";

function barWords(entry: BarEntry): readonly (string | number)[] {
  if (entry.type === "skill") return ["skill", entry.skill];
  return entry.type === "item" ? ["item", entry.item] : ["empty", 0];
}

type Act = (...words: readonly (string | number)[]) => void;
type Trading = Pick<
  GameActions,
  | "buy" | "sell" | "refine" | "exchange" | "learnRank" | "resetPoints" | "travel" | "deposit" | "withdraw" | "enlargeStorage" | "split"
  | "tradeRequest" | "tradeAnswer" | "tradeOffer" | "tradeLock" | "tradeConfirm" | "tradeCancel"
  | "sendMail" | "claimMail" | "listItem" | "buyListing" | "unlist"
>;

const flag = (yes: boolean): number => (yes ? 1 : 0);

/** What is asked for at people's counters and of other players. */
function tradeOf(act: Act, watch: Watch): Trading {
  return {
    buy: (item, quantity) => { watch.awaits("@shop"); act("buy", item, quantity); },
    sell: (uid, quantity) => { watch.awaits(uid); act("sell", uid, quantity); },
    refine: (uid, incense, oil) => { watch.awaits(uid); act("refine", uid, flag(incense), flag(oil)); },
    exchange: (recipe) => { watch.awaits("@smith"); act("exchange", recipe); },
    learnRank: (skill) => { watch.awaits("@trainer"); act("rank", skill); },
    resetPoints: () => { watch.awaits("@trainer"); act("resetpoints"); },
    travel: (zone) => { watch.awaits("@travel"); act("travel", zone); },
    deposit: (uid) => { watch.awaits(uid); act("deposit", uid); },
    withdraw: (uid) => { watch.awaits(uid); act("withdraw", uid); },
    enlargeStorage: () => { watch.awaits("@storage"); act("enlarge"); },
    split: (from, quantity, to) => { act("split", from, quantity, to); },
    tradeRequest: (actor) => { act("trade", actor); },
    tradeAnswer: (yes) => { act("tradeanswer", yes ? "yes" : "no"); },
    tradeOffer: (uids, coin) => { act("tradeoffer", coin, ...uids); },
    tradeLock: () => { act("tradelock"); },
    tradeConfirm: (own, other) => { act("tradeconfirm", own, other); },
    tradeCancel: () => { act("tradecancel"); },
    sendMail: (draft, coin, uids) => { watch.awaits("@mail", ...uids); act("sendmail", draft, coin, ...uids); },
    claimMail: (letter) => { watch.awaits("@mail"); act("claimmail", letter); },
    listItem: (uid, price) => { watch.awaits("@market", uid); act("list", uid, price); },
    buyListing: (listing, price) => { watch.awaits("@market"); act("buylisting", listing, price); },
    unlist: (listing) => { watch.awaits("@market"); act("unlist", listing); },
  };
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
    whisper: (name, text) => {
      client.whisper(name, text);
      pump();
    },
    walkTo: (x, z) => { hands.walkTo([x, z]); },
    ...tradeOf(act, watch),
  };
}
