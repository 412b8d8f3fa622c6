/** Request bodies: OpenAI's fields, vLLM's names for what OpenAI has not, and ours. */

import { z } from 'zod';
import { limits } from '../limits.ts';

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
  safety_identifier: text.nullish(),
  prompt_cache_key: text.nullish(),
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
  /** vLLM's name: the ids of the prompt, of what is written, and with `logprobs` of the alternatives. */
  return_token_ids: z.boolean().nullish(),
  best_of: z.int().min(1).max(limits.texts).nullish(),
  /** What follows the text that is wanted: it is filled in between. */
  suffix: text.nullish(),
});
export type CompletionBody = z.infer<typeof completionBody>;

export const embeddingBody = z.strictObject({
  model: text,
  input: z.union([
    text.min(1),
    z.array(text.min(1)).min(1).max(limits.embeddings),
    z.array(id).min(1),
    z.array(z.array(id).min(1)).min(1).max(limits.embeddings),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).max(65_536).nullish(),
  user: text.nullish(),
});
export type EmbeddingBody = z.infer<typeof embeddingBody>;

export const tokenizeBody = z.strictObject({
  model: text.nullish(),
  prompt: text,
  add_special_tokens: z.boolean().nullish(),
  return_token_strs: z.boolean().nullish(),
});
export type TokenizeBody = z.infer<typeof tokenizeBody>;

export const detokenizeBody = z.strictObject({ model: text.nullish(), tokens: z.array(id) });
export type DetokenizeBody = z.infer<typeof detokenizeBody>;

const part = z.strictObject({ type: z.literal('text'), text });
const content = z.union([text, z.array(part)]);
const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const jsonObject = z.record(z.string(), z.unknown());
const speaker = { content, name: text.nullish() };
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), ...speaker }),
  z.strictObject({ role: z.literal('developer'), ...speaker }),
  z.strictObject({ role: z.literal('user'), ...speaker }),
  z.strictObject({
    role: z.literal('assistant'),
    content: content.nullish(),
    name: text.nullish(),
    refusal: text.nullish(),
    tool_calls: z
      .array(
        z.strictObject({
          id: text,
          type: z.literal('function'),
          function: z.strictObject({ name: functionName, arguments: text }),
        }),
      )
      .max(limits.tools)
      .nullish(),
  }),
  z.strictObject({ role: z.literal('tool'), content, name: text.nullish(), tool_call_id: text }),
]);

/** What is the same in chat completions and in responses. */
const functionTool = {
  name: functionName,
  description: text.nullish(),
  parameters: jsonObject.nullish(),
  strict: z.boolean().nullish(),
};
const choiceWord = z.enum(['none', 'auto', 'required']);
const schemaForm = {
  name: text,
  description: text.nullish(),
  schema: jsonObject,
  strict: z.boolean().nullish(),
};

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({ type: z.literal('json_schema'), json_schema: z.strictObject(schemaForm) }),
]);

export const chatBody = z.strictObject({
  model: text,
  messages: z.array(message).min(1).max(limits.messages),
  ...sampling,
  max_completion_tokens: z.int().min(0).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(limits.logprobs).nullish(),
  response_format: responseFormat.nullish(),
  tools: z
    .array(z.strictObject({ type: z.literal('function'), function: z.strictObject(functionTool) }))
    .max(limits.tools)
    .nullish(),
  tool_choice: z
    .union([
      choiceWord,
      z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: functionName }) }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  // The names of vLLM: further variables of the chat template; whether the assistant's turn is begun (default true); whether
  // the answer goes on from the end of the last message, which is the assistant's.
  chat_template_kwargs: jsonObject.nullish(),
  add_generation_prompt: z.boolean().nullish(),
  continue_final_message: z.boolean().nullish(),
});
export type ChatBody = z.infer<typeof chatBody>;

const responseContent = z.union([
  text,
  z.array(z.object({ type: z.enum(['input_text', 'output_text', 'text']), text })),
]);
/** A turn, a call that the model made, or what came of one. Fields that an answer carried besides may be sent back. */
const responseItem = z.union([
  z.object({
    type: z.literal('message').optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: responseContent,
  }),
  z.object({ type: z.literal('function_call'), call_id: text, name: functionName, arguments: text }),
  z.object({ type: z.literal('function_call_output'), call_id: text, output: responseContent }),
]);
export type ResponseItem = z.infer<typeof responseItem>;

const { n: _n, max_tokens: _most, stream_options: _options, ...responseSampling } = sampling;

export const responseBody = z.strictObject({
  model: text,
  input: z.union([text, z.array(responseItem).min(1).max(limits.messages)]),
  instructions: text.nullish(),
  ...responseSampling,
  max_output_tokens: z.int().min(0).nullish(),
  top_logprobs: z.int().min(0).max(limits.logprobs).nullish(),
  include: z.array(z.literal('message.output_text.logprobs')).max(1).nullish(),
  text: z
    .strictObject({
      format: z
        .discriminatedUnion('type', [
          z.strictObject({ type: z.literal('text') }),
          z.strictObject({ type: z.literal('json_object') }),
          z.strictObject({ type: z.literal('json_schema'), ...schemaForm }),
        ])
        .nullish(),
      verbosity: z.enum(['low', 'medium', 'high']).nullish(),
    })
    .nullish(),
  tools: z
    .array(z.strictObject({ type: z.literal('function'), ...functionTool }))
    .max(limits.tools)
    .nullish(),
  tool_choice: z
    .union([choiceWord, z.strictObject({ type: z.literal('function'), name: functionName })])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  previous_response_id: text.max(100).nullish(),
  truncation: z.literal('disabled').nullish(),
  chat_template_kwargs: jsonObject.nullish(),
});
export type ResponseBody = z.infer<typeof responseBody>;
