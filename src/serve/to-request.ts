/** From a checked body to what the model is asked for. Everything that can be refused is refused here, before the queue. */

import type { ConstraintSpec } from '../decode/index.ts';
import { parseStrategy } from '../decode/index.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { ChatBody, CompletionBody } from './schemas.ts';
import type { ServedModel, WriteRequest } from './served-model.ts';

type Sampling = Omit<CompletionBody, 'model' | 'prompt' | 'echo' | 'logprobs' | 'best_of' | 'suffix'>;

/** OpenAI's default for completions. */
const DEFAULT_MAX_TOKENS = 16;

export function completionRequest(body: CompletionBody, model: ServedModel, tenant: string): WriteRequest {
  const prompts = idsOf(body.prompt, model);
  const { best_of, n } = body;
  if (best_of != null && best_of !== (n ?? 1)) {
    throw fail('serve/field', { field: 'best_of', rule: 'equal to n', zhRule: '等于 n', got: best_of });
  }
  return {
    ...samplingOf(body, model),
    maxTokens: body.max_tokens ?? DEFAULT_MAX_TOKENS,
    prompts: checkPrompts(prompts, model, body.max_tokens === 0),
    ...(body.logprobs != null && { logprobs: body.logprobs }),
    tenant,
  };
}

export function chatRequest(body: ChatBody, model: ServedModel, tenant: string): WriteRequest {
  const { max_completion_tokens, max_tokens, top_logprobs, logprobs, response_format } = body;
  if (top_logprobs != null && !logprobs) {
    throw fail('serve/field', {
      field: 'logprobs',
      rule: 'true where top_logprobs is given',
      zhRule: ' true（给出 top_logprobs 时）',
      got: logprobs,
    });
  }
  const maxTokens = max_completion_tokens ?? max_tokens;
  const format = response_format?.type ?? 'text';
  const schema =
    response_format?.type === 'json_schema' ? response_format.json_schema.schema : { type: 'object' };
  const request = samplingOf(body, model);
  if (format !== 'text' && request.constraint) {
    throw fail('serve/field', {
      field: 'response_format',
      rule: 'left out beside regex, choices or grammar',
      zhRule: '不与 regex、choices、grammar 同用',
      got: format,
    });
  }
  return {
    ...request,
    ...(maxTokens != null && { maxTokens }),
    prompts: checkPrompts(
      [[...model.prefixIds, ...model.tokenizer.encode(conversation(body.messages))]],
      model,
      false,
    ),
    ...(logprobs && { logprobs: top_logprobs ?? 0 }),
    ...(format !== 'text' && { constraint: { jsonSchema: schema } }),
    tenant,
  };
}

/**
 * What a model without a chat template reads: the texts of the messages, a line each. A model that only continues text
 * goes on from the last one.
 */
function conversation(messages: ChatBody['messages']): string {
  return messages
    .map(({ content }) => (typeof content === 'string' ? content : content.map(({ text }) => text).join('')))
    .join('\n');
}

function idsOf(
  prompt: CompletionBody['prompt'],
  { tokenizer, prefixIds }: ServedModel,
): (readonly number[])[] {
  const list = typeof prompt === 'string' || typeof prompt[0] === 'number' ? [prompt] : prompt;
  return (list as (string | number[])[]).map((one) => [
    ...prefixIds,
    ...(typeof one === 'string' ? tokenizer.encode(one) : one),
  ]);
}

function checkPrompts(
  prompts: (readonly number[])[],
  { contextLength, tokenizer }: ServedModel,
  onlyRead: boolean,
): readonly (readonly number[])[] {
  for (const ids of prompts) {
    const unknown = ids.find((id) => id >= tokenizer.vocabSize);
    if (unknown !== undefined) {
      throw fail('serve/field', {
        field: 'prompt',
        rule: `ids below ${tokenizer.vocabSize}`,
        zhRule: `小于 ${tokenizer.vocabSize} 的编号`,
        got: unknown,
      });
    }
    const most = onlyRead ? contextLength : contextLength - 1;
    if (ids.length > most) throw fail('serve/prompt-length', { tokens: ids.length, most });
    if (ids.length === 0)
      throw fail('serve/field', { field: 'prompt', rule: 'not empty', zhRule: '非空', got: '' });
  }
  return prompts;
}

function samplingOf(body: Sampling, { tokenizer }: ServedModel): Omit<WriteRequest, 'prompts' | 'tenant'> {
  const bias = Object.entries(body.logit_bias ?? {});
  const unknown = bias.find(([id]) => Number(id) >= tokenizer.vocabSize);
  if (unknown) {
    throw fail('serve/field', {
      field: 'logit_bias',
      rule: `ids below ${tokenizer.vocabSize}`,
      zhRule: `小于 ${tokenizer.vocabSize} 的编号`,
      got: unknown[0],
    });
  }
  const { stop, strategy } = body;
  if (strategy != null) parseStrategy(strategy);
  const processors = {
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k === -1 ? 0 : body.top_k,
    minP: body.min_p,
    typicalP: body.typical_p,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    repetitionPenalty: body.repetition_penalty,
    noRepeatNgram: body.no_repeat_ngram,
    dry: body.dry,
    minTokens: body.min_tokens,
  };
  const constraint = constraintOf(body);
  return {
    ...Object.fromEntries(Object.entries(processors).filter(([, value]) => value != null)),
    ...(bias.length > 0 && { logitBias: Object.fromEntries(bias) }),
    n: body.n ?? 1,
    ...(body.seed != null && { seed: body.seed }),
    ...(stop != null && { stop: typeof stop === 'string' ? (stop === '' ? [] : [stop]) : stop }),
    ...(strategy != null && { strategy }),
    ...(body.guard && { guard: true }),
    ...(body.ignore_eos && { ignoreEos: true }),
    ...(body.priority != null && { priority: body.priority }),
    ...(constraint && { constraint }),
  };
}

function constraintOf({ regex, choices, grammar }: Sampling): ConstraintSpec | undefined {
  const given = [
    regex != null && { regex },
    choices != null && { choices },
    grammar != null && { grammar },
  ].filter((one) => one !== false);
  if (given.length > 1) {
    throw fail('serve/field', {
      field: 'regex, choices, grammar',
      rule: 'given one at a time',
      zhRule: '只给其一',
      got: given.length,
    });
  }
  return given[0] as ConstraintSpec | undefined;
}

/** The most texts that one request may ask for in all its prompts. */
export function checkTexts({ prompts, n }: WriteRequest): void {
  const texts = prompts.length * n;
  const most = limits.texts * 2;
  if (texts > most)
    throw fail('serve/field', {
      field: 'n',
      rule: `at most ${most} texts in all`,
      zhRule: `总共不超过 ${most} 篇`,
      got: texts,
    });
}
