/** Which tokens of a conversation the model is to write itself: those of the assistant's turns. */

import type { Tokenizer } from '../types.ts';
import { type ChatMessage, type ChatTemplateSource, createChatTemplate } from './chat-template.ts';
import { fail } from './errors.ts';
import { encodeParts, type SpecialToken } from './special.ts';

/** A conversation as tokens. */
export interface AnswerTokens {
  readonly ids: readonly number[];
  /** 1 for a token of an answer, in the order of `ids`. */
  readonly counts: Uint8Array;
}

export interface AnswerTokensOptions {
  readonly tokenizer: Tokenizer;
  /** How the model reads conversations. Default: the texts of the messages, a line each, and an end token behind the last. */
  readonly chatTemplate?: ChatTemplateSource;
  /** Without a template: what stands before every text. */
  readonly prefixIds?: readonly number[];
}

type Parts = readonly (string | SpecialToken)[];

/**
 * Makes conversations into tokens, as the model reads them when it is asked. What the template writes between the place
 * where the model goes on and the end of the assistant's turn is the answer, the mark of its end included. What follows
 * the last answer is left out.
 * @throws `text/answers` where the template does not go on from what it wrote before the answer.
 */
export function answerTokens({
  tokenizer,
  chatTemplate,
  prefixIds = [],
}: AnswerTokensOptions): (messages: readonly ChatMessage[]) => AnswerTokens {
  const { eosId } = tokenizer;
  const template =
    chatTemplate && createChatTemplate(chatTemplate, { specialTokens: tokenizer.specialTokens.keys() });
  const partsOf = (messages: readonly ChatMessage[], addGenerationPrompt: boolean): Parts =>
    template ? template.render({ messages, addGenerationPrompt }) : [messages.map(textOf).join('\n')];
  const idsOf = (parts: Parts): number[] =>
    template ? encodeParts(tokenizer, parts) : [...prefixIds, ...encodeParts(tokenizer, parts)];
  return (messages) => {
    const turns = messages.flatMap(({ role }, turn) => (role === 'assistant' ? [turn] : []));
    const all = partsOf(messages.slice(0, turns.at(-1)! + 1), false);
    const ids = idsOf(all);
    if (!template && eosId !== undefined) ids.push(eosId);
    const counts = new Uint8Array(ids.length);
    for (const turn of turns) {
      const [before, through] = [
        partsOf(messages.slice(0, turn), true),
        partsOf(messages.slice(0, turn + 1), false),
      ];
      if (!beginsWith(all, before) || !beginsWith(all, through))
        throw fail('text/answers', { turn: turn + 1 });
      const isLast = turn === turns.at(-1);
      // A token that spans both sides is the answer's.
      counts.fill(1, common(ids, idsOf(before)), isLast ? ids.length : common(ids, idsOf(through)));
    }
    return { ids, counts };
  };
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  if (content === undefined || content === null) return '';
  const rule = 'without a chat template the `content` of a message must be text or null';
  const ruleZh = '没有对话模板时，消息的 `content` 必须是文本或 null';
  throw fail('text/option', { where: 'answers', rule, ruleZh, got: content });
}

const spelled = (parts: Parts): string =>
  parts.map((part) => (typeof part === 'string' ? part : `\0${part.special}\0`)).join('');

const beginsWith = (all: Parts, start: Parts): boolean => spelled(all).startsWith(spelled(start));

/** Tokens at the beginning that are the same. */
function common(ids: readonly number[], others: readonly number[]): number {
  let length = 0;
  while (length < others.length && ids[length] === others[length]) length++;
  return length;
}
