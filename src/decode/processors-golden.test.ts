import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectProcessors, createHistory, type ProcessorOptions } from './index.ts';

type Row = readonly (number | string)[];

interface Case {
  readonly name: string;
  readonly ids: readonly number[];
  readonly eos: number;
  readonly logits: Row;
  readonly outputs: readonly {
    readonly reference: string;
    readonly options: ProcessorOptions;
    readonly promptLength: number;
    readonly logits: Row;
  }[];
}

interface MirostatRun {
  readonly mirostat: ProcessorOptions['mirostat'];
  readonly steps: readonly {
    readonly logits: Row;
    readonly kept: readonly number[];
    readonly chosen: number;
  }[];
}

const golden: { cases: Case[]; chains: Case[]; mirostat: MirostatRun[] } = JSON.parse(
  readFileSync(new URL('../../test/golden/processors.json', import.meta.url), 'utf8'),
);

const toRow = (values: Row) =>
  Float32Array.from(values, (value) => Number(String(value).replace('inf', 'Infinity')));
const kept = (logits: Float32Array) => [...logits.keys()].filter((i) => logits[i] > Number.NEGATIVE_INFINITY);

/** Whether every logit is the wanted one; what differs otherwise. */
function differences(got: Float32Array, wanted: Float32Array): string[] {
  return [...got.keys()].flatMap((i) => {
    const isEqual =
      got[i] === wanted[i] || Math.abs(got[i] - wanted[i]) <= 2e-5 * Math.max(1, Math.abs(wanted[i]));
    return isEqual ? [] : [`id ${i}: got ${got[i]}, expected ${wanted[i]}`];
  });
}

describe.each([...golden.cases, ...golden.chains])('$name', ({ ids, eos, logits, outputs }) => {
  test.each(outputs)('$reference gives the same logits with $options', (output) => {
    const { options, promptLength, logits: expected } = output;
    const history = createHistory(ids.slice(0, promptLength), promptLength, { eosIds: new Set([eos]) });
    for (const id of ids.slice(promptLength)) history.push(id);
    const row = toRow(logits);
    const run = () => {
      for (const process of collectProcessors(options)) process(row, history);
    };
    const wanted = toRow(expected);
    // They go on with nothing allowed; here that is an error.
    if (kept(wanted).length === 0) {
      expect(run).toThrow(/at least one token must stay allowed/);
      return;
    }
    run();
    // Which of equal tokens they take is up to their sort.
    const isFree = options.topH !== undefined || options.xtc !== undefined;
    expect(isFree ? differences(row.sort(), wanted.sort()) : differences(row, wanted)).toEqual([]);
  });
});

test.each(golden.mirostat)(
  'mirostat keeps the tokens that llama.cpp keeps: $mirostat',
  ({ mirostat, steps }) => {
    const [process] = collectProcessors({ mirostat });
    const history = createHistory([0]);
    for (const { logits, kept: expected, chosen } of steps) {
      const row = toRow(logits);
      process(row, history);
      expect(kept(row)).toEqual(expected);
      history.push(chosen);
    }
  },
);
