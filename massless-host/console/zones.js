// Zones: the list; and one of them with its live map and its logs.
import { get, save } from "./api.js";
import { bytes, fill, h, notice, table, time } from "./dom.js";
import { zoneTable } from "./dashboard.js";
import { LiveMap } from "./map.js";

const LIST_PAUSE_MILLIS = 2000;
const MAP_PAUSE_MILLIS = 1000;

export function zones(main) {
  const list = h("div", {});
  fill(main, h("h1", {}, "Zones"), list);
  const look = () => get("/zones", true).then((all) => fill(list, zoneTable(all.zones))).catch(() => {});
  look();
  const timer = setInterval(look, LIST_PAUSE_MILLIS);
  return () => clearInterval(timer);
}

export function zone(main, label, session) {
  const map = new LiveMap();
  const logs = h("div", {});
  const facts = h("div", {});
  const name = h("span", {});
  fill(main, h("h1", {}, `Zone ${label} `, name), facts, h("h2", {}, "Live map"), map.element,
    h("h2", {}, "Log segments"),
    h("p", { class: "faint" }, "The newest is still written; the zone goes on while it is fetched. ", h("code", {}, "massless replay verify"), " plays it. Logs hold the secret words of the loot draws: they are for admins."),
    logs);

  async function list() {
    const all = await get(`/zones/${label}/logs`);
    fill(logs, table([
      ["Segment", (it) => it.file, "code"],
      ["Bytes", (it) => bytes(it.bytes), "n"],
      ["Written", (it) => time(it.written_at), "t"],
      ["", (it) => session.role === "admin"
        ? h("button", { type: "button", onclick: () => save(`/zones/${label}/logs/${it.file}`).catch((error) => notice(error.message, true)) }, "Download")
        : h("span", { class: "faint" }, "admins")],
    ], all.segments, "No segment is kept."));
  }

  async function look() {
    const [actors, all] = await Promise.all([get(`/zones/${label}/actors`, true), get("/zones", true)]);
    map.show(actors);
    const it = all.zones.find((one) => one.label === label);
    fill(name, it?.name ?? "");
    fill(facts, it === undefined ? h("p", { class: "bad" }, "This channel does not run here.") : zoneTable([it]));
  }

  map.load(label).catch((error) => notice(error.message, true));
  list().catch((error) => notice(error.message, true));
  look().catch((error) => notice(error.message, true));
  const timer = setInterval(() => { look().catch(() => {}); }, MAP_PAUSE_MILLIS);
  return () => clearInterval(timer);
}
