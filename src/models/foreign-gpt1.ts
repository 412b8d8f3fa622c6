/** Names and config of Hugging Face's first GPT (`transformers/models/openai`): GPT-2's layers with the norms behind them. */

import type { FfnActivation } from '../nn/index.ts';
import { expressible, type Format, requireValue } from './foreign-format.ts';
import { gpt2 } from './foreign-gpt2.ts';

export const gpt1: Format = {
  ...gpt2,
  ignored: /^(h\.\d+\.attn\.bias|position_ids)$/,
  outerNames: [
    { foreign: 'tokens_embed.weight', ours: ['embedding.weight'] },
    { foreign: 'positions_embed.weight', ours: ['positions.weight'] },
    { foreign: 'lm_head.weight', ours: ['head.weight'] },
  ],
  fromConfig(json) {
    const activation = json.afn ?? 'gelu';
    requireValue({ afn: activation }, 'afn', Object.keys(activations));
    return {
      vocabSize: json.vocab_size as number,
      contextLength: json.n_positions as number,
      width: json.n_embd as number,
      layers: json.n_layer as number,
      heads: json.n_head as number,
      activation: activations[activation as keyof typeof activations],
      norm: { kind: 'layerNorm', bias: true, eps: (json.layer_norm_epsilon ?? 1e-5) as number },
      positions: 'learned',
      bias: true,
      tiedHead: (json.tie_word_embeddings ?? true) as boolean,
      dropout: (json.resid_pdrop ?? 0) as number,
      block: 'postNorm',
    };
  },
  toConfig(config) {
    const needs = expressible('GPT-1', config, ['block']);
    needs('block', 'postNorm', config.block === 'postNorm', config.block);
    needs('positions', 'learned', config.positions.kind === 'learned', config.positions.kind);
    needs('norm.kind', 'layerNorm', config.norm.kind === 'layerNorm', config.norm.kind);
    needs('kvHeads', 'equal to heads', config.kvHeads === config.heads, config.kvHeads);
    needs('headSize', 'width / heads', config.headSize * config.heads === config.width, config.headSize);
    needs('ffnSize', '4·width', config.ffnSize === 4 * config.width, config.ffnSize);
    const [afn] = Object.entries(activations).find(([, ours]) => ours === config.activation) ?? [];
    needs('activation', 'geluTanh, relu or silu', afn !== undefined, config.activation);
    return {
      model_type: 'openai-gpt',
      architectures: ['OpenAIGPTLMHeadModel'],
      vocab_size: config.vocabSize,
      n_positions: config.contextLength,
      n_embd: config.width,
      n_layer: config.layers,
      n_head: config.heads,
      afn,
      layer_norm_epsilon: config.norm.eps,
      resid_pdrop: config.dropout,
      embd_pdrop: config.dropout,
      attn_pdrop: 0,
      tie_word_embeddings: config.tiedHead,
    };
  },
};

/** Its `gelu` is the approximation: `transformers/models/openai/modeling_openai.py`. */
const activations = {
  gelu: 'geluTanh',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
} as const satisfies { readonly [foreign: string]: FfnActivation };
