// Why something was not done, as a sentence. The codes are those of the core's `Rejection`.

/** One sentence for each code; shown above the skill bar. */
export const REFUSALS: Readonly<Record<number, string>> = {
  1: "You are already here.",
  2: "You are not in this zone.",
  3: "The zone is full.",
  4: "Too much at once. Try again in a moment.",
  5: "Your character could not be read.",
  6: "That place is not on the map.",
  7: "That came in the wrong order.",
  8: "You are dead.",
  9: "You are stunned.",
  10: "You are silenced.",
  11: "Not ready yet.",
  12: "A moment, please.",
  13: "Not enough mana.",
  14: "Choose a target first.",
  15: "That is no target for this.",
  16: "Too far away.",
  17: "Something is in the way.",
  18: "You are already casting.",
  19: "You have not learned that.",
  20: "Your weapon does not fit.",
  21: "That slot is empty.",
  22: "You do not have that.",
  23: "Your bag is full.",
  24: "Your class cannot wear that.",
  25: "Your level is too low.",
  26: "That cannot be used like this.",
  27: "It belongs to somebody else for now.",
  28: "One moment, it is still being booked.",
  29: "There is nobody here with that quest.",
  30: "That quest is not for you yet.",
  31: "The quest is not done yet.",
  32: "Your quest log is full.",
  33: "You do not have that many points.",
  34: "Not while you are fighting.",
  35: "The portal is shut to those who were just attacked.",
  36: "The portal does not let you through.",
  37: "It cannot be harmed now.",
  38: "That would have no effect.",
  39: "The books are closed at the moment. Try again.",
  40: "There is too much going on here.",
  41: "Interrupted.",
  42: "Not while you are in the air.",
  43: "That number is not allowed.",
  44: "Turn to your target first.",
  45: "Nobody beside you offers that.",
  46: "That is not sold here.",
  47: "You do not have enough coin.",
  48: "Your purse cannot hold that much coin.",
  49: "It is bound to you and stays with you.",
  50: "It cannot be raised any further.",
  51: "You lack what is needed for it.",
  52: "You have never been there.",
  53: "Your storage is full.",
  54: "There is no such trade.",
  55: "One of you is trading already.",
  56: "The offer has changed, or is not locked yet.",
  57: "One of you lacks the room, or what was offered.",
  58: "The other's letter box is full.",
  59: "There is no such letter, or nothing in it.",
  60: "That offer is gone, or its price has changed.",
  61: "You have as many offers as you may.",
  62: "The other does not want it.",
  63: "That is closed for the moment.",
  64: "The books cannot be reached. Nothing has changed; try again soon.",
};

const UNKNOWN = "That is not possible now.";

/** The sentence of a code; a general one where the code is not known. */
export function refusalSentence(code: number): string {
  return REFUSALS[code] ?? UNKNOWN;
}

/** Codes a held key repeats all the time; said at most once in a while. */
const QUIET: ReadonlySet<number> = new Set([11, 12, 18]);
/** Milliseconds before the same sentence is said again. */
const REPEAT_MILLIS = 1_500;
const QUIET_MILLIS = 4_000;

/** Lets a refusal through unless it was just said. Pure but for what it remembers. */
export class RefusalFilter {
  private readonly saidAt = new Map<number, number>();

  /** Whether a code is to be shown at `now`, milliseconds. */
  admit(code: number, now: number): boolean {
    const wait = QUIET.has(code) ? QUIET_MILLIS : REPEAT_MILLIS;
    if (now - (this.saidAt.get(code) ?? -Infinity) < wait) return false;
    this.saidAt.set(code, now);
    return true;
  }
}
