/** `inkstone export MODEL`: a model as a file that other programs run. */

import { basename, resolve } from 'node:path';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { parameterCount } from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { energyRates } from '../energy.ts';
import { fail } from '../errors.ts';
import type { exportOptions } from '../export-options.ts';
import { exporters } from '../exporters.ts';
import { modelCard, modelFacts, readCardFields } from '../model-card.ts';
import { fileOfModel, modelName, openModel } from '../models.ts';
import { CARD_FILE, isSignOffRequired, requireSigned } from '../sign-offs.ts';
import { formatBytes } from '../terminal.ts';

const say = defineMessages({
  written: {
    en: (d: { out: string; size: string; parameters: number; type: string }) =>
      `${d.out}: ${d.parameters} parameters as ${d.type}, ${d.size}`,
    zh: (d) => `${d.out}：${d.parameters} 个参数，${d.type}，${d.size}`,
  },
  card: { en: (d: { card: string }) => `its card: ${d.card}`, zh: (d) => `说明卡：${d.card}` },
  signed: {
    en: (d: { name: string; on: string }) => `approved by ${d.name} on ${d.on}`,
    zh: (d) => `由 ${d.name} 于 ${d.on} 批准`,
  },
});

export async function run({ args, options, terminal }: CommandContext<typeof exportOptions>): Promise<void> {
  const [path] = args;
  const { format, type, cache } = options;
  const exporter = exporters[format];
  if (!exporter.types.includes(type)) {
    throw fail('cli/conflict', {
      command: 'export',
      options: [`--format ${format}`, `--type ${type}`],
      reason: `it has ${exporter.types.join(', ')}`,
      zhReason: `该格式只有 ${exporter.types.join('、')}`,
    });
  }
  if (cache && format !== 'onnx') {
    throw fail('cli/conflict', {
      command: 'export',
      options: [`--format ${format}`, '--cache'],
      reason: 'only a graph says what goes in and out',
      zhReason: '只有算子图规定输入与输出',
    });
  }
  const out = options.out ?? `${modelName(basename(resolve(path)))}${exporter.suffix}`;
  if (resolve(out) === resolve(path)) throw fail('cli/out-same', { command: 'export', out });
  const stored = await openModel(path);
  const signed = isSignOffRequired(options.requireSignOff) ? await requireSigned(path) : undefined;
  const bytes = await exporter.write(out, stored, { type, cache });
  const card = stored.run && (await exportCard(path, out, format));
  const parameters = parameterCount(stored.config);
  terminal.json({
    ...{ type: 'written', out, format, weights: type, parameters, bytes },
    ...(card && { card }),
    ...(signed && { signed: { name: signed.name, at: signed.at } }),
  });
  terminal.print(say('written', { out, parameters, type, size: formatBytes(bytes) }));
  if (card) terminal.print(say('card', { card }));
  if (signed) terminal.print(say('signed', { name: signed.name, on: signed.at.slice(0, 10) }));
}

/** The card of a run that has one, beside what is exported. */
async function exportCard(path: string, out: string, format: string): Promise<string | undefined> {
  const fields = format === 'onnx' ? undefined : await readCardFields(path);
  if (!fields) return undefined;
  const card = fileOfModel(out, CARD_FILE);
  const { text } = modelCard(await modelFacts(path), fields, {
    rates: energyRates('export'),
    isExported: format === 'hf',
  });
  await writeFileAtomic(card, text);
  return card;
}
