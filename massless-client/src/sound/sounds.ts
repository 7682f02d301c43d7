// Plays sounds at the volumes the player chose. Silent until the first gesture, as browsers want it.

import { INTERFACE_SOUNDS, RECIPES, type SoundName } from "./recipes";
import { Synth } from "./synth";

/** Volumes, 0..1, and whether nothing is heard at all. */
export interface Volumes {
  readonly master: number;
  readonly effects: number;
  readonly interface: number;
  readonly muted: boolean;
}

/** Metres beyond which nothing is heard. */
export const HEARING_METRES = 45;
/** Sounds at the same time; more would only be noise. */
const VOICES_MAX = 20;
/** Seconds before the same sound plays again. */
const REPEAT_SECONDS = 0.035;

/** How loud something is at a distance, 0..1. */
export function loudness(metres: number): number {
  const near = Math.max(0, 1 - metres / HEARING_METRES);
  return near * near;
}

/** The gain of a sound: its group and the master volume, bent as ears hear. */
export function gainOf(name: SoundName, volumes: Volumes): number {
  if (volumes.muted) return 0;
  const group = INTERFACE_SOUNDS.has(name) ? volumes.interface : volumes.effects;
  return (volumes.master * group) ** 1.6;
}

/** Plays sounds by name. */
export class Sounds {
  private context: AudioContext | undefined;
  private synth: Synth | undefined;
  private voices = 0;
  private readonly playedAt = new Map<SoundName, number>();

  constructor(private readonly volumes: () => Volumes) {
    const unlock = (): void => { this.unlock(); };
    for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, unlock, { capture: true });
  }

  /** Whether a gesture has allowed sound. */
  get isUnlocked(): boolean {
    return this.context?.state === "running";
  }

  private unlock(): void {
    if (!this.context) {
      if (typeof AudioContext === "undefined") return;
      this.context = new AudioContext({ latencyHint: "interactive" });
      this.synth = new Synth(this.context);
    }
    if (this.context.state === "suspended") void this.context.resume().catch(() => undefined);
  }

  /** Plays a sound, as from `metres` away. */
  play(name: SoundName, metres = 0): void {
    const { context, synth } = this;
    if (!context || !synth || context.state !== "running" || this.voices >= VOICES_MAX) return;
    const gain = gainOf(name, this.volumes()) * loudness(metres);
    const now = context.currentTime;
    if (gain < 0.005 || now - (this.playedAt.get(name) ?? -1) < REPEAT_SECONDS) return;
    this.playedAt.set(name, now);
    const out = context.createGain();
    out.gain.value = gain;
    out.connect(context.destination);
    this.voices += 1;
    // A little higher or lower each time: ten equal blows in a row sound like a machine.
    const pitch = INTERFACE_SOUNDS.has(name) ? 1 : 0.94 + 0.12 * Math.random();
    synth.play(RECIPES[name], out, pitch, () => {
      out.disconnect();
      this.voices -= 1;
    });
  }
}
