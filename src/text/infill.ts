/** Filling in the middle (Bavarian et al. 2022, arXiv:2207.14255): a text in three parts, of which the middle one is written last. */

import type { Tokenizer } from '../types.ts';

/** What stands before and behind a place. */
export interface Surroundings {
  readonly prefix: string;
  readonly suffix: string;
}

/** The tokens that tell the parts of a text apart, and how texts are read beside them. */
export interface Infilling {
  readonly prefixId: number;
  readonly suffixId: number;
  readonly middleId: number;
  /** Whether the model is asked with the suffix before the prefix. */
  readonly isSuffixFirst: boolean;
  /** Each ends what is filled in. */
  readonly endIds: readonly number[];
  /** Ids of a text, in which no token of these stands, however it is spelled. */
  encode(text: string): number[];
}

/**
 * The spellings of public families, each as prefix, suffix, middle; what is trained here has the first. Those that learned both orders are
 * asked with the suffix first: the prefix then stands right before what is written.
 */
const families = [
  // StarCoder, and what is trained here
  { names: ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'], isSuffixFirst: true },
  // SantaCoder
  { names: ['<fim-prefix>', '<fim-suffix>', '<fim-middle>'], isSuffixFirst: true },
  // Qwen2.5-Coder, CodeGemma
  { names: ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'], isSuffixFirst: false },
  // DeepSeek-Coder
  { names: ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>'], isSuffixFirst: false },
] as const;

/** The tokens that a tokenizer is made with whose model learns to fill in. */
export const infillTokens: readonly string[] = families[0].names;

/** Tokens that some models write behind a middle, beside the end of a text. */
const otherEnds = ['<|fim_pad|>', '<|file_sep|>', '<|file_separator|>', '<file_sep>'];

/** How a tokenizer tells the parts apart; undefined where it has no tokens for them, or none that ends a text. */
export function infillingOf(tokenizer: Tokenizer): Infilling | undefined {
  const { eosId } = tokenizer;
  const family = families.find(({ names }) => names.every((name) => idOf(tokenizer, name) !== undefined));
  if (!family || eosId === undefined) return undefined;
  const [prefixId, suffixId, middleId] = family.names.map((name) => idOf(tokenizer, name)!);
  const ends = otherEnds.flatMap((name) => idOf(tokenizer, name) ?? []);
  // Between the first character of a spelling and the rest of it: some vocabularies read them in any text.
  const within = new RegExp(
    family.names.map((name) => `(?<=${name[0]})(?=${escaped(name.slice(1))})`).join('|'),
  );
  return {
    prefixId,
    suffixId,
    middleId,
    isSuffixFirst: family.isSuffixFirst,
    endIds: [eosId, prefixId, suffixId, middleId, ...ends],
    encode: (text) => text.split(within).flatMap((part) => tokenizer.encode(part)),
  };
}

/** What a model reads that shall write the middle, which comes next. */
export const infillPrompt = (infilling: Infilling, { prefix, suffix }: Surroundings): number[] =>
  infillIds(infilling, infilling.encode(prefix), infilling.encode(suffix));

/** The same around texts that are encoded already. */
export function infillIds(
  { prefixId, suffixId, middleId, isSuffixFirst }: Infilling,
  before: readonly number[],
  behind: readonly number[],
): number[] {
  return isSuffixFirst
    ? [prefixId, suffixId, ...behind, middleId, ...before]
    : [prefixId, ...before, suffixId, ...behind, middleId];
}

/** The id of a token that is special, or that some vocabularies have among the ordinary ones. */
function idOf(tokenizer: Tokenizer, name: string): number | undefined {
  const special = tokenizer.specialTokens.get(name);
  if (special !== undefined) return special;
  const [id, ...more] = tokenizer.encode(name);
  return id !== undefined && more.length === 0 && tokenizer.decode([id]) === name ? id : undefined;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
