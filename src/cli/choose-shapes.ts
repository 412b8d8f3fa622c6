/** Shapes of the models that a choice is made of: as they were published, or of a size that fits the data. */

import type { ChoiceFacts, ChoiceLanguage } from '../eval/index.ts';
import { type DecoderConfig, type DecoderOptions, decoderConfig } from '../models/index.ts';
import { trainingPresets } from './recipe.ts';

/** What models that are trained here begin from. */
export const OWN_PRESET = 'shakespeare-cpu';
export const ownPreset = trainingPresets[OWN_PRESET];

/** Sizes of models trained here by what there is to learn from; heads are 32 wide, as the preset's are. */
const sizes = [
  { from: 0, layers: 2, width: 64 },
  { from: 100_000, layers: 4, width: 128 },
  { from: 5_000_000, layers: 6, width: 256 },
] as const;
const HEAD_SIZE = 32;
/** More often than four times the same text teaches little (Muennighoff et al. 2023). */
const EPOCHS = 4;
/** Fewer updates are no training; more are for another machine than one that is asked what to choose. */
const [LEAST_STEPS, MOST_STEPS] = [200, 20_000];
/** A tenth of the texts is held out. */
export const LEARNT_SHARE = 0.9;

/** What a size follows from; `steps` where they are not to follow from the data. */
export interface ShapeGrounds {
  readonly facts: ChoiceFacts;
  readonly steps?: number;
}

export interface OwnShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly steps: number;
}

/** Size and updates of a model that is trained here on the characters of the data. */
export function ownShape({ facts, steps }: ShapeGrounds): OwnShape {
  const { layers, width } = sizes.filter(({ from }) => facts.characters >= from).at(-1)!;
  const perStep = ownPreset.recipe.batchSize * ownPreset.model.contextLength;
  const wanted = Math.ceil((EPOCHS * LEARNT_SHARE * facts.characters) / perStep);
  const own = Math.min(MOST_STEPS, Math.max(LEAST_STEPS, wanted));
  return { layers, width, heads: width / HEAD_SIZE, steps: steps ?? own };
}

/** Its config; `changes` over it. */
export const ownConfig = (grounds: ShapeGrounds, changes: Partial<DecoderOptions> = {}): DecoderConfig => {
  const { layers, width, heads } = ownShape(grounds);
  const vocabSize = grounds.facts.characterKinds + 2;
  return decoderConfig({ ...ownPreset.model, layers, width, heads, vocabSize, ...changes });
};

/** Vocabularies of BERT: English, Chinese, and the multilingual one (Devlin et al. 2019). */
const bertVocabulary: { readonly [L in ChoiceLanguage]: number } = {
  en: 30_522,
  zh: 21_128,
  mixed: 119_547,
  other: 119_547,
};

/** BERT base, with the vocabulary of the language. */
export const bertBase = ({ language }: ChoiceFacts): DecoderConfig =>
  decoderConfig({
    vocabSize: bertVocabulary[language],
    contextLength: 512,
    width: 768,
    layers: 12,
    heads: 12,
    bias: true,
    tiedHead: true,
  });

const llama = { norm: 'rmsNorm', positions: 'rotary', activation: 'swiglu' } as const;
/** Qwen2.5-0.5B as it was published, reading 512 tokens. */
export const halfBillion = decoderConfig({
  ...llama,
  vocabSize: 151_936,
  contextLength: 512,
  width: 896,
  layers: 24,
  heads: 14,
  kvHeads: 2,
  ffnSize: 4864,
  tiedHead: true,
});
/** LLaMA 7B as it was published, reading 512 tokens. */
export const sevenBillion = decoderConfig({
  ...llama,
  vocabSize: 32_000,
  contextLength: 512,
  width: 4096,
  layers: 32,
  heads: 32,
  ffnSize: 11_008,
  tiedHead: false,
});
/** Marian as OPUS-MT has it: six layers each way, and attention to the source as four more. */
export const marian = decoderConfig({
  vocabSize: 65_001,
  contextLength: 512,
  width: 512,
  layers: 14,
  heads: 8,
  ffnSize: 2048,
  bias: true,
  tiedHead: true,
});
