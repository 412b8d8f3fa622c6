/** `inkstone length extend|stream|passkey|cost RUN`: texts longer than a model was trained on. */

import {
  bitsByLength,
  costPlot,
  costTable,
  type LengthReader,
  lengthPlot,
  lengthTable,
  measureWriting,
  type PasskeyReader,
  passkeyAccuracy,
  passkeyPlot,
  passkeyTable,
  passkeyTexts,
  predictWriting,
  readStream,
  type StreamReader,
  streamPlot,
  streamTable,
} from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import {
  cacheBytes,
  createEndlessModel,
  createLanguageModel,
  type DecoderSequence,
  type SizedSequence,
  weightBytes,
} from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { lengthOptions } from '../length-options.ts';
import { lengtheningOf } from '../lengthening.ts';
import { modelFor, readersOf, textOf } from '../long-readers.ts';
import { extendedModel, openModel, requireDecoder, type StoredDecoder } from '../models.ts';
import { etaSince, formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { checkViewFile, inLanguage, type View, writeView } from '../view-files.ts';

type Context = CommandContext<typeof lengthOptions>;

const say = defineMessages({
  reading: {
    en: (d: { percent: string; eta: string; name: string }) => `reading ${d.percent}% eta ${d.eta} ${d.name}`,
    zh: (d) => `阅读 ${d.percent}% 剩余 ${d.eta} ${d.name}`,
  },
  extend: {
    en: (d: { tokens: number; data: string }) =>
      `bits a character over ${d.tokens} tokens of ${d.data}, cut into texts of each length; * the best`,
    zh: (d) => `${d.data} 的 ${d.tokens} 个词元，切成各种长度的文本：每字符比特；* 为最佳`,
  },
  ways: {
    en: () =>
      'linear, ntk and yarn stretch as far as each length needs; ntk:N and yarn:N stretch N times always',
    zh: () => 'linear、ntk、yarn 按各长度所需拉伸；ntk:N 与 yarn:N 一律拉伸 N 倍',
  },
  passkey: {
    en: (d: { trials: number }) =>
      `a number hidden in a text: share said again without a fault, of ${d.trials} texts for each length and depth`,
    zh: (d) => `藏在文本中的数字：每种长度与深度各 ${d.trials} 篇，完全答对的比例`,
  },
  texts: {
    en: (d: { count: number; out: string }) => `${d.count} texts to learn the task from: ${d.out}`,
    zh: (d) => `供学习该任务的 ${d.count} 篇文本：${d.out}`,
  },
  best: {
    en: (d: { length: number; name: string; bits: string }) =>
      `best at ${d.length} tokens: ${d.name}, ${d.bits}`,
    zh: (d) => `${d.length} 词元时最佳：${d.name}，${d.bits}`,
  },
  stream: {
    en: (d: { tokens: number; data: string }) =>
      `${d.tokens} tokens of ${d.data} one by one; 4+60: the first 4 and the last 60 are kept; recomputed: the last ones are read again for each token; dense: all are kept`,
    zh: (d) =>
      `逐个读 ${d.data} 的 ${d.tokens} 个词元；4+60：保留开头 4 个与末尾 60 个；recomputed：每个词元都重读末尾若干个；dense：全部保留`,
  },
  cost: {
    en: (d: { tokens: number; memory: string; weights: string; seconds: string; last: string }) =>
      `${d.tokens} tokens: ${d.memory} MB for the past beside ${d.weights} MB of weights; ${d.seconds} s in all, the last at ${d.last} ms`,
    zh: (d) =>
      `${d.tokens} 个词元：历史占 ${d.memory} MB，权重 ${d.weights} MB；共 ${d.seconds} 秒，最后一个 ${d.last} 毫秒`,
  },
  checked: {
    en: (d: { seconds: string; last: string; off: string }) =>
      `written: ${d.seconds} s in all, the last at ${d.last} ms; the prediction is ${d.off} % off`,
    zh: (d) => `实际写出：共 ${d.seconds} 秒，最后一个 ${d.last} 毫秒；预测误差 ${d.off} %`,
  },
});

/** Tokens that are read unless one says. */
const EXTEND_TOKENS = 4096;
const STREAM_TOKENS = 1024;

export async function run(context: Context): Promise<void> {
  const { args, options, given } = context;
  const action = actionOf('length', { extend, stream, passkey, cost }, args);
  if (options.texts !== undefined) {
    if (args.length > 1) {
      const reason = { reason: 'texts are written without a run', zhReason: '写出文本时不需要训练记录' };
      throw fail('cli/conflict', { command: 'length', options: ['--texts', args[1]], ...reason });
    }
    if (options.out === undefined) throw fail('cli/missing-value', { command: 'length', option: '--out' });
    return writePasskeys(context, options.out, options.texts);
  }
  if (given.has('sentences')) throw fail('cli/missing-value', { command: 'length', option: '--texts' });
  checkViewFile('length', options.out);
  if (args.length < 2) {
    const example = `inkstone length ${args[0]} runs/poems-2min`;
    throw fail('cli/missing-argument', { command: 'length', argument: '<run>', example });
  }
  const stored: StoredDecoder[] = [];
  for (const path of args.slice(1)) stored.push(requireDecoder('length', await openModel(path)));
  if ((action === stream || action === cost) && stored.length > 1) {
    throw fail('cli/too-many-arguments', { command: `length ${args[0]}`, got: args[2], takesData: true });
  }
  await action(stored, context);
}

/** Ways to extend a context, on windows of growing length. */
async function extend(runs: readonly StoredDecoder[], context: Context): Promise<void> {
  const { options, signal } = context;
  const times = numbersOf('--times', options.times, 0.1);
  const lengths = times.map((factor) => Math.floor(runs[0].config.contextLength * factor));
  const tokens = options.tokens ?? Math.max(EXTEND_TOKENS, ...lengths);
  const { name: data, textFor } = await textOf(runs[0], context);
  const readers: LengthReader[] = [];
  for (const stored of runs) {
    const text = textFor(stored, tokens);
    readers.push(...(await readersOf(stored, { runs, times })).map((way) => ({ ...way, ...text })));
  }
  const report = await bitsByLength(readers, { lengths, signal, onProgress: progressIn(context) });
  const at = lengths.length - 1;
  const { name, bitsPerCharacter } = report.rows[report.best[at]];
  const lines = [
    ...(report.rows.length > runs.length ? [say('ways', {})] : []),
    say('best', { length: lengths[at], name, bits: bitsPerCharacter[at].toFixed(3) }),
  ];
  const tokensRead = Math.min(...readers.map(({ ids }) => ids.length));
  await show(context, say('extend', { tokens: tokensRead, data }), {
    answer: { what: 'extend', data, ...report },
    table: lengthTable(report),
    plot: lengthPlot(report),
    lines,
  });
}

/** Ways to read without end, token by token. */
async function stream([stored]: readonly StoredDecoder[], context: Context): Promise<void> {
  const { options, signal } = context;
  const { config } = stored;
  const kept = options.window ?? config.contextLength;
  const sinks = numbersOf('--sinks', options.sinks, 0);
  const { name: data, textFor } = await textOf(stored, context);
  const { ids, characters } = textFor(stored, options.tokens ?? STREAM_TOKENS);
  const params = await stored.params();
  const readers: StreamReader[] = [
    ...sinks.map((count): StreamReader => {
      const window = kept - count;
      const model = createEndlessModel(params, config, { sinks: count, window });
      return { name: `${count}+${window}`, model, keptBytes: (read) => (read as SizedSequence).cacheBytes };
    }),
    { name: `recomputed ${kept}`, model: createLanguageModel(params, config), again: kept },
    {
      name: 'dense',
      model: modelFor(params, stored, { name: 'dense', kind: 'none' }, ids.length),
      keptBytes: (read) => (read as DecoderSequence).cacheBytes,
    },
  ];
  const rows = await readStream(readers, { ids, characters, signal, onProgress: progressIn(context) });
  await show(context, say('stream', { tokens: ids.length, data }), {
    answer: { what: 'stream', data, tokens: ids.length, rows },
    table: streamTable(rows),
    plot: streamPlot(rows),
    lines: [],
  });
}

/** Whether a number is found again in a long text, by each way to extend the context. */
async function passkey(runs: readonly StoredDecoder[], context: Context): Promise<void> {
  const { options, signal } = context;
  const { trials, lang, seed } = options;
  const times = numbersOf('--times', options.times, 0.1);
  const lengths = times.map((factor) => Math.floor(runs[0].config.contextLength * factor));
  const readers: PasskeyReader[] = [];
  for (const stored of runs) {
    const { tokenizer, prefixIds } = stored;
    readers.push(
      ...(await readersOf(stored, { runs, times })).map((way) => ({ ...way, tokenizer, prefixIds })),
    );
  }
  const onProgress = progressIn(context);
  const report = await passkeyAccuracy(readers, { lengths, trials, lang, seed, signal, onProgress });
  await show(context, say('passkey', { trials }), {
    answer: { what: 'passkey', ...report },
    table: passkeyTable(report),
    plot: passkeyPlot(report),
    lines: readers.length > runs.length ? [say('ways', {})] : [],
  });
}

/** Texts to learn the task of the number from. */
async function writePasskeys({ options, terminal }: Context, out: string, count: number): Promise<void> {
  const { lang, seed, sentences: fillers } = options;
  const lines = passkeyTexts(count, { fillers, lang, seed }).map((text) => `${JSON.stringify({ text })}\n`);
  await writeFileAtomic(out, lines.join(''));
  terminal.json({ type: 'length', what: 'passkey-texts', out, texts: count });
  terminal.print(say('texts', { count, out }));
}

/** What N tokens will cost. */
async function cost([given]: readonly StoredDecoder[], context: Context): Promise<void> {
  const { options, signal } = context;
  const { extend: extension } = await lengtheningOf('length', { extend: options.extend });
  const { config, params } = extension ? extendedModel(given, extension) : given;
  const { tokens = config.contextLength } = options;
  const model = createLanguageModel(await params(), config);
  const predicted = await predictWriting(model, { tokens, signal, onProgress: progressIn(context) });
  const bytes = { past: cacheBytes(config, tokens), weights: weightBytes(config) };
  const lines = [
    say('cost', {
      tokens,
      memory: inMegabytes(bytes.past),
      weights: inMegabytes(bytes.weights),
      seconds: (predicted.totalMs / 1000).toFixed(1),
      last: predicted.lastMs.toFixed(2),
    }),
  ];
  const checked = options.check
    ? await measureWriting(model, { tokens, signal, onProgress: progressIn(context) })
    : undefined;
  if (checked) {
    lines.push(
      say('checked', {
        seconds: (checked.totalMs / 1000).toFixed(1),
        last: checked.lastMs.toFixed(2),
        off: (100 * Math.abs(predicted.totalMs / checked.totalMs - 1)).toFixed(0),
      }),
    );
  }
  await show(context, undefined, {
    answer: { what: 'cost', tokens, ...predicted, bytes, ...(checked && { checked }) },
    table: costTable(predicted, { tokens, bytesFor: (length) => cacheBytes(config, length) }),
    plot: costPlot(predicted, tokens),
    lines,
  });
}

const inMegabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

function progressIn({ terminal }: Context) {
  const start = performance.now();
  return (done: number, total: number, name = ''): void => {
    const share = done / total;
    terminal.live(say('reading', { percent: (100 * share).toFixed(0), eta: etaSince(start, share), name }));
  };
}

/** What was found, for people, machines and a file. */
async function show(
  { args, options, terminal }: Context,
  head: string | undefined,
  view: View,
): Promise<void> {
  terminal.endLive({ keep: false });
  terminal.json({ type: 'length', ...(view.answer as object) });
  if (head) terminal.print(head);
  const { columns, rows } = view.table;
  for (const line of formatTable([columns.map(inLanguage), ...rows.map((row) => row.map(String))])) {
    terminal.print(line);
  }
  for (const line of view.lines) terminal.print(line);
  if (options.out !== undefined) await writeView(terminal, options.out, view, args.join(' '));
}

function numbersOf(option: string, text: string, least: number): number[] {
  const numbers = text.split(',').map(Number);
  const isFine = numbers.every((value, i) => value >= least && (i === 0 || value > numbers[i - 1]));
  if (isFine) return numbers;
  const rule = {
    rule: `rising numbers of at least ${least}, joined by commas`,
    zhRule: `为以逗号连接、递增且不小于 ${least} 的数`,
  };
  throw fail('cli/value', { command: 'length', option, ...rule, got: text });
}
