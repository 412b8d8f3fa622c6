/**
 * The orders and conventions of other projects, so that the same options give the same logits there and here. A preset
 * sets no values: what is left out stays off.
 */

import type { ProcessorName, ProcessorSettings } from './processor-options.ts';

export type Preset = 'hf' | 'vllm' | 'llama.cpp';

export interface PresetRow {
  /** Every processor, in the order in which it runs. Those that the project does not have stand where ours runs them. */
  readonly order: readonly ProcessorName[];
  /** Settings that hold unless given. */
  readonly conventions: { readonly [Name in keyof ProcessorSettings]?: Partial<ProcessorSettings[Name]> };
}

/** llama.cpp looks back over this many tokens, prompt included. */
const LLAMA_WINDOW = { window: 64, includePrompt: true };

export const PRESETS: { readonly [Name in Preset]: PresetRow } = {
  // transformers 5: `_get_logits_processor` in generation/utils.py.
  hf: {
    order: [
      'constraint',
      'logitBias',
      'repetitionPenalty',
      'frequencyPenalty',
      'presencePenalty',
      'dry',
      'noRepeatNgram',
      'badWords',
      'minTokens',
      'forcedPrefix',
      'processors',
      'lookBack',
      'noise',
      'temperature',
      'dynamicTemperature',
      'topNSigma',
      'topH',
      'topK',
      'topP',
      'minP',
      'typicalP',
      'epsilonCutoff',
      'etaCutoff',
      'xtc',
      'mirostat',
      'watermark',
    ],
    conventions: {},
  },
  // vLLM V1: `Sampler.forward` in v1/sample/sampler.py. Bad words are looked for in the output alone.
  vllm: {
    order: [
      'constraint',
      'badWords',
      'minTokens',
      'logitBias',
      'processors',
      'repetitionPenalty',
      'frequencyPenalty',
      'presencePenalty',
      'dry',
      'noRepeatNgram',
      'forcedPrefix',
      'lookBack',
      'noise',
      'temperature',
      'dynamicTemperature',
      'minP',
      'topNSigma',
      'topH',
      'topK',
      'topP',
      'typicalP',
      'epsilonCutoff',
      'etaCutoff',
      'xtc',
      'mirostat',
      'watermark',
    ],
    conventions: {
      repetitionPenalty: { includePrompt: true },
      frequencyPenalty: { includePrompt: false },
      presencePenalty: { includePrompt: false },
      badWords: { includePrompt: false },
    },
  },
  // llama.cpp: `common_params_sampling.samplers` in common/common.h. Penalties see the last 64 tokens; temperature is last.
  'llama.cpp': {
    order: [
      'constraint',
      'logitBias',
      'processors',
      'repetitionPenalty',
      'frequencyPenalty',
      'presencePenalty',
      'dry',
      'noRepeatNgram',
      'badWords',
      'minTokens',
      'forcedPrefix',
      'lookBack',
      'noise',
      'topNSigma',
      'topH',
      'topK',
      'typicalP',
      'topP',
      'minP',
      'epsilonCutoff',
      'etaCutoff',
      'xtc',
      'temperature',
      'dynamicTemperature',
      'mirostat',
      'watermark',
    ],
    conventions: {
      repetitionPenalty: LLAMA_WINDOW,
      frequencyPenalty: LLAMA_WINDOW,
      presencePenalty: LLAMA_WINDOW,
      dry: { ...LLAMA_WINDOW, breakers: ['\n', ':', '"', '*'] },
      mirostat: { surprise: 'truncated' },
    },
  },
};
