import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewRule, Rule } from '../../store/index.ts';
import { trainCharacters } from '../../text/index.ts';
import type { GenerationPart } from '../../types.ts';
import { compilePattern } from './matcher.ts';
import { moderateParts } from './moderate-parts.ts';
import { moderatePrompt } from './moderate-prompt.ts';
import { compileRule } from './moderator.ts';

let count = 0;
const rule = (pattern: string, action: NewRule['action'], more: Partial<NewRule> = {}): Rule => ({
  ...{
    id: `rule-${count++}`,
    name: pattern,
    kind: 'literal',
    pattern,
    action,
    stage: 'both',
    replacement: '',
  },
  ...{ isOn: true, isForAll: false, created: new Date(), ...more },
});
const compiled = (...rules: Rule[]) => rules.map(compileRule);

/** A generation whose texts come in these pieces. */
async function* written(...texts: string[][]): AsyncGenerator<GenerationPart> {
  for (const [index, pieces] of texts.entries()) {
    for (const text of pieces) {
      const tokens = [{ id: 0, text, logprob: -1 }];
      yield { type: 'text-delta', index, text, tokens };
    }
    yield { type: 'finish', index, reason: 'length', promptTokens: 1, completionTokens: pieces.length };
  }
}

/** What a reader sees of text 0, and all parts. */
async function read(pieces: string[], rules: ReturnType<typeof compiled>) {
  const parts: GenerationPart[] = [];
  for await (const part of moderateParts(written(pieces), rules, { texts: 1, stop: () => {} }))
    parts.push(part);
  const text = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('');
  const last = parts.at(-1);
  return { text, reason: last?.type === 'finish' && last.reason, parts };
}

describe('the matcher', () => {
  test.each([
    ['a{1,3}b?', 'xaab', 1, 4],
    ['(?:ab|abc)', 'abcd', 0, 3],
    ['[一-龟]{2,4}', '床前明月光', 0, 4],
    ['\\d{3}-\\d{4}', '555-0199', 0, 8],
    ['(?i:Secret)', 'sECRET', 0, 6],
    ['a(?:b|c){0,2}', 'ab', 1, -1],
    ['😀.', '😀😀', 0, 4],
  ])('%s on %s at %i', (pattern, text, at, end) => {
    expect(compilePattern({ kind: 'regex', pattern }).endOf(text, at)).toBe(end);
  });

  test('finds what RegExp finds, where there is one way only', () => {
    const piece = fc.constantFrom('a', 'b', '[ab]', '(?:a|bb)', '.', '\\w');
    const times = fc.constantFrom('', '?', '{0,3}', '{2}', '{1,2}');
    const pattern = fc.array(fc.tuple(piece, times), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(pattern, fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }), (parts, letters) => {
        const source = parts.flat().join('');
        const text = letters.join('');
        if (new RegExp(`^(?:${source})$`).test('')) return;
        const ends = Array.from({ length: text.length }, (_, i) => i + 1).filter((end) =>
          new RegExp(`^(?:${source})$`).test(text.slice(0, end)),
        );
        expect(compilePattern({ kind: 'regex', pattern: source }).endOf(text, 0)).toBe(ends.at(-1) ?? -1);
      }),
    );
  });

  test.each([
    'a*',
    '',
    'a?',
    '(?:ab){0,500}',
    '.{0,201}',
    '^a',
    'a(?=b)',
    '(?>a)b',
    '(',
    '(?:(?:a{0,9}){0,9}){0,9}',
  ])('%j is refused', (pattern) =>
    expect(() => compilePattern({ kind: 'regex', pattern })).toThrow('pattern'),
  );

  test('at the limit of length, and one beyond it', () => {
    expect(compilePattern({ kind: 'regex', pattern: 'a{1,200}' }).span).toBe(400);
    expect(() => compilePattern({ kind: 'regex', pattern: 'a{1,201}' })).toThrow('at most 200 characters');
    expect(() => compilePattern({ kind: 'literal', pattern: 'a'.repeat(201) })).toThrow('at most 200');
  });

  test('a pattern that kills backtracking is read character by character', () => {
    for (const pattern of ['(?:a{1,9}){1,20}b', '(?:a|a|aa){1,90}b', 'a(?:(?:){99999}){99999}b']) {
      const { endOf } = compilePattern({ kind: 'regex', pattern });
      const text = 'a'.repeat(20_000);
      for (let at = 0; at < text.length; at += 100) expect(endOf(text, at)).toBe(-1);
    }
  });
});

describe('what is written', () => {
  const rules = compiled(
    rule('坏蛋', 'rewrite', { replacement: '好人' }),
    rule('secret', 'block'),
    rule('\\d{3}-\\d{4}', 'rewrite', { kind: 'regex', replacement: '[phone]' }),
    rule('odd', 'flag'),
  );

  test.each([
    ['你这坏蛋，call 555-0199!', '你这好人，call [phone]!', 'length'],
    ['before SeCrEt after', 'before ', 'blocked'],
    ['odd but fine', 'odd but fine', 'length'],
    ['555-019', '555-019', 'length'],
    ['坏', '坏', 'length'],
    ['坏蛋secret坏蛋', '好人', 'blocked'],
    ['', '', 'length'],
  ])('%j becomes %j', async (text, shown, reason) => {
    expect(await read([text], rules)).toMatchObject({ text: shown, reason });
    expect(await read(Array.from(text), rules)).toMatchObject({ text: shown, reason });
  });

  test('a text in pieces is treated like the text whole', async () => {
    const word = fc.constantFrom('坏', '蛋', 'sec', 'ret', '555', '-', '0199', 'odd', ' ', '😀');
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), fc.array(fc.nat(30)), async (words, cuts) => {
        const text = words.join('');
        const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort(
          (a, b) => a - b,
        );
        const pieces = at.slice(1).map((end, i) => text.slice(at[i], end));
        const [whole, streamed] = [await read([text], rules), await read(pieces, rules)];
        expect([streamed.text, streamed.reason]).toEqual([whole.text, whole.reason]);
        expect(streamed.text).not.toMatch(/secret|坏蛋|\d{3}-\d{4}/);
      }),
    );
  });

  test('scores come with their text, and never with text that was replaced or blocked', async () => {
    const tokensOf = ({ parts }: Awaited<ReturnType<typeof read>>) =>
      parts
        .flatMap((part) => (part.type === 'text-delta' ? (part.tokens ?? []) : []))
        .map(({ text }) => text);
    expect(tokensOf(await read(['ab', 'cd', 'e'], rules))).toEqual(['ab', 'cd', 'e']);
    expect(tokensOf(await read(['你', '坏', '蛋', '们'], rules))).toEqual(['你', '们']);
    expect(tokensOf(await read(['ok ', 'sec', 'ret', ' more'], rules))).toEqual(['ok ']);
  });

  test('when every text is blocked the generation is stopped, once', async () => {
    let stops = 0;
    const source = written(['secret', ' and more'], ['a secret']);
    const options = { texts: 2, stop: () => stops++ };
    const reasons: unknown[] = [];
    for await (const part of moderateParts(source, rules, options)) {
      if (part.type === 'finish') reasons.push(part.reason);
    }
    expect(reasons).toEqual(['blocked', 'blocked']);
    expect(stops).toBeLessThanOrEqual(1);
  });
});

describe('what is asked', () => {
  const tokenizer = trainCharacters(['abcdefgh secret 坏好蛋人<|endoftext|>'], {
    specialTokens: ['<|endoftext|>'],
  });
  const { eosId } = tokenizer;

  test('is replaced between special tokens, which stay', () => {
    const rules = compiled(rule('坏蛋', 'rewrite', { replacement: '<|endoftext|>' }));
    const ids = [eosId!, ...tokenizer.encode('a坏蛋b'), eosId!, ...tokenizer.encode('坏')];
    const after = moderatePrompt(ids, rules, { tokenizer, onMatch: () => {} });
    expect(after.filter((id) => id === eosId)).toHaveLength(2);
    expect(tokenizer.decode(after, { keepSpecial: true })).toBe(
      '<|endoftext|>a<|endoftext|>b<|endoftext|>坏',
    );
  });

  test('is blocked, or passes as it was', () => {
    const rules = compiled(rule('secret', 'block'), rule('蛋', 'flag'));
    const ids = tokenizer.encode('a 蛋');
    const matched: string[] = [];
    const scope = { tokenizer, onMatch: (one: Rule) => matched.push(one.pattern) };
    expect(moderatePrompt(ids, rules, scope)).toEqual(ids);
    expect(matched).toEqual(['蛋']);
    expect(() => moderatePrompt(tokenizer.encode('a secret'), rules, scope)).toThrow('does not allow');
    expect(matched).toEqual(['蛋', 'secret']);
  });
});
