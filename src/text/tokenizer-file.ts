/** The part of the `tokenizer.json` format (Hugging Face tokenizers, version "1.0") that this room writes. */

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

export interface ByteLevelEntry {
  readonly type: 'ByteLevel';
  readonly add_prefix_space: boolean;
  readonly trim_offsets: boolean;
  readonly use_regex: boolean;
}

export interface SplitEntry {
  readonly type: 'Split';
  readonly pattern: { readonly Regex: string };
  readonly behavior: 'Isolated';
  readonly invert: false;
}

export type PreTokenizerEntry =
  | ByteLevelEntry
  | { readonly type: 'Sequence'; readonly pretokenizers: readonly (SplitEntry | ByteLevelEntry)[] };

/** A whole file. */
export interface TokenizerFile {
  readonly version: '1.0';
  readonly truncation: null;
  readonly padding: null;
  readonly added_tokens: readonly AddedTokenEntry[];
  readonly normalizer: { readonly type: NormalizerName } | null;
  readonly pre_tokenizer: PreTokenizerEntry | null;
  readonly post_processor: unknown;
  readonly decoder:
    | ByteLevelEntry
    | { readonly type: 'Sequence'; readonly decoders: readonly { readonly type: 'ByteFallback' | 'Fuse' }[] }
    | { readonly type: 'Fuse' };
  readonly model: {
    readonly type: 'BPE';
    readonly dropout: null;
    readonly unk_token: null;
    readonly continuing_subword_prefix: null;
    readonly end_of_word_suffix: null;
    readonly fuse_unk: false;
    readonly byte_fallback: boolean;
    readonly ignore_merges: boolean;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly [string, string])[];
  };
}

/** Unicode normal forms that a tokenizer may apply to text before it encodes it. */
export type NormalizerName = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';
