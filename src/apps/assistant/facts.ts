/** Facts that a person states: kept, and given back where they have to do with what is asked. */

import { defineMessages, type Language } from '../../language.ts';
import { createAnalyzer } from '../../retrieve/index.ts';
import { keepNote, type Notes } from './notes.ts';
import { type AssistantTool, anObject, aText, tidyWords, wordPatterns } from './tool.ts';

const say = defineMessages({
  kept: { en: (d: { fact: string }) => `I will remember: ${d.fact}`, zh: (d) => `记住了：${d.fact}` },
  none: { en: () => 'I remember nothing of that.', zh: () => '我没有记下与此有关的事。' },
});

/** Facts that go into a prompt at most. */
const MOST_RECALLED = 20;

const analyze = createAnalyzer();

/** The facts that share most words with a text, the newest first among equals; few are all recalled. */
export async function recallFacts(notes: Notes, text: string, most = MOST_RECALLED): Promise<string[]> {
  const facts = [...(await notes.list('fact'))].reverse();
  const asked = new Set(analyze(text));
  const shared = (fact: string): number => new Set(analyze(fact).filter((term) => asked.has(term))).size;
  return facts
    .map((note) => ({ text: note.text, rank: shared(note.text) }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map((one) => one.text);
}

const STATED = wordPatterns([
  'please remember that {fact}',
  'remember that {fact}',
  'please remember: {fact}',
  'remember: {fact}',
  "don't forget that {fact}",
  '请记住:{fact}',
  '请记住,{fact}',
  '请记住{fact}',
  '记住:{fact}',
  '记住,{fact}',
  '记住{fact}',
  '记下:{fact}',
  '记下{fact}',
  '请记一下{fact}',
]);

/** What a person asks to be remembered, in so many words; undefined where they ask for something else. */
export function statedFact(words: string): string | undefined {
  const fact = STATED(words, { now: new Date(0), language: 'en' })?.fact;
  // A question is none: “remember that song?”, 记住了吗？ Nor is that it is done: 记住了。
  const isFact = typeof fact === 'string' && fact.trim() !== '了' && !/[?？吗]\s*$/u.test(words.trim());
  return isFact ? fact.trim() : undefined;
}

export const factKept = (fact: string, language: Language): string => say('kept', { fact }, language);

const ASKS = wordPatterns([
  'what do you remember about {about}',
  'what do you remember of {about}',
  'what do you know about me',
  'what do you remember',
  '你记得关于{about}的什么',
  '你记得{about}吗',
  '你记得什么',
  '你记住了什么',
  '你记得我什么',
]);

/** The tools of memory: a model may look, and may keep what the person says yes to. */
export function memoryTools(notes: Notes): AssistantTool[] {
  return [
    {
      name: 'remember',
      description: 'Keeps a fact about the person for later conversations, in one sentence.',
      parameters: anObject({ fact: aText('the fact') }),
      hasEffect: true,
      run: async ({ fact }, { language }) =>
        factKept((await keepNote(notes, 'fact', String(fact))).text, language),
    },
    {
      name: 'recall',
      description: 'Gives back the facts that the person told in earlier conversations.',
      parameters: anObject({ about: aText('those that have to do with this come first') }, []),
      hasEffect: false,
      fromWords: (words, context) => ASKS(tidyWords(words), context),
      async run({ about = '' }, { language }) {
        const facts = await recallFacts(notes, String(about));
        return facts.length > 0 ? facts.map((fact) => `- ${fact}`).join('\n') : say('none', {}, language);
      },
    },
  ];
}
