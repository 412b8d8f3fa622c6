/** Request bodies: OpenAI's fields, vLLM's names for what OpenAI has not, and ours. */

import { z } from 'zod';
import { limits } from './limits.ts';

const MAX_SEED = 2 ** 53 - 1;
const text = z.string();
const stop = z.union([
  text.max(limits.stopLength),
  z.array(text.min(1).max(limits.stopLength)).max(limits.stops),
]);

/** What shapes the text, in both kinds of request. */
const sampling = {
  max_tokens: z.int().min(0).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  n: z.int().min(1).max(limits.texts).nullish(),
  seed: z.int().min(0).max(MAX_SEED).nullish(),
  stop: stop.nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z
    .record(z.string().regex(/^\d{1,9}$/), z.number().min(-100).max(100))
    .refine((bias) => Object.keys(bias).length <= limits.logitBias)
    .nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().nullish() }).nullish(),
  // The names of vLLM.
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repetition_penalty: z.number().gt(0).max(100).nullish(),
  min_tokens: z.int().min(0).nullish(),
  ignore_eos: z.boolean().nullish(),
  priority: z.int().min(-100).max(100).nullish(),
  // Ours.
  typical_p: z.number().gt(0).max(1).nullish(),
  no_repeat_ngram: z.int().min(0).nullish(),
  dry: z.number().min(0).nullish(),
  strategy: text.max(200).nullish(),
  guard: z.boolean().nullish(),
  regex: text.max(4096).nullish(),
  choices: z.array(text.min(1).max(1024)).min(1).max(1024).nullish(),
  grammar: text.max(65_536).nullish(),
  // Known, and without effect here.
  user: text.nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  store: z.boolean().nullish(),
  service_tier: text.nullish(),
};

const id = z.int().min(0);

export const completionBody = z.strictObject({
  model: text,
  prompt: z.union([
    text,
    z.array(text).min(1).max(limits.prompts),
    z.array(id).min(1),
    z.array(z.array(id).min(1)).min(1).max(limits.prompts),
  ]),
  ...sampling,
  echo: z.boolean().nullish(),
  logprobs: z.int().min(0).max(limits.logprobs).nullish(),
  best_of: z.int().min(1).max(limits.texts).nullish(),
  suffix: z.null().optional(),
});
export type CompletionBody = z.infer<typeof completionBody>;

const part = z.strictObject({ type: z.literal('text'), text });
const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([text, z.array(part)]),
  name: text.nullish(),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: text,
      description: text.nullish(),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
    }),
  }),
]);

export const chatBody = z.strictObject({
  model: text,
  messages: z.array(message).min(1).max(limits.messages),
  ...sampling,
  max_completion_tokens: z.int().min(0).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(limits.logprobs).nullish(),
  response_format: responseFormat.nullish(),
});
export type ChatBody = z.infer<typeof chatBody>;
