/** `inkstone length extend|stream|cost RUN`: texts longer than a model was trained on. */

import {
  bitsByLength,
  costPlot,
  costTable,
  type LengthReader,
  lengthPlot,
  lengthTable,
  measureWriting,
  predictWriting,
  readStream,
  type StreamReader,
  streamPlot,
  streamTable,
} from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import {
  cacheBytes,
  createEndlessModel,
  createLanguageModel,
  type DecoderParams,
  type DecoderSequence,
  type EndlessSequence,
  type ExtensionKind,
  extended,
  weightBytes,
} from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { lengthOptions } from '../length-options.ts';
import { lengtheningOf } from '../lengthening.ts';
import { extendedModel, openModel, requireDecoder, type StoredDecoder } from '../models.ts';
import { textsOfRun } from '../run-texts.ts';
import { formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { checkViewFile, inLanguage, type View, writeView } from '../view-files.ts';

type Context = CommandContext<typeof lengthOptions>;

const say = defineMessages({
  reading: {
    en: (d: { done: number; total: number; name: string }) =>
      `reading ${Math.round((100 * d.done) / d.total)}% ${d.name}`,
    zh: (d) => `阅读 ${Math.round((100 * d.done) / d.total)}% ${d.name}`,
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
  const { args, options } = context;
  const action = actionOf('length', { extend, stream, cost }, args);
  checkViewFile('length', options.out);
  if (args.length < 2) {
    const example = `inkstone length ${args[0]} runs/poems-2min`;
    throw fail('cli/missing-argument', { command: 'length', argument: '<run>', example });
  }
  const stored: StoredDecoder[] = [];
  for (const path of args.slice(1)) stored.push(requireDecoder('length', await openModel(path)));
  if (action !== extend && stored.length > 1) {
    throw fail('cli/missing-argument', {
      command: 'length',
      argument: '<run>',
      example: `inkstone length ${args[0]} ${args[1]}`,
    });
  }
  await action(stored, context);
}

/** Ways to extend a context, on windows of growing length. */
async function extend(runs: readonly StoredDecoder[], context: Context): Promise<void> {
  const { options, signal } = context;
  const times = numbersOf('--times', options.times, 1);
  const lengths = times.map((factor) => Math.floor(runs[0].config.contextLength * factor));
  const tokens = Math.max(options.tokens ?? EXTEND_TOKENS, ...lengths);
  const { name: data, textFor } = await textOf(runs[0], context);
  const readers: LengthReader[] = [];
  for (const stored of runs) {
    const { ids, characters } = textFor(stored, tokens);
    const params = await stored.params();
    const own = runs.length > 1 ? `${stored.path} ` : '';
    for (const way of waysOf(stored, Math.max(...times))) {
      readers.push({
        name: `${own}${way.name}`,
        modelFor: (length) => modelFor(params, stored, way, length),
        ids,
        characters,
      });
    }
  }
  const report = await bitsByLength(readers, { lengths, signal, onProgress: progressIn(context) });
  const at = lengths.length - 1;
  const { name, bitsPerCharacter } = report.rows[report.best[at]];
  const lines = [
    say('ways', {}),
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

interface Way {
  readonly name: string;
  readonly kind: ExtensionKind;
  /** The same for every length; without, as far as each needs. */
  readonly factor?: number;
}

/** What can be done with a model's positions. */
function waysOf({ config: { positions } }: StoredDecoder, most: number): Way[] {
  const asTheyAre: Way = { name: positions.kind === 'rotary' ? 'none' : positions.kind, kind: 'none' };
  if (positions.kind !== 'rotary' || positions.scaling) return [asTheyAre];
  return [
    asTheyAre,
    ...(['linear', 'ntk', 'yarn'] as const).map((kind) => ({ name: kind, kind })),
    ...(['ntk', 'yarn'] as const).map((kind) => ({ name: `${kind}:${most}`, kind, factor: most })),
  ];
}

function modelFor(params: DecoderParams, { config }: StoredDecoder, { kind, factor }: Way, length: number) {
  const needed = Math.max(1, length / config.contextLength);
  return createLanguageModel(params, extended(config, { kind, factor: Math.max(needed, factor ?? needed) }));
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
      return { name: `${count}+${window}`, model, keptBytes: (read) => (read as EndlessSequence).cacheBytes };
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

/** What N tokens will cost. */
async function cost([given]: readonly StoredDecoder[], context: Context): Promise<void> {
  const { options, signal, terminal } = context;
  const { extend: extension } = lengtheningOf('length', { extend: options.extend });
  const { config, params } = extension ? extendedModel(given, extension) : given;
  const { tokens = config.contextLength } = options;
  const model = createLanguageModel(await params(), config);
  const onProgress = (done: number, total: number) => progressIn(context)(done, total, '');
  const predicted = await predictWriting(model, { tokens, signal, onProgress });
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
  const checked = options.check ? await measureWriting(model, { tokens, signal, onProgress }) : undefined;
  if (checked) {
    lines.push(
      say('checked', {
        seconds: (checked.totalMs / 1000).toFixed(1),
        last: checked.lastMs.toFixed(2),
        off: (100 * Math.abs(predicted.totalMs / checked.totalMs - 1)).toFixed(0),
      }),
    );
  }
  terminal.endLive({ keep: false });
  await show(context, undefined, {
    answer: { what: 'cost', tokens, ...predicted, bytes, ...(checked && { checked }) },
    table: costTable(predicted, { tokens, bytesFor: (length) => cacheBytes(config, length) }),
    plot: costPlot(predicted, tokens),
    lines,
  });
}

const inMegabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

function progressIn({ terminal }: Context) {
  return (done: number, total: number, name: string) => terminal.live(say('reading', { done, total, name }));
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

/** A token is hardly longer: so many characters of a text are looked at for each token wanted. */
const MOST_CHARACTERS = 12;

/** The held-out texts one behind the other, cut where there are tokens enough, by each run's own tokenizer. */
async function textOf(first: StoredDecoder, { options, terminal, signal }: Context) {
  const { data, offline } = options;
  const { name, heldOut } = await textsOfRun(first, { terminal, signal, offline, data });
  const textFor = ({ tokenizer, prefixIds }: StoredDecoder, tokens: number) => {
    let ids: number[] = [];
    for (const text of heldOut) {
      if (ids.length >= tokens) break;
      const left = tokens - ids.length;
      ids = ids.concat(prefixIds, tokenizer.encode(text.slice(0, MOST_CHARACTERS * left)).slice(0, left));
    }
    return { ids, characters: [...tokenizer.decode(ids.slice(1))].length };
  };
  return { name, textFor };
}
