/** One token per character (Unicode code point); characters outside the vocabulary fall back to their UTF-8 bytes. */

import type { EncodeOptions, Tokenizer } from '../types.ts';
import { type AddedToken, createAddedTokenFinder, specialTokensOf } from './added-tokens.ts';
import { fail } from './errors.ts';
import type { SavableTokenizer } from './save.ts';
import { createTokenDecoder, type TokenDecoder } from './token-decoder.ts';
import type { TokenRow } from './token-table.ts';
import type { BpeEntry, TokenizerFile } from './tokenizer-file.ts';
import { writeUtf8 } from './unicode.ts';
import { writeAddedTokens } from './write-bpe.ts';

/** What a character tokenizer is made of. */
export interface CharacterOptions {
  /** Ids by character. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Ids of the 256 bytes, for characters outside the vocabulary. Without them such a character is an error. */
  readonly byteIds?: readonly number[];
  /** Special tokens by name. */
  readonly specialTokens?: ReadonlyMap<string, number>;
  /** The special token that ends documents; default: one with a usual name such as `<|endoftext|>`. */
  readonly eosToken?: string;
}

export interface TrainCharactersOptions {
  /** Special tokens, which get the first ids. Default none. */
  readonly specialTokens?: readonly string[];
  readonly eosToken?: string;
  /** Characters that occur less often are left to the bytes. Default 1. */
  readonly minFrequency?: number;
  /** Adds 256 ids so that any text can be encoded. Default true. */
  readonly byteFallback?: boolean;
}

/** How the format spells a fallback byte: `<0x0A>`. */
export const byteTokenName = (byte: number): string =>
  `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/**
 * A tokenizer whose tokens are the characters of `texts`, in the order of their code points: special tokens first,
 * then characters, then bytes. Errors: `text/option`, `text/duplicate-id`.
 *
 * @example
 * const tokenizer = trainCharacters(['床前明月光'], { specialTokens: ['<|endoftext|>'] });
 */
export function trainCharacters(
  texts: Iterable<string> | string,
  options: TrainCharactersOptions = {},
): SavableTokenizer<BpeEntry> {
  const { minFrequency = 1, byteFallback = true } = options;
  const counts = new Map<string, number>();
  for (const text of typeof texts === 'string' ? [texts] : texts) {
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const specialTokens = new Map((options.specialTokens ?? []).map((name, id) => [name, id]));
  const characters = [...counts.keys()]
    .filter((character) => counts.get(character)! >= minFrequency && !isLoneSurrogate(character))
    .sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const vocab = new Map(characters.map((character, i) => [character, specialTokens.size + i]));
  const firstByte = specialTokens.size + vocab.size;
  const byteIds = byteFallback ? Array.from({ length: 256 }, (_, byte) => firstByte + byte) : undefined;
  return characterTokenizer({ vocab, byteIds, specialTokens, eosToken: options.eosToken });
}

const isLoneSurrogate = (character: string): boolean => /^\p{Cs}$/u.test(character);

/** A character tokenizer from its parts. Errors: `text/option`, `text/duplicate-id`; later `text/no-character`. */
export function characterTokenizer(options: CharacterOptions): SavableTokenizer<BpeEntry> {
  const { vocab, byteIds, specialTokens = new Map() } = options;
  for (const character of vocab.keys()) {
    if (Array.from(character).length !== 1 || isLoneSurrogate(character)) {
      throw optionError('`vocab` must hold single characters', '`vocab` 里只能是单个字符', character);
    }
  }
  if (byteIds && byteIds.length !== 256) {
    throw optionError('`byteIds` must hold 256 ids', '`byteIds` 必须有 256 个编号', byteIds.length);
  }
  const added: AddedToken[] = [...specialTokens].map(([content, id]) => ({ id, content }));
  const { eosId } = specialTokensOf(added, options.eosToken, 'characterTokenizer');
  const characters: TokenRow[] = [...vocab].map(([bytes, id]) => ({ id, bytes }));
  const fallback: TokenRow[] = (byteIds ?? []).map((id, byte) => ({ id, bytes: Uint8Array.of(byte) }));
  const decoder: TokenDecoder = createTokenDecoder([...characters, ...fallback], added);
  const fallbackIds = new Set(byteIds);
  const findSpecial = createAddedTokenFinder(added);
  const scratch = new Uint8Array(6);

  // Ids of the characters in the basic plane, plus one; 0 = not in the vocabulary.
  const plane = new Int32Array(0x10000);
  for (const [character, id] of vocab) if (character.length === 1) plane[character.charCodeAt(0)] = id + 1;

  function encodeText(text: string, ids: number[]): void {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (plane[unit] !== 0) {
        ids.push(plane[unit] - 1);
        continue;
      }
      const codePoint = text.codePointAt(at)!;
      // A lone surrogate is read as U+FFFD, like everywhere in UTF-8.
      const lone = codePoint >= 0xd800 && codePoint <= 0xdfff;
      const character = lone ? '\ufffd' : String.fromCodePoint(codePoint);
      at += codePoint > 0xffff ? 1 : 0;
      const id = vocab.get(character);
      if (id !== undefined) {
        ids.push(id);
        continue;
      }
      if (!byteIds) throw fail('text/no-character', { character });
      const count = writeUtf8(character, 0, character.length, scratch);
      for (let i = 0; i < count; i++) ids.push(byteIds[scratch[i]]);
    }
  }

  const tokenizer: SavableTokenizer<BpeEntry> = {
    vocabSize: decoder.vocabSize,
    specialTokens,
    eosId,
    encode(text: string, { allowSpecial = false }: EncodeOptions = {}) {
      const ids: number[] = [];
      if (allowSpecial && findSpecial) {
        findSpecial(
          text,
          (part) => encodeText(part, ids),
          (token) => ids.push(token.id),
        );
      } else encodeText(text, ids);
      return ids;
    },
    decode: decoder.decode,
    tokenBytes: decoder.tokenBytes,
    isFallback: (id) => fallbackIds.has(id),
    toJSON: () => writeCharacters(tokenizer, options, added),
  };
  return tokenizer;
}

const optionError = (rule: string, ruleZh: string, got: unknown) =>
  fail('text/option', { where: 'characterTokenizer', rule, ruleZh, got });

/** The form that Hugging Face tokenizers reads as BPE without merges, with `byte_fallback` for the bytes. */
function writeCharacters(
  tokenizer: Tokenizer,
  options: CharacterOptions,
  added: readonly AddedToken[],
): TokenizerFile<BpeEntry> {
  const { vocab, byteIds } = options;
  const bytes = (byteIds ?? []).map((id, byte) => [byteTokenName(byte), id] as const);
  const special = added.map(({ id, content }) => [content, id] as const);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: writeAddedTokens(added, tokenizer),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: byteIds
      ? { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }] }
      : { type: 'Fuse' },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: byteIds !== undefined,
      ignore_merges: false,
      vocab: Object.fromEntries([...special, ...vocab, ...bytes].sort((a, b) => a[1] - b[1])),
      merges: [],
    },
  };
}
