/** Virtual tokens in whole models: trained, read token by token beside other adapters in one batch, and by every strategy. */

import { describe, expect, test } from 'vitest';
import {
  bottleneck,
  learnedTokens,
  linearAdapters,
  lora,
  mergeAdapter,
  type SoftPrompt,
  type SoftPromptMethod,
  softPrompt,
  softPromptMethods,
  stackedAdapters,
  withAdapter,
} from '../src/adapt/index.ts';
import {
  createEngine,
  createTextModel,
  functionModel,
  generateTokens,
  markovModel,
  parseStrategy,
  strategies,
} from '../src/decode/index.ts';
import {
  createLanguageModel,
  type DecoderConfig,
  type DecoderOptions,
  type DecoderParams,
  decoderConfig,
  forward,
  hidden,
  init,
  loss,
} from '../src/models/index.ts';
import { stackAdapters, type VirtualTokens, withVirtualTokens } from '../src/nn/index.ts';
import { createRng } from '../src/rng.ts';
import { fromArray, normal, type Tensor } from '../src/tensor/index.ts';
import { adamw, trackParameters, trainStep, uniformGroup } from '../src/train/index.ts';
import { mapTree } from '../src/tree.ts';
import { toyTokenizer } from './toy-tokenizer.ts';

const sizes = { vocabSize: 24, contextLength: 20, width: 16, layers: 2, heads: 4, kvHeads: 2 } as const;
const kinds: { readonly [name: string]: Partial<DecoderOptions> } = {
  'learned positions': { positions: 'learned', embeddingScale: 2 },
  'rotary positions, norms of heads': { positions: 'rotary', qkNorm: true },
  ALiBi: { positions: 'alibi' },
  'relative positions, a soft cap': { positions: 't5', attentionSoftcap: 5 },
  'a window': { positions: 'rotary', window: 6 },
  'windows with bases of their own': { positions: 'rotary', window: 4, globalEvery: 2, localRotaryBase: 100 },
  blocks: { positions: 'rotary', attentionBlock: 5 },
  strides: { positions: 'learned', attentionStride: 4 },
};

const idsOf = (rows: readonly (readonly number[])[]): Tensor =>
  fromArray<'i32'>(Int32Array.from(rows.flat()), [rows.length, rows[0].length], 'i32');
const furthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
/** The same tree with larger numbers than it begins with. */
const shaken = <T>(tree: T, seed: number): T =>
  mapTree<Tensor, Tensor>(tree, ({ shape }, path) => normal(shape, { seed, stream: path.length })) as T;

function softOf(method: SoftPromptMethod, params: DecoderParams, config: DecoderConfig): SoftPrompt {
  const options = { virtualTokens: 3, innerSize: 4, shape: config, rng: createRng(5) };
  const training = softPrompt(method, params, options);
  return { method, tokens: learnedTokens({ ...training, params: shaken(training.params, 8) }) };
}

const text = Array.from({ length: 9 }, (_, i) => (i * 7) % 24);

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  const config = decoderConfig({ ...sizes, ...kind });
  const params = init(config, createRng(1), { std: 0.3 });
  const low = shaken(lora(params, { rank: 2, targets: ['all'] }, createRng(2)).params, 3);
  const adapter = { ...lora(params, { rank: 2, targets: ['all'] }, createRng(2)), params: low };
  const [keys, vectors] = (['p-tuning-v2', 'prompt'] as const).map((one) => softOf(one, params, config));
  const stacks = { low: [adapter], keys: [keys], vectors: [vectors], both: [adapter, vectors] };
  type Name = keyof typeof stacks;
  const names = Object.keys(stacks) as Name[];
  const read = Object.fromEntries(names.map((name) => [name, stackedAdapters(stacks[name])]));
  const model = createLanguageModel(params, config, {
    adapters: Object.fromEntries(names.map((name) => [name, read[name].layers])),
    virtualTokens: Object.fromEntries(
      names.flatMap((name): [string, VirtualTokens][] => {
        const { tokens } = read[name];
        return tokens ? [[name, tokens]] : [];
      }),
    ),
  });

  /** The logits after `ids`, all of them in one pass. */
  function expected(name: Name | undefined, ids: readonly number[]): ArrayLike<number> {
    const merged = name === 'low' || name === 'both' ? mergeAdapter(params, adapter) : params;
    const tokens = name && read[name].tokens;
    const rows = forward(tokens ? withVirtualTokens(merged, tokens) : merged, config, idsOf([ids]));
    return (rows.data as Float32Array).slice(-config.vocabSize);
  }

  test('each sequence of a batch is read behind its own, in parts, forked and taken back', () => {
    const order = ['keys', undefined, 'vectors', 'low', 'both', 'keys'] as const;
    const sequences = order.map((name) => model.open(name));
    expect(sequences.map(({ length }) => length)).toEqual(order.map(() => 0));
    model.step(sequences.map((sequence, i) => ({ sequence, ids: text.slice(0, 2 + i) })));
    const forks = sequences.map((sequence) => sequence.fork());
    model.step(sequences.map((sequence) => ({ sequence, ids: [23, 22] })));
    for (const sequence of sequences) sequence.rewind(0);
    const again = model.step(sequences.map((sequence) => ({ sequence, ids: text })));
    const gone = model.step(forks.map((sequence, i) => ({ sequence, ids: text.slice(2 + i) })));
    order.forEach((name, i) => {
      expect([name, forks[i].length]).toEqual([name, text.length]);
      for (const { logits } of [again[i], gone[i]])
        expect(furthest(logits[0], expected(name, text))).toBeLessThan(1e-4);
    });
    for (const name of names)
      expect(furthest(expected(name, text), expected(undefined, text))).toBeGreaterThan(0.01);
    for (const sequence of [...sequences, ...forks]) sequence.close();
  });

  test('virtual tokens take places of the context, and a little memory once', () => {
    expect(
      [undefined, ...names].map((name) => (name ? model.contextWith?.(name) : model.contextLength)),
    ).toEqual([20, 20, 17, 17, 17]);
    expect(model.memory.usedTokens).toBe(3 * 16);
    const sequence = model.open('keys');
    const whole = Array.from({ length: 17 }, (_, i) => i);
    expect(() => model.step([{ sequence, ids: [...whole, 0] }])).toThrow('20');
    const [{ logits }] = model.step([{ sequence, ids: whole }]);
    expect(furthest(logits[0], expected('keys', whole))).toBeLessThan(1e-4);
    sequence.close();
    expect(model.memory.usedTokens).toBe(3 * 16);
  });

  test('nobody looks at what is no text', () => {
    const sequences = [model.open(), model.open('both')];
    const look = () => model.step([{ sequence: sequences[1], ids: [1] }], { attention: true });
    expect(look).toThrow('"both" has virtual tokens; look into the model without it');
    expect(model.step([{ sequence: sequences[0], ids: [1] }], { attention: true })).toHaveLength(1);
  });
});

describe('decoding', () => {
  const config = decoderConfig({ ...sizes, positions: 'rotary' });
  const params = init(config, createRng(1), { std: 0.3 });
  const { tokens } = softOf('prefix', params, config);
  const model = createLanguageModel(params, config, { virtualTokens: { own: tokens } });
  const tuned = withVirtualTokens(params, tokens);
  const lastRow = (x: Tensor, size: number) => (x.data as Float32Array).slice(-size);
  const reference = functionModel({
    ...{ vocabSize: config.vocabSize, contextLength: 17 },
    logits: (ids) => lastRow(forward(tuned, config, idsOf([ids])), config.vocabSize),
    hidden: (ids) => lastRow(hidden(tuned, config, idsOf([ids])), config.width),
  });
  const other = markovModel({ vocabSize: config.vocabSize, contextLength: 40 });
  const specs = [
    ...['greedy', 'sample', 'look-back', 'beam', 'diverse', 'contrastive', 'contrastive-decoding'],
    ...['guidance', 'lookup', 'speculative'],
  ];

  async function written(source: ReturnType<typeof generateTokens>) {
    const ids: number[] = [];
    for await (const event of source) if (event.type === 'token') ids.push(event.id);
    return ids;
  }

  test.each(specs)(
    '%s writes what it writes where all is read anew, to the end of the context',
    async (spec) => {
      const { needs } = strategies[spec];
      const strategy = () => parseStrategy(spec, needs && { draft: other, amateur: other });
      const options = () => ({ strategy: strategy(), seed: 1 });
      const whole = await written(generateTokens(reference, text, options()));
      expect(whole.length).toBeGreaterThan(0);
      const engine = createEngine(model);
      expect(await written(engine.generate(text, { ...options(), adapter: 'own' }))).toEqual(whole);
      engine.close();
    },
  );

  test('an engine finds what was read again, within the adapter only', async () => {
    const greedy = { strategy: parseStrategy('greedy') };
    const engine = createEngine(model);
    const whole = await written(engine.generate(text, { ...greedy, adapter: 'own' }));
    expect(await written(engine.generate(text, { ...greedy, adapter: 'own' }))).toEqual(whole);
    expect(engine.load.savedTokens).toBe(text.length - 1);
    const plain = createLanguageModel(params, config);
    expect(await written(engine.generate(text, greedy))).toEqual(
      await written(generateTokens(plain, text, greedy)),
    );
    expect(engine.load.savedTokens).toBe(text.length - 1);
    engine.close();
  });

  test.each([3, 15, 16])(
    '%i before a text leave it less of a small memory, and every other text too',
    async (count) => {
      const options = { shape: config, rng: createRng(1), virtualTokens: count };
      const before = learnedTokens(softPrompt('p-tuning-v2', params, options));
      const tight = createLanguageModel(params, config, { memoryTokens: 32, virtualTokens: { own: before } });
      const engine = createEngine(tight, { cacheTokens: 0 });
      for (const adapter of ['own', undefined]) {
        const longest = adapter ? engine.model.contextWith(adapter) : engine.model.contextLength;
        // One page of two is taken; a text that begins within it goes on in a copy.
        expect(longest).toBe(adapter ? Math.min(20 - count, 16 - (count % 16)) : 16);
        const prompt = { strategy: parseStrategy('greedy'), adapter };
        expect(await written(engine.generate([1], prompt))).toHaveLength(longest);
        expect(tight.memory.usedTokens).toBe(16);
      }
      engine.close();
    },
  );

  test('texts that lose their memory go on behind the same tokens, and who leaves gives back its own', async () => {
    const tight = createLanguageModel(params, config, { memoryTokens: 80, virtualTokens: { own: tokens } });
    const engine = createEngine(tight, { cacheTokens: 0 });
    const texts = ['own', undefined, 'own', 'own'].map((adapter, i) => ({
      ...{ prompt: [i, 1], request: { strategy: parseStrategy('greedy'), adapter } },
    }));
    const alone = [];
    for (const { prompt, request } of texts) alone.push(await written(engine.generate(prompt, request)));
    const together = texts.map(({ prompt, request }) => written(engine.generate(prompt, request)));
    expect(await Promise.all(together)).toEqual(alone);
    expect(engine.load.preemptions).toBeGreaterThan(0);
    for await (const _ of engine.generate([1], texts[0].request)) break;
    expect(tight.memory.usedTokens).toBe(16);
    engine.close();
  });

  test('a text model ends at the context that is left', async () => {
    const letters = Array.from({ length: config.vocabSize - 1 }, (_, i) => String.fromCharCode(97 + i));
    const speaker = createTextModel(model, toyTokenizer(letters));
    let last: unknown;
    for await (const part of speaker.generate({ prompt: [text], adapter: 'own', eosIds: [], seed: 1 }))
      last = part;
    expect(last).toMatchObject({ type: 'finish', reason: 'length', completionTokens: 17 - 9 + 1 });
  });
});

describe('what cannot be is refused', () => {
  const config = decoderConfig(sizes);
  const params = init(config, createRng(1));
  const prompt = softOf('prompt', params, config);

  test.each([
    [{ linearAttention: true }, /linear/],
    [{ prefix: true }, 'every token must see exactly those before it'],
  ])('%j', (other, message) => {
    const own = decoderConfig({ ...sizes, ...other });
    const read = () =>
      createLanguageModel(init(own, createRng(1)), own, { virtualTokens: { own: prompt.tokens } });
    expect(read).toThrow(message);
    expect(() =>
      forward(withVirtualTokens(init(own, createRng(1)), prompt.tokens), own, idsOf([text])),
    ).toThrow('virtual tokens: ');
  });

  test('padding, too long a text, too many tokens, two prompts, and merging', () => {
    const tuned = withVirtualTokens(params, prompt.tokens);
    expect(() => forward(tuned, config, idsOf([text]), { keyStart: [1] })).toThrow('got a prefix, padding');
    expect(() => forward(tuned, config, idsOf([[...text, ...text]]))).toThrow('21');
    const many = { shape: config, rng: createRng(1), virtualTokens: 20 };
    expect(() => softPrompt('prefix', params, many)).toThrow('fewer than the 20 places');
    expect(() => softPrompt('prefix', params, { ...many, virtualTokens: 0.5 })).toThrow('`virtualTokens`');
    expect(() => stackedAdapters([prompt, softOf('prefix', params, config)])).toThrow('prompt and prefix');
    expect(() => mergeAdapter(params, prompt)).toThrow('got prompt; give it with --adapter');
    expect(() => mergeAdapter(params, bottleneck(params, {}, createRng(1)))).toThrow('got bottleneck');
  });
});

test('bottlenecks stand behind what else changes a layer, several in the order they are put on', () => {
  const config = decoderConfig({ ...sizes, activation: 'swiglu' });
  const params = init(config, createRng(1));
  const fresh = bottleneck(params, { innerSize: 3 }, createRng(2));
  const [first, second] = [3, 4].map((seed) => ({ ...fresh, params: shaken(fresh.params, seed) }));
  const made = lora(params, { rank: 2, targets: ['all'] }, createRng(2));
  const low = { ...made, params: shaken(made.params, 5) };
  const stack = [first, low, second].map(linearAdapters);
  const model = createLanguageModel(params, config, { adapters: { all: stackAdapters(stack) } });
  const order = ['all', undefined] as const;
  const rows = model.step(order.map((name) => ({ sequence: model.open(name), ids: text })));
  const last = (weights: DecoderParams) =>
    (forward(weights, config, idsOf([text])).data as Float32Array).slice(-config.vocabSize);
  const behind = (one: typeof first) => linearAdapters(one);
  const both = Object.fromEntries(
    Object.keys(first.params).map((path) => [
      path,
      { behind: [...behind(first)[path].behind!, ...behind(second)[path].behind!] },
    ]),
  );
  const merged = mergeAdapter(params, low);
  const inOrder = createLanguageModel(merged, config, { adapters: { both } });
  const [whole] = inOrder.step([{ sequence: inOrder.open('both'), ids: text }]);
  expect(furthest(rows[0].logits[0], whole.logits[0])).toBeLessThan(1e-4);
  expect(furthest(rows[1].logits[0], last(params))).toBeLessThan(1e-5);
  expect(furthest(rows[0].logits[0], last(withAdapter(merged, first)))).toBeGreaterThan(0.01);
});

describe.each(softPromptMethods)('%s', (method) => {
  test('begins with the words it is given and learns, while the model stays as it is', async () => {
    const config = decoderConfig(sizes);
    const params = init(config, createRng(1), { std: 0.3 });
    const before = Array.from(params.blocks[1].attention.query.weight.data);
    const training = softPrompt(method, params, {
      ...{ shape: config, rng: createRng(3), virtualTokens: 5, startIds: [7, 2] },
    });
    const start = training.tokensOf(training.params);
    if (method === 'prompt') {
      const words = params.embedding.weight.data as Float32Array;
      const row = (id: number) => [...words.slice(16 * id, 16 * id + 16)];
      expect([...(start as { vectors: Tensor }).vectors.data]).toEqual([7, 2, 7, 2, 7].flatMap(row));
    }
    const ids = idsOf([text.slice(0, -1)]);
    const targets = idsOf([text.slice(1)]);
    const tracked = trackParameters(training.params, uniformGroup(adamw({ weightDecay: 0 })));
    const lossOf = (own: unknown) =>
      loss(withVirtualTokens(params, training.tokensOf(own)), config, { ids, targets });
    const first = lossOf(training.params).item();
    for (let step = 1; step <= 12; step++) {
      const fixed = { params: training.params, tracked, loss: lossOf, batches: [0], lr: 0.03 } as const;
      await trainStep({ ...fixed, step, clip: 1, precision: 'f32' });
    }
    expect(lossOf(training.params).item()).toBeLessThan(first - 0.02);
    expect(Array.from(params.blocks[1].attention.query.weight.data)).toEqual(before);
  });
});
