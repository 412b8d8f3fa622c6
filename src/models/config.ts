/** The decoder's config: every choice that tells GPT-2 from LLaMA, checked once. */

import { nearest } from '../errors.ts';
import {
  type BlockConfig,
  type FfnActivation,
  ffnActivations,
  type NormConfig,
  normKinds,
  type PositionConfig,
  type Positions,
  positionKinds,
  positions,
} from '../nn/index.ts';
import { fail } from './errors.ts';

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
const above0: Rule = {
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

export type Rules<T> = { readonly [K in keyof T]-?: Rule };

const rules: Rules<Omit<DecoderConfig, Nested>> = {
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
};
export const normRules: Rules<NormConfig> = { kind: oneOf(normKinds), bias: yesOrNo, eps: above0 };
const biasRules: Rules<BiasConfig> = { queryKeyValue: yesOrNo, attentionOutput: yesOrNo, ffn: yesOrNo };
/** Settings of rotary positions are checked where they are used. */
export const positionRules = {
  kind: oneOf(positionKinds),
  base: above0,
  fraction: above0,
  interleaved: yesOrNo,
  scaling: {
    en: 'an object with `kind` linear, ntk or llama3',
    zh: '带有 `kind`（linear、ntk 或 llama3）的对象',
    holds: (x: unknown) => ['linear', 'ntk', 'llama3'].includes((x as { kind?: string } | null)?.kind ?? ''),
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
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
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
    // SwiGLU has three matrices instead of two: 8/3 keeps the number of parameters (Shazeer 2020), rounded up to 32.
    ffnSize: activation === 'swiglu' ? Math.ceil((8 * width) / 3 / 32) * 32 : 4 * width,
    activation,
    qkNorm: false,
    window: 0,
    tiedHead: true,
    dropout: 0,
    logitSoftcap: 0,
    embeddingScale: 1,
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
  planOf(config);
  return config;
}

/** What follows from a config and is needed at every pass. */
export interface DecoderPlan {
  readonly scheme: Positions;
  readonly block: BlockConfig;
}

const plans = new WeakMap<DecoderConfig, DecoderPlan>();

/** The plan of a config, built once. */
export function planOf(config: DecoderConfig): DecoderPlan {
  let plan = plans.get(config);
  if (!plan)
    plans.set(config, (plan = { scheme: positions(config.positions, config), block: blockOf(config) }));
  return plan;
}

function blockOf(config: DecoderConfig): BlockConfig {
  const { width, heads, kvHeads, headSize, ffnSize: size, activation, norm, bias, qkNorm } = config;
  return {
    attention: {
      width,
      heads,
      kvHeads,
      headSize,
      inputBias: bias.queryKeyValue,
      outputBias: bias.attentionOutput,
      qkNorm: qkNorm ? { kind: 'rmsNorm', bias: false, eps: norm.eps } : undefined,
    },
    ffn: { width, size, activation, bias: bias.ffn },
    norm,
  };
}
