import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { byteTokenizer } from '../../../test/toy-tokenizer.ts';
import { compileConstraint } from './constraint.ts';

const tokenizer = byteTokenizer('{"', '":', '},', 'kind');

function accepter(jsonSchema: unknown): (value: unknown) => boolean {
  const constraint = compileConstraint({ jsonSchema, whitespace: 'compact' }, tokenizer);
  return (value) => {
    let state = constraint.start;
    for (const id of tokenizer.encode(JSON.stringify(value))) {
      if (!state.allows(id)) return false;
      state = state.advance(id);
    }
    return state.canEnd;
  };
}

const shape = (kind: string, more: object = {}) => ({
  type: 'object',
  properties: { kind: { const: kind }, ...more },
  required: ['kind'],
});

describe('oneOf', () => {
  test.each<[string, unknown[], unknown[], unknown[]]>([
    ['types', [{ type: 'string' }, { type: 'null' }], ['a', null], [1]],
    [
      'a property with its own const',
      [shape('a'), shape('b')],
      [{ kind: 'a' }, { kind: 'b' }],
      [{ kind: 'c' }],
    ],
    [
      'enums of a property',
      [
        { ...shape('x'), properties: { kind: { enum: ['p', 'q'] } } },
        { ...shape('x'), properties: { kind: { enum: ['r'] } } },
      ],
      [{ kind: 'q' }, { kind: 'r' }],
      [{ kind: 's' }],
    ],
    ['constants', [{ const: 1 }, { enum: ['1', 2] }, { const: { b: 1, a: 2 } }], [1, 2, '1'], [3]],
    [
      'a constant that is too long',
      [{ const: 'aaa' }, { type: 'string', maxLength: 2 }],
      ['aaa', 'aa'],
      ['bbb'],
    ],
    [
      'ranges',
      [
        { type: 'number', maximum: 0 },
        { type: 'integer', exclusiveMinimum: 0 },
      ],
      [-0.5, 0, 1],
      [0.5],
    ],
    [
      'lengths',
      [
        { type: 'array', maxItems: 1 },
        { type: 'array', minItems: 2 },
      ],
      [[], [1], [1, 2]],
      [],
    ],
    [
      'a property that the other forbids',
      [
        { type: 'object', properties: { a: { type: 'null' } }, required: ['a'] },
        { type: 'object', properties: { b: { type: 'null' } }, additionalProperties: false },
      ],
      [{ a: null }, { b: null }, {}],
      [{ a: null, b: null }],
    ],
    [
      'the first entry',
      [
        { type: 'array', prefixItems: [{ const: 'add' }], items: false },
        { type: 'array', prefixItems: [{ const: 'move' }, { type: 'integer' }], items: false },
      ],
      [['add'], ['move', 1]],
      [['add', 1]],
    ],
  ])('is a choice where %s tell the branches apart', (_, oneOf, valid, invalid) => {
    const accepts = accepter({ oneOf });
    for (const value of valid) expect([value, accepts(value)]).toEqual([value, true]);
    for (const value of invalid) expect([value, accepts(value)]).toEqual([value, false]);
  });

  test('of references, beside keywords of its own, nested, and from zod', () => {
    const accepts = accepter({
      type: 'object',
      required: ['kind'],
      oneOf: [{ $ref: '#/$defs/leaf' }, { allOf: [{ $ref: '#/$defs/node' }] }],
      $defs: { leaf: shape('leaf'), node: shape('node', { next: { $ref: '#' } }) },
    });
    expect(accepts({ kind: 'node', next: { kind: 'leaf' } })).toBe(true);
    expect(accepts({ kind: 'tree' })).toBe(false);

    const event = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('key'), code: z.int() }),
      z.object({ kind: z.literal('click'), at: z.tuple([z.int(), z.int()]) }),
    ]);
    const schema = z.toJSONSchema(event);
    expect(schema.oneOf).toHaveLength(2);
    expect(accepter(schema)({ kind: 'key', code: 3 })).toBe(true);
  });

  test.each<[unknown[], string]>([
    [[{ type: 'number' }, { type: 'integer' }], 'both 0 and 1'],
    [[shape('a'), shape('b'), shape('a')], 'both 0 and 2'],
    [[{ required: ['a'] }, { required: ['b'] }], 'both 0 and 1'],
    [
      [
        { ...shape('a'), required: [] },
        { ...shape('b'), required: [] },
      ],
      'both 0 and 1',
    ],
    [
      [
        { type: 'string', pattern: '^a' },
        { type: 'string', pattern: '^b' },
      ],
      'both 0 and 1',
    ],
    [[true, { type: 'null' }], 'both 0 and 1'],
    [[{ minimum: 3 }, { type: 'string' }], 'both 0 and 1'],
    [[{ const: 3 }, { enum: [4, 3] }], 'both 0 and 1'],
  ])('%j is refused, with what to do', (oneOf, message) => {
    expect(() => accepter({ oneOf })).toThrowError(message);
    expect(() => accepter({ oneOf })).toThrowError('or use anyOf');
    expect(() => accepter({ anyOf: oneOf })).not.toThrowError('oneOf');
  });
});

/** Whether a value satisfies a schema, by the words of the standard. */
function holds(value: unknown, schema: Readonly<Record<string, never>>): boolean {
  const { type, enum: values, minimum, maximum, maxLength, required = [], properties = {} } = schema;
  const isObject = typeof value === 'object' && value !== null;
  const kind = value === null ? 'null' : typeof value;
  if (type && type !== kind && !(type === 'integer' && Number.isInteger(value))) return false;
  if (values && !(values as unknown[]).some((one) => JSON.stringify(one) === JSON.stringify(value)))
    return false;
  if (typeof value === 'number' && (value < minimum || value > maximum)) return false;
  if (typeof value === 'string' && value.length > maxLength) return false;
  if (!isObject) return true;
  const entries = Object.entries(value);
  if ((required as string[]).some((name) => !Object.hasOwn(value, name))) return false;
  const named = Object.keys(properties);
  if (schema.additionalProperties === false && entries.some(([name]) => !named.includes(name))) return false;
  return entries.every(
    ([name, one]) => !named.includes(name) || holds(one, (properties as Record<string, never>)[name]),
  );
}

test('what oneOf lets through satisfies exactly one branch', () => {
  const small = [null, true, -1, 0, 1, 1.5, '', 'a', 'bb'];
  const values = [
    ...small,
    {},
    ...small.flatMap((x) => [{ p: x }, { q: x }, ...small.map((y) => ({ p: x, q: y }))]),
  ];
  const number = fc.integer({ min: -1, max: 2 });
  const leaf = fc.oneof(
    fc.record({ type: fc.constantFrom('null', 'boolean') }),
    fc.record(
      { type: fc.constantFrom('integer', 'number'), minimum: number, maximum: number },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('string'), maxLength: number.map(Math.abs) }, { requiredKeys: ['type'] }),
    fc.record({ minimum: number }),
    fc.record({ enum: fc.uniqueArray(fc.constantFrom(...small), { minLength: 1, maxLength: 3 }) }),
  );
  const object = fc.record(
    {
      type: fc.constant('object'),
      properties: fc.record({ p: leaf, q: leaf }, { requiredKeys: [] }),
      required: fc.subarray(['p', 'q']),
      additionalProperties: fc.constant(false),
    },
    { requiredKeys: ['properties'] },
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(leaf, object, object), { minLength: 2, maxLength: 3 }), (oneOf) => {
      let accepts: (value: unknown) => boolean;
      try {
        accepts = accepter({ oneOf });
      } catch {
        return;
      }
      accepted++;
      for (const value of values) {
        if (!accepts(value)) continue;
        const branches = oneOf.filter((branch) => holds(value, branch as never));
        expect([value, oneOf, branches.length]).toEqual([value, oneOf, 1]);
      }
    }),
    { numRuns: 100 },
  );
  expect(accepted).toBeGreaterThan(15);
});
