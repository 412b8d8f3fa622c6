/** A served model as one that writes code. */

import type { CodeWriter, WriteHow } from '../../apps/index.ts';
import { infillingOf, infillPrompt } from '../../text/index.ts';
import type { GenerationPart } from '../../types.ts';
import type { ChatBody, CompletionBody } from '../openai/schemas.ts';
import { chatRequest, completionRequest, type RequestScope } from '../openai/to-request.ts';
import { isRemote, type RemoteServed, type ServedModel } from '../served-model.ts';

export interface CodeWriterOptions extends RequestScope {
  /** Of a model behind another endpoint: what it reads and writes in all. Default 4,096 tokens. */
  readonly contextTokens?: number | undefined;
}

const REMOTE_CONTEXT = 4096;

/** Own models fill in where their vocabulary has tokens for it, and follow instructions where they have a chat template. */
export function codeWriter(model: ServedModel | RemoteServed, options: CodeWriterOptions): CodeWriter {
  if (isRemote(model)) {
    return {
      contextTokens: options.contextTokens ?? REMOTE_CONTEXT,
      canInfill: 'perhaps',
      canFollow: true,
      goOn: (prefix, suffix, how) => model.complete(completionBody(prefix, suffix, how), signalOf(how)),
      answer: (messages, how) => model.chat(chatBody(messages, how), signalOf(how)),
    };
  }
  const { tokenizer, prefixIds } = model;
  const infilling = infillingOf(tokenizer);
  return {
    contextTokens: model.contextLength,
    tokenizer,
    canInfill: infilling !== undefined,
    canFollow: model.chatTemplate !== undefined,
    async *goOn(prefix, suffix, how): AsyncGenerator<GenerationPart, void> {
      const request = await completionRequest(completionBody(prefix, suffix, how), model, options);
      yield* model.write(request, signalOf(how));
    },
    async nats({ middle, ...around }, way, signal) {
      const before = way === 'infill' ? infillPrompt(infilling!, around) : tokenizer.encode(around.prefix);
      const ids = [...prefixIds, ...before, ...tokenizer.encode(middle)];
      const visit = { top: 0, tenant: options.tenant, signal: signalOf({ signal }) };
      const scores = await model.score(ids, visit);
      return scores
        .slice(prefixIds.length + before.length - 1)
        .reduce((sum, { logprob }) => sum - logprob, 0);
    },
    async *answer(messages, how): AsyncGenerator<GenerationPart, void> {
      const { request } = await chatRequest(chatBody(messages, how), model, options);
      yield* model.write(request, signalOf(how));
    },
  };
}

const sampling = ({ maxTokens, temperature = 0, seed }: WriteHow) => ({
  model: '',
  ...{ max_tokens: maxTokens, temperature, seed },
});

const completionBody = (prompt: string, suffix: string | undefined, how: WriteHow): CompletionBody => ({
  ...sampling(how),
  prompt,
  ...(suffix !== undefined && { suffix }),
});

const chatBody = (messages: readonly ChatBody['messages'][number][], how: WriteHow): ChatBody => ({
  ...sampling(how),
  messages: [...messages],
});

const signalOf = ({ signal }: Pick<WriteHow, 'signal'>): AbortSignal =>
  signal ?? new AbortController().signal;
