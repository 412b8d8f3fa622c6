/** `inkstone tutor`: questions on a file, answers graded and kept, each learner apart; English and Chinese. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
beforeAll(() => {
  writeFileSync(
    join(cwd, 'a.md'),
    [
      'The old library of the town was built by Anna Weber in 1907.',
      'A river flows from Prague through the hills to Dresden.',
      'The first train came from Vienna on a cold morning.',
      '李白出生于碎叶，后来住在长安城里。',
    ].join('\n\n'),
  );
});
const run = (...argv: string[]) => inkstone(['tutor', 'a.md', ...argv], { cwd });

test('all questions with their answers, each from its place', async () => {
  const { json } = await run('--list', '--json');
  expect(json.length).toBe(4);
  const [, , train] = json as { id: string; text: string; answer: string; source: { sentence: string } }[];
  expect(train).toMatchObject({
    text: 'The first train came from ____ on a cold morning.',
    answer: 'Vienna',
    source: { key: 'a.md', sentence: 'The first train came from Vienna on a cold morning.' },
  });
  expect((await run('--list')).out).toContain('____出生于碎叶，后来住在长安城里。  → 李白');
});

test('a question is shown without its answer; what is said is graded, with the sentence, and kept for its learner', async () => {
  const { json } = await run('--list', '--json');
  const { id } = json[2];
  const wrong = await run('--answer', 'Berlin', '--id', String(id), '--learner', '小李');
  expect(wrong.out).toMatch(/^No: it is "Vienna"\.\n {2}The first train came/);
  const right = await inkstone(['tutor', 'a.md', '--answer', 'vienna', '--id', String(id)], {
    cwd,
    lang: 'zh',
  });
  expect(right.out).toContain('正确。');
  const kept = (name: string) =>
    JSON.parse(readFileSync(join(cwd, `.inkstone/tutor/${name}.json`), 'utf8')).learner;
  expect(kept('小李').rating).toBeLessThan(0);
  expect(kept('me').rating).toBeGreaterThan(0);
  // The learner who knew it is asked for something else.
  for (let i = 0; i < 2; i++) {
    const next = (await run('--next', '--json')).json[0];
    expect(next.id).not.toBe(id);
    expect(next).not.toHaveProperty('answer');
  }
});

test('a text is read once: its questions are kept, and made again where they are broken or the text changed', async () => {
  await run('--list');
  const folder = join(cwd, '.inkstone/tutor/lessons');
  const [name] = readdirSync(folder);
  const kept = readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, name), kept.replaceAll('Vienna', 'Wien'));
  expect((await run('--list')).out).toContain('→ Wien');
  writeFileSync(join(folder, name), '{');
  expect((await run('--list')).out).toContain('→ Vienna');
  expect(readFileSync(join(folder, name), 'utf8')).toBe(kept);
  writeFileSync(join(cwd, 'b.md'), readFileSync(join(cwd, 'a.md'), 'utf8').replaceAll('Vienna', 'Munich'));
  expect((await inkstone(['tutor', 'b.md', '--list'], { cwd })).out).toContain('→ Munich');
  expect(readdirSync(folder)).toHaveLength(2);
});

test('a choice is answered by its number, wide too, whatever the seed of the question was', async () => {
  const listed = (await run('--list', '--json')).json as { id: string; answer: string }[];
  const [next] = (await run('--next', '--seed', '5', '--json', '--learner', 'seed')).json as [
    { id: string; choices: string[] },
  ];
  const { answer } = listed.find(({ id }) => id === next.id)!;
  expect(next.choices).toHaveLength(4);
  const number = next.choices.indexOf(answer) + 1;
  for (const [learner, said] of [
    ['digit', String(number)],
    ['wide', String.fromCodePoint(0xff10 + number)],
  ]) {
    const { json } = await run('--answer', said, '--id', next.id, '--json', '--learner', learner);
    expect(json.at(-1)).toMatchObject({ reason: 'exact', answer });
  }
});

test.each([
  [['--answer', 'x'], /--id/],
  [['--id', 'x'], /--answer/],
  [['--answer', 'x', '--id', 'none'], /no question "none"/],
  [['--list', '--next'], /--list.*--next/],
  [['--next', '--learner', '../x'], /--learner must be/],
  [[], /--next/],
])('refused: %s', async (argv, rule) => {
  expect(await run(...argv)).toMatchObject({ status: 2, err: expect.stringMatching(rule) });
});

test('a file of a learner that is broken is named and left alone; a text without sentences is told', async () => {
  writeFileSync(join(cwd, '.inkstone/tutor/broken.json'), '{');
  const { status, err } = await run('--next', '--learner', 'broken');
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('broken.json') });
  writeFileSync(join(cwd, 'none.txt'), 'Hm.');
  expect((await inkstone(['tutor', 'none.txt', '--list'], { cwd })).err).toContain(
    'none.txt must hold sentences',
  );
});
