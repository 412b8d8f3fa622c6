/** Which language a text is in: by its script where that settles it, else by n-grams of letters (the library `eld`). */

import { nearest } from '../errors.ts';
import type { Sentence } from '../language.ts';
import type { CleaningRule } from './clean.ts';
import { fail } from './errors.ts';

/** A text without letters. */
export const NO_LANGUAGE = 'und';

/** Says the language of a text by ISO 639-1 (`zh`, `en`), `und` where there are no letters to tell by. */
export type LanguageDetector = (text: string) => string;

/** Pieces of a text that are looked at, and characters (UTF-16 units) of each. */
export const languageSample = { pieces: 3, characters: 400 } as const;

const counted = {
  han: /\p{Script=Han}/gu,
  kana: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu,
  hangul: /\p{Script=Hangul}/gu,
  letters: /\p{L}/gu,
} as const;

/**
 * The language that the script alone tells: Chinese, Japanese, Korean, `und` where there are no letters; `undefined` of other letters.
 * Each Han character, kana or Hangul counts as two letters, since it says as much as a short word.
 */
export function languageByScript(text: string): 'zh' | 'ja' | 'ko' | typeof NO_LANGUAGE | undefined {
  const count = (kind: keyof typeof counted) => text.match(counted[kind])?.length ?? 0;
  const letters = count('letters');
  if (letters === 0) return NO_LANGUAGE;
  const [han, kana, hangul] = [count('han'), count('kana'), count('hangul')];
  const eastern = han + kana + hangul;
  if (2 * eastern < letters - eastern) return undefined;
  if (hangul > han + kana) return 'ko';
  return KANA_SHARE * kana > han ? 'ja' : 'zh';
}

/**
 * A detector: by the script where that tells (`languageByScript`), else by n-grams, 60 languages, as `eld` does. Only a sample of a long
 * text is looked at, so time does not grow with it: `languageSample.pieces` pieces from its beginning, middle and end.
 */
export async function languageDetector(): Promise<LanguageDetector> {
  const { eld } = await import('eld/small');
  return (text) => {
    const sample = sampleOf(text);
    const byScript = languageByScript(sample);
    if (byScript !== undefined) return byScript;
    return eld.detect(sample).language || NO_LANGUAGE;
  };
}

/** Japanese prose has more kana than this part of its Han characters; a Chinese text that quotes a Japanese name has fewer. */
const KANA_SHARE = 5;

function sampleOf(text: string): string {
  const { pieces, characters } = languageSample;
  if (text.length <= pieces * characters) return text;
  const starts = Array.from({ length: pieces }, (_, i) =>
    Math.floor((i * (text.length - characters)) / (pieces - 1)),
  );
  return starts.map((start) => text.slice(start, start + characters)).join('\n');
}

/** Drops documents in none of these languages (ISO 639-1, `und` for no letters); what was dropped is counted by language. */
export async function languageRule(languages: readonly string[]): Promise<CleaningRule> {
  const { eld } = await import('eld/small');
  const known = [...Object.values(eld.info().Languages), NO_LANGUAGE];
  const unknown = languages.find((name) => !known.includes(name));
  if (unknown !== undefined || languages.length === 0) {
    throw fail('data/language', { got: unknown ?? '', known, near: nearest(unknown ?? '', known) });
  }
  const detect = await languageDetector();
  const wanted = new Set(languages);
  const names = languages.join(', ');
  const label: Sentence<void> = { en: () => `not in ${names}`, zh: () => `语言不是 ${names}` };
  return {
    name: 'language',
    label,
    apply(text, _document, count) {
      const found = detect(text);
      if (wanted.has(found)) return text;
      count(found);
      return undefined;
    },
  };
}
