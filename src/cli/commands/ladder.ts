/** `inkstone ladder`: models of growing size on the same text, the curve of their losses, and whether it foretells the largest. */

import { join } from 'node:path';
import { fitSizeCurve, type SizeCurve, type SizePoint, type Trial } from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { decoderConfig, parameterCount } from '../../models/index.ts';
import { type Plot, renderPlot } from '../../plots/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { ladderOptions } from '../ladder-options.ts';
import { failMeasure } from '../measure-errors.ts';
import { openModelTrials, trialLength } from '../model-trials.ts';
import { listOf } from '../options.ts';
import { onlyGiven } from '../settings.ts';
import { compactNumber, etaSince, formatTable } from '../terminal.ts';
import { openTrials } from '../trials.ts';

type Context = CommandContext<typeof ladderOptions>;

const say = defineMessages({
  begin: {
    en: (d: { sizes: number; length: string }) => `${d.sizes} sizes, each trained for ${d.length}`,
    zh: (d) => `${d.sizes} 种大小，各训练 ${d.length}`,
  },
  steps: { en: (d: { steps: number }) => `${d.steps} steps`, zh: (d) => `${d.steps} 步` },
  minutes: { en: (d: { minutes: number }) => `${d.minutes} minutes`, zh: (d) => `${d.minutes} 分钟` },
  resumed: {
    en: (d: { path: string; done: number }) => `going on with ${d.path}: ${d.done} sizes are there`,
    zh: (d) => `继续 ${d.path}：已有 ${d.done} 种大小`,
  },
  live: {
    en: (d: { at: number; total: number; size: string; percent: string; eta: string }) =>
      `size ${d.at}/${d.total} (${d.size}) ${d.percent}% eta ${d.eta}`,
    zh: (d) => `大小 ${d.at}/${d.total}（${d.size}）${d.percent}% 剩余 ${d.eta}`,
  },
  head: {
    en: () => 'layers x width|parameters|held-out loss|curve|seconds',
    zh: () => '层数x宽度|参数|留出损失|曲线|秒',
  },
  curve: {
    en: (d: { floor: string; scale: string; exponent: string }) =>
      `loss ≈ ${d.floor} + ${d.scale} / parameters^${d.exponent}`,
    zh: (d) => `损失 ≈ ${d.floor} + ${d.scale} / 参数量^${d.exponent}`,
  },
  predicted: {
    en: (d: { size: string; loss: string; low: string; high: string }) =>
      `predicted for ${d.size}: ${d.loss} (95 %: ${d.low} … ${d.high})`,
    zh: (d) => `预测 ${d.size}：${d.loss}（95 %：${d.low} … ${d.high}）`,
  },
  measured: {
    en: (d: { loss: string; off: string; isInside: boolean }) =>
      `measured: ${d.loss}, ${d.off} off, ${d.isInside ? 'inside' : 'outside'} the interval`,
    zh: (d) => `实测：${d.loss}，偏差 ${d.off}，${d.isInside ? '在' : '不在'}区间之内`,
  },
  next: {
    en: (d: { times: number; loss: string; low: string; high: string }) =>
      `with all sizes, ${d.times} times as large, trained alike: ${d.loss} (95 %: ${d.low} … ${d.high})`,
    zh: (d) => `用全部大小拟合，再大 ${d.times} 倍、同样训练：${d.loss}（95 %：${d.low} … ${d.high}）`,
  },
  written: { en: (d: { path: string }) => `the curve: ${d.path}`, zh: (d) => `曲线图：${d.path}` },
});

/** Each head is so wide, whatever the size. */
const HEAD_SIZE = 16;
const LEAST_SIZES = 4;
/** How far beyond the largest the last word goes. */
const BEYOND = 10;

interface Size {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

/** A size, its parameters, and what its training came to. */
interface Rung extends SizePoint {
  readonly name: string;
  readonly seconds: number;
}

const nameOf = ({ layers, width }: Pick<Size, 'layers' | 'width'>): string => `${layers}x${width}`;

/** Reads the text; the sizes, the smallest first, and what trains one. */
async function openLadder(context: Context) {
  const { options, given } = context;
  const { data, preset, seed } = options;
  if (!data) throw fail('cli/missing-value', { command: 'ladder', option: '--data' });
  const sizes = parseSizes(options.sizes);
  const length = trialLength('ladder', options);
  const changed = new Set((['contextLength', 'batchSize', 'lr'] as const).filter((name) => given.has(name)));
  const settings = onlyGiven(options, changed);
  const about = { data, preset, seed, length, settings };
  const { sha256, vocabSize, shapeOf, measure } = await openModelTrials(context, about);
  const parametersOf = (size: Size) =>
    parameterCount(decoderConfig({ ...shapeOf({ ...size }).model, vocabSize }));
  const ladder = sizes
    .map((size) => ({ size, name: nameOf(size), parameters: parametersOf(size) }))
    .sort((a, b) => a.parameters - b.parameters);
  const names = ladder.map(({ name }) => name).join(',');
  const task = { ladder: names, data: { source: data, sha256 }, preset, ...settings, ...length, seed };
  return { ladder, length, task, measure };
}

export async function run(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { out } = options;
  const { ladder, length, task, measure } = await openLadder(context);
  const path = join(out, 'trials.jsonl');
  const { earlier, file } = await openTrials(path, task);
  const trials = [...earlier];
  const words = 'steps' in length ? say('steps', length) : say('minutes', length);
  terminal.json({ type: 'ladder-start', sizes: ladder.length, ...length, done: trials.length });
  terminal.print(say('begin', { sizes: ladder.length, length: words }));
  if (trials.length > 0) terminal.print(`  ${say('resumed', { path, done: trials.length })}`);

  // A step has a cost of its own, so time grows more slowly than parameters at sizes like these.
  const costs = ladder.map(({ parameters }) => ('steps' in length ? Math.sqrt(parameters) : 1));
  const costTo = (end: number) => costs.slice(0, end).reduce((sum, cost) => sum + cost, 0);
  const [before, whole] = [costTo(earlier.length), costTo(ladder.length)];
  const start = performance.now();
  const train = async (index: number): Promise<void> => {
    const { size, name } = ladder[index];
    const began = performance.now();
    const tell = (share: number): void => {
      const done = (costTo(index) + share * costs[index] - before) / (whole - before);
      const percent = (100 * share).toFixed(0);
      const at = { at: index + 1, total: ladder.length, size: name };
      terminal.live(say('live', { ...at, percent, eta: etaSince(start, done) }));
    };
    tell(0);
    const found = await measure({ ...size }, join(out, name), tell);
    signal.throwIfAborted();
    const trial: Trial = {
      index,
      settings: { ...size },
      ...found,
      seconds: (performance.now() - began) / 1000,
    };
    await file.append(trial);
    await file.sync();
    trials.push(trial);
  };
  const rungs = (): Rung[] =>
    trials.flatMap(({ index, score: loss, seconds }) => {
      const { name, parameters } = ladder[index];
      return loss === undefined ? [] : [{ name, parameters, loss, seconds }];
    });
  const last = ladder[ladder.length - 1];
  let curve: SizeCurve;
  try {
    while (trials.length < ladder.length - 1) await train(trials.length);
    const fitted = rungs().filter(({ parameters }) => parameters < last.parameters);
    if (fitted.length < LEAST_SIZES - 1) throw failed(trials);
    curve = fitSizeCurve(fitted);
    terminal.endLive({ keep: false });
    tellCurve(context, curve, last);
    if (trials.length < ladder.length) await train(trials.length);
  } finally {
    await file.close();
    terminal.endLive({ keep: false });
  }
  const all = rungs();
  const largest = all[all.length - 1];
  if (largest.name !== last.name) throw failed(trials);
  await tellResult(context, { curve, all, largest });
}

const failed = (trials: readonly Trial[]) =>
  failMeasure('cli/ladder-failed', { reason: trials.flatMap(({ failed: reason }) => reason ?? [])[0] });

/** `2x32,4x64`; sizes that are written twice count once. */
function parseSizes(text: string): Size[] {
  const named = new Map<string, Size>();
  for (const part of listOf(text)) {
    const [, layers, width] = (part.match(/^(\d{1,3})[x×](\d{1,5})$/) ?? []).map(Number);
    named.set(nameOf({ layers, width }), { layers, width, heads: width / HEAD_SIZE });
  }
  const sizes = [...named.values()];
  const isSize = ({ layers, heads }: Size) => layers > 0 && heads > 0 && Number.isInteger(heads);
  if (sizes.length >= LEAST_SIZES && sizes.every(isSize)) return sizes;
  throw failMeasure('cli/sizes', { got: text, least: LEAST_SIZES, headSize: HEAD_SIZE });
}

const shown = (loss: number): string => loss.toFixed(4);
const shownAll = ({ loss, low, high }: ReturnType<SizeCurve['predict']>) => ({
  loss: shown(loss),
  low: shown(low),
  high: shown(high),
});

/** What the curve says of the largest, before that is trained. */
function tellCurve(
  { terminal }: Context,
  curve: SizeCurve,
  { name, parameters }: { readonly name: string; readonly parameters: number },
): void {
  const { floor, scale, exponent, error } = curve;
  const predicted = curve.predict(parameters);
  terminal.json({
    type: 'ladder-curve',
    floor,
    scale,
    exponent,
    error,
    size: name,
    parameters,
    ...predicted,
  });
  const figures = { floor: floor.toFixed(3), scale: scale.toPrecision(3), exponent: exponent.toFixed(3) };
  terminal.print(say('curve', figures));
  terminal.print(say('predicted', { size: name, ...shownAll(predicted) }));
}

interface Result {
  /** Fitted without the largest. */
  readonly curve: SizeCurve;
  readonly all: readonly Rung[];
  readonly largest: Rung;
}

async function tellResult({ options, terminal }: Context, result: Result): Promise<void> {
  const { curve, all, largest } = result;
  const predicted = curve.predict(largest.parameters);
  const isInside = predicted.low <= largest.loss && largest.loss <= predicted.high;
  const off = predicted.loss / largest.loss - 1;
  const beyond = fitSizeCurve(all).predict(BEYOND * largest.parameters);
  const rows = all.map(({ name, parameters, loss, seconds }) => [
    name,
    compactNumber(parameters),
    shown(loss),
    shown(curve.lossAt(parameters)),
    seconds.toFixed(1),
  ]);
  const path = join(options.out, 'curve.svg');
  await writeFileAtomic(path, renderPlot(plotOf(result), { lang: language(), standalone: true }));
  const next = { times: BEYOND, ...beyond };
  terminal.json({
    type: 'ladder-result',
    sizes: all,
    predicted,
    measured: largest.loss,
    off,
    isInside,
    next,
    path,
  });
  terminal.print(
    say('measured', { loss: shown(largest.loss), off: `${(100 * off).toFixed(2)} %`, isInside }),
  );
  for (const line of formatTable([say('head', {}).split('|'), ...rows])) terminal.print(`  ${line}`);
  terminal.print(say('next', { times: BEYOND, ...shownAll(beyond) }));
  terminal.print(say('written', { path }));
}

/** Places of the line that is drawn. */
const PLACES = 40;

function plotOf({ curve, all, largest }: Result): Plot {
  const places = Array.from({ length: PLACES + 1 }, (_, i) => {
    const x = all[0].parameters * (largest.parameters / all[0].parameters) ** (i / PLACES);
    return { x, y: curve.lossAt(x) };
  });
  const { loss: y, low, high } = curve.predict(largest.parameters);
  const points = all.map(({ name, parameters: x, loss }) => ({ x, y: loss, label: name }));
  return {
    title: { en: 'loss by size', zh: '损失与模型大小' },
    x: { label: { en: 'parameters', zh: '参数' }, scale: 'log' },
    y: { label: { en: 'held-out loss, nats a token', zh: '留出损失（奈特/词元）' } },
    marks: [
      { type: 'line', name: { en: 'fitted without the largest', zh: '不含最大者的拟合' }, points: places },
      {
        type: 'points',
        name: { en: 'predicted, 95 %', zh: '预测，95 %' },
        points: [{ x: largest.parameters, y, low, high }],
      },
      { type: 'points', name: { en: 'measured', zh: '实测' }, points },
    ],
  };
}
