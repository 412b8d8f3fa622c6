import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GenerationPart, TextModel } from '../types.ts';
import { createPieceSplitter } from './guard-pieces.ts';
import { collectTexts, type GuardableRequest, type GuardTextOptions, guardText } from './index.ts';

interface Endpoint extends TextModel<GuardableRequest> {
  readonly requests: GuardableRequest[];
  /** Requests that were aborted or left before their end. */
  readonly broken: number;
}

/** A remote model: `answer` gives the text for a request, cut into chunks of these sizes, again and again. */
function endpoint(
  answer: (request: GuardableRequest, index: number) => string,
  { sizes = [3], reason = 'eos' as 'eos' | 'length' } = {},
): Endpoint {
  const requests: GuardableRequest[] = [];
  let broken = 0;
  return {
    requests,
    get broken() {
      return broken;
    },
    async *generate(request) {
      requests.push(request);
      let isWhole = false;
      const { n = 1, signal } = request;
      try {
        const texts = Array.from({ length: n }, (_, index) => answer(request, index));
        const at = texts.map(() => 0);
        for (let turn = 0; at.some((place, i) => place < texts[i].length); turn++) {
          for (const [index, text] of texts.entries()) {
            await Promise.resolve();
            if (signal?.aborted) {
              yield {
                type: 'finish',
                index,
                reason: 'aborted',
                promptTokens: 1,
                completionTokens: at[index],
              };
              return;
            }
            const size = sizes[turn % sizes.length];
            const chunk = text.slice(at[index], at[index] + size);
            at[index] += size;
            if (chunk !== '') yield { type: 'text-delta', index, text: chunk };
          }
        }
        for (const [index, text] of texts.entries()) {
          yield { type: 'finish', index, reason, promptTokens: 1, completionTokens: text.length };
        }
        isWhole = true;
      } finally {
        if (!isWhole) broken++;
      }
    },
  };
}

async function write(
  model: Endpoint,
  request: Partial<GuardableRequest> = {},
  options: GuardTextOptions = {},
) {
  const parts: GenerationPart[] = [];
  const guarded = guardText(model, options);
  for await (const part of guarded.generate({ prompt: 'Say: ', ...request })) parts.push(part);
  async function* again(): AsyncGenerator<GenerationPart> {
    yield* parts;
  }
  return { parts, texts: await collectTexts(again()) };
}

const english = 'The sea was calm that night. ';
const refrain = 'We went home by the river and sang. ';
const chinese = '床前明月光，';
const line = '疑是地上霜如雪。';

/** Says its beginning and falls into a loop, until it is told to draw otherwise. */
const looping = (begin: string, phrase: string, cure: (request: GuardableRequest) => boolean) =>
  endpoint((request) => {
    const isFirst = request.prompt === 'Say: ';
    if (isFirst) return begin + phrase.repeat(30);
    return cure(request) ? 'And then it was over.' : phrase.repeat(30);
  });

describe('a guard around an endpoint', () => {
  test('a text without a loop passes unchanged for any chunks, and nothing else is asked for', async () => {
    const texts = [english + refrain + english, chinese + line, '- one 😀\n- two\n- three\n', '', 'Hal'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (text, sizes) => {
          const model = endpoint(() => text, { sizes });
          const { texts: written } = await write(model);
          expect(written).toEqual([
            {
              text,
              reason: 'eos',
              promptTokens: 1,
              completionTokens: text.length,
              guard: { repairs: 0, discardedTokens: 0, longestHold: expect.any(Number) },
            },
          ]);
          expect(model.requests).toHaveLength(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['English', english, refrain],
    ['Chinese', chinese, line],
  ])('%s: aborts the request in its loop and asks again from the clean text', async (_, begin, phrase) => {
    const model = looping(begin, phrase, () => true);
    const { parts, texts } = await write(model, { seed: 5, maxTokens: 1000 });
    expect(model.requests).toHaveLength(2);
    expect(model.broken).toBe(1);
    const again = model.requests[1];
    expect(again.seed).toBe(6);
    expect(again.maxTokens).toBeLessThan(1000);
    // One copy of the phrase stays, and what the reader has is what the endpoint was told.
    expect(again.prompt.startsWith(`Say: ${begin}${phrase}`.trimEnd())).toBe(true);
    expect(texts[0].text).toBe(`${again.prompt.slice('Say: '.length)}And then it was over.`);
    expect(texts[0].text.split(phrase.trim()).length - 1).toBe(1);
    expect(parts.filter(({ type }) => type === 'loop-repaired')).toMatchObject([{ action: 'swap' }]);
    expect(texts[0]).toMatchObject({ reason: 'eos', guard: { repairs: 1 } });
  });

  test('what comes out does not depend on the chunks', async () => {
    const whole = await write(looping(english, refrain, ({ seed }) => seed === 3));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        async (sizes) => {
          const model = endpoint(
            ({ prompt, seed }) => {
              if (prompt === 'Say: ') return english + refrain.repeat(30);
              return seed === 3 ? 'And then it was over.' : refrain.repeat(30);
            },
            { sizes },
          );
          expect((await write(model)).texts[0].text).toBe(whole.texts[0].text);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('tries what the endpoint understands, then ends honestly', async () => {
    const model = looping(english, refrain, () => false);
    const { parts, texts } = await write(model, { temperature: 0.5, seed: 1 });
    const actions = parts.flatMap((part) => (part.type === 'loop-repaired' ? [part.action] : []));
    expect(actions).toEqual(['swap', 'penalty', 'temperature', 'stop']);
    expect(model.requests.slice(1)).toMatchObject([
      { seed: 2, temperature: 0.5 },
      { frequencyPenalty: 0.5, temperature: 0.5 },
      { frequencyPenalty: 0.5, temperature: 0.8 },
    ]);
    expect(texts[0].reason).toBe('loop');
    expect(model.broken).toBe(4);
    const stopped = looping(english, refrain, () => false);
    await write(stopped, {}, { actions: ['temperature'] });
    expect(stopped.requests).toHaveLength(2);
    expect(stopped.requests[1]).not.toHaveProperty('seed');
  });

  test('of several texts only the one that loops is asked for again', async () => {
    const model = endpoint(({ prompt }, index) => {
      if (prompt !== 'Say: ') return 'And then it was over.';
      return index === 1 ? english + refrain.repeat(30) : `${english}Text ${index}.`;
    });
    const { texts } = await write(model, { n: 3 });
    expect(texts.map(({ text }) => text)).toEqual([
      `${english}Text 0.`,
      expect.stringMatching(/And then it was over\.$/),
      `${english}Text 2.`,
    ]);
    expect(model.requests[1].n).toBe(undefined);
    expect(model.requests).toHaveLength(2);
  });

  test('a stop string is found across the place where the text was taken up again', async () => {
    const model = endpoint(({ prompt }) => {
      if (prompt === 'Say: ') return english + refrain.repeat(30);
      return prompt.endsWith(' ') ? 'END of it.' : ' END of it.';
    });
    const { texts } = await write(model, { stop: 'sang. END' });
    expect(texts[0]).toMatchObject({ reason: 'stop', stop: 'sang. END' });
    expect(texts[0].text.endsWith('by the river and ')).toBe(true);
  });

  test('keeps nothing at a signal that outlives it', async () => {
    const { signal } = new AbortController();
    await collectTexts(guardText(endpoint(() => 'a text')).generate({ prompt: 'Say: ', signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('an abort of the reader ends the running request', async () => {
    const model = looping(english, refrain, () => false);
    const controller = new AbortController();
    let finish: GenerationPart | undefined;
    for await (const part of guardText(model).generate({ prompt: 'Say: ', signal: controller.signal })) {
      if (part.type === 'text-delta') controller.abort();
      if (part.type === 'finish') finish = part;
    }
    expect(finish).toMatchObject({ reason: 'aborted' });
    expect(model.requests).toHaveLength(1);
    for await (const _ of guardText(model).generate({ prompt: 'Say: ' })) break;
    expect(model.broken).toBe(2);
  });

  test('scores stay with their words', async () => {
    const words = ['The', ' sea', ' was', ' calm', '.'];
    const model: TextModel<GuardableRequest> = {
      async *generate() {
        for (const [id, text] of words.entries()) {
          yield { type: 'text-delta', text, tokens: [{ id, text, logprob: -id }] };
        }
        yield { type: 'finish', reason: 'eos', promptTokens: 1, completionTokens: 5 };
      },
    };
    const [text] = await collectTexts(guardText(model).generate({ prompt: 'Say: ' }));
    expect(text.text).toBe(words.join(''));
    expect(text.tokens?.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([
    [{ actions: ['swap-2'] }, 'actions: must be swap | penalty | temperature, got swap-2'],
    [{ maxRepairs: -1 }, 'maxRepairs: must be an integer ≥ 0, got -1'],
    [{ maxRepair: 1 }, 'generation: "maxRepair" is not an option; did you mean "maxRepairs"?'],
  ])('%j is a clear error', (options, message) => {
    expect(() =>
      guardText(
        endpoint(() => ''),
        options as GuardTextOptions,
      ),
    ).toThrow(message);
  });
});

test('pieces joined are the text, whatever the chunks', () => {
  const unit = fc.constantFrom('a', 'É', '7', ' ', '\n', '月', '，', '😀', "'", '-');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), fc.array(fc.nat(7)), (text, sizes) => {
      const split = (chunks: readonly string[]): string[] => {
        const splitter = createPieceSplitter();
        return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.flush()];
      };
      const chunks: string[] = [];
      let from = 0;
      for (const size of sizes) chunks.push(text.slice(from, (from += size)));
      const pieces = split([...chunks, text.slice(from)]);
      expect(pieces.join('')).toBe(text);
      expect(pieces).toEqual(split([text]));
    }),
  );
});
