/** `inkstone recall`: models of one size, each of its kind; one report in both languages, as a file, and for machines. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HAN, inkstone, type JsonLine, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const kinds = ['rnn', 'gru', 'lstm', 'rwkv', 'linear', 'transformer'];
const small = ['recall', '--parameters', '6000', '--distances', '1,12', '--steps', '2'];
const run = (...argv: string[]) => inkstone(argv, { cwd });

test('all kinds at equal parameters: what each recalls, how fast it learns, what it keeps', async () => {
  const { status, err, json } = await run(...small, '--json', '--out', 'recall.csv');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const { answer } = json[0] as JsonLine & {
    answer: { architecture: string; parameters: number; stateBytes: number[]; recall: number[] }[];
  };
  expect(answer.map(({ architecture }) => architecture)).toEqual(kinds);
  for (const { architecture, parameters, stateBytes, recall } of answer) {
    expect({ architecture, isNear: Math.abs(parameters / 6000 - 1) < 0.1 }).toEqual({
      architecture,
      isNear: true,
    });
    expect(recall).toHaveLength(2);
    expect({ architecture, grows: stateBytes[1] > stateBytes[0] }).toEqual({
      architecture,
      grows: architecture === 'transformer',
    });
  }
  const csv = readFileSync(join(cwd, 'recall.csv'), 'utf8').trimEnd().split('\r\n');
  expect([csv[0], csv.length]).toEqual([`tokens back,${kinds.join(',')}`, 3]);
});

test('the same seed, the same answers; in both languages, and as a plot', async () => {
  const few = [...small, '--architectures', 'rwkv,transformer'];
  const chinese = await inkstone([...few, '--out', 'recall.svg'], { cwd, lang: 'zh' });
  const english = await run(...few);
  expect([HAN.test(english.out), chinese.out.includes('训练词元/秒')]).toEqual([false, true]);
  const shares = ({ out }: { out: string }) => out.match(/\d+ %/g);
  expect(shares(english)).toHaveLength(4);
  expect(shares(chinese)).toEqual(shares(english));
  expect(readFileSync(join(cwd, 'recall.svg'), 'utf8')).toMatch(/rwkv.*transformer/s);
});

test.each([
  [['--architectures', 'rwvk'], 'did you mean "rwkv"'],
  [['--distances', '3,0'], '--distances must be whole numbers from 1'],
  [['--steps', '1'], 'at least 2'],
  [['--parameters', '10000001'], 'a whole number from 1 to 10000000'],
  [['--out', 'x.pdf'], 'recall: --out must end in'],
])('refused: %j', async (argv, problem) => {
  const { status, err } = await run('recall', ...argv);
  expect(err).toContain(problem);
  expect(status).toBe(2);
});

test('what can be learnt is recalled', async () => {
  const { json } = await run(
    'recall',
    ...['--architectures', 'rwkv,transformer', '--parameters', '6000', '--distances', '1,4'],
    ...['--steps', '80', '--json'],
  );
  const { answer } = json[0] as JsonLine & { answer: { architecture: string; recall: number[] }[] };
  for (const { architecture, recall } of answer) {
    expect({ architecture, worst: Math.min(...recall) > 0.9 }).toEqual({ architecture, worst: true });
  }
});
