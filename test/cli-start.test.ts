/** `inkstone start` on a small text of one's own: seven sections, beside a finished run, on with an unfinished one. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, type JsonLine, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const sections = {
  en: [
    '1. This machine',
    '2. The text',
    '3. The tokenizer',
    '4. The model learns',
    '5. It writes',
    '6. Does it repeat itself?',
    '7. What next',
  ],
  zh: ['一、这台机器', '二、文本', '三、分词器', '四、模型学习', '五、写作', '六、是否复读？', '七、接下来'],
};

beforeAll(() => writeTexts(cwd));

const start = (data: string, ...more: string[]) => [
  'start',
  '--data',
  data,
  '--minutes',
  '0.03',
  '--no-serve',
  ...more,
];
const of = (json: readonly JsonLine[], type: string) => json.filter((line) => line.type === type);

describe.each([
  ['en', 'en.txt', /^ +greedy +greedy, guarded +nucleus 0\.9 +people$/m],
  ['zh', 'zh.jsonl', /^ +贪心 +贪心加护 +核采样 0\.9 +人$/m],
] as const)('for people, in %s', (lang, data, columns) => {
  test('tells the whole way in seven sections', async () => {
    const { status, out, err } = await inkstone(start(data, '--out', `told-${lang}`), { cwd, lang });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const places = sections[lang].map((section) => out.indexOf(`\n${section}\n`));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(out).toMatch(columns);
    // Only before the model writes: what it writes at first may be any bytes.
    expect(HAN.test(out.slice(0, places[3]))).toBe(lang === 'zh');
    const [writes, repeats] = [places[4], places[5]];
    const nucleus = lang === 'zh' ? /^ {4}核采样 0\.9: /gm : /^ {4}nucleus 0\.9: /gm;
    expect(out.slice(writes, repeats).match(nucleus)).toHaveLength(3);
    const commands = out.slice(places[6]).match(/^ {2}np[xm] .*$/gm)!;
    expect(commands).toHaveLength(3);
    for (const command of commands.slice(0, 2)) {
      const words = command.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
      const pasted = await inkstone([...words.slice(2), '--max-tokens', '4'], { cwd, lang });
      expect({ status: pasted.status, err: pasted.err }).toEqual({ status: 0, err: '' });
    }
    expect(commands[2].trim()).toBe(`npm start -- --minutes 0.09 --data ${data}`);
  });
});

test('for machines, every part is an object; a second start begins beside the first', async () => {
  const first = await inkstone(start('en.txt', '--json'), { cwd });
  expect({ status: first.status, err: first.err }).toEqual({ status: 0, err: '' });
  expect(first.json[0]).toMatchObject({ type: 'machine', kernels: expect.any(String) });
  expect(of(first.json, 'corpus')).toHaveLength(1);
  expect(of(first.json, 'finish')[0]).toMatchObject({ reason: 'done', folder: 'runs/en-0.03min' });
  expect(of(first.json, 'text')).toHaveLength(6);
  expect(new Set(of(first.json, 'text').map(({ opening }) => opening)).size).toBe(3);
  expect(of(first.json, 'repetition').map(({ name }) => name)).toEqual([
    'greedy',
    'greedy, guarded',
    'nucleus 0.9',
    'people',
  ]);
  const [guard] = of(first.json, 'guard');
  expect(guard).toMatchObject({ repaired: expect.any(Number), discardedTokens: expect.any(Number) });
  expect(guard.repairs).toBeGreaterThanOrEqual(guard.repaired as number);
  expect(of(first.json, 'sample').length).toBeGreaterThan(0);
  expect(first.json.at(-1)).toMatchObject({ type: 'done', folder: 'runs/en-0.03min' });

  const second = await inkstone(start('en.txt', '--json'), { cwd });
  expect(second.json.at(-1)).toMatchObject({ type: 'done', folder: 'runs/en-0.03min-2' });
  expect(existsSync(join(cwd, 'runs/en-0.03min/checkpoints'))).toBe(true);
});

test('an interrupted start is gone on with by the same command, and only by it', async () => {
  const argv = ['start', '--data', 'zh.jsonl', '--minutes', '0.1', '--no-serve'];
  const stopped = await inkstone([...argv, '--json'], {
    cwd,
    onJson: (line) => void (line.type === 'step' && line.step === 1 && process.emit('SIGINT', 'SIGINT')),
  });
  expect(stopped.status).toBe(130);
  expect(stopped.json.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted', step: 1 });

  const other = await inkstone([...argv, '--seed', '5', '--json'], {
    cwd,
    onJson: (line) => void (line.type === 'step' && process.emit('SIGINT', 'SIGINT')),
  });
  expect(other.json.at(-1)).toMatchObject({ folder: 'runs/zh-0.1min-2', step: 1 });

  const resumed = await inkstone(argv, { cwd, lang: 'zh' });
  expect(resumed.status).toBe(0);
  expect(resumed.out).toMatch(
    /继续 runs\/zh-0\.1min：第 1 步，已训练 \d+s，共 6s；权重、优化器状态与数据位置均已恢复/,
  );
  expect(resumed.out).toContain('七、接下来');
});

test('another time for a run that is there is refused, not ignored', async () => {
  await inkstone(['train', '--data', 'en.txt', ...tiny, '--minutes', '0.005', '--out', 'fixed'], { cwd });
  const { status, err } = await inkstone(start('en.txt', '--out', 'fixed', '--minutes', '1'), { cwd });
  expect(status).toBe(2);
  expect(err).toBe(
    'fixed: holds a run with other settings (minutes: 0.005 → 1); choose another --out or the same settings\n',
  );
});
