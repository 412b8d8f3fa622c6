/** What a kind of task is: how its records are read, and which scores they have. */

import type { BleuTokenizer } from './bleu-tokenizers.ts';
import type { ClassScore, ConfusionMatrix } from './classification.ts';
import type { EvalRecord, FieldNames } from './fields.ts';
import type { RougeUnit } from './rouge.ts';

/** How scores are counted. */
export interface TaskOptions extends FieldNames {
  /** Default: told from the references. It sets the tokenizer, the unit and the rules where they are not given. */
  readonly lang?: 'en' | 'zh';
  /** Of BLEU. Default zh for Chinese, else 13a. */
  readonly tokenizer?: BleuTokenizer;
  /** Of ROUGE. Default characters for Chinese, else words. */
  readonly unit?: RougeUnit;
  /** BLEU and chrF in small letters. */
  readonly lowercase?: boolean;
  /** The k of `recall@k`, `pass@k`, … Default 1, 5, 10, 100; of pass@k those for which there are attempts enough. */
  readonly depths?: readonly number[];
  /** Texts from which is learned what is fluent. Default: the references, else the sources. */
  readonly fluencyTexts?: readonly string[];
}

/** A figure of all items, or of those named, one named twice counting twice. */
export type Scorer = (items?: ArrayLike<number>) => number;

/** A task with its records read. */
export interface OpenTask {
  /** What is scored and drawn anew in resampling: records, or problems, or queries. */
  readonly count: number;
  /** For each item what must be the same in another file to compare the two. */
  readonly keys: readonly string[];
  /** In order of showing; a scorer is made when it is wanted. */
  readonly metrics: { readonly [metric: string]: () => Scorer };
  readonly lang?: 'en' | 'zh';
  /** How BLEU and chrF were counted, in sacrebleu's notation. */
  readonly signatures?: { readonly [metric: string]: string };
  readonly classes?: readonly ClassScore[];
  readonly confusion?: () => ConfusionMatrix;
}

export type OpenTaskWith = (records: readonly EvalRecord[], options: TaskOptions) => OpenTask;

/** The same thing made once, however often it is asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
