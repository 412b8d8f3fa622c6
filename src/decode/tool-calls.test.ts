import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteTokenizer } from '../../test/toy-tokenizer.ts';
import { createRng } from '../rng.ts';
import { collectTexts } from './collect.ts';
import { compileConstraint } from './constraints/constraint.ts';
import type { ConstraintSpec } from './constraints/spec.ts';
import { functionModel } from './doubles.ts';
import { createTextModel } from './text-model.ts';
import { createToolCallReader, type ToolCallPart } from './tool-call-reader.ts';

const tokenizer = byteTokenizer('<tool_call>', '</tool_call>', '{"', 'name', '月');
const tools = [
  {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: {
        city: { enum: ['长安', 'a "b" \\ }'] },
        days: { type: 'integer', minimum: 1, maximum: 9 },
      },
      required: ['city', 'days'],
    },
  },
  { name: 'now' },
];
const spec = (more: object = {}): ConstraintSpec => ({ toolCalls: { tools, ...more } });
const accepts = (spec: ConstraintSpec, text: string): boolean => {
  let state = compileConstraint(spec, tokenizer).start;
  for (const id of tokenizer.encode(text)) {
    if (!state.allows(id)) return false;
    state = state.advance(id);
  }
  return state.canEnd;
};
const now = '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>';
const weather = '<tool_call>\n{"name": "weather", "arguments": {"city": "长安", "days": 3}}\n</tool_call>';

describe('the constraint', () => {
  test.each([
    [now, true],
    [weather, true],
    [`${now}\n${weather}`, false],
    [now.replace('now', 'other'), false],
    [now.replace('{}', '{"a": 1}'), false],
    [weather.replace('3', '10'), false],
    ['', false],
    ['text', false],
  ])('one call: %s', (text, isAllowed) => {
    expect(accepts(spec(), text)).toBe(isAllowed);
  });

  test.each([
    [now, true],
    ['', true],
    ['<', true],
    ['<tool_call', true],
    ['<tool_cal>', true],
    [`春眠 ${now}`, true],
    ['<tool_call>', false],
    ['<tool_call> and so on', false],
    [`${now}!`, false],
  ])('a call or text: %s', (text, isAllowed) => {
    expect(accepts(spec({ otherwise: 'text' }), text)).toBe(isAllowed);
  });

  test('several calls, and another form instead', () => {
    expect(accepts(spec({ most: 2 }), `${now}\n${weather}`)).toBe(true);
    expect(accepts(spec({ most: 2 }), `${now}\n${now}\n${now}`)).toBe(false);
    const other = spec({ otherwise: { jsonSchema: { const: 7 } } });
    expect([accepts(other, '7'), accepts(other, now), accepts(other, '8')]).toEqual([true, true, false]);
  });

  test('a recursive schema keeps its own names', () => {
    const list = {
      $defs: {
        n: {
          anyOf: [
            { type: 'null' },
            { type: 'object', properties: { n: { $ref: '#/$defs/n' } }, required: ['n'] },
          ],
        },
      },
      type: 'object',
      properties: { n: { $ref: '#/$defs/n' } },
      required: ['n'],
    };
    const two = {
      toolCalls: {
        tools: [
          { name: 'a', parameters: list },
          { name: 'b', parameters: { const: {} } },
        ],
      },
    };
    expect(accepts(two, '<tool_call>\n{"name": "a", "arguments": {"n":{"n":null}}}\n</tool_call>')).toBe(
      true,
    );
    expect(accepts(two, '<tool_call>\n{"name": "b", "arguments": {"n":null}}\n</tool_call>')).toBe(false);
  });
});

/** All parts of a text that comes in these pieces. */
function read(pieces: readonly string[]): ToolCallPart[] {
  const reader = createToolCallReader(['weather', 'now']);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.flush()];
}
const gathered = (parts: readonly ToolCallPart[]) => {
  const calls: { name: string; arguments: string }[] = [];
  let text = '';
  for (const part of parts) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'call') calls.push({ name: part.name, arguments: '' });
    else calls[part.call].arguments += part.text;
  }
  return { text, calls };
};

describe('the reader', () => {
  const quoted = weather.replace('长安', 'a \\"b\\" \\\\ }');
  test.each([
    ['plain', { text: 'plain', calls: [] }],
    ['<tool_cal', { text: '<tool_cal', calls: [] }],
    [now.replace('now', 'other'), { text: now.replace('now', 'other'), calls: [] }],
    [now, { text: '', calls: [{ name: 'now', arguments: '{}' }] }],
    [
      `${quoted}\n${now}`,
      {
        text: '',
        calls: [
          { name: 'weather', arguments: '{"city": "a \\"b\\" \\\\ }", "days": 3}' },
          { name: 'now', arguments: '{}' },
        ],
      },
    ],
    [quoted.slice(0, 65), { text: '', calls: [{ name: 'weather', arguments: quoted.slice(45, 65) }] }],
  ])('%j, in whatever pieces', (text, expected) => {
    expect(gathered(read([text]))).toEqual(expected);
    expect(gathered(read([...text]))).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
        expect(gathered(read(pieces))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test('arguments come as they are written', () => {
    const types = read([...now]).map(({ type }) => type);
    expect(types).toEqual(['call', 'arguments', 'arguments']);
  });
});

test('whatever a model likes best, its calls are valid', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const { vocabSize } = tokenizer;
    const model = functionModel({
      vocabSize,
      contextLength: 512,
      logits: (ids) => {
        const rng = createRng(ids.length * 31 + seed);
        return Float32Array.from({ length: vocabSize }, () => 5 * rng.uniform());
      },
    });
    const writer = createTextModel(model, tokenizer, { constraint: spec({ most: 3 }), maxTokens: 500, seed });
    const [{ text, reason }] = await collectTexts(writer.generate({ prompt: 'x' }));
    expect(reason).toBe('eos');
    const { text: rest, calls } = gathered(read([text]));
    expect([rest, calls.length]).toEqual(['', expect.any(Number)]);
    for (const call of calls) {
      const given = JSON.parse(call.arguments);
      if (call.name === 'weather')
        expect(given).toEqual({ city: expect.any(String), days: expect.any(Number) });
      else expect(given).toEqual({});
    }
  }
});
