// What an admin turns: announcements, the drain, kill switches.
import { get, post } from "./api.js";
import { ask, fill, h, notice, table, time } from "./dom.js";

const PAUSE_MILLIS = 2000;

const PATHS = {
  trade: "Trades between two characters", mail: "Letters, sent and emptied", market: "Offers, purchases, offers taken back",
  shop: "Shops and exchange", loot: "Things picked up from the ground", upgrade: "Attempts at the smith's",
};

export function control(main, session) {
  const isAdmin = session.role === "admin";
  const switches = h("div", {});
  const state = h("p", { class: "faint" });
  const text = h("input", { required: true, maxlength: 200, size: 60, placeholder: "What everybody reads", autocomplete: "off", disabled: !isAdmin });
  const notices = h("select", { disabled: !isAdmin }, [[300, "5 minutes"], [180, "3 minutes"], [60, "1 minute"], [10, "10 seconds"], [0, "none"]]
    .map(([seconds, name]) => h("option", { value: seconds }, name)));
  const off = h("button", { type: "button", disabled: true, onclick: () => run(callOff) }, "Call off");
  const run = (act) => act().catch((error) => notice(error.message, true));

  async function announce() {
    await post("/orders", { order: "announce", text: text.value });
    notice("announced to everybody");
    text.value = "";
  }

  async function drain() {
    const seconds = Number(notices.value);
    const sure = await ask({
      title: "Drain this server", act: "Drain", isDanger: true,
      text: `Players are told, and after ${seconds} seconds the server saves everything and stops. Until then it can be called off; another one with less notice brings the stop forward.`,
    });
    if (!sure) return;
    await post("/drain", { notice_seconds: seconds });
    notice("the drain has begun");
    await look();
  }

  async function callOff() {
    await post("/drain/cancel", {});
    notice("the drain was called off; players were told");
    await look();
  }

  async function turn(path, off) {
    const sure = await ask({
      title: off ? `Shut ${path}` : `Open ${path}`, act: off ? "Shut" : "Open", isDanger: off,
      text: off ? `${PATHS[path] ?? path}: refused on every host from now on, until it is opened again.` : "It works again on every host at once.",
    });
    if (sure) show(await post("/switches", { path, off }));
  }

  function show(all) {
    fill(switches, table([
      ["Path", (it) => it.path],
      ["", (it) => PATHS[it.path] ?? ""],
      ["State", (it) => it.off ? h("span", { class: "chip bad" }, "shut") : h("span", { class: "chip good" }, "open")],
      ["Turned by", (it) => it.by ?? ""],
      ["When", (it) => it.at === null ? "never" : time(it.at), "t"],
      ["", (it) => h("button", { type: "button", class: it.off ? "" : "danger", disabled: !isAdmin, onclick: () => run(() => turn(it.path, !it.off)) }, it.off ? "Open" : "Shut")],
    ], all.switches));
  }

  async function look() {
    const now = await get(`/dashboard?since=${Date.now() + 1e9}`, true);
    const words = now.stopping ? "The server stops." : now.draining ? "The server drains: players know that it stops." : "No drain is under way.";
    fill(state, words);
    off.disabled = !isAdmin || !now.draining || now.stopping;
    state.className = now.draining || now.stopping ? "warn" : "faint";
  }

  fill(main, h("h1", {}, "Control"),
    isAdmin ? "" : h("p", { class: "faint" }, "You see this page; only admins turn something here."),
    h("div", { class: "panel" }, h("h2", {}, "Announcement"),
      h("form", { class: "row", onsubmit: (event) => { event.preventDefault(); run(announce); } },
        h("label", { class: "grow" }, "Text, 1 to 200 letters", text), h("button", { type: "submit", class: "main", disabled: !isAdmin }, "Announce"))),
    h("div", { class: "panel" }, h("h2", {}, "Drain"), state,
      h("div", { class: "row" }, h("label", {}, "Notice", notices), h("button", { type: "button", class: "danger", disabled: !isAdmin, onclick: () => run(drain) }, "Drain"), off)),
    h("h2", {}, "Kill switches"),
    h("p", { class: "faint" }, "A path of wealth that is shut refuses its operations; play goes on. Shut the path that a duplicate came by, then look."),
    switches);
  run(look);
  run(async () => show(await get("/switches")));
  const timer = setInterval(() => { look().catch(() => {}); }, PAUSE_MILLIS);
  return () => clearInterval(timer);
}
