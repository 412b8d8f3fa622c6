/** Texts as vectors, made by an endpoint that speaks OpenAI's wire format. */

import { z } from 'zod';
import { createEndpoint, type RemoteModelOptions } from './endpoint.ts';
import { asNotOffered, fail } from './errors.ts';
import { readJson } from './read-json.ts';

export interface RemoteEmbeddings {
  /** In the order of what was asked. */
  readonly vectors: readonly (readonly number[])[];
  /** As the endpoint counts them; 0 where it does not. */
  readonly promptTokens: number;
}

export interface RemoteEmbedder {
  /** @throws `remote/not-offered` where the endpoint has no such route; otherwise as a remote model. */
  embed(
    input: string | readonly string[] | readonly number[] | readonly (readonly number[])[],
    options?: { readonly dimensions?: number; readonly signal?: AbortSignal },
  ): Promise<RemoteEmbeddings>;
}

const answer = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1) })),
  usage: z
    .object({ prompt_tokens: z.int().min(0) })
    .nullish()
    .catch(undefined),
});

/**
 * @example
 * const { vectors } = await createRemoteEmbedder({ url: 'http://127.0.0.1:8000/v1', model: 'bge' }).embed(['春眠']);
 */
export function createRemoteEmbedder(options: RemoteModelOptions): RemoteEmbedder {
  const { model } = options;
  const { host, post } = createEndpoint(options);
  return {
    async embed(input, { dimensions, signal } = {}) {
      const body = { model, input, encoding_format: 'float', dimensions };
      const response = await post('embeddings', body, { accept: 'application/json', signal }).catch(
        (error) => {
          throw asNotOffered(error, { host, route: '/embeddings' });
        },
      );
      const { success, data: told } = answer.safeParse(await readJson(response, host));
      const count = typeof input === 'string' || typeof input[0] === 'number' ? 1 : input.length;
      const vectors = success ? told.data.toSorted((a, b) => a.index - b.index) : [];
      if (vectors.length !== count || vectors.some(({ index }, i) => index !== i)) {
        throw fail('remote/broken', { host, reason: 'it sent no embeddings of this request' });
      }
      return {
        vectors: vectors.map(({ embedding }) => embedding),
        promptTokens: told?.usage?.prompt_tokens ?? 0,
      };
    },
  };
}
