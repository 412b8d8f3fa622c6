/** `/v1/embeddings`: texts as vectors of length 1. */

import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { isRemote, isTaskModel, type RemoteServed, type ServedModel, type Visit } from '../served-model.ts';
import type { TaskModel } from '../tasks/task-model.ts';
import type { EmbeddingBody } from './schemas.ts';
import { followClient } from './stream.ts';
import { checkPrompts, textIds } from './to-request.ts';

export async function answerEmbeddings(
  c: AppContext,
  body: EmbeddingBody,
  model: ServedModel | RemoteServed | TaskModel,
): Promise<Response> {
  const { signal } = followClient(c);
  const visit = { tenant: c.get('tenant'), signal };
  const { vectors, promptTokens: count } = isRemote(model)
    ? await model.embed(body, signal)
    : isTaskModel(model)
      ? await embedByTask(body, model, visit)
      : await embedHere(body, model, visit);
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
  checkWidth(vectors[0].length, dimensions);
  return { vectors, promptTokens: texts.reduce((sum, { length }) => sum + length, 0) };
}

/** By a sentence encoder, which reads texts. */
async function embedByTask({ input, dimensions }: EmbeddingBody, model: TaskModel, visit: Visit) {
  const texts = typeof input === 'string' ? [input] : input;
  if (!areTexts(texts)) {
    throw fail('serve/field', {
      field: 'input',
      rule: 'a text or a list of texts for this model',
      zhRule: '文本或文本列表（该模型不接受编号）',
      got: input,
    });
  }
  const vectors: (readonly number[])[] = [];
  let promptTokens = 0;
  for await (const answer of model.ask({ kind: 'embed', texts }, visit)) {
    if (answer.kind !== 'embed') continue;
    vectors.push(answer.vector);
    promptTokens += answer.promptTokens;
  }
  visit.signal.throwIfAborted();
  checkWidth(vectors[0].length, dimensions);
  return { vectors, promptTokens };
}

const areTexts = (input: readonly unknown[]): input is readonly string[] =>
  input.every((one) => typeof one === 'string');

function checkWidth(width: number, dimensions: number | null | undefined): void {
  if (dimensions != null && dimensions !== width) {
    throw fail('serve/field', {
      field: 'dimensions',
      rule: `left out, or ${width} for this model`,
      zhRule: `省略，或对该模型取 ${width}`,
      got: dimensions,
    });
  }
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
