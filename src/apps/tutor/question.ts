/** Questions on a text, made from its own sentences: a word is left out, and others of its kind stand beside it. */

import { createRng, shuffle } from '../../rng.ts';

/** A sentence with what a tagger says of it; places count in UTF-16 units from where the text begins. */
export interface StudySentence {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly language: string;
  readonly words: readonly {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly upos: string;
  }[];
  readonly entities: readonly {
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly type: string;
  }[];
}

/** A sentence and the text that it is from. */
export interface StudySource {
  readonly key: string;
  readonly sentence: StudySentence;
}

export interface TutorQuestion {
  /** The same sentence and answer have the same id. */
  readonly id: string;
  readonly language: 'en' | 'zh';
  /** The sentence with `____` where the answer stands; or what a model asks. */
  readonly text: string;
  readonly answer: string;
  /** The answer among others of its kind, in the order in which they are shown; empty where there are too few. */
  readonly choices: readonly string[];
  /** In logits: how hard it is to know, beside other questions of the text. */
  readonly difficulty: number;
  readonly source: {
    readonly key: string;
    readonly start: number;
    readonly end: number;
    readonly sentence: string;
  };
}

export const BLANK = '____';
/** Choices that are shown. */
const CHOICES = 4;
/** Characters of a sentence that can be asked about; a Chinese one says as much in a third. */
const LENGTHS = { en: [30, 300], zh: [10, 100] } as const;
/** What begins with them is about the sentence before. */
const POINTING =
  /^(?:he|she|it|they|this|that|these|those|his|her|its|their|but|however|then|so|such|there)\b|^(?:他|她|它|这|那|其|此|因此|所以|但|然而|于是|后来)/iu;

interface Term {
  readonly text: string;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/**
 * One question for each sentence that stands by itself and holds a name, a number or a noun, in the order of the text. The rarest
 * of these is asked for, names first. How hard it is: how rarely the answer stands in the texts, standardized over the questions.
 */
export function makeQuestions(
  sources: readonly StudySource[],
  { seed = 0 }: { readonly seed?: number } = {},
): TutorQuestion[] {
  const read = sources.map((source) => ({ ...source, terms: termsOf(source.sentence) }));
  const counts = new Map<string, number>();
  const kinds = new Map<string, Set<string>>();
  for (const { sentence, terms } of read) {
    for (const { text, kind } of terms) {
      counts.set(keyOf(text), (counts.get(keyOf(text)) ?? 0) + 1);
      const place = `${sentence.language} ${kind}`;
      kinds.set(place, (kinds.get(place) ?? new Set()).add(text));
    }
  }
  const countOf = ({ text }: Pick<Term, 'text'>): number => counts.get(keyOf(text))!;
  const seen = new Set<string>();
  const asked = read.flatMap(({ key, sentence, terms }) => {
    const { language } = sentence;
    if ((language !== 'en' && language !== 'zh') || !standsAlone(sentence) || seen.has(sentence.text))
      return [];
    seen.add(sentence.text);
    const own = terms.filter(({ text }) => sentence.text.split(text).length === 2);
    const best = own.sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || countOf(a) - countOf(b)).at(0);
    return best ? [{ key, sentence, language, answer: best } as const] : [];
  });
  const hardness = standardized(asked.map(({ answer }) => -Math.log(countOf(answer))));
  return asked.map(({ key, sentence, language, answer }, i) => {
    const id = `${key}#${sentence.start}`;
    const others = [...kinds.get(`${language} ${answer.kind}`)!];
    const choices = choicesOf(answer.text, others, { beside: sentence.text, seed, id });
    const from = answer.start - sentence.start;
    return {
      ...{ id, language, choices, answer: answer.text, difficulty: hardness[i] },
      text: sentence.text.slice(0, from) + BLANK + sentence.text.slice(from + answer.text.length),
      source: { key, start: sentence.start, end: sentence.end, sentence: sentence.text },
    };
  });
}

const keyOf = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Names before numbers before nouns. */
const rankOf = (kind: string): number => (kind === 'NUM' ? 1 : kind === 'NOUN' ? 2 : 0);

function termsOf({ words, entities }: StudySentence): Term[] {
  const names = entities
    .filter(({ type }) => ['PER', 'LOC', 'ORG', 'NAME'].includes(type))
    .map(({ text, start, end }) => ({ text, start, end, kind: 'NAME' }));
  const isFree = (word: { readonly start: number; readonly end: number }): boolean =>
    names.every((name) => word.end <= name.start || word.start >= name.end);
  const rest = words
    .filter((word) => ['PROPN', 'NUM', 'NOUN'].includes(word.upos) && isFree(word) && !isVague(word.text))
    .map(({ text, start, end, upos }) => ({ text, start, end, kind: upos === 'PROPN' ? 'NAME' : upos }));
  return [...names, ...rest];
}

/** One letter, or some of something. */
const isVague = (text: string): boolean => text.length < 2 || /^[一两几每各某]/u.test(text);

function standsAlone({ text, language }: StudySentence): boolean {
  const [least, most] = LENGTHS[language === 'zh' ? 'zh' : 'en'];
  const isWhole = /[.!?。！？…]["'”’）)]*$/u.test(text);
  return isWhole && text.length >= least && text.length <= most && !POINTING.test(text);
}

/** Those of like length first, without what the sentence holds or what holds the answer. */
function choicesOf(
  answer: string,
  others: readonly string[],
  { beside, seed, id }: { readonly beside: string; readonly seed: number; readonly id: string },
): string[] {
  const [own, around] = [keyOf(answer), keyOf(beside)];
  const rng = createRng(seed).split(id);
  const kinds = new Map(others.map((other) => [keyOf(other), other]));
  const fit = [...kinds].filter(([key]) => !around.includes(key) && !own.includes(key) && !key.includes(own));
  const near = fit
    .map(([, text]) => ({ text, gap: Math.abs(text.length - answer.length), draw: rng.uniform() }))
    .sort((a, b) => a.gap - b.gap || a.draw - b.draw)
    .slice(0, CHOICES - 1)
    .map(({ text }) => text);
  if (near.length < CHOICES - 1) return [];
  const choices = [answer, ...near];
  shuffle(choices, rng);
  return choices;
}

/** With mean 0 and standard deviation 1; all 0 where they are equal. */
function standardized(values: readonly number[]): number[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  return values.map((x) => (deviation > 0 ? (x - mean) / deviation : 0));
}
