// A zone from above: its ground as a picture, and who stands where, about once a second.
import { raw } from "./api.js";
import { fill, h } from "./dom.js";

/** Colours of materials, by their number in map files. */
const MATERIALS = [
  [74, 98, 58], [112, 108, 66], [96, 96, 100], [150, 138, 104], [118, 94, 68],
  [128, 126, 122], [44, 74, 96], [64, 78, 48], [122, 92, 58], [104, 98, 92],
];
const WATER = [38, 72, 104];
const KINDS = {
  player: ["#ffffff", 4], creature: ["#ff7b72", 2.4], npc: ["#6fce8c", 3], item: ["#f2c25c", 1.8],
};
const ZOOM_MAX = 12;

export class LiveMap {
  #ground = null;
  #size = [1, 1];
  #told = { actors: [] };
  #zoom = 1;
  #middle = null;
  #held = null;

  constructor() {
    this.canvas = h("canvas", { tabindex: 0, role: "img", "aria-label": "Live map", width: 640, height: 640 });
    this.people = h("div", { class: "list" });
    this.counts = h("p", { class: "faint counts" });
    const zoom = (factor) => () => this.#zoomBy(factor);
    this.element = h("div", { class: "map" },
      h("div", {}, this.canvas, h("p", { class: "row" },
        h("button", { type: "button", "aria-label": "closer", onclick: zoom(1.5) }, "+"),
        h("button", { type: "button", "aria-label": "farther", onclick: zoom(1 / 1.5) }, "−"),
        h("span", { class: "faint" }, "Drag or arrow keys to move; wheel or + and − to come closer."))),
      h("div", {}, this.counts, this.people));
    this.#listen();
  }

  async load(label) {
    const bytes = new Uint8Array(await raw(`/zones/${label}/ground`));
    const [width, depth] = [bytes[0] | bytes[1] << 8, bytes[2] | bytes[3] << 8];
    const picture = new ImageData(width, depth);
    const height = (x, z) => bytes[5 + 2 * (Math.max(0, z) * width + Math.max(0, x))];
    for (let z = 0; z < depth; z += 1) {
      for (let x = 0; x < width; x += 1) {
        const isWater = height(x, z) === 255;
        const colour = isWater ? WATER : MATERIALS[bytes[4 + 2 * (z * width + x)]] ?? [255, 0, 255];
        // Light from the north-west.
        const slope = isWater ? 0 : height(x, z) - height(x - 1, z) + height(x, z - 1) - height(x, z);
        const light = Math.max(0.55, Math.min(1.4, 0.86 + slope * 0.07 + (isWater ? 0 : height(x, z) / 900)));
        const at = 4 * ((depth - 1 - z) * width + x);
        for (const part of [0, 1, 2]) picture.data[at + part] = colour[part] * light;
        picture.data[at + 3] = 255;
      }
    }
    const ground = document.createElement("canvas");
    [ground.width, ground.height] = [width, depth];
    ground.getContext("2d").putImageData(picture, 0, 0);
    this.#ground = ground;
    this.#size = [width, depth];
    this.#middle ??= [width / 2, depth / 2];
    this.#draw();
  }

  show(told) {
    this.#told = told;
    const counted = {};
    for (const actor of told.actors) counted[actor.kind] = (counted[actor.kind] ?? 0) + 1;
    const words = Object.entries(counted).map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`);
    fill(this.counts, told.tick === null ? "The first picture comes in a second." : `Tick ${told.tick}: ${words.join(", ")}.`);
    const people = told.actors.filter((actor) => actor.kind === "player").toSorted((a, b) => a.name.localeCompare(b.name));
    fill(this.people, ...people.map((actor) => h("div", {},
      h("button", { type: "button", title: "show on the map", onclick: () => {
        this.#middle = [actor.x, actor.z];
        this.#zoom = Math.max(this.#zoom, 4);
        this.#draw();
      } }, actor.name),
      h("span", { class: "faint" }, ` level ${actor.level}, ${Math.round(actor.share / 2.55)} %, ${actor.pose.toLowerCase()}`))));
    this.#draw();
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.#zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#held = [event.clientX, event.clientY];
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#held === null) return;
      const metres = 1 / this.#pixels() * canvas.width / canvas.clientWidth;
      this.#moveBy((this.#held[0] - event.clientX) * metres, (event.clientY - this.#held[1]) * metres);
      this.#held = [event.clientX, event.clientY];
    });
    canvas.addEventListener("pointerup", () => { this.#held = null; });
    canvas.addEventListener("keydown", (event) => {
      const step = 40 / this.#zoom;
      const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
      if (moves[event.key] !== undefined) this.#moveBy(...moves[event.key]);
      else if (event.key === "+") this.#zoomBy(1.5);
      else if (event.key === "-") this.#zoomBy(1 / 1.5);
      else return;
      event.preventDefault();
    });
  }

  /** Pixels of a metre. */
  #pixels() {
    return this.canvas.width / Math.max(...this.#size) * this.#zoom;
  }

  #zoomBy(factor) {
    this.#zoom = Math.max(1, Math.min(ZOOM_MAX, this.#zoom * factor));
    this.#moveBy(0, 0);
  }

  #moveBy(east, north) {
    if (this.#middle === null) return;
    const half = this.canvas.width / 2 / this.#pixels();
    const within = (value, size) => Math.max(Math.min(half, size / 2), Math.min(Math.max(size - half, size / 2), value));
    this.#middle = [within(this.#middle[0] + east, this.#size[0]), within(this.#middle[1] + north, this.#size[1])];
    this.#draw();
  }

  #draw() {
    const { canvas } = this;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (this.#ground === null) return;
    const pixels = this.#pixels();
    const [width, depth] = this.#size;
    const left = canvas.width / 2 - this.#middle[0] * pixels;
    const top = canvas.height / 2 - (depth - this.#middle[1]) * pixels;
    context.imageSmoothingEnabled = pixels < 3;
    context.drawImage(this.#ground, left, top, width * pixels, depth * pixels);
    const order = ["item", "creature", "npc", "player"];
    const actors = this.#told.actors.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    for (const actor of actors) {
      const [colour, radius] = KINDS[actor.kind] ?? ["#c59bff", 2];
      const [x, y] = [left + actor.x * pixels, top + (depth - actor.z) * pixels];
      context.globalAlpha = actor.pose === "Dead" ? 0.35 : 1;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
      if (actor.kind !== "player") continue;
      context.strokeStyle = "#12151a";
      context.lineWidth = 3;
      context.strokeText(actor.name, x, y - 7);
      context.fillText(actor.name, x, y - 7);
    }
    context.globalAlpha = 1;
  }
}
