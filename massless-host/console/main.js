// The console: sign-in, the list of pages, and which one is shown.
import { get, open, post } from "./api.js";
import { fill, h, notice } from "./dom.js";
import { audit } from "./audit.js";
import { control } from "./control.js";
import { dashboard } from "./dashboard.js";
import { incident, incidents } from "./incidents.js";
import { ledger, quarantine } from "./ledger.js";
import { person } from "./person.js";
import { players } from "./players.js";
import { settings } from "./settings.js";
import { zone, zones } from "./zones.js";

const main = document.getElementById("main");
const head = document.getElementById("head");

/** Address, name, the least role. */
const PAGES = [
  ["dashboard", "Dashboard", "moderator"], ["players", "Players", "moderator"], ["ledger", "Ledger", "moderator"],
  ["quarantine", "Quarantine", "moderator"], ["zones", "Zones", "moderator"], ["incidents", "Incidents", "moderator"],
  ["control", "Control", "moderator"], ["settings", "Settings", "admin"], ["audit", "Audit", "admin"],
];

let session = null;
let leavePage = null;

function allowed() {
  return PAGES.filter(([, , role]) => role === "moderator" || session.role === "admin");
}

/** Shows the page that the address names. */
function show() {
  leavePage?.();
  leavePage = null;
  if (session === null) return;
  const [, page = "dashboard", ...parts] = location.hash.split("/").map(decodeURIComponent);
  const isAllowed = allowed().some(([name]) => name === page);
  const shown = isAllowed ? page : "dashboard";
  fill(document.getElementById("nav"), ...allowed().map(([name, title]) => h("a", { href: `#/${name}`, "aria-current": name === shown ? "page" : null }, title)));
  document.title = `${allowed().find(([name]) => name === shown)[1]} – Massless console`;
  const first = parts[0] ?? "";
  const pages = {
    dashboard: () => dashboard(main),
    players: () => first === "" ? players(main) : person(main, first, session),
    ledger: () => ledger(main, first, parts[1] ?? ""),
    quarantine: () => quarantine(main),
    zones: () => first === "" ? zones(main) : zone(main, first, session),
    incidents: () => first === "" ? incidents(main) : incident(main, first, session),
    control: () => control(main, session),
    settings: () => settings(main),
    audit: () => audit(main),
  };
  leavePage = pages[shown]() ?? null;
  window.scrollTo(0, 0);
}

function enter(opened) {
  session = opened;
  open(session, signedOut);
  document.body.className = "";
  head.hidden = false;
  fill(document.getElementById("server"), session.server);
  fill(document.getElementById("who"), `${session.name}, ${session.role}`);
  show();
}

function signedOut() {
  if (session === null) return;
  session = null;
  leavePage?.();
  leavePage = null;
  signIn("The session is over; please sign in again.");
}

function signIn(said = "") {
  document.body.className = "out";
  head.hidden = true;
  document.title = "Sign in – Massless console";
  const field = (label, attributes) => {
    const input = h("input", { required: true, ...attributes });
    return [input, h("label", {}, label, input)];
  };
  const [login, loginLabel] = field("Login", { name: "login", autocomplete: "username", spellcheck: "false", autocapitalize: "none" });
  const [password, passwordLabel] = field("Password", { name: "password", type: "password", autocomplete: "current-password" });
  const [code, codeLabel] = field("Code of the authenticator, or a recovery code", { name: "code", autocomplete: "one-time-code", spellcheck: "false" });
  const message = h("p", { class: "bad", role: "alert" }, said);
  const button = h("button", { type: "submit", class: "main" }, "Sign in");
  const form = h("form", { onsubmit: (event) => {
    event.preventDefault();
    button.disabled = true;
    post("/sign-in", { login: login.value, password: password.value, code: code.value })
      .then(enter, (error) => {
        fill(message, error.message);
        code.value = "";
        code.focus();
      })
      .finally(() => { button.disabled = false; });
  } }, loginLabel, passwordLabel, codeLabel, button);
  fill(main, h("div", { class: "panel sign-in" }, h("h1", {}, "Massless console"), message, form));
  login.focus();
}

document.getElementById("leave").addEventListener("click", () => {
  post("/sign-out", {}).catch((error) => notice(error.message, true)).finally(() => {
    leavePage?.();
    leavePage = null;
    session = null;
    location.hash = "";
    signIn();
  });
});
window.addEventListener("hashchange", show);
get("/session").then(enter, () => signIn());
