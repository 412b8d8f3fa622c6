import { expect, test } from 'vitest';
import { byteTokenizer } from '../../test/toy-tokenizer.ts';
import { compileConstraint } from './constraints/constraint.ts';
import { limits } from './constraints/limits.ts';
import { createEngine, generateTokens, guarded, markovModel, parseStrategy, type Strategy } from './index.ts';
import { spendWork, WORK_OF_A_TURN, workSpent } from './turn-work.ts';

const model = markovModel({ vocabSize: 300, order: 3, seed: 4, spread: 1 });

/** Less than a turn may have, more than half of it. */
const OF_A_TEXT = 40_000;
const working = { processors: [() => spendWork(OF_A_TEXT)] };

/** Runs `work`; the most that is found counted whenever the event loop has its turn. */
async function mostOfATurn(work: () => Promise<unknown>): Promise<number> {
  let most = 0;
  let isOver = false;
  const look = (): void => {
    most = Math.max(most, workSpent());
    if (!isOver) setImmediate(look);
  };
  look();
  most = 0;
  await work();
  isOver = true;
  return most;
}

async function write(strategy: string, n: number, prompts = 1, wrap = (one: Strategy) => one): Promise<void> {
  const all = Array.from({ length: prompts }, (_, i) => [i + 1]);
  const options = { strategy: wrap(parseStrategy(strategy, working)), n, seed: 3, maxTokens: 4 };
  for await (const _ of generateTokens(model, all, options));
}

test.each<[string, () => Promise<unknown>]>([
  ['six texts of a prompt', () => write('sample', 6)],
  ['six prompts', () => write('sample', 1, 6)],
  ['six guarded texts', () => write('sample', 6, 1, guarded)],
  ['six beams', () => write('beam:6', 1)],
  ['six groups', () => write('diverse:6:6', 1)],
  ['six texts that look back', () => write('look-back:9', 6)],
  ['six texts with proposals', () => write('lookup,min-match=1', 6)],
  [
    'six requests to an engine',
    async () => {
      const engine = createEngine(model);
      const one = async (i: number): Promise<void> => {
        const strategy = parseStrategy('sample', working);
        for await (const _ of engine.generate([i + 1], { strategy, maxTokens: 4, seed: i }));
      };
      await Promise.all(Array.from({ length: 6 }, (_, i) => one(i)));
      engine.close();
    },
  ],
])('%s share the turns of the event loop', async (_, work) => {
  const most = await mostOfATurn(work);
  expect(most).toBeGreaterThanOrEqual(OF_A_TEXT);
  expect(most).toBeLessThan(WORK_OF_A_TURN + OF_A_TEXT);
});

test('a mask counts what it costs when it is new, and that is never above the limit', () => {
  const tokens = Array.from({ length: 256 }, (_, i) =>
    i.toString(2).replaceAll('0', 'a').replaceAll('1', 'b').padStart(8, 'a'),
  );
  const tokenizer = byteTokenizer(...tokens);
  const costOf = (size: number): number => {
    const { start } = compileConstraint({ regex: `(?:a?b?){${size}}` }, tokenizer);
    const before = workSpent();
    const row = new Float32Array(tokenizer.vocabSize);
    try {
      start.mask(row);
    } catch (error) {
      expect(error).toMatchObject({ code: 'constraint/work' });
    }
    const cost = workSpent() - before;
    return cost;
  };
  const small = compileConstraint({ regex: 'a{3}' }, tokenizer).start;
  small.mask(new Float32Array(tokenizer.vocabSize));
  const before = workSpent();
  small.mask(new Float32Array(tokenizer.vocabSize));
  expect(workSpent()).toBe(before);

  expect(costOf(100)).toBeGreaterThan(1_000);
  const most = limits.work + 2 * tokenizer.vocabSize + 2 ** 10;
  expect(costOf(4_000)).toBeLessThan(most);
  expect(costOf(4_000)).toBeGreaterThan(limits.work / 2);
});
