/** `inkstone card RUN` and `card --data SOURCE`: a model card or a data sheet, with what a person must still say. */

import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { cardFields, type cardOptions } from '../card-options.ts';
import type { Card, CardField, CardFields } from '../card-text.ts';
import type { CommandContext } from '../command.ts';
import { loadDocuments } from '../corpus.ts';
import { dataCard } from '../data-card.ts';
import { energyRates } from '../energy.ts';
import { fail } from '../errors.ts';
import { modelCard, modelFacts, readCardFields } from '../model-card.ts';
import { flagOf, refuseGiven } from '../options.ts';
import { CARD_FIELDS_FILE, CARD_FILE } from '../sign-offs.ts';

type Context = CommandContext<typeof cardOptions>;

/** What only one of the two cards has a place for. */
const OF_MODEL = ['license', 'risks'] as const satisfies readonly CardField[];
const OF_DATA = ['purpose', 'collection', 'consent', 'maintenance', 'offline'] as const;

const say = defineMessages({
  written: { en: (d: { out: string }) => `the card is in ${d.out}`, zh: (d) => `说明卡写在 ${d.out}` },
  empty: {
    en: (d: { flags: string }) => `for a person to fill in: ${d.flags}`,
    zh: (d) => `须由人填写：${d.flags}`,
  },
});

export async function run(context: Context): Promise<void> {
  const [path] = context.args;
  const { data } = context.options;
  if (path === undefined && data === undefined) {
    const example = 'inkstone card runs/poems-2min';
    throw fail('cli/missing-argument', { command: 'card', argument: '<run>', example });
  }
  if (path !== undefined && data !== undefined) {
    const reason = { reason: 'one card is of a run or of data', zhReason: '一张卡只写训练或数据' };
    throw fail('cli/conflict', { command: 'card', options: [path, '--data'], ...reason });
  }
  await (data === undefined ? cardOfRun(context, path) : cardOfData(context, data));
}

const givenFields = ({ options, given }: Context): CardFields =>
  Object.fromEntries(
    (Object.keys(cardFields) as CardField[])
      .filter((name) => given.has(name))
      .map((name) => [name, options[name]]),
  );

async function cardOfRun(context: Context, folder: string): Promise<void> {
  refuseGiven(context.given, OF_DATA, {
    ...{ command: 'card', beside: folder },
    reason: 'it belongs to a data sheet (--data)',
    zhReason: '它属于数据说明书（--data）',
  });
  const facts = await modelFacts(folder);
  // What was said before stays; an empty text takes it back.
  const fields = { ...(await readCardFields(folder)), ...givenFields(context) };
  const card = modelCard(facts, fields, { rates: energyRates('card') });
  await writeFileAtomic(join(folder, CARD_FIELDS_FILE), `${JSON.stringify(fields, null, 2)}\n`);
  await write(context, context.options.out ?? join(folder, CARD_FILE), card);
}

async function cardOfData(context: Context, data: string): Promise<void> {
  const { terminal, signal, options } = context;
  refuseGiven(context.given, OF_MODEL, {
    ...{ command: 'card', beside: '--data' },
    reason: 'it belongs to the card of a model',
    zhReason: '它属于模型说明卡',
  });
  const corpus = await loadDocuments(data, { terminal, signal, offline: options.offline });
  const name = basename(corpus.name).replace(/[^\p{L}\p{N}._@-]+/gu, '-');
  await write(context, options.out ?? `${name}.datasheet.md`, dataCard(corpus, givenFields(context)));
}

async function write({ terminal }: Context, out: string, { text, empty }: Card): Promise<void> {
  await mkdir(dirname(out), { recursive: true });
  await writeFileAtomic(out, text);
  terminal.json({ type: 'card', out, empty });
  terminal.print(say('written', { out }));
  if (empty.length > 0) terminal.print(say('empty', { flags: empty.map(flagOf).join(' ') }));
}
