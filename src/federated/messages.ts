/** What the coordinator asks and what a client answers: plain data, so that any channel between processes can carry it. */

import type { PublicKeys, RevealedShares, SharedSecrets } from './secure-party.ts';

/** Held-out loss of one client's own text. */
export interface Measured {
  /** Mean, in nats per token. */
  readonly loss: number;
  readonly tokens: number;
  /** Unicode characters behind the tokens. */
  readonly characters: number;
}

/** Where a round stands in the whole. */
export interface RoundPlace {
  /** From 0. */
  readonly round: number;
  readonly rounds: number;
}

export interface Questions {
  /** Train from these weights. `share`: the client's part of the mean, in (0, 1]. */
  readonly learn: {
    readonly question: RoundPlace & {
      readonly weights: Float32Array;
      readonly share: number;
      /** What the others sealed for this client, by their names: the answer is masked. */
      readonly sealed?: { readonly [name: string]: Uint8Array };
    };
    /** Local minus sent weights, then the mean local loss; masked: times the share, as fixed-point integers under masks. */
    readonly answer: { readonly values: Float32Array } | { readonly masked: Uint32Array };
  };
  readonly measure: { readonly question: { readonly weights: Float32Array }; readonly answer: Measured };
  /** Fresh public keys for a secure round. */
  readonly keys: { readonly question: RoundPlace; readonly answer: PublicKeys };
  /** Shares of the client's secrets, sealed for each of the others. */
  readonly shares: {
    readonly question: RoundPlace & {
      readonly peers: { readonly [name: string]: PublicKeys };
      readonly threshold: number;
    };
    readonly answer: SharedSecrets;
  };
  /** After the masked answers: who gave one, and who shared secrets and gave none. */
  readonly unmask: {
    readonly question: RoundPlace & {
      readonly survivors: readonly string[];
      readonly gone: readonly string[];
    };
    readonly answer: RevealedShares;
  };
}

export type QuestionName = keyof Questions;

/** How much a client has and does. */
export interface ClientSize {
  /** How many examples it learns from: its weight in the mean. */
  readonly examples: number;
  readonly tokensPerRound: number;
}

/** A client as the coordinator sees it. */
export interface FederatedClient extends ClientSize {
  readonly name: string;
  /** @throws whatever keeps the client from answering; the signal is the deadline */
  ask<Name extends QuestionName>(
    name: Name,
    question: Questions[Name]['question'],
    signal: AbortSignal,
  ): Promise<Questions[Name]['answer']>;
}

/** The other side of `ask`. */
export type Respondent = {
  readonly [Name in QuestionName]: (
    question: Questions[Name]['question'],
  ) => Promise<Questions[Name]['answer']> | Questions[Name]['answer'];
};

/** Bytes of the numbers and names in a message, whatever the channel puts around them. */
export function payloadBytes(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 8;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (Array.isArray(value) ? 0 : Buffer.byteLength(key)) + payloadBytes(inner),
    0,
  );
}

const isBytes = (value: unknown, length: number): boolean =>
  value instanceof Uint8Array && value.byteLength === length;

const isFiniteVector = (value: unknown, length: number): boolean =>
  value instanceof Float32Array && value.length === length && value.every(Number.isFinite);

const isTable = (value: unknown, names: readonly string[], test: (inner: unknown) => boolean): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => test((value as { readonly [name: string]: unknown })[name]));

const isSound: {
  readonly [Name in QuestionName]: (
    answer: Questions[Name]['answer'],
    expected: {
      readonly size: number;
      readonly question: Questions[Name]['question'];
      readonly name: string;
    },
  ) => boolean;
} = {
  learn: (answer, { size, question }) =>
    question.sealed
      ? 'masked' in answer && answer.masked instanceof Uint32Array && answer.masked.length === size
      : 'values' in answer && isFiniteVector(answer.values, size),
  measure: ({ loss, tokens, characters }) =>
    Number.isFinite(loss) && [tokens, characters].every((count) => Number.isSafeInteger(count) && count > 0),
  keys: ({ encryption, masking }) => isBytes(encryption, KEY_BYTES) && isBytes(masking, KEY_BYTES),
  shares: ({ sealed, commitment }, { question, name }) =>
    isBytes(commitment, KEY_BYTES) &&
    isTable(
      sealed,
      Object.keys(question.peers).filter((peer) => peer !== name),
      (inner) => isBytes(inner, SEALED_BYTES),
    ),
  unmask: ({ shares }, { question }) =>
    isTable(shares, [...question.survivors, ...question.gone], (inner) => isBytes(inner, SHARE_BYTES)),
};

/** Whether an answer can be taken: any other is nonsense. `size`: numbers in `values` or `masked`. */
export const isAnswer = <Name extends QuestionName>(
  what: Name,
  answer: unknown,
  asked: { readonly size: number; readonly question: Questions[Name]['question']; readonly name: string },
): answer is Questions[Name]['answer'] =>
  typeof answer === 'object' && answer !== null && isSound[what](answer as Questions[Name]['answer'], asked);

/** An X25519 key, a seed and a SHA-256 are all as long. */
export const KEY_BYTES = 32;
/** A share of one: a byte says where it was taken. */
export const SHARE_BYTES = KEY_BYTES + 1;
/** Two shares behind a nonce of AES-GCM, before its tag. */
export const SEALED_BYTES = 12 + 2 * SHARE_BYTES + 16;
