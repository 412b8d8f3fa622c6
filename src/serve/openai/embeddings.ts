/** `/v1/embeddings`: texts as vectors of length 1. */

import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { isRemote, type RemoteServed, type ServedModel, type Visit } from '../served-model.ts';
import type { EmbeddingBody } from './schemas.ts';
import { followClient } from './stream.ts';
import { checkPrompts, textIds } from './to-request.ts';

export async function answerEmbeddings(
  c: AppContext,
  body: EmbeddingBody,
  model: ServedModel | RemoteServed,
): Promise<Response> {
  const { signal } = followClient(c);
  const { vectors, promptTokens: count } = isRemote(model)
    ? await model.embed(body, signal)
    : await embedHere(body, model, { tenant: c.get('tenant'), signal });
  c.get('metrics').written({ promptTokens: count, completionTokens: 0, repairs: 0 });
  return c.json({
    object: 'list',
    model: model.id,
    data: vectors.map((vector, index) => {
      const unit = normalized(Float32Array.from(vector));
      return {
        object: 'embedding',
        index,
        embedding: body.encoding_format === 'base64' ? base64(unit) : [...unit],
      };
    }),
    usage: { prompt_tokens: count, total_tokens: count },
  });
}

async function embedHere({ input, dimensions }: EmbeddingBody, model: ServedModel, visit: Visit) {
  const texts = textIds(input, model);
  checkPrompts(
    texts.map((ids) => [...model.prefixIds, ...ids]),
    model,
    true,
  );
  const vectors = await model.embed(texts, visit);
  const width = vectors[0].length;
  if (dimensions != null && dimensions !== width) {
    throw fail('serve/field', {
      field: 'dimensions',
      rule: `left out, or ${width} for this model`,
      zhRule: `省略，或对该模型取 ${width}`,
      got: dimensions,
    });
  }
  return { vectors, promptTokens: texts.reduce((sum, { length }) => sum + length, 0) };
}

function normalized(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}

/** Little-endian floats, as OpenAI sends them. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes.toString('base64');
}
