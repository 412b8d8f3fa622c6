/** Figures of probes as people read them. */

import type { Interval } from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import { etaSince, formatTable, type Terminal } from './terminal.ts';

const say = defineMessages({
  live: {
    en: (d: { done: number; total: number; eta: string }) => `${d.done}/${d.total} eta ${d.eta}`,
    zh: (d) => `${d.done}/${d.total} 剩余 ${d.eta}`,
  },
});

/** A live line of how far a probe has come. */
export function watchProbe(terminal: Terminal): (done: number, total: number) => void {
  const start = performance.now();
  return (done, total) => terminal.live(say('live', { done, total, eta: etaSince(start, done / total) }));
}

const percent = (value: number): string => (100 * value).toFixed(1);

/** `52.1 (49.6–54.7)`: 100 times a figure with its 95 % interval. */
export function shownInterval(value: number, { low, high }: Interval): string {
  return Number.isNaN(value) ? '–' : `${percent(value)} (${percent(low)}–${percent(high)})`;
}

/** A table between empty lines. */
export const tableLines = (rows: readonly (readonly string[])[]): string[] => [
  '',
  ...formatTable(rows).map((line) => `  ${line}`),
  '',
];
