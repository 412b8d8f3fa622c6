/** The chat template of a model's folder: `tokenizer_config.json`, and `chat_template.jinja` where there is one. */

import type { ChatTemplateSource } from './chat-template.ts';
import { fail } from './errors.ts';
import { object } from './json-fields.ts';

/** Fields of `tokenizer_config.json` that templates are given as variables. */
const TOKEN_FIELDS = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
];

/**
 * The template and its tokens; `undefined` for a model without one. Of several named templates `default` is taken.
 * Errors: `text/json`, `text/field`.
 */
export function readChatTemplate(
  tokenizerConfig: string,
  templateFile?: string,
): ChatTemplateSource | undefined {
  let value: unknown;
  try {
    value = JSON.parse(tokenizerConfig);
  } catch (error) {
    throw fail('text/json', { reason: error instanceof Error ? error.message : String(error) }, error);
  }
  const config = object({ file: value }, 'file');
  const template = templateFile ?? templateOf(config.chat_template);
  if (template === undefined) return undefined;
  const tokens: Record<string, string> = {};
  for (const field of TOKEN_FIELDS) {
    const given = config[field];
    const token = typeof given === 'object' && given !== null && 'content' in given ? given.content : given;
    if (token == null) continue;
    if (typeof token !== 'string')
      throw fail('text/field', { where: field, must: 'a token or null', got: token });
    tokens[field] = token;
  }
  return { template, tokens };
}

function templateOf(given: unknown): string | undefined {
  if (given == null || typeof given === 'string') return given ?? undefined;
  const named = Array.isArray(given)
    ? given.find((one) => one?.name === 'default' && typeof one.template === 'string')
    : undefined;
  if (!named)
    throw fail('text/field', {
      where: 'chat_template',
      must: 'a template, or a list with one named "default"',
      got: given,
    });
  return named.template;
}
