/** Encoder–decoders of a run, or of a folder of T5 or Marian that came from elsewhere, with their tokenizer; and their work. */

import { join } from 'node:path';
import {
  beamSearch,
  collectTexts,
  createTextModel,
  fromSource,
  guarded,
  parseStrategy,
  type Strategy,
  sourceReader,
} from '../decode/index.ts';
import {
  type EncoderDecoderModel,
  encoderDecoderConfig,
  encoderDecoderFromFile,
  encoderDecoderModel,
  isForeignEncoderDecoder,
  loadEncoderDecoder,
} from '../models/index.ts';
import { readRunConfig } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import { readPairRun } from './runs.ts';
import { readTokenizer } from './tokenizers.ts';

/** A model that is ready to translate. */
export interface Translator {
  readonly model: EncoderDecoderModel;
  readonly tokenizer: Tokenizer;
  /** Ends every source and every translation. Default: the tokenizer's end of text. */
  readonly endId?: number;
}

/** The latest checkpoint of an encoder–decoder's run; or a folder of T5's or Marian's class with its `tokenizer.json`. */
export async function readTranslator(folder: string): Promise<Translator> {
  const json = await readRunConfig(folder);
  if (isObject(json) && isForeignEncoderDecoder(json)) {
    const { config, params } = await loadEncoderDecoder(folder);
    const tokenizer = await readTokenizer(join(folder, 'tokenizer.json'));
    const endId = typeof json.eos_token_id === 'number' ? json.eos_token_id : tokenizer.eosId;
    return { model: encoderDecoderModel(params, config), tokenizer, ...(endId !== undefined && { endId }) };
  }
  const { run, config: saved, tokenizer } = await readPairRun(folder);
  const config = encoderDecoderConfig(saved.model);
  return {
    model: encoderDecoderModel(encoderDecoderFromFile(config, await run.weights()), config),
    tokenizer,
  };
}

const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null;

export interface TranslateOptions {
  /** As `parseStrategy` reads it. Default: beam search with 4 beams. */
  readonly strategy?: string;
  /** Keeps loops from the reader. */
  readonly guard?: boolean;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** The ids of a source as the model reads them. */
export function sourceIds({ tokenizer, endId = tokenizer.eosId }: Translator, text: string): number[] {
  const ids = tokenizer.encode(text);
  return endId === undefined ? ids : [...ids, endId];
}

/** Lines that are translated side by side. */
export const LINES_AT_ONCE = 16;

/** @throws `cli/source-line` for the first that is longer than the model reads */
export function checkLengths(translator: Translator, sources: readonly string[]): void {
  const most = translator.model.sourceLength;
  for (const [i, source] of sources.entries()) {
    const tokens = sourceIds(translator, source).length;
    if (tokens > most) throw fail('cli/source-line', { line: i + 1, tokens, most });
  }
}

/** Translates several lines side by side, each as it is alone. */
export async function translateTexts(
  translator: Translator,
  texts: readonly string[],
  { strategy: spec, guard = false, maxTokens, seed = 0, signal }: TranslateOptions = {},
): Promise<string[]> {
  const { model, tokenizer, endId = tokenizer.eosId } = translator;
  // Where a text begins with a token of its own, such as padding, that token is never written.
  const badWords = endId === model.startId ? undefined : [[model.startId]];
  const inner: Strategy = spec
    ? parseStrategy(spec, { badWords, tokenizer })
    : beamSearch({ beams: 4, badWords });
  const strategy = fromSource(guard ? guarded(inner) : inner, model);
  const writer = createTextModel(sourceReader(model), tokenizer, { strategy });
  const prompt = texts.map((text) => sourceIds(translator, text));
  const eosIds = endId === undefined ? [] : [endId];
  const written = await collectTexts(writer.generate({ prompt, eosIds, maxTokens, seed, signal }));
  // A line stays a line.
  return written.map(({ text }) => text.trim().replaceAll(/\s*\n\s*/g, ' '));
}
