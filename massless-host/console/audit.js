// What the staff did, the newest first.
import { get } from "./api.js";
import { fill, h, notice, table, time } from "./dom.js";

/** Lines of the audit. */
export function auditTable(lines) {
  return table([
    ["At", (it) => time(it.at), "t"],
    ["Who", (it) => it.actor],
    ["What", (it) => h("span", { class: it.action === "refused" ? "warn" : "" }, it.action)],
    ["Whom", (it) => it.subject],
    ["More", (it) => it.detail],
    ["Account", (it) => it.account === null ? "" : h("a", { href: `#/players/${it.account}` }, `#${it.account}`), "n"],
  ], lines, "Nothing was done.");
}

export function audit(main) {
  const list = h("div", {});
  const more = h("p", {});
  const field = (label, placeholder) => {
    const input = h("input", { placeholder, autocomplete: "off", spellcheck: "false" });
    return [input, h("label", {}, label, input)];
  };
  const [actor, actorLabel] = field("Who", "login, or console");
  const [action, actionLabel] = field("What", "ban, kick, refused, …");
  const [account, accountLabel] = field("Account", "number");
  let lines = [];

  async function look(before = null) {
    const query = new URLSearchParams();
    for (const [key, value] of [["actor", actor.value], ["action", action.value], ["account", account.value], ["before", before ?? ""]]) {
      if (String(value).trim() !== "") query.set(key, String(value).trim());
    }
    const page = await get(`/audit?${query}`);
    lines = before === null ? page.lines : [...lines, ...page.lines];
    fill(list, auditTable(lines));
    fill(more, page.next === null ? "" : h("button", { type: "button", onclick: () => run(() => look(page.next)) }, "Older"));
  }

  const run = (act) => act().catch((error) => notice(error.message, true));
  fill(main, h("h1", {}, "Audit"),
    h("form", { class: "row", onsubmit: (event) => { event.preventDefault(); run(() => look()); } },
      actorLabel, actionLabel, accountLabel, h("button", { type: "submit", class: "main" }, "Filter")),
    h("div", { class: "gap" }), list, more);
  run(() => look());
}
