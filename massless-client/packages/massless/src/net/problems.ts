// What the server's problem codes mean, as sentences for people. Pure.

/** By code; the codes are stable, the server's own details are for engineers. */
export const PROBLEMS: Readonly<Record<string, string>> = {
  "unreachable": "The server cannot be reached. Please try again.",
  "timeout": "The server takes too long to answer. Please try again.",
  "unreadable": "The server's answer cannot be read. Is it of another version?",
  "logged-out": "You are logged out. Please log in again.",
  "no-token": "You are logged out. Please log in again.",
  "token-refused": "Your log-in is no longer good. Please log in again.",
  "token-expired": "Your log-in has run out. Please log in again.",
  "refresh-refused": "Your log-in has ended. Please log in again.",
  "refresh-reused": "Your log-in was used from two places and has ended. Please log in again.",
  "login-refused": "That name and password do not belong together.",
  "password-refused": "That is not your password.",
  "guest-refused": "Guests cannot do that. Create an account first.",
  "guests-off": "This server takes no guests. Please create an account.",
  "banned": "This account is banned.",
  "forbidden": "You may not do that.",
  "origin-refused": "This page may not talk to the server.",
  "bad-login": "A login name has 3 to 32 letters, digits, points, hyphens and underscores, and begins with a letter or digit.",
  "bad-password": "A password has 8 to 128 letters and is not the login name.",
  "bad-email": "That is no e-mail address.",
  "name-taken": "This name is taken. Choose another.",
  "bad-name": "A name has 3 to 16 letters of one script, and at most one hyphen or apostrophe inside.",
  "bad-look": "There is no such class, faction or look.",
  "characters-full": "An account has at most 4 characters. Delete one first.",
  "faction-closed": "This faction takes nobody new for now. Choose another.",
  "no-such-character": "This character is no longer there.",
  "character-online": "This character is still in the world. Try again in a moment.",
  "character-deleted": "This character was deleted. Restore it first.",
  "not-deleted": "This character is not deleted.",
  "nobody-there": "Nobody is called that.",
  "oneself": "That is you.",
  "list-full": "That list is full: it has a hundred places.",
  "letter-refused": "This letter cannot be written: they take none from you, or their letter box is full.",
  "no-such-letter": "That letter is gone.",
  "letter-not-empty": "There is still something in that letter. Take it out first.",
  "mailbox-full": "Their letter box is full.",
  "not-wanted": "They take nothing from you.",
  "bad-text": "That text cannot be sent.",
  "bad-query": "That cannot be searched for.",
  "bad-body": "The server does not understand this page. Reload it.",
  "bad-request": "The server does not understand this page. Reload it.",
  "not-found": "That is not there any more.",
  "too-many-requests": "Too many tries. Please wait a moment.",
  "busy": "The server is busy. Try again in a moment.",
  "unavailable": "The server cannot do that right now. Try again in a moment.",
  "closed": "This is closed at the moment.",
  "stopping": "The server is being restarted. Try again in a moment.",
  "internal": "Something went wrong on the server. Please try again.",
};

/** Kinds of failures that say enough by their number. */
const BY_STATUS: readonly (readonly [RegExp, string])[] = [
  [/^http-429$/, "too-many-requests"],
  [/^http-(502|503|504)$/, "unavailable"],
  [/^http-5/, "internal"],
  [/^http-404$/, "not-found"],
  [/^http-403$/, "forbidden"],
];

/** The sentence of a code; the server's own words where the code is not known. */
export function problemSentence(code: string, detail = "", waitSeconds?: number): string {
  const known = PROBLEMS[code] ?? PROBLEMS[BY_STATUS.find(([pattern]) => pattern.test(code))?.[1] ?? ""];
  const sentence = known ?? (detail === "" ? "That did not work. Please try again." : sentenceFrom(detail));
  return waitSeconds === undefined ? sentence : `${sentence} (${waitText(waitSeconds)})`;
}

/** An engineer's words as a sentence: upper case first, a stop at the end. */
function sentenceFrom(detail: string): string {
  const [first = "", ...rest] = [...detail.trim()];
  const text = first.toUpperCase() + rest.join("");
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** How long to wait, in words. */
export function waitText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`;
}

/** The field of a form that a problem is about, by its code. */
export function fieldOf(code: string): "name" | "password" | "email" | undefined {
  if (code === "bad-email") return "email";
  if (code === "bad-password" || code === "password-refused" || code === "login-refused") return "password";
  return /^(bad-login|bad-name|name-taken)$/.test(code) ? "name" : undefined;
}
