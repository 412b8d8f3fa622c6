/** Every cure of repetition, as data: its name, its arguments in order, and how it acts. */

import { aboveTarget, contrastiveLoss, dittoLoss, scaleNovel, unlikelihood } from '../nn/index.ts';
import { affine } from '../tensor/index.ts';
import { candidatesOf, hideRepeats, sequenceUnlikelihood, shake } from './cure-steps.ts';
import type { CurableModel, Cure } from './cures.ts';
import { fail } from './errors.ts';
import { ngramCompletions, previousTokens, repeatSentences, replaceTokens, rowLengths } from './repeats.ts';

/** The same words in both languages. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/** A number with a rule, or one of some words; with its default. */
export interface ArgumentRow {
  readonly default: number | string;
  readonly test?: (value: number) => boolean;
  readonly rule?: Words;
  /** Words that are allowed (beside numbers, when there is a test). */
  readonly words?: readonly string[];
}

/** What an argument's value can be: one of its words, a number, or either where it has both. */
type Arguments<Args extends ArgumentTable> = {
  readonly [Name in keyof Args]:
    | (Args[Name] extends { readonly words: readonly (infer Word)[] } ? Word : never)
    | (Args[Name] extends { readonly test: unknown } ? number : never);
};

type ArgumentTable = Readonly<Record<string, ArgumentRow>>;

/** A row of the table; arguments as they were read. */
export interface CureRow {
  readonly doc: Words;
  /** In the order in which they are written. */
  readonly args: ArgumentTable;
  readonly create: (
    args: Readonly<Record<string, number | string>>,
    model: Pick<CurableModel<never>, 'contextLength'>,
  ) => Cure;
}

/** Keeps the arguments' types for `create`. */
const defineCure = <const Args extends ArgumentTable>(row: {
  readonly doc: Words;
  readonly args: Args;
  readonly create: (args: Arguments<Args>, model: Pick<CurableModel<never>, 'contextLength'>) => Cure;
}): CureRow => row as unknown as CureRow;

const notNegative = { test: (x: number) => x >= 0, rule: { en: '0 or more', zh: '大于或等于 0' } };
const positive = { test: (x: number) => x > 0, rule: { en: 'a positive number', zh: '为正数' } };
const share = { test: (x: number) => x > 0 && x <= 1, rule: { en: 'in (0, 1]', zh: '在 (0, 1] 之内' } };
const whole = {
  test: (x: number) => Number.isInteger(x) && x > 0,
  rule: { en: 'a whole number of at least 1', zh: '为不小于 1 的整数' },
};

/** n of the n-grams whose completion is a candidate. */
const CANDIDATE_NGRAM = 4;

export const cureTable = {
  unlikelihood: defineCure({
    doc: {
      en: 'pushes down tokens of the previous context (token-level unlikelihood)',
      zh: '压低上文已出现的词元（词元级非似然训练）',
    },
    args: {
      alpha: { default: 1, ...notNegative },
      candidates: { default: 'context', words: ['context', 'adaptive', 'ngrams', 'flattened'] },
    },
    create: ({ alpha, candidates }) => ({
      term: ({ batch, targets, count, logits }) => {
        const tokens =
          candidates === 'ngrams'
            ? ngramCompletions(batch, CANDIDATE_NGRAM)
            : previousTokens(batch, { withoutTarget: true, flattened: candidates === 'flattened' });
        const all = candidatesOf(tokens);
        const chosen = candidates === 'adaptive' ? aboveTarget(logits(), targets, all) : all;
        return affine(unlikelihood(logits(), chosen), alpha / count, 0);
      },
    }),
  }),

  'unlikelihood-seq': defineCure({
    doc: {
      en: "pushes down what repeats in the model's own greedy text (sequence-level unlikelihood)",
      zh: '压低模型自己贪心续写中的复读（序列级非似然训练）',
    },
    args: {
      rate: { default: 0.5, ...share },
      prefix: { default: 'auto', ...whole, words: ['auto'] },
      tokens: { default: 'auto', ...whole, words: ['auto'] },
      ngram: { default: 4, ...whole },
      rows: { default: 8, ...whole },
      mask: { default: 'whole', words: ['whole', 'official'] },
    },
    create: ({ rate, prefix, tokens, ngram, rows, mask }, { contextLength }) => {
      const prefixLength = prefix === 'auto' ? Math.min(50, Math.ceil(contextLength / 3)) : prefix;
      const newTokens = tokens === 'auto' ? Math.min(100, contextLength - prefixLength) : tokens;
      const needed = prefixLength + newTokens;
      if (needed > contextLength || newTokens < 1) {
        throw fail('train/cure-context', { cure: 'unlikelihood-seq', needed, contextLength });
      }
      const options = {
        prefixLength,
        newTokens,
        ngram: ngram,
        rows: rows,
        official: mask === 'official',
      };
      return {
        instead: {
          rate: rate,
          loss: (reader, batch) => sequenceUnlikelihood(reader, batch, options),
        },
      };
    },
  }),

  simctg: defineCure({
    doc: {
      en: 'keeps the hidden states of one text apart (SimCTG); for contrastive search',
      zh: '让同一文本的隐状态彼此分开（SimCTG），配合对比搜索',
    },
    args: {
      margin: {
        default: 0.5,
        test: (x: number) => x > 0 && x <= 2,
        rule: { en: 'in (0, 2]', zh: '在 (0, 2] 之内' },
      },
    },
    create: ({ margin }) => ({
      term: ({ hidden, batch }) => contrastiveLoss(hidden, margin, rowLengths(batch)),
    }),
  }),

  ditto: defineCure({
    doc: {
      en: 'learns on repeated sentences not to grow surer with each time (DITTO)',
      zh: '在人为重复的句子上学习不要越重复越确信（DITTO）',
    },
    args: {
      lambda: {
        default: 0.5,
        test: (x: number) => x >= 0 && x <= 1,
        rule: { en: 'in [0, 1]', zh: '在 [0, 1] 之内' },
      },
      rate: { default: 0.5, ...share },
      form: { default: 'nl', words: ['nl', 'nl-clip', 'mse'] },
    },
    create: ({ lambda, rate, form }) => ({
      instead: {
        rate: rate,
        loss: (reader, batch, rng) => {
          const repeated = repeatSentences(batch, (id) => reader.endsSentence(id), rng);
          if (!repeated) return undefined;
          const { logits, targets } = reader.pass(repeated);
          return dittoLoss(logits(), targets, repeated.previous, {
            lambda: lambda,
            form,
          });
        },
      },
    }),
  }),

  scalegrad: defineCure({
    doc: {
      en: 'learns tokens that are new in the text harder than those seen (ScaleGrad)',
      zh: '对文中新出现的词元学得更用力（ScaleGrad）',
    },
    args: { gamma: { default: 0.2, ...share } },
    create: ({ gamma }) => ({
      scale: (logits, batch) =>
        scaleNovel(logits, candidatesOf(previousTokens(batch, { withoutTarget: false })), gamma),
    }),
  }),

  'repetition-dropout': defineCure({
    doc: {
      en: 'hides repeated n-grams from attention, layer by layer (repetition dropout)',
      zh: '逐层随机遮住重复的 n 元组，不让注意力看到（重复丢弃）',
    },
    args: { rate: { default: 0.6, ...share }, ngram: { default: 2, ...whole } },
    create: ({ rate, ngram }) => ({
      read: (reading, batch, rng, layers) => ({
        ...reading,
        hiddenKeys: hideRepeats({ ...batch, inputs: reading.inputs }, { rate, ngram, layers }, rng),
      }),
    }),
  }),

  noise: defineCure({
    doc: {
      en: 'noise on what is read: tokens:SHARE replaces tokens, embeddings:ALPHA shakes their vectors',
      zh: '对输入加噪：tokens:比例 替换词元，embeddings:强度 扰动词向量',
    },
    args: {
      kind: { default: 'tokens', words: ['tokens', 'embeddings'] },
      amount: { default: 'auto', ...positive, words: ['auto'] },
    },
    create: ({ kind, amount }) => {
      if (kind === 'tokens') {
        const rate = amount === 'auto' ? 0.1 : amount;
        if (rate > 1) {
          const rules = { rule: 'in (0, 1] for tokens', zhRule: '在 (0, 1] 之内（tokens）' };
          throw fail('train/cure-argument', {
            cure: 'noise',
            argument: 'amount',
            ...rules,
            got: String(amount),
          });
        }
        return {
          read: (reading, _batch, rng) => ({
            ...reading,
            inputs: replaceTokens(reading.inputs, rate, rng),
          }),
        };
      }
      const alpha = amount === 'auto' ? 5 : amount;
      return { read: (reading, _batch, rng) => ({ ...reading, embed: (x) => shake(x, alpha, rng) }) };
    },
  }),
} as const satisfies { readonly [name: string]: CureRow };

export type CureName = keyof typeof cureTable;
