import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import type { GenerationPart, Tokenizer } from '../types.ts';
import {
  collectTexts,
  createTextModel,
  type GenerationRequest,
  greedySearch,
  markovModel,
  type ScriptedModelOptions,
  sampling,
  scriptedModel,
} from './index.ts';

const EOS = 256;

/** One id per byte and an end-of-text token: every character outside ASCII is cut apart. */
const bytes: Tokenizer = {
  vocabSize: 257,
  specialTokens: new Map([['<|endoftext|>', EOS]]),
  eosId: EOS,
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (ids, { keepSpecial } = {}) => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    for (const id of ids) {
      if (id !== EOS) text += decoder.decode(Uint8Array.of(id), { stream: true });
      else if (keepSpecial) text += '<|endoftext|>';
    }
    return text + decoder.decode();
  },
  tokenBytes: (id) => (id === EOS ? new Uint8Array(0) : Uint8Array.of(id)),
};

/** A model that says `text` after a prompt of one byte, then ends. */
function saying(text: string, options: Partial<ScriptedModelOptions> = {}) {
  return scriptedModel({ vocabSize: 257, script: [...bytes.encode(text), EOS], ...options });
}

async function parts(stream: AsyncIterable<GenerationPart>): Promise<GenerationPart[]> {
  const all: GenerationPart[] = [];
  for await (const part of stream) all.push(part);
  return all;
}

async function say(text: string, request: Partial<GenerationRequest> = {}) {
  const model = saying(text);
  const [result] = await collectTexts(
    createTextModel(model, bytes).generate({ prompt: '>', temperature: 0, ...request }),
  );
  expect(model.openSequences).toBe(0);
  return result;
}

describe('a text model', () => {
  test.each(['To be, or not to be', '床前明月光，疑是地上霜。', '😀 mixed 混合 \ufeff text', ''])(
    'streams %j without half characters, and then the end',
    async (text) => {
      const all = await parts(createTextModel(saying(text), bytes).generate({ prompt: '>', temperature: 0 }));
      const deltas = all.slice(0, -1).map((part) => (part.type === 'text-delta' ? part.text : '?'));
      expect(deltas).toEqual([...text]);
      expect(all.at(-1)).toEqual({
        type: 'finish',
        index: 0,
        reason: 'eos',
        promptTokens: 1,
        completionTokens: bytes.encode(text).length,
      });
    },
  );

  test('an unfinished character at the end is shown as one replacement', async () => {
    expect(await say('好', { maxTokens: 2 })).toMatchObject({
      text: '\ufffd',
      reason: 'length',
      completionTokens: 2,
    });
  });

  test('ends before a stop string that crosses tokens, in English and Chinese', async () => {
    expect(await say('one\n\nUser: two', { stop: '\n\nUser:' })).toMatchObject({
      text: 'one',
      reason: 'stop',
      stop: '\n\nUser:',
    });
    expect(await say('明月光。疑是地上霜', { stop: ['霜', '。疑是'] })).toMatchObject({
      text: '明月光',
      reason: 'stop',
      stop: '。疑是',
    });
    expect(await say('one\n\nUse', { stop: '\n\nUser:' })).toMatchObject({
      text: 'one\n\nUse',
      reason: 'eos',
    });
  });

  test('streamed text is the whole text cut at the stop string, whatever the stop strings', async () => {
    const unit = fc.constantFrom('a', 'b', '月', '光');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit, maxLength: 12 }),
        fc.array(fc.string({ unit, minLength: 1, maxLength: 3 }), { maxLength: 3 }),
        async (text, stop) => {
          const ends = stop.filter((s) => text.includes(s)).map((s) => text.indexOf(s) + s.length);
          const firstEnd = Math.min(...ends);
          const found = stop
            .filter((s) => text.slice(0, firstEnd).endsWith(s))
            .sort((a, b) => b.length - a.length)[0];
          const result = await say(text, { stop });
          expect(result.text).toBe(found === undefined ? text : text.slice(0, firstEnd - found.length));
          expect(result.stop).toBe(found);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a stop string ends the model’s work at once', async () => {
    const model = saying('ab'.repeat(100));
    await collectTexts(createTextModel(model, bytes).generate({ prompt: '>', temperature: 0, stop: 'bab' }));
    expect(model.steps).toBe(4);
  });

  test('n texts come interleaved, each with its own end', async () => {
    const model = markovModel({ vocabSize: 257, seed: 4 });
    const writer = createTextModel(model, bytes, { seed: 1, maxTokens: 12 });
    const all = await parts(writer.generate({ prompt: '>', n: 3 }));
    expect(all.filter((part) => part.type === 'finish').map((part) => part.index)).toEqual([0, 1, 2]);
    const three = await collectTexts(writer.generate({ prompt: '>', n: 3 }));
    const [one] = await collectTexts(writer.generate({ prompt: '>' }));
    expect(three[0]).toEqual(one);
    expect(new Set(three.map(({ text }) => text)).size).toBe(3);
  });

  test('every token’s score comes with exactly one part, held back or not', async () => {
    const result = await say('明月b', { stop: ['月a', 'bc'], logprobs: 2 });
    expect(result.tokens?.map(({ id }) => id)).toEqual(bytes.encode('明月b'));
    expect(result.tokens?.at(-1)).toMatchObject({ text: 'b', top: [{ text: 'b' }, {}] });
    const stopped = await say('明月b', { stop: '月', logprobs: 0 });
    expect(stopped.text).toBe('明');
    expect(stopped.tokens).toHaveLength(6);
    expect(stopped.tokens?.[0]).not.toHaveProperty('top');
  });

  test('an abort keeps what was said, held text included', async () => {
    const controller = new AbortController();
    const stream = createTextModel(saying('abcdef'), bytes).generate({
      prompt: '>',
      temperature: 0,
      stop: 'cx',
      signal: controller.signal,
    });
    const texts: string[] = [];
    for await (const part of stream) {
      if (part.type === 'text-delta') texts.push(part.text);
      else expect(part).toMatchObject({ reason: 'aborted' });
      if (texts.join('') === 'ab') setTimeout(() => controller.abort(), 0);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect('abcdef'.startsWith(texts.join(''))).toBe(true);
    expect(texts.join('').length).toBeLessThan(6);
  });

  test('a reader that leaves closes everything', async () => {
    const model = saying('abcdef');
    for await (const _ of createTextModel(model, bytes).generate({ prompt: '>', n: 3, temperature: 0 }))
      break;
    expect(model.openSequences).toBe(0);
  });

  test('an error ends the text with its reason and is thrown', async () => {
    const stream = createTextModel(saying('ab'), bytes).generate({
      prompt: '>',
      temperature: 0,
      processors: [
        (logits, step) => {
          if (step.ids.length > 1) logits.fill(Number.NEGATIVE_INFINITY);
        },
      ],
    });
    const seen: GenerationPart[] = [];
    await expect(async () => {
      for await (const part of stream) seen.push(part);
    }).rejects.toMatchObject({ code: 'decode/banned-all' });
    expect(seen).toMatchObject([
      { type: 'text-delta', text: 'a' },
      { type: 'finish', reason: 'error', error: { code: 'decode/banned-all' } },
    ]);
  });
});

describe('prompts', () => {
  test('an empty one begins with the end-of-text token, prefix ids come first, ids are taken as they are', async () => {
    const seen: number[][] = [];
    const writer = createTextModel(saying('a'), bytes, {
      maxTokens: 1,
      processors: [(_, step) => void seen.push([...step.ids])],
    });
    await collectTexts(writer.generate({ prompt: '' }));
    await collectTexts(writer.generate({ prompt: '月', prefixIds: [EOS] }));
    await collectTexts(writer.generate({ prompt: [EOS, 65] }));
    expect(seen).toEqual([[EOS], [EOS, ...bytes.encode('月')], [EOS, 65]]);
  });

  test('an empty one without an end-of-text token is an error', () => {
    const writer = createTextModel(saying('a'), { ...bytes, eosId: undefined });
    expect(() => writer.generate({ prompt: '' })).toThrow(/prompt must have at least one token/);
  });

  test('text that spells the end-of-text token is ordinary text', async () => {
    const [{ text }] = await collectTexts(
      createTextModel(saying('<|endoftext|> is text'), bytes).generate({ prompt: '>', temperature: 0 }),
    );
    expect(text).toBe('<|endoftext|> is text');
  });

  test('one that is too long is an error with both numbers', () => {
    const writer = createTextModel(saying('a', { contextLength: 8 }), bytes);
    expect(() => writer.generate({ prompt: '床前明月光' })).toThrow(/context of 8 tokens, it has 15/);
  });
});

describe('options', () => {
  const writer = createTextModel(saying('abc'), bytes, { temperature: 0 });

  test('a misspelt one is an error that names the near one', () => {
    const request = { prompt: '>', tempratur: 1 } as unknown as GenerationRequest;
    expect(() => writer.generate(request)).toThrow(
      '"tempratur" is not an option; did you mean "temperature"?',
    );
    expect(() => createTextModel(saying('a'), bytes, { maxToken: 3 } as object)).toThrow(
      /did you mean "maxTokens"/,
    );
    try {
      writer.generate(request);
    } catch (error) {
      expect((error as InkstoneError).text('zh')).toBe(
        '生成：没有 "tempratur" 这个选项，是不是 "temperature"？',
      );
    }
  });

  test('a strategy in the request replaces the filters of the defaults; beside filters it is an error', async () => {
    const [{ text }] = await collectTexts(writer.generate({ prompt: '>', strategy: greedySearch() }));
    expect(text).toBe('abc');
    expect(() => writer.generate({ prompt: '>', strategy: sampling(), topP: 0.9 })).toThrow(/without "topP"/);
    const fixed = createTextModel(saying('abc'), bytes, { strategy: greedySearch() });
    expect(() => fixed.generate({ prompt: '>', topK: 3 })).toThrow(/without "topK"/);
  });

  test('a tokenizer larger than the model is refused; smaller, the padding is never said', async () => {
    expect(() => createTextModel(scriptedModel({ vocabSize: 256, script: [1] }), bytes)).toThrow(
      /tokenizer has 257 and the model 256/,
    );
    const padded = scriptedModel({ vocabSize: 320, script: [300] });
    const [{ text, tokens }] = await collectTexts(
      createTextModel(padded, bytes).generate({ prompt: '>', maxTokens: 50, seed: 1, logprobs: 3 }),
    );
    expect(text.length).toBeGreaterThan(0);
    expect(tokens?.every(({ id, top }) => id < 257 && top?.every((other) => other.id < 257))).toBe(true);
  });
});
