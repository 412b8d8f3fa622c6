/** A model as the answers need it, and as many passages as it has room for. */

import { roughTokens } from '../context/index.ts';
import type { GenerationPart, Tokenizer } from '../types.ts';
import type { GivenPassage } from './answer.ts';
import type { AnswerPrompt } from './answer-prompt.ts';
import { fail } from './errors.ts';
import { passageSentences } from './passage-sentences.ts';

export interface AnswerWriter {
  /** How many tokens the model reads and writes in all. */
  readonly contextTokens: number;
  /** Of the model, where it is known: tokens are then counted exactly. */
  readonly tokenizer?: Pick<Tokenizer, 'encode'> | undefined;
  /** How many tokens a prompt is, as the model reads it. */
  count(prompt: AnswerPrompt): number | Promise<number>;
  write(
    prompt: AnswerPrompt,
    options: { readonly maxTokens: number; readonly signal?: AbortSignal },
  ): AsyncIterable<GenerationPart>;
}

/** What a chat template puts around a message, at most: few put more. */
const FRAME_TOKENS = 16;

/** Counts in place of a tokenizer that is not known: two for each word, mark or Han character; few need more, on average. */
export const estimatedTokens: Pick<Tokenizer, 'encode'> = {
  encode: (text) => roughTokens.encode(text).flatMap((place) => [place, place]),
};

/** How many tokens a prompt is where a model's template is not known; without its tokenizer, an estimate on the safe side. */
export function promptTokens(
  { messages }: AnswerPrompt,
  tokenizer: Pick<Tokenizer, 'encode'> = estimatedTokens,
): number {
  return messages.reduce((sum, { content }) => sum + FRAME_TOKENS + tokenizer.encode(content).length, 0);
}

/** The answer takes at most this share of the window. */
const ANSWER_SHARE = 0.25;

/** How many tokens an answer may have: as many as asked for, and no more than a quarter of the window. */
export const answerTokens = (writer: AnswerWriter, asked: number): number =>
  Math.max(1, Math.min(asked, Math.floor(writer.contextTokens * ANSWER_SHARE)));

/** Words of the field take at most this share of the window. */
const TERMS_SHARE = 0.125;

/** As many of these lines, the first ones first, as a small part of the window holds. */
export async function fitTerms(
  lines: readonly string[],
  {
    writer,
    promptOf,
  }: { readonly writer: AnswerWriter; readonly promptOf: (lines: readonly string[]) => AnswerPrompt },
): Promise<readonly string[]> {
  if (lines.length === 0) return lines;
  const without = await writer.count(promptOf([]));
  let kept: readonly string[] = [];
  for (const line of lines) {
    const next = [...kept, line];
    if ((await writer.count(promptOf(next))) - without > TERMS_SHARE * writer.contextTokens) break;
    kept = next;
  }
  return kept;
}

/**
 * As many passages, the best first, as fit beside the rest of the prompt and the answer; the last one is shortened to its
 * sentences around the one that `rank` puts first. @throws `apps/window` if not one sentence fits.
 */
export async function fitPassages(
  passages: readonly GivenPassage[],
  {
    writer,
    maxTokens,
    promptOf,
    rank,
  }: {
    readonly writer: AnswerWriter;
    readonly maxTokens: number;
    readonly promptOf: (passages: readonly GivenPassage[]) => AnswerPrompt;
    readonly rank: (sentence: string) => number;
  },
): Promise<GivenPassage[]> {
  const { contextTokens: window } = writer;
  const neededFor = async (list: readonly GivenPassage[]) => (await writer.count(promptOf(list))) + maxTokens;
  const given: GivenPassage[] = [];
  for (const whole of passages) {
    const fits = async (passage: GivenPassage) => (await neededFor([...given, passage])) <= window;
    const passage = { ...whole, number: given.length + 1 };
    const kept = (await fits(passage)) ? passage : await shortened(passage, fits, rank);
    if (kept) given.push(kept);
    if (kept !== passage) break;
  }
  if (given.length === 0 && passages.length > 0) {
    const smallest = shortest({ ...passages[0], number: 1 }, rank);
    throw fail('apps/window', { window, needed: await neededFor([smallest]) });
  }
  return given;
}

const partOf = (
  passage: GivenPassage,
  pieces: readonly { readonly start: number; readonly end: number }[],
) => {
  const [start, end] = [pieces[0].start, pieces.at(-1)!.end];
  return { ...passage, text: passage.text.slice(start - passage.start, end - passage.start), start, end };
};

function bestOf(passage: GivenPassage, rank: (sentence: string) => number) {
  const pieces = passageSentences(passage);
  const ranks = pieces.map(({ text }) => rank(text));
  return { pieces, best: ranks.indexOf(Math.max(...ranks)) };
}

function shortest(passage: GivenPassage, rank: (sentence: string) => number): GivenPassage {
  const { pieces, best } = bestOf(passage, rank);
  return best < 0 ? passage : partOf(passage, [pieces[best]]);
}

/** The longest run of sentences around the best that fits; undefined if not even that one does. */
async function shortened(
  passage: GivenPassage,
  fits: (passage: GivenPassage) => Promise<boolean>,
  rank: (sentence: string) => number,
): Promise<GivenPassage | undefined> {
  const { pieces, best } = bestOf(passage, rank);
  let [from, to] = [best, best + 1];
  const take = (start: number, end: number) => partOf(passage, pieces.slice(start, end));
  if (best < 0 || !(await fits(take(from, to)))) return undefined;
  for (let grows = true; grows; ) {
    grows = false;
    if (to < pieces.length && (await fits(take(from, to + 1)))) {
      to++;
      grows = true;
    }
    if (from > 0 && (await fits(take(from - 1, to)))) {
      from--;
      grows = true;
    }
  }
  return take(from, to);
}
