/** `inkstone eval`: files of predictions in, tables and JSON out, in both languages. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { evalOptions } from '../src/cli/eval-options.ts';
import { evalTasks } from '../src/eval/index.ts';
import { HAN, inkstone, listing, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const at = (name: string) => join(cwd, name);
const run = (argv: readonly string[], lang: 'en' | 'zh' = 'en') => inkstone(['eval', ...argv], { cwd, lang });
const lines = (records: readonly unknown[]) => `${records.map((one) => JSON.stringify(one)).join('\n')}\n`;

beforeAll(() => {
  const rows = ['体育,体育', '体育,财经', '财经,财经', '财经,财经', '体育,体育', '"财经",财经'];
  writeFileSync(at('labels.csv'), `标签,prediction\n${rows.join('\n')}\n`);
  writeFileSync(at('numbers.tsv'), 'gold\tpred\n1.5\t1\n2.5\t2\n4.5\t5\n');
  const en = ['the cat sat on the mat', 'a dog barked at the moon', 'it rained all day long'];
  const pairs = (spoil: (text: string, i: number) => string) =>
    lines(en.flatMap((text, i) => [{ id: i, hypothesis: spoil(text, i), references: [text, `${text} .`] }]));
  writeFileSync(
    at('good.jsonl'),
    pairs((text) => text),
  );
  writeFileSync(
    at('poor.jsonl'),
    pairs((text) => text.split(' ').reverse().join(' ')),
  );
  writeFileSync(at('zh.json'), JSON.stringify([{ 输出: '今天天气很好。', 参考: '今天天气真好。' }]));
  writeFileSync(
    at('answers.jsonl'),
    lines([{ question: '?', prediction: 'The Tang.', answers: ['Tang', 'Song'] }]),
  );
  writeFileSync(at('code.jsonl'), lines([{ task_id: 'a', passed: [true, false, false, false] }]));
  writeFileSync(at('search.jsonl'), lines([{ query: 'q', ranking: ['b', 'a'], relevant: { a: 1 } }]));
  writeFileSync(at('likely.jsonl'), lines([{ text: '春', logprobs: [-Math.LN2] }]));
  writeFileSync(at('missing.jsonl'), '{"prediction":"a","label":"a"}\n\n{"prediction":"a","lable":"a"}\n');
  writeFileSync(at('torn.jsonl'), '{"prediction":"a","label":"a"}\n{"prediction":');
  writeFileSync(at('empty.jsonl'), '');
  writeFileSync(at('text.txt'), 'a\n');
});

describe('inkstone eval', () => {
  test('labels: the scores, each label, and what was taken for what', async () => {
    const { status, out } = await run(['labels.csv']);
    expect(status).toBe(0);
    expect(out).toMatch(/^labels\.csv: 6 × classification \(told from the fields; --task says otherwise\)\n/);
    expect(out).toMatch(/^accuracy +83\.33 % {2}share of right labels$/m);
    expect(out).toMatch(/^财经 +75\.00 +100\.00 +85\.71 +3$/m);
    expect(out).toMatch(/^right ↓ called → +体育 +财经\n体育 +2 +1\n财经 +0 +3$/m);
    const zh = (await run(['labels.csv', '--task', 'classification'], 'zh')).out;
    expect(zh).toMatch(/^labels\.csv：6 × 分类\n/);
    expect(zh).toMatch(/^准确率 +83\.33 %/m);
    expect(zh).toMatch(/^实际 ↓ 预测 → +体育 +财经$/m);
  });

  test('the same for machines', async () => {
    const { json } = await run(['labels.csv', '--json', '--metrics', 'accuracy,kappa', '--confidence']);
    expect(json).toHaveLength(1);
    expect(json[0]).toMatchObject({
      type: 'scores',
      file: 'labels.csv',
      task: 'classification',
      count: 6,
      scores: { accuracy: { value: 5 / 6 }, kappa: { value: 2 / 3, low: expect.any(Number) } },
      confusion: {
        labels: ['体育', '财经'],
        counts: [
          [2, 1],
          [0, 3],
        ],
      },
    });
    expect(Object.keys(json[0].scores as object)).toEqual(['accuracy', 'kappa']);
  });

  test('texts with several references, in English and Chinese', async () => {
    const { out } = await run(['good.jsonl']);
    expect(out).toMatch(/^good\.jsonl: 3 × text/);
    expect(out).toMatch(/^BLEU +100\.00 {2}0 to 100/m);
    expect(out).toMatch(/^exact match +100\.00 %/m);
    expect(out).toContain('BLEU  nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|as:sacrebleu-2.6.0\n');
    const zh = await run(['zh.json'], 'zh');
    expect(zh.out).toContain('tok:zh');
    expect(zh.out).toMatch(/^ROUGE-1 +83\.33 %/m);
    const { json } = await run([
      'zh.json',
      '--json',
      '--unit',
      'words',
      '--tokenize',
      'char',
      '--lang',
      'zh',
    ]);
    expect(json[0]).toMatchObject({
      lang: 'zh',
      scores: { 'rouge-1': { value: 0 } },
      signatures: { bleu: expect.stringContaining('tok:char') },
    });
  });

  test.each([
    ['numbers.tsv', 'regression', { mse: { value: 0.25 }, spearman: { value: 1 } }],
    ['answers.jsonl', 'answers', { 'exact-match': { value: 1 }, f1: { value: 1 } }],
    ['code.jsonl', 'code', { 'pass@1': { value: 0.25 } }],
    ['search.jsonl', 'ranking', { mrr: { value: 0.5 }, 'recall@5': { value: 1 } }],
    ['likely.jsonl', 'likelihood', { perplexity: { value: 2 }, 'bits-per-byte': { value: 1 / 3 } }],
  ])('%s is told to be %s', async (file, task, scores) => {
    const { json } = await run([file, '--json']);
    expect(json[0]).toMatchObject({ task, isGuessed: true });
    const own = json[0].scores as Record<string, { value: number }>;
    for (const [metric, { value }] of Object.entries(scores))
      expect(own[metric].value).toBeCloseTo(value, 12);
    const { out } = await run([file], 'zh');
    expect(HAN.test(out.split('\n')[1])).toBe(true);
    expect(out.includes('（越低越好）')).toBe(['regression', 'likelihood'].includes(task));
  });

  test('two files: the difference, and whether it may be chance; the seed repeats it', async () => {
    const argv = ['poor.jsonl', 'good.jsonl', '--metrics', 'bleu,rouge-l', '--rounds', '200'];
    const { out } = await run(argv);
    expect(out).toMatch(/^poor\.jsonl, good\.jsonl: 3 × text/);
    expect(out).toMatch(/^score +poor\.jsonl +good\.jsonl +difference +95 % interval +p$/m);
    expect(out).toMatch(/^ROUGE-L .* 100\.00 % +\+\d\d\.\d\d % /m);
    const { json } = await run([...argv, '--json']);
    expect(json[0]).toMatchObject({ type: 'comparison', files: ['poor.jsonl', 'good.jsonl'], count: 3 });
    expect((await run([...argv, '--json'])).json).toEqual(json);
    expect((await run([...argv, '--seed', '2', '--json'])).json).not.toEqual(json);
    expect((await run(argv, 'zh')).out).toContain('配对自助法');
  });

  test('what was written from a source: fluency by a text of its kind, and faithfulness', async () => {
    writeFileSync(at('like.txt'), 'the ship sank in 1912\nthe crew left the ship\n');
    writeFileSync(
      at('written.jsonl'),
      lines([{ notes: 'The ship left in 1912.', output: 'the ship sank in 1913' }]),
    );
    const argv = ['written.jsonl', '--source', 'notes', '--fluency-data', 'like.txt'];
    const { out } = await run(argv);
    expect(out).toMatch(/^written\.jsonl: 1 × writing \(told/);
    expect(out).toMatch(/^groundedness +50\.00 %/m);
    expect(out).toMatch(/^numbers +0\.00 %/m);
    expect((await run(argv, 'zh')).out).toMatch(/^有据 +50\.00 % +文本的实词/m);
    const slor = async (...more: string[]) =>
      (await run([...argv, ...more, '--json'])).json[0].scores as { slor: { value: number } };
    const { slor: read } = await slor();
    expect(read.value).not.toBe((await slor('--fluency-data', 'written.jsonl')).slor.value);
    expect((await run([...argv.slice(0, 4), 'none.txt'])).err).toContain('none.txt');
  });

  test('every task can be asked for', () => {
    expect(evalOptions.task.choices).toEqual(['auto', ...evalTasks]);
  });
});

describe.each(['en', 'zh'] as const)('bad input, in %s', (lang) => {
  test.each([
    [['none.jsonl'], 'none.jsonl'],
    [['empty.jsonl'], ''],
    [['text.txt'], '.jsonl'],
    [['torn.jsonl'], 'torn.jsonl:2'],
    [['missing.jsonl'], 'missing.jsonl:3'],
    [['labels.csv', '--prediction', 'predicton'], 'labels.csv:2'],
    [['labels.csv', '--reference', '标'], '"标"'],
    [['labels.csv', '--task', 'regression'], '"体育"'],
    [['labels.csv', '--metrics', 'accuracie'], '"accuracy"'],
    [['search.jsonl', '--k', '5,x'], '"x"'],
    [['search.jsonl', '--k', '0'], '"0"'],
    [['code.jsonl', '--k', '5'], 'pass@5'],
    [['labels.csv', 'numbers.tsv'], lang === 'en' ? '6 and 3' : '6 条与 3 条'],
    [['good.jsonl', 'answers.jsonl', '--task', 'text'], lang === 'en' ? '3 and 1' : '3 条与 1 条'],
    [['good.jsonl', 'poor.jsonl', 'more.jsonl'], 'more.jsonl'],
  ])('eval %j', async (argv, part) => {
    const before = listing(cwd);
    const { status, out, err } = await run(argv, lang);
    expect({ status, out, lines: err.split('\n').length }).toEqual({ status: 2, out: '', lines: 2 });
    expect(err).toContain(part);
    expect(HAN.test(err.replaceAll(/"[^"]*"|标签/g, ''))).toBe(lang === 'zh');
    expect(listing(cwd)).toEqual(before);
  });
});
