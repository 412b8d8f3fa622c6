import { expect, test } from 'vitest';
import { byteTokenizer } from '../../test/toy-tokenizer.ts';
import { compileConstraint } from './constraints/constraint.ts';
import { createEngine, generateTokens, markovModel, parseStrategy } from './index.ts';
import { WORK_OF_A_TURN, workSpent } from './turn-work.ts';

/** Long tokens, so that one mask walks far. */
const tokens = Array.from({ length: 128 }, (_, i) =>
  i.toString(2).padStart(7, '0').replaceAll('0', 'a').replaceAll('1', 'b'),
);
const tokenizer = byteTokenizer(...tokens);
const model = markovModel({ vocabSize: tokenizer.vocabSize, order: 3, seed: 4, spread: 1 });
/** Every place of the text needs a mask of its own, which costs more than a turn may have. */
const constraint = () => compileConstraint({ regex: '(?:a?b?){1200}' }, tokenizer);

/** Runs `work`; the most that was counted between two turns of the event loop, and in all. */
async function mostWorkOfATurn(work: () => Promise<unknown>): Promise<{ most: number; whole: number }> {
  let [most, whole, before, isOver] = [0, 0, workSpent(), false];
  const look = (): void => {
    const now = workSpent();
    const done = now >= before ? now - before : now;
    most = Math.max(most, done);
    whole += done;
    before = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  await new Promise((resolve) => setTimeout(resolve));
  isOver = true;
  return { most, whole };
}

/** What one mask of this expression may cost: it is less than a turn. */
const ONE_MASK = WORK_OF_A_TURN;

async function write(strategy: string, n: number, prompts = 1): Promise<void> {
  const all = Array.from({ length: prompts }, (_, i) => [i + 1]);
  const options = {
    strategy: parseStrategy(strategy, { constraint: constraint() }),
    n,
    seed: 3,
    maxTokens: 3,
  };
  for await (const _ of generateTokens(model, all, options));
}

test.each<[string, () => Promise<unknown>]>([
  ['six texts of a prompt', () => write('sample', 6)],
  ['six prompts', () => write('sample', 1, 6)],
  ['six beams', () => write('beam:6', 1)],
  ['look-back', () => write('look-back:9', 6)],
  ['proposals', () => write('lookup,min-match=1', 6)],
  [
    'six requests to an engine',
    async () => {
      const engine = createEngine(model);
      const one = async (i: number): Promise<void> => {
        const strategy = parseStrategy('sample', { constraint: constraint() });
        for await (const _ of engine.generate([i + 1], { strategy, maxTokens: 3, seed: i }));
      };
      await Promise.all(Array.from({ length: 6 }, (_, i) => one(i)));
      engine.close();
    },
  ],
])('%s: masks are shared out over turns of the event loop', async (_, work) => {
  const { most, whole } = await mostWorkOfATurn(work);
  expect(whole).toBeGreaterThan(6 * WORK_OF_A_TURN);
  expect(most).toBeLessThan(WORK_OF_A_TURN + ONE_MASK);
});
