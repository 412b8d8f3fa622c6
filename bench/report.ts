/** What a benchmark says: a line or a JSON object per row while it runs, and `bench/results/PART.json` at its end. */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { type Plot, renderPlot } from '../src/plots/index.ts';
import { backend } from '../src/tensor/index.ts';

/** One measured figure beside its peer and its bound. */
export interface BenchRow {
  readonly config: string;
  /** Median over the rounds, in `unit`. */
  readonly ours: number;
  readonly unit: string;
  readonly peer?: number;
  readonly peerName?: string;
  /** How many times faster than the peer: above 1 is better, whatever the unit. */
  readonly ratio?: number;
  /** Share of what the machine's arithmetic or memory allows. */
  readonly shareOfPeak?: number;
  /** (max − min) / median of our rounds. */
  readonly spread?: number;
  readonly [detail: string]: unknown;
}

export interface BenchReport {
  add(row: BenchRow): void;
  /** A sentence for whoever reads along; not in the JSON lines. */
  note(text: string): void;
  /** Writes the rows and a plot; by default, bars of the ratios, or of the shares where there is no peer. */
  save(plot?: Plot): void;
}

const folder = new URL('./results/', import.meta.url);

export function createReport(part: string, { json }: { readonly json: boolean }): BenchReport {
  const { path, threads } = backend();
  const rows: BenchRow[] = [];
  return {
    add(row) {
      const full = { ...row, path, threads };
      rows.push(full);
      process.stdout.write(json ? `${JSON.stringify(full)}\n` : `${describe(row)}\n`);
    },
    note(text) {
      if (!json) process.stdout.write(`${text}\n`);
    },
    save(plot) {
      mkdirSync(folder, { recursive: true });
      const machine = { processor: os.cpus()[0]?.model, cores: os.availableParallelism(), path, threads };
      const result = { part, date: new Date().toISOString(), machine, rows };
      write(`${part}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
      const drawn = plot ?? barsOf(part, rows);
      if (drawn) write(`${part}.svg`, renderPlot(drawn, { lang: 'en', standalone: true }));
    },
  };
}

/** One bar for each row. */
function barsOf(part: string, rows: readonly BenchRow[]): Plot | undefined {
  const [key, label] = rows.some(({ ratio }) => ratio !== undefined)
    ? (['ratio', 'times as fast as the peer'] as const)
    : (['shareOfPeak', 'share of the bound'] as const);
  const shown = rows.filter((row) => row[key] !== undefined);
  if (shown.length === 0) return undefined;
  return {
    title: part,
    x: { label: '', categories: shown.map(({ config, peerName }) => `${config} ${peerName ?? ''}`.trim()) },
    y: { label, min: 0 },
    marks: [
      { type: 'bars', bars: shown.map((row, x) => ({ x, y: row[key]! })) },
      { type: 'level', y: 1 },
    ],
    width: Math.max(560, 110 * shown.length),
  };
}

function write(name: string, text: string): void {
  const unfinished = new URL(`${name}.tmp`, folder);
  writeFileSync(unfinished, text);
  renameSync(unfinished, new URL(name, folder));
}

function describe({ config, ours, unit, peer, peerName, ratio, shareOfPeak, spread }: BenchRow): string {
  const parts = [`${config.padEnd(34)} ${number(ours).padStart(8)} ${unit}`];
  if (peer !== undefined) parts.push(`${peerName} ${number(peer)}`);
  if (ratio !== undefined) parts.push(`ratio ${ratio.toFixed(2)}`);
  if (shareOfPeak !== undefined) parts.push(`${(100 * shareOfPeak).toFixed(0)} % of the bound`);
  if (spread !== undefined) parts.push(`spread ${(100 * spread).toFixed(0)} %`);
  return parts.join('  ');
}

const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
