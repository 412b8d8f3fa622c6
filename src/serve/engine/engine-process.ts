/** A model in a process of its own, as one that can be served. */

import type { ChatTemplateSource } from '../../text/index.ts';
import type { GenerationPart, Tokenizer, TokenScore } from '../../types.ts';
import type { ServedModel } from '../served-model.ts';
import { type ModelProcessOptions, type Said, startModelProcess } from './model-process.ts';

export interface EngineProcessOptions extends ModelProcessOptions {
  readonly id: string;
  readonly tokenizer: Tokenizer;
  readonly prefixIds?: readonly number[];
  /** How it reads conversations. Default: as plain text. */
  readonly chatTemplate?: ChatTemplateSource;
}

export interface EngineProcess extends ServedModel {
  /** Of the process now running. */
  readonly pid: number | undefined;
  close(): void;
}

const whole = (heard: Said): Said => heard;

/** Starts the process; resolves when the model is loaded, rejects when the first start fails. */
export async function startEngineProcess(options: EngineProcessOptions): Promise<EngineProcess> {
  const { id, tokenizer, prefixIds = [], chatTemplate } = options;
  const running = await startModelProcess(options);
  const { listen } = running;
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    tokenizer,
    prefixIds,
    ...(chatTemplate && { chatTemplate }),
    get contextLength() {
      return running.contextLength;
    },
    get adapterContexts() {
      return running.adapterContexts;
    },
    get load() {
      return running.load;
    },
    get isReady() {
      return running.isReady;
    },
    get pid() {
      return running.pid;
    },
    write: (request, signal): AsyncGenerator<GenerationPart> =>
      listen(
        (job) => ({ type: 'write', job, request }),
        signal,
        (heard) => (heard.type === 'part' ? heard.part : undefined),
      ),
    async score(ids, { signal, ...visit }): Promise<readonly TokenScore[]> {
      for await (const heard of listen((job) => ({ type: 'score', job, ids, ...visit }), signal, whole)) {
        if (heard.type === 'scores') return heard.scores;
      }
      throw signal.reason;
    },
    async inspect(question, { signal, ...visit }): Promise<unknown> {
      for await (const heard of listen(
        (job) => ({ type: 'inspect', job, question, ...visit }),
        signal,
        whole,
      )) {
        if (heard.type === 'answer') return heard.answer;
      }
      throw signal.reason;
    },
    async embed(texts, { signal, ...visit }): Promise<readonly Float32Array[]> {
      for await (const heard of listen((job) => ({ type: 'embed', job, texts, ...visit }), signal, whole)) {
        if (heard.type === 'embeddings') return heard.embeddings;
      }
      throw signal.reason;
    },
    close: running.close,
  };
}
