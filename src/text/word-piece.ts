/** WordPiece tokenizers (Schuster & Nakajima 2012; Devlin et al. 2018): the longest piece first, from the left. */

import { assembleTokenizer, reservedIds, type TextParts } from './assemble.ts';
import { bound } from './components.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { SavableTokenizer } from './save.ts';
import { type SpellingTrie, spellingTrie } from './spelling-trie.ts';
import type { WordPieceEntry } from './tokenizer-file.ts';
import { widthAt } from './unicode.ts';

/** What a WordPiece tokenizer is made of. */
export interface WordPieceOptions extends TextParts {
  /** Ids by spelling; a piece inside a word begins with `continuingPrefix`. Special tokens may stand here too. */
  readonly vocab: ReadonlyMap<string, number>;
  /** The token of a word that the pieces cannot spell. Default `[UNK]`; it must be in `vocab`. */
  readonly unknownToken?: string;
  /** Default `##`. */
  readonly continuingPrefix?: string;
  /** A word of more characters is unknown. Default 100. */
  readonly maxWordCharacters?: number;
}

/** Appends the ids of a word; `false` when it has a part that no piece spells. */
function createMatcher(starting: SpellingTrie, continuing: SpellingTrie) {
  return (text: string, start: number, end: number, out: number[]): boolean => {
    const first = out.length;
    for (let at = start; at < end; ) {
      const trie = at === start ? starting : continuing;
      let found = -1;
      let after = at;
      let to = at + 1;
      let node = trie.first(text.charCodeAt(at));
      while (node !== 0) {
        const id = trie.value(node);
        if (id >= 0) {
          found = id;
          after = to;
        }
        if (to >= end) break;
        node = trie.next(node, text.charCodeAt(to++));
      }
      if (found < 0) {
        out.length = first;
        return false;
      }
      out.push(found);
      at = after;
    }
    return true;
  };
}

/**
 * A WordPiece tokenizer; ids equal those of Hugging Face tokenizers with the same file, except that text which spells
 * a special token never becomes it. Not lossless: white space is only known as borders of words, a word that the
 * pieces cannot spell becomes the unknown token, and BERT's normalizer changes case and accents. Errors: `text/option`,
 * `text/field`, `text/limit`, `text/unsupported`, `text/duplicate-id`.
 */
export function wordPieceTokenizer(options: WordPieceOptions): SavableTokenizer<WordPieceEntry> {
  const { vocab, unknownToken = '[UNK]', continuingPrefix = '##', maxWordCharacters = 100 } = options;
  const unknownId = vocab.get(unknownToken);
  if (unknownId === undefined) {
    throw fail('text/field', {
      where: 'model.unk_token',
      must: 'a token of the vocabulary',
      got: unknownToken,
    });
  }
  if (!(Number.isInteger(maxWordCharacters) && maxWordCharacters > 0)) {
    throw fail('text/field', {
      where: 'model.max_input_chars_per_word',
      must: 'a whole number larger than 0',
      got: maxWordCharacters,
    });
  }
  bound('model', 'max_input_chars_per_word', maxWordCharacters, limits.tokenLength);
  const reserved = reservedIds({ vocab, unknownId, byteFallback: false }, options);
  const pieces = [...vocab].filter(([, id]) => !reserved.has(id));
  const match = createMatcher(
    spellingTrie(pieces),
    spellingTrie(
      pieces.flatMap(([spelling, id]) =>
        spelling.startsWith(continuingPrefix) ? [[spelling.slice(continuingPrefix.length), id] as const] : [],
      ),
    ),
  );
  return assembleTokenizer(
    {
      where: 'wordPieceTokenizer',
      vocab,
      unknownId,
      byteFallback: false,
      encodePiece(text, start, end, out) {
        const fits = end - start <= maxWordCharacters || characters(text, start, end) <= maxWordCharacters;
        if (!fits || !match(text, start, end, out)) out.push(unknownId);
      },
      entry: () => ({
        type: 'WordPiece',
        unk_token: unknownToken,
        continuing_subword_prefix: continuingPrefix,
        max_input_chars_per_word: maxWordCharacters,
        vocab: Object.fromEntries([...vocab].sort((a, b) => a[1] - b[1])),
      }),
    },
    options,
  );
}

function characters(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += widthAt(text, at)) count++;
  return count;
}
