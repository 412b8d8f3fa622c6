/** Virtual tokens in the names and layout of Hugging Face's `peft` (read in 0.21): one tensor, `prompt_embeddings`, and what it is. */

import { countVirtual, type VirtualTokens } from '../nn/index.ts';
import { outsideScopes, reshape, stack, type Tensor, withRecording } from '../tensor/index.ts';
import { fail } from './errors.ts';
import type { PeftAdapter, PeftConfig } from './peft.ts';
import {
  checkRoom,
  inLayers,
  rowSize,
  type SoftPrompt,
  type SoftPromptMethod,
  type SoftPromptShape,
} from './soft-prompt.ts';
import { takeTensors } from './take-tensors.ts';

const TENSOR = 'prompt_embeddings';

/** What tells them apart; a network that made them is not kept, and they say of it only that there was one. */
const types: { readonly [M in SoftPromptMethod]: PeftConfig } = {
  prompt: { peft_type: 'PROMPT_TUNING', prompt_tuning_init: 'RANDOM' },
  'p-tuning': { peft_type: 'P_TUNING', encoder_reparameterization_type: 'MLP' },
  prefix: { peft_type: 'PREFIX_TUNING', prefix_projection: true },
  'p-tuning-v2': { peft_type: 'PREFIX_TUNING', prefix_projection: false },
};

export const isSoftPrompt = ({ peft_type }: PeftConfig): boolean =>
  Object.values(types).some((type) => type.peft_type === peft_type);

/** What `peft` reads. `base` is what the model is called. */
export function softPromptToPeft(
  { method, tokens }: SoftPrompt,
  shape: SoftPromptShape,
  base: string,
): PeftAdapter {
  const isKeys = 'layers' in tokens;
  return {
    config: {
      ...types[method],
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: base,
      inference_mode: true,
      num_virtual_tokens: countVirtual(tokens),
      token_dim: isKeys ? shape.kvHeads * shape.headSize : shape.width,
      num_attention_heads: isKeys ? shape.kvHeads : shape.heads,
      num_layers: shape.layers,
      num_transformer_submodules: 1,
    },
    tensors: new Map([[TENSOR, rowsOf(tokens)]]),
  };
}

function rowsOf(tokens: VirtualTokens): Tensor {
  if ('vectors' in tokens) return tokens.vectors;
  const parts = tokens.layers.flatMap(({ keys, values }) => [keys, values]);
  const count = countVirtual(tokens);
  return withRecording(false, () => outsideScopes(() => reshape(stack(parts, 1), [count, -1])));
}

/** Our virtual tokens from what `peft` wrote; `path` is what errors name. Every name and shape is checked. */
export function softPromptFromPeft(
  { config, tensors }: PeftAdapter,
  shape: SoftPromptShape,
  path: string,
): SoftPrompt {
  const { num_transformer_submodules: modules, num_virtual_tokens: count } = config;
  if (![1, undefined, null].includes(modules as number))
    throw fail('adapt/config', { path, key: 'num_transformer_submodules', got: modules, supported: '1' });
  if (!(Number.isInteger(count) && (count as number) > 0))
    throw fail('adapt/config', { path, key: 'num_virtual_tokens', got: count, supported: '1, 2, 3, …' });
  const isKeys = config.peft_type === 'PREFIX_TUNING';
  // As many numbers in more layers and fewer heads would pass for ours.
  const { num_layers: layers = shape.layers } = config;
  if (isKeys && layers !== shape.layers)
    throw fail('adapt/layer', { name: 'num_layers', expected: [shape.layers], got: [Number(layers)] });
  const { left, take } = takeTensors(tensors);
  const rows = take(TENSOR, [count as number, isKeys ? rowSize(shape) : shape.width]);
  if (left.size > 0) throw fail('adapt/names', { names: [...left.keys()] });
  checkRoom(count as number, shape);
  const tokens = isKeys
    ? withRecording(false, () => outsideScopes(() => inLayers(rows, shape)))
    : { vectors: rows };
  return { method: methodIn(config), tokens };
}

function methodIn({ peft_type, prefix_projection }: PeftConfig): SoftPromptMethod {
  if (peft_type === 'PROMPT_TUNING') return 'prompt';
  if (peft_type === 'P_TUNING') return 'p-tuning';
  return prefix_projection ? 'prefix' : 'p-tuning-v2';
}
