/** The op table is closed: a row that is not in it, or has no samples, is found here. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Op } from './op.ts';
import { opTable } from './ops/index.ts';

const rows = Object.entries(opTable) as unknown as [string, Op<unknown>][];

test('every row stands in the table under its own name', () => {
  expect(rows.map(([, op]) => op.row.name)).toEqual(rows.map(([name]) => name));
});

test('every table of rows in ops/ is part of the op table', () => {
  const folder = new URL('./ops/', import.meta.url);
  const tables = readdirSync(folder)
    .filter((file) => file !== 'table.ts')
    .flatMap((file) => [
      ...readFileSync(new URL(file, folder), 'utf8').matchAll(/^export const (\w+Ops) =/gm),
    ])
    .map(([, name]) => name);
  const merged = [...readFileSync(new URL('table.ts', folder), 'utf8').matchAll(/\.\.\.(\w+),/g)].map(
    ([, name]) => name,
  );
  expect(merged.sort()).toEqual(tables.sort());
});

describe.each(rows)('%s', (_, op) => {
  test('has samples that run, and gives the shapes and types it promised', () => {
    const samples = op.row.samples();
    expect(samples.length).toBeGreaterThan(0);
    for (const { inputs, attrs } of samples) {
      const specs = op.row.outputs(inputs, attrs);
      const outputs = op(inputs, attrs);
      expect(outputs.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(specs);
    }
  });

  test('gives the same samples at every call', () => {
    const values = () => op.row.samples().map(({ inputs }) => inputs.map((x) => x.toArray()));
    expect(values()).toEqual(values());
  });
});
