/** New tokens for BPE: the old merges first, then merges learned on what they leave. */

import { unspellBytes } from './byte-level.ts';
import { componentsOf } from './components.ts';
import { countPieces, cutByStages } from './count-pieces.ts';
import { readCutter } from './cutters.ts';
import type { ExtendRequest, ExtendResult, NewToken } from './extend.ts';
import { readNormalizer } from './normalizers.ts';
import { createPacer } from './pacer.ts';
import { createPairMerger } from './pair-merger.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import { readStages } from './read-bpe.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { splitters } from './split.ts';
import type { BpeEntry, TokenizerFile } from './tokenizer-file.ts';

/** Words with these symbols' ids, in one form for both kinds. */
interface Pieces {
  readonly counts: ReadonlyMap<string, number>;
  /** The file of a tokenizer that takes a piece as it is. */
  readonly whole: TokenizerFile<BpeEntry>;
  /** The text of a spelling, or `undefined` where it is only part of a character. */
  readonly textOf: (spelling: string) => string | undefined;
}

export async function extendBpe(request: ExtendRequest<BpeEntry>): Promise<ExtendResult<BpeEntry>> {
  const { file, firstId, room, minFrequency, allowed, pace } = request;
  const stages = componentsOf(file.pre_tokenizer, 'pre_tokenizer', 'pretokenizers');
  const byteLevel = stages.at(-1)?.type === 'ByteLevel';
  const pause = createPacer(pace);
  const { counts, whole, textOf } = await (byteLevel ? bytePieces : characterPieces)(request, pause);
  const vocab = new Map(Object.entries(file.model.vocab));
  const reserved = new Set([...vocab.keys(), ...file.added_tokens.map(({ content }) => content)]);
  const added: NewToken[] = [];
  const from = new Map<string, readonly number[]>();
  const add = (spelling: string, before: readonly number[]): void => {
    const id = firstId + added.length;
    vocab.set(spelling, id);
    from.set(spelling, before);
    added.push({ id, from: before });
  };

  const before = loadTokenizer(JSON.stringify(whole));
  if (!byteLevel) {
    // Characters that were spelled by bytes, or not at all.
    for (const character of frequent(counts, minFrequency)) {
      if (added.length >= room) break;
      if (!reserved.has(character) && allowed(character)) add(character, before.encode(character));
    }
  }
  const model = { ...file.model, vocab: Object.fromEntries(vocab) };
  const encoder = loadTokenizer(JSON.stringify({ ...whole, model }));
  const spellings = new Map([...vocab].map(([spelling, id]) => [id, spelling]));
  const local = new Map<string, number>();
  const words = wordsOf(counts, (piece) =>
    encoder.encode(piece).map((id) => {
      const spelling = spellings.get(id);
      const whole = spelling !== undefined && id !== encoder.unknownId && !encoder.isFallback?.(id);
      if (!whole) return -1;
      if (!local.has(spelling)) local.set(spelling, local.size);
      return local.get(spelling)!;
    }),
  );
  const merges: [string, string][] = [];
  const refused = {
    has: (spelling: string): boolean => {
      if (reserved.has(spelling)) return true;
      const text = textOf(spelling);
      return text !== undefined && !allowed(text);
    },
  };
  const mergeNext = createPairMerger(words, local, { special: refused, minFrequency });
  const oldIds = (spelling: string): readonly number[] => from.get(spelling) ?? [vocab.get(spelling)!];
  while (added.length < room) {
    const merge = mergeNext();
    if (!merge) break;
    const [left, right] = merge;
    if (!vocab.has(left + right)) add(left + right, [...oldIds(left), ...oldIds(right)]);
    merges.push([left, right]);
    if (merges.length % 16 === 0) await pause({ phase: 'merge', done: added.length, total: room });
  }
  const pairs = file.model.merges.map((merge) =>
    typeof merge === 'string' ? (merge.split(' ') as [string, string]) : merge,
  );
  return {
    model: { ...file.model, vocab: Object.fromEntries(vocab), merges: [...pairs, ...merges] },
    added,
  };
}

async function bytePieces(
  { file, texts }: ExtendRequest<BpeEntry>,
  pause: ReturnType<typeof createPacer>,
): Promise<Pieces> {
  const stages = readStages(componentsOf(file.pre_tokenizer, 'pre_tokenizer', 'pretokenizers'));
  const normalize = readNormalizer(file.normalizer);
  const cut = cutByStages(createPreTokenizer(stages));
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return {
    counts: await countPieces(texts, (text, emit) => cut(normalize ? normalize(text) : text, emit), pause),
    whole: {
      ...file,
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    },
    textOf(spelling) {
      try {
        return utf8.decode(unspellBytes(spelling));
      } catch {
        return undefined;
      }
    },
  };
}

/** Pieces over characters are cut once more, so that tokens stay inside words and a long text is not one word. */
async function characterPieces(
  { file, texts }: ExtendRequest<BpeEntry>,
  pause: ReturnType<typeof createPacer>,
): Promise<Pieces> {
  const normalize = readNormalizer(file.normalizer);
  const cut = readCutter(file.pre_tokenizer);
  const cutting = cutByStages(createPreTokenizer([{ pattern: undefined }]));
  return {
    counts: await countPieces(
      texts,
      (text, emit) =>
        cutting(normalize ? normalize(text) : text, (given) => {
          cut(given, true, (piece, start, end) => {
            const part = piece.slice(start, end);
            for (let at = 0; at < part.length; ) {
              // The sign for a space goes with the word behind it.
              const next = splitters.gpt2(part, part[at] === '▁' && at + 1 < part.length ? at + 1 : at);
              emit(part, at, next);
              at = next;
            }
          });
        }),
      pause,
    ),
    whole: { ...file, normalizer: null, pre_tokenizer: null },
    textOf: (spelling) => spelling,
  };
}

/** The characters of the pieces that occur at least so often, the most frequent first. */
function frequent(counts: ReadonlyMap<string, number>, least: number): string[] {
  const found = new Map<string, number>();
  for (const [piece, count] of counts) {
    for (const character of piece) found.set(character, (found.get(character) ?? 0) + count);
  }
  return [...found]
    .filter(([character, count]) => count >= Math.max(1, least) && !/\p{Cs}/u.test(character))
    .sort((a, b) => b[1] - a[1] || a[0].codePointAt(0)! - b[0].codePointAt(0)!)
    .map(([character]) => character);
}

/** Pieces as symbols; a symbol of -1 ends a word. */
function wordsOf(counts: ReadonlyMap<string, number>, symbolsOf: (piece: string) => number[]) {
  const symbols: number[] = [];
  const starts: number[] = [];
  const lengths: number[] = [];
  const frequencies: number[] = [];
  for (const [piece, count] of counts) {
    let start = symbols.length;
    for (const symbol of [...symbolsOf(piece), -1]) {
      if (symbol >= 0) {
        symbols.push(symbol);
        continue;
      }
      if (symbols.length - start < 2) symbols.length = start;
      else {
        starts.push(start);
        lengths.push(symbols.length - start);
        frequencies.push(count);
      }
      start = symbols.length;
    }
  }
  return { symbols: Int32Array.from(symbols), starts, lengths, frequencies };
}
