// Sounds are made, not loaded: a recipe is a few layers of tones and noise with an envelope each.

/** One layer of a sound. Times in seconds, frequencies in hertz. */
export interface Layer {
  readonly wave: OscillatorType | "noise";
  /** Pitch of a tone at its beginning and end; unused for noise. */
  readonly from?: number;
  readonly to?: number;
  /** When it begins. */
  readonly at?: number;
  readonly attack?: number;
  readonly length: number;
  /** Loudest point, 0..1. */
  readonly gain: number;
  /** What is let through, gliding from one frequency to another. */
  readonly filter?: { readonly type: BiquadFilterType; readonly from: number; readonly to: number; readonly q?: number };
}

export type Recipe = readonly Layer[];

/** Seconds of noise that are made once and played from different places. */
const NOISE_SECONDS = 1;
const SILENT = 0.0001;

/** White noise from a fixed series, so that every page sounds the same. */
export function noiseSamples(count: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(count);
  let state = 0x9e3779b9;
  for (let index = 0; index < count; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    samples[index] = (state >>> 0) / 0x8000_0000 - 1;
  }
  return samples;
}

/** Seconds a recipe sounds. */
export function lengthOf(recipe: Recipe): number {
  return recipe.reduce((longest, layer) => Math.max(longest, (layer.at ?? 0) + layer.length), 0);
}

/** Plays recipes on an audio context. */
export class Synth {
  private readonly noise: AudioBuffer;

  constructor(private readonly context: AudioContext) {
    this.noise = context.createBuffer(1, context.sampleRate * NOISE_SECONDS, context.sampleRate);
    this.noise.copyToChannel(noiseSamples(this.noise.length), 0);
  }

  /** Plays a recipe into a node, `pitch` times as high; tells when it is over. */
  play(recipe: Recipe, into: AudioNode, pitch: number, ended: () => void): void {
    const now = this.context.currentTime;
    let left = recipe.length;
    for (const layer of recipe) {
      const source = this.source(layer, now, pitch);
      const begin = now + (layer.at ?? 0);
      const end = begin + layer.length;
      const envelope = this.envelope(layer, begin, end);
      this.through(layer, source, begin, end).connect(envelope);
      envelope.connect(into);
      source.addEventListener("ended", () => {
        envelope.disconnect();
        left -= 1;
        if (left === 0) ended();
      });
      source.start(begin);
      source.stop(end);
    }
  }

  private source(layer: Layer, now: number, pitch: number): AudioScheduledSourceNode {
    if (layer.wave === "noise") {
      const source = this.context.createBufferSource();
      source.buffer = this.noise;
      source.loop = true;
      return source;
    }
    const source = this.context.createOscillator();
    source.type = layer.wave;
    const begin = now + (layer.at ?? 0);
    const from = (layer.from ?? 440) * pitch;
    source.frequency.setValueAtTime(from, begin);
    source.frequency.exponentialRampToValueAtTime(Math.max((layer.to ?? layer.from ?? 440) * pitch, 1), begin + layer.length);
    return source;
  }

  private envelope(layer: Layer, begin: number, end: number): GainNode {
    const node = this.context.createGain();
    const attack = Math.min(layer.attack ?? 0.004, layer.length / 2);
    node.gain.setValueAtTime(SILENT, begin);
    node.gain.exponentialRampToValueAtTime(layer.gain, begin + attack);
    node.gain.exponentialRampToValueAtTime(SILENT, end);
    return node;
  }

  private through(layer: Layer, source: AudioNode, begin: number, end: number): AudioNode {
    if (!layer.filter) return source;
    const filter = this.context.createBiquadFilter();
    filter.type = layer.filter.type;
    filter.Q.value = layer.filter.q ?? 1;
    filter.frequency.setValueAtTime(layer.filter.from, begin);
    filter.frequency.exponentialRampToValueAtTime(layer.filter.to, end);
    source.connect(filter);
    return filter;
  }
}
