/** `inkstone compress MODEL`: its weights in fewer bits, each way measured on texts it has not learnt from. */

import { resolve } from 'node:path';
import {
  type CompareReport,
  decodingSpeed,
  modelColumns,
  writtenColumns,
  writtenLines,
} from '../../eval/index.ts';
import { defineMessages, language } from '../../language.ts';
import {
  createLanguageModel,
  ggufArchitectureFor,
  type WeightType,
  weightBytes,
} from '../../models/index.ts';
import { labelIn } from '../../plots/index.ts';
import type { CommandContext } from '../command.ts';
import { compareAsAsked } from '../comparing.ts';
import type { compressOptions } from '../compress-options.ts';
import { fail } from '../errors.ts';
import { exporters } from '../exporters.ts';
import { openModel, requireDecoder } from '../models.ts';
import { textsOfRun } from '../run-texts.ts';
import { weights as weightsOption } from '../serve-options.ts';
import { formatBytes, formatTable } from '../terminal.ts';

type Context = CommandContext<typeof compressOptions>;

const say = defineMessages({
  speed: { en: () => 'measuring how fast each writes', zh: () => '测量各方式的写作速度' },
  kept: { en: () => 'kept as', zh: () => '存放方式' },
  size: { en: () => 'size', zh: () => '大小' },
  one: { en: () => 'tokens/s', zh: () => '词元/秒' },
  strategy: { en: () => 'kept as · strategy', zh: () => '存放方式 · 策略' },
  chosen: {
    en: (d: { type: string; percent: number; tolerance: number; first: string }) =>
      `${d.type} is the smallest that costs at most ${d.tolerance} % more bits a character than ${d.first} (${d.percent} %).`,
    zh: (d) => `${d.type} 是每字符比特数比 ${d.first} 至多多 ${d.tolerance} % 的最小一种（${d.percent} %）。`,
  },
  written: {
    en: (d: { out: string; type: string; size: string }) => `${d.out}: ${d.type}, ${d.size}`,
    zh: (d) => `${d.out}：${d.type}，${d.size}`,
  },
});

const known: readonly WeightType[] = weightsOption.choices;

/** One way of keeping the weights, and what it gives. */
interface KeptRow {
  readonly type: WeightType;
  readonly bytes: number;
  /** Of one text. */
  readonly tokensPerSecond: number;
  readonly bitsPerCharacter: number;
}

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const types = typesOf(options.types);
  const { data, offline, out } = options;
  if (out !== undefined && resolve(out) === resolve(args[0])) {
    throw fail('cli/out-same', { command: 'compress', out });
  }
  const stored = requireDecoder('compress', await openModel(args[0]));
  const { config, tokenizer, prefixIds } = stored;
  // What the format cannot say is known before anything is measured.
  if (out !== undefined) ggufArchitectureFor(config);
  const { heldOut } = await textsOfRun(stored, {
    terminal,
    signal,
    offline,
    ...(data !== undefined && { data }),
  });
  const params = await stored.params();
  const models = types.map((weights) => createLanguageModel(params, config, { weights }));
  const compared = models.map((model, i) => ({ name: types[i], model, tokenizer, prefixIds }));
  const report = await compareAsAsked(compared, heldOut, context);
  terminal.live(say('speed', {}));
  const speeds = await decodingSpeed(models, { signal });
  terminal.endLive({ keep: false });
  const rows = types.map(
    (type, i): KeptRow => ({
      type,
      bytes: weightBytes(config, type),
      tokensPerSecond: speeds[i],
      bitsPerCharacter: report.models[i].bitsPerCharacter.value,
    }),
  );
  const chosen = smallestWithin(rows, options.tolerance);
  terminal.json({ type: 'report', rows, chosen: chosen.type, report });
  for (const line of linesOf(rows, report)) terminal.print(line);
  const percent = Number(((chosen.bitsPerCharacter / rows[0].bitsPerCharacter - 1) * 100).toFixed(2));
  const { tolerance } = options;
  terminal.print(say('chosen', { type: chosen.type, percent, tolerance, first: types[0] }));
  if (out === undefined) return;
  const bytes = await exporters.gguf.write(out, stored, { type: chosen.type });
  terminal.json({ type: 'written', out, weights: chosen.type, bytes });
  terminal.print(say('written', { out, type: chosen.type, size: formatBytes(bytes) }));
}

function typesOf(list: string): WeightType[] {
  const types = list.split(',').map((type) => type.trim() as WeightType);
  const areKnown = types.every((type) => known.includes(type));
  if (!areKnown || types.length < 2 || new Set(types).size < types.length) {
    throw fail('cli/compress-type', { got: list, known });
  }
  return types;
}

/** The least bytes among those within the tolerance of the first; the first is always among them. */
function smallestWithin(rows: readonly KeptRow[], tolerance: number): KeptRow {
  const most = rows[0].bitsPerCharacter * (1 + tolerance / 100);
  return rows.reduce((best, row) => (row.bitsPerCharacter <= most && row.bytes < best.bytes ? row : best));
}

/** Both tables, for people. */
function linesOf(rows: readonly KeptRow[], report: CompareReport): string[] {
  const lang = language();
  const told = modelColumns.filter(({ id }) => id === 'bitsPerCharacter' || id === 'pValue');
  const kept = [
    [say('kept', {}), say('size', {}), say('one', {}), ...told.map(({ title }) => labelIn(title, lang))],
    ...rows.map(({ type, bytes, tokensPerSecond }, i) => [
      type,
      formatBytes(bytes),
      tokensPerSecond.toFixed(0),
      ...told.map(({ cell }) => cell(report.models[i])),
    ]),
  ];
  const written = [
    [say('strategy', {}), ...writtenColumns.map(({ title }) => labelIn(title, lang))],
    ...writtenLines(report).map(({ name, cells }) => [labelIn(name, lang), ...cells]),
  ];
  const indented = (table: string[][]) => formatTable(table).map((line) => `  ${line}`);
  return ['', ...indented(kept), '', ...indented(written), ''];
}
