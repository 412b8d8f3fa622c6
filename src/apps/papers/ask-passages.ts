/** A model writes from numbered passages of papers, and every sentence of it is checked against the passage that it names. */

import type { Claim, GivenPassage } from '../answer.ts';
import type { AnswerPrompt } from '../answer-prompt.ts';
import { type AnswerWriter, answerTokens } from '../answer-writer.ts';
import { checkClaims } from '../check-claims.ts';
import { readCitations } from '../citations.ts';
import { defused, oneLine, quoted } from '../prompt-text.ts';
import { flow, pageOf } from './flow.ts';
import { givenPassages, type PaperIndex, type PaperPassage, type PlaceInPaper } from './paper-index.ts';

/** A model that ends at nothing is not listened to for longer, in characters. */
const MOST_CHARACTERS = 32_768;

/** A sentence of a model, with the places in papers that bear it out; none where nothing does. */
export interface CheckedSentence {
  readonly text: string;
  readonly places: readonly (PlaceInPaper & { readonly support: number })[];
  /** It named a passage, whether that bears it out or not. */
  readonly hasMark: boolean;
}

/** Numbered passages, quoted line by line as data. */
export function passageBlocks(passages: readonly GivenPassage[]): string {
  return passages
    .map(({ number, source, title, headings, text }) => {
      const name = [title ?? source, ...headings].map(oneLine).join(' › ');
      return `[${number}] ${defused(name)}\n${defused(quoted(flow(text)))}`;
    })
    .join('\n\n');
}

export interface AskPassages {
  readonly index: PaperIndex;
  readonly writer: AnswerWriter;
  /** The best first; as many as fit are shown. */
  readonly passages: readonly PaperPassage[];
  promptOf(passages: readonly GivenPassage[]): AnswerPrompt;
  readonly maxTokens: number;
  readonly maxSentences: number;
  readonly minSupport: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a model wrote; undefined where not even one passage fits beside its task. */
export async function askPassages({
  index,
  writer,
  passages,
  promptOf,
  maxTokens: asked,
  maxSentences,
  minSupport,
  signal,
}: AskPassages): Promise<readonly CheckedSentence[] | undefined> {
  const maxTokens = answerTokens(writer, asked);
  let shown = passages;
  const fits = async (list: readonly PaperPassage[]): Promise<boolean> =>
    (await writer.count(promptOf(givenPassages(list, index)))) + maxTokens <= writer.contextTokens;
  while (shown.length > 0 && !(await fits(shown))) shown = shown.slice(0, -1);
  if (shown.length === 0) return undefined;
  const given = givenPassages(shown, index);
  const text = await written(writer, promptOf(given), { maxTokens, signal });
  const { sentences } = readCitations(text, given.length, maxSentences);
  const own = sentences.filter((one) => /[\p{L}\p{N}]/u.test(one.text));
  const check = { collections: [index.terms], minSupport };
  const marked = await checkClaims(own, given, check);
  // A wrong number before the right words: the passage that bears them out is the one that is named.
  const again = await checkClaims(
    own.map((one) => ({ ...one, numbers: [] })),
    given,
    check,
  );
  return marked
    .map((one, i) => (one.supported ? one : again[i]))
    .map((claim, i) => ({
      text: claim.text.trim(),
      places: placesOf(claim, minSupport, shown, index),
      hasMark: own[i].numbers.length > 0,
    }));
}

/** Only passages that bear the sentence out. */
function placesOf(
  claim: Claim,
  minSupport: number,
  shown: readonly PaperPassage[],
  { papers }: PaperIndex,
): CheckedSentence['places'] {
  return claim.citations
    .filter(({ support }) => support > 0 && support >= minSupport)
    .map(({ passage, start, end, excerpt, support }) => {
      const { paper, section } = shown[passage - 1];
      const { id, pageStarts } = papers[paper];
      return {
        paper: id,
        start,
        end,
        page: pageOf(pageStarts, start),
        section,
        excerpt: flow(excerpt),
        support,
      };
    });
}

/** The whole text of one answer. @throws what the model throws */
export async function written(
  writer: AnswerWriter,
  prompt: AnswerPrompt,
  { maxTokens, signal }: { readonly maxTokens: number; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  let text = '';
  for await (const part of writer.write(prompt, { maxTokens, ...(signal && { signal }) })) {
    if (part.type === 'finish' && part.reason === 'error') throw part.error;
    if (part.type !== 'text-delta') continue;
    text += part.text;
    if (text.length > MOST_CHARACTERS) break;
  }
  signal?.throwIfAborted();
  return text.slice(0, MOST_CHARACTERS);
}

/** What a model writes that finds nothing in the passages, in either language. */
const NOTHING = /^[^\p{L}]*(?:not stated|not in the (?:passages|documents)|文中未说明|文中没有|未说明)/iu;

export const saysNothing = (sentences: readonly CheckedSentence[]): boolean =>
  sentences.length === 0 || NOTHING.test(sentences[0].text);
