import { afterEach, describe, expect, test } from 'vitest';
import { chinese, english } from '../../test/golden/tokenizer-texts.ts';
import { InkstoneError } from '../errors.ts';
import { type LogEvent, onLog } from '../log.ts';
import { limits } from './limits.ts';
import { loadTokenizer } from './read-tokenizer.ts';
import { saveTokenizer } from './save.ts';
import { trainBpe } from './train-bpe.ts';

// biome-ignore lint/suspicious/noExplicitAny: files are mutated in every way
type File = any;

const good = saveTokenizer(await trainBpe([english, chinese], { vocabSize: 300 }));

/** The good file after `change`, loaded. */
function mutated(change: (file: File) => void): () => unknown {
  const file: File = JSON.parse(good);
  change(file);
  return () => loadTokenizer(JSON.stringify(file));
}

const errors: [string, (file: File) => void, RegExp][] = [
  [
    'id -1',
    (f) => (f.model.vocab['!'] = -1),
    /model\.vocab\["!"\]` must be a whole number, 0 or larger, got -1/,
  ],
  ['id 2³¹', (f) => (f.model.vocab['!'] = 2 ** 31), /id must be at most 2097151, got 2147483648/],
  ['id 2⁵³', (f) => (f.model.vocab['!'] = 2 ** 53), /id must be at most/],
  ['id 1.5', (f) => (f.model.vocab['!'] = 1.5), /whole number/],
  ['id as text', (f) => (f.model.vocab['!'] = '1'), /whole number, 0 or larger, got "1"/],
  ['id null', (f) => (f.model.vocab['!'] = null), /got null/],
  ['one id twice', (f) => (f.model.vocab['!'] = 5), /one token, but 5 is both/],
  ['an id of an added token twice', (f) => (f.added_tokens[0].id = 7), /id 0 of the vocabulary/],
  [
    'an added token on a taken id',
    (f) => f.added_tokens.push({ ...f.added_tokens[0], id: 7, content: '<x>' }),
    /7 is both/,
  ],
  ['an added token twice', (f) => f.added_tokens.push({ ...f.added_tokens[0] }), /differ/],
  ['an added token id of -1', (f) => (f.added_tokens[0].id = -1), /added_tokens\[0\]\.id/],
  ['an empty added token', (f) => (f.added_tokens[0].content = ''), /not empty/],
  ['an empty token', (f) => (f.model.vocab[''] = 300), /not empty/],
  [
    'a piece of 1 MB',
    (f) => (f.model.vocab['a'.repeat(1e6)] = 300),
    /token length must be at most 4096, got 1000000/,
  ],
  [
    'a merge longer than any token',
    (f) => f.model.merges.push(`${'a'.repeat(9999)} b`),
    /merge \d+ needs the token/,
  ],
  ['a merge whose join is no token', (f) => f.model.merges.push('! !'), /needs the token "!!"/],
  ['a merge of one part', (f) => f.model.merges.push('ab'), /two tokens, got "ab"/],
  ['a merge of three parts', (f) => f.model.merges.push('a b c'), /two tokens/],
  ['a merge of numbers', (f) => f.model.merges.push([1, 2]), /two tokens, got \[…\] \(2\)/],
  ['an empty merge', (f) => f.model.merges.push(['', 'a']), /needs the token ""/],
  ['a merge that is null', (f) => f.model.merges.push(null), /two tokens, got null/],
  ['merges that are text', (f) => (f.model.merges = 'a b'), /`model\.merges` must be an array, got "a b"/],
  ['no merges', (f) => delete f.model.merges, /`model\.merges` must be an array, got undefined/],
  ['a vocabulary that is a list', (f) => (f.model.vocab = []), /`model\.vocab` must be an object/],
  ['no vocabulary', (f) => delete f.model.vocab, /`model\.vocab`/],
  [
    'an empty vocabulary',
    (f) => Object.assign(f, { model: { ...f.model, vocab: {}, merges: [] }, added_tokens: [] }),
    /at least one token/,
  ],
  [
    'a vocabulary from the prototype',
    (f) => Object.assign(f.model, { vocab: { a: 0 }, merges: ['constructor a'] }),
    /"constructor"/,
  ],
  ['no model', (f) => delete f.model, /`model` must be an object/],
  [
    'another model',
    (f) => (f.model.type = 'WordLevel'),
    /model WordLevel is not supported; supported: BPE, WordPiece, Unigram/,
  ],
  ['dropout', (f) => (f.model.dropout = 0.1), /model\.dropout 0\.1 is not supported/],
  ['a word suffix', (f) => (f.model.end_of_word_suffix = '</w>'), /end_of_word_suffix/],
  ['byte fallback', (f) => (f.model.byte_fallback = true), /byte_fallback/],
  ['byte fallback of another type', (f) => (f.model.byte_fallback = 'yes'), /true or false, got "yes"/],
  [
    'another normalizer',
    (f) => (f.normalizer = { type: 'Lowercase' }),
    /normalizer Lowercase is not supported; supported: NFC/,
  ],
  [
    'another pre-tokenizer',
    (f) => (f.pre_tokenizer = { type: 'Metaspace' }),
    /pre_tokenizer Metaspace is not supported/,
  ],
  ['no pre-tokenizer', (f) => (f.pre_tokenizer = null), /pre_tokenizer null/],
  [
    'a sequence without ByteLevel',
    (f) => (f.pre_tokenizer = { type: 'Sequence', pretokenizers: [] }),
    /ByteLevel at the end/,
  ],
  [
    'ByteLevel before another',
    (f) => (f.pre_tokenizer = { type: 'Sequence', pretokenizers: [f.pre_tokenizer, f.pre_tokenizer] }),
    /ByteLevel before another/,
  ],
  [
    'a sequence in a sequence',
    (f) => (f.pre_tokenizer = { type: 'Sequence', pretokenizers: [{ type: 'Sequence' }, f.pre_tokenizer] }),
    /pretokenizers` must be an array/,
  ],
  [
    'a thousand stages',
    (f) => (f.pre_tokenizer = { type: 'Sequence', pretokenizers: Array(1000).fill(f.pre_tokenizer) }),
    /size must be at most 16, got 1000/,
  ],
  ['no add_prefix_space', (f) => delete f.pre_tokenizer.add_prefix_space, /add_prefix_space/],
  [
    'another split behavior',
    (f) =>
      (f.pre_tokenizer = {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: 'a' }, behavior: 'MergedWithNext', invert: false },
          f.pre_tokenizer,
        ],
      }),
    /MergedWithNext is not supported/,
  ],
  [
    'a broken pattern',
    (f) =>
      (f.pre_tokenizer = {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: '(a' }, behavior: 'Isolated', invert: false },
          f.pre_tokenizer,
        ],
      }),
    /pattern "\(a"/,
  ],
  [
    'a long pattern',
    (f) =>
      (f.pre_tokenizer = {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: 'a'.repeat(1e5) }, behavior: 'Isolated', invert: false },
          f.pre_tokenizer,
        ],
      }),
    /pattern length must be at most 16384/,
  ],
  [
    'a pattern that is a number',
    (f) =>
      (f.pre_tokenizer = {
        type: 'Sequence',
        pretokenizers: [{ type: 'Split', pattern: { Regex: 7 } }, f.pre_tokenizer],
      }),
    /must be a string, got 7/,
  ],
  ['another decoder', (f) => (f.decoder = { type: 'Metaspace' }), /decoder Metaspace/],
  ['no decoder', (f) => (f.decoder = null), /decoder null/],
  ['single words', (f) => (f.added_tokens[0].single_word = true), /single_word/],
  [
    'an ordinary token that eats spaces',
    (f) => Object.assign(f.added_tokens[0], { special: false, lstrip: true }),
    /lstrip/,
  ],
  [
    'added tokens that are an object',
    (f) => (f.added_tokens = { length: 3 }),
    /`added_tokens` must be an array/,
  ],
  [
    'an added token that is null',
    (f) => (f.added_tokens = [null]),
    /`added_tokens\.0` must be an object, got null/,
  ],
];

describe('a hostile or foreign file is an error at load', () => {
  test.each(errors)('%s', (_, change, message) => {
    const load = mutated(change);
    expect(load).toThrow(message);
    expect(load).toThrow(InkstoneError);
    try {
      load();
    } catch (error) {
      const zh = (error as InkstoneError).text('zh');
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(zh).not.toContain('undefined：');
      expect((error as InkstoneError).message).not.toContain('\n');
    }
  });

  test.each([
    ['nothing', ''],
    ['half an object', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['text', '"x"'],
    ['no model', '{"model":null}'],
    ['open brackets', '['.repeat(200_000)],
    ['deep lists', `{"model":${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
    ['a deep vocabulary', good.replace('"!":', `"!!":${'['.repeat(1e5)}${']'.repeat(1e5)},"!":`)],
    [
      'a deep post-processor',
      good.replace('"post_processor": null', `"post_processor":${'[{"a":'.repeat(1e5)}1${'}]'.repeat(1e5)}`),
    ],
  ])('what is no tokenizer: %s', (_, json) => {
    expect(json).not.toBe(good);
    expect(() => loadTokenizer(json)).toThrow(InkstoneError);
  });

  test('a file cut at any place', () => {
    for (let length = 0; length < good.length - 2; length += 37) {
      expect(() => loadTokenizer(good.slice(0, length))).toThrow(
        expect.objectContaining({ code: 'text/json' }),
      );
    }
  });

  test('every field set to another type is an error or makes no difference to the text', () => {
    const values = [null, true, 0, -1, 2 ** 31, 2 ** 53, '', 'x', [], {}, [[]], { type: 'x' }];
    const visit = (path: (string | number)[], node: File): void => {
      for (const value of values) {
        const file: File = JSON.parse(good);
        let parent = file;
        for (const key of path.slice(0, -1)) parent = parent[key];
        parent[path.at(-1)!] = value;
        let tokenizer: ReturnType<typeof loadTokenizer>;
        try {
          tokenizer = loadTokenizer(JSON.stringify(file));
        } catch (error) {
          expect(error).toBeInstanceOf(InkstoneError);
          continue;
        }
        try {
          expect(tokenizer.decode(tokenizer.encode(' 明月 the')).trim()).toBe('明月 the');
        } catch (error) {
          expect(error).toHaveProperty('code', 'text/no-byte');
        }
      }
      if (typeof node !== 'object' || node === null) return;
      for (const key of Object.keys(node).slice(0, 12))
        visit([...path, Array.isArray(node) ? Number(key) : key], node[key]);
    };
    const file = JSON.parse(good);
    for (const key of Object.keys(file)) visit([key], file[key]);
  });

  test('prototype keys are tokens like any other', () => {
    const file = JSON.parse(good);
    const text = JSON.stringify(file).replace(
      '"vocab":{',
      '"vocab":{"__proto__":300,"constructor":301,"toString":302,',
    );
    const tokenizer = loadTokenizer(text);
    expect(new TextDecoder().decode(tokenizer.tokenBytes(300))).toBe('__proto__');
    expect(({} as File).polluted).toBeUndefined();
    expect(saveTokenizer(loadTokenizer(saveTokenizer(tokenizer)))).toBe(saveTokenizer(tokenizer));
  });

  test('limits hold at the limit and break behind it', () => {
    const token = (length: number) => mutated((f) => (f.model.vocab['a'.repeat(length)] = 300));
    expect(token(limits.tokenLength)).not.toThrow();
    expect(token(limits.tokenLength + 1)).toThrow(/at most 4096, got 4097/);
    const id = (value: number) => mutated((f) => (f.model.vocab.zzz = value));
    expect(id(limits.vocabSize - 1)).not.toThrow();
    expect(id(limits.vocabSize)).toThrow(/at most 2097151, got 2097152/);
    const stages = (count: number) =>
      mutated((f) => {
        const digits = Array(count - 1).fill({ type: 'Digits', individual_digits: true });
        f.pre_tokenizer = { type: 'Sequence', pretokenizers: [...digits, f.pre_tokenizer] };
      });
    expect(stages(limits.stages)).not.toThrow();
    expect(stages(limits.stages + 1)).toThrow(/at most 16, got 17/);
  });

  test('a pattern that explodes ends with an error when it meets its text', () => {
    const file = JSON.parse(good);
    const split = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false };
    file.pre_tokenizer = { type: 'Sequence', pretokenizers: [split, file.pre_tokenizer] };
    const tokenizer = loadTokenizer(JSON.stringify(file));
    expect(() => tokenizer.encode(`${'a'.repeat(64)}!`)).toThrow(
      expect.objectContaining({ code: 'text/pattern-budget' }),
    );
  });
});

describe('a file that is accepted', () => {
  let stop: (() => void) | undefined;
  afterEach(() => stop?.());

  test('says in the log what it does not apply, and keeps it when saved', () => {
    const events: LogEvent[] = [];
    stop = onLog((event) => events.push(event));
    const file = JSON.parse(good);
    file.post_processor = { type: 'TemplateProcessing', single: [] };
    file.truncation = { max_length: 5 };
    const tokenizer = loadTokenizer(JSON.stringify(file));
    expect(events.map((event) => event.code)).toEqual(['text/not-applied', 'text/not-applied']);
    expect(events[1].message).toMatch(/post_processor/);
    expect(JSON.parse(saveTokenizer(tokenizer)).post_processor).toEqual(file.post_processor);
  });

  test('knows its end of documents from the file, by name or by the caller', () => {
    expect(loadTokenizer(good).eosId).toBe(0);
    const file = JSON.parse(good);
    file.added_tokens.push({ ...file.added_tokens[0], id: 300, content: '<stop>', eos: true });
    const marked = loadTokenizer(JSON.stringify(file));
    expect(marked.eosId).toBe(300);
    expect(loadTokenizer(saveTokenizer(marked)).eosId).toBe(300);
    expect(loadTokenizer(JSON.stringify(file), { eosToken: '<|endoftext|>' }).eosId).toBe(0);
    expect(() => loadTokenizer(good, { eosToken: '<none>' })).toThrow(/`eosToken`/);
  });
});
