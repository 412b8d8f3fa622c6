/** `inkstone gradients RUN…`: how far back the gradients of recurrent models reach, against each other. */

import { nextTurn } from '../../decode/index.ts';
import { gradientPlot, gradientTable } from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import { type GradientReach, gradientReach, requireCells } from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { gradientsOptions } from '../inspect-options.ts';
import { openModel, type StoredRecurrent } from '../models.ts';
import { refuseGiven } from '../options.ts';
import { textsOfRun } from '../run-texts.ts';
import { formatTable } from '../terminal.ts';
import { isPowerOfTwo } from '../training-samples.ts';
import { checkViewFile, inLanguage, writeView } from '../view-files.ts';

type Context = CommandContext<typeof gradientsOptions>;

const say = defineMessages({
  begin: {
    en: (d: { windows: number; steps: number; data: string }) =>
      `the loss of one token, back through ${d.steps} steps, in ${d.windows} windows of ${d.data}`,
    zh: (d) => `在 ${d.data} 的 ${d.windows} 个窗口中，单个词元的损失回传 ${d.steps} 步`,
  },
  reading: {
    en: (d: { done: number; total: number; run: string }) => `gradients ${d.done}/${d.total}: ${d.run}`,
    zh: (d) => `梯度 ${d.done}/${d.total}：${d.run}`,
  },
  factor: {
    en: (d: { run: string; cell: string; factor: string; steps: number; left: string }) =>
      `${d.run} (${d.cell}): times ${d.factor} a step; after ${d.steps} steps ${d.left} of it is left`,
    zh: (d) => `${d.run}（${d.cell}）：每回溯一步乘以 ${d.factor}；${d.steps} 步之后剩下 ${d.left}`,
  },
  spectrum: {
    en: (d: { layer: number; radius: string; norm: string }) =>
      `  layer ${d.layer}: spectral radius ${d.radius}, largest singular value ${d.norm}; the slope of tanh takes the rest`,
    zh: (d) => `  第 ${d.layer} 层：谱半径 ${d.radius}，最大奇异值 ${d.norm}；其余衰减来自 tanh 的斜率`,
  },
});

interface Measured {
  readonly run: StoredRecurrent;
  readonly reach: GradientReach;
}

export async function run(context: Context): Promise<void> {
  const { args: paths, options, terminal, signal } = context;
  checkViewFile('gradients', options.out);
  const runs: StoredRecurrent[] = [];
  for (const path of paths) runs.push(requireRecurrent(await openModel(path)));
  const { name, textsFor, steps } = await subjectOf(runs[0], context);
  const measured: Measured[] = [];
  for (const one of runs) {
    terminal.live(say('reading', { done: measured.length, total: runs.length, run: one.path }));
    await nextTurn();
    signal.throwIfAborted();
    const texts = textsFor(one);
    measured.push({ run: one, reach: gradientReach(await one.params(), one.config, texts) });
  }
  terminal.endLive({ keep: false });
  const windows = measured[0].reach.texts;
  terminal.print(say('begin', { windows, steps, data: name }));
  const rows = measured.map(({ run: { path }, reach }) => ({ name: path, ...reach }));
  const answer = measured.map(({ run: { path, config }, reach }) => ({
    run: path,
    cell: config.cell,
    ...reach,
  }));
  const table = gradientTable(rows);
  const lines = measured.flatMap(linesOf);
  terminal.json({ type: 'gradients', data: name, steps, answer });
  // Every power of two: what is seen on the way is a line.
  const shown = table.rows.filter(([k], i) => isPowerOfTwo(Number(k)) || i === table.rows.length - 1);
  for (const line of formatTable([table.columns.map(inLanguage), ...shown.map((row) => row.map(String))])) {
    terminal.print(line);
  }
  for (const line of lines) terminal.print(line);
  if (options.out === undefined) return;
  await writeView(
    terminal,
    options.out,
    { answer, table, plot: gradientPlot(rows), lines },
    paths.join(', '),
  );
}

function requireRecurrent(stored: Awaited<ReturnType<typeof openModel>>): StoredRecurrent {
  if (stored.kind !== 'recurrent')
    throw fail('cli/recurrent-only', { where: 'gradients', path: stored.path });
  requireCells(stored.config);
  return stored;
}

/** What has no effect on a text of one's own. */
const OF_WINDOWS = ['data', 'windows', 'steps'] as const;

/** What is read, by each run with its own tokenizer: one text, or windows spread evenly over texts. */
async function subjectOf(first: StoredRecurrent, { options, given, terminal, signal }: Context) {
  const { text, data, offline } = options;
  if (text !== undefined) {
    refuseGiven(given, OF_WINDOWS, {
      command: 'gradients',
      beside: '--text',
      reason: 'the text is looked at whole',
      zhReason: '该文本会整篇查看',
    });
    const idsOf = ({ prefixIds, tokenizer }: StoredRecurrent) => [...prefixIds, ...tokenizer.encode(text)];
    const ids = idsOf(first);
    if (ids.length < 3) throw fail('cli/short-reach', { tokens: ids.length, least: 3 });
    return { name: '--text', steps: ids.length - 2, textsFor: (one: StoredRecurrent) => [idsOf(one)] };
  }
  const { name, heldOut } = await textsOfRun(first, { terminal, signal, offline, data });
  const steps = options.steps ?? first.config.contextLength - 1;
  const length = steps + 2;
  const textsFor = ({ tokenizer, prefixIds }: StoredRecurrent): number[][] => {
    const wanted = MOST_SPREAD * length * options.windows;
    let ids: number[] = [];
    for (const each of heldOut) {
      if (ids.length >= wanted) break;
      ids = ids.concat(prefixIds, tokenizer.encode(each.slice(0, MOST_CHARACTERS)));
    }
    const windows = Math.min(options.windows, Math.floor(ids.length / length));
    if (windows < 1) throw fail('cli/short-reach', { tokens: ids.length, least: length });
    const stride = Math.floor((ids.length - length) / Math.max(1, windows - 1));
    return Array.from({ length: windows }, (_, i) => ids.slice(i * stride, i * stride + length));
  };
  return { name, steps, textsFor };
}

/** Windows lie in so many times their own length at most, and of a text so many characters are looked at. */
const MOST_SPREAD = 20;
const MOST_CHARACTERS = 200_000;

function linesOf({ run: { path, config }, reach }: Measured): string[] {
  const { norms, factor, spectra = [] } = reach;
  const steps = norms.length - 1;
  const left = (norms[steps] / norms[0]).toPrecision(2);
  const cell = config.cell.toUpperCase();
  return [
    say('factor', { run: path, cell, factor: factor.toFixed(3), steps, left }),
    ...spectra.map(({ radius, norm }, layer) =>
      say('spectrum', { layer, radius: radius.toFixed(3), norm: norm.toFixed(3) }),
    ),
  ];
}
