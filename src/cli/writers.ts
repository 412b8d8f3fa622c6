/** Who writes answers from documents: a model here, or one behind an endpoint. */

import type { AnswerWriter } from '../apps/index.ts';
import { answerWriter, createLocalModel, createSandbox, remoteServed } from '../serve/index.ts';
import { endpointOf } from './endpoints.ts';
import { loadModel, modelName } from './models.ts';
import { readTokenizer } from './tokenizers.ts';

export interface OpenedWriter {
  readonly writer: AnswerWriter;
  /** Gives back what it holds. */
  close(): void;
}

/** Opens `URL#MODEL`, a run, a model folder or a .gguf file. */
export async function openAnswerWriter(
  spec: string,
  { contextTokens, tokenizer }: { readonly contextTokens?: number; readonly tokenizer?: string | undefined },
): Promise<OpenedWriter> {
  const sandbox = createSandbox();
  const scope = { tenant: '', sandbox, checkConstraint: async () => {} };
  const endpoint = endpointOf(spec);
  if (endpoint) {
    const counts = tokenizer === undefined ? undefined : await readTokenizer(tokenizer);
    const model = remoteServed(endpoint.model, endpoint);
    return {
      writer: answerWriter(model, { ...scope, contextTokens, tokenizer: counts }),
      close: sandbox.close,
    };
  }
  const loaded = await loadModel(spec);
  const model = createLocalModel({ ...loaded, id: modelName(spec) });
  return {
    writer: answerWriter(model, scope),
    close() {
      model.close();
      sandbox.close();
    },
  };
}
