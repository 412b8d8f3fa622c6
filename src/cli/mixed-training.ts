/** A lesson of several languages: rows of each in its share, each measured by itself. */

import {
  batchRows,
  cutRows,
  type MixedRows,
  mixRows,
  type RowSource,
  SMALLEST_SHARE,
  type TokenCorpus,
  temperatureShares,
} from '../data/index.ts';
import { fail } from './errors.ts';
import type { LanguageTexts } from './languages.ts';
import {
  evaluationRows,
  heldOutTokens,
  type Lesson,
  learnableTokens,
  MOST_COUNTED,
  rowsOf,
  type TrainingOptions,
  type TrainTokens,
} from './training.ts';

/** What a run keeps of each of its languages. */
export interface LanguageRecord {
  readonly name: string;
  readonly source: string;
  readonly documents: number;
  readonly heldOutDocuments: number;
  readonly trainTokens: number;
  /** Of the rows that are learned from. */
  readonly share: number;
}

/** How a model does in one language. */
export interface LanguageScore extends Pick<LanguageRecord, 'name' | 'share'> {
  /** Learned from so far. */
  readonly tokensSeen: number;
  /** Held out, in nats per token. */
  readonly loss: number;
  readonly bitsPerCharacter: number;
  /** Comparable between languages, as bytes are the same everywhere. */
  readonly bitsPerByte: number;
}

/** The parts of a lesson that are the mixture's; and the tokens by which a model may begin. */
export async function mixedParts(
  options: TrainingOptions<unknown>,
  languages: readonly LanguageTexts[],
  contextLength: number,
): Promise<{
  readonly trainTokens: TrainTokens;
  readonly parts: Pick<Lesson<unknown, unknown>, 'batches' | 'measure' | 'figuresOf' | 'languages'>;
}> {
  const { tokenizer, recipe, seed, signal } = options;
  const read: { texts: LanguageTexts; train: TokenCorpus; heldOut: HeldOut; rows: RowSource }[] = [];
  for (const texts of languages) {
    const train = await learnableTokens(texts.train, { ...options, source: texts.source }, contextLength);
    const heldOut = await heldOutTokens(texts.heldOut, tokenizer, signal, languages.length);
    read.push({ texts, train, heldOut, rows: evaluationRows(heldOut.tokens, contextLength, tokenizer) });
  }
  const shares = temperatureShares(
    read.map(({ train }) => train.length),
    recipe.mixTemperature ?? 1,
  );
  const small = shares.findIndex((share) => share < SMALLEST_SHARE);
  if (small >= 0) {
    const { name } = languages[small];
    throw fail('cli/language-share', { name, share: shares[small], least: SMALLEST_SHARE });
  }
  const records = read.map(({ texts: { name, source, train: documents, heldOut }, train }, i) => ({
    ...{ name, source, documents: documents.length, heldOutDocuments: heldOut.length },
    ...{ trainTokens: train.length, share: shares[i] },
  }));
  const rows = mixRows(
    read.map(({ train: tokens }, i) => ({
      rows: cutRows({ tokens, contextLength, seed: seed + i, ...rowsOf(recipe, tokenizer) }),
      weight: shares[i],
    })),
    { seed },
  );
  return {
    trainTokens: tokensOf(
      read.map(({ train }) => train),
      shares,
    ),
    parts: {
      batches: batchRows(rows, recipe.batchSize),
      languages: records,
      ...scored(read, records, rows, recipe.batchSize),
    },
  };
}

type HeldOut = Awaited<ReturnType<typeof heldOutTokens>>;

/** Measures language by language and keeps what came of it until it is told. */
function scored(
  read: readonly { readonly heldOut: HeldOut; readonly rows: RowSource }[],
  records: readonly LanguageRecord[],
  mixed: MixedRows,
  batchSize: number,
): Pick<Lesson<unknown, unknown>, 'measure' | 'figuresOf'> {
  let losses: number[] = [];
  const over = (count: (heldOut: HeldOut) => number): number =>
    read.reduce((sum, { heldOut }) => sum + count(heldOut), 0);
  const targets = over((heldOut) => heldOut.targets);
  const characters = over((heldOut) => heldOut.characters);
  return {
    async measure(lossOn) {
      const measured: number[] = [];
      for (const { rows } of read) measured.push(await lossOn(rows));
      losses = measured;
      return read.reduce((sum, { heldOut }, i) => sum + losses[i] * heldOut.targets, 0) / targets;
    },
    figuresOf(heldOutLoss, step) {
      const dealt = mixed.dealt(step * batchSize);
      return {
        bitsPerCharacter: (heldOutLoss * targets) / characters / Math.LN2,
        languages: records.map(({ name, share }, i): LanguageScore => {
          const { targets: own, characters: length, bytes } = read[i].heldOut;
          const bits = (losses[i] * own) / Math.LN2;
          return {
            ...{ name, share, tokensSeen: dealt[i] * mixed.contextLength, loss: losses[i] },
            ...{ bitsPerCharacter: bits / length, bitsPerByte: bits / bytes },
          };
        }),
      };
    },
  };
}

/** How many tokens there are, and some of each language by which pairs are counted. */
function tokensOf(corpora: readonly TokenCorpus[], shares: readonly number[]): TrainTokens {
  const length = corpora.reduce((sum, corpus) => sum + corpus.length, 0);
  const most = Math.min(length, MOST_COUNTED);
  const parts = corpora.map(({ tokens }, i) => tokens.subarray(0, Math.ceil(shares[i] * most)));
  const tokens = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    tokens.set(part, at);
    at += part.length;
  }
  return { length, tokens };
}
