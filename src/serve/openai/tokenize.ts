/** `/tokenize`, `/detokenize`, `/tokenizer_info`: a model's tokenizer, by vLLM's names; evaluation programs ask for it. */

import type { AppContext } from '../app.ts';
import type { ServedModel } from '../served-model.ts';
import type { DetokenizeBody, TokenizeBody } from './schemas.ts';
import { checkPrompts } from './to-request.ts';

/** The ids of a text. A special token that it spells is text, as it is in a prompt. */
export function answerTokenize(
  c: AppContext,
  { prompt, add_special_tokens, return_token_strs }: TokenizeBody,
  { tokenizer, prefixIds, contextLength }: ServedModel,
): Response {
  const tokens = [...(add_special_tokens === false ? [] : prefixIds), ...tokenizer.encode(prompt)];
  return c.json({
    count: tokens.length,
    max_model_len: contextLength,
    tokens,
    token_strs: return_token_strs ? tokens.map((id) => tokenizer.decode([id], { keepSpecial: true })) : null,
  });
}

export function answerDetokenize(
  c: AppContext,
  { tokens }: DetokenizeBody,
  { tokenizer }: ServedModel,
): Response {
  if (tokens.length > 0) checkPrompts([tokens], { tokenizer, contextLength: tokens.length }, true);
  return c.json({ prompt: tokenizer.decode(tokens, { keepSpecial: true }) });
}

export function answerTokenizerInfo(c: AppContext, { tokenizer, chatTemplate }: ServedModel): Response {
  const eos = [...tokenizer.specialTokens].find(([, id]) => id === tokenizer.eosId)?.[0];
  return c.json({
    tokenizer_class: 'inkstone',
    ...(eos !== undefined && { eos_token: eos }),
    ...chatTemplate?.tokens,
    ...(chatTemplate && { chat_template: chatTemplate.template }),
  });
}
