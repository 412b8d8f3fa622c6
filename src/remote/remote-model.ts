/** A model behind an endpoint that speaks OpenAI's wire format, as a `TextModel` like any other. */

import type { FinishReason, GenerationPart, TextModel } from '../types.ts';
import { createEndpoint, type RemoteModelOptions, shorten } from './endpoint.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { BrokenStream, readEvents } from './read-events.ts';
import { bodyOf, type CallPiece, readChunk } from './wire.ts';

export interface RemoteMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Text, parts, or nothing beside calls of tools; sent as it is. */
  readonly content?: unknown;
}

export interface RemoteRequest {
  /** The text to continue; beside `messages`, how the answer begins, or empty. */
  readonly prompt: string;
  /** A conversation to answer. */
  readonly messages?: readonly RemoteMessage[];
  readonly n?: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: string | readonly string[];
  readonly temperature?: number;
  readonly topP?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** Scores of the tokens, and so many alternatives. Their ids are −1: the endpoint does not tell them. */
  readonly logprobs?: number;
  /** Fields of the server's own, sent as they are. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** One text as it comes. */
interface Progress {
  reason: FinishReason | undefined;
  /** Pieces so far: tokens, for most servers. */
  pieces: number;
  /** Calls of tools, as far as they came. */
  readonly calls: { readonly index: number; readonly id: string; name: string; arguments: string }[];
}

export interface RemoteTextOptions extends RemoteModelOptions {
  /** How a call of a tool stands in the text, on lines of its own; its arguments are JSON. Without, calls are not told. */
  readonly spellCall?: (name: string, json: string) => string;
}

/**
 * A remote model. Parts come as the endpoint sends them; `finish` carries its own counts of tokens where it tells them
 * and the text is the only one, otherwise the number of pieces that came. Wrap it in `guardText` against loops.
 *
 * @throws (while generating) `remote/unreachable`, `remote/request`, `remote/refused`, `remote/broken`; never with the key in the sentence.
 * @example
 * const model = createRemoteModel({ url: 'http://127.0.0.1:8000/v1', model: 'qwen', apiKey: process.env.KEY });
 * for await (const part of guardText(model).generate({ prompt: 'Once', maxTokens: 50 })) …
 */
export function createRemoteModel(options: RemoteTextOptions): TextModel<RemoteRequest> {
  const { model, spellCall } = options;
  const { host, post: ask } = createEndpoint(options);

  async function post(request: RemoteRequest): Promise<ReadableStream<Uint8Array>> {
    if (!request.messages?.length && request.prompt === '') throw fail('remote/prompt', undefined);
    const route = request.messages ? 'chat/completions' : 'completions';
    const response = await ask(route, bodyOf(model, request), {
      accept: 'text/event-stream',
      signal: request.signal,
    });
    return response.body!;
  }

  async function* generate(request: RemoteRequest): AsyncGenerator<GenerationPart, void> {
    const { n = 1, signal } = request;
    const texts = Array.from({ length: n }, (): Progress => ({ reason: undefined, pieces: 0, calls: [] }));
    let usage: { readonly promptTokens: number; readonly completionTokens: number } | undefined;
    try {
      for await (const event of readEvents(await post(request))) {
        const chunk = readChunk(event);
        if (!chunk) continue;
        if (chunk.error !== undefined) throw new BrokenStream(`it reported: ${shorten(chunk.error)}`);
        usage = chunk.usage ?? usage;
        for (const { index, text, tokens, calls, reason } of chunk.deltas) {
          const progress = texts[index];
          if (!progress || progress.reason) continue;
          if (text !== '' || tokens.length > 0) {
            progress.pieces += Math.max(1, tokens.length);
            yield { type: 'text-delta', index, text, ...(tokens.length > 0 && { tokens }) };
          }
          for (const piece of calls) addCall(progress.calls, piece);
          progress.reason = reason;
        }
      }
      const cut = texts.findIndex(({ reason }) => !reason);
      if (cut >= 0) throw new BrokenStream('it stopped before the text ended');
    } catch (error) {
      if (signal?.aborted) for (const text of texts) text.reason ??= 'aborted';
      else if (error instanceof BrokenStream) throw fail('remote/broken', { host, reason: error.message });
      else throw error;
    }
    for (const [index, { reason = 'aborted', pieces, calls }] of texts.entries()) {
      if (spellCall && calls.length > 0) {
        const spelled = calls.map(({ name, arguments: json }) => spellCall(name, json === '' ? '{}' : json));
        // Behind words that were said before it, a call begins a line, too.
        yield { type: 'text-delta', index, text: [...(pieces > 0 ? [''] : []), ...spelled].join('\n') };
      }
      const completionTokens = (n === 1 ? usage?.completionTokens : undefined) ?? pieces;
      yield { type: 'finish', index, reason, promptTokens: usage?.promptTokens ?? 0, completionTokens };
    }
  }

  return { generate };
}

/**
 * Names and arguments come in pieces, of the last call with their index; another id with a name begins another call.
 * NOTE Some servers give each piece of one call an id of its own; only the first has the name.
 */
function addCall(calls: Progress['calls'], { call: index, id, name, arguments: json }: CallPiece): void {
  let known = calls.findLast((one) => one.index === index);
  if (!known || (name !== '' && known.name !== '' && id !== known.id)) {
    if (calls.length === limits.calls) return;
    known = { index, id, name: '', arguments: '' };
    calls.push(known);
  }
  known.name += name;
  if (known.arguments.length < limits.callCharacters) known.arguments += json;
}
