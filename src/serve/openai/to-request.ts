/** From a checked body to what the model is asked for. Everything that can be refused is refused here, before the queue. */

import type { ConstraintSpec } from '../../decode/index.ts';
import { parseStrategy } from '../../decode/index.ts';
import { type Infilling, infillIds, infillingOf } from '../../text/index.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import type { CheckConstraint } from '../sandbox/check-constraint.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { ServedModel, WriteRequest } from '../served-model.ts';
import { chatPrompt } from './chat-prompt.ts';
import type { ChatBody, CompletionBody } from './schemas.ts';
import { callable, toolConstraint, toolUse } from './tools.ts';

type Sampling = Omit<CompletionBody, 'model' | 'prompt' | 'echo' | 'logprobs' | 'best_of' | 'suffix'>;

/** OpenAI's default for completions. */
const DEFAULT_MAX_TOKENS = 16;

/** Who asks, and where costly work is tried first. */
export interface RequestScope {
  readonly tenant: string;
  readonly sandbox: Sandbox;
  readonly checkConstraint: CheckConstraint;
}

export async function completionRequest(
  body: CompletionBody,
  model: ServedModel,
  { tenant, checkConstraint }: RequestScope,
): Promise<WriteRequest> {
  const infill = infillOf(body, model);
  const prompts = checkPrompts(idsOf(body.prompt, model, infill), model, body.max_tokens === 0);
  const { best_of, n } = body;
  if (best_of != null && best_of !== (n ?? 1)) {
    throw fail('serve/field', { field: 'best_of', rule: 'equal to n', zhRule: '等于 n', got: best_of });
  }
  const sampling = samplingOf(body, model);
  const request = {
    ...sampling,
    maxTokens: body.max_tokens ?? DEFAULT_MAX_TOKENS,
    prompts,
    ...(body.logprobs != null && { logprobs: body.logprobs }),
    ...(infill && { eosIds: infill.infilling.endIds }),
    tenant,
  };
  checkTexts(request);
  await checkConstraint(sampling.constraint);
  return request;
}

/** What answers a chat: the request, and the tools that its texts may call. */
export interface ChatRequest {
  readonly request: WriteRequest;
  readonly toolNames: readonly string[];
}

export async function chatRequest(
  body: ChatBody,
  model: ServedModel,
  { tenant, sandbox, checkConstraint }: RequestScope,
): Promise<ChatRequest> {
  const { max_completion_tokens, max_tokens, top_logprobs, logprobs } = body;
  if (top_logprobs != null && !logprobs) {
    throw fail('serve/field', {
      field: 'logprobs',
      rule: 'true where top_logprobs is given',
      zhRule: ' true（给出 top_logprobs 时）',
      got: logprobs,
    });
  }
  const maxTokens = max_completion_tokens ?? max_tokens;
  const { constraint: own, ...sampling } = samplingOf(body, model);
  const form = formOf(body.response_format, own);
  const choice = body.tool_choice;
  const use = toolUse(
    (body.tools ?? []).map((tool) => tool.function),
    typeof choice === 'object' && choice ? choice.function : choice,
    body.parallel_tool_calls,
  );
  const constraint = use ? toolConstraint(use, form) : form;
  const prompts = checkPrompts([await chatPrompt(body, use, model, sandbox)], model, false);
  await checkConstraint(constraint);
  const eosIds = endsOf(model);
  const request = {
    ...sampling,
    ...(maxTokens != null && { maxTokens }),
    prompts,
    ...(logprobs && { logprobs: top_logprobs ?? 0 }),
    ...(constraint && { constraint }),
    ...(eosIds && { eosIds }),
    tenant,
  };
  return { request, toolNames: use ? callable(use).map(({ name }) => name) : [] };
}

/** The form that `response_format` asks for. */
function formOf(
  format: ChatBody['response_format'],
  own: ConstraintSpec | undefined,
): ConstraintSpec | undefined {
  if (!format || format.type === 'text') return own;
  if (own) {
    throw fail('serve/field', {
      field: 'response_format',
      rule: 'left out beside regex, choices or grammar',
      zhRule: '不与 regex、choices、grammar 同用',
      got: format.type,
    });
  }
  return { jsonSchema: format.type === 'json_schema' ? format.json_schema.schema : { type: 'object' } };
}

/** A chat template may name a token that ends turns, beside the one that ends texts. */
function endsOf({ tokenizer, chatTemplate }: ServedModel): readonly number[] | undefined {
  const turnEnd = tokenizer.specialTokens.get(chatTemplate?.tokens.eos_token ?? '');
  if (turnEnd === undefined || turnEnd === tokenizer.eosId) return undefined;
  return tokenizer.eosId === undefined ? [turnEnd] : [turnEnd, tokenizer.eosId];
}

/** What is written before a suffix, and how; undefined where there is none. */
interface Infill {
  readonly infilling: Infilling;
  /** Ids of the suffix, which all prompts have. */
  readonly behind: readonly number[];
}

function infillOf({ suffix, prompt, echo }: CompletionBody, model: ServedModel): Infill | undefined {
  if (suffix == null || suffix === '') return undefined;
  const infilling = infillingOf(model.tokenizer);
  if (!infilling) throw fail('serve/no-infill', { model: model.id });
  if (echo) {
    throw fail('serve/field', {
      field: 'echo',
      rule: 'left out beside suffix',
      zhRule: '不与 suffix 同用',
      got: echo,
    });
  }
  if (typeof (Array.isArray(prompt) ? prompt[0] : prompt) !== 'string') {
    throw fail('serve/field', {
      field: 'prompt',
      rule: 'text beside suffix',
      zhRule: '文本（给出 suffix 时）',
      got: 'ids',
    });
  }
  const behind = infilling.encode(suffix);
  // Before it is put behind each of the prompts.
  const most = model.contextLength - 1;
  if (behind.length > most) throw fail('serve/prompt-length', { tokens: behind.length, most });
  return { infilling, behind };
}

const idsOf = (
  prompt: CompletionBody['prompt'],
  model: ServedModel,
  infill: Infill | undefined,
): (readonly number[])[] => {
  const ids = textIds(prompt, infill ? { tokenizer: infill.infilling } : model);
  return ids.map((own) => [
    ...model.prefixIds,
    ...(infill ? infillIds(infill.infilling, own, infill.behind) : own),
  ]);
};

/** One text or several, spelled out or as ids. */
export function textIds(
  given: CompletionBody['prompt'],
  { tokenizer }: { readonly tokenizer: Pick<ServedModel['tokenizer'], 'encode'> },
): (readonly number[])[] {
  const list = typeof given === 'string' || typeof given[0] === 'number' ? [given] : given;
  return (list as (string | number[])[]).map((one) =>
    typeof one === 'string' ? tokenizer.encode(one) : one,
  );
}

/** Checks lengths and ids. With `onlyRead` nothing is written after them. */
export function checkPrompts(
  prompts: (readonly number[])[],
  { contextLength, tokenizer }: Pick<ServedModel, 'contextLength' | 'tokenizer'>,
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
function checkTexts({ prompts, n }: WriteRequest): void {
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
