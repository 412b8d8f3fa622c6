/** `inkstone code measure`: single lines of code that the model has not seen are taken out and filled in. */

import { type InfillScore, measureInfill } from '../../apps/index.ts';
import { defineMessages } from '../../language.ts';
import { type CodeContext, withWriter } from '../code-parts.ts';
import { endpointOf } from '../endpoints.ts';
import { fail } from '../errors.ts';
import { openModel } from '../models.ts';
import { textsOfRun } from '../run-texts.ts';
import { etaSince, formatTable } from '../terminal.ts';

const say = defineMessages({
  live: {
    en: (d: { done: number; total: number; eta: string }) => `lines ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `行 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  head: { en: () => 'way|exact match|bits/char of the line', zh: () => '方式|完全一致|该行比特/字' },
  infill: { en: () => 'filled in', zh: () => '填充' },
  'left-to-right': { en: () => 'written on', zh: () => '续写' },
  lines: {
    en: (d: { lines: number }) => `${d.lines} lines, one of each text`,
    zh: (d) => `${d.lines} 行，每篇一行`,
  },
});

const LINES = 200;

export async function measure(context: CodeContext): Promise<void> {
  const { options, terminal, signal } = context;
  const { lines = LINES, seed, data, model } = options;
  const isRemote = endpointOf(model!) !== undefined;
  if (isRemote && data === undefined)
    throw fail('cli/missing-value', { command: 'code measure', option: '--data' });
  const reading = { terminal, signal, offline: options.offline, data, prepare: { code: true } };
  const { heldOut } = await textsOfRun(isRemote ? { path: model! } : await openModel(model!), reading);
  const start = performance.now();
  const measured = await withWriter(context, (writer) =>
    measureInfill(heldOut, {
      ...{ writer, lines, seed, signal },
      onProgress: (done, total) =>
        terminal.live(say('live', { done, total, eta: etaSince(start, done / total) })),
    }),
  );
  terminal.endLive({ keep: false });
  terminal.json({ type: 'infill', ...measured });
  const row = ({ way, exactMatch, bitsPerCharacter }: InfillScore): string[] => [
    ...[say(way, {}), `${(100 * exactMatch).toFixed(1)} %`, bitsPerCharacter?.toFixed(3) ?? '–'],
  ];
  terminal.print(say('lines', measured));
  for (const line of formatTable([say('head', {}).split('|'), ...measured.scores.map(row)]))
    terminal.print(line);
}
