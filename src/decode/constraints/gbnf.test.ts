import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteTokenizer, toyTokenizer } from '../../../test/toy-tokenizer.ts';
import type { Tokenizer } from '../../types.ts';
import { markovModel } from '../doubles.ts';
import { generateTokens } from '../generate-tokens.ts';
import { sampling } from '../sampling.ts';
import { type Constraint, type ConstraintState, compileConstraint } from './constraint.ts';

const bytes = byteTokenizer();

function accepts(grammar: string | Constraint, text: string, tokenizer: Tokenizer = bytes): boolean {
  const constraint = typeof grammar === 'string' ? compileConstraint({ grammar }, tokenizer) : grammar;
  let state = constraint.start;
  for (const id of tokenizer.encode(text)) {
    if (!state.allows(id)) return false;
    state = state.advance(id);
  }
  return state.canEnd;
}

const ARITHMETIC = `
# sums of products; both rules are left-recursive
root ::= sum
sum ::= sum [+-] product | product
product ::= product ("*" | "/") value | value # a comment at the end
value ::= [0-9]+ | "(" sum ")" | "−" value
`;

describe('what a grammar allows', () => {
  test('arithmetic with left recursion and nesting', () => {
    const constraint = compileConstraint({ grammar: ARITHMETIC }, bytes);
    for (const one of [
      '1',
      '1+2',
      '1+2*3-4',
      '((7))',
      '(1+2)*(3-4/5)',
      '−(−8)',
      `${'('.repeat(50)}1${')'.repeat(50)}`,
    ]) {
      expect([one, accepts(constraint, one)]).toEqual([one, true]);
    }
    for (const one of ['', '+1', '1+', '(1', '1)', '1 + 2', '()', '12(3)']) {
      expect([one, accepts(constraint, one)]).toEqual([one, false]);
    }
  });

  test.each<[string, string, string[], string[]]>([
    ['repetition', 'root ::= "a"{2} "b"{1,} "c"{0,2} "d"?', ['aab', 'aabbccd'], ['ab', 'aabccc', 'aabdd']],
    [
      'classes',
      String.raw`root ::= [^"\\\x7F-\x9f\n] [\]a-c-] [月日]`,
      ['xa月', '好]日', '"'.slice(1) + 'y-月'],
      ['"a月', 'xd月', 'xa火', '\na月'],
    ],
    ['escapes', String.raw`root ::= "\n\t\"\\\x41\u597D\U0001F600"`, ['\n\t"\\A好😀'], ['A好😀']],
    ['any character', 'root ::= . "!"', ['好!', '\n!', '😀!'], ['!', 'ab!']],
    ['groups over lines', 'root ::= ("a" |\n  "b"\n  "c"\n) "d" |\n "e"\n', ['ad', 'bcd', 'e'], ['bd', 'a']],
    ['empty alternatives', 'root ::= a "x"\na ::= | "a"', ['x', 'ax'], ['', 'aax']],
    [
      'indirect left recursion',
      'root ::= a\na ::= b "1" | "x"\nb ::= a "2" | "y"',
      ['x', 'y1', 'x21', 'y121', 'x2121'],
      ['x1', 'y', 'y2', 'y12'],
    ],
    [
      'hidden left recursion',
      'root ::= e root "x" | "y"\ne ::= "z"?',
      ['y', 'yx', 'zyx', 'yxx', 'zzyxx', 'zyxx'],
      ['zy', 'x', 'zzyx'],
    ],
    [
      'left recursion in the middle',
      'root ::= root root | "a" | "(" root ")"',
      ['a', 'aaa', '(a)a((a))'],
      ['', '(', '()'],
    ],
    ['left and right recursion', 'root ::= root "+" root | [0-9]', ['1', '1+2', '1+2+3'], ['+', '1+', '12']],
    ['a rule of nothing', 'root ::= n n "a" n\nn ::= ""', ['a'], ['', 'aa']],
    ['only nothing', 'root ::= ""', [''], ['a']],
    ['an unused rule that cannot end', 'root ::= "a" | loop\nloop ::= "b" loop', ['a'], ['b', 'bb']],
    [
      'palindromes',
      'root ::= "a" root "a" | "b" root "b" | "c"',
      ['c', 'abcba', 'bbcbb'],
      ['ab', 'abcab', 'cc'],
    ],
    ['repeated repetition', 'root ::= (("a"?)*)+ "b"', ['b', 'aab'], ['', 'ba']],
  ])('%s', (_, grammar, good, bad) => {
    const constraint = compileConstraint({ grammar }, bytes);
    for (const one of good) expect([one, accepts(constraint, one)]).toEqual([one, true]);
    for (const one of bad) expect([one, accepts(constraint, one)]).toEqual([one, false]);
  });
});

describe('wrong grammars', () => {
  test.each([
    ['', 'there must be a rule `root`', 1, 1],
    ['a ::= "x"', 'there must be a rule `root`', 1, 1],
    ['root ::= "x', 'the text or class is not closed', 1, 12],
    ['root ::= [x', 'the text or class is not closed', 1, 12],
    ['root ::= ("x"', 'a parenthesis is not closed', 1, 14],
    ['root ::= "x"\nroot ::= "y"', 'the rule root is defined twice', 2, 1],
    ['root ::= "x" other', 'the rule other is not defined', 1, 14],
    ['root ::= "x" ) "y"', '")" does not belong here', 1, 14],
    ['root ::= [z-a]', 'the range runs backwards', 1, 11],
    ['root ::= "x"{3,2}', 'the bounds run backwards', 1, 13],
    ['root ::= "x"{,2}', 'a repetition must be {m}, {m,} or {m,n}', 1, 13],
    [String.raw`root ::= "\q"`, String.raw`\q is not an escape`, 1, 11],
    [String.raw`root ::= "\ud83d"`, 'U+d83d is not a character', 1, 11],
    ['root = "x"', 'a rule must begin with `name ::=`', 1, 6],
  ])('%j: %s', (grammar, reason, line, column) => {
    expect(() => compileConstraint({ grammar }, bytes)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ reason, line, column }) }),
    );
  });

  test('a grammar that can produce nothing, and one that the vocabulary cannot spell', () => {
    for (const grammar of [
      'root ::= root',
      'root ::= "a" root',
      'root ::= a "x"\na ::= b\nb ::= a',
      'root ::= [^\\x00-\\U0010FFFF]',
    ]) {
      expect(() => compileConstraint({ grammar }, bytes)).toThrow(
        expect.objectContaining({ code: 'constraint/empty' }),
      );
    }
    const tokenizer = toyTokenizer(['(', 'x']);
    expect(() => compileConstraint({ grammar: 'root ::= "(" root ")" | "y"' }, tokenizer)).toThrow(
      expect.objectContaining({ code: 'constraint/unspellable' }),
    );
  });

  test('what is too large is refused within a second', () => {
    const huge = [
      `root ::= ${'('.repeat(60_000)}"a"${')'.repeat(60_000)}`,
      'root ::= "a"{0,1000000000}',
      'root ::= ((("a"{1,1000}){1,1000}){1,1000}){1,1000}',
      'root ::= ""{1000000000}',
      Array.from({ length: 30_000 }, (_, i) => `r${i} ::= "a"`).join('\n'),
      'x'.repeat(2_000_000),
    ];
    for (const grammar of huge) {
      const start = process.cpuUsage();
      expect(() => compileConstraint({ grammar }, bytes)).toThrow(
        expect.objectContaining({ code: 'constraint/limit' }),
      );
      expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000);
    }
  });
});

/** A random grammar over a and b: rules 0 to 2 of sequences of letters and rules. */
const randomGrammar = fc.array(
  fc.array(fc.array(fc.constantFrom('"a"', '"b"', '"ab"', 'r0', 'r1', 'r2'), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 3, maxLength: 3 },
);

/** All texts of each rule up to a length, by trying again until nothing new comes. */
function languageOf(rules: readonly (readonly (readonly string[])[])[], longest: number): Set<string> {
  const texts = rules.map(() => new Set<string>());
  for (let grew = true; grew; ) {
    grew = false;
    rules.forEach((alternatives, r) => {
      for (const parts of alternatives) {
        let made = new Set(['']);
        for (const part of parts) {
          const next = part.startsWith('r') ? [...texts[Number(part[1])]] : [part.slice(1, -1)];
          const longer = [...made].flatMap((head) => next.map((tail) => head + tail));
          made = new Set(longer.filter((one) => one.length <= longest));
        }
        for (const one of made) {
          if (!texts[r].has(one)) {
            texts[r].add(one);
            grew = true;
          }
        }
      }
    });
  }
  return texts[0];
}

const isCutOff = (error: unknown): boolean => (error as { code?: string }).code === 'constraint/work';

/** A grammar that is so ambiguous that a step is cut off says so; what it said before that is checked. */
function untilCutOff(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isCutOff(error)) throw error;
  }
}

describe('random grammars', () => {
  const grammarText = (rules: readonly (readonly (readonly string[])[])[]): string =>
    `root ::= r0\n${rules.map((alternatives, r) => `r${r} ::= ${alternatives.map((parts) => (parts.length ? parts.join(' ') : '""')).join(' | ')}`).join('\n')}`;
  const token = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });

  test('equal to trying everything, with any vocabulary', () => {
    fc.assert(
      fc.property(randomGrammar, fc.uniqueArray(token, { minLength: 1, maxLength: 4 }), (rules, tokens) => {
        const longest = 6;
        const language = languageOf(rules, longest);
        const spelled = new Set(['']);
        for (const text of spelled)
          for (const next of tokens) if (text.length + next.length <= longest) spelled.add(text + next);
        const completes = (begun: string) => [...spelled].some((rest) => language.has(begun + rest));
        const tokenizer = toyTokenizer(tokens);
        let constraint: Constraint;
        try {
          constraint = compileConstraint({ grammar: grammarText(rules) }, tokenizer);
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/empty|unspellable/);
          expect(completes('')).toBe(false);
          return;
        }
        const visit = (state: ConstraintState, begun: string): void => {
          expect(state.canEnd).toBe(language.has(begun));
          tokens.forEach((one, id) => {
            // Longer completions than were tried may exist, so one direction only where nothing was found.
            if (completes(begun + one)) expect([begun + one, state.allows(id)]).toEqual([begun + one, true]);
            if (state.allows(id) && begun.length + one.length < 4) {
              const next = state.advance(id);
              expect(next.canEnd || tokens.some((_, i) => next.allows(i))).toBe(true);
              visit(next, begun + one);
            }
          });
        };
        untilCutOff(() => visit(constraint.start, ''));
      }),
      { numRuns: 60 },
    );
  });

  test('masks, which share what open rules decide, agree with reading each token', () => {
    fc.assert(
      fc.property(randomGrammar, fc.uniqueArray(token, { minLength: 1, maxLength: 6 }), (rules, tokens) => {
        const tokenizer = byteTokenizer(...tokens);
        const ids = [97, 98, ...tokens.map((_, i) => 256 + i)];
        let constraint: Constraint;
        try {
          constraint = compileConstraint({ grammar: grammarText(rules) }, tokenizer);
        } catch (error) {
          expect((error as { code: string }).code).toBe('constraint/empty');
          return;
        }
        const language = languageOf(rules, 6);
        const visit = (state: ConstraintState, begun: string): void => {
          for (const id of ids) {
            const text = begun + tokenizer.decode([id]);
            let next: ConstraintState | undefined;
            try {
              next = state.advance(id);
            } catch (error) {
              if (isCutOff(error)) throw error;
            }
            expect([text, state.allows(id)]).toEqual([text, next !== undefined]);
            if ([...language].some((one) => one.startsWith(text)))
              expect([text, next !== undefined]).toEqual([text, true]);
            if (text.length <= 6) expect([text, next?.canEnd ?? false]).toEqual([text, language.has(text)]);
            if (next && text.length < 4) visit(next, text);
          }
        };
        untilCutOff(() => visit(constraint.start, ''));
      }),
      { numRuns: 60 },
    );
  });

  test('an allowed token can always be completed: a text written by random logits ends in the language', () => {
    fc.assert(
      fc.property(randomGrammar, fc.nat(), (rules, seed) => {
        const tokenizer = toyTokenizer(['a', 'b', 'ab', 'ba', 'aab']);
        let constraint: Constraint;
        try {
          constraint = compileConstraint({ grammar: grammarText(rules) }, tokenizer);
        } catch (error) {
          expect((error as { code: string }).code).toBe('constraint/empty');
          return;
        }
        // Prefers the end, so that the text stays short enough to be looked up.
        let state = constraint.start;
        let written = '';
        untilCutOff(() => {
          for (let i = 0; !state.canEnd && written.length < 40; i++) {
            const ids = [0, 1, 2, 3, 4].filter((id) => state.allows(id));
            expect(ids.length).toBeGreaterThan(0);
            const id = ids[(seed + i * 7) % ids.length];
            written += tokenizer.decode([id]);
            state = state.advance(id);
          }
        });
        if (state.canEnd && written.length <= 7) expect(languageOf(rules, 7).has(written)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

test('what a model writes under a grammar is of the grammar', async () => {
  const tokenizer = byteTokenizer('12', '1+', '((', '))', ')*(', '−(');
  const { processor } = compileConstraint({ grammar: ARITHMETIC }, tokenizer);
  let complete = 0;
  for (let seed = 0; seed < 20; seed++) {
    const model = markovModel({ vocabSize: tokenizer.vocabSize, seed, spread: 4 });
    const ids: number[] = [];
    let reason = '';
    for await (const event of generateTokens(model, [0], {
      strategy: sampling({ processors: [processor] }),
      eosIds: [tokenizer.eosId],
      maxTokens: 100,
      seed,
    })) {
      if (event.type === 'token') ids.push(event.id);
      if (event.type === 'finish') reason = event.reason;
    }
    if (reason !== 'eos') continue;
    complete++;
    const text = tokenizer.decode(ids);
    expect(accepts(ARITHMETIC, text)).toBe(true);
    expect(text).toMatch(/^[0-9+\-*/()−]+$/);
  }
  expect(complete).toBeGreaterThan(3);
});
