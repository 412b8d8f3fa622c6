/** `inkstone tag SOURCE`: sentences, words, parts of speech and names of a text in Chinese or English. */

import { extname } from 'node:path';
import { askHead, placedWords, type WordsAnswer } from '../../adapt/index.ts';
import {
  conllu,
  type NamedEntity,
  type TagCount,
  type TaggedSentence,
  tagCounter,
  textTagger,
} from '../../data/index.ts';
import { nextTurn } from '../../decode/index.ts';
import { areEntityLabels, entitiesOf } from '../../eval/index.ts';
import { type ByteSink, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { findForeignHead } from '../head-base.ts';
import { readHeadModel } from '../head-run.ts';
import type { tagOptions } from '../information-options.ts';
import { readSourceTexts } from '../source-texts.ts';
import { etaSince, formatTable, truncate } from '../terminal.ts';

type Context = CommandContext<typeof tagOptions>;

const say = defineMessages({
  sentence: { en: () => 'word|part of speech|own tag|name|place', zh: () => '词|词性|原标记|实体|位置' },
  live: {
    en: (d: { sentences: number; eta: string }) => `${d.sentences} sentences, eta ${d.eta}`,
    zh: (d) => `已标注 ${d.sentences} 句，剩余 ${d.eta}`,
  },
  counted: {
    en: (d: { sentences: number; words: number }) => `${d.sentences} sentences, ${d.words} words and marks`,
    zh: (d) => `${d.sentences} 句，${d.words} 个词与标点`,
  },
  tags: { en: () => 'part of speech|count|share|kinds|commonest', zh: () => '词性|次数|占比|种数|最常见' },
  entities: { en: () => 'names|count|share|kinds|commonest', zh: () => '实体|次数|占比|种数|最常见' },
  written: { en: (d: { path: string }) => `written: ${d.path}`, zh: (d) => `已写入：${d.path}` },
});

const formats = ['.jsonl', '.conllu'];

export async function run(context: Context): Promise<void> {
  const { args, options, terminal } = context;
  const { text, out } = options;
  const [source] = args;
  if (source === undefined && text === undefined) {
    const example = 'inkstone tag poems.txt';
    throw fail('cli/missing-argument', { command: 'tag', argument: '<source>', example });
  }
  if (source !== undefined && text !== undefined) {
    const reason = { reason: 'each says what to tag', zhReason: '两者都指定了要标注的内容' };
    throw fail('cli/conflict', { command: 'tag', options: ['<source>', '--text'], ...reason });
  }
  if (out !== undefined && !formats.includes(extname(out))) {
    throw fail('cli/view-file', { command: 'tag', path: out, known: formats });
  }
  if (out === undefined) return tagAll(context);
  await writeFileAtomic(out, (sink) => tagAll(context, sink));
  terminal.json({ type: 'written', out });
  terminal.print(say('written', { path: out }));
}

/** Tags every text; shows the first sentences and what all of them hold. */
async function tagAll({ args, options, terminal, signal }: Context, sink?: ByteSink): Promise<void> {
  const { text, model, first, out, offline } = options;
  const refine = model === undefined ? undefined : await entitiesByModel(model, signal);
  const texts = text === undefined ? await readSourceTexts(args[0], { signal, offline }) : [text];
  const all = texts.reduce((sum, one) => sum + one.length, 0);
  const tag = textTagger();
  const { add, counts } = tagCounter();
  const begin = performance.now();
  let [sentences, before] = [0, 0];
  for (const [document, one] of texts.entries()) {
    let isFirst = true;
    for await (const found of tag(one)) {
      const sentence = refine ? { ...found, entities: await refine(found) } : found;
      if (sentences < first) show(terminal, sentence);
      terminal.json({ type: 'sentence', document, ...sentence });
      add(sentence);
      await sink?.write(Buffer.from(linesOf(sentence, { document, isFirst, id: sentences + 1, out: out! })));
      isFirst = false;
      if (++sentences % TURN_SENTENCES > 0) continue;
      await nextTurn();
      signal.throwIfAborted();
      terminal.live(say('live', { sentences, eta: etaSince(begin, (before + found.end) / all) }));
    }
    before += one.length;
  }
  terminal.endLive({ keep: false });
  const report = counts();
  terminal.json({ type: 'counts', ...report });
  terminal.print(say('counted', report));
  for (const kind of ['tags', 'entities'] as const) {
    if (report[kind].length === 0) continue;
    terminal.print();
    const table = [say(kind, {}).split('|'), ...report[kind].map((row) => cellsOf(row, report[kind]))];
    for (const line of formatTable(table)) terminal.print(`  ${line}`);
  }
}

const TURN_SENTENCES = 256;

interface Line {
  readonly document: number;
  readonly isFirst: boolean;
  readonly id: number;
  readonly out: string;
}

function linesOf(sentence: TaggedSentence, { document, isFirst, id, out }: Line): string {
  if (extname(out) === '.jsonl') return `${JSON.stringify({ document, ...sentence })}\n`;
  return conllu([sentence], { first: id, document: isFirst ? String(document) : undefined });
}

function show(terminal: Context['terminal'], { words, entities }: TaggedSentence): void {
  const rows = words.map(({ text, upos, xpos, start, end }) => {
    const entity = entities.find((one) => start < one.end && one.start < end);
    return [text, upos, xpos, entity?.type ?? '', `${start}–${end}`];
  });
  for (const line of formatTable([say('sentence', {}).split('|'), ...rows])) terminal.print(`  ${line}`);
  terminal.print();
}

const COMMONEST_WIDTH = 60;

function cellsOf({ tag, count, kinds, commonest }: TagCount, rows: readonly TagCount[]): string[] {
  const all = rows.reduce((sum, row) => sum + row.count, 0);
  const words = commonest.map(({ text, count: n }) => `${text} ${n}`).join(', ');
  return [
    tag,
    String(count),
    `${((100 * count) / all).toFixed(1)} %`,
    String(kinds),
    truncate(words, COMMONEST_WIDTH),
  ];
}

/** Entities of a sentence by a head for words' labels. @throws where the model is none, or its labels are of no entities */
async function entitiesByModel(
  folder: string,
  signal: AbortSignal,
): Promise<(sentence: TaggedSentence) => Promise<NamedEntity[]>> {
  const model = (await findForeignHead(folder)) ?? (await readHeadModel(folder));
  const { task, labels = [] } = model.config;
  if (task !== 'label' || !areEntityLabels(labels)) throw fail('cli/tag-model', { folder, task, labels });
  return async ({ text, start }) => {
    const words = placedWords(text);
    const [answer] = await askHead(model, [{ words: words.map((word) => word.text) }], { signal });
    return entitiesOf((answer as WordsAnswer).labels).map(({ type, from, to }) => {
      const [first, end] = [words[from].start, words[to - 1].end];
      return { text: text.slice(first, end), start: start + first, end: start + end, type };
    });
  };
}
