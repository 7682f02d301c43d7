// How the server does: the state now, the last ten minutes, the newest incidents.
import { get } from "./api.js";
import { bytes, fill, h, millis, notice, number, table, time } from "./dom.js";
import { Plot } from "./plot.js";

const SPAN_MILLIS = 600_000;
const PAUSE_MILLIS = 2000;

/** Newest samples, kept while the console is open so that the page is whole at once when one comes back. */
let samples = [];

function tile(name, value, { kind = "", more = null } = {}) {
  return h("div", { class: "tile" }, h("span", {}, name), h("b", { class: kind }, value), more ? h("small", {}, more) : null);
}

function duration(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

function upOrDown(isUp) {
  if (isUp === null) return ["not used", "faint"];
  return isUp ? ["answers", "good"] : ["away", "bad"];
}

function tiles(now) {
  const [database, databaseKind] = upOrDown(now.state.db_up ?? true);
  const [redis, redisKind] = upOrDown(now.state.redis_up);
  const state = now.stopping ? ["stopping", "bad"] : now.draining ? ["draining", "warn"] : now.ready ? ["ready", "good"] : ["not ready", "bad"];
  return [
    tile("Players", number(now.players), { more: `in ${now.zones.length} channels` }),
    tile("State", state[0], { kind: state[1], more: now.why_not ?? `for ${duration(now.uptime_seconds)}` }),
    tile("Database", database, { kind: databaseKind, more: now.database }),
    tile("Redis", redis, { kind: redisKind }),
    tile("Memory", bytes(now.memory_bytes), { more: "of the process" }),
    tile("Disk", now.disk_used === null ? "–" : `${Math.round(now.disk_used * 100)} %`, {
      kind: now.disk_used > 0.85 ? "bad" : "", more: "of its disk used",
    }),
    tile("Build", now.version, { more: now.commit }),
    tile("Incidents", number(now.incidents_count), { kind: now.incidents_count > 0 ? "warn" : "", more: "kept" }),
  ];
}

/** One line a channel, most players first; the plots show the first eight. */
function byZone(value) {
  const labels = (samples.at(-1)?.zones ?? []).toSorted((a, b) => b.players - a.players).slice(0, 8).map((zone) => zone.label);
  return labels.map((label) => ({
    name: `zone ${label}`,
    points: samples.map((sample) => {
      const zone = sample.zones.find((it) => it.label === label);
      return [sample.at, zone === undefined ? null : value(zone)];
    }),
  }));
}

function line(name, key) {
  return { name, points: samples.map((sample) => [sample.at, sample[key]]) };
}

export function dashboard(main) {
  const top = h("div", { class: "tiles" });
  const zones = h("div", {});
  const incidents = h("div", {});
  const perSecond = (value) => `${number(value)}/s`;
  const inMillis = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  const plots = [
    [new Plot("Players", number, { least: 4 }), () => [{ name: "all", points: samples.map((it) => [it.at, it.players]) }]],
    [new Plot("Players by channel", number, { least: 4 }), () => byZone((zone) => zone.players)],
    [new Plot("Tick p50", inMillis, { least: 1 }), () => byZone((zone) => zone.p50 / 1000)],
    [new Plot("Tick p99", inMillis, { least: 1 }), () => byZone((zone) => zone.p99 / 1000)],
    [new Plot("Missed ticks since the start", number, { least: 4 }), () => byZone((zone) => zone.missed)],
    [new Plot("Messages", perSecond, { least: 10 }), () => [line("in", "messages_in"), line("out", "messages_out")]],
    [new Plot("Bytes", (value) => `${bytes(value)}/s`, { least: 1000 }), () => [line("in", "bytes_in"), line("out", "bytes_out")]],
    [new Plot("Errors and refused work", perSecond, { least: 4 }), () => [line("sessions closed", "errors"), line("shed", "shed")]],
    [new Plot("Store, intent to answer", inMillis, { least: 10 }), () => [line("p50", "store_p50_ms"), line("p99", "store_p99_ms")]],
    [new Plot("Memory of the process", bytes, { least: 1e6 }), () => [line("resident", "memory_bytes")]],
  ];
  fill(main, h("h1", {}, "Dashboard"), top, h("div", { class: "plots" }, plots.map(([plot]) => plot.element)),
    h("h2", {}, "Zones"), zones, h("h2", {}, "Newest incidents"), incidents);

  async function look() {
    const now = await get(`/dashboard?since=${samples.at(-1)?.at ?? 0}`, true);
    samples = [...samples, ...now.samples].filter((sample) => sample.at > now.now - SPAN_MILLIS);
    fill(top, ...tiles(now));
    plots.forEach(([plot, lines]) => plot.update(lines(), now.now));
    fill(zones, zoneTable(now.zones));
    fill(incidents, incidentTable(now.incidents));
  }

  look().catch((error) => notice(error.message, true));
  let hasFailed = false;
  const timer = setInterval(() => {
    look().then(() => { hasFailed = false; }, (error) => {
      if (!hasFailed) notice(error.message, true);
      hasFailed = true;
    });
  }, PAUSE_MILLIS);
  return () => clearInterval(timer);
}

/** The zones as a list. */
export function zoneTable(zones) {
  return table([
    ["Zone", (zone) => h("a", { href: `#/zones/${zone.label}` }, `${zone.label} ${zone.name}`)],
    ["Players", (zone) => number(zone.players), "n"],
    ["Actors", (zone) => number(zone.actors), "n"],
    ["Tick p50", (zone) => millis(zone.p50_micros), "n"],
    ["p99", (zone) => millis(zone.p99_micros), "n"],
    ["Longest", (zone) => h("span", { class: zone.max_micros > 50_000 ? "bad" : "" }, millis(zone.max_micros)), "n"],
    ["Missed", (zone) => h("span", { class: zone.missed > 0 ? "warn" : "" }, number(zone.missed)), "n"],
    ["Log in memory", (zone) => bytes(zone.log_bytes), "n"],
    ["Epoch", (zone) => number(zone.epoch), "n"],
    ["Tick", (zone) => number(zone.tick), "n"],
  ], zones);
}

/** Incidents as a list. */
export function incidentTable(incidents) {
  return table([
    ["At", (it) => time(it.at), "t"],
    ["Kind", (it) => h("span", { class: `chip ${it.kind === "slow_tick" ? "warn" : "bad"}` }, it.kind.replaceAll("_", " "))],
    ["Zone", (it) => it.channel > 1 ? `${it.zone}-c${it.channel}` : it.zone],
    ["Tick", (it) => number(it.tick), "n"],
    ["Players", (it) => number(it.players), "n"],
    ["What", (it) => it.reason],
    ["", (it) => h("a", { href: `#/incidents/${it.name}` }, "explain")],
  ], incidents, "No incident is kept.");
}
