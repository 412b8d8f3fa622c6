/** What a domain kit says of a field: its words, what is said beside an answer, what is refused, and a test with keys. */

import { z } from 'zod';

/** What a kit may hold. */
export const kitLimits = {
  terms: 5000,
  names: 20,
  nameLength: 100,
  rules: 50,
  patterns: 200,
  questions: 2000,
  trials: 2000,
  textLength: 4000,
} as const;

const text = z.string().trim().min(1).max(kitLimits.textLength);
const name = z.string().trim().min(1).max(kitLimits.nameLength);
const both = <Schema extends z.ZodType>(schema: Schema) => z.strictObject({ en: schema, zh: schema });
/** The first is the usual one. */
const names = z.array(name).min(1).max(kitLimits.names);
/** A name that goes into paths, logs and addresses. */
const word = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u);

const term = z.strictObject({
  ...{ en: names, zh: names },
  means: both(text),
  /** Also a word of plain speech: alone it does not tell the field. */
  everyday: z.boolean().default(false),
});

const rule = z.strictObject({
  name: word,
  /** What it looks at: what is asked, or what a model writes. */
  on: z.enum(['question', 'answer']),
  /** `urgent` and `refuse` answer in the place of the model; `rewrite` puts `say` where the pattern stood. */
  action: z.enum(['urgent', 'refuse', 'rewrite']),
  say: both(text),
  patterns: both(z.array(z.string().min(1).max(kitLimits.textLength)).max(kitLimits.patterns)),
});

const question = z
  .strictObject({
    ask: both(text),
    choices: both(z.array(text).min(2).max(10)).optional(),
    /** The place of the right choice; 0 is the first. */
    right: z.int().min(0).optional(),
    /** What is right, where there are no choices. */
    answer: both(z.array(text).min(1).max(20)).optional(),
  })
  .refine(
    ({ choices, right, answer }) =>
      choices
        ? answer === undefined &&
          right !== undefined &&
          right < Math.min(choices.en.length, choices.zh.length)
        : answer !== undefined && right === undefined,
    { error: 'choices with the place of the right one, or an answer' },
  );

const trial = z
  .strictObject({
    /** What is asked, or else what a model answers. */
    ask: text.optional(),
    answer: text.optional(),
    /** What shall come of it: `notice`, `none`, or the name of a rule. */
    is: word,
  })
  .refine(({ ask, answer }) => (ask === undefined) !== (answer === undefined), {
    error: 'either ask or answer',
  });

export const domainKit = z
  .strictObject({
    version: z.literal(1),
    name: word,
    title: both(text),
    glossary: z.array(term).min(1).max(kitLimits.terms),
    /** Words by which the field is known and that need no explanation. */
    cues: both(z.array(name).max(kitLimits.terms)).default({ en: [], zh: [] }),
    /** Words of plain speech, of which two together tell the field. */
    hints: both(z.array(name).max(kitLimits.terms)).default({ en: [], zh: [] }),
    notice: both(text),
    rules: z.array(rule).max(kitLimits.rules).default([]),
    questions: z.array(question).max(kitLimits.questions).default([]),
    trials: z.array(trial).max(kitLimits.trials).default([]),
  })
  .superRefine((kit, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const language of ['en', 'zh'] as const) {
      const known = new Set<string>();
      for (const [i, one] of kit.glossary.entries()) {
        for (const said of one[language]) {
          if (known.has(said.toLowerCase()))
            refuse(['glossary', i, language], `"${said}" stands there twice`);
          known.add(said.toLowerCase());
        }
      }
    }
    const rules = new Set<string>();
    for (const [i, { name: own, on, action }] of kit.rules.entries()) {
      if (rules.has(own) || own === 'notice' || own === 'none')
        refuse(['rules', i, 'name'], `"${own}" is taken`);
      rules.add(own);
      if ((on === 'answer') !== (action === 'rewrite')) {
        refuse(
          ['rules', i, 'action'],
          on === 'answer' ? 'rewrite for what is answered' : 'urgent or refuse for what is asked',
        );
      }
    }
    for (const [i, { is }] of kit.trials.entries()) {
      if (is !== 'notice' && is !== 'none' && !rules.has(is))
        refuse(['trials', i, 'is'], `no rule is called "${is}"`);
    }
  });

/** Trials beside those of a kit. */
export const kitTrials = z.strictObject({ trials: z.array(trial).min(1).max(kitLimits.trials) });

export type DomainKit = z.output<typeof domainKit>;
export type KitTerm = DomainKit['glossary'][number];
export type KitRule = DomainKit['rules'][number];
export type KitQuestion = DomainKit['questions'][number];
export type KitTrial = DomainKit['trials'][number];
