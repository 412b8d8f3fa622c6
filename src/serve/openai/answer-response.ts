/** `/v1/responses` */

import type { ToolCallPart } from '../../decode/index.ts';
import type { GenerationPart, TokenScore } from '../../types.ts';
import type { AppContext } from '../app.ts';
import { fail, type WireError } from '../errors.ts';
import { isRemote, type RemoteServed, type ServedModel } from '../served-model.ts';
import { callId, createAnswerReader } from './answer-parts.ts';
import { answerHere, askRemote } from './chat.ts';
import { chatOf, itemsOf } from './response-input.ts';
import { createResponseOutput } from './response-output.ts';
import { collect } from './responses.ts';
import type { ResponseBody, ResponseItem } from './schemas.ts';
import { followClient, gather, streamParts } from './stream.ts';
import type { RequestScope } from './to-request.ts';

/** Where conversations are kept, so that a request may name the answer that it goes on from. */
export interface ResponseHistory {
  /** The items of a conversation up to and with an answer of this tenant. */
  load(tenant: string, id: string): Promise<readonly ResponseItem[] | undefined>;
  save(tenant: string, id: string, items: readonly ResponseItem[]): Promise<void>;
}

export async function answerResponse(
  c: AppContext,
  body: ResponseBody,
  model: ServedModel | RemoteServed,
  scope: RequestScope & { readonly history: ResponseHistory | undefined },
): Promise<Response> {
  const { tenant, history } = scope;
  const previous = body.previous_response_id;
  const before = previous == null ? [] : await history?.load(tenant, previous);
  if (!before) throw fail('serve/no-history', { id: previous! });
  const chat = chatOf(body, before);
  const controller = followClient(c);
  const { parts, toolNames } = isRemote(model)
    ? askRemote(chat, model, controller.signal)
    : await answerHere(chat, model, scope, controller.signal);
  const collected = collect(1, 1);

  const requestId = c.get('requestId');
  const id = requestId.replace('req_', '');
  const head = headOf(body, model, `resp_${id}`);
  const output = createResponseOutput(id, (call) => callId(requestId, 0, call));
  const reader = createAnswerReader(1, toolNames);
  const scores: TokenScore[] = [];

  const eventsOf = (part: GenerationPart): object[] => {
    const told = (answers: readonly ToolCallPart[]) =>
      answers.flatMap((one) => output.add(one, one.type === 'text' ? scores.splice(0) : []));
    if (part.type === 'text-delta') {
      scores.push(...(part.tokens ?? []));
      return told(reader.push(0, part.text));
    }
    if (part.type === 'loop-repaired') return [];
    return [...told(reader.flush(0)), ...output.end(part.reason !== 'length')];
  };
  const whole = () => {
    const isWhole = collected.texts[0].finish?.reason !== 'length';
    const { prompt_tokens, completion_tokens, total_tokens } = collected.usage();
    return {
      ...head,
      status: isWhole ? 'completed' : 'incomplete',
      incomplete_details: isWhole ? null : { reason: 'max_output_tokens' },
      output: output.items,
      usage: {
        input_tokens: prompt_tokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: completion_tokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens,
      },
    };
  };
  const keep = async (): Promise<void> => {
    if (body.store === false) return;
    const items = [...before, ...itemsOf(body.input), ...(output.items as readonly ResponseItem[])];
    await history?.save(tenant, head.id, items);
  };

  if (!body.stream) {
    await gather(c, parts, collected, eventsOf);
    await keep();
    return c.json(whole());
  }
  let number = 0;
  const numbered = (events: readonly object[]) =>
    events.map((event) => ({ ...event, sequence_number: number++ }));
  const begun = { ...head, output: [] };
  return streamParts(c, parts, controller, {
    collected,
    chunksOf: (part) => numbered(eventsOf(part)),
    first: numbered([
      { type: 'response.created', response: begun },
      { type: 'response.in_progress', response: begun },
    ]),
    last: async () => {
      await keep();
      const response = whole();
      return numbered([{ type: `response.${response.status}`, response }]);
    },
    failed: ({ error }) => numbered([{ type: 'response.failed', response: failedOf(head, error) }]),
    done: '',
  });
}

/** What an answer repeats of its request. */
function headOf(body: ResponseBody, model: Pick<ServedModel, 'id'>, id: string) {
  return {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: model.id,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: body.text?.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage: null,
    user: body.user ?? null,
  };
}

const failedOf = (head: object, { code, message }: WireError['body']['error']) => ({
  ...head,
  status: 'failed',
  error: { code, message },
  output: [],
});
