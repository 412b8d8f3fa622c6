/** An answer as it comes. */

import { useEffect, useRef, useState } from 'react';
import { readEvents } from '../../api/events.ts';
import type { Message, MessageDetail } from './conversations.ts';

export interface ReplyOrder {
  readonly model: string;
  readonly strategy: string;
  readonly guard: boolean;
  readonly tokens: number;
  /** Behind another endpoint, which knows no strategies. */
  readonly isRemote: boolean;
}

/** A finished answer, or as much of it as there was when it was stopped. */
export interface Reply {
  readonly content: string;
  readonly detail: MessageDetail;
  /** What broke it off. */
  readonly error?: unknown;
}

interface ChatChunk {
  readonly error?: { readonly message: string };
  readonly usage?: { readonly completion_tokens: number } | null;
  readonly choices?: readonly {
    readonly delta: { readonly content?: string | null };
    readonly loop_repaired?: object;
  }[];
}

export interface ReplyWriter {
  /** What has come so far; undefined when nothing is shown. */
  readonly text: string | undefined;
  /** Asks; the text shows on when it has ended. */
  ask(branch: readonly Message[], order: ReplyOrder): Promise<Reply>;
  stop(): void;
  show(text: string | undefined): void;
}

export function useReply(): ReplyWriter {
  const [text, setText] = useState<string>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  const ask = async (branch: readonly Message[], order: ReplyOrder): Promise<Reply> => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const begun = performance.now();
    let [content, tokens, repairs] = ['', 0, 0];
    let firstMs: number | undefined;
    let problem: unknown;
    setText('');
    try {
      const body = bodyOf(branch, order);
      for await (const { data } of readEvents('/v1/chat/completions', { method: 'POST', body, signal })) {
        if (data === '[DONE]') break;
        const chunk = JSON.parse(data) as ChatChunk;
        if (chunk.error) throw new Error(chunk.error.message);
        const [choice] = chunk.choices ?? [];
        if (choice?.delta.content) {
          firstMs ??= performance.now() - begun;
          content += choice.delta.content;
        }
        if (choice?.loop_repaired) repairs++;
        tokens = chunk.usage?.completion_tokens ?? tokens;
        setText(content);
      }
    } catch (error) {
      if (!signal.aborted) problem = error;
    }
    const detail = { tokens, repairs, ms: performance.now() - begun, firstMs };
    return { content, detail, ...(problem !== undefined && { error: problem }) };
  };
  return { text, ask, stop: () => running.current?.abort(), show: setText };
}

const bodyOf = (branch: readonly Message[], { model, strategy, guard, tokens, isRemote }: ReplyOrder) => ({
  model,
  messages: branch.map(({ role, content }) => ({ role, content })),
  ...(!isRemote && { strategy }),
  ...(guard && { guard }),
  seed: Math.floor(Math.random() * 2 ** 31),
  max_completion_tokens: tokens,
  stream: true,
  stream_options: { include_usage: true },
});
