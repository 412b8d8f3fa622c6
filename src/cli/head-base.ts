/** The model under a task head: an encoder, or a model that writes, as heads see it. */

import { extname } from 'node:path';
import {
  foreignHead,
  type HeadFrame,
  type HeadModel,
  type HeadPooling,
  hasForeignHead,
  type StatesOf,
} from '../adapt/index.ts';
import {
  type DecoderConfig,
  type DecoderParams,
  decoderConfig,
  type EncoderConfig,
  type EncoderParams,
  encode,
  encoderConfig,
  encoderFrame,
  encoderFromFile,
  hidden,
  init,
  initEncoder,
  namedTensors,
  paramsFromFile,
  readWeights,
  tensorsFromFile,
  tensorsToFile,
} from '../models/index.ts';
import type { Rng } from '../rng.ts';
import { fingerprint } from '../text/index.ts';
import { readRunConfig } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { isEncoderFolder, readEncoder } from './encoders.ts';
import { openModel, requireDecoder } from './models.ts';
import { type InitialWeights, initialWeights } from './runs.ts';

/** The parameters of either kind. */
export type BodyParams = EncoderParams | DecoderParams;
export type BodyConfig =
  | { readonly kind: 'encoder'; readonly config: EncoderConfig }
  | { readonly kind: 'decoder'; readonly config: DecoderConfig };

/** What follows from a body's config and its tokenizer. */
export interface Body {
  readonly states: StatesOf<BodyParams>;
  readonly frame: HeadFrame;
  readonly pooling: HeadPooling;
  /** New parameters of the same shape. */
  readonly fresh: (rng: Rng) => BodyParams;
  readonly fromFile: (weights: InitialWeights['weights']) => BodyParams;
}

export function bodyOf(body: BodyConfig, tokenizer: Tokenizer, prefixIds: readonly number[]): Body {
  if (body.kind === 'decoder') {
    const { config } = body;
    const { eosId } = tokenizer;
    return {
      // Padding stands behind: no real token sees it.
      states: (params, { ids }, dropoutSeed) => hidden(params as DecoderParams, config, ids, { dropoutSeed }),
      frame: { start: prefixIds, between: eosId === undefined ? [] : [eosId], end: [], asked: 'last' },
      pooling: 'last',
      fresh: (rng) => init(config, rng),
      fromFile: (weights) => paramsFromFile(config, weights),
    };
  }
  const { config } = body;
  const { start, end } = encoderFrame(tokenizer);
  // RoBERTa ends its first text twice.
  const between = tokenizer.specialTokens.has('<s>') ? [...end, ...end] : end;
  return {
    states: (params, { ids, lengths, types }, dropoutSeed) =>
      encode(params as EncoderParams, config, ids, {
        lengths,
        dropoutSeed,
        ...(config.tokenTypes > 1 && types && { types }),
      }),
    frame: { start, between, end },
    pooling: 'mean',
    fresh: (rng) => initEncoder(config, rng),
    fromFile: (weights) => encoderFromFile(config, weights),
  };
}

/** A trained model to put a head on. */
export interface HeadBase extends Body {
  readonly body: BodyConfig;
  readonly params: BodyParams;
  readonly tokenizer: Tokenizer;
  readonly prefixIds: readonly number[];
  readonly init: InitialWeights;
  /** Of the tokenizer. */
  readonly fingerprint: string;
  /** Trained here, and so smaller than what others publish. */
  readonly isOwn: boolean;
}

/** Reads a run or a folder from elsewhere; an encoder comes without the head that guesses tokens. */
export async function readHeadBase(path: string): Promise<HeadBase> {
  const isEncoder = extname(path).toLowerCase() !== '.gguf' && (await isEncoderFolder(path));
  const { body, params, tokenizer, prefixIds, step, isOwn } = isEncoder
    ? await readEncoderBody(path)
    : await readDecoderBody(path);
  const weights = tensorsToFile(namedTensors(params));
  return {
    body,
    params,
    tokenizer,
    prefixIds,
    ...bodyOf(body, tokenizer, prefixIds),
    init: initialWeights(path, step, weights),
    fingerprint: fingerprint(tokenizer),
    isOwn,
  };
}

async function readEncoderBody(path: string) {
  const { config: whole, params: all, tokenizer, isOwn, step } = await readEncoder(path);
  const config = encoderConfig({ ...whole, maskedHead: false, pooler: false, tiedHead: true });
  const { head: _, pooler: __, ...params } = all;
  const body: BodyConfig = { kind: 'encoder', config };
  return { body, params: params as BodyParams, tokenizer, prefixIds: [], step, isOwn };
}

async function readDecoderBody(path: string) {
  const stored = requireDecoder('tune head', await openModel(path));
  const { head: _, ...params } = await stored.params();
  const { tokenizer, prefixIds, run } = stored;
  const body: BodyConfig = { kind: 'decoder', config: decoderConfig({ ...stored.config, tiedHead: true }) };
  return {
    body,
    params: params as BodyParams,
    tokenizer,
    prefixIds,
    step: run?.run.place?.step ?? 0,
    isOwn: !!run,
  };
}

/** A model from elsewhere that has a task head already, if the folder is one. */
export async function findForeignHead(path: string): Promise<HeadModel<BodyParams> | undefined> {
  if (extname(path).toLowerCase() === '.gguf' || !(await isEncoderFolder(path))) return undefined;
  const json = (await readRunConfig(path)) as { readonly [key: string]: unknown };
  if (!hasForeignHead(json)) return undefined;
  const { body, params, tokenizer, prefixIds } = await readEncoderBody(path);
  const { states, frame } = bodyOf(body, tokenizer, prefixIds);
  const ofHead = [...(await readWeights(path))].filter(([name]) => OF_FOREIGN_HEAD.test(name));
  const head = foreignHead(json, tensorsFromFile(new Map(ofHead)));
  const maxTokens = Math.min(body.config.contextLength, MOST_FOREIGN_TOKENS);
  return { params, head: head.params, config: head.config, states, reading: { tokenizer, frame, maxTokens } };
}

/** Names of the tensors that a head may need. */
const OF_FOREIGN_HEAD = /^(?:classifier|qa_outputs|bert\.pooler)\./;

/** What BERT reads. */
const MOST_FOREIGN_TOKENS = 512;
