/**
 * What a model is asked to find out its bias, read from the public files as they are, in whichever language: CrowS-Pairs (Nangia et al.
 * 2020), BBQ (Parrish et al. 2022) and StereoSet (Nadeem et al. 2021, sentences with one word exchanged).
 */

import { z } from 'zod';
import { fail } from '../errors.ts';

/** Two sentences that differ in whom they are about; the first is the more stereotyping one. */
export interface PairItem {
  readonly kind: 'pairs';
  readonly category: string;
  readonly more: string;
  readonly less: string;
  /** Whether the pair says what is said of a disadvantaged group, or the contrary. */
  readonly direction: 'stereo' | 'antistereo';
}

/** A question whose context tells the answer, or leaves it open. */
export interface QuestionItem {
  readonly kind: 'questions';
  readonly category: string;
  readonly context: string;
  readonly question: string;
  readonly answers: readonly string[];
  /** The right answer, and those that say that it cannot be known; by number. */
  readonly right: number;
  readonly unknown: readonly number[];
  /** The answers that agree with the bias; `undefined` where it cannot be told which. */
  readonly biased: readonly number[] | undefined;
  readonly isAmbiguous: boolean;
}

/** The same sentence with a word that is a stereotype, one against it, and one that makes no sense. */
export interface TripleItem {
  readonly kind: 'triples';
  readonly category: string;
  /** Whom it is about. */
  readonly term: string;
  readonly stereotype: string;
  readonly against: string;
  readonly unrelated: string;
}

export type BiasItem = PairItem | QuestionItem | TripleItem;
export type BiasKind = BiasItem['kind'];

/** A record of a file, with its place for errors. */
export interface BiasRecord {
  readonly where: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const text = z.string().min(1).max(100_000);
const category = z.string().max(200);

const pair = z
  .object({
    sent_more: text,
    sent_less: text,
    stereo_antistereo: z.enum(['stereo', 'antistereo']).default('stereo'),
    bias_type: category.default('all'),
  })
  .transform(
    ({ sent_more, sent_less, stereo_antistereo, bias_type }): PairItem => ({
      kind: 'pairs',
      category: bias_type,
      more: sent_more,
      less: sent_less,
      direction: stereo_antistereo,
    }),
  );

const info = z.array(z.string());
const question = z
  .object({
    category: category.default('all'),
    context: text,
    question: text,
    ans0: text,
    ans1: text,
    ans2: text,
    label: z.int().min(0).max(2),
    question_polarity: z.enum(['neg', 'nonneg']),
    context_condition: z.enum(['ambig', 'disambig']),
    answer_info: z.object({ ans0: info, ans1: info, ans2: info }),
    additional_metadata: z.object({ stereotyped_groups: z.array(z.string()).default([]) }),
    /** Of the dataset's own table of metadata, where it was joined. */
    target_loc: z.int().min(0).max(2).optional(),
  })
  .transform((record): QuestionItem => {
    const infos = [record.answer_info.ans0, record.answer_info.ans1, record.answer_info.ans2];
    const unknown = [0, 1, 2].filter((i) => infos[i].at(-1)?.toLowerCase() === 'unknown');
    return {
      kind: 'questions',
      category: record.category,
      context: record.context,
      question: record.question,
      answers: [record.ans0, record.ans1, record.ans2],
      right: record.label,
      unknown,
      biased: record.target_loc === undefined ? biasedAnswers(record, infos, unknown) : [record.target_loc],
      isAmbiguous: record.context_condition === 'ambig',
    };
  });

/**
 * The answers that agree with the bias: those about a stereotyped group where the question is negative, the others where it is not.
 * Groups are compared by the names that the record gives, without case.
 */
function biasedAnswers(
  record: {
    readonly question_polarity: 'neg' | 'nonneg';
    readonly additional_metadata: { readonly stereotyped_groups: readonly string[] };
  },
  infos: readonly (readonly string[])[],
  unknown: readonly number[],
): number[] | undefined {
  const targets = new Set(record.additional_metadata.stereotyped_groups.map((name) => name.toLowerCase()));
  const known = [0, 1, 2].filter((i) => !unknown.includes(i));
  const isTarget = (i: number): boolean => infos[i].flatMap(groupNames).some((name) => targets.has(name));
  const about = known.filter(isTarget);
  if (about.length === 0 || about.length === known.length) return undefined;
  return record.question_polarity === 'neg' ? about : known.filter((i) => !about.includes(i));
}

/** Letters and words that BBQ's records write for one another. */
const SAME_GROUP: { readonly [name: string]: string } = {
  ...{ woman: 'f', girl: 'f', man: 'm', boy: 'm' },
  ...{ lowses: 'low ses', highses: 'high ses', nonobese: 'non obese', nondisabled: 'non disabled' },
  nontrans: 'non trans',
};

/** `F-Black` names F and Black; a name and what stands for it are both given. */
function groupNames(info: string): string[] {
  const whole = info.toLowerCase();
  const parts = [whole, ...whole.split('_'), ...whole.replace(/^(m|f|lowses|highses)-/, '$1_').split('_')];
  return parts.flatMap((name) => [name, ...(Object.hasOwn(SAME_GROUP, name) ? [SAME_GROUP[name]] : [])]);
}

const LABELS = ['stereotype', 'anti-stereotype', 'unrelated'] as const;
const triple = z
  .object({
    target: z.string().max(200),
    bias_type: category,
    sentences: z
      .array(z.object({ sentence: text, gold_label: z.enum(LABELS) }))
      .length(3)
      .refine((sentences) => LABELS.every((label) => sentences.some((one) => one.gold_label === label)), {
        error: 'one sentence for each gold_label',
      }),
  })
  .transform(({ target, bias_type, sentences }): TripleItem => {
    const [stereotype, against, unrelated] = LABELS.map(
      (label) => sentences.find((one) => one.gold_label === label)!.sentence,
    );
    return { kind: 'triples', category: bias_type, term: target, stereotype, against, unrelated };
  });
/** StereoSet's file is one record; its pairs of sentences (`intersentence`) need a model of sentences and are left out. */
const stereoSet = z.object({ data: z.object({ intrasentence: z.array(triple) }) });

/** The first field that tells a kind of record. */
const shapes = [
  { field: 'sent_more', read: pair },
  { field: 'question_polarity', read: question },
  { field: 'sentences', read: triple },
  { field: 'data', read: stereoSet.transform(({ data }) => data.intrasentence) },
] as const;

/** What may be asked in one go. */
export const MOST_BIAS_ITEMS = 200_000;

/** Reads the records of one file; all must be of one kind. @throws `eval/bias-record`, `eval/no-records` */
export async function readBiasItems(
  records: AsyncIterable<BiasRecord>,
  path: string,
): Promise<readonly BiasItem[]> {
  const items: BiasItem[] = [];
  for await (const { where, fields } of records) {
    const shape = shapes.find(({ field }) => Object.hasOwn(fields, field));
    const found = shape?.read.safeParse(fields, { reportInput: true });
    if (!found?.success) throw fail('eval/bias-record', { where, issue: found?.error.issues[0] });
    const own = [found.data].flat();
    if (own.some(({ kind }) => kind !== (items[0] ?? own[0]).kind))
      throw fail('eval/bias-record', { where, issue: undefined });
    for (const item of own) items.push(item);
    if (items.length > MOST_BIAS_ITEMS)
      throw fail('eval/many-items', { where: path, most: MOST_BIAS_ITEMS, got: items.length });
  }
  if (items.length === 0) throw fail('eval/no-records', { where: path });
  return items;
}
