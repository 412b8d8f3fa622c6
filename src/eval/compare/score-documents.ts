/** How many bits a model needs for each text: what models with different tokenizers can be compared by. */

import type { LanguageModel, Tokenizer } from '../../types.ts';
import { readTexts } from '../read-texts.ts';

export interface DocumentScore {
  /** Bits of the text; that it ends is not counted, since not every vocabulary says it. */
  readonly bits: number;
  /** Unicode characters. */
  readonly characters: number;
  readonly tokens: number;
}

export interface ScoreDocumentsOptions {
  /** Read before each text. Without any, the first token of a text costs log2 of the vocabulary: nothing tells it. */
  readonly prefixIds?: readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * The score of each text. One that is longer than the context is read in windows that overlap by half, so that every token but
 * the first ones has at least half a context before it; each token counts once.
 */
export async function scoreDocuments(
  model: LanguageModel,
  tokenizer: Tokenizer,
  texts: readonly string[],
  { prefixIds = [], signal }: ScoreDocumentsOptions = {},
): Promise<DocumentScore[]> {
  const windows = texts.flatMap((text, document) =>
    windowsOf([...prefixIds, ...tokenizer.encode(text)], model.contextLength, prefixIds.length).map(
      (window) => ({ ...window, document }),
    ),
  );
  const read = await readTexts(
    model,
    windows.map(({ ids }) => ids),
    { ...(signal && { signal }) },
  );
  const scores = texts.map((text) => ({ bits: 0, characters: [...text].length, tokens: 0 }));
  windows.forEach(({ document, ids, from }, i) => {
    const score = scores[document];
    score.tokens += ids.length - from;
    if (from === 0 && ids.length > 0) score.bits += Math.log2(model.vocabSize);
    // Entry i is about token i + 1.
    for (const logprob of read[i].logprobs.subarray(Math.max(from - 1, 0))) score.bits -= logprob / Math.LN2;
  });
  return scores;
}

/** Pieces of at most `most` ids; tokens count from `from` on. The first `given` ids are never counted. */
function windowsOf(ids: readonly number[], most: number, given: number): { ids: number[]; from: number }[] {
  if (ids.length === given) return [];
  const windows = [{ ids: ids.slice(0, most), from: given }];
  const step = Math.max(1, Math.floor(most / 2));
  for (let read = most; read < ids.length; read += step) {
    const end = Math.min(read + step, ids.length);
    const start = end - most;
    windows.push({ ids: ids.slice(start, end), from: read - start });
  }
  return windows;
}
