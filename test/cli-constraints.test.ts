/** `inkstone generate` with a form that the text must have. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
/** The smallest model whose context holds the answers. */
const wide = tiny.map((value, i) => (tiny[i - 1] === '--context-length' ? '128' : value));
const run = (...argv: string[]) => inkstone(argv, { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  await run('train', '--data', 'zh.jsonl', ...wide, '--steps', '5', '--json', '--out', 'zh');
  const schema = {
    type: 'object',
    properties: { 名: { enum: ['李白', '杜甫'] }, 年: { type: 'integer', minimum: 1, maximum: 99 } },
    required: ['名', '年'],
  };
  writeFileSync(join(cwd, 'poet.json'), JSON.stringify(schema, undefined, '\t'));
  writeFileSync(join(cwd, 'poet.yaml'), 'type: array\nitems: { const: 月 }\nminItems: 1\nmaxItems: 3\n');
  writeFileSync(join(cwd, 'couplet.gbnf'), 'root ::= line "，" line "。"\nline ::= [春夏秋冬月花]{5}\n');
  writeFileSync(join(cwd, 'bad.json'), '{"type": "colour"}');
  writeFileSync(join(cwd, 'broken.json'), '{"type": ');
});

/** What was written after the prompt, for three seeds. */
async function written(...options: string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const seed of ['1', '2', '3']) {
    const argv = ['generate', 'zh', '--prompt', '答：', '--json', '--seed', seed, ...options];
    const { status, err, json } = await run(...argv);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { text, reason } = json.at(-1)!;
    expect(reason).toBe('eos');
    texts.push((text as string).replace(/^答：/, ''));
  }
  return texts;
}

describe('the text that is written has the form that was asked for', () => {
  test('--regex', async () => {
    for (const text of await written('--regex', '[春秋][0-9]{2,4}(?:月|日)')) {
      expect(text).toMatch(/^[春秋][0-9]{2,4}(?:月|日)$/u);
    }
  });

  test('--choices, with a strategy and a guard', async () => {
    for (const options of [[], ['--strategy', 'beam:3'], ['--strategy', 'greedy', '--guard']]) {
      for (const text of await written('--choices', '是,否,不知道', ...options)) {
        expect(['是', '否', '不知道']).toContain(text);
      }
    }
  });

  test('--json-schema, from JSON and YAML', async () => {
    for (const text of await written('--json-schema', 'poet.json')) {
      const { 名, 年 } = JSON.parse(text);
      expect(['李白', '杜甫']).toContain(名);
      expect(年 >= 1 && 年 <= 99).toBe(true);
    }
    for (const text of await written('--json-schema', 'poet.yaml')) {
      expect(JSON.parse(text)[0]).toBe('月');
    }
  });

  test('--grammar', async () => {
    for (const text of await written('--grammar', 'couplet.gbnf')) {
      expect(text).toMatch(/^[春夏秋冬月花]{5}，[春夏秋冬月花]{5}。$/u);
    }
  });
});

test.each([
  [
    ['--regex', 'a', '--choices', 'b'],
    'generate: --regex and --choices cannot come together: a text has one form; leave one out\n',
  ],
  [['--regex', '('], 'regex: it is not a regular expression (Unterminated group) at position 0 of /(/\n'],
  [['--json-schema', 'nowhere.json'], 'nowhere.json: cannot be read (ENOENT)\n'],
  [
    ['--json-schema', 'bad.json'],
    /^JSON schema: at #: type must be one of object, array, .* got "colour"\n$/,
  ],
  [['--json-schema', 'broken.json'], /^broken\.json: cannot be read \(.*JSON.*\)\n$/],
  [['--grammar', 'poet.json'], /^grammar: a rule must begin with `name ::=`, line 1, column 1\n$/],
] as const)('%j is one clear error', async (options, message) => {
  const { status, err } = await run('generate', 'zh', ...options);
  expect(status).toBe(2);
  if (typeof message === 'string') expect(err).toBe(message);
  else expect(err).toMatch(message);
});
