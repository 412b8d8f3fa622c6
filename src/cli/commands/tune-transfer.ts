/** `inkstone tune head RUN --transfer 10,100,1000`: what pre-training is worth, by how many examples there are. */

import { askHead, type HeadExample } from '../../adapt/index.ts';
import { defineMessages } from '../../language.ts';
import type { Label, Plot } from '../../plots/index.ts';
import { createRng, shuffle } from '../../rng.ts';
import { fromArray, type Tensor } from '../../tensor/index.ts';
import { train } from '../../train/index.ts';
import { mapTree } from '../../tree.ts';
import { fail } from '../errors.ts';
import { type HeadContext, type HeadPlan, lengthOf } from '../head-plan.ts';
import { type HeadScores, headBaselines, mainScore, scoreAnswers, shownScore } from '../head-scores.ts';
import { type HeadTrainingOptions, headTraining, loopOf } from '../head-training.ts';
import { listOf } from '../options.ts';
import { formatTable } from '../terminal.ts';
import { checkViewFile, inLanguage, writeView } from '../view-files.ts';

const ways = ['scratch', 'pretrained'] as const;
type Way = (typeof ways)[number];

const names: { readonly [W in Way | 'baseline' | 'examples']: Label } = {
  scratch: { en: 'from scratch', zh: '从零训练' },
  pretrained: { en: 'pretrained', zh: '预训练' },
  baseline: { en: 'best baseline', zh: '最佳基线' },
  examples: { en: 'examples', zh: '样例数' },
};

const say = defineMessages({
  begin: {
    en: (d: { test: number; draws: number; score: string }) =>
      `${d.score} on ${d.test} examples; each number of examples drawn ${d.draws} times: mean (lowest–highest)`,
    zh: (d) => `在 ${d.test} 个样例上的 ${d.score}；每个样例数抽取 ${d.draws} 次：平均（最低–最高）`,
  },
  live: {
    en: (d: { way: string; count: number; draw: number; draws: number; percent: string }) =>
      `${d.way}, ${d.count} examples, draw ${d.draw} of ${d.draws}: ${d.percent}%`,
    zh: (d) => `${d.way}，${d.count} 个样例，第 ${d.draw}/${d.draws} 次：${d.percent}%`,
  },
});

/** What one number of examples came to, over the draws. */
interface Row {
  readonly examples: number;
  readonly values: { readonly [W in Way | 'baseline']: readonly number[] };
}

export async function compareTransfer(context: HeadContext, plan: HeadPlan): Promise<number> {
  const { options, terminal } = context;
  const { config, test, train: all } = plan;
  checkViewFile('tune head', options.out);
  const counts = countsOf(options.transfer!, all.length);
  const score = mainScore[config.task](config.labels ?? []);
  terminal.print(say('begin', { test: test.length, draws: options.draws, score }));
  const rows: Row[] = [];
  for (const examples of counts) {
    const values = { scratch: [] as number[], pretrained: [] as number[], baseline: [] as number[] };
    for (let draw = 0; draw < options.draws; draw++) {
      const some = drawn(all, examples, options.seed + draw);
      for (const way of ways) {
        const tell = (share: number) => {
          const percent = (100 * share).toFixed(0);
          const words = {
            way: inLanguage(names[way]),
            count: examples,
            draw: draw + 1,
            draws: options.draws,
          };
          terminal.live(say('live', { ...words, percent }));
        };
        const scores = await learnInMemory(context, plan, { way, some, draw, tell });
        values[way].push(scores[score] ?? Number.NaN);
      }
      const seed = options.seed + draw;
      const baselines = await headBaselines(config, { train: some, test }, { seed, signal: context.signal });
      const own = baselines.map(({ scores }) => scores[score]).filter((value) => !Number.isNaN(value));
      values.baseline.push(own.length > 0 ? Math.max(...own) : Number.NaN);
    }
    rows.push({ examples, values });
    terminal.endLive({ keep: false });
    terminal.json({ type: 'transfer', task: config.task, score, examples, ...values });
  }
  const columns = ['baseline', ...ways] as const;
  const table = {
    columns: [names.examples, ...columns.map((column) => names[column])],
    rows: rows.map(({ examples, values }) => [
      examples,
      ...columns.map((column) => shownRange(score, values[column])),
    ]),
  };
  const lines = formatTable([table.columns.map(inLanguage), ...table.rows.map((row) => row.map(String))]);
  for (const line of ['', ...lines.map((each) => `  ${each}`), '']) terminal.print(line);
  if (options.out !== undefined) {
    const view = { answer: rows, table, plot: transferPlot(rows, score), lines: [] };
    await writeView(terminal, options.out, view, options.data!);
  }
  return 0;
}

/** The numbers of examples, each of which there must be. */
function countsOf(text: string, most: number): number[] {
  const counts = listOf(text).map((part) => Number(part || Number.NaN));
  if (counts.every((count) => Number.isInteger(count) && count >= 2 && count <= most)) return counts;
  const rule = `whole numbers from 2 to ${most}, the examples there are, joined by commas`;
  const zhRule = `为以逗号连接的整数，从 2 到 ${most}（现有样例数）`;
  throw fail('cli/value', { command: 'tune head', option: '--transfer', rule, zhRule, got: text });
}

/** So many examples by chance, those of a smaller number among those of a larger; of labels, two at least. */
function drawn(all: readonly HeadExample[], count: number, seed: number): HeadExample[] {
  const order = shuffle([...all.keys()], createRng(seed).split('transfer'));
  const labelOf = (at: number): unknown => (all[at] as { readonly label?: string }).label;
  const other = order.findIndex((at) => labelOf(at) !== labelOf(order[0]));
  // One label alone teaches nothing.
  if (other >= count) [order[1], order[other]] = [order[other], order[1]];
  return order.slice(0, count).map((at) => all[at]);
}

interface Draw {
  readonly way: Way;
  readonly some: readonly HeadExample[];
  readonly draw: number;
  readonly tell: (share: number) => void;
}

/** Scores (none where it diverged) of a training that leaves nothing behind; what is pretrained is copied, since training changes it. */
async function learnInMemory(
  { options, signal }: HeadContext,
  plan: HeadPlan,
  { way, some, draw, tell }: Draw,
): Promise<HeadScores> {
  const { base, recipe, config, test } = plan;
  const seed = options.seed + draw;
  const settings: HeadTrainingOptions = {
    ...plan,
    params:
      way === 'scratch'
        ? base.fresh(createRng(seed).split('init'))
        : (mapTree(base.params, copyOf) as typeof base.params),
    examples: some,
    // Nothing of a model from scratch can stay as it is, and its rate is that of a model trained here.
    ...(way === 'scratch' && { tuning: {}, recipe: { ...recipe, lr: options.lr ?? SCRATCH_RATE } }),
    seed,
    length: lengthOf(options, some.length, recipe.batchSize),
    signal,
  };
  const training = headTraining(settings);
  let isDiverged = false;
  for await (const event of train(loopOf(training, settings))) {
    if (event.type === 'step') tell(event.fraction);
    isDiverged ||= event.type === 'finish' && event.reason === 'diverged';
  }
  signal.throwIfAborted();
  if (isDiverged) return {};
  return scoreAnswers(config, test, await askHead(training.model(), test, { signal }));
}

const SCRATCH_RATE = 3e-4;

const copyOf = ({ data, shape }: Tensor): Tensor =>
  fromArray<'f32'>(Float32Array.from(data as Float32Array), shape, 'f32');

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function shownRange(score: string, values: readonly number[]): string {
  const mean = shownScore(score, meanOf(values));
  if (values.length === 1) return mean;
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) =>
    shownScore(score, value).replace(' %', ''),
  );
  return `${mean} (${low}–${high})`;
}

function transferPlot(rows: readonly Row[], score: string): Plot {
  return {
    title: { en: 'What pre-training is worth', zh: '预训练的价值' },
    x: { label: names.examples, scale: 'log' },
    y: { label: { en: score, zh: score }, min: 0, max: 1 },
    marks: (['pretrained', 'scratch', 'baseline'] as const).map((way) => ({
      type: 'line',
      name: names[way],
      points: rows.map(({ examples, values }) => ({
        x: examples,
        y: meanOf(values[way]),
        low: Math.min(...values[way]),
        high: Math.max(...values[way]),
      })),
    })),
  };
}
