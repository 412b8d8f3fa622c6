/** `inkstone repeat detect | clean | audit` and the prompts of `measure`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { repeatOptions } from '../src/cli/repeat-options.ts';
import { LOOP_THRESHOLD } from '../src/repeat/index.ts';
import { inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['repeat', ...argv], { cwd });

const english = `The council met on Tuesday. ${'I do not know what the council wants from the people of this town. '.repeat(7)}`;
const chinese = `早上他去了河边。${'他觉得今天的天气和昨天的天气一样好。'.repeat(8)}`;
const clean =
  'The council met on Tuesday. I do not know what the council wants from the people of this town.';
const 净 = '早上他去了河边。他觉得今天的天气和昨天的天气一样好。';

beforeAll(() => {
  writeFileSync(join(cwd, 'en.txt'), english);
  writeFileSync(
    join(cwd, 'both.jsonl'),
    `${JSON.stringify(english)}\n${JSON.stringify({ text: chinese })}\n"plain"\n`,
  );
  const record = (prompt: string, texts: readonly string[]) => ({
    prefix_text: prompt,
    generated_result: Object.fromEntries(texts.map((text, i) => [i, text])),
  });
  const records = [
    record('who came home from the sea', ['he came home from the sea', 'nobody']),
    record('why', ['nobody', 'nobody']),
  ];
  writeFileSync(join(cwd, 'prompts.json'), JSON.stringify(records));
});

describe('repeat detect', () => {
  test('its default is the detector’s, at which a refrain of three stanzas (诗经·黍离) is no loop', async () => {
    expect(repeatOptions.threshold.default).toBe(LOOP_THRESHOLD);
    const stanza = (ear: string, heart: string) =>
      `彼黍离离，彼稷之${ear}。行迈靡靡，中心${heart}。知我者，谓我心忧；不知我者，谓我何求。悠悠苍天，此何人哉？\n`;
    writeFileSync(join(cwd, 'poem.txt'), stanza('苗', '摇摇') + stanza('穗', '如醉') + stanza('实', '如噎'));
    expect((await run('detect', 'poem.txt', '--json')).json[0]).toMatchObject({ looping: 0 });
  });

  test('says where each loop begins, and what stopping there saves', async () => {
    const { status, json } = await run('detect', 'both.jsonl', '--json');
    expect(status).toBe(0);
    expect(json[0]).toMatchObject({ name: 'both.jsonl', texts: 3, looping: 2 });
    expect((await run('detect', 'en.txt', '--json')).json[0]).toMatchObject({
      looping: 1,
      loops: [{ text: 1, kind: 'exact', onset: 5, period: 14, copies: 7 }],
    });
    const { out } = await run('detect', 'en.txt');
    expect(out).toMatch(
      /^en\.txt: 1 of 1 texts loop \(100\.0 %\); stopping there would save 54\.4 % of the text\n/,
    );
    expect((await inkstone(['repeat', 'detect', 'both.jsonl'], { cwd, lang: 'zh' })).out).toMatch(
      /3 篇中有 2 篇陷入循环/,
    );
  });

  test('a higher threshold is later, where copies are not exact', async () => {
    const days = ['Monday', 'Tuesday', 'Friday', 'Sunday', 'Thursday', 'Saturday', 'Wednesday', 'Monday'];
    const altered = days.map((day) => `On ${day} I do not know what the council wants from the people.`);
    writeFileSync(join(cwd, 'altered.txt'), altered.join(' '));
    const [{ loops: early }] = (await run('detect', 'altered.txt', '--json')).json;
    const [{ loops: late }] = (await run('detect', 'altered.txt', '--threshold', '40', '--json')).json;
    const foundAt = (loops: unknown) => (loops as { foundAt: number }[])[0].foundAt;
    expect(foundAt(late)).toBeGreaterThan(foundAt(early));
  });
});

describe('repeat clean', () => {
  test('the clean text is the output, the account goes to the error stream', async () => {
    const { out, err } = await run('clean', 'en.txt');
    expect(out).toBe(`${clean}\n`);
    expect(err).toMatch(
      /^en\.txt:1:94: loop: .*\n1 of 1 texts changed, 1 pieces taken out, 497 → 94 characters\n$/,
    );
  });

  test('several texts are written as JSON lines', async () => {
    const { status, err } = await run('clean', 'both.jsonl', '--out', 'clean.jsonl');
    expect(status).toBe(0);
    expect(err).toContain('2 of 3 texts changed');
    const lines = readFileSync(join(cwd, 'clean.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).text)).toEqual([clean, 净, 'plain']);
    const { json } = await run('clean', 'both.jsonl', '--json');
    expect(json[1]).toMatchObject({ index: 1, text: 净, removed: [{ kind: 'loop', start: 净.length }] });
  });
});

describe('repeat audit', () => {
  test('says what a model would learn, and writes the corpus without it', async () => {
    writeFileSync(join(cwd, 'again.txt'), `${clean}\n`);
    const { json } = await run(
      'audit',
      'both.jsonl',
      'again.txt',
      'again.txt',
      '--out',
      'corpus.jsonl',
      '--json',
    );
    expect(json[0]).toMatchObject({
      type: 'audit',
      documents: 5,
      loops: { documents: 2, share: 0.4 },
      duplicateDocuments: { repeated: 1 },
    });
    expect(json[1]).toMatchObject({
      type: 'deduplicated',
      out: 'corpus.jsonl',
      duplicateDocuments: 1,
      loops: 2,
    });
    const { out } = await run('audit', 'both.jsonl', 'again.txt', 'again.txt');
    expect(out).toMatch(/^5 documents, .* words\n/);
    expect(out).toContain('documents with a loop inside: 2 (40.00 %)');
    expect((await inkstone(['repeat', 'audit', 'en.txt'], { cwd, lang: 'zh' })).out).toContain(
      '内部有循环的文档：1 篇',
    );
  });
});

describe('repeat measure with prompts', () => {
  test('tells what was copied from the prompt and how alike the answers are', async () => {
    const { json } = await run('measure', 'prompts.json', '--self-bleu', '--json');
    expect(json.map(({ name }) => name)).toEqual(['prompts.json#0', 'prompts.json#1']);
    expect(json[0]).toMatchObject({
      acrossPrompts: { prompts: 2, sameAnswer: 0 },
      echo: { longestCopy: 2.5 },
    });
    expect(json[1]).toMatchObject({ acrossPrompts: { sameAnswer: 1 }, selfBleu: expect.any(Number) });
    expect((await run('measure', 'prompts.json')).out).toMatch(/copied from the prompt % +41\.7 +0\.0\n/);
  });
});

describe('mistakes', () => {
  test.each([
    ['detect', 'repeat: <file…> is missing; for example: inkstone repeat measure poems.txt'],
    [
      'clean en.txt --threshold 3',
      'repeat clean: --threshold is an option of "repeat detect" only; leave it out',
    ],
    ['detect en.txt --threshold 0', 'repeat: --threshold must be a positive number, got "0"'],
    ['audit none.txt', /none\.txt/],
  ])('inkstone repeat %s', async (argv, message) => {
    const { status, out, err } = await run(...argv.split(' '));
    expect({ failed: status !== 0, out }).toEqual({ failed: true, out: '' });
    if (typeof message === 'string') expect(err).toBe(`${message}\n`);
    else expect(err).toMatch(message);
  });
});
