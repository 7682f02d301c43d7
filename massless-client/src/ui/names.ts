// Names and passwords as people type them: what is wrong with them, and how strong they are. Pure.

const NAME_LETTERS_MIN = 3;
export const NAME_LETTERS_MAX = 16;
export const LOGIN_LETTERS_MIN = 3;
export const LOGIN_LETTERS_MAX = 32;
export const PASSWORD_LETTERS_MIN = 8;
export const PASSWORD_LETTERS_MAX = 128;

/** Why a character cannot have a name, as a sentence; `undefined` where the server decides. */
export function nameTrouble(name: string): string | undefined {
  const letters = [...name.normalize("NFC")];
  if (letters.length < NAME_LETTERS_MIN || letters.length > NAME_LETTERS_MAX) {
    return `A name has ${NAME_LETTERS_MIN} to ${NAME_LETTERS_MAX} letters.`;
  }
  if (!letters.every((letter) => /[\p{L}\p{M}'’-]/u.test(letter))) return "A name has letters only.";
  return /^[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)?$/u.test(name) ? undefined : "A name has at most one hyphen or apostrophe, and letters on both sides of it.";
}

/** The name as it is asked for: first letter upper case. */
export function tidiedName(name: string): string {
  const [first = "", ...rest] = [...name.trim().normalize("NFC")];
  return first.toUpperCase() + rest.join("");
}

/** Why a login name will not do. */
export function loginTrouble(name: string): string | undefined {
  const letters = [...name];
  if (letters.length < LOGIN_LETTERS_MIN || letters.length > LOGIN_LETTERS_MAX) return `A login name has ${LOGIN_LETTERS_MIN} to ${LOGIN_LETTERS_MAX} letters.`;
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/u.test(name) ? undefined : "A login name has letters, digits, points, hyphens and underscores, and begins with a letter or digit.";
}

/** Why an e-mail address will not do; it may be missing. */
export function emailTrouble(email: string): string | undefined {
  return email === "" || /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(email) ? undefined : "That is no e-mail address.";
}

/** How hard a password is to guess: 0 does not do, 1 weak, 2 fair, 3 strong. */
export interface Strength {
  readonly grade: 0 | 1 | 2 | 3;
  readonly sentence: string;
}

/** Kinds of letters in a text, 1..=4. */
function kindsIn(text: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(text)).length;
}

/** Letters that say something new: repetitions and runs like "abc" or "321" count little. */
function newsIn(text: string): number {
  const codes = [...text].map((letter) => letter.codePointAt(0) ?? 0);
  return codes.filter((code, index) => index === 0 || Math.abs(code - codes[index - 1]!) > 1).length;
}

/** What is said of a password while it is typed. */
export function strengthOf(password: string, login: string): Strength {
  const letters = [...password].length;
  if (letters < PASSWORD_LETTERS_MIN) return { grade: 0, sentence: `${PASSWORD_LETTERS_MIN} letters at least; four words make a good password.` };
  if (letters > PASSWORD_LETTERS_MAX) return { grade: 0, sentence: `${PASSWORD_LETTERS_MAX} letters at most.` };
  if (login !== "" && password.toLowerCase().includes(login.toLowerCase())) return { grade: 0, sentence: "Not with your login name in it." };
  const worth = newsIn(password) + 2 * kindsIn(password);
  if (worth < 9) return { grade: 0, sentence: "Too easy to guess: letters in a row or the same again." };
  if (worth < 16) return { grade: 1, sentence: "Weak. Longer is better than stranger." };
  return worth < 22 ? { grade: 2, sentence: "Fair." } : { grade: 3, sentence: "Strong." };
}
