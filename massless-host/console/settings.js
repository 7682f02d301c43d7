// The settings that hold, and where each came from.
import { get } from "./api.js";
import { fill, h, notice, table } from "./dom.js";

export function settings(main) {
  const list = h("div", {});
  const input = h("input", { type: "search", placeholder: "Part of a name or value", autocomplete: "off" });
  const changed = h("input", { type: "checkbox" });
  let all = [];
  const show = () => {
    const word = input.value.trim().toLowerCase();
    const fits = (it) => (!changed.checked || it.source !== "default") && `${it.key} ${it.value} ${it.source}`.toLowerCase().includes(word);
    fill(list, table([
      ["Setting", (it) => it.key, "code"],
      ["Value", (it) => it.value, "code"],
      ["From", (it) => it.source === "default" ? h("span", { class: "faint" }, "default") : it.source],
    ], all.filter(fits), "No setting is like that."));
  };
  input.addEventListener("input", show);
  changed.addEventListener("change", show);
  fill(main, h("h1", {}, "Settings"), h("p", { class: "faint" }, "As they were read when this server started. Of a secret only whether it is set."),
    h("div", { class: "row" }, h("label", {}, "Find", input), h("label", {}, "Not at their default", changed)), h("div", { class: "gap" }), list);
  get("/settings").then((it) => { all = it.settings; show(); }).catch((error) => notice(error.message, true));
}
