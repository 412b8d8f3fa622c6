/** A text in Chinese, English or both: its sentences, each tagged by the tool of its language. */

import { splitSentences } from '../../text/index.ts';
import { languageByScript } from '../language-rule.ts';
import { chineseTagger } from './chinese-tags.ts';
import { englishTagger } from './english-tags.ts';
import { type SentenceTags, type TaggedLanguage, type TaggedSentence, tagOfMark } from './tagged.ts';

/** Tags a text; every place is one of the text. */
export type TextTagger = (text: string) => AsyncGenerator<TaggedSentence, void>;

/**
 * A tagger: sentences whose letters are mostly Han are read by jieba, those of Latin letters by wink-nlp as English, and the rest is only
 * cut into words. A tool is loaded when the first sentence of its language comes. @throws `data/no-jieba`
 *
 * @example
 * for await (const { words } of textTagger()('李白喝酒。')) {
 *   words.map(({ text, upos }) => `${text}/${upos}`); // ['李白/PROPN', '喝酒/VERB', '。/PUNCT']
 * }
 */
export function textTagger(): TextTagger {
  const load = { zh: chineseTagger, en: englishTagger, und: async () => plainTags };
  const tools: { [Language in TaggedLanguage]?: Promise<(sentence: string) => SentenceTags> } = {};
  return async function* (text) {
    for (const piece of splitSentences(text)) {
      const language = taggedLanguage(piece.text);
      tools[language] ??= load[language]();
      const { words, entities } = (await tools[language])(piece.text);
      const placed = <Piece extends { start: number; end: number }>(pieces: readonly Piece[]) =>
        pieces.map((one) => ({ ...one, start: one.start + piece.start, end: one.end + piece.start }));
      yield { ...piece, language, words: placed(words), entities: placed(entities) };
    }
  };
}

function taggedLanguage(sentence: string): TaggedLanguage {
  const language = languageByScript(sentence);
  if (language !== undefined) return language === 'zh' ? 'zh' : 'und';
  const count = (letters: RegExp) => sentence.match(letters)?.length ?? 0;
  return 2 * count(/\p{Script=Latin}/gu) > count(/\p{L}/gu) ? 'en' : 'und';
}

const HAS_LETTER = /\p{L}/u;

function plainTags(sentence: string): SentenceTags {
  const words = Array.from(sentence.matchAll(/[\p{L}\p{M}\p{N}]+|\S/gu), ({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
    upos: HAS_LETTER.test(text) ? ('X' as const) : tagOfMark(text),
    xpos: '_',
  }));
  return { words, entities: [] };
}
