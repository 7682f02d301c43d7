// Lines over time on a canvas: a few hundred points, drawn anew with each sample.
import { h } from "./dom.js";

export const COLOURS = ["#7cc4ff", "#f2c25c", "#6fce8c", "#ff7b72", "#c59bff", "#5fd4c8", "#ff9fd2", "#b8c76f"];
/** Longest and shortest time that is shown. */
const SPAN_MILLIS = [120_000, 600_000];
const LEFT = 46;
const BOTTOM = 18;

/** A round number not below `value`. */
function ceiling(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

/** A plot of the last ten minutes, or of what there is; `update(lines, now)` draws lines of [moment, value]. */
export class Plot {
  constructor(title, format, { least = 0 } = {}) {
    this.format = format;
    this.least = least;
    this.canvas = h("canvas", { role: "img", "aria-label": title });
    this.keys = h("span", {});
    this.element = h("figure", { class: "plot" }, h("figcaption", {}, h("b", {}, title), this.keys), this.canvas);
  }

  update(lines, now) {
    const shown = lines.map((line, index) => ({ ...line, colour: COLOURS[index % COLOURS.length] }));
    const newest = (line) => line.points.findLast((point) => point[1] !== null)?.[1] ?? null;
    this.keys.replaceChildren(...shown.map((line) => {
      const mark = h("i", {});
      mark.style.background = line.colour;
      return h("span", { class: "key" }, mark, `${line.name} ${newest(line) === null ? "–" : this.format(newest(line))}  `);
    }));
    const said = shown.map((line) => `${line.name} ${newest(line) === null ? "none" : this.format(newest(line))}`);
    this.canvas.setAttribute("aria-label", `${this.element.querySelector("b").textContent}: ${said.join(", ")}`);
    this.#draw(shown, now);
  }

  #draw(lines, now) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0) return;
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const context = this.canvas.getContext("2d");
    context.scale(scale, scale);
    const most = Math.max(this.least, ...lines.flatMap((line) => line.points.map((point) => point[1] ?? 0)));
    const top = ceiling(most);
    const oldest = Math.min(...lines.flatMap((line) => line.points.slice(0, 1).map((point) => point[0])));
    const span = Math.max(SPAN_MILLIS[0], Math.min(SPAN_MILLIS[1], now - oldest));
    const x = (at) => LEFT + (1 - (now - at) / span) * (width - LEFT - 4);
    const y = (value) => 6 + (1 - value / top) * (height - BOTTOM - 6);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = "#93a0b0";
    context.strokeStyle = "#303946";
    context.lineWidth = 1;
    for (const part of [0, 0.5, 1]) {
      const level = Math.round(y(top * part)) + 0.5;
      context.beginPath();
      context.moveTo(LEFT, level);
      context.lineTo(width, level);
      context.stroke();
      context.textAlign = "right";
      context.fillText(this.format(top * part), LEFT - 6, level + 4);
    }
    for (const part of [1, 0.5, 0]) {
      const minutes = span * part / 60_000;
      context.textAlign = part === 1 ? "left" : part === 0 ? "right" : "center";
      context.fillText(part === 0 ? "now" : `-${minutes.toFixed(minutes < 10 ? 1 : 0)} min`, x(now - span * part), height - 3);
    }
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.save();
    context.beginPath();
    context.rect(LEFT, 0, width - LEFT, height - BOTTOM + 2);
    context.clip();
    for (const line of lines) {
      context.strokeStyle = line.colour;
      context.beginPath();
      let isDown = false;
      for (const [at, value] of line.points) {
        if (value === null) {
          isDown = false;
        } else if (isDown) {
          context.lineTo(x(at), y(value));
        } else {
          context.moveTo(x(at), y(value));
          context.lineTo(x(at) + 0.5, y(value));
          isDown = true;
        }
      }
      context.stroke();
    }
    context.restore();
  }
}
