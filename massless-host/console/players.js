// Finding players.
import { get } from "./api.js";
import { fill, h, notice, table, time } from "./dom.js";

/** What was looked for last: coming back from an account finds it again. */
let last = "";

export function players(main) {
  const input = h("input", { type: "search", value: last, placeholder: "Name, @login or #account", size: 34, autocomplete: "off", spellcheck: "false" });
  const found = h("div", {});
  let asked = 0;

  async function look() {
    last = input.value.trim();
    const turn = asked += 1;
    if (last === "") {
      fill(found, h("p", { class: "faint" }, "The beginning of a character's name or of a login; after an @ logins alone."));
      return;
    }
    const answer = await get(`/players?text=${encodeURIComponent(last)}`);
    // An older question may be answered later.
    if (turn !== asked) return;
    fill(found, table([
      ["Character", (it) => it.character === null ? h("span", { class: "faint" }, "–") : h("a", { href: `#/players/${it.account}` }, it.character.name)],
      ["Level", (it) => it.character?.level ?? "", "n"],
      ["Login", (it) => h("a", { href: `#/players/${it.account}` }, it.login ?? "guest")],
      ["Account", (it) => `#${it.account}`, "n"],
      ["Role", (it) => it.roles === "" ? "" : h("span", { class: "chip" }, it.roles)],
      ["Seen", (it) => time(it.seen_at), "t"],
    ], answer.found, "Nobody's name begins so."));
  }

  let wait;
  const soon = () => {
    clearTimeout(wait);
    wait = setTimeout(() => { look().catch((error) => notice(error.message, true)); }, 200);
  };
  input.addEventListener("input", soon);
  fill(main, h("h1", {}, "Players"),
    h("form", { class: "row", role: "search", onsubmit: (event) => { event.preventDefault(); soon(); } }, h("label", {}, "Search", input)),
    h("h2", {}, "Found"), found);
  look().catch((error) => notice(error.message, true));
  input.focus();
  return () => clearTimeout(wait);
}
