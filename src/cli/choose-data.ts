/** The texts that a model is to be chosen for: as the commands of each task read them, or made up where there are none. */

import { numberLabels, readLabelledTexts, wordCutter } from '../classify/index.ts';
import { roughTokens } from '../context/index.ts';
import { languageDetector } from '../data/index.ts';
import { type ChoiceLanguage, profileTexts, type TextFacts } from '../eval/index.ts';
import { createRng } from '../rng.ts';
import type { TextDocument } from '../types.ts';
import type { chooseOptions } from './choose-options.ts';
import type { CommandContext } from './command.ts';
import { loadDocuments } from './corpus.ts';
import { fail } from './errors.ts';
import { readHeadExamples } from './head-data.ts';
import { readPairs } from './pairs.ts';

type Context = Pick<CommandContext<typeof chooseOptions>, 'options' | 'terminal' | 'signal'>;

/** Texts with labels (classify), sentences (tag), both sides of pairs (translate), or documents. @throws where there is nothing to learn from */
export async function readChoiceTexts(context: Context, data: string): Promise<readonly TextDocument[]> {
  const texts = await readAsTask(context, data);
  if (!texts.some(({ text }) => text.trim() !== '')) throw fail('cli/empty-corpus', { source: data });
  return texts;
}

async function readAsTask(
  { options, terminal, signal }: Context,
  data: string,
): Promise<readonly TextDocument[]> {
  const { task, textColumn, offline } = options;
  if (task === 'classify') {
    const texts = await readLabelledTexts(data, { ...options, signal });
    if (texts.length > 0) numberLabels('choose', texts);
    return texts;
  }
  if (task === 'tag') {
    const examples = await readHeadExamples('label', data, { isLabelled: true, signal });
    return examples.flatMap((example) => ('words' in example ? [{ text: example.words.join(' ') }] : []));
  }
  if (task === 'translate') {
    const pairs = await readPairs(data, undefined, { signal });
    return pairs.map(({ text, target }) => ({ text: `${text}\n${target}` }));
  }
  const loading = { terminal, signal, offline, prepare: { textColumn } };
  return (await loadDocuments(data, loading, [])).documents;
}

/** What can be measured of texts. */
export async function factsOf(texts: readonly TextDocument[]): Promise<TextFacts> {
  return profileTexts(texts, {
    detect: await languageDetector(),
    cut: wordCutter.cut,
    countTokens: (text) => roughTokens.encode(text).length,
  });
}

/** What is taken for a language where there is no text: characters of a word or character, and different ones. */
const usual: { readonly [L in ChoiceLanguage]: { readonly perToken: number; readonly kinds: number } } = {
  en: { perToken: 6, kinds: 90 },
  other: { perToken: 6, kinds: 200 },
  zh: { perToken: 1, kinds: 3500 },
  mixed: { perToken: 2, kinds: 3600 },
};
/** Tokens of a text that is made up. */
export const USUAL_TOKENS = 50;

/** Facts without data: so many texts of 50 words each. */
export function usualFacts(texts: number, language: ChoiceLanguage): TextFacts {
  const { perToken, kinds } = usual[language];
  const tokens = texts * USUAL_TOKENS;
  return {
    language,
    texts,
    tokens,
    textTokens: USUAL_TOKENS,
    characters: tokens * perToken,
    characterKinds: kinds,
  };
}

const MADE_UP = { texts: 160, words: 2000 };
const FIRST_HAN = 0x4e00;

/** Texts to measure speed on: words as frequent as Zipf has it, and two labels by chance. */
export function madeUpTexts(language: ChoiceLanguage): TextDocument[] {
  const rng = createRng(0);
  const isChinese = language === 'zh';
  const word = (): string => {
    const rank = Math.floor(Math.exp(rng.uniform() * Math.log(MADE_UP.words)));
    return isChinese ? String.fromCodePoint(FIRST_HAN + rank) : rank.toString(36).replaceAll(/\d/g, 'e');
  };
  return Array.from({ length: MADE_UP.texts }, (_, i) => ({
    text: Array.from({ length: USUAL_TOKENS }, word).join(isChinese ? '' : ' '),
    label: i % 2 ? 'b' : 'a',
  }));
}
