// The map in the corner: painted once from the ground, then cut out round the player, north up.

import { type Land, PropKind, sampleAt } from "massless/core/land";
import { cellColour } from "../scene/ground-paint";
import { make } from "./dom";

/** Edge of the window in pixels, and metres it shows. */
const PIXELS = 176;
const METRES = 110;

/** A dot: where, and what kind of figure. */
export interface Dot {
  readonly x: number;
  readonly z: number;
  readonly tone: "player" | "party" | "creature" | "fierce" | "npc" | "portal";
  /** A sign in place of the dot; it stays at the rim when its place lies beyond. */
  readonly mark?: "offer" | "ready" | "waiting";
}

const TONES: Readonly<Record<Dot["tone"], string>> = { player: "#7fd6ff", creature: "#f2d9a0", fierce: "#ff7a5c", npc: "#9be08a", party: "#8f9dff", portal: "#c79bff" };
const MARKS: Readonly<Record<NonNullable<Dot["mark"]>, readonly [sign: string, colour: string]>> = { offer: ["!", "#ffd24a"], ready: ["?", "#ffd24a"], waiting: ["?", "#b8b8b0"] };
/** Pixels that a mark keeps from the rim. */
const RIM_PIXELS = 13;

/** A place in the window, drawn in to the rim of the round map where it lies beyond. Pure. */
export function withinRim(at: readonly [number, number], pixels: number, rim: number): readonly [number, number] {
  const [x, y] = [at[0] - pixels / 2, at[1] - pixels / 2];
  const reach = pixels / 2 - rim;
  const length = Math.hypot(x, y);
  return length <= reach ? at : [pixels / 2 + (x / length) * reach, pixels / 2 + (y / length) * reach];
}

/** Where a place of the map lies in a window of `pixels` that shows `metres` round a centre. */
export function toWindow(place: readonly [number, number], centre: readonly [number, number], pixels: number, metres: number): readonly [number, number] {
  const scale = pixels / metres;
  return [pixels / 2 + (place[0] - centre[0]) * scale, pixels / 2 - (place[1] - centre[1]) * scale];
}

/** The reverse: which place lies under a pixel of the window. */
export function fromWindow(pixel: readonly [number, number], centre: readonly [number, number], pixels: number, metres: number): readonly [number, number] {
  const scale = metres / pixels;
  return [centre[0] + (pixel[0] - pixels / 2) * scale, centre[1] - (pixel[1] - pixels / 2) * scale];
}

/** Light on a slope that falls to the south-east, as if the sun stood in the north-west of the paper. */
export function hillShade(land: Land, x: number, z: number): number {
  const east = sampleAt(land, x + 1, z) - sampleAt(land, x, z);
  const north = sampleAt(land, x, z + 1) - sampleAt(land, x, z);
  return Math.min(Math.max(1 + (east - north) * 0.28, 0.45), 1.45);
}

function paint(land: Land): HTMLCanvasElement {
  const canvas = make("canvas");
  canvas.width = land.width;
  canvas.height = land.depth;
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const image = context.createImageData(land.width, land.depth);
  for (let z = 0; z < land.depth; z += 1) {
    for (let x = 0; x < land.width; x += 1) {
      const wet = land.waterLevel - sampleAt(land, x, z);
      const shade = hillShade(land, x, z);
      const tint = wet > 0 ? ([0.22, 0.45 - Math.min(wet * 0.04, 0.15), 0.5] as const) : cellColour(land, x, z);
      const light = wet > 0 ? 1 : shade * (land.walkable[z * land.width + x] === 1 ? 1 : 0.78);
      const at = ((land.depth - 1 - z) * land.width + x) * 4;
      for (let channel = 0; channel < 3; channel += 1) image.data[at + channel] = tint[channel]! * light * 255;
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  for (const prop of land.props) stamp(context, land, prop);
  return canvas;
}

function stamp(context: CanvasRenderingContext2D, land: Land, prop: Land["props"][number]): void {
  const built = prop.kind === PropKind.House || prop.kind === PropKind.Tower || prop.kind === PropKind.Wall || prop.kind === PropKind.Step;
  const tree = prop.kind === PropKind.Pine || prop.kind === PropKind.Oak;
  if (!built && !tree) return;
  context.save();
  context.translate(prop.x, land.depth - prop.z);
  context.rotate(prop.yaw);
  context.fillStyle = tree ? "rgba(38, 62, 36, 0.55)" : prop.kind === PropKind.House ? "#9a4f33" : "#8b8176";
  if (tree) {
    context.beginPath();
    context.arc(0, 0, 1.7, 0, Math.PI * 2);
    context.fill();
  } else {
    context.fillRect(-prop.halfX, -prop.halfZ, prop.halfX * 2, prop.halfZ * 2);
  }
  context.restore();
}

export class Minimap {
  readonly element = make("div", "minimap");
  private readonly canvas = make("canvas");
  private readonly context: CanvasRenderingContext2D | null;
  private base: HTMLCanvasElement | undefined;
  private centre: readonly [number, number] = [0, 0];

  constructor(onClick: (x: number, z: number) => void) {
    // Drawn twice as fine as it is small: large screens show it larger.
    const ratio = 2;
    this.canvas.width = this.canvas.height = PIXELS * ratio;
    this.context = this.canvas.getContext("2d");
    this.context?.scale(ratio, ratio);
    this.element.append(this.canvas, make("span", "north", "N"));
    this.canvas.addEventListener("click", (event) => {
      const scale = PIXELS / Math.max(this.canvas.clientWidth, 1);
      const [x, z] = fromWindow([event.offsetX * scale, event.offsetY * scale], this.centre, PIXELS, METRES);
      onClick(x, z);
    });
  }

  set land(land: Land) {
    this.base = paint(land);
  }

  /** Draws the player at the middle, looking along `yaw`, and the others as dots. */
  draw(centre: readonly [number, number], yaw: number, dots: readonly Dot[], goal?: readonly [number, number]): void {
    const { context, base } = this;
    if (!context || !base) return;
    this.centre = centre;
    const scale = PIXELS / METRES;
    context.fillStyle = "#39423a";
    context.fillRect(0, 0, PIXELS, PIXELS);
    const [left, top] = toWindow([0, base.height], centre, PIXELS, METRES);
    context.imageSmoothingEnabled = true;
    context.drawImage(base, left, top, base.width * scale, base.height * scale);
    for (const dot of dots) if (!dot.mark) this.dot(context, dot);
    if (goal) this.cross(context, toWindow(goal, centre, PIXELS, METRES));
    for (const dot of dots) if (dot.mark) this.mark(context, dot, dot.mark);
    this.arrow(context, yaw);
  }

  private dot(context: CanvasRenderingContext2D, dot: Dot): void {
    const [x, y] = toWindow([dot.x, dot.z], this.centre, PIXELS, METRES);
    context.fillStyle = TONES[dot.tone];
    context.strokeStyle = "rgba(0, 0, 0, 0.6)";
    context.beginPath();
    context.arc(x, y, dot.tone === "portal" ? 4 : 2.6, 0, Math.PI * 2);
    context.fill();
    context.stroke();
  }

  private mark(context: CanvasRenderingContext2D, dot: Dot, mark: NonNullable<Dot["mark"]>): void {
    const [sign, colour] = MARKS[mark];
    const [x, y] = withinRim(toWindow([dot.x, dot.z], this.centre, PIXELS, METRES), PIXELS, RIM_PIXELS);
    context.font = "bold 16px Georgia, serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 3;
    context.strokeStyle = "rgba(20, 14, 6, 0.85)";
    context.strokeText(sign, x, y);
    context.fillStyle = colour;
    context.fillText(sign, x, y);
    context.lineWidth = 1;
  }

  private arrow(context: CanvasRenderingContext2D, yaw: number): void {
    context.save();
    context.translate(PIXELS / 2, PIXELS / 2);
    context.rotate(yaw);
    context.fillStyle = "#fff4d8";
    context.strokeStyle = "#2a1d12";
    context.beginPath();
    context.moveTo(0, -7);
    context.lineTo(5, 6);
    context.lineTo(0, 3);
    context.lineTo(-5, 6);
    context.closePath();
    context.fill();
    context.stroke();
    context.restore();
  }

  private cross(context: CanvasRenderingContext2D, at: readonly [number, number]): void {
    context.strokeStyle = "#ffcf7a";
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(at[0] - 4, at[1] - 4);
    context.lineTo(at[0] + 4, at[1] + 4);
    context.moveTo(at[0] + 4, at[1] - 4);
    context.lineTo(at[0] - 4, at[1] + 4);
    context.stroke();
    context.lineWidth = 1;
  }
}
