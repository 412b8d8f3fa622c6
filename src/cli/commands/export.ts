/** `inkstone export MODEL`: a model as a file that other programs run. */

import { basename, resolve } from 'node:path';
import { defineMessages } from '../../language.ts';
import { parameterCount } from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { exportOptions } from '../export-options.ts';
import { exporters } from '../exporters.ts';
import { modelName, openModel, requireDecoder } from '../models.ts';
import { formatBytes } from '../terminal.ts';

const say = defineMessages({
  written: {
    en: (d: { out: string; size: string; parameters: number; type: string }) =>
      `${d.out}: ${d.parameters} parameters as ${d.type}, ${d.size}`,
    zh: (d) => `${d.out}：${d.parameters} 个参数，${d.type}，${d.size}`,
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
  const stored = requireDecoder('export', await openModel(path));
  const bytes = await exporter.write(out, stored, { type, cache });
  const parameters = parameterCount(stored.config);
  terminal.json({ type: 'written', out, format, weights: type, parameters, bytes });
  terminal.print(say('written', { out, parameters, type, size: formatBytes(bytes) }));
}
