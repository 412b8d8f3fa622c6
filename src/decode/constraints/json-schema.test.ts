import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { byteTokenizer } from '../../../test/toy-tokenizer.ts';
import { markovModel } from '../doubles.ts';
import { generateTokens } from '../generate-tokens.ts';
import { sampling } from '../sampling.ts';
import { type Constraint, compileConstraint } from './constraint.ts';
import type { JsonWhitespace } from './json-syntax.ts';

/** Bytes, and tokens that reach over the borders of JSON's parts. */
const tokenizer = byteTokenizer(
  '{"',
  '":',
  '": "',
  '",',
  '", "',
  '"}',
  '},',
  '}]',
  '[{',
  ', ',
  ': ',
  '\n  ',
  '"a',
  'true',
  'null',
  '12',
  '0.5',
  '月光',
  '明月',
  '\\n',
  '\\u00',
);

const compile = (jsonSchema: unknown, whitespace: JsonWhitespace = 'compact'): Constraint =>
  compileConstraint({ jsonSchema, whitespace }, tokenizer);

function accepts(constraint: Constraint, text: string): boolean {
  let state = constraint.start;
  for (const id of tokenizer.encode(text)) {
    if (!state.allows(id)) return false;
    state = state.advance(id);
  }
  return state.canEnd;
}

/** Texts that random models write under a schema; only those that came to their end. */
async function written(constraint: Constraint, seeds: number, maxTokens = 400): Promise<string[]> {
  const texts: string[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const model = markovModel({ vocabSize: tokenizer.vocabSize, contextLength: 2048, seed, spread: 3 });
    const ids: number[] = [];
    // Closing signs and the end are made likely, or random texts would never end.
    const logitBias = new Map<number, number>(
      [...'"}],'].map((sign) => [tokenizer.encode(sign)[0], 4] as const),
    );
    logitBias.set(tokenizer.eosId, 8);
    for await (const event of generateTokens(model, [0], {
      strategy: sampling({ processors: [constraint.processor], logitBias }),
      eosIds: [tokenizer.eosId],
      maxTokens,
      seed,
    })) {
      if (event.type === 'token') ids.push(event.id);
      else if (event.type === 'finish' && event.reason === 'eos') texts.push(tokenizer.decode(ids));
    }
  }
  return texts;
}

const yes = (schema: unknown, ...values: unknown[]) => {
  const constraint = compile(schema);
  for (const value of values) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect([text, accepts(constraint, text)]).toEqual([text, true]);
  }
};
const no = (schema: unknown, ...values: unknown[]) => {
  const constraint = compile(schema);
  for (const value of values) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect([text, accepts(constraint, text)]).toEqual([text, false]);
  }
};

describe('what a schema allows', () => {
  test('every kind of value', () => {
    const values = [null, true, false, 0, -1.5, 1e10, [], [1, [2]], {}, { a: { 名字: ['李白'] } }];
    yes(true, ...values, '"床前明月光\\n"', '"\\ud83d\\ude00"', '1e5', '{"a":1,"a b":[]}');
    no(
      true,
      '',
      '01',
      '1.',
      '.5',
      '+1',
      '"a',
      '"\n"',
      '"\\x"',
      '"\\ud83d"',
      '[1,]',
      '{"a"}',
      '{a:1}',
      'tru',
      '1 ',
      '\u{1F600}',
    );
  });

  test('objects: order, required, optional, additional', () => {
    const properties = { a: { type: 'integer' }, b: { type: 'string' }, 名: { type: 'null' } };
    yes(
      { type: 'object', properties },
      {},
      { a: 1 },
      { b: '"' },
      { 名: null },
      { a: 1, b: 'x', 名: null },
      { a: 1, 名: null },
    );
    no({ type: 'object', properties }, { c: 1 }, '{"b":"x","a":1}', '{"a":1,}', { a: 'x' }, '{,"a":1}');
    yes({ type: 'object', properties, required: ['b'] }, { b: '' }, { a: 1, b: '' }, { b: '', 名: null });
    no({ type: 'object', properties, required: ['b'] }, {}, { a: 1 }, { 名: null });
    yes(
      { properties, additionalProperties: { type: 'boolean' } },
      {},
      { a: 1, x: true },
      { x: true, 名字: false },
      { ab: true },
      { '': true },
    );
    no({ properties, additionalProperties: { type: 'boolean' } }, { a: true }, { x: 1 }, '{"x":true,"a":1}');
    yes({ type: 'object' }, {}, { x: { y: 1 } });
    yes({ type: 'object', required: ['k'] }, { k: [1] });
    no({ type: 'object', required: ['k'] }, {}, { j: 1 });
  });

  test('arrays', () => {
    yes({ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }, [1], [1, 2, 3]);
    no({ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }, [], [1, 2, 3, 4], ['1']);
    yes({ prefixItems: [{ type: 'integer' }, { type: 'string' }] }, [1, 'x']);
    no({ prefixItems: [{ type: 'integer' }, { type: 'string' }] }, ['x', 1], [1, 'x', 2]);
    yes(
      { prefixItems: [{ type: 'integer' }], items: { type: 'null' }, minItems: 2, maxItems: 3 },
      [1, null],
      [1, null, null],
    );
    no(
      { prefixItems: [{ type: 'integer' }], items: { type: 'null' }, minItems: 2, maxItems: 3 },
      [1],
      [1, null, null, null],
    );
    yes({ items: false, type: 'array' }, []);
    no({ items: false, type: 'array' }, [1]);
  });

  test('strings', () => {
    yes({ type: 'string', minLength: 1, maxLength: 2 }, '"a"', '"月光"', '"😀\\n"', '"\\u00e9x"');
    no({ type: 'string', minLength: 1, maxLength: 2 }, '""', '"abc"', '"😀😀😀"');
    yes({ type: 'string', minLength: 70 }, JSON.stringify('月'.repeat(70)), JSON.stringify('x'.repeat(99)));
    no({ type: 'string', minLength: 70 }, JSON.stringify('x'.repeat(69)));
    yes({ type: 'string', maxLength: 100 }, JSON.stringify('x'.repeat(100)));
    no({ type: 'string', maxLength: 100 }, JSON.stringify('x'.repeat(101)));
    yes({ pattern: '^[a-z]+"$' }, '"abc\\""');
    yes({ pattern: 'b' }, '"b"', '"abc"', '"月b光"');
    no({ pattern: 'b' }, '"ac"', '"a\\u0062"');
    yes({ pattern: '^a|b$' }, '"ax"', '"xb"');
    no({ pattern: '^a|b$' }, '"xa"', '"bx"');
    yes({ pattern: '^\\s$' }, '"\\n"', '" "', '"\u3000"');
    yes({ format: 'date' }, '"2024-02-28"', '"1999-12-31"');
    no({ format: 'date' }, '"2024-02-30"', '"2024-13-01"', '"24-01-01"');
    yes({ format: 'date-time' }, '"2024-02-28T23:59:59.5+08:00"');
    yes({ format: 'uuid' }, '"123e4567-e89b-42d3-a456-426614174000"');
    yes({ format: 'email' }, '"li.bai@example.com"');
    yes({ format: 'ipv4' }, '"255.0.10.1"');
    no({ format: 'ipv4' }, '"256.0.0.1"', '"1.2.3"');
  });

  test('enum, const, type lists, unions', () => {
    yes({ enum: ['red', 1, null, { a: [1, 2] }, '红'] }, '"red"', 1, null, { a: [1, 2] }, '"红"');
    no({ enum: ['red', 1, null] }, '"re"', 2, '1.0');
    yes({ const: { a: [] } }, { a: [] });
    yes({ type: ['string', 'null'] }, null, '"x"');
    no({ type: ['string', 'null'] }, 1);
    yes({ type: 'integer', enum: [1, 'x', 2.5] }, 1);
    no({ type: 'integer', enum: [1, 'x', 2.5] }, '"x"', 2.5);
    yes({ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 1, '"x"');
    yes(
      {
        type: 'object',
        properties: { a: { type: 'integer' } },
        anyOf: [{ required: ['a'] }, { properties: { b: true }, required: ['b'] }],
      },
      { a: 1 },
      { a: 1, b: 2 },
      { b: 2 },
    );
    yes(
      {
        allOf: [
          { properties: { a: { type: 'number' } } },
          { properties: { a: { minimum: 3 }, b: true }, required: ['a'] },
        ],
      },
      { a: 3 },
      { a: 4.5, b: [] },
    );
    no(
      {
        allOf: [
          { properties: { a: { type: 'number' } } },
          { properties: { a: { minimum: 3 } }, required: ['a'] },
        ],
      },
      { a: 2 },
      {},
    );
  });

  test('references, to themselves too', () => {
    const tree = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: {
            v: { type: 'integer' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          },
          required: ['v', 'next'],
        },
      },
    };
    yes(tree, { v: 1, next: null }, { v: 1, next: { v: 2, next: { v: 3, next: null } } });
    no(tree, { v: 1 }, { v: 1, next: 2 });
    yes({ type: 'array', items: { $ref: '#' } }, [], [[], [[]]]);
    yes(
      { properties: { 'a/b~c': { type: 'null' }, d: { $ref: '#/properties/a~1b~0c' } } },
      { 'a/b~c': null, d: null },
    );
  });

  test('blanks', () => {
    const schema = { properties: { a: { items: { type: 'integer' } } }, required: ['a'] };
    const texts = [
      '{"a":[1,2]}',
      '{"a": [1, 2]}',
      '{\n  "a": [\n    1,\n    2\n  ]\n}',
      '{ "a": [ 1, 2 ] }',
      '{\n\n"a":[]}',
    ];
    const allowed = (whitespace: JsonWhitespace) =>
      texts.map((text) => accepts(compile(schema, whitespace), text));
    expect(allowed('compact')).toEqual([true, false, false, false, false]);
    expect(allowed('spaced')).toEqual([false, true, false, false, false]);
    expect(allowed('flexible')).toEqual([true, true, true, true, false]);
  });
});

describe('bounds of numbers', () => {
  const bound = fc.oneof(
    fc.integer({ min: -120, max: 120 }),
    fc.integer({ min: -3000, max: 3000 }).map((n) => n / 100),
  );
  const keywords = fc.record(
    { minimum: bound, maximum: bound, exclusiveMinimum: bound, exclusiveMaximum: bound },
    { requiredKeys: [] },
  );
  const holds = (s: Record<string, number>, value: number): boolean =>
    !(value < s.minimum) &&
    !(value > s.maximum) &&
    !(value <= s.exclusiveMinimum) &&
    !(value >= s.exclusiveMaximum);

  test.each(['integer', 'number'] as const)('%s: exactly the numbers inside', (type) => {
    fc.assert(
      fc.property(keywords, fc.array(bound, { minLength: 8, maxLength: 8 }), (limits, values) => {
        const near = Object.values(limits).flatMap((limit) => [
          limit,
          limit - 1,
          limit + 1,
          limit + 0.01,
          limit - 0.01,
        ]);
        const wanted = [...values, ...near]
          .map((value) => Number(value.toFixed(2)))
          .filter((value) => !Object.is(value, -0))
          .map((value) => (type === 'integer' ? Math.trunc(value) + 0 : value));
        let constraint: Constraint | undefined;
        try {
          constraint = compile({ type, ...limits });
        } catch (error) {
          expect((error as { code: string }).code).toBe('constraint/empty');
        }
        for (const value of wanted) {
          const isAllowed = constraint !== undefined && accepts(constraint, String(value));
          expect([value, limits, isAllowed]).toEqual([
            value,
            limits,
            holds(limits as Record<string, number>, value),
          ]);
        }
      }),
      { numRuns: 80 },
    );
  });

  test('small and large bounds, and zeros at the end', () => {
    yes({ type: 'number', minimum: 1e-7, maximum: 2 }, '0.0000001', '0.5', '2.000', '1');
    no({ type: 'number', minimum: 1e-7, maximum: 2 }, '0.00000009', '0', '2.0001', '-1');
    yes({ type: 'number', exclusiveMinimum: 0 }, '0.001', '999999999999999');
    no({ type: 'number', exclusiveMinimum: 0 }, '0', '0.00', '-0');
    yes({ type: 'integer', minimum: 1e14 }, '100000000000000');
    yes({ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: 9e15 }, '-999999999999999', '3');
  });
});

describe('what random models write under a schema', () => {
  const address = {
    type: 'object',
    properties: { street: { type: 'string' }, zip: { pattern: '^[0-9]{5}$' } },
    required: ['zip'],
  };
  const schemas: Record<string, object | boolean> = {
    person: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 10 },
        age: { type: 'integer', minimum: 0, maximum: 150 },
        mail: { type: 'string', format: 'email' },
        tags: { type: 'array', items: { enum: ['诗', '词', 'prose'] }, maxItems: 3 },
        address,
        score: { type: 'number', exclusiveMinimum: -1, maximum: 0.75 },
      },
      required: ['name', 'tags'],
      additionalProperties: false,
    },
    list: {
      $ref: '#/$defs/n',
      $defs: {
        n: {
          type: 'object',
          properties: { v: true, next: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/n' }] } },
          required: ['v', 'next'],
        },
      },
    },
    tuple: {
      type: 'array',
      prefixItems: [{ type: 'string', format: 'date' }, { type: 'boolean' }],
      items: { type: 'number' },
      maxItems: 5,
    },
    map: {
      type: 'object',
      properties: { id: { type: 'string', format: 'uuid' } },
      required: ['id'],
      additionalProperties: { type: 'integer' },
    },
    union: {
      anyOf: [
        { type: 'string', format: 'ipv4' },
        { type: 'integer', minimum: -7, maximum: -3 },
        { type: 'array', items: { type: 'null' } },
      ],
    },
  };

  test.each(Object.entries(schemas))('%s: another validator agrees', async (name, schema) => {
    const validator = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
    for (const whitespace of ['compact', 'flexible'] as const) {
      const texts = await written(compile(schema, whitespace), 6);
      expect(texts.length).toBeGreaterThan(0);
      for (const text of texts) {
        const { success } = validator.safeParse(JSON.parse(text));
        expect([name, text, success]).toEqual([name, text, true]);
      }
    }
  });

  test('random schemas', async () => {
    const name = fc.constantFrom('a', 'b', '名', 'a"b');
    const { schema } = fc.letrec<{ schema: object }>((self) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<object>(
          { type: 'string' },
          { type: 'integer' },
          { type: 'boolean' },
          { enum: [1, 'x', null] },
          { type: 'string', maxLength: 3 },
          { type: 'number', minimum: -0.5, maximum: 2 },
        ),
        fc.record({
          type: fc.constant('array'),
          items: self('schema'),
          maxItems: fc.integer({ min: 0, max: 3 }),
        }),
        fc
          .tuple(fc.dictionary(name, self('schema'), { maxKeys: 3 }), fc.subarray(['a', 'b', '名']))
          .map(([properties, required]) => ({
            type: 'object',
            properties,
            required: required.filter((one) => one in properties),
            additionalProperties: false,
          })),
        fc.array(self('schema'), { minLength: 1, maxLength: 2 }).map((anyOf) => ({ anyOf })),
      ),
    }));
    let count = 0;
    for (const one of fc.sample(schema, { numRuns: 25, seed: 7 })) {
      const validator = z.fromJSONSchema(one as Parameters<typeof z.fromJSONSchema>[0]);
      for (const text of await written(compile(one), 2, 200)) {
        count++;
        expect([one, text, validator.safeParse(JSON.parse(text)).success]).toEqual([one, text, true]);
      }
    }
    expect(count).toBeGreaterThan(30);
  });
});

describe('wrong schemas', () => {
  test.each<[unknown, RegExp]>([
    [
      { type: 'object', properties: { a: { uniqueItems: true } } },
      /at #\/properties\/a: the keyword uniqueItems is not supported; use/,
    ],
    [{ type: 'text' }, /type must be one of object/],
    [{ $ref: '#/nowhere' }, /\$ref leads nowhere: #\/nowhere/],
    [{ $ref: 'https://example.com/x' }, /must point into this schema/],
    [{ type: 'string', format: 'color' }, /format must be one of date, time/],
    [{ type: 'string', pattern: '(' }, /not a regular expression/],
    [{ type: 'string', pattern: '(?=a)' }, /look-around/],
    [{ type: 'string', pattern: 'a', minLength: 3 }, /only one of pattern, format and lengths/],
    [{ enum: [] }, /at #\/enum: must be a list/],
    [{ items: 3 }, /at #\/items: a schema must be an object/],
    [{ type: 'string', minLength: -1 }, /minLength must be an integer ≥ 0, got -1/],
    [{ type: 'integer', minimum: 1e300 }, /minimum must be a number below 10\^15/],
    [{ enum: ['a'], minLength: 3 }, /enum and const must stand without minLength/],
    [{ allOf: [{ additionalProperties: false }, { properties: { a: true } }] }, /speaks of the property "a"/],
    [{ allOf: [{ pattern: 'a' }, { pattern: 'b' }] }, /pattern stands in two schemas/],
    [{ type: 'array', allOf: [{ $ref: '#' }] }, /refers to itself/],
    [{ $ref: '#/%' }, /\$ref leads nowhere/],
    [{ required: [1] }, /at #\/required: must be names, got 1/],
    [{ allOf: [{ enum: 3 }, { enum: [3] }] }, /enum must be a list/],
    [{ enum: [Number.NaN] }, /must be JSON, got NaN/],
    [{ enum: [() => 1] }, /must be JSON/],
    [undefined, /a schema must be an object, true or false/],
    [[], /a schema must be an object/],
  ])('%j', (schema, message) => {
    expect(() => compile(schema)).toThrow(message);
  });

  test('schemas that nothing satisfies', () => {
    for (const schema of [
      false,
      { $ref: '#' },
      { type: 'array', minItems: 2, maxItems: 1 },
      { required: ['a'], additionalProperties: false },
      { type: 'integer', minimum: 0.1, maximum: 0.9 },
      { properties: { a: { $ref: '#' } }, required: ['a'] },
    ]) {
      expect(() => compile(schema)).toThrow(expect.objectContaining({ code: 'constraint/empty' }));
    }
  });

  test('what is too large is refused', () => {
    let deep: object = { type: 'null' };
    for (let i = 0; i < 5_000; i++) deep = { items: deep };
    const wide = { enum: Array.from({ length: 200_000 }, (_, i) => i) };
    const loop: Record<string, unknown> = {};
    loop.items = loop;
    for (const schema of [
      deep,
      wide,
      loop,
      { maxLength: 1e9 },
      { minItems: 1e9 },
      { pattern: 'a{0,1000000000}' },
      { properties: { ['x'.repeat(5_000)]: true } },
    ]) {
      expect(() => compile(schema)).toThrow(
        expect.objectContaining({ code: expect.stringMatching('constraint/(limit|schema)') }),
      );
    }
    expect(() => compile(true, 'pretty' as JsonWhitespace)).toThrow(
      /whitespace: must be one of compact, spaced, flexible/,
    );
  });
});
