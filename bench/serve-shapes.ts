/** Models with random weights that are served for measurement, and a tokenizer with a character for every token. */

import { firstRunPreset } from '../src/cli/first-run.ts';
import { type DecoderConfig, decoderConfig } from '../src/models/index.ts';
import { trainCharacters } from '../src/text/index.ts';

export interface ServeShape {
  readonly config: DecoderConfig;
  /** How matrices are kept. Default f32, as the peer keeps them. */
  readonly weights?: 'bf16';
  /** Tokens of each prompt, and of each text. */
  readonly prompt: number;
  readonly tokens: number;
}

const { model } = firstRunPreset({ minutes: 2, gflops: 150 });

const firstRun = { config: decoderConfig({ ...model, vocabSize: 6000 }), prompt: 16, tokens: 40 };

export const serveShapes: Readonly<Record<string, ServeShape>> = {
  'first-run': firstRun,
  'first-run-bf16': { ...firstRun, weights: 'bf16' },
  'gpt2-small': {
    config: decoderConfig({ layers: 12, heads: 12, width: 768, vocabSize: 50_257, contextLength: 1024 }),
    prompt: 64,
    tokens: 32,
  },
};

const FIRST_CHARACTER = 0x20000;
/** Bytes, and an end of text. */
const OTHERS = 257;

/** The character of a token. */
export const characterOf = (token: number): string => String.fromCodePoint(FIRST_CHARACTER + token);

export const characterTokenizer = (vocabSize: number) =>
  trainCharacters(
    Array.from({ length: vocabSize - OTHERS }, (_, i) => characterOf(i)),
    { specialTokens: ['<|endoftext|>'] },
  );
