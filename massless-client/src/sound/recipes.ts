// What each sound is made of.

import type { Layer, Recipe } from "./synth";

/** A rising row of bell-like tones. */
function chime(notes: readonly number[], step: number, gain: number, length = 0.5): Recipe {
  return notes.flatMap((from, index): Layer[] => [
    { wave: "triangle", from, at: index * step, attack: 0.008, length, gain },
    { wave: "sine", from: from * 2, at: index * step, attack: 0.004, length: length * 0.6, gain: gain * 0.35 },
  ]);
}

function whoosh(from: number, to: number, length: number, gain: number): Layer {
  return { wave: "noise", length, gain, attack: length * 0.35, filter: { type: "bandpass", from, to, q: 1.2 } };
}

function thump(from: number, length: number, gain: number): Layer {
  return { wave: "sine", from, to: from * 0.4, length, gain, attack: 0.002 };
}

/** All sounds by name. */
export const RECIPES = {
  swing: [whoosh(900, 300, 0.16, 0.25)],
  shot: [whoosh(2_400, 700, 0.18, 0.2), { wave: "triangle", from: 220, to: 130, length: 0.1, gain: 0.15 }],
  hit: [thump(150, 0.14, 0.6), { wave: "noise", length: 0.07, gain: 0.35, attack: 0.001, filter: { type: "lowpass", from: 2_600, to: 500 } }],
  crit: [
    thump(190, 0.22, 0.7),
    { wave: "noise", length: 0.14, gain: 0.5, attack: 0.001, filter: { type: "lowpass", from: 5_000, to: 600 } },
    { wave: "square", from: 620, to: 310, length: 0.16, gain: 0.12 },
  ],
  dodge: [whoosh(500, 1_900, 0.14, 0.2)],
  hurt: [thump(110, 0.2, 0.7), { wave: "sawtooth", from: 190, to: 90, length: 0.14, gain: 0.14, filter: { type: "lowpass", from: 900, to: 300 } }],
  absorbed: [{ wave: "sine", from: 880, to: 660, length: 0.25, gain: 0.16 }, { wave: "sine", from: 1_320, to: 990, length: 0.2, gain: 0.08 }],
  castPhysical: [whoosh(300, 900, 0.3, 0.2)],
  castMagic: [
    { wave: "sine", from: 240, to: 520, length: 0.5, gain: 0.14, attack: 0.2 },
    { wave: "triangle", from: 362, to: 780, length: 0.5, gain: 0.08, attack: 0.25 },
  ],
  castHeal: [{ wave: "sine", from: 392, to: 523, length: 0.6, gain: 0.13, attack: 0.2 }, { wave: "sine", from: 587, to: 784, length: 0.6, gain: 0.07, attack: 0.3 }],
  releasePhysical: [whoosh(1_400, 350, 0.2, 0.35), thump(130, 0.12, 0.3)],
  releaseMagic: [
    { wave: "sawtooth", from: 740, to: 180, length: 0.28, gain: 0.12, filter: { type: "lowpass", from: 3_000, to: 500, q: 4 } },
    whoosh(1_800, 600, 0.25, 0.2),
  ],
  releaseHeal: chime([523, 659, 784], 0.06, 0.12, 0.4),
  step: [whoosh(400, 2_200, 0.22, 0.25), { wave: "sine", from: 300, to: 900, length: 0.2, gain: 0.1, attack: 0.05 }],
  broken: [{ wave: "square", from: 210, to: 120, length: 0.18, gain: 0.12, filter: { type: "lowpass", from: 900, to: 300 } }],
  heal: chime([659, 880], 0.07, 0.1, 0.35),
  drink: [
    { wave: "sine", from: 280, to: 420, length: 0.09, gain: 0.25 },
    { wave: "sine", from: 300, to: 470, at: 0.12, length: 0.09, gain: 0.25 },
    { wave: "sine", from: 330, to: 540, at: 0.24, length: 0.1, gain: 0.22 },
  ],
  loot: chime([784, 1_175], 0.08, 0.14, 0.35),
  coin: [
    { wave: "square", from: 1_976, length: 0.07, gain: 0.06 },
    { wave: "square", from: 2_637, at: 0.06, length: 0.2, gain: 0.06 },
    { wave: "sine", from: 5_274, at: 0.06, length: 0.18, gain: 0.05 },
  ],
  questTaken: chime([440, 554, 659], 0.1, 0.13),
  questDone: chime([523, 659, 784, 1_047], 0.11, 0.16, 0.7),
  levelUp: [
    ...chime([392, 523, 659, 784, 1_047], 0.12, 0.18, 1),
    { wave: "sawtooth", from: 131, to: 262, length: 1.2, gain: 0.1, attack: 0.5, filter: { type: "lowpass", from: 300, to: 2_400 } },
    { wave: "triangle", from: 523, at: 0.6, length: 1.2, gain: 0.14, attack: 0.05 },
  ],
  death: [
    { wave: "sawtooth", from: 196, to: 65, length: 1.4, gain: 0.2, attack: 0.05, filter: { type: "lowpass", from: 1_200, to: 150 } },
    { wave: "sine", from: 98, to: 41, length: 1.6, gain: 0.4, attack: 0.02 },
  ],
  kill: [thump(90, 0.3, 0.5), whoosh(500, 150, 0.35, 0.25)],
  revive: chime([262, 392, 523], 0.14, 0.14, 0.9),
  zone: [
    { wave: "sine", from: 196, length: 1.8, gain: 0.12, attack: 0.4 },
    { wave: "sine", from: 294, at: 0.2, length: 1.6, gain: 0.1, attack: 0.4 },
    { wave: "triangle", from: 392, at: 0.4, length: 1.4, gain: 0.06, attack: 0.4 },
  ],
  refused: [{ wave: "triangle", from: 196, to: 165, length: 0.13, gain: 0.16 }],
  click: [{ wave: "sine", from: 1_150, to: 850, length: 0.04, gain: 0.14, attack: 0.001 }],
  open: [whoosh(700, 1_500, 0.1, 0.1), { wave: "sine", from: 520, to: 700, length: 0.08, gain: 0.06 }],
  close: [whoosh(1_300, 600, 0.1, 0.1), { wave: "sine", from: 620, to: 460, length: 0.08, gain: 0.06 }],
  equip: [
    { wave: "noise", length: 0.09, gain: 0.2, attack: 0.002, filter: { type: "bandpass", from: 3_200, to: 1_800, q: 3 } },
    { wave: "triangle", from: 330, to: 220, at: 0.04, length: 0.12, gain: 0.2 },
  ],
} as const satisfies Readonly<Record<string, Recipe>>;

export type SoundName = keyof typeof RECIPES;

/** Sounds of windows and buttons; all others belong to the world. */
export const INTERFACE_SOUNDS: ReadonlySet<SoundName> = new Set<SoundName>(["refused", "click", "open", "close", "equip"]);
