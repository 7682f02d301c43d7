// A drawing for each kind of item; tiers and rarities show in metal and border.

import { disc, type Drawing, fill, groundOf, line, scattered, type Shape } from "./icon";

/** Metal of the tiers: plain, tempered, graven. */
const METALS: readonly (readonly [string, string])[] = [["#cfd3d0", "#8a8f8d"], ["#bfd6ea", "#6f8aa5"], ["#f3dc9a", "#a98436"]];
const WOOD = "#a87a4a";
const DARK_WOOD = "#6d4a2c";
const LEATHER = "#a8713f";
const CLOTH = "#7c6fb0";

type Draw = (light: string, dark: string) => readonly Shape[];

/** Gear by its row; the last digit of an id is the tier. */
const GEAR: Readonly<Record<number, Draw>> = {
  1010: (light, dark) => [fill("M24 3l5 0 0 5-14 14-5-5z", light), fill("M27 5L13 19l-3-2z", dark), line("M7 14l11 11M11 21l-6 6", "#d8a850", 3)],
  1020: (light, dark) => [fill("M22 2h8v8L15 25l-8-8z", light), fill("M28 4L11 21l-4-4z", dark), line("M5 14l13 13M9 23l-5 5", "#b5562f", 3.4)],
  1030: (light, dark) => [
    fill("M27 4l1 4-11 12-3-3z", light), line("M12 16l5 5M13 20l-4 4", WOOD, 2.6),
    fill("M5 4L4 8l11 12 3-3z", dark), line("M20 16l-5 5M19 20l4 4", WOOD, 2.6),
  ],
  1040: (light) => [line("M9 3c14 4 16 16 20 20C20 25 13 17 9 3z", WOOD, 2.6), line("M9 3l20 20", "#efe6d0", 1.2), line("M4 28L21 11", light, 2), fill("M25 7l-2 7-5-5z", light)],
  1050: (light) => [line("M6 28L22 10", WOOD, 3), fill(disc(24, 8, 5), light), fill(disc(22.6, 6.6, 1.8), "#ffffff"), line("M19 13l-3-4M19 13l5 2", DARK_WOOD, 2)],
  1060: (light, dark) => [line("M16 2v8M10 10l6-6 6 6", "#d8b56a", 1.6), fill("M8 12h16l-2 10a6 6 0 0 1-12 0z", light), fill("M8 12h16l-.6 3H8.600z", dark), line("M13 28h6M6 6c-2 3 2 4 0 7M26 6c2 3-2 4 0 7", "#cfd8d8", 1.4)],
  1070: (light) => [line("M6 27L20 12", DARK_WOOD, 3.2), fill("M23 3l2 5 5 1-4 4 1 5-5-2-4 3 0-5-4-3 5-2z", light)],
  1080: (light, dark) => [fill("M23 2c4 0 6 2 6 6L15 22l-6-6z", light), line("M24 8l-3 3M20 12l-3 3M16 16l-2 2", "#8a5fe0", 2.2), line("M7 14l10 10M10 22l-5 6", dark, 3)],
  2010: (light, dark) => [fill("M8 5l5 3h6l5-3 3 6-3 4v13H8V15l-3-4z", light), fill("M16 8v20H8V15l-3-4 3-6 5 3z", dark), line("M11 19h10M11 23h10", "#5d6464", 1.4)],
  2020: () => [fill("M8 5l5 2h6l5-2 4 7-4 3v13H8V15l-4-3z", LEATHER), line("M16 8v20M12 14l8 2M12 19l8 2", "#5a3a1e", 1.6), line("M8 24h16", "#d8b56a", 2)],
  2030: () => [fill("M10 4l6 3 6-3 5 10-4 2 3 13H6l3-13-4-2z", CLOTH), line("M16 7v22", "#d9c8ff", 1.6), line("M9 18h14", "#d8b56a", 2)],
  2040: (light) => [fill("M5 20a11 11 0 0 1 22 0v3H5z", light), fill("M5 21h22v4H5z", LEATHER), line("M16 9v11", "#6b6f6d", 1.6)],
  2050: () => [fill("M8 14V7h3v6V4h3v9V4h3v9V6h3v9l3-3 3 2-6 9v5H10v-5z", LEATHER), line("M10 24h10", "#d8b56a", 2)],
  2060: () => [fill("M10 3h9v14l8 5v6H9V18z", LEATHER), line("M9 25h18M10 8h9", "#5a3a1e", 1.8)],
  2070: (light, dark) => [fill("M16 3l11 3v9c0 7-6 11-11 14C11 26 5 22 5 15V6z", dark), fill("M16 6l8 2v7c0 5-4 8-8 11-4-3-8-6-8-11V8z", light), fill(disc(16, 15, 3.2), "#d8a850")],
  2080: () => [fill(disc(16, 14, 10), "#4d7fd6"), fill(disc(13, 11, 4), "#cfe6ff"), fill("M9 24h14l2 5H7z", "#d8a850")],
  2090: () => [line("M5 4c1 12 6 17 11 17S26 16 27 4", "#d8b56a", 2.2), fill("M16 18l5 5-5 6-5-6z", "#4fc0a5"), fill("M16 20l2 3-2 3z", "#d5fff2")],
  2100: () => [line(disc(16, 20, 8), "#e0b95c", 3.4), fill("M16 3l5 5-5 6-5-6z", "#e0604f"), fill("M16 5l2 3-2 3z", "#ffd9cf")],
};

function flask(colour: string, size: number): readonly Shape[] {
  const wide = 5 + size * 2;
  return [
    fill(`M13 4h6v8l${wide} 12a3 3 0 0 1-3 4H${13 - wide + 3}a3 3 0 0 1-3-4l${wide}-12z`, "#dfeef2"),
    fill(`M${13 - wide * 0.55} 18h${6 + wide * 1.1}l${wide * 0.42} 6a2 2 0 0 1-2 3H${13 - wide + 2}a2 2 0 0 1-2-3z`, colour),
    line("M12 4h8", WOOD, 3),
  ];
}

const GRAINS: readonly Shape[] = [fill(`${disc(10, 22, 4)}${disc(17, 24, 4.6)}${disc(23, 21, 3.4)}${disc(14, 17, 3)}${disc(20, 16, 2.2)}`, "#d9c7a5")];

/** Everything else by its id. */
const THINGS: Readonly<Record<number, Drawing>> = {
  3001: { ground: groundOf(0), shapes: flask("#e2493f", 0) },
  3002: { ground: groundOf(0), shapes: flask("#e2493f", 1) },
  3003: { ground: groundOf(0, 60), shapes: flask("#ff5b4a", 2) },
  3004: { ground: groundOf(215), shapes: flask("#3f7fe2", 0) },
  3005: { ground: groundOf(215), shapes: flask("#3f7fe2", 1) },
  3006: { ground: groundOf(40), shapes: [fill("M8 5h17v22H8z", "#efe2bd"), fill("M6 4h20v4H6zM6 25h20v4H6z", "#c9a866"), line("M11 12h10M11 16h10M11 20h6", "#8a6a3c", 1.6)] },
  4001: { ground: groundOf(35, 20), shapes: GRAINS },
  4002: { ground: groundOf(195), shapes: [fill("M17 3l6 11-5 15-9-9z", "#9fe0f0"), fill("M17 3l1 26-9-9z", "#5fa8c8")] },
  4003: { ground: groundOf(25, 55), shapes: [fill("M16 4l10 6v12l-10 6-10-6V10z", "#d9722f"), fill(disc(16, 16, 6), "#ffd78a"), fill(disc(16, 16, 3), "#fff6dc")] },
  4011: { ground: groundOf(55), shapes: [fill("M12 4h8v5l4 5v13H8V14l4-5z", "#e9e1c2"), fill("M8 17h16v10H8z", "#d5a52e")] },
  4012: { ground: groundOf(320, 25), shapes: [line("M9 29l10-16", "#8a5a3a", 3), line("M20 11c-4-3 4-4 0-8M24 13c-3-3 4-5 1-8", "#e8d6e6", 1.8)] },
  4013: { ground: groundOf(230, 30), shapes: [fill(disc(16, 16, 11), "#a8352f"), line("M16 8v15M11 12h10M10 19c1 4 3 5 6 5s5-1 6-5", "#ffd9c8", 2.2)] },
  5001: { ground: groundOf(28, 30), shapes: [fill("M6 6l5 3h10l5-3-1 8 3 6-6 1-2 6-4-3-4 3-2-6-6-1 3-6z", "#9c7448")] },
  5002: { ground: groundOf(20, 20), shapes: [line("M8 28L6 6M12 28L12 4M16 28l1-25M20 28l3-22M24 28l3-18", "#cbb79a", 1.8)] },
  5003: { ground: groundOf(120, 30), shapes: [fill("M9 5c10 2 14 9 13 23C14 24 9 18 9 5z", "#f3ecd8"), fill("M9 5c2 10 6 17 13 23C14 24 9 18 9 5z", "#c9bfa2")] },
  5004: { ground: groundOf(260, 15), shapes: [line(`${disc(16, 16, 11)}${disc(16, 16, 7)}${disc(16, 16, 3)}`, "#eef0f4", 1.2), line("M16 3v26M3 16h26M7 7l18 18M25 7L7 25", "#eef0f4", 1.2)] },
  5005: { ground: groundOf(45, 40), shapes: [fill(disc(16, 16, 11), "#c99a3e"), fill(disc(16, 16, 8), "#e9c66a"), fill("M16 9l2 5h5l-4 3 2 5-5-3-5 3 2-5-4-3h5z", "#a9772a")] },
  5006: { ground: groundOf(30, 25), shapes: [fill("M6 26C6 12 16 5 28 5 18 9 14 15 13 27z", "#efe6cf")] },
  5007: { ground: groundOf(280, 20), shapes: [fill("M16 15C8 3 2 10 6 16s8 5 10 3c2 2 6 3 10-3S24 3 16 15z", "#c6b8dc"), line("M16 13v14", "#6d5f86", 2)] },
  5008: { ground: groundOf(95, 40), shapes: [fill("M5 22c0-6 5-5 6-11s9-7 11 0 6 5 6 11-5 6-12 6-11-1-11-6z", "#86b04a"), fill(disc(13, 18, 2.4), "#d8f0a8")] },
  5009: { ground: groundOf(200, 25), shapes: [fill("M16 3c6 5 8 9 8 14 0 4-2 6-2 11l-4-4-2 5-3-5-3 4c0-5-2-7-2-11 0-5 2-9 8-14z", "#cfe4ee"), fill(`${disc(13, 14, 1.7)}${disc(19, 14, 1.7)}`, "#31454f")] },
  5010: { ground: groundOf(215, 12), shapes: [fill("M8 9l9-4 9 7-3 13-12 2-5-9z", "#8d98a3"), fill("M17 5l1 12-12 1 2-9z", "#b6c0c9")] },
  5011: { ground: groundOf(10, 45), shapes: [fill("M16 3c8 5 10 13 0 26C6 16 8 8 16 3z", "#c7503a"), line("M16 6v20M11 12l5 4 5-4M10 18l6 4 6-4", "#f0a080", 1.5)] },
  5012: { ground: groundOf(290, 50), shapes: [fill("M14 2l5 12 8 3-9 5-2 8-4-9-7-3 6-5z", "#d48bff"), fill("M14 2l2 15-11 1 6-5z", "#8f4fd0")] },
  6001: { ground: groundOf(35), shapes: [fill("M4 8h24v17H4z", "#efe2bd"), line("M4 8l12 10L28 8", "#b59a63", 1.8), fill(disc(16, 18, 3.6), "#b3342c")] },
};

const UNKNOWN: readonly Shape[] = [fill("M6 12l10-6 10 6v11l-10 6-10-6z", "#b99a6b"), line("M6 12l10 6 10-6M16 18v11", "#6d5535", 1.8)];

/** The drawing of an item. */
export function itemDrawing(id: number): Drawing {
  const thing = THINGS[id];
  if (thing) return thing;
  const tier = id % 10;
  const draw = GEAR[id - tier];
  if (!draw) return { ground: groundOf(scattered(id) % 360, 20), shapes: UNKNOWN };
  const [light, dark] = METALS[Math.min(Math.max(tier, 1), METALS.length) - 1]!;
  return { ground: ["#3c4646", "#141a1b"], shapes: draw(light, dark) };
}
