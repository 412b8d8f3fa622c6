/** Who writes for the applications: a model here, or one behind an endpoint. */

import type { AnswerWriter } from '../apps/index.ts';
import {
  answerWriter,
  createLocalModel,
  createSandbox,
  type RemoteServed,
  remoteServed,
  type ServedModel,
} from '../serve/index.ts';
import { endpointOf } from './endpoints.ts';
import { loadModel, modelName } from './models.ts';
import { readTokenizer } from './tokenizers.ts';

/** A model that can be asked as the server asks it. */
export interface OpenedModel {
  readonly model: ServedModel | RemoteServed;
  readonly scope: Parameters<typeof answerWriter>[1];
  /** Gives back what it holds. */
  close(): void;
}

/** Opens `URL#MODEL`, a run, a model folder or a .gguf file. */
export async function openServedModel(spec: string): Promise<OpenedModel> {
  const endpoint = endpointOf(spec);
  const loaded = endpoint ? undefined : await loadModel(spec);
  const sandbox = createSandbox();
  const scope = { tenant: '', sandbox, checkConstraint: async () => {} };
  if (endpoint) return { model: remoteServed(endpoint.model, endpoint), scope, close: sandbox.close };
  const model = createLocalModel({ ...loaded!, id: modelName(spec) });
  return {
    model,
    scope,
    close() {
      model.close();
      sandbox.close();
    },
  };
}

export interface OpenedWriter {
  readonly writer: AnswerWriter;
  close(): void;
}

/** Opens who writes answers from documents. */
export async function openAnswerWriter(
  spec: string,
  { contextTokens, tokenizer }: { readonly contextTokens?: number; readonly tokenizer?: string | undefined },
): Promise<OpenedWriter> {
  const counts = tokenizer === undefined ? undefined : await readTokenizer(tokenizer);
  const { model, scope, close } = await openServedModel(spec);
  return { writer: answerWriter(model, { ...scope, contextTokens, tokenizer: counts }), close };
}
