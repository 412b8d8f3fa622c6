/**
 * The guard on the model of the main job: greedy texts for 200 openings, without and with it. INKSTONE_RUN names a run that
 * `inkstone start` has made; without it one is trained here for a minute.
 */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel, type OpenedModel } from '../src/cli/models.ts';
import { decoders } from '../src/cli/showcase.ts';
import { collectTexts, type GeneratedText } from '../src/decode/index.ts';
import { classifyToken, createLoopDetector, endsInLoop } from '../src/repeat/index.ts';
import type { Tokenizer } from '../src/types.ts';
import { inkstone, scratchFolder } from './cli-harness.ts';

const PROMPTS = 200;
const BATCH = 50;
const MAX_TOKENS = 96;

/** Whether the detector finds a loop in it, or it was cut while it said the same again. */
function loops({ tokens = [], reason }: GeneratedText, tokenizer: Tokenizer): boolean {
  const ids = tokens.map(({ id }) => id);
  const classify = (id: number) => classifyToken(tokenizer.decode([id], { keepSpecial: true }));
  const detector = createLoopDetector({ classify });
  return ids.some((id) => detector.push(id) !== undefined) || (reason === 'length' && endsInLoop(ids));
}

/** Openings in the model's own words: three tokens, drawn. */
async function openings({ writer }: OpenedModel): Promise<string[]> {
  const drawn = await collectTexts(writer.generate({ prompt: '', n: PROMPTS, maxTokens: 3, seed: 1 }));
  return drawn.map(({ text }) => text);
}

async function write(
  { writer }: OpenedModel,
  prompts: readonly string[],
  how: object,
): Promise<GeneratedText[]> {
  const texts: GeneratedText[] = [];
  for (let from = 0; from < prompts.length; from += BATCH) {
    const prompt = prompts.slice(from, from + BATCH);
    texts.push(
      ...(await collectTexts(writer.generate({ ...how, prompt, maxTokens: MAX_TOKENS, logprobs: 0 }))),
    );
  }
  return texts;
}

test('no guarded text ends in a loop, and texts without one are unchanged', {
  timeout: 1_800_000,
}, async () => {
  let folder = process.env.INKSTONE_RUN;
  if (folder === undefined) {
    folder = join(scratchFolder(), 'run');
    const { status, err } = await inkstone(['start', '--minutes', '1', '--no-serve', '--out', folder]);
    expect({ status, err }).toMatchObject({ status: 0 });
  }
  const run = await loadModel(folder);
  const prompts = await openings(run);
  const plain = await write(run, prompts, decoders.greedy);
  const safe = await write(run, prompts, decoders.guarded);
  const before = plain.filter((text) => loops(text, run.tokenizer)).length;
  const after = safe.filter((text) => loops(text, run.tokenizer)).length;
  const sum = (pick: (text: GeneratedText) => number) => safe.reduce((total, text) => total + pick(text), 0);
  console.log(
    JSON.stringify({
      texts: safe.length,
      loopsBefore: before,
      loopsAfter: after,
      endedByTheGuard: safe.filter(({ reason }) => reason === 'loop').length,
      repairs: sum(({ guard }) => guard!.repairs),
      discardedTokens: sum(({ guard }) => guard!.discardedTokens),
      shownTokens: sum(({ completionTokens }) => completionTokens),
      longestHold: Math.max(...safe.map(({ guard }) => guard!.longestHold)),
    }),
  );
  expect(safe).toHaveLength(PROMPTS);
  expect(after).toBe(0);
  // NOTE: not the log-probabilities: a batch of other texts rounds differently in the last bits.
  const said = ({ text, reason, tokens = [] }: GeneratedText) => ({
    text,
    reason,
    ids: tokens.map(({ id }) => id),
  });
  plain.forEach((text, i) => {
    if (loops(text, run.tokenizer)) expect(safe[i].guard!.repairs).toBeGreaterThan(0);
    else expect(said(safe[i])).toEqual(said(text));
  });
});
