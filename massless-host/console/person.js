// One account: what it has, what it did, and what the staff does about it.
import { get, post, save } from "./api.js";
import { ask, fill, h, notice, number, table, time } from "./dom.js";
import { auditTable } from "./audit.js";

function flags(person) {
  const chips = [];
  if (person.online !== null) chips.push(["good", `plays ${person.online.name} in zone ${person.online.zone} on ${person.online.host}`]);
  if (person.roles !== "") chips.push(["", person.roles]);
  if (person.second_factor) chips.push(["", "second factor"]);
  if (person.bans.some((ban) => ban.holds)) chips.push(["bad", "banned"]);
  if (person.deleted_at !== null) chips.push(["warn", "deleted"]);
  return chips.map(([kind, text]) => h("span", { class: `chip ${kind}` }, text));
}

export function person(main, id, session) {
  let whom = null;

  async function order(body, done) {
    await post("/orders", body);
    notice(done);
    await show();
  }

  const run = (act) => act().catch((error) => notice(error.message, true));

  async function kick() {
    const sure = await ask({ title: "Kick", text: `Ends the sessions of ${whom} in the world. They can come back at once.`, act: "Kick", isDanger: true });
    if (sure) await order({ order: "kick", whom }, "kicked");
  }

  async function mute(character) {
    const given = await ask({
      title: `Mute ${character}`, act: "Mute",
      fields: [{ name: "minutes", label: "For how many minutes (0 gives the voice back)", type: "number", value: 60, min: 0, max: 43_200, required: true }],
    });
    if (given) await order({ order: "mute", whom: character, seconds: Number(given.minutes) * 60 }, "muted");
  }

  async function ban() {
    const given = await ask({
      title: `Ban ${whom}`, act: "Ban", isDanger: true, text: "Ends all sessions. The one who is banned reads the reason.",
      fields: [
        { name: "reason", label: "Reason", required: true, maxlength: 200 },
        { name: "hours", label: "For how many hours (empty: for good)", type: "number", min: 1, max: 87_600 },
      ],
    });
    if (given) await order({ order: "ban", whom, reason: given.reason, hours: given.hours === "" ? null : Number(given.hours) }, "banned");
  }

  async function unban() {
    const sure = await ask({ title: `Lift all bans of ${whom}`, act: "Lift" });
    if (sure) await order({ order: "unban", whom }, "lifted");
  }

  async function show() {
    const it = await get(`/players/${id}`);
    whom = it.login === null ? it.characters[0]?.name ?? null : `@${it.login}`;
    const isBanned = it.bans.some((one) => one.holds);
    const mayAct = whom !== null;
    fill(main,
      h("h1", {}, it.login ?? "Guest", h("span", { class: "faint" }, ` #${it.id}`)),
      h("p", { class: "row" }, flags(it)),
      h("p", { class: "faint" }, `Made ${time(it.created_at)}, seen ${time(it.seen_at)}.`),
      h("div", { class: "row" },
        h("button", { type: "button", disabled: !mayAct, onclick: () => run(kick) }, "Kick"),
        h("button", { type: "button", class: "danger", disabled: !mayAct, onclick: () => run(ban) }, "Ban"),
        h("button", { type: "button", disabled: !isBanned, onclick: () => run(unban) }, "Lift bans"),
        session.role === "admin" ? h("button", { type: "button", onclick: () => run(() => save(`/players/${id}/export`)) }, "Export (JSON)") : null),
      h("h2", {}, "Characters"),
      table([
        ["Name", (one) => one.name],
        ["Level", (one) => one.level, "n"],
        ["Class", (one) => one.class, "n"],
        ["Faction", (one) => one.faction, "n"],
        ["Zone", (one) => one.zone, "n"],
        ["Coin", (one) => h("a", { href: `#/ledger/coin/${encodeURIComponent(`#${one.id}`)}` }, number(one.coin)), "n"],
        ["Host", (one) => one.host ?? ""],
        ["Played", (one) => time(one.played_at), "t"],
        ["", (one) => one.deleted_at === null
          ? h("button", { type: "button", onclick: () => run(() => mute(one.name)) }, "Mute")
          : h("span", { class: "warn" }, `deleted ${time(one.deleted_at)}`)],
      ], it.characters, "No character."),
      h("div", { class: "columns" },
        h("section", {}, h("h2", {}, "Log-ins"), table([
          ["Number", (one) => one.id, "code"],
          ["Since", (one) => time(one.since), "t"],
          ["Refreshed", (one) => time(one.refreshed_at), "t"],
          ["", (one) => one.open ? h("span", { class: "good" }, "open") : h("span", { class: "faint" }, "ended")],
        ], it.log_ins, "None is kept.")),
        h("section", {}, h("h2", {}, "Bans"), table([
          ["Since", (one) => time(one.since), "t"],
          ["Until", (one) => one.until === null ? "for good" : time(one.until), "t"],
          ["", (one) => one.holds ? h("span", { class: "bad" }, "holds") : one.lifted_at === null ? "over" : `lifted ${time(one.lifted_at)}`],
          ["By", (one) => one.by],
          ["Reason", (one) => one.reason],
        ], it.bans, "Never banned."))),
      h("h2", {}, "What the staff did (mutes, too)"), auditTable(it.staff));
  }

  run(show);
}
