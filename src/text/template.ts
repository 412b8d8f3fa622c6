/** What stands around a text or a pair of texts: the post-processors of `tokenizer.json` as one form. */

import { bound, componentsOf, unsupported } from './components.ts';
import { fail } from './errors.ts';
import { type JsonObject, list, object, text } from './json-fields.ts';
import { limits } from './limits.ts';

/** One of the texts, or tokens in between; all its tokens get the type. */
export type TemplatePart =
  | { readonly text: 'A' | 'B'; readonly type: number }
  | { readonly ids: readonly number[]; readonly type: number };

/** The parts of a single text and of a pair, in order. */
export interface PairTemplate {
  readonly single: readonly TemplatePart[];
  readonly pair: readonly TemplatePart[];
}

const plain: PairTemplate = {
  single: [{ text: 'A', type: 0 }],
  pair: [
    { text: 'A', type: 0 },
    { text: 'B', type: 1 },
  ],
};

/**
 * The template of a `post_processor`: TemplateProcessing, BertProcessing, RobertaProcessing, or one of them among others
 * that change no ids. Without one, the texts alone, of types 0 and 1. Errors: `text/field`, `text/limit`,
 * `text/unsupported`.
 */
export function readTemplate(postProcessor: unknown): PairTemplate {
  let found = plain;
  componentsOf(postProcessor, 'post_processor', 'processors').forEach((component, i) => {
    const path = `post_processor.${i}.`;
    switch (component.type) {
      case 'ByteLevel':
        return;
      case 'TemplateProcessing':
        found = { single: readParts(component, 'single', path), pair: readParts(component, 'pair', path) };
        return;
      case 'BertProcessing':
      case 'RobertaProcessing': {
        const cls = { ids: [idOf(component, 'cls', path)], type: 0 };
        const sep = { ids: [idOf(component, 'sep', path)], type: 0 };
        const single: TemplatePart[] = [cls, { text: 'A', type: 0 }, sep];
        found =
          component.type === 'BertProcessing'
            ? { single, pair: [...single, { text: 'B', type: 1 }, { ...sep, type: 1 }] }
            : { single, pair: [...single, sep, { text: 'B', type: 0 }, sep] };
        return;
      }
      default:
        throw unsupported(
          'post_processor',
          component.type,
          'TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel',
        );
    }
  });
  return found;
}

/** The id of `[token, id]`. */
function idOf(component: JsonObject, name: string, path: string): number {
  return wholeNumber(list(component, name, path)[1], `${path}${name}[1]`, limits.vocabSize - 1);
}

function wholeNumber(value: unknown, where: string, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
    throw fail('text/field', { where, must: `a whole number from 0 to ${most}`, got: value });
  }
  return value;
}

function readParts(component: JsonObject, name: 'single' | 'pair', path: string): TemplatePart[] {
  const entries = list(component, name, path);
  bound(`${path}${name}`, 'size', entries.length, limits.stages * 4);
  return entries.map((_, i) => {
    const where = `${path}${name}.${i}.`;
    const entry = object({ [i]: entries[i] }, String(i), `${path}${name}.`);
    const kind = entry.Sequence == null ? 'SpecialToken' : 'Sequence';
    const part = object(entry, kind, where);
    const id = text(part, 'id', where);
    const type = wholeNumber(part.type_id, `${where}type_id`, 255);
    if (kind === 'Sequence') {
      if (id !== 'A' && id !== 'B')
        throw fail('text/field', { where: `${where}id`, must: 'A or B', got: id });
      return { text: id, type };
    }
    const special = object(component, 'special_tokens', path);
    const tokens = object(Object.hasOwn(special, id) ? special : {}, id, `${path}special_tokens.`);
    const ids = list(tokens, 'ids', where);
    bound(`${where}ids`, 'size', ids.length, limits.stages);
    return { ids: ids.map((each) => wholeNumber(each, `${where}ids`, limits.vocabSize - 1)), type };
  });
}
