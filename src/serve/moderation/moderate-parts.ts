/** Rules applied to a generation part by part: what the reader sees of it, streamed or whole. */

import type { Rule } from '../../store/index.ts';
import type { GenerationPart, TokenScore } from '../../types.ts';
import { type CompiledRule, createModerator, type Moderator } from './moderator.ts';

type TextDelta = Extract<GenerationPart, { type: 'text-delta' }>;

/** One text of the generation on its way to the reader. */
interface Text {
  readonly moderator: Moderator;
  /** Scores of parts that are not shown yet, each with where its part begins and ends in what came in. */
  scores: { readonly from: number; readonly to: number; readonly tokens: readonly TokenScore[] }[];
  came: number;
  shown: number;
  isFinished: boolean;
}

/**
 * The parts as the rules let them through. A blocked text ends with the reason `blocked`; when all are blocked, `stop` is
 * called once. Scores come with the text that they belong to; those of a replaced or blocked text never do.
 */
export async function* moderateParts(
  parts: AsyncIterable<GenerationPart>,
  rules: readonly CompiledRule[],
  {
    texts: count,
    stop,
    onMatch,
  }: {
    readonly texts: number;
    readonly stop: () => void;
    /** Hears once of each rule that matches in a text. */
    readonly onMatch?: (rule: Rule, index: number) => void;
  },
): AsyncGenerator<GenerationPart, void> {
  const texts = Array.from(
    { length: count },
    (_, index): Text => ({
      moderator: createModerator(rules, (rule) => onMatch?.(rule, index)),
      ...{ scores: [], came: 0, shown: 0, isFinished: false },
    }),
  );
  for await (const part of parts) {
    const text = texts[part.index ?? 0];
    const { moderator } = text;
    if (part.type === 'text-delta') {
      if (moderator.isBlocked) continue;
      text.scores.push({ from: text.came, to: text.came + part.text.length, tokens: part.tokens ?? [] });
      text.came += part.text.length;
      yield* show(text, part.index, moderator.push(part.text));
      if (moderator.isBlocked && texts.every((one) => one.moderator.isBlocked || one.isFinished)) stop();
    } else if (part.type === 'finish') {
      text.isFinished = true;
      if (!moderator.isBlocked) yield* show(text, part.index, moderator.end());
      yield moderator.isBlocked ? { ...part, reason: 'blocked' } : part;
    } else if (!moderator.isBlocked) yield part;
  }
}

function* show(
  text: Text,
  index: number | undefined,
  stretches: ReturnType<Moderator['push']>,
): Generator<TextDelta> {
  let words = '';
  for (const stretch of stretches) {
    words += stretch.text;
    const to = text.shown + stretch.read;
    // The scores of what is replaced would tell what stood there.
    if (stretch.isReplaced) text.scores = text.scores.filter((one) => one.to <= text.shown || one.from >= to);
    text.shown = to;
  }
  const isDone = (one: Text['scores'][number]) => one.to <= text.shown;
  const tokens = text.scores.filter(isDone).flatMap((one) => one.tokens);
  text.scores = text.scores.filter((one) => !isDone(one));
  if (words !== '' || tokens.length > 0) {
    yield { type: 'text-delta', index, text: words, ...(tokens.length > 0 && { tokens }) };
  }
}
