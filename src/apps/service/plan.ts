/** What a customer service is told by its owner: intents, what is done for each, and when a person takes over. */

import { z } from 'zod';
import { ruleOf } from '../../issues.ts';
import type { Language } from '../../language.ts';

const text = z.string().min(1).max(2000);
/** One sentence for all, or one for each language. */
const sentence = z.union([text, z.strictObject({ en: text, zh: text })]);
export type ServiceSentence = z.output<typeof sentence>;

const place = z.strictObject({
  /** A regular expression; its first group, else all of it, is the value. */
  pattern: text.refine(isPattern, ruleOf({ en: 'must be a regular expression', zh: '须为正则表达式' })),
  /** What the customer is asked where the words do not hold it. */
  ask: sentence,
});

const intent = z
  .strictObject({
    name: text,
    examples: z.array(text).min(1).max(1000),
    answer: sentence.optional(),
    /** A tool, called with what stands at the places. */
    tool: text.optional(),
    places: z.record(text, place).default({}),
    /** Asked before a tool with effects is called; `{name}` is what stands at a place. */
    confirm: sentence.optional(),
    handOver: z.boolean().default(false),
  })
  .refine(
    (one) =>
      [one.answer, one.tool, one.handOver || undefined].filter((what) => what !== undefined).length === 1,
    ruleOf({ en: 'needs answer, tool or handOver, one of them', zh: 'answer、tool、handOver 须给其一' }),
  );
export type ServiceIntent = z.output<typeof intent>;

export const servicePlan = z.strictObject({
  greeting: sentence.optional(),
  intents: z
    .array(intent)
    .max(1000)
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      ruleOf({ en: 'each needs a name of its own', zh: '名称不得重复' }),
    )
    .default([]),
  /** How like an example words must be, from 0 to 1. */
  threshold: z.number().min(0).max(1).default(0.45),
  /** A person takes over when so many turns in a row found no answer. */
  afterFailures: z.int().min(1).default(2),
  /** Words that always call a person: a lawyer, an accident. */
  handOverWords: z.array(text).max(1000).default([]),
});
export type ServicePlan = z.output<typeof servicePlan>;

export const sentenceIn = (given: ServiceSentence, language: Language): string =>
  typeof given === 'string' ? given : given[language];

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
