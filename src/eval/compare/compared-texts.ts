/** The texts of a comparison and their beginnings, cut by characters: the same words for models with different tokenizers. */

import { fail } from '../errors.ts';

/** Characters of a piece of a long text. */
const PIECE = { least: 100, most: 2000 } as const;

/**
 * At most `most` texts from all over the list. Where there are fewer, and where one is very long, texts are cut into pieces, so
 * that a single book is many texts too.
 */
export function comparedTexts(texts: readonly string[], most: number): string[] {
  const total = texts.reduce((length, text) => length + text.length, 0);
  const length = Math.min(PIECE.most, Math.max(PIECE.least, Math.ceil(total / most)));
  const pieces = texts.flatMap((text) => piecesOf(text, length)).filter((text) => text.trim() !== '');
  const wanted = Math.min(most, pieces.length);
  return Array.from({ length: wanted }, (_, i) => pieces[Math.floor((i * pieces.length) / wanted)]);
}

/** Pieces of about `length`, none shorter than half of it; a piece ends behind a space where there is one near. */
function piecesOf(text: string, length: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (text.length - from > 1.5 * length) {
    const space = text.slice(from, from + length).search(/\s\S*$/u);
    let end = from + (space > length / 2 ? space + 1 : length);
    if (/[\udc00-\udfff]/.test(text[end])) end--;
    pieces.push(text.slice(from, end));
    from = end;
  }
  return [...pieces, text.slice(from)];
}

export interface TextPrompt {
  readonly prompt: string;
  /** What a person wrote next. */
  readonly continuation: string;
}

export interface TextPromptsOptions {
  /** At most so many prompts. */
  readonly count: number;
  /** Characters of a prompt; a word that is not over yet is finished, unless that doubles the prompt. */
  readonly promptLength: number;
  /** Characters of the continuation, at most. */
  readonly length: number;
  /** Whether a model can go on from a prompt; others are passed over. */
  readonly fits: (prompt: string) => boolean;
}

/** Letters that stand in words between spaces; a Chinese character may end anywhere. */
const inWord = /^[\p{L}\p{M}\p{N}'’]$/u;
const ideograph = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;

/** One prompt of each text that is long enough, spread evenly over the texts. */
export function textPrompts(
  texts: readonly string[],
  { count, promptLength, length, fits }: TextPromptsOptions,
): TextPrompt[] {
  const all: TextPrompt[] = [];
  for (const text of texts) {
    // NOTE what is looked at is bounded: a text may be a whole novel, and a character two units.
    const characters = [...text.slice(0, 2 * (2 * promptLength + length))];
    let end = promptLength;
    const goesOn = (at: number): boolean =>
      inWord.test(characters[at] ?? '') && !ideograph.test(characters[at]);
    if (goesOn(end - 1)) while (end < 2 * promptLength && goesOn(end)) end++;
    const prompt = characters.slice(0, end).join('');
    if (characters.length < end + 2 || !fits(prompt)) continue;
    all.push({ prompt, continuation: characters.slice(end, end + length).join('') });
  }
  if (all.length < 2) throw fail('eval/no-texts', { where: 'compareModels', least: 2, got: all.length });
  const wanted = Math.min(count, all.length);
  return Array.from({ length: wanted }, (_, i) => all[Math.floor((i * all.length) / wanted)]);
}
