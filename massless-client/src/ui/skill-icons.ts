// A drawing for each skill and effect: known ones by hand, all others from what they do.

import { disc, type Drawing, fill, groundOf, line, scattered, type Shape } from "./icon";

const STEEL = "#dfe6e8";
const SHADE = "#8d9aa0";
const GOLD = "#f2c46a";
const RED = "#ff8c6b";
const BLUE = "#8fc7ff";
const VIOLET = "#c79bff";
const GREEN = "#a8e68a";

const SWORD: readonly Shape[] = [
  fill("M25 3l4 0 0 4-14 14-4-4z", STEEL),
  fill("M27 5L13 19l-2-2z", SHADE),
  line("M8 15l9 9M11 21l-6 6", GOLD, 3),
];
const DAGGER: readonly Shape[] = [fill("M26 4l2 2-11 13-4-4z", STEEL), line("M10 14l8 8M12 20l-5 5", GOLD, 3)];
const ARROW: readonly Shape[] = [line("M6 26L24 8", "#c9a27a", 2.5), fill("M28 4l-3 10-7-7z", STEEL), line("M5 21l5 0 0 0M11 27l0-5", RED, 2)];
const SHIELD: readonly Shape[] = [fill("M16 3l10 3v9c0 7-5 11-10 14C11 26 6 22 6 15V6z", "#9aa9b0"), fill("M16 6v20c-4-2-7-6-7-11V8z", "#c8d4d8")];
const HEART: readonly Shape[] = [fill("M16 27C8 21 4 16 4 11a6 6 0 0 1 12-2 6 6 0 0 1 12 2c0 5-4 10-12 16z", "#f49a8a"), line("M16 11v9M11.5 15.5h9", "#fff3e0", 3)];
const FLAME: readonly Shape[] = [fill("M17 3c1 6 8 8 8 16a9 9 0 0 1-18 0c0-4 3-6 4-9 2 2 3 3 3 5 3-3 4-7 3-12z", "#ff9a45"), fill("M16 16c1 3 4 4 4 8a4 4 0 0 1-8 0c0-3 3-4 4-8z", "#ffe08a")];
const BOLT: readonly Shape[] = [fill("M19 2L7 18h7l-3 12 14-17h-8z", "#ffe98a")];
const SKULL: readonly Shape[] = [
  fill("M16 4a10 10 0 0 1 7 17l-1 5H10l-1-5A10 10 0 0 1 16 4z", "#e7e0d0"),
  fill(`${disc(12, 15, 2.6)}${disc(20, 15, 2.6)}M16 18l2 4h-4z`, "#2a2230"),
];
const DROP: readonly Shape[] = [fill("M16 3c5 8 9 12 9 17a9 9 0 0 1-18 0c0-5 4-9 9-17z", GREEN), fill(disc(13, 20, 2.5), "#e6ffd8")];
const FROST: readonly Shape[] = [line("M16 4v24M5.6 10l20.8 12M26.4 10L5.6 22M16 9l-3-3M16 9l3-3M16 23l-3 3M16 23l3 3", "#c9ecff", 2.2)];
const BOOT: readonly Shape[] = [fill("M11 4h8v13l8 5v5H9V18z", "#c79a63"), line("M4 10h4M3 15h5M4 20h4", STEEL, 2)];
const CHAIN: readonly Shape[] = [line("M9 8a4 4 0 1 1 4 7M23 24a4 4 0 1 1-4-7M12 11l8 10", SHADE, 3)];
const STARS: readonly Shape[] = [
  fill("M16 5l2.5 6 6.5.5-5 4.3 1.6 6.2-5.6-3.4-5.6 3.4 1.6-6.2-5-4.3 6.5-.5z", GOLD),
  fill(`${disc(6, 25, 1.8)}${disc(26, 25, 1.8)}${disc(16, 28, 1.8)}`, GOLD),
];
const MUTE: readonly Shape[] = [fill("M7 13v6h4l6 5V8l-6 5z", STEEL), line("M21 12l7 8M28 12l-7 8", RED, 2.6)];
const RING: readonly Shape[] = [line(disc(16, 16, 10), RED, 3), line(disc(16, 16, 5), GOLD, 2)];

/** Skills of the rules, by id. */
const SKILLS: Readonly<Record<number, Drawing>> = {
  101: { ground: groundOf(12), shapes: [line("M5 10C12 3 24 6 28 18", RED, 2.5), ...SWORD] },
  102: { ground: groundOf(22), shapes: [line("M4 9h9M3 16h8M4 23h9", GOLD, 2), fill("M14 6l12 10-12 10 4-10z", "#ffd9a0")] },
  111: { ground: groundOf(8), shapes: [line("M4 22A14 14 0 0 1 28 12", RED, 3.5), line("M7 27A14 14 0 0 1 29 18", GOLD, 2), fill("M16 27l10-17 3 1-8 16z", STEEL)] },
  112: { ground: groundOf(30), shapes: [...SHIELD, line("M18 3l-4 9 5 5-5 11", "#2a2018", 2.4)] },
  113: { ground: groundOf(5, 60), shapes: [...FLAME] },
  121: { ground: groundOf(0, 55), shapes: [fill("M6 6h20v14H16l-6 6v-6H6z", "#f2e4c8"), fill("M15 8h3l-.6 6h-1.8zM15.2 15.5h2.6V18h-2.6z", "#b03a2a")] },
  122: { ground: groundOf(210, 18), shapes: [...SHIELD, line("M9 13h14M9 19h14M14 8v5M18 13v6M14 19v5", "#56646c", 1.6)] },
  123: { ground: groundOf(45), shapes: [line("M9 4v25", "#b98a52", 3), fill("M10 5h16l-4 5 4 5H10z", "#e0583a"), fill(disc(15, 10, 2), GOLD)] },
  201: { ground: groundOf(160, 30), shapes: [line("M6 8l8 3M5 14l6 1", GREEN, 2), ...DAGGER] },
  202: { ground: groundOf(185, 35), shapes: [fill(disc(21, 8, 3), "#d7f5ee"), line("M21 12l-3 8 4 8M18 14l-6 3M18 20l-6 6", "#d7f5ee", 3), line("M3 9h7M3 15h4M3 21h5", "#7cc7bd", 2)] },
  211: { ground: groundOf(170, 25), shapes: [line("M25 12A10 10 0 1 0 24 22", GREEN, 2.6), fill("M28 8l-1 8-6-5z", GREEN), ...DAGGER] },
  212: { ground: groundOf(110, 40), shapes: [...DAGGER, fill("M23 17c2 4 4 5 4 8a4 4 0 0 1-8 0c0-3 2-4 4-8z", GREEN)] },
  213: { ground: groundOf(260, 30), shapes: [fill("M20 4a12 12 0 1 0 8 17A10 10 0 0 1 20 4z", "#e6dcff"), line("M6 27C10 18 18 16 26 26", STEEL, 2.4)] },
  221: { ground: groundOf(150, 25), shapes: [line(disc(21, 11, 7), GREEN, 1.8), ...ARROW] },
  222: { ground: groundOf(140, 28), shapes: [line("M8 3v13M16 5v16M24 3v13", "#c9a27a", 2), fill("M8 22l-3-7h6zM16 28l-3-7h6zM24 22l-3-7h6z", STEEL)] },
  223: { ground: groundOf(130, 25), shapes: [...ARROW, line("M20 27l7-7M22 22l4 4", GOLD, 2.4)] },
  301: { ground: groundOf(200), shapes: [line("M7 27C4 16 14 18 15 12S8 6 13 4c6-2 12 3 12 9s-5 6-4 10 5 3 6 2", BLUE, 3), fill(disc(27, 25, 2.6), "#eaf6ff")] },
  302: { ground: groundOf(95, 35), shapes: [...HEART] },
  311: { ground: groundOf(100, 40), shapes: [fill("M16 28C6 22 6 11 16 3c10 8 10 19 0 25z", GREEN), line("M16 27V10M16 18l5-5M16 22l-5-5", "#3c6b2e", 2)] },
  312: { ground: groundOf(190, 30), shapes: [line("M4 11h14a4 4 0 1 0-4-4M4 17h20a4 4 0 1 1-4 4M4 23h9a3 3 0 1 1-3 3", "#e4f7ff", 2.6)] },
  313: { ground: groundOf(42, 50), shapes: [line("M4 23a12 12 0 0 1 24 0", GOLD, 3), fill("M9 23a7 7 0 0 1 14 0z", "#fff0c0"), line("M16 4v4M6 8l3 3M26 8l-3 3", GOLD, 2)] },
  321: { ground: groundOf(220, 45), shapes: [...BOLT, fill(`${disc(6, 24, 2.4)}${disc(27, 22, 2.4)}`, BLUE)] },
  322: { ground: groundOf(205, 40), shapes: [fill(`${disc(9, 19, 3)}${disc(17, 25, 3.4)}${disc(24, 18, 2.8)}`, "#dff3ff"), line("M11 4l-2 8M18 3l-2 12M25 4l-2 8", BLUE, 2)] },
  323: { ground: groundOf(28, 35), shapes: [line("M3 22h6l3-9 4 14 4-18 3 13h6", "#f0c890", 2.6)] },
  401: { ground: groundOf(275), shapes: [line("M4 27L14 17M3 20l8-6M10 29l6-7", "#8455c4", 2.4), fill(disc(20, 12, 7.5), "#7a3fd0"), fill(disc(18, 10, 3.6), "#e4ceff")] },
  402: { ground: groundOf(285, 35), shapes: [fill("M9 12a4 4 0 1 1 4 0l3 16H6z", "#6b4c95"), fill("M19 12a4 4 0 1 1 4 0l3 16H16z", "#e6d4ff"), line("M12 8h5", VIOLET, 2)] },
  411: { ground: groundOf(300, 30), shapes: [...SKULL] },
  412: { ground: groundOf(330, 40), shapes: [line("M27 5C18 6 24 16 15 16S11 26 5 27", "#ff7a9a", 3), fill(disc(6, 26, 3.6), "#ffc2cf"), fill(disc(26, 6, 3), "#8a2140")] },
  413: { ground: groundOf(255, 25), shapes: [...MUTE] },
  421: { ground: groundOf(265, 50), shapes: [...SWORD, line("M4 8l5 1-2 4 5 1", "#ffe98a", 2)] },
  422: { ground: groundOf(245, 45), shapes: [line("M3 25l9-9M3 18l5-5M10 28l6-6", VIOLET, 2.4), fill("M28 4L18 22l-8-8z", "#e6d4ff")] },
  423: { ground: groundOf(15, 60), shapes: [...RING, fill("M16 8c1 4 4 5 4 9a4 4 0 0 1-8 0c0-4 3-5 4-9z", "#ffb45a")] },
};

/** What a skill does mainly, where it has no drawing of its own. */
export type SkillNature = "blow" | "area" | "heal" | "boost" | "leap";

const NATURES: Readonly<Record<SkillNature, readonly Shape[]>> = { blow: SWORD, area: RING, heal: HEART, boost: SHIELD, leap: BOOT };

/** The drawing of a skill. */
export function skillDrawing(id: number, nature: SkillNature): Drawing {
  const known = SKILLS[id];
  if (known) return known;
  const hash = scattered(id);
  const spot = (index: number): string => disc(5 + ((hash >> (index * 5)) & 7) * 3, 4 + ((hash >> (index * 4 + 3)) & 7) * 3.4, 1.6);
  const spots = fill(`${spot(0)}${spot(1)}${spot(2)}`, GOLD);
  return { ground: groundOf(hash % 360), shapes: [spots, ...NATURES[nature]] };
}

/** Effects of the rules, by id. */
const EFFECTS: Readonly<Record<number, Drawing>> = {
  1: { ground: groundOf(205), shapes: [...FROST] },
  2: { ground: groundOf(90), shapes: [line("M16 4v12M16 16c-6 0-9 4-11 11M16 16c6 0 9 4 11 11M16 16v12M11 19l-5 1M21 19l5 1", "#b9925c", 2.6)] },
  3: { ground: groundOf(48), shapes: [...STARS] },
  4: { ground: groundOf(255, 25), shapes: [...MUTE] },
  5: SKILLS[121]!,
  6: SKILLS[112]!,
  7: { ground: groundOf(110), shapes: [...DROP] },
  8: { ground: groundOf(15, 60), shapes: [...FLAME] },
  9: SKILLS[411]!,
  10: SKILLS[113]!,
  11: SKILLS[122]!,
  12: SKILLS[123]!,
  13: SKILLS[421]!,
  14: SKILLS[311]!,
  15: SKILLS[313]!,
  16: SKILLS[202]!,
  17: { ground: groundOf(345, 60), shapes: [...RING, ...BOLT] },
  18: { ground: groundOf(50, 45), shapes: [...SHIELD, fill("M16 9l1.8 4.4 4.7.4-3.6 3 1.1 4.6-4-2.5-4 2.5 1.1-4.6-3.6-3 4.7-.4z", GOLD)] },
  19: { ground: groundOf(0, 60), shapes: [...CHAIN, ...SKULL] },
};

/** The drawing of an effect. */
export function effectDrawing(id: number, helpful: boolean): Drawing {
  return EFFECTS[id] ?? { ground: groundOf(helpful ? 120 : 0), shapes: helpful ? [...SHIELD] : [...SKULL] };
}
