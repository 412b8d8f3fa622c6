/** More tokens for a vocabulary that a model already knows: old ids stay, new ones follow. */

import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import { extendBpe } from './extend-bpe.ts';
import { extendUnigram, extendWordPiece } from './extend-pieces.ts';
import { limits } from './limits.ts';
import type { PaceOptions } from './pacer.ts';
import { patternSearch } from './pattern.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import type { SavableTokenizer } from './save.ts';
import type { ModelEntry, TokenizerFile } from './tokenizer-file.ts';

export interface ExtendOptions extends PaceOptions {
  /** Size of the vocabulary afterwards; fewer tokens when the texts run out of them. */
  readonly vocabSize: number;
  /** What occurs less often becomes no token. Default 2. */
  readonly minFrequency?: number;
  /** New tokens must hold a match of this pattern, such as `\p{Script=Han}`. Default: any. */
  readonly matching?: string;
}

/** A new token. */
export interface NewToken {
  readonly id: number;
  /** The tokens that stood for it before: the mean of their vectors is a good first vector for it. */
  readonly from: readonly number[];
}

export interface Extension {
  readonly tokenizer: SavableTokenizer;
  readonly added: readonly NewToken[];
}

/** What a kind of model does to its file: at most `room` new tokens, the first with id `firstId`. */
export interface ExtendRequest<Model extends ModelEntry> {
  readonly file: TokenizerFile<Model>;
  readonly texts: Iterable<string> | AsyncIterable<string>;
  readonly firstId: number;
  readonly room: number;
  readonly minFrequency: number;
  /** Whether a piece of text may become a token. */
  readonly allowed: (text: string) => boolean;
  readonly pace: PaceOptions;
}

export interface ExtendResult<Model extends ModelEntry> {
  readonly model: Model;
  readonly added: readonly NewToken[];
}

/**
 * A tokenizer with more tokens, learned from `texts`: BPE goes on merging after its old merges, Unigram and WordPiece add
 * pieces of a vocabulary trained on `texts`. A text in which the spelling of no new token occurs is encoded as before;
 * any other may become shorter. Errors: `text/option`, `text/not-savable`, `text/pattern`; the signal's reason.
 *
 * @example
 * const { tokenizer, added } = await extendTokenizer(latin, poems, { vocabSize: latin.vocabSize + 4000 });
 */
export async function extendTokenizer(
  old: Tokenizer,
  texts: Iterable<string> | AsyncIterable<string>,
  { vocabSize, minFrequency = 2, matching, ...pace }: ExtendOptions,
): Promise<Extension> {
  const { toJSON } = old as Partial<SavableTokenizer>;
  if (typeof toJSON !== 'function') throw fail('text/not-savable', undefined);
  const room = vocabSize - old.vocabSize;
  if (!Number.isInteger(vocabSize) || room <= 0 || vocabSize > limits.vocabSize) {
    throw fail('text/option', {
      where: 'extendTokenizer',
      rule: `\`vocabSize\` must be a whole number from ${old.vocabSize + 1}, one more than now, to ${limits.vocabSize}`,
      ruleZh: `\`vocabSize\` 必须是 ${old.vocabSize + 1}（比现在多一个）到 ${limits.vocabSize} 之间的整数`,
      got: vocabSize,
    });
  }
  const search = matching === undefined ? undefined : patternSearch(matching);
  const file = toJSON();
  const { model, added } = await extendModel(file, {
    texts,
    firstId: old.vocabSize,
    room,
    minFrequency,
    allowed: (text) => search === undefined || search(text, 0) !== undefined,
    pace,
  });
  return { tokenizer: loadTokenizer(JSON.stringify({ ...file, model })), added };
}

function extendModel(
  file: TokenizerFile,
  request: Omit<ExtendRequest<ModelEntry>, 'file'>,
): Promise<ExtendResult<ModelEntry>> {
  const { model } = file;
  switch (model.type) {
    case 'BPE':
      return extendBpe({ ...request, file: { ...file, model } });
    case 'Unigram':
      return extendUnigram({ ...request, file: { ...file, model } });
    case 'WordPiece':
      return extendWordPiece({ ...request, file: { ...file, model } });
  }
}
