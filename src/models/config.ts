/** The decoder's config: every choice that tells GPT-2 from LLaMA, Gemma or PaLM, checked once. */

import { nearest } from '../errors.ts';
import {
  type BlockKind,
  blockKinds,
  type FfnActivation,
  ffnActivations,
  isGated,
  type NormConfig,
  normKinds,
  type PositionConfig,
  positionKinds,
} from '../nn/index.ts';
import { fail } from './errors.ts';
import { planOf } from './plan.ts';

/** A complete config; plain data, as it stands in `config.json`. */
export interface DecoderConfig {
  readonly vocabSize: number;
  /** The longest sequence, in tokens. */
  readonly contextLength: number;
  /** Size of the residual stream. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Heads of keys and values; fewer than `heads` for grouped-query attention. */
  readonly kvHeads: number;
  readonly headSize: number;
  readonly ffnSize: number;
  readonly activation: FfnActivation;
  readonly norm: NormConfig;
  readonly positions: PositionConfig;
  readonly bias: BiasConfig;
  /** RMSNorm on each head of queries and keys. */
  readonly qkNorm: boolean;
  /** Tokens see at most this many back, themselves included. 0: all. */
  readonly window: number;
  /** The head's weight is the embedding table. */
  readonly tiedHead: boolean;
  /** Share of features set to zero in training, after the embedding and each half of a block. */
  readonly dropout: number;
  /** Keeps logits within ± this. 0: off. */
  readonly logitSoftcap: number;
  /** Token embeddings are multiplied by this. */
  readonly embeddingScale: number;
  // What follows is absent where it has its default: configs that were written before it existed stay as they are.
  /** Where the norms stand, and whether the parts of a block follow each other. Default `preNorm`. */
  readonly block?: BlockKind;
  /** Scores are products of queries and keys times this. Default 1/√headSize. */
  readonly attentionScale?: number;
  /** Keeps scores within ± this (Gemma 2). Attention goes by plain ops then. Default: off. */
  readonly attentionSoftcap?: number;
  /** Every so many layers one sees everything, not the window only (Gemma 2: 2; Gemma 3: 6). Default: none does. */
  readonly globalEvery?: number;
  /** The base of rotary positions in layers that see a window, beside others that see everything (Gemma 3). Default: as theirs. */
  readonly localRotaryBase?: number;
  /** Tokens see their own block of so many tokens and the one before. Default: no blocks. */
  readonly attentionBlock?: number;
  /** Layers in turn see the last so many tokens, and every so-many-th back (Child et al. 2019). Default: no strides. */
  readonly attentionStride?: number;
  /** Attention without a softmax, whose past is one matrix for each head (Katharopoulos et al. 2020). Default: softmax. */
  readonly linearAttention?: boolean;
  /** A prompt is read in both directions, what follows it from left to right (Raffel et al. 2020). Default: off. */
  readonly prefix?: boolean;
  /** Feed-forward parts of each layer, of which a token goes through few (Mixtral). Default: one, for all tokens. */
  readonly experts?: number;
  /** How many of them a token goes through. Default 2. */
  readonly expertsPerToken?: number;
  /** Every block looks at a memory, such as an encoded source text. Default: none does. */
  readonly crossAttention?: boolean;
  /** Hidden states are multiplied by this before the head (T5). Default 1. */
  readonly headScale?: number;
  /** The head has a bias (Marian). Default: it has none. */
  readonly headBias?: boolean;
}

/** Which linear layers have a bias. */
export interface BiasConfig {
  readonly queryKeyValue: boolean;
  readonly attentionOutput: boolean;
  readonly ffn: boolean;
}

/** What a user writes: five sizes; the rest has defaults (a GPT-2-class model without biases). */
export interface DecoderOptions extends Sizes, Partial<Omit<DecoderConfig, keyof Sizes | Nested>> {
  readonly norm?: NormConfig['kind'] | Partial<NormConfig>;
  readonly positions?: PositionConfig['kind'] | PositionConfig;
  /** One answer for all of them, or one for each. */
  readonly bias?: boolean | Partial<BiasConfig>;
}

type Sizes = Pick<DecoderConfig, 'vocabSize' | 'contextLength' | 'width' | 'layers' | 'heads'>;
type Nested = 'norm' | 'positions' | 'bias';

interface Rule {
  readonly en: string;
  readonly zh: string;
  readonly holds: (value: never) => boolean;
}

export const wholePositive: Rule = {
  en: 'a whole number of at least 1',
  zh: '不小于 1 的整数',
  holds: (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 1,
};
export const wholeFromZero: Rule = {
  en: 'a whole number of at least 0',
  zh: '不小于 0 的整数',
  holds: (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 0,
};
const fromZero: Rule = {
  en: 'a number of at least 0',
  zh: '不小于 0 的数',
  holds: (x: unknown) => Number.isFinite(x) && (x as number) >= 0,
};
export const above0: Rule = {
  en: 'a number above 0',
  zh: '大于 0 的数',
  holds: (x: unknown) => Number.isFinite(x) && (x as number) > 0,
};
export const share: Rule = {
  en: 'in [0, 1)',
  zh: '[0, 1) 之间的数',
  holds: (x: unknown) => Number.isFinite(x) && (x as number) >= 0 && (x as number) < 1,
};
export const yesOrNo: Rule = {
  en: 'true or false',
  zh: ' true 或 false',
  holds: (x: unknown) => typeof x === 'boolean',
};
export const oneOf = (known: readonly string[]): Rule => ({
  en: `one of ${known.join(', ')}`,
  zh: ` ${known.join('、')} 之一`,
  holds: (x: unknown) => known.includes(x as string),
});

const fromTwo: Rule = {
  en: 'a whole number of at least 2',
  zh: '不小于 2 的整数',
  holds: (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 2,
};

export type Rules<T> = { readonly [K in keyof T]-?: Rule };

const rules: Rules<Required<Omit<DecoderConfig, Nested>>> = {
  vocabSize: wholePositive,
  contextLength: wholePositive,
  width: wholePositive,
  layers: wholePositive,
  heads: wholePositive,
  kvHeads: wholePositive,
  headSize: wholePositive,
  ffnSize: wholePositive,
  activation: oneOf(ffnActivations),
  qkNorm: yesOrNo,
  window: wholeFromZero,
  tiedHead: yesOrNo,
  dropout: share,
  logitSoftcap: fromZero,
  embeddingScale: above0,
  block: oneOf(blockKinds),
  attentionScale: above0,
  attentionSoftcap: above0,
  globalEvery: fromTwo,
  localRotaryBase: above0,
  attentionBlock: fromTwo,
  attentionStride: fromTwo,
  linearAttention: yesOrNo,
  prefix: yesOrNo,
  experts: fromTwo,
  expertsPerToken: fromTwo,
  crossAttention: yesOrNo,
  headScale: above0,
  headBias: yesOrNo,
};
export const normRules: Rules<NormConfig> = { kind: oneOf(normKinds), bias: yesOrNo, eps: above0 };
const biasRules: Rules<BiasConfig> = { queryKeyValue: yesOrNo, attentionOutput: yesOrNo, ffn: yesOrNo };
/** Settings of rotary and T5 positions are checked where they are used. */
export const positionRules = {
  kind: oneOf(positionKinds),
  base: above0,
  fraction: above0,
  interleaved: yesOrNo,
  halves: yesOrNo,
  buckets: wholePositive,
  maxDistance: wholePositive,
  bidirectional: yesOrNo,
  scaling: {
    en: 'an object with `kind` linear, ntk, llama3 or yarn',
    zh: '带有 `kind`（linear、ntk、llama3 或 yarn）的对象',
    holds: (x: unknown) =>
      ['linear', 'ntk', 'llama3', 'yarn'].includes((x as { kind?: string } | null)?.kind ?? ''),
  },
} satisfies { [key: string]: Rule };

/** Applies rules to the keys that are there; a key without a rule is an error. */
export function check(values: object, table: { readonly [key: string]: Rule }, prefix = ''): void {
  for (const [key, value] of Object.entries(values)) {
    if (!Object.hasOwn(table, key))
      throw fail('model/key', { key: prefix + key, near: nearest(key, Object.keys(table)) });
    const { holds, en, zh } = table[key];
    if (!holds(value as never))
      throw fail('model/option', { key: prefix + key, rule: en, zhRule: zh, got: value });
  }
}

/** Said, they are as if left out. */
const leftOut: Partial<DecoderOptions> = {
  block: 'preNorm',
  linearAttention: false,
  prefix: false,
  crossAttention: false,
  headBias: false,
  headScale: 1,
};

/**
 * Checks options and fills the defaults. A complete config passes through unchanged.
 *
 * @example decoderConfig({ vocabSize: 6000, contextLength: 128, width: 256, layers: 6, heads: 8 })
 * @example decoderConfig({ ...sizes, kvHeads: 2, activation: 'swiglu', norm: 'rmsNorm', positions: 'rotary' })
 */
export function decoderConfig(options: DecoderOptions): DecoderConfig {
  const { norm, positions: position, bias = false, ...plain } = options;
  for (const key of ['vocabSize', 'contextLength', 'width', 'layers', 'heads'] as const) {
    check({ [key]: plain[key] }, rules);
  }
  const isSaid = ([key, value]: [string, unknown]) =>
    value !== undefined && value !== leftOut[key as keyof DecoderOptions];
  const given = Object.fromEntries(Object.entries(plain).filter(isSaid));
  check(given, rules);
  const { width, heads } = plain;
  if (plain.headSize === undefined && width % heads) throw fail('model/heads', { width, heads });
  const activation = plain.activation ?? 'gelu';
  const normGiven = typeof norm === 'string' ? { kind: norm } : (norm ?? {});
  const kind = normGiven.kind ?? 'layerNorm';
  const everyBias = bias === true;
  const config: DecoderConfig = {
    kvHeads: heads,
    headSize: width / heads,
    // A gate makes three matrices of two: 8/3 keeps the number of parameters (Shazeer 2020), rounded up to 32.
    ffnSize: isGated(activation) ? Math.ceil((8 * width) / 3 / 32) * 32 : 4 * width,
    activation,
    qkNorm: false,
    window: 0,
    tiedHead: true,
    dropout: 0,
    logitSoftcap: 0,
    embeddingScale: 1,
    ...(plain.experts !== undefined && { expertsPerToken: 2 }),
    ...(given as typeof plain),
    norm: {
      kind,
      bias: everyBias && kind === 'layerNorm',
      eps: kind === 'rmsNorm' ? 1e-6 : 1e-5,
      ...normGiven,
    },
    positions:
      typeof position === 'string'
        ? ({ kind: position } as PositionConfig)
        : (position ?? { kind: 'learned' }),
    bias: {
      queryKeyValue: everyBias,
      attentionOutput: everyBias,
      ffn: everyBias,
      ...(typeof bias === 'object' ? bias : {}),
    },
  };
  check(config.norm, normRules, 'norm.');
  check(config.bias, biasRules, 'bias.');
  check(config.positions, positionRules, 'positions.');
  if (kind === 'rmsNorm' && config.norm.bias) {
    throw fail('model/option', {
      key: 'norm.bias',
      rule: 'false for rmsNorm',
      zhRule: ' false（rmsNorm 没有偏置）',
      got: true,
    });
  }
  if (config.heads % config.kvHeads) {
    throw fail('model/kv-heads', { heads: config.heads, kvHeads: config.kvHeads });
  }
  checkTogether(config);
  planOf(config);
  return config;
}

/** What one field asks of another. */
function checkTogether(config: DecoderConfig): void {
  const {
    block,
    crossAttention,
    globalEvery,
    localRotaryBase,
    window,
    experts = 0,
    expertsPerToken = 0,
  } = config;
  const { kind } = config.positions;
  if (crossAttention && block !== undefined && block !== 'postNorm') {
    const rule = {
      rule: 'preNorm or postNorm with crossAttention',
      zhRule: ' preNorm 或 postNorm（已给出 crossAttention）',
    };
    throw fail('model/option', { key: 'block', ...rule, got: block });
  }
  const sparse = (['window', 'attentionBlock', 'attentionStride'] as const).filter((key) => config[key]);
  if (sparse.length > 1) {
    const rule = { rule: `absent with ${sparse[0]}`, zhRule: `空缺（已给出 ${sparse[0]}）` };
    throw fail('model/option', { key: sparse[1], ...rule, got: config[sparse[1]] });
  }
  if (expertsPerToken > experts) {
    const rule = {
      rule: `at most the ${experts} experts`,
      zhRule: `不大于专家数 ${experts} 的数`,
    };
    throw fail('model/option', { key: 'expertsPerToken', ...rule, got: expertsPerToken });
  }
  const tableOrTurn = ['none', 'learned', 'sinusoidal', 'rotary'];
  if (config.linearAttention && !tableOrTurn.includes(kind)) {
    const rule = {
      rule: `one of ${tableOrTurn.join(', ')} with linearAttention`,
      zhRule: ` ${tableOrTurn.join('、')} 之一（已给出 linearAttention）`,
    };
    throw fail('model/option', { key: 'positions.kind', ...rule, got: kind });
  }
  const without = ['attentionScale', 'attentionSoftcap', 'crossAttention'] as const;
  const ofScores = without.find((key) => config[key] !== undefined);
  if (config.linearAttention && (sparse.length || ofScores)) {
    const rule = { rule: 'absent with linearAttention', zhRule: '空缺（已给出 linearAttention）' };
    const key = sparse[0] ?? ofScores!;
    throw fail('model/option', { key, ...rule, got: config[key] });
  }
  const narrow = sparse[0] ?? (config.linearAttention && 'linearAttention');
  if (config.prefix && (narrow || crossAttention)) {
    const rule = { rule: 'absent with prefix', zhRule: '空缺（已给出 prefix）' };
    const key = narrow || 'crossAttention';
    throw fail('model/option', { key, ...rule, got: config[key] });
  }
  if (config.prefix && kind === 'alibi') {
    const rule = { rule: 'other than alibi with prefix', zhRule: ' alibi 以外的值（已给出 prefix）' };
    throw fail('model/option', { key: 'positions.kind', ...rule, got: kind });
  }
  if (globalEvery && !window) {
    const rule = { rule: 'above 0 with globalEvery', zhRule: '大于 0（已给出 globalEvery）' };
    throw fail('model/option', { key: 'window', ...rule, got: window });
  }
  if (!localRotaryBase) return;
  if (kind !== 'rotary') {
    const rule = { rule: 'rotary with localRotaryBase', zhRule: ' rotary（已给出 localRotaryBase）' };
    throw fail('model/option', { key: 'positions.kind', ...rule, got: kind });
  }
  if (!globalEvery) {
    const rule = { rule: 'given with localRotaryBase', zhRule: '已给出的值（已给出 localRotaryBase）' };
    throw fail('model/option', { key: 'globalEvery', ...rule, got: null });
  }
}
