/** `/v1/translations`, `/v1/classifications`, `/v1/fill-mask`: what models answer about texts. */

import { z } from 'zod';
import { firstParts, tellParts } from '../answers/tell-parts.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { eventStream } from '../openai/event-stream.ts';
import { beginTask } from './begin-task.ts';
import type { TaskAnswer, TaskModel } from './task-model.ts';

const text = z.string();

export const translationBody = z.strictObject({
  model: text.nullish(),
  /** A text is translated line by line; of a list each is one line. */
  text: z.union([text.min(1), z.array(text).min(1).max(limits.translationLines)]),
  /** Put before every line, for models that learned several tasks. */
  task: text.max(200).nullish(),
  strategy: text.max(200).nullish(),
  guard: z.boolean().nullish(),
  max_tokens: z.int().min(1).max(limits.answerTokens).nullish(),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
  stream: z.boolean().nullish(),
});

export const classificationBody = z.strictObject({
  model: text.nullish(),
  text: z.union([text.min(1), z.array(text.min(1)).min(1).max(limits.classifications)]),
  /** How many of the words that decided are told; none by default. */
  words: z.int().min(0).max(limits.decidingWords).nullish(),
});

export const fillMaskBody = z.strictObject({
  model: text.nullish(),
  /** With `[MASK]` or `<mask>` where something is missing. */
  text: text.min(1),
  top: z.int().min(1).max(limits.guesses).nullish(),
});

/** Guesses for a place where nobody says how many. */
const GUESSES = 5;

interface Line {
  readonly index: number;
  readonly source: string;
  readonly text: string;
}

/** The lines with their translations; with `stream` each is an event when it is there, and the last event is the whole. */
export async function answerTranslations(
  c: AppContext,
  body: z.infer<typeof translationBody>,
  model: TaskModel,
): Promise<Response> {
  const sources = typeof body.text === 'string' ? linesOf(body.text) : body.text;
  if (sources.length > limits.translationLines) {
    throw fail('serve/field', {
      field: 'text',
      rule: `at most ${limits.translationLines} lines`,
      zhRule: `至多 ${limits.translationLines} 行`,
      got: sources.length,
    });
  }
  const { task, strategy, guard, max_tokens: maxTokens, seed } = body;
  const optional = { task, strategy, guard, maxTokens, seed };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value != null));
  const question = { kind: 'translate', texts: sources, ...given } as const;
  const work = beginTask(c, model, question, 'trl-');
  const lines: Line[] = sources.map((source, index) => ({ index, source, text: '' }));
  async function* translated(): AsyncGenerator<Line, void> {
    let index = 0;
    for await (const { text: written } of work.answers) {
      lines[index] = { ...lines[index], text: written };
      yield lines[index++];
    }
  }
  const whole = () => ({
    ...work.head('translation'),
    text: lines.map((line) => line.text).join('\n'),
    lines,
    ...work.tail(),
  });
  if (!body.stream) {
    for await (const _ of translated());
    return c.json(whole());
  }
  async function* events(): AsyncGenerator<object, void> {
    for await (const line of translated()) yield { type: 'translation.line', ...line };
    yield { type: 'translation.done', ...whole() };
  }
  const parts = events();
  const begun = await firstParts(parts, () => true);
  c.get('metrics').began(performance.now() - c.get('start'));
  const { controller } = work;
  return eventStream(c, tellParts(c, { parts, begun, eventOfPart: (part) => part }, controller), controller);
}

/** The last line break ends the last line. */
const linesOf = (text: string): string[] => text.replace(/\r?\n$/, '').split(/\r?\n/);

export async function answerClassifications(
  c: AppContext,
  { text: given, words }: z.infer<typeof classificationBody>,
  model: TaskModel,
): Promise<Response> {
  const texts = typeof given === 'string' ? [given] : given;
  const work = beginTask(c, model, { kind: 'classify', texts, words: words ?? 0 }, 'cls-');
  const results: object[] = [];
  for await (const { label, measure, scores, words: told, wordsBy, isCut, text } of work.answers) {
    const rest = { ...(told && { words: told, words_by: wordsBy }), ...(isCut && { is_cut: true }) };
    results.push({ index: results.length, label, measure, scores, ...rest, text });
  }
  return c.json({ ...work.head('classification'), results, ...work.tail() });
}

export async function answerFillMask(
  c: AppContext,
  { text: masked, top }: z.infer<typeof fillMaskBody>,
  model: TaskModel,
): Promise<Response> {
  const question = { kind: 'fill-mask', texts: [masked], top: top ?? GUESSES } as const;
  const work = beginTask(c, model, question, 'fill-');
  let places: TaskAnswer<'fill-mask'>['places'] = [];
  for await (const answer of work.answers) places = answer.places;
  return c.json({ ...work.head('fill-mask'), text: masked, places, ...work.tail() });
}
