import { readFileSync } from 'node:fs';
import ranks from 'gpt-tokenizer/bpeRanks/r50k_base';
import { describe, expect, test } from 'vitest';
import { byteTokenizer } from '../../../test/toy-tokenizer.ts';
import { fromRanks, trainBpe, trainCharacters } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import { collectTexts } from '../collect.ts';
import { functionModel, markovModel } from '../doubles.ts';
import { generateTokens } from '../generate-tokens.ts';
import { collectProcessors } from '../processor-table.ts';
import { parseStrategy } from '../strategy-spec.ts';
import { createTextModel } from '../text-model.ts';
import { withTokenizer } from '../with-tokenizer.ts';
import { compiledFor } from './compile.ts';
import { compileConstraint } from './constraint.ts';

const tokenizer = byteTokenizer('ab', 'ba', 'abab', '12', '34', '月', '明月', '-1');
const pattern = '(?:ab|ba|明?月){1,6}-[0-9]{4}';
const whole = new RegExp(`^(?:${pattern})$`, 'u');

describe('every strategy keeps to a constraint', () => {
  test.each([
    'sample',
    'greedy',
    'top-p:0.9',
    'beam:4',
    'diverse:4:2',
    'beam-sample:3',
    'contrastive:4:0.6',
    'lookup:4',
  ])('%s', async (spec) => {
    let count = 0;
    for (let seed = 0; seed < 5; seed++) {
      const model = markovModel({ vocabSize: tokenizer.vocabSize, seed, spread: 4 });
      const strategy = parseStrategy(spec, withTokenizer({ constraint: { regex: pattern } }, tokenizer));
      const ids = new Map<number, number[]>();
      for await (const event of generateTokens(model, tokenizer.encode('ab-12 明月'), {
        strategy,
        eosIds: [tokenizer.eosId],
        maxTokens: 60,
        seed,
      })) {
        if (event.type === 'token') ids.set(event.index, [...(ids.get(event.index) ?? []), event.id]);
        else if (event.type === 'finish') {
          expect(event.reason).toBe('eos');
          expect(tokenizer.decode(ids.get(event.index) ?? [])).toMatch(whole);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThanOrEqual(5);
  });

  test('under the guard, which goes back and writes on', async () => {
    // Greedy falls into a loop at once; the guard cuts it, and what comes out is still of the form.
    const model = markovModel({ vocabSize: tokenizer.vocabSize, seed: 3, spread: 4 });
    const writer = createTextModel(model, tokenizer, { temperature: 0, guard: true });
    const constraint = { regex: '(?:(?:ab|ba|明?月){1,6}-[0-9]{4} )*end' };
    const parts = writer.generate({ prompt: 'x', constraint, maxTokens: 300, seed: 1, n: 2 });
    for (const { text, reason } of await collectTexts(parts)) {
      const unfinished = /^(?:(?:ab|ba|明?月){1,6}-[0-9]{4} )*/u.exec(text)![0];
      if (reason === 'eos') expect(text).toBe(`${unfinished}end`);
      else expect(text.length - unfinished.length).toBeLessThan(20);
    }
  });
});

describe('as an option', () => {
  const model = markovModel({ vocabSize: tokenizer.vocabSize, seed: 1 });

  test('of a text model: a spec, or compiled beforehand', async () => {
    const writer = createTextModel(model, tokenizer);
    const compiled = compileConstraint({ choices: ['明月', 'abab'] }, tokenizer);
    for (const constraint of [{ choices: ['明月', 'abab'] }, compiled]) {
      for (const { text, reason } of await collectTexts(
        writer.generate({ prompt: 'x', constraint, n: 4, seed: 5 }),
      )) {
        expect(['明月', 'abab']).toContain(text);
        expect(reason).toBe('eos');
      }
    }
  });

  test('the tokens that end a text are those of the request', async () => {
    const writer = createTextModel(model, tokenizer);
    const [dot] = tokenizer.encode('.');
    const request = { prompt: 'x', constraint: { choices: ['12', '明月'] }, eosIds: [dot], seed: 2 };
    const [{ text, reason }] = await collectTexts(writer.generate(request));
    expect([text, reason]).toEqual([text, 'eos']);
    expect(['12', '明月']).toContain(text);
  });

  test('runs before everything that filters', () => {
    const constraint = compileConstraint({ choices: ['ab'] }, tokenizer);
    for (const preset of [undefined, 'hf', 'vllm', 'llama.cpp'] as const) {
      const [first, ...others] = collectProcessors({ preset, constraint, topK: 1, logitBias: { 5: 1 } });
      expect(others).toHaveLength(2);
      const logits = new Float32Array(tokenizer.vocabSize);
      first(logits, { ...historyDouble(), promptLength: 0 });
      expect(logits.filter((value) => value === 0)).toHaveLength(2);
    }
  });

  test('a spec where no tokenizer is known, and a wrong one, are errors', () => {
    expect(() => collectProcessors({ constraint: { regex: 'a' } })).toThrow(
      /must be compiled where no tokenizer/,
    );
    expect(() => collectProcessors({ constraint: 3 as never })).toThrow(
      /must be compiled where no tokenizer/,
    );
    expect(() =>
      createTextModel(model, tokenizer).generate({ prompt: 'x', constraint: {} as never }),
    ).toThrow(/must be one of \{ regex \}/);
  });

  test('the latest specs are compiled once', () => {
    const spec = { jsonSchema: { type: 'integer' } };
    const first = compiledFor(spec, tokenizer);
    expect(compiledFor({ jsonSchema: { type: 'integer' } }, tokenizer)).toBe(first);
    expect(compiledFor({ regex: /a/ }, tokenizer)).not.toBe(compiledFor({ regex: /b/ }, tokenizer));
    expect(compiledFor({ regex: /a/ }, tokenizer)).not.toBe(compiledFor({ regex: /a/i }, tokenizer));
    for (let i = 0; i < 20; i++) compiledFor({ choices: [`${i}`] }, tokenizer);
    expect(compiledFor(spec, tokenizer)).not.toBe(first);
  });
});

/** A step at the beginning of a text. */
function historyDouble() {
  const ids: number[] = [];
  return {
    ids,
    eosIds: undefined,
    state: (maker: (step: never) => unknown) => maker({ ids, promptLength: 0 } as never),
  } as never as Parameters<ReturnType<typeof collectProcessors>[number]>[1];
}

describe('on real vocabularies', () => {
  const schema = {
    type: 'object',
    properties: {
      title: { type: 'string', minLength: 1, maxLength: 12 },
      lines: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 4 },
      year: { type: 'integer', minimum: 618, maximum: 907 },
    },
    required: ['title', 'lines', 'year'],
  };
  const answer = '{"title": "静夜思", "lines": ["床前明月光，", "疑是地上霜。", "The moon"], "year": 742}';

  const gpt2 = (): Tokenizer =>
    fromRanks(
      (ranks as readonly (string | readonly number[])[]).map((token, id) => [
        typeof token === 'string' ? token : Uint8Array.from(token),
        id,
      ]),
      { pattern: 'gpt2', specialTokens: new Map([['<|endoftext|>', 50_256]]) },
    );
  const poems = readFileSync(new URL('../../../README.zh.md', import.meta.url), 'utf8');
  const vocabularies: Record<string, () => Tokenizer | Promise<Tokenizer>> = {
    'the 50,257 tokens of GPT-2': gpt2,
    'a small BPE trained on Chinese': () =>
      trainBpe([poems], { vocabSize: 600, specialTokens: ['<|endoftext|>'] }),
    'characters with bytes': () => trainCharacters(poems, { specialTokens: ['<|endoftext|>'] }),
    'characters alone': () =>
      trainCharacters(`${answer}abcdefghijklmnopqrstuvwxyz0123456789\\/\n`, {
        specialTokens: ['<|endoftext|>'],
        byteFallback: false,
      }),
  };

  test.each(Object.entries(vocabularies))('%s', async (_, make) => {
    const real = await make();
    const constraint = compileConstraint({ jsonSchema: schema }, real);

    // A good answer passes, every token of it.
    let state = constraint.start;
    for (const id of real.encode(answer)) {
      expect(state.allows(id)).toBe(true);
      state = state.advance(id);
    }
    expect(state.canEnd).toBe(true);

    // Random logits write valid JSON. Closing signs are likely, or the text would never end.
    const row = Float32Array.from({ length: real.vocabSize }, (_, id) => 3 * Math.sin(id * 12.9898));
    for (const sign of ['"', '}', ']', ',', '"}', '"]']) for (const id of real.encode(sign)) row[id] += 8;
    const model = functionModel({
      vocabSize: real.vocabSize,
      contextLength: 4096,
      logits: ({ length }) => row.map((value, id) => value + ((id * 7919 + length * 104_729) % 97) / 50),
    });
    const request = { prompt: '"', constraint, n: 2, maxTokens: 150, seed: 4 };
    const texts = await collectTexts(createTextModel(model, real).generate(request));
    const complete = texts.filter(({ reason }) => reason === 'eos');
    expect(complete.length).toBeGreaterThan(0);
    for (const { text } of complete) {
      const { title, lines, year, ...others } = JSON.parse(text);
      expect(others).toEqual({});
      expect(Array.from(title).length).toBeLessThanOrEqual(12);
      expect(lines.length).toBeLessThanOrEqual(4);
      expect(year >= 618 && year <= 907 && Number.isInteger(year)).toBe(true);
    }
  });
});
