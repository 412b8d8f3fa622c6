/** `inkstone explain [WORD]`: what a word means that the product shows. */

import { explain, findTerm, glossary, type TermId, topics } from '../../glossary/index.ts';
import { defineMessages, language } from '../../language.ts';
import type { CommandContext } from '../command.ts';

const say = defineMessages({
  more: {
    en: () => 'inkstone explain WORD tells more; any of its names will do, Chinese ones too.',
    zh: () => 'inkstone explain 词 可看解释；中英文名称与别名皆可。',
  },
  also: {
    en: (d: { names: readonly string[] }) => `also: ${d.names.join(', ')}`,
    zh: (d) => `又名：${d.names.join('、')}`,
  },
});

const HAN = /\p{Script=Han}/u;

export async function run({ args, terminal }: CommandContext): Promise<void> {
  const lines = args.length === 0 ? listWords(terminal) : explainWord(findTerm(args.join(' ')), terminal);
  for (const line of lines) terminal.print(line);
}

type Json = Pick<CommandContext['terminal'], 'json'>;

function explainWord(id: TermId, { json }: Json): string[] {
  const { name, text } = explain(id);
  json({ type: 'term', id, name, text });
  // An English reader is not shown names that they cannot read.
  const names = glossary[id].also.filter((other) => language() === 'zh' || !HAN.test(other));
  return [name, '', text, ...(names.length > 0 ? ['', say('also', { names })] : [])];
}

function listWords({ json }: Json): string[] {
  const groups = topics.map(({ title, terms }) => ({
    topic: title[language()],
    words: (Object.keys(terms) as TermId[]).map((id) => explain(id).name),
  }));
  json({ type: 'terms', topics: groups });
  return [...groups.flatMap(({ topic, words }) => [topic, `  ${words.join(', ')}`, '']), say('more', {})];
}
