// What a zone feels like: the colours of its ground, plants, water, air and light.

import { colour, type Colour } from "./shape";

/** Colours of one feeling; lights may be brighter than 1. */
export interface Mood {
  readonly grass: Colour;
  readonly dryGrass: Colour;
  readonly meadow: Colour;
  readonly moss: Colour;
  readonly rock: Colour;
  readonly paleRock: Colour;
  readonly sand: Colour;
  readonly dirt: Colour;
  readonly paving: Colour;
  readonly bed: Colour;
  /** Multiplied with the colours of leaves and of grass. */
  readonly leaves: Colour;
  readonly tufts: Colour;
  readonly skyLow: Colour;
  readonly skyHigh: Colour;
  readonly haze: Colour;
  readonly sun: Colour;
  readonly air: Colour;
  readonly bounce: Colour;
  readonly shallow: Colour;
  readonly deep: Colour;
  /** Share of the usual distance at which the haze begins. */
  readonly clear: number;
}

const CINDER: Mood = {
  grass: colour("#6d8f3c"),
  dryGrass: colour("#a89a4e"),
  meadow: colour("#86a84a"),
  moss: colour("#4f7335"),
  rock: colour("#877d72"),
  paleRock: colour("#a59a8b"),
  sand: colour("#c9b583"),
  dirt: colour("#a37c52"),
  paving: colour("#a09a90"),
  bed: colour("#5f6247"),
  leaves: [1, 1, 1],
  tufts: [1, 1, 1],
  skyLow: [0.52, 0.72, 0.9],
  skyHigh: [0.16, 0.36, 0.66],
  haze: [0.7, 0.79, 0.85],
  sun: [0.98, 0.86, 0.66],
  air: [0.6, 0.66, 0.74],
  bounce: [0.36, 0.31, 0.25],
  shallow: [0.2, 0.45, 0.44],
  deep: [0.05, 0.17, 0.22],
  clear: 1,
};

const MIST: Mood = {
  ...CINDER,
  grass: colour("#4f8a58"),
  dryGrass: colour("#7f9a6a"),
  meadow: colour("#66a86e"),
  moss: colour("#35694c"),
  rock: colour("#6f7b80"),
  paleRock: colour("#98a5a8"),
  sand: colour("#b9b795"),
  dirt: colour("#7d7560"),
  paving: colour("#8f9a9c"),
  bed: colour("#3f5f5a"),
  leaves: [0.8, 1.02, 0.96],
  tufts: [0.85, 1.05, 1],
  skyLow: [0.66, 0.79, 0.84],
  skyHigh: [0.34, 0.5, 0.6],
  haze: [0.72, 0.82, 0.84],
  sun: [0.82, 0.86, 0.84],
  air: [0.62, 0.72, 0.76],
  bounce: [0.26, 0.34, 0.32],
  shallow: [0.16, 0.52, 0.52],
  deep: [0.03, 0.2, 0.26],
  clear: 0.45,
};

const BRIAR: Mood = {
  ...CINDER,
  grass: colour("#46702f"),
  dryGrass: colour("#7d7a3c"),
  meadow: colour("#5d8638"),
  moss: colour("#2f5428"),
  rock: colour("#5f6357"),
  paleRock: colour("#868a76"),
  sand: colour("#9a8f66"),
  dirt: colour("#6d5638"),
  paving: colour("#7d7c70"),
  bed: colour("#39452f"),
  leaves: [0.7, 0.86, 0.66],
  tufts: [0.78, 0.92, 0.74],
  skyLow: [0.62, 0.74, 0.66],
  skyHigh: [0.24, 0.4, 0.44],
  haze: [0.58, 0.68, 0.6],
  sun: [0.94, 0.9, 0.6],
  air: [0.46, 0.56, 0.5],
  bounce: [0.24, 0.28, 0.18],
  shallow: [0.2, 0.38, 0.28],
  deep: [0.05, 0.15, 0.12],
  clear: 0.7,
};

const PLAIN: Mood = {
  ...CINDER,
  grass: colour("#9a9a48"),
  dryGrass: colour("#c9ae5a"),
  meadow: colour("#b3b055"),
  moss: colour("#7d8a3e"),
  rock: colour("#9a8570"),
  paleRock: colour("#bda68c"),
  sand: colour("#d9c08a"),
  dirt: colour("#b08552"),
  paving: colour("#b0a48f"),
  bed: colour("#7a7350"),
  leaves: [1.06, 1, 0.72],
  tufts: [1.08, 1, 0.76],
  skyLow: [0.62, 0.78, 0.94],
  skyHigh: [0.14, 0.38, 0.74],
  haze: [0.84, 0.83, 0.76],
  sun: [1.06, 0.9, 0.64],
  air: [0.62, 0.66, 0.7],
  bounce: [0.42, 0.35, 0.22],
  clear: 1.5,
};

/** By the numbers of the core's `Mood`. */
const MOODS: readonly Mood[] = [CINDER, MIST, BRIAR, PLAIN];

/** The mood of a number; the first where there is no such. */
export function moodOf(number: number | undefined): Mood {
  return MOODS[number ?? 0] ?? CINDER;
}
