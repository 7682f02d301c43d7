// Elements, tables, dialogs. Whatever comes from the server becomes text, never markup.

/** An element; attributes beginning with `on` are listeners, `null` and `false` leave one out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Replaces what stands in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

/** A table; a column is [head, cell of a row, class]. */
export function table(columns, rows, empty = "Nothing here.") {
  if (rows.length === 0) return h("div", { class: "scroll" }, h("div", { class: "empty" }, empty));
  const head = columns.map(([name, , kind]) => h("th", { class: kind, scope: "col" }, name));
  const body = rows.map((row) => h("tr", {}, columns.map(([, cell, kind]) => h("td", { class: kind }, cell(row)))));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, body)));
}

/** Unix milliseconds as local time with the date. */
export function time(millis) {
  if (millis === null || millis === undefined) return "–";
  const at = new Date(millis);
  const two = (number) => String(number).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** A number with thin gaps between thousands. */
export function number(value) {
  return value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
}

/** Microseconds as milliseconds. */
export function millis(micros) {
  return `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 1)} ms`;
}

/** Bytes as people read them. */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "kB", "MB", "GB"];
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${value.toFixed(value < 10 && step > 0 ? 1 : 0)} ${units[step]}`;
}

/** Says something in the corner for a few seconds. */
export function notice(text, isBad = false) {
  const line = h("div", { class: isBad ? "bad" : "" }, text);
  document.getElementById("notice").append(line);
  setTimeout(() => line.remove(), isBad ? 9000 : 4000);
}

/** Asks before something is done; resolves to the fields' values, or to `null`. */
export function ask({ title, text, fields = [], act, isDanger = false }) {
  return new Promise((done) => {
    const inputs = fields.map((field) => h("input", {
      name: field.name, type: field.type ?? "text", value: field.value ?? "", required: field.required ?? false,
      min: field.min, max: field.max, maxlength: field.maxlength, autocomplete: "off",
    }));
    const dialog = h("dialog", { "aria-label": title, onclose: () => dialog.remove() },
      h("form", { method: "dialog", onsubmit: (event) => {
        event.preventDefault();
        done(Object.fromEntries(inputs.map((input) => [input.name, input.value])));
        dialog.close();
      } },
      h("h1", {}, title), text ? h("p", {}, text) : null,
      fields.map((field, index) => h("label", {}, field.label, inputs[index])),
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => { done(null); dialog.close(); } }, "Cancel"),
        h("button", { type: "submit", class: isDanger ? "danger" : "main" }, act))));
    dialog.addEventListener("cancel", () => done(null));
    document.body.append(dialog);
    dialog.showModal();
    (inputs[0] ?? dialog.querySelector("button[type=submit]")).focus();
  });
}
