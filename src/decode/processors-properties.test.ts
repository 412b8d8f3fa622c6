import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import { createRng } from '../rng.ts';
import {
  badWords,
  collectProcessors,
  createHistory,
  type DecodeStep,
  type DryOptions,
  dry,
  generateTokens,
  greedy,
  type History,
  markovModel,
  mirostat,
  noise,
  noRepeatNgram,
  PRESETS,
  PROCESSOR_ORDER,
  type ProcessorOptions,
  repetitionPenalty,
  sample,
  sampling,
  xtc,
} from './index.ts';

const BANNED = Number.NEGATIVE_INFINITY;
const kept = (logits: Float32Array) => [...logits.keys()].filter((i) => logits[i] > BANNED);
const empty = createHistory([]);
const VOCAB = 5;

/** Every option that takes values, with values that are allowed. */
const share = fc.double({ min: 1e-6, max: 1, noNaN: true });
const FILTERS: { readonly [Name in keyof ProcessorOptions]?: fc.Arbitrary<ProcessorOptions[Name]> } = {
  lookBack: fc.double({ min: 0.1, max: 5, noNaN: true }),
  topNSigma: fc.double({ min: 1e-3, max: 3, noNaN: true }),
  topH: share,
  topK: fc.integer({ min: 1, max: 20 }),
  topP: share,
  minP: share,
  typicalP: share,
  epsilonCutoff: fc.double({ min: 1e-6, max: 0.99, noNaN: true }),
  etaCutoff: fc.double({ min: 1e-6, max: 0.99, noNaN: true }),
  xtc: fc.constant('1:0.05'),
  mirostat: fc.constantFrom('3', '0.01:1', '3:0.1:1', '0.2:1:1'),
};
const OTHERS: { readonly [Name in keyof ProcessorOptions]?: fc.Arbitrary<ProcessorOptions[Name]> } = {
  logitBias: fc.constant({ 0: -3 }),
  repetitionPenalty: fc.constantFrom('1.3', '0.7:4', '2:3:false'),
  frequencyPenalty: fc.double({ min: -2, max: 2, noNaN: true }),
  presencePenalty: fc.double({ min: -2, max: 2, noNaN: true }),
  dry: fc.constantFrom('0.8', '1:1.2:1', '2:3:1:9'),
  noise: fc.constantFrom('0.5', '2:gumbel'),
  temperature: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
  dynamicTemperature: fc.constantFrom('0.5:1.5', '0.1:4:2'),
  watermark: fc.constantFrom('key', '12:5:0.5:3'),
};
const logit = fc.oneof(fc.double({ min: -40, max: 40, noNaN: true }), fc.constant(BANNED), fc.constant(1));
const row = fc
  .array(logit, { minLength: VOCAB, maxLength: 30 })
  .filter((values) => values.some(Number.isFinite));
const ids = fc.array(fc.nat(VOCAB - 1), { maxLength: 30 });

const written = (list: readonly number[], promptLength = 0): History => {
  const history = createHistory(list.slice(0, promptLength), promptLength, { eosIds: new Set([1]) });
  for (const id of list.slice(promptLength)) history.push(id);
  return history;
};

describe.each(Object.keys(FILTERS) as (keyof typeof FILTERS)[])('%s', (name) => {
  test('only bans, and never everything', () => {
    fc.assert(
      fc.property(row, ids, FILTERS[name] as fc.Arbitrary<never>, (values, list, value) => {
        const after = Float32Array.from(values);
        for (const process of collectProcessors({ [name]: value })) process(after, written(list));
        expect(kept(after).length).toBeGreaterThan(0);
        for (const i of kept(after)) expect(after[i]).toBe(Math.fround(values[i]));
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(Object.entries({ ...FILTERS, ...OTHERS }))('%s', (name, values) => {
  test.each([
    ['NaN', [0, Number.NaN, 1, 2, 3], /id 1 .* is NaN/],
    ['+∞', [0, Number.POSITIVE_INFINITY, 1, 2, 3], /id 1 .* is \+∞/],
    [
      'nothing but −∞',
      new Array(VOCAB).fill(BANNED),
      new RegExp(`^${name}: at least one token .* all 5 are banned`),
    ],
  ])('leaves %s for an error, not for a loop or a guess', (_, logits, message) => {
    for (const value of fc.sample(values as fc.Arbitrary<unknown>, { numRuns: 5, seed: 1 })) {
      const processors = collectProcessors({ [name]: value });
      const decide = () => {
        const after = Float32Array.from(logits);
        for (const process of processors) process(after, written([0, 2, 0, 2]));
        sample()(after, createRng(1));
      };
      if (processors.length > 0) expect(decide).toThrow(message);
    }
  });
});

test('a processor gives the same whatever row came before it', () => {
  const rows = fc.array(row, { minLength: 2, maxLength: 5 });
  const name = fc.constantFrom(
    'topP',
    'typicalP',
    'etaCutoff',
    'epsilonCutoff',
    'minP',
  ) as fc.Arbitrary<'topP'>;
  fc.assert(
    fc.property(rows, name, fc.double({ min: -200, max: 200, noNaN: true }), (list, option, shift) => {
      const apply = (values: readonly number[], add: number) => {
        const after = Float32Array.from(values, (value) => value + add);
        for (const process of collectProcessors({ [option]: 0.3 })) process(after, empty);
        return kept(after).length;
      };
      const alone = list.map((values, i) => {
        apply(new Array(values.length + 1).fill(0), 0);
        return apply(values, i % 2 ? shift : 0);
      });
      expect(list.map((values, i) => apply(values, i % 2 ? shift : 0))).toEqual(alone);
    }),
    { numRuns: 60 },
  );
});

test('filters together do what they do one by one, also on what little is left', () => {
  const names = Object.keys(FILTERS).filter((name) => !/lookBack|mirostat|xtc/.test(name));
  const filters = fc.record(
    Object.fromEntries(
      names.map((name) => [name, FILTERS[name as 'topK'] as fc.Arbitrary<number | undefined>]),
    ),
    {
      requiredKeys: [],
    },
  ) as fc.Arbitrary<ProcessorOptions>;
  const long = fc
    .array(logit, { minLength: 8, maxLength: 200 })
    .filter((values) => values.some(Number.isFinite));
  fc.assert(
    fc.property(filters, fc.constantFrom(0.5, 1, 3), long, (given, temperature, values) => {
      const options = { ...given, temperature };
      const together = Float32Array.from(values);
      for (const process of collectProcessors(options)) process(together, empty);
      const apart = Float32Array.from(values);
      for (const name of PROCESSOR_ORDER) {
        if (options[name] === undefined) continue;
        for (const process of collectProcessors({ [name]: options[name] })) process(apart, empty);
      }
      expect(together).toEqual(apart);
    }),
    { numRuns: 200 },
  );
  expect(collectProcessors({ temperature: 0.7, topK: 5, topP: 0.9 })).toHaveLength(1);
  expect(collectProcessors({ repetitionPenalty: 2, temperature: 0.7, mirostat: 5 })).toHaveLength(3);
});

test('whatever is given together either works or says who banned everything', () => {
  const options = fc.record(
    {
      ...OTHERS,
      ...FILTERS,
      noRepeatNgram: fc.nat(3),
      minTokens: fc.nat(40),
      preset: fc.constantFrom('hf', 'vllm', 'llama.cpp'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<ProcessorOptions>;
  fc.assert(
    fc.property(options, row, ids, (given, values, list) => {
      let processors: ReturnType<typeof collectProcessors>;
      try {
        processors = collectProcessors(given);
      } catch (error) {
        // llama.cpp's breakers are text, which only a tokenizer can turn into ids.
        expect(error).toMatchObject({ code: expect.stringMatching(/^decode\/(clash|options|text-option)$/) });
        return;
      }
      const after = Float32Array.from(values);
      try {
        for (const process of processors) process(after, written(list));
      } catch (error) {
        expect(error).toMatchObject({
          code: 'decode/banned-all',
          data: { processor: expect.stringMatching(/noRepeatNgram|minTokens/) },
        });
        return;
      }
      expect(after[sample()(after, createRng(3))]).toBeGreaterThan(BANNED);
    }),
    { numRuns: 200 },
  );
});

describe('bans name themselves when nothing is left', () => {
  const history = createHistory([0, 1, 2, 3, 4], 5, { eosIds: new Set([0, 1, 2, 3, 4]) });
  const everything = [0, 1, 2, 3, 4];
  test.each([
    [{ logitBias: Object.fromEntries(everything.map((id) => [id, BANNED])) }, 'logitBias'],
    [{ noRepeatNgram: 1 }, 'noRepeatNgram'],
    [{ badWords: everything.map((id) => [id]) }, 'badWords'],
    [{ minTokens: 1 }, 'minTokens'],
    [{ logitBias: { 0: 1 }, processors: [(logits: Float32Array) => logits.fill(BANNED)] }, 'processors[0]'],
  ])('%j', (options, name) => {
    const run = () => {
      const logits = new Float32Array(5);
      for (const process of collectProcessors(options)) process(logits, history);
    };
    expect(run).toThrow(
      `${name}: at least one token must stay allowed, at position 5 all 5 are banned; loosen ${name} or what was banned before it`,
    );
  });

  test('an end that nobody named is an error for minTokens', () => {
    const [process] = collectProcessors({ minTokens: 3 });
    expect(() => process(new Float32Array(5), empty)).toThrow(
      'minTokens: the ids that end a text must be known',
    );
  });
});

/** DRY as it is defined, by looking at every earlier place. */
function naiveDry(
  list: readonly number[],
  multiplier: number,
  options: Required<Omit<DryOptions, 'includePrompt'>>,
) {
  const { base, allowedLength, breakers, window } = options;
  const text = list.slice(Math.max(0, list.length - window));
  const sequences = breakers.map((breaker) => [breaker].flat());
  let limit = text.length;
  for (let begin = text.length - 1; begin >= 0 && limit === text.length; begin--) {
    const lengths = sequences
      .filter((breaker) => breaker.every((id, i) => text[begin + i] === id))
      .map(({ length }) => length);
    if (lengths.length > 0) limit = Math.min(limit, text.length - begin - Math.max(...lengths));
  }
  const longest = new Map<number, number>();
  for (let end = 1; end < text.length; end++) {
    let n = 0;
    while (n < end && text[end - 1 - n] === text[text.length - 1 - n]) n++;
    n = Math.min(n, limit);
    if (n >= allowedLength) longest.set(text[end], Math.max(n, longest.get(text[end]) ?? 0));
  }
  const logits = new Float32Array(VOCAB);
  for (const [id, n] of longest) {
    const isSingle = sequences.some((breaker) => breaker.length === 1 && breaker[0] === id);
    if (!isSingle) logits[id] -= multiplier * base ** (n - allowedLength);
  }
  return logits;
}

describe('DRY', () => {
  const breakers = fc.array(
    fc.oneof(fc.nat(VOCAB - 1), fc.array(fc.nat(VOCAB - 1), { minLength: 1, maxLength: 3 })),
    { maxLength: 2 },
  );
  test('equals its definition after every token, rewind and fork, with and without a window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { maxLength: 50 }),
        fc.record({
          base: fc.constantFrom(1, 1.1, 1.75),
          allowedLength: fc.integer({ min: 1, max: 4 }),
          breakers,
          window: fc.constantFrom(1e9, 12),
        }),
        fc.nat(1000),
        (list, options, seed) => {
          const { window, ...rest } = options;
          const process = dry(1.5, window === 12 ? options : rest);
          const rng = createRng(seed);
          let history = createHistory([]);
          for (const id of list) {
            history.push(id);
            if (rng.uniform() < 0.1) history.rewind(rng.integer(history.ids.length + 1));
            if (rng.uniform() < 0.1) history = history.fork();
            const logits = new Float32Array(VOCAB);
            process(logits, history);
            expect(logits).toEqual(naiveDry(history.ids, 1.5, options));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the example of its author: a b c c b c y a b c', () => {
    const [a, b, c, y] = [0, 1, 2, 3];
    const logits = new Float32Array(4);
    dry(1, { base: 2, allowedLength: 1 })(logits, createHistory([a, b, c, c, b, c, y, a, b, c]));
    // c would make a repeat of 3 one of 4, y one of 2 one of 3, b one of 1 one of 2.
    expect([...logits]).toEqual([0, -1, -4, -2]);
  });

  test('the prompt can be left out', () => {
    const logits = new Float32Array(4);
    dry(1, { includePrompt: false, allowedLength: 1 })(logits, written([0, 1, 2, 0, 1], 3));
    expect([...logits]).toEqual([0, 0, 0, 0]);
  });

  test('a very long repeat has a finite penalty', () => {
    const logits = new Float32Array(2);
    dry(0.8)(logits, createHistory(new Array(4000).fill(1)));
    expect(logits[1]).toBeLessThan(-1e37);
    expect(logits[1]).toBeGreaterThan(BANNED);
  });
});

/** Any walk of pushes, rewinds and forks ends as if its text had been written straight away. */
function walk(list: readonly number[], seed: number): History {
  const rng = createRng(seed);
  let history = createHistory(list.slice(0, 2), Math.min(2, list.length));
  for (const id of list.slice(2)) {
    history.counts('all', 3);
    history.counts('completion', 4);
    void history.completionRepeats.longestRepeat;
    history.push(id);
    if (rng.uniform() < 0.2) history.rewind(2 + rng.integer(history.ids.length - 1));
    if (rng.uniform() < 0.2) history = history.fork();
  }
  return history;
}

test('counts with a window and the index of the completion follow rewinds and forks', () => {
  const count = (list: readonly number[]) =>
    Object.fromEntries(
      [...new Set(list)].sort().map((id) => [id, list.filter((other) => other === id).length]),
    );
  fc.assert(
    fc.property(fc.array(fc.nat(4), { minLength: 2, maxLength: 40 }), fc.nat(1000), (list, seed) => {
      const history = walk(list, seed);
      const { ids: now } = history;
      expect(Object.fromEntries(history.counts('all', 3))).toEqual(count(now.slice(-3)));
      expect(Object.fromEntries(history.counts('completion', 4))).toEqual(count(now.slice(2).slice(-4)));
      const fresh = createHistory(now.slice(2));
      expect(history.completionRepeats.longestRepeat).toBe(fresh.repeats.longestRepeat);
    }),
    { numRuns: 100 },
  );
});

test('penalties see the window and the prompt that they were told to see', () => {
  const history = written([0, 1, 2, 3], 2);
  const touched = (options: ProcessorOptions) => {
    const logits = new Float32Array(5).fill(1);
    for (const process of collectProcessors(options)) process(logits, history);
    return [...logits.keys()].filter((id) => logits[id] !== 1);
  };
  expect(touched({ repetitionPenalty: 2 })).toEqual([0, 1, 2, 3]);
  expect(touched({ repetitionPenalty: { theta: 2, includePrompt: false } })).toEqual([2, 3]);
  expect(touched({ repetitionPenalty: '2:3' })).toEqual([1, 2, 3]);
  expect(touched({ presencePenalty: 1 })).toEqual([2, 3]);
  expect(touched({ presencePenalty: '1:1' })).toEqual([3]);
  expect(touched({ frequencyPenalty: { alpha: 1, includePrompt: true } })).toEqual([0, 1, 2, 3]);
  expect(touched({ presencePenalty: 1, preset: 'llama.cpp' })).toEqual([0, 1, 2, 3]);
});

test('n-grams of the prompt can be left out', () => {
  const banned = (includePrompt: boolean) => {
    const logits = new Float32Array(4);
    noRepeatNgram(2, { includePrompt })(logits, written([0, 1, 0], 2));
    return [...logits.keys()].filter((id) => logits[id] === BANNED);
  };
  expect(banned(true)).toEqual([1]);
  expect(banned(false)).toEqual([]);
});

test('bad words of several tokens are banned at their last token, also across the border of the prompt if so told', () => {
  const words = [[4], [0, 1], [2, 0, 3]];
  const banned = (list: readonly number[], promptLength: number, includePrompt = true) => {
    const logits = new Float32Array(5);
    badWords(words, { includePrompt })(logits, written(list, promptLength));
    return [...logits.keys()].filter((id) => logits[id] === BANNED);
  };
  expect(banned([], 0)).toEqual([4]);
  expect(banned([2, 0], 0)).toEqual([1, 3, 4]);
  expect(banned([2, 0], 1)).toEqual([1, 3, 4]);
  expect(banned([2, 0], 1, false)).toEqual([1, 4]);
  expect(banned([2, 1], 0)).toEqual([4]);
});

test('a forced prefix comes first, whatever the model says, and then nothing is forced', async () => {
  const model = markovModel({ vocabSize: 8, seed: 2 });
  const found: number[] = [];
  const strategy = sampling({ forcedPrefix: [7, 7, 3], temperature: 0.5 });
  for await (const event of generateTokens(model, [0], { strategy, maxTokens: 40, seed: 1 }))
    if (event.type === 'token') found.push(event.id);
  expect(found.slice(0, 3)).toEqual([7, 7, 3]);
  expect(new Set(found).size).toBeGreaterThan(3);
});

/** Pearson's statistic of observed counts against expected probabilities. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return probabilities.reduce((sum, p, i) => sum + (counts[i] - total * p) ** 2 / (total * p), 0);
}

describe('what is drawn at random', () => {
  const logits = [2, 1, 0, 1.5, -1, 0.5];
  const weights = logits.map(Math.exp);
  const softmax = weights.map((weight) => weight / weights.reduce((a, b) => a + b, 0));
  const at = (position: number, seed = 5): DecodeStep =>
    createHistory(new Array(position).fill(0), position, { rng: createRng(seed) });

  test('Gumbel noise and the greatest logit draw from softmax (chi-square, 6 ids, limit for p = 0.0001)', () => {
    const process = noise(1, { kind: 'gumbel' });
    const counts = new Array(logits.length).fill(0);
    for (let i = 0; i < 5000; i++) {
      const noisy = Float32Array.from(logits);
      process(noisy, at(3, i));
      counts[greedy()(noisy, createRng(0))]++;
    }
    expect(chiSquare(counts, softmax)).toBeLessThan(25.7);
  });

  test('Gaussian noise has mean 0 and the given deviation, and differs from place to place and text to text', () => {
    const draw = (position: number, seed: number) => {
      const noisy = new Float32Array(20_001);
      noise(0.5)(noisy, at(position, seed));
      return noisy;
    };
    const noisy = draw(3, 1);
    const mean = noisy.reduce((a, b) => a + b) / noisy.length;
    const deviation = Math.sqrt(noisy.reduce((sum, x) => sum + (x - mean) ** 2, 0) / noisy.length);
    const correlation = noisy.reduce((sum, x, i) => sum + x * (noisy[i + 1] ?? 0), 0) / noisy.length;
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(correlation)).toBeLessThan(0.01);
    // Tenths of the normal distribution; 9 degrees of freedom, limit for p = 0.0001. And how many lie beyond 3 deviations.
    const deciles = [-1.2816, -0.8416, -0.5244, -0.2533, 0, 0.2533, 0.5244, 0.8416, 1.2816];
    const counts = new Array(10).fill(0);
    for (const x of noisy) counts[deciles.filter((decile) => x / 0.5 > decile).length]++;
    expect(chiSquare(counts, new Array(10).fill(0.1))).toBeLessThan(33.7);
    const far = noisy.filter((x) => Math.abs(x) > 1.5).length;
    expect(chiSquare([far, noisy.length - far], [0.0027, 0.9973])).toBeLessThan(15.2);
    expect(draw(3, 1)).toEqual(noisy);
    expect(draw(4, 1)).not.toEqual(noisy);
    expect(draw(3, 2)).not.toEqual(noisy);
  });

  test('XTC leaves out the top choices as often as it is told to, and else nothing', () => {
    const process = xtc(0.3, { threshold: 0.1 });
    let times = 0;
    for (let i = 0; i < 3000; i++) {
      const row = Float32Array.from(logits);
      process(row, at(i));
      if (kept(row).length === logits.length) continue;
      // 0.44, 0.27, 0.16 are top choices at a tenth; the least of them stays.
      expect(kept(row)).toEqual([1, 2, 4, 5]);
      times++;
    }
    expect(chiSquare([times, 3000 - times], [0.3, 0.7])).toBeLessThan(15.2);
  });

  test('mirostat brings the surprise to its target (both versions), and a rewind brings μ back', () => {
    const rng = createRng(11);
    const rows = Array.from({ length: 40 }, () => Float32Array.from({ length: 400 }, () => 2 * rng.normal()));
    for (const version of [1, 2] as const) {
      const process = mirostat(4, { version, eta: 0.3 });
      const history = createHistory([0]);
      let surprise = 0;
      const step = (i: number): number => {
        const row = rows[i % rows.length].slice();
        const logZ = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
        process(row, history);
        const id = sample()(row, rng);
        history.push(id);
        return (logZ - rows[i % rows.length][id]) / Math.LN2;
      };
      for (let i = 0; i < 300; i++) surprise += step(i) / 300;
      expect(Math.abs(surprise - 4)).toBeLessThan(0.35);
      const before = rows[0].slice();
      process(before, history);
      for (let i = 0; i < 9; i++) history.push(i);
      for (let i = 0; i < 9; i++) step(i);
      const fork = history.fork();
      for (const text of [history, fork]) {
        text.rewind(301);
        const after = rows[0].slice();
        process(after, text);
        expect(after).toEqual(before);
      }
    }
  });

  test('the same seed writes the same text, another seed another, and text i is the same whatever n is', async () => {
    const model = () => markovModel({ vocabSize: 12, seed: 4, spread: 1 });
    const write = async (seed: number, n: number) => {
      const texts: number[][] = Array.from({ length: n }, () => []);
      const strategy = sampling({ noise: '0.7', xtc: '0.5:0.05', mirostat: undefined, dry: 0.8 });
      for await (const event of generateTokens(model(), [1], { strategy, seed, n, maxTokens: 25 }))
        if (event.type === 'token') texts[event.index].push(event.id);
      return texts;
    };
    const [two, again, one, other] = await Promise.all([write(1, 2), write(1, 2), write(1, 1), write(2, 1)]);
    expect(again).toEqual(two);
    expect(one[0]).toEqual(two[0]);
    expect(two[1]).not.toEqual(two[0]);
    expect(other[0]).not.toEqual(one[0]);
  });
});

describe('options together', () => {
  test('everything that is wrong is said at once', () => {
    expect(() => collectProcessors({ topP: 0, topK: 0.5, dry: '0.8:0.5', mirostat: 5, minP: 0.1 })).toThrow(
      'dry.base: must be a number ≥ 1, got 0.5. topK: must be an integer ≥ 1, got 0.5. topP: must be in (0, 1], got 0. ' +
        'mirostat and minP: must not be given together, mirostat itself decides how many tokens stay; leave one out',
    );
  });

  test.each([
    [{ mirostat: 5, topK: 3, topP: 0.9 }, 'mirostat and topK and topP: must not be given together'],
    [
      { temperature: 0.7, dynamicTemperature: '0.5:1' },
      'dynamicTemperature and temperature: must not be given together',
    ],
    [{ lookBack: 1, topP: 0.9 }, 'lookBack and topP: must not be given together'],
    [{ dynamicTemperature: '0.5' }, 'dynamicTemperature.max: must be a number ≥ min (0.5), got undefined'],
    [{ dynamicTemperature: '2:1' }, 'dynamicTemperature.max: must be a number ≥ min (2), got 1'],
    [{ preset: 'openai' as never }, 'preset: must be hf | vllm | llama.cpp, got openai'],
    [{ xtc: '0.5:0.6' }, 'xtc.threshold: must be in (0, 0.5], got 0.6'],
    [{ xtc: 2 }, 'xtc.probability: must be in [0, 1], got 2'],
    [
      { dry: { multiplier: 0.8, alowedLength: 3 } as never },
      'dry: "alowedLength" is not an option; did you mean "allowedLength"?',
    ],
    [{ dry: '0.8:' }, 'dry: must be multiplier:base:allowedLength:window:includePrompt:breakers, got "0.8:"'],
    [
      { dry: { multiplier: 0.8, breakers: ['\n'] } },
      'dry.breakers: text must have been turned into ids, got "\\n"',
    ],
    [{ noise: '1:pink' }, 'noise.kind: must be gaussian | gumbel, got pink'],
    [{ mirostat: '5:0.1:3' }, 'mirostat.version: must be 1 | 2, got 3'],
    [{ repetitionPenalty: '1.2:0' }, 'repetitionPenalty.window: must be an integer ≥ 1, got 0'],
    [{ badWords: [[]] }, 'badWords: must be words of at least one token, got []'],
    [{ epsilonCutoff: 1 }, 'epsilonCutoff: must be in (0, 1), got 1'],
    [{ topNSigma: -1 }, 'topNSigma: must be a number > 0, got -1'],
    [{ minTokens: 1.5 }, 'minTokens: must be an integer ≥ 0, got 1.5'],
    [{ forcedPrefix: '春' }, 'forcedPrefix: text must have been turned into ids, got "春"'],
  ] as [ProcessorOptions, string][])('%j is a clear error', (options, message) => {
    expect(() => collectProcessors(options)).toThrow(message);
  });

  test('what is wrong is also said in Chinese', () => {
    const said = (options: ProcessorOptions) => {
      try {
        collectProcessors(options);
      } catch (error) {
        return (error as InkstoneError).text('zh');
      }
    };
    expect(said({ topP: 0, topK: 0.5, preset: 'x' as never })).toBe(
      'preset：必须是 hf 或 vllm 或 llama.cpp，得到 x。topK：必须是不小于 1 的整数，得到 0.5。topP：必须是 (0, 1] 之内的数，得到 0',
    );
    expect(said({ mirostat: 5, minP: 0.1 })).toBe(
      'mirostat 与 minP：不能同时给出，mirostat 自己决定留下多少词元；请去掉其一',
    );
  });

  test('neutral values cost nothing and clash with nothing', () => {
    const neutral = {
      mirostat: 0,
      dry: 0,
      xtc: 0,
      noise: 0,
      topNSigma: 0,
      topH: 0,
      epsilonCutoff: 0,
      etaCutoff: 0,
    };
    expect(
      collectProcessors({ ...neutral, lookBack: 0, minTokens: 0, badWords: [], forcedPrefix: [] }),
    ).toEqual([]);
    expect(collectProcessors({ mirostat: 0, topK: 4, temperature: 1 })).toHaveLength(1);
  });

  test('every preset puts every processor somewhere, once', () => {
    for (const { order } of Object.values(PRESETS))
      expect([...order].sort()).toEqual([...PROCESSOR_ORDER].sort());
  });

  test('a preset changes the order: llama.cpp cuts before the temperature, Hugging Face after', () => {
    const logits = [2, 1, 0];
    const left = (preset: ProcessorOptions['preset']) => {
      const row = Float32Array.from(logits);
      for (const process of collectProcessors({ preset, temperature: 4, topP: 0.6 })) process(row, empty);
      return kept(row);
    };
    expect(left('llama.cpp')).toEqual([0]);
    expect(left('hf')).toEqual([0, 1]);
  });

  test('a repetition penalty looks at what it is told, also in text form', () => {
    const logits = Float32Array.from([1, 1, 1]);
    repetitionPenalty(2, { window: 1 })(logits, createHistory([0, 1]));
    expect([...logits]).toEqual([1, 0.5, 1]);
  });
});
