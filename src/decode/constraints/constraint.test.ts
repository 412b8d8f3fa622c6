import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteTokenizer, toyTokenizer } from '../../../test/toy-tokenizer.ts';
import { trainCharacters } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import { markovModel } from '../doubles.ts';
import { generateTokens } from '../generate-tokens.ts';
import { createHistory } from '../history.ts';
import { sampling } from '../sampling.ts';
import { type Constraint, type ConstraintState, compileConstraint } from './constraint.ts';
import type { ConstraintSpec } from './spec.ts';

const bytes = byteTokenizer();

/** Whether a constraint lets a text through, byte by byte, and end. */
function accepts(constraint: Constraint, text: string, tokenizer: Tokenizer = bytes): boolean {
  let state = constraint.start;
  for (const id of tokenizer.encode(text)) {
    if (!state.allows(id)) return false;
    state = state.advance(id);
  }
  return state.canEnd;
}

const allowedIds = (state: ConstraintState, vocabSize: number): number[] =>
  Array.from({ length: vocabSize }, (_, id) => id).filter((id) => state.allows(id));

describe('choices', () => {
  const constraint = compileConstraint({ choices: ['yes', 'yesterday', 'no', '好', '好的'] }, bytes);

  test('every choice can be written, and nothing else', () => {
    for (const one of ['yes', 'yesterday', 'no', '好', '好的']) expect(accepts(constraint, one)).toBe(true);
    for (const one of ['', 'y', 'yeste', 'nope', '坏', '好的的'])
      expect(accepts(constraint, one)).toBe(false);
  });

  test('the end is allowed exactly where a choice is complete', () => {
    let state = constraint.start;
    const ends: boolean[] = [];
    for (const id of bytes.encode('yesterday')) {
      ends.push(state.allows(bytes.eosId));
      expect(state.allows(bytes.eosId)).toBe(state.canEnd);
      state = state.advance(id);
    }
    expect(ends).toEqual([false, false, false, true, false, false, false, false, false]);
    expect(allowedIds(state, bytes.vocabSize)).toEqual([bytes.eosId]);
  });

  test('tokens that hold half a character are allowed where their character may follow', () => {
    const [first, second, third] = new TextEncoder().encode('好');
    const halves = toyTokenizer([
      Uint8Array.of(first, second),
      Uint8Array.of(third),
      '好',
      Uint8Array.of(first),
    ]);
    const { start } = compileConstraint({ choices: ['好好'] }, halves);
    expect(allowedIds(start, halves.vocabSize)).toEqual([0, 2]);
    const half = start.advance(0);
    expect(allowedIds(half, halves.vocabSize)).toEqual([1]);
    expect(allowedIds(half.advance(1), halves.vocabSize)).toEqual([0, 2]);
  });
});

describe('what the vocabulary can spell', () => {
  test('a token after which no token leads on is banned', () => {
    // From "ab" only "c" leads on, and there is no "c"; "abd" is whole.
    const tokenizer = toyTokenizer(['a', 'ab', 'abd', 'b', 'x']);
    const { start } = compileConstraint({ choices: ['abc', 'abd', 'ax'] }, tokenizer);
    expect(allowedIds(start, tokenizer.vocabSize)).toEqual([0, 2]);
    expect(allowedIds(start.advance(0), tokenizer.vocabSize)).toEqual([4]);
  });

  test('a vocabulary of characters without bytes keeps to its characters', () => {
    const tokenizer = trainCharacters('床前明月光', {
      specialTokens: ['<|endoftext|>'],
      byteFallback: false,
    });
    const { start } = compileConstraint({ regex: /\p{Script=Han}{2}/u }, tokenizer);
    expect(allowedIds(start, tokenizer.vocabSize)).toEqual([1, 2, 3, 4, 5]);
    const code = (spec: ConstraintSpec) => {
      try {
        compileConstraint(spec, tokenizer);
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code({ choices: ['春'] })).toBe('constraint/unspellable');
    expect(code({ regex: '[a-z]+' })).toBe('constraint/unspellable');
    expect(code({ choices: ['春', '月'] })).toBeUndefined();
  });

  test('allowed is what some completion begins with: equal to trying everything', () => {
    const token = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
    /** A pattern, and how many letters are at most needed to complete what it has begun. */
    interface Tree {
      readonly pattern: string;
      readonly letters: number;
    }
    const leaf = (pattern: string, letters = 1): Tree => ({ pattern, letters });
    const tree = fc
      .letrec<{ tree: Tree }>((self) => ({
        tree: fc.oneof(
          { maxDepth: 3 },
          fc.constantFrom(leaf('a'), leaf('b'), leaf('[ab]'), leaf('ab', 2), leaf('', 0)),
          fc
            .tuple(self('tree'), self('tree'))
            .map(([a, b]) => leaf(`${a.pattern}${b.pattern}`, a.letters + b.letters)),
          fc
            .tuple(self('tree'), self('tree'))
            .map(([a, b]) => leaf(`(?:${a.pattern}|${b.pattern})`, Math.max(a.letters, b.letters))),
          fc
            .tuple(self('tree'), fc.constantFrom('*', '?', '+', '{2}', '{1,2}'))
            .map(([a, q]) => leaf(`(?:${a.pattern})${q}`, a.letters * (q.startsWith('{') ? 2 : 1))),
        ),
      }))
      .tree.filter(({ letters }) => letters <= 4);

    fc.assert(
      fc.property(fc.uniqueArray(token, { minLength: 1, maxLength: 4 }), tree, (tokens, { pattern }) => {
        const whole = new RegExp(`^(?:${pattern})$`);
        /** Everything the tokens, of up to 3 letters, spell that a pattern of 4 may need. */
        const spelled = new Set(['']);
        for (const text of spelled)
          for (const next of tokens) if (text.length + next.length <= 12) spelled.add(text + next);
        const completes = (begun: string) => [...spelled].some((rest) => whole.test(begun + rest));

        const tokenizer = toyTokenizer(tokens);
        let constraint: Constraint;
        try {
          constraint = compileConstraint({ regex: pattern }, tokenizer);
        } catch (error) {
          expect((error as { code: string }).code).toBe('constraint/unspellable');
          expect(completes('')).toBe(false);
          return;
        }
        const visit = (state: ConstraintState, begun: string): void => {
          expect(state.canEnd).toBe(whole.test(begun));
          const logits = new Float32Array(tokenizer.vocabSize);
          state.mask(logits);
          expect(logits.some((value) => value === 0)).toBe(true);
          tokens.forEach((token, id) => {
            expect([begun + token, state.allows(id)]).toEqual([begun + token, completes(begun + token)]);
            expect(logits[id] === 0).toBe(state.allows(id));
            if (state.allows(id) && begun.length < 2) visit(state.advance(id), begun + token);
          });
        };
        visit(constraint.start, '');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a constraint as a processor', () => {
  const tokenizer = byteTokenizer('ab', 'ba', '12', '34');
  const spec: ConstraintSpec = { regex: '(?:ab|ba)+-[0-9]{4}' };

  test('follows a history through rewinds and forks', () => {
    const { processor } = compileConstraint(spec, tokenizer);
    const allowed = (history: ReturnType<typeof createHistory>): string[] => {
      const logits = new Float32Array(tokenizer.vocabSize);
      processor(logits, history);
      return [...logits].flatMap((value, id) => (value === 0 ? [tokenizer.decode([id])] : []));
    };
    const history = createHistory(tokenizer.encode('prompt'));
    expect(allowed(history)).toEqual(['a', 'b', 'ab', 'ba']);
    for (const id of tokenizer.encode('ab-1')) history.push(id);
    expect(allowed(history)).toEqual([...'0123456789', '12', '34']);
    const fork = history.fork();
    history.rewind(history.promptLength + 1);
    expect(allowed(history)).toEqual(['-', 'a', 'b', 'ab', 'ba']);
    fork.push(tokenizer.encode('12')[0]);
    expect(allowed(fork)).toEqual([...'0123456789']);
    history.push(tokenizer.encode('-')[0]);
    expect(allowed(history)).toEqual([...'0123456789', '12', '34']);
  });

  test('ids that it never allowed are an error, in both languages', () => {
    const { processor } = compileConstraint(spec, tokenizer);
    const history = createHistory([0]);
    history.push(tokenizer.encode('x')[0]);
    expect(() => processor(new Float32Array(tokenizer.vocabSize), history)).toThrow(
      expect.objectContaining({ code: 'constraint/not-allowed', data: { id: 120, position: 0 } }),
    );
  });

  test('bans what lies beyond the vocabulary, and refuses rows that are too short', () => {
    const { start } = compileConstraint({ regex: '[^]*' }, tokenizer);
    const logits = new Float32Array(tokenizer.vocabSize + 40);
    start.mask(logits);
    expect(logits.findIndex((value) => value !== 0)).toBe(128); // no UTF-8 begins with 0x80
    expect(logits.subarray(tokenizer.vocabSize).every((value) => value === Number.NEGATIVE_INFINITY)).toBe(
      true,
    );
    expect(() => start.mask(new Float32Array(10))).toThrow(
      expect.objectContaining({ code: 'constraint/vocabulary' }),
    );
  });
});

test('what a model writes under a constraint is always of the form, whatever its logits', async () => {
  const tokenizer = byteTokenizer('ab', 'ba', '12', '34', '月', '明月');
  const pattern = '(?:ab|ba|明?月){1,5}-[0-9]{4}';
  const { processor } = compileConstraint({ regex: pattern }, tokenizer);
  for (let seed = 0; seed < 20; seed++) {
    const model = markovModel({ vocabSize: tokenizer.vocabSize, seed, spread: 5 });
    const ids: number[] = [];
    const stream = generateTokens(model, [0], {
      strategy: sampling({ processors: [processor] }),
      eosIds: [tokenizer.eosId],
      seed,
    });
    for await (const event of stream) if (event.type === 'token') ids.push(event.id);
    expect(tokenizer.decode(ids)).toMatch(new RegExp(`^(?:${pattern})$`));
  }
});

describe('wrong specs', () => {
  test('each has one clear error', () => {
    const code = (spec: unknown, tokenizer: Tokenizer = bytes) => {
      try {
        compileConstraint(spec as ConstraintSpec, tokenizer);
        return undefined;
      } catch (error) {
        expect((error as { text: (lang: string) => string }).text('zh')).toMatch(/\p{Script=Han}/u);
        return (error as { code: string }).code;
      }
    };
    expect(code({})).toBe('constraint/spec');
    expect(code(undefined)).toBe('constraint/spec');
    expect(code({ regex: 'a', choices: ['a'] })).toBe('constraint/spec');
    expect(code({ toString: 'a' })).toBe('constraint/spec');
    expect(code({ choices: [] })).toBe('constraint/choices');
    expect(code({ choices: 'yes' })).toBe('constraint/choices');
    expect(code({ choices: [1] })).toBe('constraint/choices');
    expect(code({ choices: ['\ud83d'] })).toBe('constraint/choices');
    expect(code({ choices: ['a'] }, { ...bytes, eosId: undefined })).toBe('constraint/no-end');
  });
});
