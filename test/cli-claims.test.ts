/** `inkstone claims`, from documents to verdicts, in English and Chinese. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (argv: string[], lang: 'en' | 'zh' = 'en') => inkstone(argv, { cwd, lang });

beforeAll(async () => {
  mkdirSync(join(cwd, 'docs'));
  const documents = {
    'bridge.md':
      '# The Alder Bridge\n\nThe Alder Bridge was opened in 1931. It is 1,250 metres long and carries six lanes. It does not carry trains.\n',
    'whales.md':
      '# Blue whales\n\nThe blue whale eats krill. A blue whale weighs up to 150 tonnes. Calves drink milk for seven months.\n',
    'canal.md':
      '# 清河运河\n\n清河运河于一九五八年开通，全长三百二十公里。运河上没有收费站。沿岸住着大约四十万人。\n',
  };
  for (const [name, text] of Object.entries(documents)) writeFileSync(join(cwd, 'docs', name), text);
  expect((await run(['index', 'docs', '--out', 'index'])).status).toBe(0);
});

const verdictsOf = async (text: string, ...options: string[]) => {
  writeFileSync(join(cwd, 'claims.txt'), text);
  const { json, status } = await run(['claims', 'index', 'claims.txt', '--json', ...options]);
  expect(status).toBe(0);
  return json.filter(({ type }) => type === 'claim');
};

test('supported, contradicted and unfounded, each with its place and reason', async () => {
  const found = await verdictsOf(
    'The Alder Bridge opened in 1931. The Alder Bridge opened in 1932. The bridge is 1250 metres long.\n' +
      'The Alder Bridge carries trains. The Alder Bridge was painted by sailors from Oslo. A blue whale weighs 150 tonnes. Is it so?',
  );
  expect(found.map(({ verdict }) => verdict)).toEqual([
    'supported',
    'contradicted',
    'supported',
    'contradicted',
    'unfounded',
    'supported',
  ]);
  expect(found[1].disagreement).toEqual({ by: 'number', claimed: '1932', found: ['1931'] });
  expect(found[3].disagreement).toEqual({ by: 'denial', denies: 'passage' });
  expect(found[2].evidence).toMatchObject({ key: expect.stringContaining('bridge.md'), start: 57 });
});

test('the same in Chinese, with numerals of either kind', async () => {
  const found = await verdictsOf(
    '清河运河于1958年开通。清河运河于1985年开通。运河全长320公里。运河上有收费站。沿岸住着40万人。清河运河由荷兰工程师设计。',
  );
  expect(found.map(({ verdict }) => verdict)).toEqual([
    'supported',
    'contradicted',
    'supported',
    'contradicted',
    'supported',
    'unfounded',
  ]);
  const { out } = await run(['claims', 'index', 'claims.txt'], 'zh');
  expect(out).toContain('主张为 1985，段落为 一九五八');
  expect(out).toContain('有据 3，矛盾 2，无据 1');
});

test('numbers in words, percents, and a denial of something else, in both languages', async () => {
  writeFileSync(
    join(cwd, 'docs', 'mill.md'),
    '# Marrow Mill\n\nThe Marrow Mill was built in 1820, and it never ground barley. The Marrow Mill stands one hundred metres from the river Tarn, since 1820.\n',
  );
  writeFileSync(
    join(cwd, 'docs', 'city.md'),
    '# 临江\n\n临江是沿江城市，人口二百万，没有地铁。森林占临江面积的百分之三十五，始于一九八〇年。\n',
  );
  expect((await run(['index', 'docs', '--out', 'more'])).status).toBe(0);
  const text =
    'The Marrow Mill was built in 1820. The Marrow Mill ground barley. The Marrow Mill stands 100 metres from the river Tarn. ' +
    '森林占临江面积的35%。森林占临江面积的36%。临江没有地铁。';
  writeFileSync(join(cwd, 'claims.txt'), text);
  const { json } = await run(['claims', 'more', 'claims.txt', '--json']);
  const found = json.filter(({ type }) => type === 'claim');
  expect(found.map(({ verdict }) => verdict)).toEqual([
    'supported',
    'contradicted',
    'supported',
    'supported',
    'contradicted',
    'supported',
  ]);
});

test('labels of either language give precision and recall', async () => {
  const rows = [
    ['The blue whale eats krill.', 'SUPPORTS'],
    ['Calves drink milk for nine months.', 'REFUTES'],
    ['Blue whales sing at night in winter.', 'NOT ENOUGH INFO'],
    // Words alone: who eats whom is not told.
    ['Krill eats the blue whale.', '矛盾'],
  ];
  writeFileSync(
    join(cwd, 'l.jsonl'),
    rows.map(([claim, label]) => JSON.stringify({ claim, label })).join('\n'),
  );
  const { json } = await run(['claims', 'index', 'l.jsonl', '--json']);
  const { scores, labelled } = json.find(({ type }) => type === 'claims')!;
  expect(labelled).toBe(4);
  expect(scores).toMatchObject({ accuracy: 0.75 });
  const classes = Object.fromEntries(
    (scores as { classes: { label: string; precision: number; recall: number }[] }).classes.map((one) => [
      one.label,
      [one.precision, one.recall],
    ]),
  );
  expect(classes).toEqual({ supported: [0.5, 1], contradicted: [1, 0.5], unfounded: [1, 1] });
  const { out } = await run(['claims', 'index', 'l.jsonl']);
  expect(out).toMatch(/contradicted +100\.0 % +50\.0 %/);
  expect(out).not.toMatch(HAN);
});

test.each([
  [['claims', 'index', 'none.jsonl'], 'none.jsonl', ''],
  [
    ['claims', 'index', 'bad.jsonl'],
    'the label must be one of',
    JSON.stringify({ claim: 'A.', label: 'maybe' }),
  ],
  [['claims', 'index', 'bad.jsonl'], 'must have a text in one of the fields', JSON.stringify({ said: 'A.' })],
  [['claims', 'index', 'bad.jsonl', '--min-support', '0'], 'in (0, 1]', ''],
  [['claims', 'nowhere', 'claims.txt'], 'nowhere', ''],
])('%j is refused', async (argv, said, content) => {
  if (content) writeFileSync(join(cwd, 'bad.jsonl'), content);
  const { status, err } = await run(argv);
  expect(status).toBe(2);
  expect(err).toContain(said);
});
