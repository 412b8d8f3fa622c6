/** Chat templates against transformers (chat-template.py made the texts and ids). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ChatMessage, createChatTemplate, encodeParts, loadTokenizer } from '../../src/text/index.ts';

interface Golden {
  readonly name: string;
  readonly template: string;
  readonly tokens: Record<string, string>;
  readonly tokenizer: string;
  readonly rows: readonly {
    readonly chat: {
      readonly messages: readonly ChatMessage[];
      readonly tools?: readonly object[];
      readonly add_generation_prompt?: boolean;
      readonly variables?: Record<string, unknown>;
    };
    readonly text?: string;
    readonly ids?: readonly number[];
    readonly error?: string;
  }[];
}

const golden: readonly Golden[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'chat-template.json'), 'utf8'),
);

describe.each(golden)('$name', ({ template, tokens, tokenizer: file, rows }) => {
  const tokenizer = loadTokenizer(file);
  const chatTemplate = createChatTemplate(
    { template, tokens },
    { specialTokens: tokenizer.specialTokens.keys() },
  );

  test.each(rows)('chat %#', ({ chat, text, ids, error }) => {
    const { add_generation_prompt: addGenerationPrompt, ...rest } = chat;
    const render = () => chatTemplate.render({ ...rest, addGenerationPrompt });
    if (error !== undefined) return expect(render).toThrow(error);
    const parts = render();
    expect(parts.map((part) => (typeof part === 'string' ? part : part.special)).join('')).toBe(text);
    expect(encodeParts(tokenizer, parts)).toEqual(ids);
  });
});
