/** The part of the `tokenizer.json` format (Hugging Face tokenizers, version "1.0") that this room writes. */

import type { Component } from './components.ts';

/** One entry of `added_tokens`. `eos: true` is ours; other readers ignore it. */
export interface AddedTokenEntry {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
  readonly eos?: true;
}

export type ByteLevelEntry = {
  readonly type: 'ByteLevel';
  readonly add_prefix_space: boolean;
  readonly trim_offsets: boolean;
  readonly use_regex: boolean;
};

export type SplitEntry = {
  readonly type: 'Split';
  readonly pattern: { readonly Regex: string };
  readonly behavior: 'Isolated';
  readonly invert: false;
};

export interface BpeEntry {
  readonly type: 'BPE';
  readonly dropout: null;
  readonly unk_token: string | null;
  readonly continuing_subword_prefix: null;
  readonly end_of_word_suffix: null;
  readonly fuse_unk: boolean;
  readonly byte_fallback: boolean;
  readonly ignore_merges: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (string | readonly [string, string])[];
}

export interface UnigramEntry {
  readonly type: 'Unigram';
  readonly unk_id: number | null;
  /** The id of a piece is its place. */
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  readonly byte_fallback: boolean;
}

export interface WordPieceEntry {
  readonly type: 'WordPiece';
  readonly unk_token: string;
  readonly continuing_subword_prefix: string;
  readonly max_input_chars_per_word: number;
  readonly vocab: Readonly<Record<string, number>>;
}

export type ModelEntry = BpeEntry | UnigramEntry | WordPieceEntry;

/** A whole file. */
export interface TokenizerFile<Model extends ModelEntry = ModelEntry> {
  readonly version: '1.0';
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedTokenEntry[];
  readonly normalizer: Component | null;
  readonly pre_tokenizer: Component | null;
  readonly post_processor: unknown;
  readonly decoder: Component | null;
  readonly model: Model;
}

/** Unicode normal forms that a tokenizer may apply to text before it encodes it. */
export type NormalizerName = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';
