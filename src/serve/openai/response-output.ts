/** What `/v1/responses` answers: items that grow, and the events that tell of it. */

import type { ToolCallPart } from '../../decode/index.ts';
import type { TokenScore } from '../../types.ts';
import { chatLogprobs } from './responses.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';

interface MessageItem {
  readonly id: string;
  readonly type: 'message';
  status: Status;
  readonly role: 'assistant';
  readonly content: OutputText[];
}
interface OutputText {
  readonly type: 'output_text';
  text: string;
  readonly annotations: readonly never[];
  readonly logprobs: object[];
}
interface CallItem {
  readonly id: string;
  readonly type: 'function_call';
  status: Status;
  readonly call_id: string;
  readonly name: string;
  arguments: string;
}
export type OutputItem = MessageItem | CallItem;

/** The items so far. What it gives are the events of each change. */
export interface ResponseOutput {
  readonly items: readonly OutputItem[];
  add(part: ToolCallPart, tokens: readonly TokenScore[]): object[];
  /** Ends the last item; an answer without any gets an empty one. */
  end(isWhole: boolean): object[];
}

/** `id` is what the names of the items are made of. */
export function createResponseOutput(id: string, callId: (call: number) => string): ResponseOutput {
  const items: OutputItem[] = [];
  let isOpen = false;
  const place = () => ({ output_index: items.length - 1, item_id: items[items.length - 1].id });
  const copy = (item: OutputItem) => structuredClone(item);

  const open = (item: OutputItem): object[] => {
    items.push(item);
    isOpen = true;
    const { output_index, item_id } = place();
    const added = { type: 'response.output_item.added', output_index, item: copy(item) };
    if (item.type === 'function_call') return [added];
    const part: OutputText = { type: 'output_text', text: '', annotations: [], logprobs: [] };
    item.content.push(part);
    return [
      added,
      {
        type: 'response.content_part.added',
        item_id,
        output_index,
        content_index: 0,
        part: structuredClone(part),
      },
    ];
  };

  const close = (status: Status): object[] => {
    if (!isOpen) return [];
    isOpen = false;
    const item = items[items.length - 1];
    const { output_index, item_id } = place();
    item.status = status;
    const done = { type: 'response.output_item.done', output_index, item: copy(item) };
    if (item.type === 'function_call') {
      const { name, arguments: given } = item;
      return [
        {
          type: 'response.function_call_arguments.done',
          item_id,
          output_index,
          name,
          arguments: given,
        },
        done,
      ];
    }
    const [part] = item.content;
    const where = { item_id, output_index, content_index: 0 };
    return [
      { type: 'response.output_text.done', ...where, text: part.text, logprobs: part.logprobs },
      { type: 'response.content_part.done', ...where, part: structuredClone(part) },
      done,
    ];
  };

  const newMessage = (): MessageItem => ({
    id: `msg_${id}_${items.length}`,
    type: 'message',
    status: 'in_progress',
    role: 'assistant',
    content: [],
  });

  return {
    items,
    add(part, tokens) {
      const events: object[] = [];
      if (part.type === 'text') {
        if (!isOpen) events.push(...open(newMessage()));
        const [content] = (items[items.length - 1] as MessageItem).content;
        const logprobs = chatLogprobs(tokens).content;
        content.text += part.text;
        content.logprobs.push(...logprobs);
        events.push({
          type: 'response.output_text.delta',
          ...place(),
          content_index: 0,
          delta: part.text,
          logprobs,
        });
      } else if (part.type === 'call') {
        events.push(
          ...close('completed'),
          ...open({
            id: `fc_${id}_${items.length}`,
            type: 'function_call',
            status: 'in_progress',
            call_id: callId(part.call),
            name: part.name,
            arguments: '',
          }),
        );
      } else {
        (items[items.length - 1] as CallItem).arguments += part.text;
        events.push({ type: 'response.function_call_arguments.delta', ...place(), delta: part.text });
      }
      return events;
    },
    end(isWhole) {
      const events = items.length === 0 ? open(newMessage()) : [];
      return [...events, ...close(isWhole ? 'completed' : 'incomplete')];
    },
  };
}
