/** Temperature, fixed or following the entropy. */

import { checkNumber } from '../options.ts';
import { entropy, type LogitsProcessor, softmax } from './processor.ts';

/** Divides every logit by `t` > 0: below 1 sharper, above 1 flatter. */
export function temperature(t: number): LogitsProcessor {
  checkNumber('temperature', t, 'a number > 0', (value) => value > 0);
  return (logits) => divide(logits, t);
}

export interface DynamicTemperatureOptions {
  /** When the model is certain; > 0. */
  readonly min: number;
  /** When all tokens that are left are equally likely; ≥ `min`. */
  readonly max: number;
  /** Above 1, more of the way is colder. Default 1. */
  readonly exponent?: number;
}

/**
 * A temperature that follows the entropy H of the step: min + (max − min)·(H / log N)^exponent, with N tokens not banned
 * (llama.cpp's `dynatemp`).
 */
export function dynamicTemperature(options: DynamicTemperatureOptions): LogitsProcessor {
  const { min, max, exponent = 1 } = options;
  checkNumber('dynamicTemperature.min', min, 'a number > 0', (value) => value > 0);
  checkNumber('dynamicTemperature.max', max, `a number ≥ min (${min})`, (value) => value >= min);
  checkNumber('dynamicTemperature.exponent', exponent, 'a number ≥ 0', (value) => value >= 0);
  return (logits) => {
    const row = softmax(logits);
    if (!row || row.support < 2) return;
    const share = Math.min(1, entropy(logits, row) / Math.log(row.support));
    divide(logits, min + (max - min) * share ** exponent);
  };
}

function divide(logits: Float32Array, t: number): void {
  for (let i = 0; i < logits.length; i++) logits[i] /= t;
}
