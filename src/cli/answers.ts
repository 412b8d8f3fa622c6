/** Conversations and pairs to learn answers from: `--answers`. */

import { type AnswerExample, answerCount } from '../data/index.ts';
import { type FileRecord, readRecords } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { answerTokens, type ChatMessage } from '../text/index.ts';
import type { TextDocument } from '../types.ts';
import { splitWhole } from './corpus.ts';
import { corpusOptions } from './corpus-options.ts';
import { fail } from './errors.ts';
import type { StoredDecoder } from './models.ts';
import { refuseGiven } from './options.ts';
import type { Settings } from './settings.ts';
import { compactNumber } from './terminal.ts';
import { timesOf } from './train-parts.ts';
import type { TuneContext } from './tune-base.ts';

const say = defineMessages({
  split: {
    en: (d: { train: number; heldOut: number }) =>
      `${d.train} conversations to learn from, ${d.heldOut} held out, chosen by their hash`,
    zh: (d) => `${d.train} 段对话用于学习，${d.heldOut} 段留出；按哈希划分`,
  },
  counted: {
    en: (d: { counted: string; all: string; form: string }) =>
      `read as ${d.form}: of ${d.all} tokens the ${d.counted} of the answers count`,
    zh: (d) => `读作${d.form}：${d.all} 个词元中，只有回答的 ${d.counted} 个计入损失`,
  },
  template: { en: () => "the model's chat template says", zh: () => '模型自带的对话模板' },
  plain: { en: () => 'plain text, a line for each message', zh: () => '纯文本，每条消息一行' },
  long: {
    en: (d: { count: number; contextLength: number }) =>
      `${d.count} are longer than the ${d.contextLength} tokens of the context: their ends are left out`,
    zh: (d) => `${d.count} 段超过上下文的 ${d.contextLength} 个词元：其末尾被略去`,
  },
  unanswered: {
    en: (d: { count: number }) => `${d.count} are left out: nothing of an answer is within the context`,
    zh: (d) => `${d.count} 段被略去：上下文之内没有回答`,
  },
});

/** A conversation; `text` is what it is told from others by. */
interface Conversation extends TextDocument, AnswerExample {}

/** The two sides of what answers are learned from. */
export interface AnswerTexts {
  readonly train: readonly AnswerExample[];
  readonly heldOut: readonly AnswerExample[];
}

/** Reads conversations, as the model is to read them, and tells what counts; then all that opens a run but its model. */
export async function readAnswers(
  { options, given, terminal, signal, kept }: TuneContext,
  path: string,
  { recipe, seed, model, length, tokenizer: tokenizerMade }: Settings,
  stored: StoredDecoder,
) {
  refuseGiven(given, Object.keys(corpusOptions), {
    command: 'tune',
    beside: '--answers',
    reason: 'conversations are taken as they are',
    zhReason: '对话按原样读取',
  });
  const { tokenizer, chatTemplate, prefixIds } = stored;
  const { contextLength } = stored.config;
  const tokensOf = answerTokens({ tokenizer, chatTemplate, prefixIds });
  const read = async (): Promise<Conversation[]> => {
    const found: Conversation[] = [];
    for await (const record of readRecords(path, { signal })) {
      signal.throwIfAborted();
      const messages = messagesOf(record);
      found.push({ text: JSON.stringify(messages), ...tokensOf(messages) });
    }
    return found;
  };
  // All methods of a comparison begin with one model: its tokens are the same.
  const all = await (kept ? kept.once(`answers ${path}`, read) : read());
  const fitting = all.filter((one) => answerCount(one, contextLength) > 0);
  if (fitting.length === 0) throw fail('cli/no-answers', { path, contextLength });
  const { train, heldOut } = splitWhole(fitting);
  const counted = fitting.reduce((sum, one) => sum + answerCount(one, contextLength), 0);
  const tokens = fitting.reduce((sum, { ids }) => sum + Math.min(ids.length, contextLength + 1), 0);
  const long = fitting.filter(({ ids }) => ids.length > contextLength + 1).length;
  const split = { train, heldOut, report: say('split', { train: train.length, heldOut: heldOut.length }) };
  terminal.print(split.report);
  const form = say(chatTemplate ? 'template' : 'plain', {});
  terminal.print(say('counted', { counted: compactNumber(counted), all: compactNumber(tokens), form }));
  if (long > 0) terminal.print(say('long', { count: long, contextLength }));
  const left = all.length - fitting.length;
  if (left > 0) terminal.print(say('unanswered', { count: left }));
  const training = {
    ...{ corpus: split, answers: { train, heldOut }, source: path, tokenizer, tokenizerMade, signal },
    ...{ model, recipe, seed, ...timesOf(options, length) },
  };
  return { split, training };
}

const PROMPTS = ['prompt', 'question', 'instruction'];
const ANSWERS = ['answer', 'completion', 'response', 'output'];

/** The turns of a record: its `messages`, or a prompt and an answer. */
function messagesOf({ where, fields }: FileRecord): ChatMessage[] {
  const refuse = () => fail('cli/answers-record', { where, prompts: PROMPTS, answers: ANSWERS });
  const { messages } = fields;
  if (messages === undefined) {
    const field = (names: readonly string[]) => names.map((name) => fields[name]).find((value) => value);
    const [prompt, answer] = [field(PROMPTS), field(ANSWERS)];
    if (typeof prompt !== 'string' || typeof answer !== 'string') throw refuse();
    const { input } = fields;
    // Alpaca's records have what the instruction is about in a field of its own.
    const content = typeof input === 'string' && input.trim() !== '' ? `${prompt}\n\n${input}` : prompt;
    return [
      { role: 'user', content },
      { role: 'assistant', content: answer },
    ];
  }
  const isMessage = (one: unknown): one is ChatMessage =>
    typeof one === 'object' && one !== null && 'role' in one && typeof one.role === 'string';
  if (!Array.isArray(messages) || !messages.every(isMessage)) throw refuse();
  if (!messages.some(({ role }) => role === 'assistant')) throw refuse();
  return messages;
}
