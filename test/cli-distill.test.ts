/** `inkstone train --teacher RUN` from end to end: a student learns of it, resuming changes nothing, bad input is refused. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { HAN, inkstone, type JsonLine, scratchFolder, tiny, traceOf, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const shape = ['--layers', '1', '--heads', '2', '--context-length', '16'];
const all = ['--teacher', 'teacher', '--distill', 'logits,hidden,sequence'];

const train = (out: string, argv: readonly string[], options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone(['train', '--data', 'en.txt', '--lr', '0.01', ...argv, '--out', out, '--json'], {
    cwd,
    ...options,
  });

const student = [...shape, '--width', '8', '--steps', '12', '--save-every', '4'];

beforeAll(async () => {
  writeTexts(cwd);
  const sizes = ['--width', '32', '--vocab-size', '300', '--steps', '40'];
  expect((await train('teacher', [...shape, ...sizes])).status).toBe(0);
}, 60_000);

test('a student learns of its teacher alone, and is a run like others', async () => {
  const fresh = ['--preset', 'poem', ...shape, '--width', '16', '--batch-size', '8', '--steps', '60'];
  const only = ['--teacher', 'teacher', '--distill-share', '1'];
  const { status, json, err } = await train('student', [...fresh, ...only]);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  // Knowing nothing is ln 300 = 5.7.
  expect(json.at(-1)!.valLoss).toBeLessThan(4.5);
  const { training, tokenizer } = JSON.parse(readFileSync(join(cwd, 'student/config.json'), 'utf8'));
  expect(training.distillation).toMatchObject({
    ways: ['logits'],
    share: 1,
    temperature: 2,
    teacher: { run: 'teacher', step: 40 },
  });
  expect(tokenizer.made).toEqual({ vocabSize: 300 });
});

test('what is trained beside the student is kept with the run and no part of the model', async () => {
  expect((await train('whole', [...student, ...all])).status).toBe(0);
  const interrupt = (line: JsonLine) => {
    if (line.type === 'step' && line.step === 6) process.emit('SIGINT', 'SIGINT');
  };
  expect((await train('cut', [...student, ...all], { onJson: interrupt })).status).toBe(130);
  expect((await train('cut', ['--steps', '12'])).status).toBe(0);
  expect(traceOf(join(cwd, 'cut'))).toEqual(traceOf(join(cwd, 'whole')));
  const { status, out } = await inkstone(['generate', 'cut', '--max-tokens', '4'], { cwd });
  expect({ status, isEmpty: out === '' }).toEqual({ status: 0, isEmpty: false });
});

test('tells people of the teacher, in Chinese too', async () => {
  for (const [lang, words] of [
    ['en', 'learned of it: logits, hidden'],
    ['zh', '学它的：logits, hidden'],
  ] as const) {
    const ways = ['--teacher', 'teacher', '--distill', 'hidden,logits'];
    const { out } = await inkstone(['train', '--data', 'en.txt', ...student, ...ways, '--dry-run'], {
      cwd,
      lang,
    });
    expect(out).toContain(words);
    expect(HAN.test(out)).toBe(lang === 'zh');
  }
});

test('a teacher that does not fit, or options without one, are bad input', async () => {
  await train(
    'other',
    [...tiny, '--steps', '1', '--tokenizer', 'characters'].filter(
      (word) => !['--vocab-size', '300'].includes(word),
    ),
  );
  await train('experts', [...shape, '--width', '8', '--vocab-size', '300', '--experts', '2', '--steps', '1']);
  const refused: [string[], string][] = [
    [['--distill', 'hidden'], '--distill has an effect with --teacher only'],
    [['--teacher', 'teacher', '--distill', 'logits,dreams'], 'one or more of logits, hidden, sequence'],
    [['--teacher', 'teacher', '--cure', 'ditto'], '--teacher and --cure cannot come together'],
    [['--teacher', 'teacher', '--vocab-size', '300'], '--teacher and --vocab-size cannot come together'],
    [
      ['--teacher', 'teacher', '--init', 'other', '--steps', '1'],
      'student and teacher must have one tokenizer',
    ],
    [['--teacher', 'teacher', '--context-length', '32', '--steps', '1'], 'give --context-length 16'],
    [['--teacher', 'teacher', '--objective', 'masked'], '--objective masked and --teacher'],
    [['--objective', 'masked', '--distill-share', '0.3'], '--objective masked and --distill-share'],
    [
      ['--teacher', 'teacher', '--distill', 'hidden', '--distill-share', '0.3'],
      '--distill-share has an effect with --distill logits|sequence only',
    ],
    [
      ['--teacher', 'teacher', '--distill', 'sequence', '--distill-temperature', '3'],
      '--distill-temperature has an effect with --distill logits only',
    ],
    [['--teacher', 'teacher', '--init', 'experts', '--steps', '1'], '--experts and --teacher cannot'],
    [['--teacher', 'nowhere'], 'nowhere'],
  ];
  for (const [argv, words] of refused) {
    const { status, err } = await train('refused', argv);
    expect({ argv, status, err }).toMatchObject({ status: 2, err: expect.stringContaining(words) });
  }
});

test('a run does not go on under another teacher', async () => {
  expect((await train('moved', [...student, '--teacher', 'teacher'])).status).toBe(0);
  const { status, err } = await train('moved', [...student, '--teacher', 'whole']);
  expect(status).toBe(2);
  expect(err).toContain('distillation.teacher.run: "teacher" → "whole"');
});

test('a run does not go on when its teacher has changed where it lies', async () => {
  expect((await train('taught', [...student, '--teacher', 'moved'])).status).toBe(0);
  rmSync(join(cwd, 'moved'), { recursive: true });
  expect((await train('moved', [...student, '--seed', '9', '--teacher', 'teacher'])).status).toBe(0);
  const { status, err } = await train('taught', []);
  expect({ status, err }).toMatchObject({ status: 2, err: expect.stringContaining('no longer the teacher') });
});
