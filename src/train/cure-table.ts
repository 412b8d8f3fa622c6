/** Every cure of repetition, as data: its name, its arguments in order, and how it acts. */

import { nearest } from '../errors.ts';
import {
  aboveTarget,
  type Candidates,
  contrastiveLoss,
  type DittoForm,
  dittoLoss,
  scaleNovel,
  unlikelihood,
} from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import { add, affine, fromArray, type Tensor, uniform } from '../tensor/index.ts';
import type { CurableModel, Cure, Reader } from './cures.ts';
import { fail } from './errors.ts';
import {
  ngramCompletions,
  type PlaceTokens,
  previousTokens,
  repeatedNgrams,
  repeatMask,
  repeatSentences,
  replaceTokens,
  rowLengths,
} from './repeats.ts';

interface Words {
  readonly en: string;
  readonly zh: string;
}

/** A number with a rule, or one of some words; with its default. */
interface ArgumentRow {
  readonly default: number | string;
  readonly test?: (value: number) => boolean;
  readonly rule?: Words;
  /** Words that are allowed (beside numbers, when there is a test). */
  readonly words?: readonly string[];
}

type Arguments<Row extends Readonly<Record<string, ArgumentRow>>> = {
  readonly [Name in keyof Row]: number | string;
};

interface CureRow<
  Args extends Readonly<Record<string, ArgumentRow>> = Readonly<Record<string, ArgumentRow>>,
> {
  readonly doc: Words;
  /** In the order in which they are written. */
  readonly args: Args;
  readonly create: (args: Arguments<Args>, model: Pick<CurableModel<never>, 'contextLength'>) => Cure;
}

const defineCureRow = <const Args extends Readonly<Record<string, ArgumentRow>>>(row: CureRow<Args>) =>
  row as unknown as CureRow;

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
  unlikelihood: defineCureRow({
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
        const all = toCandidates(tokens);
        const chosen = candidates === 'adaptive' ? aboveTarget(logits(), targets, all) : all;
        return affine(unlikelihood(logits(), chosen), Number(alpha) / count, 0);
      },
    }),
  }),

  'unlikelihood-seq': defineCureRow({
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
      const prefixLength = prefix === 'auto' ? Math.min(50, Math.ceil(contextLength / 3)) : Number(prefix);
      const newTokens = tokens === 'auto' ? Math.min(100, contextLength - prefixLength) : Number(tokens);
      const needed = prefixLength + newTokens;
      if (needed > contextLength || newTokens < 1) {
        throw fail('train/cure-context', { cure: 'unlikelihood-seq', needed, contextLength });
      }
      const options = {
        prefixLength,
        newTokens,
        ngram: Number(ngram),
        rows: Number(rows),
        official: mask === 'official',
      };
      return {
        instead: {
          rate: Number(rate),
          loss: (reader, batch) => sequenceUnlikelihood(reader, batch, options),
        },
      };
    },
  }),

  simctg: defineCureRow({
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
      term: ({ hidden, batch }) => contrastiveLoss(hidden, Number(margin), rowLengths(batch)),
    }),
  }),

  ditto: defineCureRow({
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
        rate: Number(rate),
        loss: (reader, batch, rng) => {
          const repeated = repeatSentences(batch, (id) => reader.endsSentence(id), rng);
          if (!repeated) return undefined;
          const { logits, targets } = reader.pass(repeated);
          return dittoLoss(logits(), targets, repeated.previous, {
            lambda: Number(lambda),
            form: form as DittoForm,
          });
        },
      },
    }),
  }),

  scalegrad: defineCureRow({
    doc: {
      en: 'learns tokens that are new in the text harder than those seen (ScaleGrad)',
      zh: '对文中新出现的词元学得更用力（ScaleGrad）',
    },
    args: { gamma: { default: 0.2, ...share } },
    create: ({ gamma }) => ({
      scale: (logits, batch) =>
        scaleNovel(logits, toCandidates(previousTokens(batch, { withoutTarget: false })), Number(gamma)),
    }),
  }),

  'repetition-dropout': defineCureRow({
    doc: {
      en: 'hides repeated n-grams from attention, layer by layer (repetition dropout)',
      zh: '逐层随机遮住重复的 n 元组，不让注意力看到（重复丢弃）',
    },
    args: { rate: { default: 0.6, ...share }, ngram: { default: 2, ...whole } },
    create: ({ rate, ngram }) => ({
      read: (reading, { batchSize, contextLength }, rng, layers) => {
        const masks = Array.from({ length: layers }, () => new Float32Array(batchSize * contextLength));
        for (let row = 0; row < batchSize; row++) {
          const at = row * contextLength;
          const inputs = reading.inputs.subarray(at, at + contextLength);
          for (const starts of repeatedNgrams(inputs, Number(ngram))) {
            for (const mask of masks) {
              if (rng.uniform() >= Number(rate)) continue;
              for (const start of starts) mask.fill(1, at + start, at + start + Number(ngram));
            }
          }
        }
        const hidden = masks.map((mask) => fromArray<'f32'>(mask, [batchSize, contextLength], 'f32'));
        return { ...reading, hiddenKeys: (layer) => hidden[layer] };
      },
    }),
  }),

  noise: defineCureRow({
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
        const rate = amount === 'auto' ? 0.1 : Number(amount);
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
      const alpha = amount === 'auto' ? 5 : Number(amount);
      return { read: (reading, _batch, rng) => ({ ...reading, embed: (x) => shake(x, alpha, rng) }) };
    },
  }),
} as const satisfies { readonly [name: string]: CureRow };

export type CureName = keyof typeof cureTable;

/** A cure with its arguments, defaults filled in. */
export interface ParsedCure {
  readonly name: CureName;
  readonly args: Readonly<Record<string, number | string>>;
}

/**
 * Reads `name:argument:…`, several joined by `+`. @throws `train/cure`, `train/cure-argument`, `train/cure-arguments`,
 * `train/cure-twice`.
 */
export function parseCures(spec: string): ParsedCure[] {
  const cures = spec.split('+').map(parseCure);
  cures.forEach(({ name }, i) => {
    if (cures.findIndex((other) => other.name === name) < i) throw fail('train/cure-twice', { cure: name });
  });
  return cures;
}

function parseCure(spec: string): ParsedCure {
  const [name, ...given] = spec.trim().split(':');
  if (!Object.hasOwn(cureTable, name)) {
    const known = Object.keys(cureTable);
    throw fail('train/cure', { name, known, near: nearest(name, known) });
  }
  const rows = Object.entries(cureTable[name as CureName].args);
  if (given.length > rows.length) {
    throw fail('train/cure-arguments', { cure: name, usage: usageOf(name as CureName), got: given.length });
  }
  const args = rows.map(([argument, row], i) => [argument, parseArgument(name, argument, row, given[i])]);
  return { name: name as CureName, args: Object.fromEntries(args) };
}

function parseArgument(cure: string, argument: string, row: ArgumentRow, got: string | undefined) {
  if (got === undefined || got === '') return row.default;
  if (row.words?.includes(got)) return got;
  const value = Number(got);
  if (row.test?.(value) && Number.isFinite(value)) return value;
  const words = row.words ?? [];
  const either = (rule: string | undefined, or: string, comma: string, before: string) =>
    [...(rule ? [rule] : []), ...(words.length ? [`${rule ? '' : before}${words.join(comma)}`] : [])].join(
      or,
    );
  throw fail('train/cure-argument', {
    cure,
    argument,
    rule: either(row.rule?.en, ' or ', ', ', words.length > 1 ? 'one of ' : ''),
    zhRule: either(row.rule?.zh, '，或 ', '、', '为 '),
    got,
  });
}

/** The full form with every argument: what a run's settings keep. */
export function formatCures(spec: string): string {
  return parseCures(spec)
    .map(({ name, args }) => [name, ...Object.values(args)].join(':'))
    .join('+');
}

/** `name:argument:…` as it may be written. */
const usageOf = (name: CureName): string => [name, ...Object.keys(cureTable[name].args)].join(':');

/** Every cure with how it is written and what it does: for help texts. */
export function cureDocs(): readonly { readonly usage: string; readonly doc: Words }[] {
  return (Object.keys(cureTable) as CureName[]).map((name) => ({
    usage: usageOf(name),
    doc: cureTable[name].doc,
  }));
}

/** A parsed cure, ready to act. @throws `train/cure-context` when the model's context is too short for it. */
export function createCure(
  { name, args }: ParsedCure,
  model: Pick<CurableModel<never>, 'contextLength'>,
): Cure {
  return (cureTable[name] as CureRow).create(args, model);
}

function toCandidates({ ids, weights, k }: PlaceTokens): Candidates {
  const shape = [ids.length / k, k];
  return { ids: fromArray<'i32'>(ids, shape, 'i32'), weights: fromArray<'f32'>(weights, shape, 'f32') };
}

interface SequenceOptions {
  readonly prefixLength: number;
  readonly newTokens: number;
  readonly ngram: number;
  readonly rows: number;
  readonly official: boolean;
}

/**
 * The model continues the beginnings of some rows greedily; −log(1 − p) of its own tokens where they repeat an n-gram of
 * the continuation, over all new tokens (Welleck et al. 2019, §5.2).
 */
function sequenceUnlikelihood(
  reader: Reader,
  batch: Parameters<Reader['pass']>[0],
  { prefixLength, newTokens, ngram, rows, official }: SequenceOptions,
): Tensor {
  const batchSize = Math.min(rows, batch.batchSize);
  const prefixes = Array.from({ length: batchSize }, (_, row) => {
    const at = row * batch.contextLength;
    return batch.inputs.slice(at, at + prefixLength);
  });
  const contextLength = prefixLength + newTokens - 1;
  const inputs = new Int32Array(batchSize * contextLength);
  const targets = new Int32Array(batchSize * contextLength);
  const repeats = new Float32Array(batchSize * contextLength);
  reader.continueGreedily(prefixes, newTokens).forEach((continuation, row) => {
    const at = row * contextLength;
    const text = Int32Array.of(...prefixes[row], ...Array.from(continuation));
    inputs.set(text.subarray(0, -1), at);
    targets.set(text.subarray(1), at);
    repeats.set(repeatMask(continuation, ngram, official), at + prefixLength - 1);
  });
  const { logits } = reader.pass({ inputs, targets, batchSize, contextLength });
  const tokens = { ids: targets, weights: repeats, k: 1 };
  const loss = unlikelihood(logits(), toCandidates(tokens), { floor: 1e-20 });
  return affine(loss, 1 / (batchSize * newTokens), 0);
}

/** Uniform noise of size α/√(T·D) on embedded tokens [B, T, D] (NEFTune, Jain et al. 2023, arXiv 2310.05914). */
function shake(x: Tensor, alpha: number, rng: Rng): Tensor {
  const [, length, width] = x.shape;
  const size = alpha / Math.sqrt(length * width);
  const noise = uniform(x.shape, { seed: rng.integer(2 ** 32), stream: 0 });
  return add(x, affine(noise, 2 * size, -size));
}
