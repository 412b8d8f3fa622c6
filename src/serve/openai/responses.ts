/** What goes back: OpenAI's objects, whole or as chunks of a stream. */

import type { FinishReason, GenerationPart, TokenScore } from '../../types.ts';

/** One text as it grows. */
interface Text {
  text: string;
  readonly tokens: TokenScore[];
  finish: Extract<GenerationPart, { type: 'finish' }> | undefined;
  repairs: number;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** Gathers the parts of a generation. */
export interface Collected {
  readonly texts: readonly Text[];
  add(part: GenerationPart): void;
  usage(): Usage;
}

export function collect(count: number, n: number): Collected {
  const texts = Array.from(
    { length: count },
    (): Text => ({ text: '', tokens: [], finish: undefined, repairs: 0 }),
  );
  return {
    texts,
    add(part) {
      const text = texts[part.index ?? 0];
      if (part.type === 'text-delta') {
        text.text += part.text;
        text.tokens.push(...(part.tokens ?? []));
      } else if (part.type === 'loop-repaired') text.repairs++;
      else text.finish = part;
    },
    usage() {
      // The n texts of a prompt share it.
      const prompt_tokens = texts.reduce(
        (sum, { finish }, i) => sum + (i % n === 0 ? (finish?.promptTokens ?? 0) : 0),
        0,
      );
      const completion_tokens = texts.reduce((sum, { finish }) => sum + (finish?.completionTokens ?? 0), 0);
      return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
    },
  };
}

/** OpenAI knows few reasons; a loop that could not be repaired ends a text like a stop. */
export function finishReason(
  reason: FinishReason,
  hasCalled = false,
): 'stop' | 'length' | 'tool_calls' | 'content_filter' {
  if (reason === 'blocked') return 'content_filter';
  if (reason === 'length') return 'length';
  return hasCalled ? 'tool_calls' : 'stop';
}

/** `logprobs` of chat completions. */
export function chatLogprobs(tokens: readonly TokenScore[]) {
  const entry = ({ text, logprob }: { readonly text: string; readonly logprob: number }) => ({
    token: text,
    logprob: finite(logprob),
    bytes: [...new TextEncoder().encode(text)],
  });
  return {
    content: tokens.map((token) => ({ ...entry(token), top_logprobs: (token.top ?? []).map(entry) })),
    refusal: null,
  };
}

/** `logprobs` of completions; `from` is the length of the text before the first token. */
export function completionLogprobs(
  tokens: readonly (TokenScore | { readonly text: string })[],
  from: number,
) {
  const offsets: number[] = [];
  let at = from;
  for (const { text } of tokens) {
    offsets.push(at);
    at += text.length;
  }
  const scored = tokens as readonly Partial<TokenScore>[];
  return {
    tokens: tokens.map(({ text }) => text),
    // The first token of a prompt follows nothing: it has no probability.
    token_logprobs: scored.map(({ logprob }) => (logprob === undefined ? null : finite(logprob))),
    top_logprobs: scored.map(({ top }) =>
      top ? Object.fromEntries(top.map(({ text, logprob }) => [text, finite(logprob)])) : null,
    ),
    text_offset: offsets,
  };
}

/** The ids beside `logprobs`: of the tokens, and of their alternatives, whose texts may be alike (bytes of a character). */
export function completionIds(tokens: readonly (TokenScore | { readonly text: string })[]) {
  const scored = tokens as readonly Partial<TokenScore>[];
  return {
    token_ids: scored.map(({ id }) => id ?? null),
    top_tokens: scored.map(
      ({ top }) => top?.map(({ id, text, logprob }) => ({ id, text, logprob: finite(logprob) })) ?? null,
    ),
  };
}

/** JSON has no −∞. */
const finite = (logprob: number): number => Math.max(logprob, -9999);
