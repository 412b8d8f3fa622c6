/** `inkstone recall`: recurrent models, RWKV, linear attention and the Transformer at equal parameters: what they recall, how fast they learn. */

import { nearest } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { listOf } from '../options.ts';
import type { recallOptions } from '../recall-options.ts';
import {
  type Recaller,
  type RecallResult,
  recallByDistance,
  recallers,
  recallPlot,
  recallTable,
} from '../recalling.ts';
import { compactNumber, etaSince, formatBytes, formatTable } from '../terminal.ts';
import { checkViewFile, writeView } from '../view-files.ts';

type Context = CommandContext<typeof recallOptions>;

const say = defineMessages({
  begin: {
    en: (d: { models: number; steps: number }) =>
      `${d.models} models learn for ${d.steps} steps to say which of 8 symbols stood so many tokens back among noise`,
    zh: (d) => `${d.models} 个模型各学 ${d.steps} 步：说出噪声中若干词元之前出现的是 8 个符号中的哪一个`,
  },
  live: {
    en: (d: { architecture: string; percent: string; eta: string }) =>
      `${d.architecture} ${d.percent}% eta ${d.eta}`,
    zh: (d) => `${d.architecture} ${d.percent}% 剩余 ${d.eta}`,
  },
  head: {
    en: () => 'architecture|width|parameters|training tokens/s|state after one window|after four',
    zh: () => '架构|宽|参数|训练词元/秒|一个窗口后的状态|四个窗口后',
  },
  back: {
    en: (d: { distance: number }) => `${d.distance} back`,
    zh: (d) => `前 ${d.distance} 个`,
  },
});

export async function run({ options, terminal, signal }: Context): Promise<void> {
  const { parameters, steps, seed, out } = options;
  checkViewFile('recall', out);
  const architectures = listOf(options.architectures).map(checkArchitecture);
  const distances = listOf(options.distances).map(checkDistance);
  terminal.print(say('begin', { models: architectures.length, steps }));
  const start = performance.now();
  const results = await recallByDistance({
    ...{ architectures, parameters, distances, steps, seed, signal },
    onStep({ architecture, share }) {
      const percent = (100 * share).toFixed(0);
      terminal.live(say('live', { architecture, percent, eta: etaSince(start, share) }));
    },
  });
  terminal.endLive({ keep: false });
  terminal.json({ type: 'recall', distances, steps, answer: results });
  const head = [...say('head', {}).split('|'), ...distances.map((distance) => say('back', { distance }))];
  const lines = formatTable([head, ...results.map(cellsOf)]);
  for (const line of lines) terminal.print(line);
  if (out === undefined) return;
  const [table, plot] = [recallTable(results, distances), recallPlot(results, distances)];
  await writeView(terminal, out, { answer: results, table, plot, lines }, 'recall');
}

const cellsOf = ({ architecture, width, parameters, tokensPerSecond, stateBytes, recall }: RecallResult) => [
  architecture,
  String(width),
  compactNumber(parameters),
  compactNumber(Math.round(tokensPerSecond)),
  ...stateBytes.map(formatBytes),
  ...recall.map((share) => `${(100 * share).toFixed(0)} %`),
];

function checkArchitecture(name: string): Recaller {
  if ((recallers as readonly string[]).includes(name)) return name as Recaller;
  const rule = { rule: `among ${recallers.join(', ')}`, zhRule: `出自 ${recallers.join('、')}` };
  throw fail('cli/value', {
    ...{ command: 'recall', option: '--architectures', ...rule },
    got: name,
    near: nearest(name, recallers),
  });
}

/** The longest window a model here is asked to learn. */
const MOST = 4096;

function checkDistance(text: string): number {
  const distance = Number(text);
  if (Number.isInteger(distance) && distance >= 1 && distance <= MOST) return distance;
  const rule = { rule: `whole numbers from 1 to ${MOST}`, zhRule: `为 1 到 ${MOST} 的整数` };
  throw fail('cli/value', { command: 'recall', option: '--distances', ...rule, got: text });
}
