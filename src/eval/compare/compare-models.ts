/**
 * Several models side by side on the same held-out texts: how well each predicts them, and what each writes by each way of
 * decoding beside what people wrote. Plain data comes out; `comparePage` and the command line show it.
 */

import { parseStrategy } from '../../decode/index.ts';
import type { Label } from '../../plots/index.ts';
import { guessUnit, type TokenUnit } from '../../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { decodePrompts } from '../decode-prompts.ts';
import { checkInteger, fail } from '../errors.ts';
import { comparePaired, type Estimate, type LabRow, measureRow } from '../lab-rows.ts';
import { bootstrapInterval, holm, pairedPermutationTest } from '../significance.ts';
import { comparedTexts, textPrompts } from './compared-texts.ts';
import { type DocumentScore, scoreDocuments } from './score-documents.ts';

export interface ComparedModel {
  /** What it is called; no two are called the same. */
  readonly name: string;
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  readonly parameters?: number;
  /** Read before each text. Default: the end-of-text token, which stands between texts in training. */
  readonly prefixIds?: readonly number[];
}

export interface CompareOptions {
  /** At least 2. */
  readonly models: readonly ComparedModel[];
  /** Texts by people that none of them has learnt from. At least 2. */
  readonly heldOut: readonly string[];
  /** Specifications as `parseStrategy` reads them. Default greedy, beams, nucleus. */
  readonly strategies?: readonly string[];
  /** How many texts are read; long ones are cut into pieces. Default 200. */
  readonly documents?: number;
  /** How many of them are continued. Default 32. */
  readonly prompts?: number;
  /** Characters of each continuation, about. Default 64 where characters are counted, else 300; less where a context is short. */
  readonly length?: number;
  /** What repetition is counted in. Default `auto`: characters for Chinese, else words. */
  readonly unit?: TokenUnit | 'auto';
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** How one model reads. */
export interface ModelRow {
  readonly name: string;
  readonly parameters?: number;
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly tokensPerCharacter: number;
  /** Over all texts, with its 95 % interval over texts. */
  readonly bitsPerCharacter: Estimate;
  /** How likely so great a difference to the best model is by chance, over all models together; none for the best. */
  readonly pValue?: number;
}

/** What one model wrote by one strategy. */
export interface WrittenRow {
  readonly model: string;
  readonly row: LabRow;
}

export interface CompareReport {
  readonly settings: {
    readonly documents: number;
    readonly characters: number;
    readonly prompts: number;
    readonly length: number;
    readonly unit: TokenUnit;
    readonly seed: number;
  };
  readonly prompts: readonly string[];
  readonly models: readonly ModelRow[];
  /** The name of the model that needs the fewest bits. */
  readonly best: string;
  readonly people: LabRow;
  readonly rows: readonly WrittenRow[];
  /**
   * The row that is most like people: of those at least a quarter as long as their texts the ones with the fewest stuck texts, of
   * these the one whose diversity is nearest to theirs.
   */
  readonly nearest: { readonly model: string; readonly strategy: string };
}

/** What the comparison streams: where it is, and at the end what it found. */
export type CompareEvent =
  | { readonly type: 'progress'; readonly stage: Label; readonly done: number; readonly total: number }
  | { readonly type: 'report'; readonly report: CompareReport };

export const usualStrategies = ['greedy', 'beam:4', 'top-p:0.9'] as const;

/** Characters of a prompt where characters are counted, and where words are. */
const PROMPT_LENGTH = { characters: 8, words: 24 } as const;
const LENGTH = { characters: 64, words: 300 } as const;

/**
 * Reads held-out texts with each model and lets each continue their beginnings. An abort is thrown.
 *
 * @example
 * for await (const event of compareModels({ models: [small, large], heldOut })) {
 *   if (event.type === 'report') console.log(event.report.best);
 * }
 */
export async function* compareModels(options: CompareOptions): AsyncGenerator<CompareEvent, void> {
  const { documents: most = 200, prompts: count = 32, seed = 0, signal } = options;
  const where = 'compareModels';
  checkInteger(where, 'models', options.models.length, 2);
  checkInteger(where, 'documents', most, 2);
  checkInteger(where, 'prompts', count, 2);
  const specs = [...new Set(options.strategies ?? usualStrategies)];
  const strategies = specs.map((name) => ({ name, strategy: parseStrategy(name) }));
  const texts = comparedTexts(options.heldOut, most);
  if (texts.length < 2) throw fail('eval/no-texts', { where, least: 2, got: texts.length });
  const unit = options.unit === undefined || options.unit === 'auto' ? guessUnit(texts) : options.unit;
  const kind = unit === 'words' ? 'words' : 'characters';
  const models = withPrefixes(options.models);
  const total = models.length * (1 + strategies.length);
  let done = 0;
  const progress = (stage: Label): CompareEvent => ({ type: 'progress', stage, done: done++, total });

  const scores: DocumentScore[][] = [];
  for (const { name, model, tokenizer, prefixIds } of models) {
    yield progress(name);
    scores.push(await scoreDocuments(model, tokenizer, texts, { prefixIds, ...(signal && { signal }) }));
  }
  const rows = modelRows(models, scores, seed);

  const promptLength = PROMPT_LENGTH[kind];
  const length = roomFor(models, rows, options.length ?? LENGTH[kind], promptLength);
  const prompts = textPrompts(texts, {
    count,
    promptLength,
    length,
    fits: (prompt) =>
      models.every(({ prefixIds, tokenizer, model }, i) => {
        const read = prefixIds.length + tokenizer.encode(prompt).length;
        return read + tokensFor(rows[i], length) <= model.contextLength;
      }),
  });
  const measured = (
    name: string,
    tokenizer: Tokenizer,
    continuations: readonly Written[],
    seconds?: number,
  ): LabRow =>
    measureRow({
      name,
      guard: false,
      unit,
      seed,
      ...(seconds !== undefined && { seconds }),
      decode: (ids) => tokenizer.decode(ids),
      texts: continuations,
      // How likely each model finds its own text says nothing beside another model.
      read: [],
      starts: [],
    });
  const [{ tokenizer: anyTokenizer }] = models;
  const people = measured(
    'people',
    anyTokenizer,
    prompts.map(({ continuation }) => ({
      ids: anyTokenizer.encode(continuation),
      reason: 'stop',
      repairs: 0,
    })),
  );
  const written: WrittenRow[] = [];
  for (const [i, { name: model, model: writer, tokenizer, prefixIds }] of models.entries()) {
    const starts = prompts.map(({ prompt }) => [...prefixIds, ...tokenizer.encode(prompt)]);
    for (const { name, strategy } of strategies) {
      yield progress(`${model} · ${name}`);
      const begin = performance.now();
      const texts = await decodePrompts(writer, starts, {
        strategy,
        maxTokens: tokensFor(rows[i], length),
        eosIds: tokenizer.eosId === undefined ? [] : [tokenizer.eosId],
        seed,
        parallel: starts.length,
        ...(signal && { signal }),
      });
      written.push({ model, row: measured(name, tokenizer, texts, (performance.now() - begin) / 1000) });
    }
  }
  const sure = withPValues(written, people, seed);
  yield {
    type: 'report',
    report: {
      settings: {
        documents: texts.length,
        characters: sum(scores[0].map((score) => score.characters)),
        prompts: prompts.length,
        length,
        unit,
        seed,
      },
      prompts: prompts.map(({ prompt }) => prompt),
      models: rows,
      best: bestOf(rows).name,
      people,
      rows: sure,
      nearest: nearestToPeople(sure, people),
    },
  };
}

type Written = Parameters<typeof measureRow>[0]['texts'][number];

/** Checks the names, and says what stands before each text. */
function withPrefixes(
  models: readonly ComparedModel[],
): (ComparedModel & { prefixIds: readonly number[] })[] {
  const names = models.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw fail('eval/same-name', { where: 'compareModels', name: twice });
  return models.map((one) => ({
    ...one,
    prefixIds: one.prefixIds ?? (one.tokenizer.eosId === undefined ? [] : [one.tokenizer.eosId]),
  }));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const bestOf = (rows: readonly ModelRow[]): ModelRow =>
  rows.reduce((a, b) => (b.bitsPerCharacter.value < a.bitsPerCharacter.value ? b : a));

function modelRows(
  models: readonly ComparedModel[],
  all: readonly (readonly DocumentScore[])[],
  seed: number,
): ModelRow[] {
  const rows = models.map(({ name, model, parameters }, i): ModelRow => {
    const scores = all[i];
    const characters = sum(scores.map((score) => score.characters));
    const bitsPer = (items: ArrayLike<number>): number => {
      let [bits, of] = [0, 0];
      for (let j = 0; j < items.length; j++) {
        bits += scores[items[j]].bits;
        of += scores[items[j]].characters;
      }
      return bits / of;
    };
    return {
      name,
      ...(parameters !== undefined && { parameters }),
      vocabSize: model.vocabSize,
      contextLength: model.contextLength,
      tokensPerCharacter: sum(scores.map(({ tokens }) => tokens)) / characters,
      bitsPerCharacter: {
        value: bitsPer(scores.map((_, j) => j)),
        ...bootstrapInterval(scores.length, bitsPer, { seed }),
      },
    };
  });
  // The same texts for all: differences are looked at text by text.
  const best = rows.indexOf(bestOf(rows));
  const bitsOf = (i: number): number[] => all[i].map(({ bits }) => bits);
  const others = rows.map((_, i) => i).filter((i) => i !== best);
  const adjusted = holm(others.map((i) => pairedPermutationTest(bitsOf(i), bitsOf(best), { seed })));
  others.forEach((i, at) => {
    rows[i] = { ...rows[i], pValue: adjusted[at] };
  });
  return rows;
}

/** Tokens that a model needs for so many characters, by what it needed for the texts it read. */
const tokensFor = ({ tokensPerCharacter }: ModelRow, characters: number): number =>
  Math.max(1, Math.ceil(characters * tokensPerCharacter));

/** The longest continuation up to `wanted` for which every context has room, behind a prompt twice as long as usual. */
function roomFor(
  models: readonly { readonly prefixIds: readonly number[] }[],
  rows: readonly ModelRow[],
  wanted: number,
  promptLength: number,
): number {
  checkInteger('compareModels', 'length', wanted, 2);
  return rows.reduce((length, row, i) => {
    const before = models[i].prefixIds.length + tokensFor(row, 2 * promptLength);
    const room = Math.floor((row.contextLength - before) / row.tokensPerCharacter);
    if (room >= 2) return Math.min(length, room);
    const needed = before + tokensFor(row, 2);
    throw fail('eval/no-room', { where: 'compareModels', needed, contextLength: row.contextLength });
  }, wanted);
}

function withPValues(written: readonly WrittenRow[], people: LabRow, seed: number): WrittenRow[] {
  const adjusted = holm(
    comparePaired(
      written.map(({ row }) => row),
      people,
      seed,
    ),
  );
  return written.map(({ model, row }, i) => ({ model, row: { ...row, pValue: adjusted[i] } }));
}

function nearestToPeople(written: readonly WrittenRow[], people: LabRow): CompareReport['nearest'] {
  const least = (rows: readonly WrittenRow[]): WrittenRow[] => {
    const fewest = Math.min(...rows.map(({ row }) => row.stuck.value));
    return rows.filter(({ row }) => row.stuck.value === fewest);
  };
  // Who writes nothing repeats nothing.
  const long = written.filter(({ row }) => row.report.meanLength >= people.report.meanLength / 4);
  const distance = ({ row }: WrittenRow): number => Math.abs(row.diversity.value - people.diversity.value);
  const { model, row } = least(long.length > 0 ? long : written).reduce((a, b) =>
    distance(b) < distance(a) ? b : a,
  );
  return { model, strategy: row.name };
}
