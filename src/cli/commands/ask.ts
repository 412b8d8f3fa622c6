/** `inkstone ask INDEX QUESTION`: an answer from documents, each sentence with its source; or that they do not tell. */

import {
  type Answer,
  type AnswerWriter,
  answerQuestion,
  correctAnswer,
  forgetCorrection,
  languageOf,
  usedTerms,
} from '../../apps/index.ts';
import { defineMessages } from '../../language.ts';
import { type Collection, library } from '../../retrieve/index.ts';
import { createKitGuard, guardWriter, type KitGuard, kitQuestion } from '../../serve/index.ts';
import type { CommandContext } from '../command.ts';
import { endpointOf } from '../endpoints.ts';
import { fail } from '../errors.ts';
import { readKitFiles } from '../kits.ts';
import { flagOf } from '../options.ts';
import { openIndex, openMade } from '../retrieval.ts';
import type { askOptions } from '../retrieval-options.ts';
import { inOneLine, placeOf, withoutControls } from '../shown-text.ts';
import { openAnswerWriter } from '../writers.ts';

type Context = CommandContext<typeof askOptions>;

const say = defineMessages({
  notInDocuments: {
    en: (d: { nearest: number }) => `not in the documents${d.nearest > 0 ? '; the nearest passages:' : ''}`,
    zh: (d) => `文档中没有${d.nearest > 0 ? '；最接近的段落：' : ''}`,
  },
  unsupported: {
    en: (d: { text: string }) => `no passage supports: ${d.text}`,
    zh: (d) => `没有段落支持：${d.text}`,
  },
  unknown: {
    en: (d: { numbers: string }) => `cited, but no passage has this number: ${d.numbers} (removed)`,
    zh: (d) => `引用了不存在的段落编号：${d.numbers}（已去掉）`,
  },
  cut: {
    en: () => 'the answer was cut: --max-tokens was reached',
    zh: () => '回答已被截断：达到 --max-tokens',
  },
  term: {
    en: (d: { name: string; means: string }) => `${d.name}: ${d.means}`,
    zh: (d) => `${d.name}：${d.means}`,
  },
  asOf: {
    en: (d: { asOf: string; changed: string }) => `as of ${d.asOf} (newest change ${d.changed})`,
    zh: (d) => `截至 ${d.asOf}（最近更改于 ${d.changed}）`,
  },
  kept: {
    en: () => 'kept: the next answer to this question uses it',
    zh: () => '已保存：下次回答此问题时使用',
  },
  forgotten: { en: () => 'forgotten', zh: () => '已删去' },
  noCorrection: {
    en: () => 'there was no correction of this question',
    zh: () => '此问题没有更正记录',
  },
});

export async function run(context: Context): Promise<void> {
  const { args, options, given } = context;
  const [place] = args;
  checkOptions(context);
  const guard = await openKits(context);
  if (guard && tellDecision(context, guard)) return;
  const database = openIndex(place);
  try {
    if (await database.isNew?.()) throw fail('cli/no-index', { place });
    const takesDocuments = given.has('correct');
    const byMeaning = options.mode !== 'bm25';
    const collection = await openMade(library(database), options.collection, { byMeaning, takesDocuments });
    if (takesDocuments) await correct(collection, context);
    else await ask(collection, context, guard);
  } finally {
    await database.close();
  }
}

async function openKits({ options }: Context): Promise<KitGuard | undefined> {
  const { kit, kitNumbers: numbers, kitNotice: notice } = options;
  return kit === undefined ? undefined : createKitGuard(await readKitFiles(kit), { numbers, notice });
}

/** Whether a kit answers in the place of the documents. */
function tellDecision({ args: [, question], terminal }: Context, guard: KitGuard): boolean {
  const decision = guard.ask(question);
  if (!decision) return false;
  const { kit, rule, action, text } = decision;
  terminal.json({ type: 'warning', kit, rule, action, question, answer: text });
  terminal.print(text);
  return true;
}

/** Of no use where nothing is asked. */
const ASKING = [
  ...['model', 'extract', 'style', 'top', 'maxSentences', 'maxTokens', 'contextTokens', 'tokenizer'],
  ...['minMatch', 'minSimilarity', 'minSupport', 'kit', 'kitNumbers', 'kitNotice'],
];

/** What only a model needs is of no use without one. */
function checkOptions({ options, given }: Context): void {
  const conflict = (one: string, other: string, reason: string, zhReason: string): never => {
    throw fail('cli/conflict', { command: 'ask', options: [flagOf(one), flagOf(other)], reason, zhReason });
  };
  if (options.extract && given.has('model')) {
    conflict('extract', 'model', 'sentences are quoted or written anew', '要么引用原句，要么由模型撰写');
  }
  for (const option of given.has('correct') ? ASKING : []) {
    if (given.has(option)) {
      conflict('correct', option, 'a correction is kept, nothing is asked', '此时只保存更正，并不提问');
    }
  }
  for (const option of ['contextTokens', 'tokenizer']) {
    if (given.has(option) && options.model !== undefined && !endpointOf(options.model)) {
      conflict(option, 'model', 'a model here knows its own', '本地模型自带这些信息');
    }
  }
  for (const option of given.has('kit') ? [] : ['kitNumbers', 'kitNotice']) {
    if (given.has(option))
      throw fail('cli/needs-option', { command: 'ask', option: flagOf(option), needed: '--kit' });
  }
  if (given.has('source') && !given.has('correct')) {
    throw fail('cli/needs-option', { command: 'ask', option: '--source', needed: '--correct' });
  }
  if (given.has('model')) return;
  for (const option of ['style', 'maxTokens', 'contextTokens', 'tokenizer', 'minSupport']) {
    if (!given.has(option)) continue;
    throw fail('cli/needs-option', { command: 'ask', option: flagOf(option), needed: '--model' });
  }
}

async function correct(collection: Collection, { args, options, terminal }: Context): Promise<void> {
  const [, question] = args;
  const { correct: answer = '', source } = options;
  if (answer === '') {
    const wasThere = await forgetCorrection(collection, question);
    terminal.json({ type: 'correction', question, forgotten: wasThere });
    terminal.print(wasThere ? say('forgotten', {}) : say('noCorrection', {}));
    return;
  }
  await correctAnswer(collection, { question, answer, source });
  terminal.json({ type: 'correction', question, answer, source: source ?? null });
  terminal.print(say('kept', {}));
}

async function ask(collection: Collection, context: Context, guard: KitGuard | undefined): Promise<void> {
  const { options, signal, terminal, args } = context;
  const { model, mode, kit: _kit, kitNumbers: _numbers, kitNotice: _notice, ...rules } = options;
  const [, question] = args;
  const opened = model === undefined ? undefined : await openAnswerWriter(model, options);
  const writer: AnswerWriter | undefined =
    opened && (guard ? guardWriter(opened.writer, guard) : opened.writer);
  try {
    const parts = answerQuestion(question, {
      ...{ ...rules, ...(guard && kitQuestion(guard.readers, question)) },
      ...{ collections: [collection], writer, signal },
      ...(mode && { search: { mode } }),
    });
    for await (const part of parts) {
      if (part.type === 'text-delta') terminal.write(withoutControls(part.text));
      if (part.type !== 'passages') terminal.json(part);
      if (part.type === 'answer') tell(part, context, guard);
    }
  } finally {
    opened?.close();
  }
}

/** What stands below the text: where it comes from, what nothing supports, and how fresh it is. */
function tell(answer: Answer, { terminal }: Context, guard: KitGuard | undefined): void {
  const { passages, claims, freshness } = answer;
  if (answer.kind === 'not-in-documents') {
    terminal.print(say('notInDocuments', { nearest: passages.length }));
    for (const passage of passages) terminal.print(`  ${placeOf(passage)}`);
  } else {
    terminal.print('\n');
    for (const { citations } of claims) {
      for (const { passage: number, start, end, excerpt } of citations) {
        const passage = passages[number - 1];
        const quote = answer.by === 'model' ? `: ${inOneLine(excerpt)}` : '';
        terminal.print(`[${number}] ${placeOf({ ...passage, start, end, headings: [] })}${quote}`);
      }
    }
    for (const { text, supported } of claims) {
      if (!supported) terminal.print(say('unsupported', { text: inOneLine(text) }));
    }
    const { unknownCitations } = answer;
    if (unknownCitations.length > 0) terminal.print(say('unknown', { numbers: unknownCitations.join(', ') }));
    if (answer.finish === 'length') terminal.print(say('cut', {}));
  }
  const { asOf, newestChange } = freshness;
  if (asOf && newestChange)
    terminal.print(say('asOf', { asOf: minuteOf(asOf), changed: minuteOf(newestChange) }));
  if (guard) tellKits(answer, guard, terminal);
}

/** What the terms of the question mean, and what belongs below an answer of the field. */
function tellKits({ question, kind, answer }: Answer, guard: KitGuard, terminal: Context['terminal']): void {
  const language = languageOf(question);
  for (const { kit, terms } of guard.readers) {
    for (const { term, names } of usedTerms(terms(question))) {
      const means = term.means[language];
      terminal.json({ type: 'term', kit: kit.name, names, means });
      terminal.print(say('term', { name: names.join(', '), means: inOneLine(means) }));
    }
  }
  for (const { kit, text } of kind === 'answer' ? guard.notices(question, answer) : []) {
    terminal.json({ type: 'notice', kit, text });
    terminal.print(inOneLine(text));
  }
}

const minuteOf = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
