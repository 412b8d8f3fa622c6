/** The assistant: a model asks for tools, their results go back to it, until it answers. Every call is told. */

import type { Language } from '../../language.ts';
import type { FinishReason } from '../../types.ts';
import { fail } from '../errors.ts';
import { languageOf } from '../prompt-text.ts';
import { assistantRules, resultMessage } from './assist-prompt.ts';
import { dueReminders } from './built-in-tools.ts';
import { createCallReader, type WrittenCall } from './call-reader.ts';
import { factKept, recallFacts, statedFact } from './facts.ts';
import type { AskedCall, AssistantMessage, AssistantModel } from './message.ts';
import { keepNote, type Note, type Notes } from './notes.ts';
import { type CallReport, type Confirm, createCaller, type MadeCall } from './run-call.ts';
import { type AssistantTool, checkTools } from './tool.ts';

export interface AssistOptions {
  readonly model: AssistantModel;
  readonly tools: readonly AssistantTool[];
  /** Facts and reminders of the person. */
  readonly notes?: Notes | undefined;
  /** Asked before each call of a tool with effects. Default: nobody is there to say yes, the call waits. */
  readonly confirm?: Confirm | undefined;
  /** What this answer had done before it waited for a yes: told to the model again, and not done again. */
  readonly made?: readonly MadeCall[] | undefined;
  /** How often results go back to the model. Default 6. */
  readonly maxRounds?: number | undefined;
  /** Tokens of one text of the model at most. Default 512. */
  readonly maxTokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly now?: (() => Date) | undefined;
}

/** A turn of the conversation so far. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** What assisting tells, in order: reminders that are due, text as it is written, calls and what came of them, the whole. */
export type AssistPart =
  | { readonly type: 'reminder'; readonly note: Note }
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | ({ readonly type: 'tool-result' } & CallReport)
  | ({ readonly type: 'answer' } & Assisted);

export interface Assisted {
  readonly answer: string;
  readonly calls: readonly CallReport[];
  /** `rounds`: the model wanted ever more tools; `confirm`: a call waits for a person's yes. */
  readonly finish: FinishReason | 'rounds' | 'confirm';
}

/** Characters of what a person says at once. */
export const MOST_TURN_CHARACTERS = 16_384;
/** Calls of one text that are run. */
const MOST_CALLS = 8;
/** Characters of a model's text that are listened to. */
const MOST_TEXT = 65_536;

/**
 * Answers the last turn, which is the person's. A fact that the person asks to be remembered is kept without a model.
 *
 * @throws `apps/turn`, `apps/tool`; what the model throws. A tool that throws is told to the model.
 * @example
 * const tools = builtInTools({ notes });
 * for await (const part of assist([{ role: 'user', content: 'what is 3 * 4?' }], { model: ruleAssistant(tools), tools, notes }))
 *   if (part.type === 'answer') console.log(part.answer, part.calls);
 */
export async function* assist(
  turns: readonly Turn[],
  options: AssistOptions,
): AsyncGenerator<AssistPart, void> {
  const words = lastWords(turns);
  const { notes, maxRounds = 6, signal = new AbortController().signal, now = () => new Date() } = options;
  const language = languageOf(words);
  for (const note of notes ? await dueReminders(notes, now()) : []) yield { type: 'reminder', note };
  const fact = notes && statedFact(words);
  if (fact !== undefined) {
    const answer = factKept((await keepNote(notes!, 'fact', fact)).text, language);
    yield { type: 'text-delta', text: answer };
    yield { type: 'answer', answer, calls: [], finish: 'stop' };
    return;
  }
  const tools = checkTools(options.tools);
  const caller = createCaller(tools, { language, signal, now, confirm: options.confirm, made: options.made });
  const facts = notes ? await recallFacts(notes, words) : [];
  const messages: AssistantMessage[] = [
    { role: 'system', content: assistantRules(language, { now: now(), facts }) },
    ...turns,
  ];
  const reports: CallReport[] = [];
  let answer = '';
  for (let round = 0; ; round++) {
    signal.throwIfAborted();
    const isLast = round === maxRounds;
    // After the last results nothing can be called: only words are left.
    const text = yield* say(words, messages, {
      ...options,
      signal,
      tools: isLast ? [] : [...tools.values()],
    });
    // What was written before a call is shown, too.
    answer += answer !== '' && text.shown !== '' ? `\n${text.shown}` : text.shown;
    if (text.calls.length === 0 || isLast) {
      const finish = isLast && text.calls.length > 0 ? 'rounds' : text.finish;
      yield { type: 'answer', answer: answer.trim(), calls: reports, finish };
      return;
    }
    const calls = text.calls.slice(0, MOST_CALLS).map((call, i) => asked(call, `call_${round}_${i}`));
    messages.push({ role: 'assistant', content: text.shown, calls: calls.map(({ asked: one }) => one) });
    for (const { asked: one, given } of calls) {
      yield { type: 'tool-call', id: one.id, name: one.name, arguments: given ?? one.arguments };
      signal.throwIfAborted();
      const report = await caller(one, given);
      reports.push(report);
      yield { type: 'tool-result', ...report };
      messages.push(resultOf(report, language));
    }
    signal.throwIfAborted();
    if (reports.some(({ status }) => status === 'waiting')) {
      yield { type: 'answer', answer: answer.trim(), calls: reports, finish: 'confirm' };
      return;
    }
  }
}

/** The whole answer, without the parts that come before it. */
export async function assistWhole(turns: readonly Turn[], options: AssistOptions): Promise<Assisted> {
  for await (const part of assist(turns, options)) {
    if (part.type === 'answer') {
      const { type: _, ...whole } = part;
      return whole;
    }
  }
  throw new Error('an answer has no end');
}

function lastWords(turns: readonly Turn[]): string {
  const last = turns.at(-1);
  const got = last?.role === 'user' ? last.content.trim().length : 0;
  if (got < 1 || got > MOST_TURN_CHARACTERS) throw fail('apps/turn', { most: MOST_TURN_CHARACTERS, got });
  return last!.content;
}

/** One text of the model: streamed, and read for calls. */
async function* say(
  words: string,
  messages: readonly AssistantMessage[],
  { model, tools, maxTokens = 512, signal }: AssistOptions,
): AsyncGenerator<
  AssistPart,
  { readonly shown: string; readonly calls: readonly WrittenCall[]; readonly finish: FinishReason }
> {
  const reader = createCallReader();
  const enough = new AbortController();
  const both = AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]);
  let [shown, length] = ['', 0];
  let finish: FinishReason = 'stop';
  const request = { prompt: words, messages, tools, maxTokens, signal: both };
  for await (const part of model.generate(request)) {
    if (part.type === 'finish') {
      if (part.reason === 'error') throw part.error;
      finish = enough.signal.aborted ? 'length' : part.reason;
    }
    if (part.type !== 'text-delta' || enough.signal.aborted) continue;
    length += part.text.length;
    const text = reader.push(part.text);
    shown += text;
    if (text !== '') yield { type: 'text-delta', text };
    if (length > MOST_TEXT) enough.abort();
  }
  const { text, calls } = reader.end();
  if (text !== '') yield { type: 'text-delta', text };
  // A text that a rule has blocked calls nothing.
  return { shown: shown + text, calls: finish === 'blocked' ? [] : calls, finish };
}

function asked(call: WrittenCall, id: string): { readonly asked: AskedCall; readonly given: unknown } {
  const { name, arguments: given, text } = call;
  if (name === undefined) return { asked: { id, name: 'unreadable', arguments: text }, given: undefined };
  return { asked: { id, name, arguments: JSON.stringify(given) }, given };
}

const resultOf = ({ id, name, text }: CallReport, language: Language): AssistantMessage => ({
  role: 'tool',
  callId: id,
  name,
  content: resultMessage(name, text, language),
});
