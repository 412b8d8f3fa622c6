/** Beam search, diverse beam search, contrastive search and guidance, token for token as Hugging Face has them. */

import { describe, expect, test } from 'vitest';
import {
  beamSearch,
  classifierFreeGuidance,
  contrastiveSearch,
  diverseBeamSearch,
  generateTokens,
  greedySearch,
  type Strategy,
} from '../../src/decode/index.ts';
import { createLanguageModel } from '../../src/models/index.ts';
import { goldenModel, readGolden } from './model-golden.ts';

interface Case {
  readonly prompt: number[];
  readonly maxTokens: number;
  readonly eos: number[];
  readonly options: {
    readonly num_beams?: number;
    readonly num_return_sequences?: number;
    readonly num_beam_groups?: number;
    readonly diversity_penalty?: number;
    readonly length_penalty?: number;
    readonly early_stopping?: boolean | 'never';
    readonly repetition_penalty?: number;
    readonly no_repeat_ngram_size?: number;
    readonly top_k?: number;
    readonly penalty_alpha?: number;
    readonly guidance_scale?: number;
    readonly negative_prompt_ids?: number[];
  };
  readonly ids: number[][];
  readonly scores?: number[];
}

const golden = readGolden<
  { readonly config: { readonly [key: string]: unknown } } & {
    readonly [name in 'beam' | 'group' | 'contrastive' | 'guidance']: readonly Case[];
  }
>('generators');

const { params, config } = goldenModel('gpt2', golden.config);
const model = createLanguageModel(params, config);

async function textsOf({ prompt, maxTokens, eos, options }: Case, strategy: Strategy) {
  const n = options.num_return_sequences ?? 1;
  const ids: number[][] = Array.from({ length: n }, () => []);
  const scores: number[] = [];
  for await (const event of generateTokens(model, prompt, { strategy, maxTokens, eosIds: eos, n, seed: 1 })) {
    if (event.type === 'token') ids[event.index].push(event.id);
    else if (event.type === 'finish') scores[event.index] = event.score ?? 0;
  }
  return { ids, scores };
}

const makers: {
  readonly [name in 'beam' | 'group' | 'contrastive' | 'guidance']: (options: Case['options']) => Strategy;
} = {
  beam: (options) => beamSearch(beamOptions(options)),
  group: (options) =>
    diverseBeamSearch({
      ...beamOptions(options),
      groups: options.num_beam_groups,
      diversityPenalty: options.diversity_penalty,
    }),
  contrastive: (options) =>
    contrastiveSearch({ ...penalties(options), k: options.top_k, alpha: options.penalty_alpha }),
  guidance: (options) =>
    classifierFreeGuidance(greedySearch(), {
      scale: options.guidance_scale,
      negativeIds: options.negative_prompt_ids,
    }),
};

const penalties = (options: Case['options']) => ({
  repetitionPenalty: options.repetition_penalty,
  noRepeatNgram: options.no_repeat_ngram_size,
});

const beamOptions = (options: Case['options']) => ({
  ...penalties(options),
  beams: options.num_beams,
  lengthPenalty: options.length_penalty,
  earlyStopping: options.early_stopping,
});

describe.each(['beam', 'group', 'contrastive', 'guidance'] as const)('%s', (name) => {
  test(`all ${golden[name].length} texts are the reference's, and their scores`, {
    timeout: 300_000,
  }, async () => {
    for (const one of golden[name]) {
      const { ids, scores } = await textsOf(one, makers[name](one.options));
      expect(ids, JSON.stringify(one)).toEqual(one.ids);
      one.scores?.forEach((score, i) => expect(scores[i]).toBeCloseTo(score, 3));
    }
  });
});

test('the references are not all alike', () => {
  const differing = (name: 'beam' | 'group' | 'contrastive') =>
    new Set(golden[name].filter(({ prompt }) => prompt.length === 1).map(({ ids }) => String(ids))).size;
  expect(differing('beam')).toBeGreaterThan(4);
  expect(differing('group')).toBeGreaterThan(4);
  expect(differing('contrastive')).toBeGreaterThan(4);
});
