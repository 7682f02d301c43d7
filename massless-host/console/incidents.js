// Incidents: which are kept, and what happened in one.
import { get, save } from "./api.js";
import { fill, h, millis, notice, number, table, time } from "./dom.js";
import { incidentTable } from "./dashboard.js";

export function incidents(main) {
  const list = h("div", {});
  fill(main, h("h1", {}, "Incidents"), list);
  get("/incidents").then((all) => fill(list, incidentTable(all.incidents))).catch((error) => notice(error.message, true));
}

function bar(percent) {
  const part = h("i", {});
  part.style.width = `${Math.min(100, percent)}%`;
  return h("div", { class: "bar", role: "img", "aria-label": `${percent} %` }, part);
}

function counts(title, all) {
  const rows = Object.entries(all).toSorted((a, b) => b[1] - a[1]);
  return h("section", {}, h("h2", {}, title), table([["", ([name]) => name], ["Count", ([, count]) => number(count), "n"]], rows));
}

function named(title, rows) {
  return h("section", {}, h("h2", {}, title), table([
    ["Who", (it) => it.name ?? `#${it.actor ?? it.player}`],
    ["Number", (it) => it.actor ?? it.player, "n"],
    ["Count", (it) => number(it.count ?? it.commands), "n"],
  ], rows));
}

export function incident(main, name, session) {
  fill(main, h("h1", {}, "Incident"), h("p", { class: "faint" }, "Its log is played again; this may take some seconds."));
  get(`/incidents/${name}`).then((it) => {
    const { replay } = it;
    fill(main,
      h("h1", {}, `${it.kind.replaceAll("_", " ")} in zone ${it.zone}, tick ${number(it.tick)}`),
      h("p", { class: "faint" }, `${time(it.at)}, epoch ${it.epoch}, build ${it.build}, ${number(it.players)} players, ${number(it.actors)} actors.`),
      h("ul", { class: "told" }, it.sentences.map((sentence) => h("li", {}, sentence))),
      session.role === "admin" ? h("p", {}, h("button", { type: "button", onclick: () => save(`/incidents/${name}/segment`).catch((error) => notice(error.message, true)) }, "Download its log")) : "",
      h("h2", {}, "Where the time went"),
      table([
        ["System", (one) => one.system],
        ["Took then", (one) => millis(one.micros), "n"],
        ["Share", (one) => `${one.share} %`, "n"],
        ["", (one) => bar(one.share)],
        ["Usual share", (one) => one.usual_share === null ? "–" : `${one.usual_share} %`, "n"],
        ["Played again", (one) => one.replayed_micros === null ? "–" : millis(one.replayed_micros), "n"],
        ["Usual, played again", (one) => one.usual_micros === null ? "–" : millis(one.usual_micros), "n"],
      ], [...it.systems, {
        system: "outside of the systems", micros: it.outside_micros, share: it.tick_micros === 0 ? 0 : Math.round(it.outside_micros / it.tick_micros * 100),
        usual_share: null, replayed_micros: null, usual_micros: null,
      }]),
      replay.played ? h("div", { class: "columns" },
        counts("In the zone", replay.crowd.kinds), counts("Doing", replay.crowd.poses), counts("The tick brought", replay.crowd.events),
        counts("Commands", replay.commands), named("Busiest entities", replay.crowd.busiest), named("Most attacked", replay.crowd.hunted),
        named("Busiest players", replay.busiest_players)) : "");
  }).catch((error) => fill(main, h("h1", {}, "Incident"), h("p", { class: "bad" }, error.message)));
}
