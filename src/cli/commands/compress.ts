/** `inkstone compress MODEL`: its weights in fewer bits, or fewer of them; each way measured on texts it has not learnt from. */

import { resolve } from 'node:path';
import {
  type CompareReport,
  decodingSpeed,
  modelColumns,
  writtenColumns,
  writtenLines,
} from '../../eval/index.ts';
import { defineMessages, language } from '../../language.ts';
import { createLanguageModel, ggufArchitectureFor, weightBytes } from '../../models/index.ts';
import { labelIn } from '../../plots/index.ts';
import type { CommandContext } from '../command.ts';
import { compareAsAsked } from '../comparing.ts';
import type { compressOptions } from '../compress-options.ts';
import { askedFor, needsText, type Way, waysOf } from '../compressing.ts';
import { fail } from '../errors.ts';
import { exporters } from '../exporters.ts';
import { openModel, requireDecoder, type StoredDecoder } from '../models.ts';
import { sampleOfTexts, textsOfRun } from '../run-texts.ts';
import { formatBytes, formatTable } from '../terminal.ts';

type Context = CommandContext<typeof compressOptions>;

const say = defineMessages({
  speed: { en: () => 'measuring how fast each writes', zh: () => '测量各方式的写作速度' },
  kept: { en: () => 'kept as', zh: () => '存放方式' },
  size: { en: () => 'size', zh: () => '大小' },
  zeros: { en: () => 'zeros', zh: () => '零' },
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

/** What a way gives. */
interface KeptRow extends Pick<Way, 'name' | 'type' | 'sparsity'> {
  readonly bytes: number;
  /** Of one text. */
  readonly tokensPerSecond: number;
  readonly bitsPerCharacter: number;
}

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const asked = askedFor(options.types, options.prune);
  const { out } = options;
  if (options.calibration !== undefined && !needsText(asked)) {
    const needed = '--types gptq|--prune wanda|--prune structured';
    throw fail('cli/needs-option', { command: 'compress', option: '--calibration', needed });
  }
  if (out !== undefined && resolve(out) === resolve(args[0])) {
    throw fail('cli/out-same', { command: 'compress', out });
  }
  const stored = requireDecoder('compress', await openModel(args[0]));
  const { tokenizer, prefixIds } = stored;
  // What the format cannot say is known before anything is measured.
  if (out !== undefined) ggufArchitectureFor(stored.config);
  const { heldOut, calibration } = await readTexts(context, stored, needsText(asked));
  const ways = await waysOf(stored, asked, { texts: calibration, signal });
  const models = ways.map(({ params, config, type, activations }) =>
    createLanguageModel(params, config, { weights: type, activations }),
  );
  const compared = models.map((model, i) => ({ name: ways[i].name, model, tokenizer, prefixIds }));
  const report = await compareAsAsked(compared, heldOut, context);
  terminal.live(say('speed', {}));
  const speeds = await decodingSpeed(models, { signal });
  terminal.endLive({ keep: false });
  const rows = ways.map(
    ({ name, type, sparsity, config }, i): KeptRow => ({
      name,
      type,
      bytes: weightBytes(config, type),
      sparsity,
      tokensPerSecond: speeds[i],
      bitsPerCharacter: report.models[i].bitsPerCharacter.value,
    }),
  );
  const chosen = smallestWithin(rows, options.tolerance);
  terminal.json({ type: 'report', rows, chosen: chosen.name, report });
  for (const line of linesOf(rows, report)) terminal.print(line);
  const percent = Number(((chosen.bitsPerCharacter / rows[0].bitsPerCharacter - 1) * 100).toFixed(2));
  const { tolerance } = options;
  terminal.print(say('chosen', { type: chosen.name, percent, tolerance, first: rows[0].name }));
  if (out === undefined) return;
  const { config, params, name, type } = ways[rows.indexOf(chosen)];
  const bytes = await exporters.gguf.write(out, { ...stored, config, params: async () => params }, { type });
  terminal.json({ type: 'written', out, weights: name, bytes });
  terminal.print(say('written', { out, type: name, size: formatBytes(bytes) }));
}

/** What is measured on, and what layers read to know their inputs; the two have nothing in common. */
async function readTexts(
  { options, terminal, signal }: Context,
  stored: StoredDecoder,
  isCalibrated: boolean,
) {
  const { data, offline, calibration: source } = options;
  const reading = { terminal, signal, offline };
  const measured = { ...reading, ...(data !== undefined && { data }) };
  const { heldOut } = await textsOfRun(stored, measured);
  if (!isCalibrated) return { heldOut, calibration: [] };
  if (source === undefined && !stored.run) throw fail('cli/no-calibration', { path: stored.path });
  const texts =
    source === undefined
      ? (await textsOfRun(stored, reading)).training!
      : (await textsOfRun(stored, { ...reading, data: source })).heldOut;
  return { heldOut, calibration: sampleOfTexts(texts) };
}

/** The least bytes among those within the tolerance of the first, which is always among them; then the most zeros, then the best. */
function smallestWithin(rows: readonly KeptRow[], tolerance: number): KeptRow {
  const most = rows[0].bitsPerCharacter * (1 + tolerance / 100);
  const [smallest] = rows
    .filter(({ bitsPerCharacter }) => bitsPerCharacter <= most)
    .sort((a, b) => a.bytes - b.bytes || b.sparsity - a.sparsity || a.bitsPerCharacter - b.bitsPerCharacter);
  return smallest;
}

/** Both tables, for people. */
function linesOf(rows: readonly KeptRow[], report: CompareReport): string[] {
  const lang = language();
  const told = modelColumns.filter(({ id }) => id === 'bitsPerCharacter' || id === 'pValue');
  const kept = [
    [
      say('kept', {}),
      say('size', {}),
      say('zeros', {}),
      say('one', {}),
      ...told.map(({ title }) => labelIn(title, lang)),
    ],
    ...rows.map(({ name, bytes, sparsity, tokensPerSecond }, i) => [
      name,
      formatBytes(bytes),
      `${(100 * sparsity).toFixed(0)} %`,
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
