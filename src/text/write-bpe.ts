/** A byte-level BPE tokenizer as `tokenizer.json`. */

import type { Tokenizer } from '../types.ts';
import { type AddedToken, usualEnd } from './added-tokens.ts';
import { addedTokensOf, type BpeOptions, stagesOf } from './bpe-options.ts';
import type { Component } from './components.ts';
import type { PreTokenizerStage } from './pre-tokenizer.ts';
import { patternSources } from './split.ts';
import type {
  AddedTokenEntry,
  BpeEntry,
  ByteLevelEntry,
  SplitEntry,
  TokenizerFile,
} from './tokenizer-file.ts';

const byteLevel = (addPrefixSpace: boolean, useRegex: boolean): ByteLevelEntry => ({
  type: 'ByteLevel',
  add_prefix_space: addPrefixSpace,
  trim_offsets: true,
  use_regex: useRegex,
});

const split = (pattern: string): SplitEntry => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});

/** Stages as the format has them: splits, and ByteLevel at the end, which brings the GPT-2 pattern and the prefix space. */
function writeStages(stages: readonly PreTokenizerStage[]): Component {
  const last = stages.at(-1);
  const useRegex = last?.pattern === patternSources.gpt2;
  const own = useRegex || (last && last.pattern === undefined) ? stages.slice(0, -1) : stages;
  const end = byteLevel(last?.addPrefixSpace ?? false, useRegex);
  if (own.length === 0) return end;
  const splits = own.flatMap((stage) => (stage.pattern === undefined ? [] : [split(stage.pattern)]));
  return { type: 'Sequence', pretokenizers: [...splits, end] };
}

/** Entries of `added_tokens`, with the end of documents marked when its name does not tell. */
export function writeAddedTokens(added: readonly AddedToken[], tokenizer: Tokenizer): AddedTokenEntry[] {
  const usual = usualEnd(tokenizer.specialTokens.keys());
  return added.map((token) => ({
    id: token.id,
    content: token.content,
    single_word: false,
    lstrip: token.lstrip ?? false,
    rstrip: token.rstrip ?? false,
    normalized: token.normalized ?? false,
    special: token.special ?? true,
    ...(token.id === tokenizer.eosId && token.content !== usual ? { eos: true } : {}),
  }));
}

/** Merges as `left right`, the form that every reader knows; as pairs when a token has a space in it. */
export function writeMerges(merges: BpeOptions['merges']): BpeEntry['merges'] {
  const spaced = merges.some(([left, right]) => left.includes(' ') || right.includes(' '));
  return spaced ? merges : merges.map(([left, right]) => `${left} ${right}`);
}

/** The file of the tokenizer made from `options`. */
export function writeBpe(tokenizer: Tokenizer, options: BpeOptions): TokenizerFile<BpeEntry> {
  const vocab = [...options.vocab].sort((a, b) => a[1] - b[1]);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: writeAddedTokens(addedTokensOf(options), tokenizer),
    normalizer: options.normalizer ? { type: options.normalizer } : null,
    pre_tokenizer: writeStages(stagesOf(options.pattern, options.addPrefixSpace)),
    post_processor: options.postProcessor ?? null,
    decoder: byteLevel(true, true),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: options.ignoreMerges ?? false,
      vocab: Object.fromEntries(vocab),
      merges: writeMerges(options.merges),
    },
  };
}
