// The ledger: an item from hand to hand, a character's coin, and what was put aside.
import { get } from "./api.js";
import { fill, h, notice, number, table, time } from "./dom.js";

function party(it) {
  const name = it.name ?? `#${it.id}`;
  return h("span", {}, h("span", { class: "faint" }, `${it.kind} `), name);
}

function signed(value, kind = true) {
  const text = value > 0 ? `+${number(value)}` : `−${number(-value)}`;
  return h("span", { class: kind ? (value > 0 ? "good" : "bad") : "" }, text);
}

const MADE = [
  ["At", (it) => time(it.made.at), "t"],
  ["Operation", (it) => h("span", {}, it.made.kind, it.made.reverses ? h("span", { class: "warn" }, " (takes one back)") : null)],
];
const NAMED = ["Name of the operation", (it) => it.made.operation, "code"];

async function showItem(place, id) {
  const events = [];
  const list = h("div", {});
  const more = h("p", {});
  const head = h("div", { class: "panel" });
  fill(place, head, list, more);

  async function load(after) {
    const item = await get(`/ledger/item/${encodeURIComponent(id)}?after=${after}`);
    events.push(...item.events);
    fill(head,
      h("h2", {}, `${item.name} `, h("span", { class: "faint" }, `item ${item.id}, definition ${item.definition}`)),
      h("p", {}, `${number(item.quantity)} of it, +${item.upgrade}, rarity ${item.rarity}${item.bound ? ", bound" : ""}; now with `, party(item.owner), `, version ${item.version}.`),
      item.quarantine === null ? "" : h("p", { class: "bad" }, `Put aside: ${item.quarantine}`));
    fill(list, table([
      ["Version", (it) => it.version, "n"], ...MADE,
      ["From", (it) => party(it.from)],
      ["To", (it) => party(it.to)],
      ["Change", (it) => it.delta === 0 ? "moved" : signed(it.delta), "n"],
      ["Then", (it) => number(it.quantity), "n"],
      ["Upgrade", (it) => it.upgrade === 0 ? "" : `+${it.upgrade}`, "n"],
      ["Host", (it) => it.made.host ?? ""], NAMED,
    ], events));
    fill(more, item.next === null ? "" : h("button", { type: "button", onclick: () => load(item.next).catch((error) => notice(error.message, true)) }, "More"));
  }

  await load(0);
}

async function showCoin(place, whom) {
  const entries = [];
  const list = h("div", {});
  const more = h("p", {});
  const head = h("div", { class: "panel" });
  fill(place, head, list, more);

  async function load(before) {
    const page = await get(`/ledger/coin?whom=${encodeURIComponent(whom)}${before === null ? "" : `&before=${before}`}`);
    entries.push(...page.entries);
    fill(head, h("h2", {}, `${whom} has ${number(page.balance)} coin`));
    fill(list, table([
      ["Version", (it) => it.version, "n"], ...MADE,
      ["Change", (it) => signed(it.delta), "n"],
      ["Balance", (it) => number(it.balance), "n"],
      ["Other side", (it) => it.others.map((other) => h("div", {}, party(other), it.others.length > 1 ? [" ", signed(other.delta, false)] : null))],
      ["Host", (it) => it.made.host ?? ""], NAMED,
    ], entries));
    fill(more, page.next === null ? "" : h("button", { type: "button", onclick: () => load(page.next).catch((error) => notice(error.message, true)) }, "Older"));
  }

  await load(null);
}

export function ledger(main, kind, what) {
  const place = h("div", {});
  const item = h("input", { inputmode: "numeric", pattern: "[0-9]+", required: true, placeholder: "Number of an item", autocomplete: "off" });
  const coin = h("input", { required: true, placeholder: "Character, or #number", autocomplete: "off" });
  const form = (label, input, act, path) => h("form", { class: "row", onsubmit: (event) => {
    event.preventDefault();
    location.hash = `#/ledger/${path}/${encodeURIComponent(input.value.trim())}`;
  } }, h("label", {}, label, input), h("button", { type: "submit", class: "main" }, act));
  fill(main, h("h1", {}, "Ledger"),
    h("div", { class: "row" }, form("Trace an item", item, "Trace", "item"), form("Coin of a character", coin, "Show", "coin"), h("a", { href: "#/quarantine" }, "What was put aside")),
    h("div", { class: "gap" }), place);
  if (kind === "item") item.value = what;
  if (kind === "coin") coin.value = what;
  const shown = kind === "item" ? showItem(place, what) : kind === "coin" ? showCoin(place, what) : null;
  if (shown === null) {
    fill(place, h("p", { class: "faint" }, "Every item and every coin came from somewhere and went somewhere; each change is one line, in an operation that sums up to nothing."));
    item.focus();
  } else {
    shown.catch((error) => fill(place, h("p", { class: "bad" }, error.message)));
  }
}

export function quarantine(main) {
  const items = h("div", {});
  const snapshots = h("div", {});
  fill(main, h("h1", {}, "Quarantine"), h("p", { class: "faint" }, "Nothing of this is lost: it waits for content that knows it, or for somebody who looks at it."),
    h("h2", {}, "Items"), items, h("h2", {}, "Snapshots of characters"), snapshots);
  get("/quarantine").then((all) => {
    fill(items, table([
      ["Item", (it) => h("a", { href: `#/ledger/item/${it.item}` }, it.item), "n"],
      ["Definition", (it) => it.definition, "n"],
      ["Quantity", (it) => number(it.quantity), "n"],
      ["Since", (it) => time(it.seen_at), "t"],
      ["Why", (it) => it.reason],
    ], all.items, "No item was put aside."));
    fill(snapshots, table([
      ["Character", (it) => `${it.name} #${it.character}`],
      ["Epoch", (it) => it.epoch, "n"],
      ["Number", (it) => it.seq, "n"],
      ["Since", (it) => time(it.seen_at), "t"],
      ["Why", (it) => it.reason],
    ], all.snapshots, "No snapshot was put aside."));
  }).catch((error) => notice(error.message, true));
}
