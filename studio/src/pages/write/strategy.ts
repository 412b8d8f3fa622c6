/** A strategy as the command line spells it, taken apart for a form and put together again. */

import type { StrategyRow } from '../../api/types.ts';

export interface StrategyChoice {
  readonly name: string;
  readonly args: readonly number[];
  /** `dry=0.8` and the like. */
  readonly settings: Readonly<Record<string, number>>;
}

/** Reads `top-p:0.9,dry=0.8`; whatever is not in the table is left out. */
export function readStrategy(text: string, rows: readonly StrategyRow[]): StrategyChoice {
  const [head, ...tail] = text.split(',');
  const [name, ...values] = head.split(':');
  const row = rows.find((one) => one.name === name) ?? rows.find((one) => one.name === 'top-p') ?? rows[0];
  const args = row.args.map(({ byDefault }, i) => {
    const value = row.name === name && values[i] !== undefined ? Number(values[i]) : byDefault;
    return Number.isFinite(value) ? value : byDefault;
  });
  const settings = Object.fromEntries(
    tail
      .map((setting) => setting.split('='))
      .map(([key, value]) => [key, Number(value)] as const)
      .filter(([key, value]) => key in extraSettings && Number.isFinite(value)),
  );
  return { name: row.name, args, settings };
}

export function spellStrategy({ name, args, settings }: StrategyChoice): string {
  const extras = Object.entries(settings).map(([key, value]) => `,${key}=${value}`);
  return [name, ...args].join(':') + extras.join('');
}

/** Settings that every sampling strategy takes, with their range; the names are the command line's. */
export const extraSettings = {
  temperature: { min: 0, max: 2, step: 0.1 },
  dry: { min: 0, max: 5, step: 0.1 },
  'no-repeat-ngram': { min: 0, max: 20, step: 1 },
  'repetition-penalty': { min: 0.1, max: 3, step: 0.05 },
} as const;
export type ExtraSetting = keyof typeof extraSettings;

/** Greedy search takes the likeliest token whatever the temperature. */
export const extrasOf = (name: string): readonly ExtraSetting[] =>
  (Object.keys(extraSettings) as ExtraSetting[]).filter(
    (setting) => !(setting === 'temperature' && (name === 'greedy' || name === 'temperature')),
  );
