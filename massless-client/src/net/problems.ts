// What the server's problem codes mean, as sentences for people. Pure.

/** By code; the codes are stable, the server's own details are for engineers. */
export const PROBLEMS: Readonly<Record<string, string>> = {
  "unreachable": "The server cannot be reached. Please try again.",
  "timeout": "The server takes too long to answer. Please try again.",
  "unreadable": "The server's answer cannot be read. Is it of another version?",
  "logged-out": "You are logged out. Please log in again.",
  "wrong-credentials": "That name and password do not belong together.",
  "bad-credentials": "That name and password do not belong together.",
  "invalid-credentials": "That name and password do not belong together.",
  "wrong-password": "That is not your password.",
  "login-taken": "This login name is taken. Choose another, or log in.",
  "account-exists": "This login name is taken. Choose another, or log in.",
  "bad-login": "A login name has 3 to 32 letters, digits, points, hyphens or underscores.",
  "bad-email": "That is no e-mail address.",
  "email-taken": "This e-mail address belongs to another account.",
  "weak-password": "That password is too easy to guess. Make it longer.",
  "bad-password": "A password has 10 to 128 characters.",
  "name-taken": "This name is taken. Choose another.",
  "bad-name": "A name has 3 to 16 letters of one script, and at most one hyphen or apostrophe inside.",
  "too-many-characters": "An account has at most 4 characters. Delete one first.",
  "faction-closed": "This faction takes nobody new for now. Choose another.",
  "unknown-character": "This character is no longer there.",
  "character-deleted": "This character was deleted. Restore it first.",
  "character-online": "This character is still in the world. Try again in a moment.",
  "banned": "This account is banned.",
  "guests-off": "This server takes no guests. Please create an account.",
  "busy": "Too many are logging in. Try again in a moment.",
  "too-many-requests": "Too many tries. Please wait a moment.",
  "rate-limited": "Too many tries. Please wait a moment.",
  "store-unavailable": "The books are closed at the moment. Try again in a moment.",
  "unavailable": "The server cannot do that right now. Try again in a moment.",
  "stopping": "The server is being restarted. Try again in a moment.",
  "not-found": "That is not there any more.",
  "forbidden": "You may not do that.",
  "unknown-recipient": "Nobody is called that.",
  "unknown-player": "Nobody is called that.",
  "mailbox-full": "Their mailbox is full.",
  "blocked": "They do not take anything from you.",
  "list-full": "That list is full.",
  "already-friends": "You are friends already.",
  "bad-text": "That text cannot be sent.",
  "internal": "Something went wrong on the server. Please try again.",
};

/** Kinds of failures that say enough by their number. */
const BY_STATUS: readonly (readonly [RegExp, string])[] = [
  [/^http-429$/, "rate-limited"],
  [/^http-(502|503|504)$/, "unavailable"],
  [/^http-5/, "internal"],
  [/^http-404$/, "not-found"],
  [/^http-403$/, "forbidden"],
];

/** The sentence of a code; the server's own words where the code is not known. */
export function problemSentence(code: string, detail = "", waitSeconds: number | undefined = undefined): string {
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
  if (/email/.test(code)) return "email";
  if (/password/.test(code)) return "password";
  return /login|account-exists|(bad|reserved|confusable)-name|name-taken/.test(code) ? "name" : undefined;
}
