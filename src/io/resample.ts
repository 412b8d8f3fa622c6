/** Sound at another rate, by a low-pass filter of windowed sines (Smith, "Digital audio resampling", 1984). */

import type { Sound } from '../types.ts';

/** Crossings of zero of the filter on each side. */
const CROSSINGS = 16;

/**
 * The same sound with another number of samples a second, a whole one. What is higher than half of the lower rate is
 * filtered out. O(samples · 16 · the ratio of the rates); a filter is made once for each place between two samples.
 */
export function resample(sound: Sound, rate: number): Sound {
  if (rate === sound.sampleRate) return sound;
  const { made, fill } = resampler(sound, rate);
  fill(0, made.length);
  return { sampleRate: rate, samples: made };
}

/** Samples that are made between two turns of the event loop: some milliseconds. */
const TURN = 1 << 17;

/** The same while others get their turn. @throws the signal's reason */
export async function resampleInTurns(
  sound: Sound,
  rate: number,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Sound> {
  if (rate === sound.sampleRate) return sound;
  const { made, fill } = resampler(sound, rate);
  for (let from = 0; from < made.length; from += TURN) {
    signal?.throwIfAborted();
    fill(from, Math.min(made.length, from + TURN));
    await new Promise(setImmediate);
  }
  return { sampleRate: rate, samples: made };
}

/** Room for all samples, and what makes a stretch of them. */
function resampler({ sampleRate, samples }: Sound, rate: number) {
  const shared = greatestDivisor(rate, sampleRate);
  /** Of `phases` samples that are made, each stands at another place between two that are there. */
  const [phases, steps] = [rate / shared, sampleRate / shared];
  const step = steps / phases;
  const reach = CROSSINGS * Math.max(1, step);
  const before = Math.ceil(reach);
  const filters: (Float64Array | undefined)[] = [];
  const made = new Float32Array(Math.floor(samples.length / step));
  const fill = (start: number, end: number): void => {
    for (let i = start; i < end; i++) {
      const place = i * steps;
      const phase = place % phases;
      const filter = (filters[phase] ??= filterAt(phase / phases, { reach, step }));
      const from = Math.floor(place / phases) - before;
      let sum = 0;
      for (let k = Math.max(0, -from); k < filter.length && from + k < samples.length; k++) {
        sum += filter[k] * samples[from + k];
      }
      made[i] = sum;
    }
  };
  return { made, fill };
}

/** Weights of the samples around one that would stand `offset` behind the middle one; they sum to 1: no level changes. */
function filterAt(
  offset: number,
  { reach, step }: { readonly reach: number; readonly step: number },
): Float64Array {
  const before = Math.ceil(reach);
  const weights = Float64Array.from({ length: 2 * before + 1 }, (_, k) => {
    const distance = k - before - offset;
    if (Math.abs(distance) >= reach) return 0;
    const x = Math.PI * (distance / Math.max(1, step));
    // Hann's window.
    return (x === 0 ? 1 : Math.sin(x) / x) * (0.5 + 0.5 * Math.cos((Math.PI * distance) / reach));
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
