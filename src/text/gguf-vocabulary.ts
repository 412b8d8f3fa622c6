/** A vocabulary as the `tokenizer.ggml.*` keys of a GGUF file have it, which llama.cpp reads (`llama-vocab.cpp`). */

import type { AddedToken } from './added-tokens.ts';
import { bpeTokenizer } from './bpe.ts';
import { characterBpeTokenizer } from './character-bpe.ts';
import { byteTokenName } from './characters.ts';
import { bound, type Component, componentsOf } from './components.ts';
import { fail, show } from './errors.ts';
import { mergesByScore } from './gguf-pieces.ts';
import { limits } from './limits.ts';
import { readStages } from './read-bpe.ts';
import { type SavableTokenizer, saveTokenizer } from './save.ts';
import { type PatternName, patternSources } from './split.ts';
import type { BpeEntry, TokenizerFile } from './tokenizer-file.ts';

export interface GgufVocabulary {
  /** `tokenizer.ggml.model`: `gpt2` is byte-level BPE; `llama` joins pieces by score, with bytes to fall back on. */
  readonly model: 'gpt2' | 'llama';
  /** `tokenizer.ggml.pre`: how text is cut before merging. */
  readonly pre?: string;
  /** Spelling by id. */
  readonly tokens: readonly string[];
  /** Kind by id, see `tokenKinds`. */
  readonly kinds: readonly number[];
  /** `left right`, first merged first. */
  readonly merges?: readonly string[];
  /** Of `llama`, by id: pieces of a higher score are made first. */
  readonly scores?: ArrayLike<number>;
  /** Of `llama`: a text begins as if a space stood before it. Default true. */
  readonly addSpacePrefix?: boolean;
  readonly eosId?: number;
  readonly unknownId?: number;
}

const tokenKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/**
 * The patterns that llama.cpp knows under its own names. `llama-bpe` takes a piece whole that is a token; `dbrx` is the same
 * pattern without that.
 */
const patterns: {
  readonly [pre: string]: { readonly pattern: PatternName; readonly ignoreMerges: boolean };
} = {
  'gpt-2': { pattern: 'gpt2', ignoreMerges: false },
  dbrx: { pattern: 'cl100k', ignoreMerges: false },
  'smaug-bpe': { pattern: 'cl100k', ignoreMerges: false },
  'llama-bpe': { pattern: 'cl100k', ignoreMerges: true },
  qwen2: { pattern: 'qwen2', ignoreMerges: false },
  'gpt-4o': { pattern: 'o200k', ignoreMerges: false },
};

/**
 * The vocabulary of a byte-level BPE or character tokenizer, filled up to `size` ids. Errors: `text/gguf-export` for what the
 * format cannot say, `text/not-savable`.
 */
export function toGgufVocabulary(tokenizer: SavableTokenizer, size = tokenizer.vocabSize): GgufVocabulary {
  const file = JSON.parse(saveTokenizer(tokenizer)) as TokenizerFile;
  const { model, added_tokens: added } = file;
  if (model.type !== 'BPE') {
    throw fail('text/gguf-export', { what: 'model', got: model.type, known: 'byte-level BPE or characters' });
  }
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const kinds: number[] = new Array(size).fill(tokenKinds.unused);
  const stages = componentsOf(file.pre_tokenizer, 'pre_tokenizer', 'pretokenizers');
  const isByteLevel = stages.at(-1)?.type === 'ByteLevel';
  for (const [spelling, id] of Object.entries(model.vocab)) {
    tokens[id] = isByteLevel ? spelling : spelling.replace(' ', BLANK);
    kinds[id] = !isByteLevel && byteName.test(spelling) ? tokenKinds.byte : tokenKinds.normal;
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    kinds[id] = special ? tokenKinds.control : tokenKinds.userDefined;
  }
  if (file.normalizer) {
    throw fail('text/gguf-export', { what: 'normalizer', got: file.normalizer.type, known: 'none' });
  }
  const shared = { tokens, kinds, ...(tokenizer.eosId !== undefined && { eosId: tokenizer.eosId }) };
  if (!isByteLevel) {
    if (stages.length > 0) {
      const got = stages.map(({ type }) => type).join(' + ');
      throw fail('text/gguf-export', { what: 'pre_tokenizer', got, known: 'ByteLevel at the end, or none' });
    }
    requireCharacters(model);
    return { model: 'llama', ...shared };
  }
  const merges = model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  return { model: 'gpt2', pre: preOf(file, model), merges, ...shared };
}

/** How pieces joined by score spell a space. */
const BLANK = '\u2581';
const byteName = /^<0x[0-9A-F]{2}>$/;

function requireCharacters({ vocab, merges, byte_fallback: hasBytes }: BpeEntry): void {
  const known = 'characters with all 256 bytes to fall back on';
  const refuse = (got: string, instead = known) =>
    fail('text/gguf-export', { what: 'vocabulary', got, known: instead });
  if (merges.length) throw refuse('characters that are merged');
  if (!hasBytes || !Object.hasOwn(vocab, byteTokenName(0))) throw refuse('characters alone');
  if (Object.hasOwn(vocab, BLANK)) throw refuse(`one with ${BLANK}`, `one without ${BLANK}`);
}

function preOf({ pre_tokenizer: part }: TokenizerFile, { ignore_merges: takesWhole }: BpeEntry): string {
  const stages = readStages(componentsOf(part, 'pre_tokenizer', 'pretokenizers'));
  const sources = stages.flatMap(({ pattern }) => pattern ?? []);
  const found = Object.entries(patterns).find(
    ([, { pattern, ignoreMerges }]) =>
      sources.length === 1 && patternSources[pattern] === sources[0] && ignoreMerges === takesWhole,
  );
  if (found && !stages.some(({ addPrefixSpace }) => addPrefixSpace)) return found[0];
  throw fail('text/gguf-export', {
    what: 'pre_tokenizer',
    got: show(sources.length === 1 ? sources[0] : 'others'),
    known: `one of ${Object.values(patterns).map(({ pattern }) => pattern)} without prefix space`,
  });
}

/**
 * The tokenizer of a vocabulary: byte-level BPE, or over characters with merges by score, whose ids are those of llama.cpp.
 * Errors: `text/gguf`, `text/limit`, and those of `bpeTokenizer` and `characterBpeTokenizer`.
 */
export function fromGgufVocabulary(vocabulary: GgufVocabulary): SavableTokenizer {
  const { model } = vocabulary;
  if (!Object.hasOwn(readers, model)) {
    const known = 'gpt2 (byte-level BPE) or llama (pieces by score)';
    throw fail('text/gguf', { what: '`tokenizer.ggml.model`', got: model, known });
  }
  return readers[model](vocabulary, readTokens(vocabulary));
}

type Tokens = ReturnType<typeof readTokens>;

const readers: Readonly<
  Record<GgufVocabulary['model'], (vocabulary: GgufVocabulary, tokens: Tokens) => SavableTokenizer>
> = { gpt2: readByteLevel, llama: readPieces };

/** Ids by spelling, those of ordinary tokens apart too, and what is found in text before anything else. */
function readTokens({ tokens, kinds, eosId }: GgufVocabulary) {
  bound('tokens', 'size', tokens.length, limits.vocabSize);
  const vocab = new Map<string, number>();
  const normal = new Map<string, number>();
  const addedTokens: AddedToken[] = [];
  tokens.forEach((content, id) => {
    const kind = kinds[id] ?? tokenKinds.normal;
    if (kind === tokenKinds.unused) return;
    const first = vocab.get(content);
    if (first !== undefined) {
      throw fail('text/gguf', { what: `token ${id}`, got: content, known: `another than token ${first}` });
    }
    vocab.set(content, id);
    if (kind === tokenKinds.normal) normal.set(content, id);
    const special = kind === tokenKinds.control || kind === tokenKinds.unknown;
    if (special || kind === tokenKinds.userDefined) addedTokens.push({ id, content, special });
  });
  const end = addedTokens.find(({ id, special }) => id === eosId && special);
  return { vocab, normal, addedTokens, ...(end && { eosToken: end.content }) };
}

function readByteLevel(
  { pre, merges = [] }: GgufVocabulary,
  { vocab, addedTokens, eosToken }: Tokens,
): SavableTokenizer {
  if (pre === undefined || !Object.hasOwn(patterns, pre)) {
    const known = `one of ${Object.keys(patterns).join(', ')}`;
    throw fail('text/gguf', { what: '`tokenizer.ggml.pre`', got: pre ?? 'nothing', known });
  }
  return bpeTokenizer({
    vocab,
    merges: merges.map((merge, i) => {
      const at = merge.indexOf(' ', 1);
      if (at > 0) return [merge.slice(0, at), merge.slice(at + 1)];
      throw fail('text/gguf', { what: `merge ${i}`, got: merge, known: 'two tokens' });
    }),
    addedTokens,
    eosToken,
    ...patterns[pre],
  });
}

function readPieces(
  { tokens, scores = [], addSpacePrefix = true, unknownId }: GgufVocabulary,
  { vocab, normal, addedTokens, eosToken }: Tokens,
): SavableTokenizer {
  const wrong = tokens.findIndex((_, id) => !Number.isFinite(scores[id]));
  if (wrong >= 0) {
    const got = scores[wrong] ?? 'nothing';
    throw fail('text/gguf', { what: `the score of token ${wrong}`, got, known: 'a finite number' });
  }
  const steps = addSpacePrefix ? [{ type: 'Prepend', prepend: BLANK }, spaceToBlank] : [spaceToBlank];
  const unknownToken = unknownId === undefined ? undefined : tokens[unknownId];
  return characterBpeTokenizer({
    vocab,
    merges: { rows: mergesByScore(normal, scores) },
    ...(unknownToken !== undefined && vocab.has(unknownToken) && { unknownToken }),
    byteFallback: true,
    addedTokens,
    eosToken,
    normalizer: { type: 'Sequence', normalizers: steps },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: BLANK }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
  });
}

const spaceToBlank: Component = { type: 'Replace', pattern: { String: ' ' }, content: BLANK };
