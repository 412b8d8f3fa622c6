/** Byte-pair encoding over characters, with bytes for those the vocabulary lacks: LLaMA 2, Gemma, Mistral. */

import { assembleTokenizer, reservedIds, type TextParts } from './assemble.ts';
import { fail } from './errors.ts';
import { byteTokenIds, createFallback } from './fallback.ts';
import { createMerger } from './merge.ts';
import { createMergeRules, type MergeRow } from './merge-rules.ts';
import { MAX_CACHED_UNITS, PieceCache } from './piece-cache.ts';
import type { SavableTokenizer } from './save.ts';
import type { BpeEntry } from './tokenizer-file.ts';
import { widthAt } from './unicode.ts';
import { writeMerges } from './write-bpe.ts';

/** Merges by ids of the vocabulary: `priority` is their place. */
export interface MergeIds {
  readonly rows: readonly MergeRow[];
}

/** What a BPE tokenizer over characters is made of. */
export interface CharacterBpeOptions extends TextParts {
  /** Ids by spelling. Special tokens may stand here too. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Pairs of spellings, the first merged first. Both parts and their join must be in `vocab`. */
  readonly merges: readonly (readonly [left: string, right: string])[] | MergeIds;
  readonly unknownToken?: string;
  /** Neighbours that are unknown become one unknown token. Default false. */
  readonly fuseUnknown?: boolean;
  /** Spells unknown characters by the tokens of their bytes, where the vocabulary has them. Default false. */
  readonly byteFallback?: boolean;
  /** A piece that is a token as a whole is not merged. Default false. */
  readonly ignoreMerges?: boolean;
}

/**
 * A BPE tokenizer whose symbols are characters. Ids equal those of Hugging Face tokenizers with the same file. Errors:
 * `text/option`, `text/field`, `text/limit`, `text/unsupported`, `text/duplicate-id`, `text/merge`, `text/pattern`; later
 * `text/no-character`.
 */
export function characterBpeTokenizer(options: CharacterBpeOptions): SavableTokenizer<BpeEntry> {
  const { vocab, unknownToken, fuseUnknown = false, byteFallback = false, ignoreMerges = false } = options;
  const unknownId = unknownToken === undefined ? undefined : vocab.get(unknownToken);
  if (unknownToken !== undefined && unknownId === undefined) {
    throw fail('text/field', {
      where: 'model.unk_token',
      must: 'a token of the vocabulary',
      got: unknownToken,
    });
  }
  const reserved = reservedIds({ vocab, unknownId, byteFallback }, options);
  let vocabSize = 0;
  for (const id of vocab.values()) vocabSize = Math.max(vocabSize, id + 1);
  const rows = 'rows' in options.merges ? options.merges.rows : mergeIds(vocab, options.merges);
  // NOTE: no text may become a special token by merging.
  const merges = rows.filter(({ left, right, id }) => ![left, right, id].some((each) => reserved.has(each)));
  const merge = createMerger(createMergeRules(vocabSize, merges));
  const singles = new Map<string, number>();
  const plane = new Int32Array(0x10000).fill(-1);
  for (const [spelling, id] of vocab) {
    if (spelling === '' || spelling.length !== widthAt(spelling, 0) || reserved.has(id)) continue;
    if (spelling.length === 1) plane[spelling.charCodeAt(0)] = id;
    else singles.set(spelling, id);
  }
  const fallback = createFallback(
    byteFallback ? byteTokenIds((name) => vocab.get(name)) : undefined,
    unknownId,
  );
  const cache = new PieceCache();
  let symbols = new Int32Array(256);

  /** Leaves the ids of the piece in `symbols` and returns how many there are. */
  function encodeSymbols(text: string, start: number, end: number): number {
    if (symbols.length < (end - start) * 3) symbols = new Int32Array((end - start) * 6);
    if (ignoreMerges) {
      const whole = vocab.get(text.slice(start, end));
      if (whole !== undefined && !reserved.has(whole)) {
        symbols[0] = whole;
        return 1;
      }
    }
    let count = 0;
    const spelled: number[] = [];
    for (let at = start; at < end; ) {
      const width = widthAt(text, at);
      const id = width === 1 ? plane[text.charCodeAt(at)] : (singles.get(text.slice(at, at + 2)) ?? -1);
      if (id >= 0) symbols[count++] = id;
      else {
        spelled.length = 0;
        fallback(text, at, at + width, spelled);
        const fused =
          fuseUnknown && spelled[0] === unknownId && count > 0 && symbols[count - 1] === unknownId;
        if (!fused) for (const each of spelled) symbols[count++] = each;
      }
      at += width;
    }
    return merge(symbols, count);
  }

  return assembleTokenizer(
    {
      where: 'characterBpeTokenizer',
      vocab,
      unknownId,
      byteFallback,
      encodePiece(text, start, end, out) {
        const keep = end - start <= MAX_CACHED_UNITS;
        const hash = keep ? PieceCache.hash(text, start, end) : 0;
        if (keep && cache.appendIds(text, start, end, hash, out)) return;
        const count = encodeSymbols(text, start, end);
        for (let i = 0; i < count; i++) out.push(symbols[i]);
        if (keep) cache.keep(text, start, end, hash, symbols, count);
      },
      entry: () => ({
        type: 'BPE',
        dropout: null,
        unk_token: unknownToken ?? null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: fuseUnknown,
        byte_fallback: byteFallback,
        ignore_merges: ignoreMerges,
        vocab: Object.fromEntries([...vocab].sort((a, b) => a[1] - b[1])),
        merges: writeMerges('rows' in options.merges ? spelled(vocab, rows) : options.merges),
      }),
    },
    options,
  );
}

type Pair = readonly [left: string, right: string];

/** Errors: `text/merge`. */
function mergeIds(vocab: ReadonlyMap<string, number>, pairs: readonly Pair[]): MergeRow[] {
  const idOf = (spelling: string, index: number): number => {
    const id = vocab.get(spelling);
    if (id === undefined) throw fail('text/merge', { index, token: spelling });
    return id;
  };
  return pairs.map(([left, right], priority) => ({
    left: idOf(left, priority),
    right: idOf(right, priority),
    priority,
    id: idOf(left + right, priority),
  }));
}

/** The way back. */
function spelled(vocab: ReadonlyMap<string, number>, rows: readonly MergeRow[]): Pair[] {
  const spellings = new Map([...vocab].map(([spelling, id]) => [id, spelling]));
  return rows.map(({ left, right }) => [spellings.get(left)!, spellings.get(right)!]);
}
