/** The options of a byte-level BPE tokenizer, in the short forms that people write and the long form that code reads. */

import type { AddedToken } from './added-tokens.ts';
import { fail } from './errors.ts';
import type { PreTokenizerStage } from './pre-tokenizer.ts';
import { type PatternName, patternSources } from './split.ts';
import type { NormalizerName } from './tokenizer-file.ts';

/** What a byte-level BPE tokenizer is made of. */
export interface BpeOptions {
  /** Ids by byte-level spelling (`Ġthe`, `ä½ł`). Special tokens may stand here too. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Pairs of spellings, the first merged first. Both parts and their join must be in `vocab`. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Special tokens by name; short for `addedTokens` with `special: true`. */
  readonly specialTokens?: ReadonlyMap<string, number>;
  readonly addedTokens?: readonly AddedToken[];
  /** The special token that ends documents; default: one with a usual name such as `<|endoftext|>`. */
  readonly eosToken?: string;
  /** How text is cut before merging: a name, a regular expression, or several stages. Default `gpt2`. */
  readonly pattern?: PatternName | (string & {}) | readonly PreTokenizerStage[];
  /** Puts a space before text that begins without one; then `decode` gives that space back too. Default false. */
  readonly addPrefixSpace?: boolean;
  /** Unicode normal form applied first; then `decode` gives the normalized text. Default none. */
  readonly normalizer?: NormalizerName;
  /** A piece that is a token as a whole is not merged. Default false. */
  readonly ignoreMerges?: boolean;
  /** Kept as it came and written back by `saveTokenizer`; never applied. */
  readonly postProcessor?: unknown;
}

/** Pre-tokenizer stages from the short forms of `BpeOptions.pattern`. Errors: `text/option`. */
export function stagesOf(
  pattern: BpeOptions['pattern'],
  addPrefixSpace = false,
): readonly PreTokenizerStage[] {
  const stages =
    typeof pattern === 'object' ? pattern : [{ pattern: patternSource(pattern), addPrefixSpace }];
  stages.forEach((stage, i) => {
    const atEnd =
      i === stages.length - 1 && (stage.pattern === undefined || stage.pattern === patternSources.gpt2);
    if (stage.addPrefixSpace && !atEnd) {
      throw fail('text/option', {
        where: 'bpeTokenizer',
        rule: '`addPrefixSpace` needs the pattern gpt2 in the last stage',
        ruleZh: '`addPrefixSpace` 只能用于最后一级的 gpt2 切分规则',
        got: stage.pattern,
      });
    }
  });
  return stages;
}

/** The regular expression of a pattern given by name or as itself. */
export function patternSource(pattern = 'gpt2'): string {
  return Object.hasOwn(patternSources, pattern) ? patternSources[pattern as PatternName] : pattern;
}

/** The added tokens of both options together. */
export function addedTokensOf(options: Pick<BpeOptions, 'specialTokens' | 'addedTokens'>): AddedToken[] {
  const named = [...(options.specialTokens ?? [])].map(([content, id]) => ({ id, content }));
  return [...named, ...(options.addedTokens ?? [])].sort((a, b) => a.id - b.id);
}
