/** Questions on a text, made from its own sentences: a word is left out, and others of its kind stand beside it. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
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

/** As it is kept: plain data. */
export const tutorQuestion = z.object({
  /** The same sentence and answer have the same id, wherever they stand. */
  id: z.string(),
  language: z.enum(['en', 'zh']),
  /** The sentence with `____` where the answer stands; or what a model asks. */
  text: z.string(),
  answer: z.string(),
  /** The answer among others of its kind, in the order in which they are shown; empty where there are too few. */
  choices: z.array(z.string()).readonly(),
  /** In logits: how hard it is to know, beside other questions of the text. */
  difficulty: z.number(),
  source: z.object({ key: z.string(), start: z.number(), end: z.number(), sentence: z.string() }).readonly(),
});
export type TutorQuestion = Readonly<z.output<typeof tutorQuestion>>;

export const BLANK = '____';
/** Choices that are shown. */
const CHOICES = 4;
/** Characters of a sentence that can be asked about; a Chinese one says as much in a third. */
const LENGTHS = { en: [30, 300], zh: [10, 100] } as const;
/** What begins with them is about the sentence before. */
const POINTING =
  /^(?:he|she|it|they|this|that|these|those|his|her|its|their|but|however|then|so|such|there)\b|^(?:他|她|它|这|那|其|此|因此|所以|但|然而|于是|后来)/iu;

/** What is longer is a list or a table. */
const MOST_CHARACTERS = 2000;

interface Term {
  readonly text: string;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Terms of one kind that look alike: of one length and form. */
interface Alike {
  readonly form: string;
  readonly length: number;
  readonly texts: string[];
}

/**
 * One question for each sentence that stands by itself and holds a name, a number or a noun, in the order of the text. The rarest
 * of these is asked for, names first. How hard it is: how rarely the answer stands in the texts, standardized over the questions.
 */
export function makeQuestions(sources: readonly StudySource[]): TutorQuestion[] {
  const read = sources.map((source) => ({ ...source, terms: termsOf(source.sentence) }));
  const counts = new Map<string, number>();
  const kinds = new Map<string, Map<string, Alike>>();
  for (const { sentence, terms } of read) {
    for (const { text, kind } of terms) {
      const key = keyOf(text);
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      if (count === 0) keepAlike(kinds, placeOf(sentence, kind), text);
    }
  }
  const countOf = ({ text }: Pick<Term, 'text'>): number => counts.get(keyOf(text))!;
  const seen = new Set<string>();
  const asked = read.flatMap(({ key, sentence, terms }) => {
    const { language } = sentence;
    if ((language !== 'en' && language !== 'zh') || !standsAlone(sentence) || seen.has(sentence.text))
      return [];
    seen.add(sentence.text);
    const own = terms.filter((term) => isHidden(term, sentence));
    const best = own.sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || countOf(a) - countOf(b)).at(0);
    return best ? [{ key, sentence, language, answer: best } as const] : [];
  });
  const hardness = standardized(asked.map(({ answer }) => -Math.log(countOf(answer))));
  return asked.map(({ key, sentence, language, answer }, i) => {
    const id = createHash('sha256').update(`${sentence.text}\n${answer.text}`).digest('hex').slice(0, 12);
    const others = [...(kinds.get(placeOf(sentence, answer.kind))?.values() ?? [])];
    const from = answer.start - sentence.start;
    const before = sentence.text.slice(0, from);
    const choices = choicesOf(answer, others, { sentence: sentence.text, before, id });
    return {
      ...{ id, language, choices, answer: answer.text, difficulty: hardness[i] },
      text: before + BLANK + sentence.text.slice(from + answer.text.length),
      source: { key, start: sentence.start, end: sentence.end, sentence: sentence.text },
    };
  });
}

const placeOf = ({ language }: StudySentence, kind: string): string => `${language} ${kind}`;

function keepAlike(kinds: Map<string, Map<string, Alike>>, place: string, text: string): void {
  const groups = kinds.get(place) ?? new Map<string, Alike>();
  kinds.set(place, groups);
  const [form, { length }] = [formOf(text), text];
  const name = `${form} ${length}`;
  const group = groups.get(name) ?? { form, length, texts: [] };
  groups.set(name, group);
  group.texts.push(text);
}

/** Digits, and what ends like a plural: among others of another form such an answer is told by its looks. */
const formOf = (text: string): string => (/\d/.test(text) ? 'digits' : /[^s]s$/i.test(text) ? 'plural' : '');

/** Whether the sentence, without the term, does not tell it: nor a long word of it, nor the other half of a hyphen. */
function isHidden({ text, start }: Term, sentence: StudySentence): boolean {
  const from = start - sentence.start;
  const [before, after] = [sentence.text.slice(0, from), sentence.text.slice(from + text.length)];
  if (/[-‐‑]$/.test(before) || /^[-‐‑]/.test(after)) return false;
  const rest = keyOf(`${before}\n${after}`);
  const words = keyOf(text).split(' ');
  return [keyOf(text), ...words.filter((word) => word.length > 3)].every((word) => !rest.includes(word));
}

const keyOf = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Names before numbers before nouns. */
const rankOf = (kind: string): number => (kind === 'NUM' ? 1 : kind === 'NOUN' ? 2 : 0);

function termsOf({ text: sentence, words, entities }: StudySentence): Term[] {
  if (sentence.length > MOST_CHARACTERS) return [];
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

/** Those of like form and length first, without what the sentence holds, what holds the answer, and what an article rules out. */
function choicesOf(
  { text: answer, kind }: Term,
  others: readonly Alike[],
  { sentence, before, id }: { readonly sentence: string; readonly before: string; readonly id: string },
): string[] {
  const [own, around] = [keyOf(answer), keyOf(sentence)];
  const hasArticle = /(?:^|\s)an?\s$/i.test(before);
  const fits = (text: string): boolean => {
    const key = keyOf(text);
    if (hasArticle && VOWEL.test(text) !== VOWEL.test(answer)) return false;
    return !around.includes(key) && !own.includes(key) && !key.includes(own);
  };
  const rng = createRng(0).split(id);
  const form = formOf(answer);
  const nearest = others
    .map((group) => ({
      ...group,
      gap: Math.abs(group.length - answer.length) + (group.form === form ? 0 : OTHER_FORM),
      draw: rng.uniform(),
    }))
    .sort((a, b) => a.gap - b.gap || a.draw - b.draw);
  const choices = [answer];
  for (const { texts } of nearest) {
    const open = [...texts];
    // Drawn one by one: a book has thousands that nobody needs to look at.
    while (open.length > 0 && choices.length < CHOICES) {
      const [text] = open.splice(rng.integer(open.length), 1);
      if (fits(text)) choices.push(kind === 'NAME' ? text : withCaseOf(answer, text));
    }
  }
  return choices.length < CHOICES ? [] : shuffle(choices, rng);
}

const VOWEL = /^[aeiou]/i;
/** Characters that another form counts as. */
const OTHER_FORM = 100;

/** The first letter as large as that of the answer: a sentence begins with a capital. */
function withCaseOf(answer: string, text: string): string {
  if (!/^\p{L}\p{Ll}+$/u.test(text)) return text;
  const first = /^\p{Lu}/u.test(answer) ? text[0].toUpperCase() : text[0].toLowerCase();
  return first + text.slice(1);
}

/** With mean 0 and standard deviation 1; all 0 where they are equal. */
function standardized(values: readonly number[]): number[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  return values.map((x) => (deviation > 0 ? (x - mean) / deviation : 0));
}
