/** What was measured over lengths, as tables and plots. */

import type { Label, Mark, Plot } from '../../plots/index.ts';
import type { InspectTable } from '../inspect/inspect-tables.ts';
import type { LengthReport } from './bits-by-length.ts';
import type { PasskeyReport } from './passkey.ts';
import type { StreamRow } from './read-stream.ts';
import type { WritingCost } from './writing-cost.ts';

const BITS: Label = { en: 'bits a character', zh: '每字符比特' };
const TOKENS: Label = { en: 'tokens', zh: '词元' };
const MS: Label = { en: 'ms a token', zh: '每词元毫秒' };

/** One line for each way, one column for each length; the best of a column carries a star. */
export function lengthTable({ lengths, rows, best }: LengthReport): InspectTable {
  return {
    columns: [
      { en: 'positions', zh: '位置方式' },
      ...lengths.map((length): Label => ({ en: `${length} tokens`, zh: `${length} 词元` })),
    ],
    rows: rows.map(({ name, bitsPerCharacter }, row) => [
      name,
      ...bitsPerCharacter.map((bits, at) => bits.toFixed(3) + (best[at] === row ? ' *' : '')),
    ]),
  };
}

export function lengthPlot({ lengths, rows }: LengthReport): Plot {
  return {
    title: { en: 'How well longer texts are predicted', zh: '对更长文本的预测' },
    x: { label: TOKENS, scale: 'log' },
    y: { label: BITS },
    marks: rows.map(
      ({ name, bitsPerCharacter }): Mark => ({
        type: 'line',
        name,
        points: bitsPerCharacter.map((y, at) => ({ x: lengths[at], y })),
      }),
    ),
    width: 760,
    height: 420,
  };
}

/** One line for each way and depth, one column for each length: per cent of the numbers found again. */
export function passkeyTable({ lengths, rows }: PasskeyReport): InspectTable {
  return {
    columns: [
      { en: 'positions', zh: '位置方式' },
      { en: 'depth', zh: '深度' },
      ...lengths.map((length): Label => ({ en: `${length} tokens`, zh: `${length} 词元` })),
    ],
    rows: rows.map(({ name, depth, accuracy }) => [
      name,
      `${Math.round(100 * depth)}%`,
      ...accuracy.map((share) => `${Math.round(100 * share)}%`),
    ]),
  };
}

/** The same over all depths, one line for each way. */
export function passkeyPlot({ lengths, rows }: PasskeyReport): Plot {
  const names = [...new Set(rows.map(({ name }) => name))];
  const meanAt = (name: string, at: number): number => {
    const own = rows.filter((row) => row.name === name);
    return own.reduce((sum, { accuracy }) => sum + accuracy[at], 0) / own.length;
  };
  return {
    title: { en: 'A number found again, by the length of the text', zh: '在不同长度的文本中找回数字' },
    x: { label: TOKENS, scale: 'log' },
    y: { label: { en: 'share found, mean over depths', zh: '找回的比例（各深度平均）' }, min: 0, max: 1 },
    marks: names.map(
      (name): Mark => ({
        type: 'line',
        name,
        points: lengths.map((x, at) => ({ x, y: meanAt(name, at) })),
      }),
    ),
    width: 760,
    height: 420,
  };
}

/** One line for each way of reading without end. */
export function streamTable(rows: readonly StreamRow[]): InspectTable {
  return {
    columns: [
      { en: 'what is kept', zh: '保留' },
      { en: 'perplexity', zh: '困惑度' },
      { en: 'of the last quarter', zh: '末四分之一' },
      BITS,
      { en: 'ms a token, first quarter', zh: '每词元毫秒（首四分之一）' },
      { en: 'last quarter', zh: '末四分之一' },
      { en: 'KB kept', zh: '占用 KB' },
    ],
    rows: rows.map((row) => [
      row.name,
      row.perplexity.toFixed(1),
      row.lastPerplexity.toFixed(1),
      row.bitsPerCharacter.toFixed(3),
      row.firstMs.toFixed(2),
      row.lastMs.toFixed(2),
      Math.round(row.bytes / 1024),
    ]),
  };
}

export function streamPlot(rows: readonly StreamRow[]): Plot {
  return {
    title: { en: 'A text without end, by what is kept of it', zh: '无限长文本：保留什么' },
    x: { label: { en: 'what is kept', zh: '保留' }, categories: rows.map(({ name }) => name) },
    y: { label: { en: 'perplexity', zh: '困惑度' }, scale: 'log' },
    marks: [
      {
        type: 'points',
        name: { en: 'all', zh: '全文' },
        points: rows.map(({ perplexity }, x) => ({ x, y: perplexity })),
      },
      {
        type: 'points',
        name: { en: 'last quarter', zh: '末四分之一' },
        points: rows.map(({ lastPerplexity }, x) => ({ x, y: lastPerplexity })),
      },
    ],
    width: 760,
    height: 420,
  };
}

/** A cost at lengths up to N: what was measured, and what is predicted. */
export function costTable(
  { probes, fixed, perToken }: WritingCost,
  { tokens, bytesFor }: { readonly tokens: number; readonly bytesFor: (tokens: number) => number },
): InspectTable {
  const lengths = [...probes.map(({ length }) => Math.round(length)), Math.round(tokens / 2), tokens];
  return {
    columns: [
      TOKENS,
      { en: 'ms a token, measured', zh: '每词元毫秒（实测）' },
      { en: 'on the line', zh: '拟合' },
      { en: 'KB of the past', zh: '历史占用 KB' },
    ],
    rows: lengths.map((length, i) => [
      length,
      probes[i]?.ms.toFixed(2) ?? '',
      (fixed + perToken * length).toFixed(2),
      Math.round(bytesFor(length) / 1024),
    ]),
  };
}

export function costPlot({ probes, fixed, perToken }: WritingCost, tokens: number): Plot {
  return {
    title: { en: 'Time of a token by the tokens before it', zh: '每个词元的用时与其前的词元数' },
    x: { label: TOKENS, min: 0 },
    y: { label: MS, min: 0 },
    marks: [
      {
        type: 'points',
        name: { en: 'measured', zh: '实测' },
        points: probes.map(({ length, ms }) => ({ x: length, y: ms })),
      },
      {
        type: 'line',
        name: { en: 'predicted', zh: '预测' },
        points: [0, tokens].map((x) => ({ x, y: fixed + perToken * x })),
      },
    ],
    width: 760,
    height: 420,
  };
}
