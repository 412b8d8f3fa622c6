import { describe, expect, test } from 'vitest';
import { type SearchOptions, search, type Trial } from './search.ts';
import { formatSpace, parseSpace, placeOf, type Settings, settingsAt } from './space.ts';
import { type SearchStrategy, searchStrategies } from './strategies.ts';

const names = Object.keys(searchStrategies) as SearchStrategy[];

/** One hill, best at x = 0.01 (of 0.0001 … 1), n = 3 and kind b. */
const hill = async ({ x, n, kind }: Settings) => ({
  score: -((Math.log10(x as number) + 2) ** 2) - 0.2 * ((n as number) - 3) ** 2 - (kind === 'b' ? 0 : 0.5),
});
const space = parseSpace('x=log:1e-4:1; n=int:1:6; kind=a,b,c; fixed=7');

const options = (strategy: SearchStrategy, more: Partial<SearchOptions> = {}): SearchOptions => ({
  strategy,
  trials: 20,
  goal: 'max',
  seed: 1,
  ...more,
});
async function all(events: AsyncIterable<Trial>): Promise<Trial[]> {
  const trials: Trial[] = [];
  for await (const trial of events) trials.push(trial);
  return trials;
}
const bestOf = (trials: readonly Trial[]) => Math.max(...trials.map(({ score }) => score!));
const settingsOf = (trials: readonly Trial[]) => trials.map(({ settings }) => settings);

describe('a space', () => {
  test('is read and written, and places lead back to settings', () => {
    expect(formatSpace(space)).toBe('x=log:0.0001:1; n=int:1:6; kind=a,b,c; fixed=7');
    expect(settingsAt(space, [0, 0, 0, 0])).toEqual({ x: 0.0001, n: 1, kind: 'a', fixed: 7 });
    expect(settingsAt(space, [1, 1, 1, 1])).toEqual({ x: 1, n: 6, kind: 'c', fixed: 7 });
    const middle = { x: 0.01, n: 3, kind: 'b', fixed: 7 };
    expect(settingsAt(space, placeOf(space, middle))).toEqual(middle);
    const places = Array.from({ length: 600 }, (_, i) => settingsAt(parseSpace('n=int:1:6'), [i / 600]).n);
    for (let n = 1; n <= 6; n++) expect(places.filter((other) => other === n)).toHaveLength(100);
  });

  test.each(['', 'x', 'x=', 'x=float:1:0', 'x=log:0:1', 'x=int:1:2.5', 'x=float:1:2:3', 'x=1,1', 'x=1;x=2'])(
    '%j is none',
    (text) => {
      expect(() => parseSpace(text)).toThrow('search: a space must be');
    },
  );
});

describe('a search', () => {
  test.each(names)('%s: one that goes on does as one that was never stopped', async (strategy) => {
    const whole = await all(search(space, hill, options(strategy)));
    const earlier = whole.slice(0, 11);
    const rest = await all(search(space, hill, options(strategy, { earlier })));
    expect(settingsOf([...earlier, ...rest])).toEqual(settingsOf(whole));
    expect(whole.map(({ index }) => index)).toEqual(whole.map((_, i) => i));
    expect(new Set(settingsOf(whole).map((settings) => JSON.stringify(settings))).size).toBe(whole.length);
  });

  test('the grid is even and ends when it is used up', async () => {
    const trials = await all(search(space, hill, options('grid')));
    expect(trials).toHaveLength(18);
    expect(new Set(trials.map(({ settings }) => settings.x))).toEqual(new Set([0.0001, 0.01, 1]));
    const few = await all(search(parseSpace('kind=a,b'), hill, options('random')));
    expect(few).toHaveLength(2);
  });

  test('the model of the trials finds what chance and a grid miss, of the largest and of the smallest', async () => {
    const averages: Record<string, number> = {};
    for (const strategy of names) {
      const found: number[] = [];
      for (let seed = 0; seed < 3; seed++) {
        found.push(bestOf(await all(search(space, hill, options(strategy, { seed })))));
      }
      averages[strategy] = found.reduce((a, b) => a + b) / found.length;
    }
    expect(averages.bayesian).toBeGreaterThan(-0.05);
    expect(averages.bayesian).toBeGreaterThan(averages.random);
    expect(averages.bayesian).toBeGreaterThan(averages.grid);
    const loss = async (settings: Settings) => ({ score: -(await hill(settings)).score });
    const trials = await all(search(space, loss, options('bayesian', { goal: 'min' })));
    const late = trials.slice(12).map(({ score }) => score!);
    expect(late.reduce((x, y) => x + y) / late.length).toBeLessThan(1);
  });

  test('a trial without a score, or with none that is a number, does not end it', async () => {
    const diverging = async (settings: Settings) => {
      if ((settings.x as number) > 0.3) return { failed: 'diverged' };
      return (settings.x as number) > 0.1 ? { score: Number.NaN } : hill(settings);
    };
    const trials = await all(search(space, diverging, options('bayesian')));
    expect(trials).toHaveLength(20);
    const failures = new Set(trials.flatMap(({ failed }) => failed ?? []));
    expect(failures).toEqual(new Set(['diverged', 'score NaN']));
    const after = trials.slice(12).filter(({ failed }) => failed);
    expect(after.length).toBeLessThan(3);
  });

  test('all alike is no reason to stop, an abort is', async () => {
    const flat = await all(search(space, async () => ({ score: 1 }), options('bayesian')));
    expect(flat).toHaveLength(20);
    const signal = AbortSignal.abort();
    await expect(all(search(space, hill, options('random', { signal })))).rejects.toThrow('abort');
  });
});
