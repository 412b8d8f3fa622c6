import { describe, expect, test } from 'vitest';
import {
  collectProcessors,
  generateTokens,
  markovModel,
  sampling,
  type TuneEvent,
  type TuneOptions,
  taskPreset,
  taskPresets,
  tuneDecoding,
} from './index.ts';

const model = () => markovModel({ vocabSize: 24, order: 1, seed: 3, spread: 1.5 });

/** Texts of a writer who is the model at temperature `temperature`. */
async function texts(temperature: number, count = 12): Promise<number[][]> {
  const written = Array.from({ length: count }, (): number[] => []);
  const prompts = written.map((_, i) => [i]);
  const strategy = sampling({ temperature });
  for await (const event of generateTokens(model(), prompts, { strategy, maxTokens: 60, seed: 50 }))
    if (event.type === 'token') written[event.index].push(event.id);
  return written;
}

async function tune(heldOut: number[][], options: TuneOptions): Promise<TuneEvent[]> {
  const events: TuneEvent[] = [];
  for await (const event of tuneDecoding(model(), heldOut, { promptTokens: 4, maxTokens: 48, ...options }))
    events.push(event);
  return events;
}

const resultOf = (events: readonly TuneEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'tune-result') throw new Error('no result');
  return last;
};

describe('tuning', () => {
  test.each([0.4, 1, 2])('finds the temperature %d that the held-out text was written at', async (truth) => {
    const events = await tune(await texts(truth), { space: { temperature: [0.2, 0.4, 1, 2, 4] } });
    expect(resultOf(events).best.options.temperature).toBe(truth);
  });

  test('says what it starts with, every candidate with its parts, and ranks them', async () => {
    const heldOut = await texts(1);
    const events = await tune(heldOut, {
      space: { temperature: [0.5, 1], topK: [2, 24] },
      fixed: { minP: 0.001 },
    });
    expect(events[0]).toMatchObject({ type: 'tune-start', total: 4 });
    const { ranking } = resultOf(events);
    expect(ranking).toHaveLength(4);
    expect(ranking.map(({ score }) => score)).toEqual(
      ranking.map(({ score }) => score).sort((a, b) => a - b),
    );
    for (const { score, parts, options } of ranking) {
      expect(score).toBeCloseTo(parts.repetition + parts.diversity + parts.surprise + parts.likelihood, 9);
      expect(options.minP).toBe(0.001);
    }
    // The distribution that wrote the text loses nothing; one that forbids most of it does.
    const lost = (temperature: number, topK: number) =>
      ranking.find(({ options }) => options.temperature === temperature && options.topK === topK)!.parts
        .likelihood;
    expect(Math.abs(lost(1, 24))).toBeLessThan(0.02);
    expect(lost(0.5, 2)).toBeGreaterThan(0.5);
  });

  test('of a large space as many as the budget allows, none twice, the same for the same seed', async () => {
    const heldOut = await texts(1);
    const space = { temperature: [0.6, 0.8, 1, 1.2], topP: [0.7, 0.8, 0.9, 1], topK: [0, 5, 10] };
    const run = async (seed: number) =>
      resultOf(await tune(heldOut, { space, budget: 6, seed, maxTokens: 8 })).ranking.map(({ options }) =>
        JSON.stringify(options),
      );
    const [one, again, other] = [await run(1), await run(1), await run(2)];
    expect(new Set(one).size).toBe(6);
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('greedy decoding is a candidate too', async () => {
    const events = await tune(await texts(1), { space: { temperature: [0, 1] } });
    const greedy = resultOf(events).ranking.find(({ options }) => options.temperature === 0)!;
    expect(resultOf(events).best.options.temperature).toBe(1);
    expect(greedy.parts.repetition).toBeGreaterThan(1);
    expect(Number.isFinite(greedy.score)).toBe(true);
  });

  test('an abort ends it with what was ranked so far', async () => {
    const controller = new AbortController();
    const events: TuneEvent[] = [];
    const options = { promptTokens: 4, maxTokens: 8, signal: controller.signal };
    for await (const event of tuneDecoding(model(), await texts(1), options)) {
      events.push(event);
      if (event.type === 'tune-candidate' && event.index === 1) controller.abort();
    }
    expect(resultOf(events).ranking).toHaveLength(2);
  });

  test.each([
    [{ budget: 0 }, 'budget: must be an integer ≥ 1, got 0'],
    [{ promptTokens: 100 }, 'tuning: at least 2 validation texts of 148 tokens are needed, there are 0'],
    [{ space: { topP: [0.9, 0] } }, 'topP: must be in (0, 1], got 0'],
    [{ space: { topp: [1] } as never }, 'space: "topp" is not an option; did you mean "topP"?'],
    [{ weights: { repetition: -1 } }, 'weights.repetition: must be a number ≥ 0, got -1'],
  ] as [TuneOptions, string][])('%j is a clear error', async (options, message) => {
    const heldOut = await texts(1, 2);
    expect(() => tuneDecoding(model(), heldOut, { promptTokens: 4, maxTokens: 48, ...options })).toThrow(
      message,
    );
  });
});

describe('presets of tasks', () => {
  test('run from low to high, are valid, and say in two languages what they are for and who found them', () => {
    const rows = Object.values(taskPresets);
    const temperatures = rows.map(({ options }) => options.temperature ?? 1);
    expect(temperatures).toEqual([...temperatures].sort((a, b) => a - b));
    for (const { doc, options, source } of rows) {
      expect(() => collectProcessors(options)).not.toThrow();
      expect(source.length).toBeGreaterThan(20);
      expect(doc.zh).toMatch(/\p{Script=Han}/u);
    }
  });

  test('an unknown task is a clear error', () => {
    expect(taskPreset('translation').temperature).toBe(0);
    expect(() => taskPreset('poem' as never)).toThrow(
      'task: must be translation | code | summary | answer | chat | story | poetry, got poem',
    );
  });
});
