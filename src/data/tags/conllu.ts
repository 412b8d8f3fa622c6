/** Tagged sentences as CoNLL-U (universaldependencies.org/format): ten columns, one word a line, a blank line behind each sentence. */

import type { NamedEntity, TaggedSentence, TaggedWord } from './tagged.ts';

export interface ConlluOptions {
  /** Name of the document that begins with these sentences: `# newdoc id`. */
  readonly document?: string;
  /** Number of the first sentence; default 1. */
  readonly first?: number;
}

/**
 * The lines of sentences. Only what a tagger knows is filled in: form, both tags, and in the last column `SpaceAfter=No`, the place in
 * the text (`start_char`, `end_char`) and the entity (`NER=B-PER`); lemma, features, head and relation are `_`.
 */
export function conllu(
  sentences: readonly TaggedSentence[],
  { document, first = 1 }: ConlluOptions = {},
): string {
  const heads = document === undefined ? [] : [`# newdoc id = ${onOneLine(document)}\n`];
  return [...heads, ...sentences.map((sentence, i) => sentenceLines(sentence, first + i))].join('');
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

function sentenceLines({ text, start, words, entities }: TaggedSentence, id: number): string {
  const lines = words.map((word, i) => {
    const isJoined = i + 1 < words.length && words[i + 1].start === word.end;
    const label = labelOf(word, entities);
    const misc = [
      ...(label ? [`NER=${label}`] : []),
      ...(isJoined ? ['SpaceAfter=No'] : []),
      `start_char=${word.start}`,
      `end_char=${word.end}`,
    ];
    const { upos, xpos } = word;
    return [i + 1, onOneLine(word.text), '_', upos, xpos, '_', '_', '_', '_', misc.join('|')].join('\t');
  });
  const begin = [`# sent_id = ${id}`, `# text = ${onOneLine(text)}`, `# start_char = ${start}`];
  return `${[...begin, ...lines].join('\n')}\n\n`;
}

/** `B-` of the first word in an entity, `I-` of the others. */
function labelOf({ start, end }: TaggedWord, entities: readonly NamedEntity[]): string | undefined {
  const entity = entities.find((one) => start < one.end && one.start < end);
  return entity && `${start <= entity.start ? 'B' : 'I'}-${entity.type}`;
}
