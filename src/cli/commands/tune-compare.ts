/** `inkstone tune compare RUN`: the same text is learned by each method from the same model; one table tells what each came to. */

import { join, resolve } from 'node:path';
import { nearest } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import { adapterMethods } from '../adapter-options.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { keptReading } from '../kept-reading.ts';
import { defaultFolder, type Tuning } from '../runs.ts';
import { formatBytes, formatTable } from '../terminal.ts';
import type { tuneOptions } from '../tune-options.ts';
import { type Tuned, tuneOnce } from './tune-weights.ts';

type Context = CommandContext<typeof tuneOptions>;
type Method = Tuning['method'];

const say = defineMessages({
  method: { en: (d: { method: string }) => `\n${d.method}`, zh: (d) => `\n${d.method}` },
  head: {
    en: () => 'method|trained %|new text|old text|gap %|steps|ms a step|file',
    zh: () => '方法|训练 %|新文本|旧文本|差距 %|步数|毫秒/步|文件',
  },
  base: { en: () => '(the model as it is)', zh: () => '（原模型）' },
  losses: {
    en: () =>
      'held-out losses, nats a token; gap: of what full tuning gains on the new text, so much; virtual tokens leave a text fewer places; ms: processor time of all threads',
    zh: () =>
      '留出损失，奈特/词元；差距：占全量微调在新文本上所得的百分比；虚拟词元会减少文本可用的位置；毫秒：各线程处理器时间之和',
  },
});

export async function compareMethods(context: Context): Promise<number> {
  const { args, options, terminal } = context;
  const [, path] = args;
  if (!options.data) throw fail('cli/missing-value', { command: 'tune compare', option: '--data' });
  const out = options.out ?? defaultFolder(options.data, '-compare');
  if (resolve(out) === resolve(path)) throw fail('cli/out-same', { command: 'tune compare', out });
  const all: Tuned[] = [];
  // Every method learns the same text: it is read once.
  const kept = keptReading();
  for (const method of methodsOf(options.methods)) {
    terminal.print(say('method', { method }));
    const { status, tuned } = await tuneOnce({
      ...{ ...context, kept },
      args: [method, path],
      options: { ...options, out: join(out, method) },
    });
    if (!tuned) return status;
    all.push(tuned);
  }
  terminal.json({ type: 'compared', base: path, methods: all });
  const full = all.find(({ method }) => method === 'full');
  const { before } = full ?? all[0];
  const gained = full ? gainOf(full) : 0;
  const gapOf = (tuned: Tuned): number | undefined => (gained > 0 ? gainOf(tuned) / gained : undefined);
  const base = [say('base', {}), '', ...losses(before), '', '', '', ''];
  const rows = all.map((tuned) => rowOf(tuned, gapOf(tuned)));
  const table = formatTable([say('head', {}).split('|'), base, ...rows]);
  for (const line of ['', ...table.map((line) => `  ${line}`), '', say('losses', {})]) terminal.print(line);
  return 0;
}

function methodsOf(given: string | undefined): readonly Method[] {
  const known: readonly Method[] = ['full', ...adapterMethods];
  if (given === undefined) return known;
  const named = given.split(',').map((text) => {
    const name = text.trim();
    const found = known.find((method) => method === name);
    if (found) return found;
    throw fail('cli/value', {
      ...{ command: 'tune compare', option: '--methods', got: name, near: nearest(name, known) },
      ...{ rule: `some of ${known.join(', ')}`, zhRule: `为 ${known.join('、')} 中的若干` },
    });
  });
  return [...new Set(named)];
}

/** On the new text, in rows as long before and after: virtual tokens leave a text fewer places. */
const gainOf = ({ before, after }: Tuned): number => before.new - after.new;

const losses = ({ new: fresh, old }: Tuned['before']): string[] =>
  [fresh, old].map((loss) => (loss === undefined ? '–' : loss.toFixed(4)));

const rowOf = (
  { method, share, after, steps, processorSeconds, bytes }: Tuned,
  gap: number | undefined,
): string[] => [
  method,
  (100 * share).toPrecision(3),
  ...losses(after),
  gap === undefined ? '–' : (100 * gap).toFixed(0),
  String(steps),
  processorSeconds === undefined ? '–' : ((1000 * processorSeconds) / steps).toFixed(1),
  formatBytes(bytes),
];
