/** `/v1/tutor`: a lesson out of a text, graded answers, each learner and each tenant apart, under the rules. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { serveTutor } from '../src/cli/served-tutor.ts';
import { createApp } from '../src/serve/app.ts';
import type { Rule, State } from '../src/store/index.ts';
import { scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const folder = join(cwd, 'tutor');
const rule = { id: 'r', name: 'r', kind: 'literal', stage: 'after', pattern: 'Vienna', isOn: true };
const state = {
  isNew: async () => false,
  keys: {
    any: async () => true,
    find: async (tenant: string) => ({
      ...{ id: tenant, tenant, isAdmin: false },
      ...{ requestsPerMinute: null, tokensPerDay: null, concurrent: 4 },
    }),
    use: async () => 0,
  },
  rules: {
    list: async (tenant: string) =>
      tenant === 'ruled' ? [{ ...rule, action: 'rewrite', replacement: '***' } as Rule] : [],
  },
} as unknown as State;
let app: ReturnType<typeof createApp>;
beforeAll(() => {
  const recorder = { use() {}, audit() {}, review() {}, flush: async () => {} };
  app = createApp({ models: [], state, recorder, tutor: serveTutor(folder) });
});

const text = [
  'The old library of the town was built by Anna Weber in 1907.',
  'A river flows from Prague through the hills to Dresden.',
  'The first train came from Vienna on a cold morning.',
  '李白出生于碎叶，后来住在长安城里。',
].join('\n\n');

async function ask(body: object, { tenant = 'a', to = app } = {}) {
  const response = await to.request('http://localhost/v1/tutor', {
    method: 'POST',
    headers: { host: 'localhost', authorization: `Bearer ${tenant}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  return { status: response.status, answer: (await response.json()) as any };
}

async function look(tenant: string) {
  const headers = { host: 'localhost', authorization: `Bearer ${tenant}` };
  const response = await app.request('http://localhost/v1/tutor', { headers });
  return (await response.json()) as { lessons: readonly unknown[]; learners: readonly string[] };
}

test('a lesson begins with a text and goes on by its name; the level follows the answers', async () => {
  const begun = (await ask({ text })).answer;
  expect(begun).toMatchObject({
    ...{ object: 'tutor.turn', learner: 'me', questions: 4, known: 0, level: 2, grade: null },
    next: { text: expect.stringContaining('____'), choices: { length: 4 } },
  });
  expect(begun.next).not.toHaveProperty('answer');
  const { lesson } = begun;
  let { next } = begun;
  const levels: number[] = [];
  // Wrong once, then right until all is known: what is right is told by the grade of what was wrong.
  for (let i = 0; next && i < 20; i++) {
    const wrong = (await ask({ lesson, learner: 'scout', question: next.id, answer: 'Xyzzy' })).answer.grade;
    expect(wrong).toMatchObject({ score: 0, reason: 'wrong', question: next.id });
    expect(wrong.sentence).toContain(wrong.answer);
    const right = (await ask({ lesson, question: next.id, answer: wrong.answer })).answer;
    expect(right.grade).toMatchObject({ score: 1, reason: 'exact' });
    levels.push(right.level);
    next = right.next;
  }
  expect(levels).toHaveLength(4);
  expect(levels.at(-1)).toBeGreaterThan(2);
  expect((await ask({ lesson, learner: 'scout' })).answer.level).toBeLessThan(2);
  expect((await ask({ lesson })).answer).toMatchObject({ known: 4, answers: 4, next: null });
  // The same text is the same lesson, read once.
  expect((await ask({ text })).answer.lesson).toBe(lesson);
});

test('tenants see nothing of each other; lessons and learners are told', async () => {
  const { lesson } = (await ask({ text, learner: '小李' }, { tenant: 'c' })).answer;
  expect((await ask({ lesson }, { tenant: 'b' })).status).toBe(404);
  const [{ id }] = [(await ask({ lesson, learner: '小李' }, { tenant: 'c' })).answer.next];
  await ask({ lesson, learner: '小李', question: id, answer: '' }, { tenant: 'c' });
  expect(await look('c')).toMatchObject({
    lessons: [{ id: lesson, title: 'The old library of the town was built by Anna Weber in 1907.' }],
    learners: ['小李'],
  });
  expect(await look('b')).toMatchObject({ lessons: [], learners: [] });
  expect(readdirSync(folder)).toEqual(['tenants']);
});

test('rules hold for questions, choices, answers and sentences', async () => {
  const { answer } = await ask({ text }, { tenant: 'ruled' });
  const { lesson } = answer;
  const said: string[] = [JSON.stringify(answer)];
  for (let { next } = answer; next; ) {
    const turn = (await ask({ lesson, question: next.id, answer: '?' }, { tenant: 'ruled' })).answer;
    said.push(JSON.stringify(turn));
    if (said.length > 6) break;
    next = turn.next;
  }
  expect(said.join()).toContain('***');
  expect(said.join()).not.toContain('Vienna');
  await ask({ text: 'The first train came from Vienna on a cold morning.' }, { tenant: 'ruled' });
  expect((await look('ruled')).lessons).toContainEqual(
    expect.objectContaining({ title: 'The first train came from *** on a cold morning.' }),
  );
});

test.each<[string, object, number, RegExp]>([
  ['no text and no lesson', {}, 400, /^text: .*lesson/],
  ['both', { text, lesson: '0'.repeat(32) }, 400, /^text: .*lesson/],
  ['an answer to nothing', { text, answer: 'x' }, 400, /^question: /],
  ['a question of another text', { text, question: 'none', answer: 'x' }, 404, /question/],
  ['a text without sentences', { text: 'Hm.' }, 400, /must hold sentences/],
  ['a text that is too long', { text: 'a'.repeat(100_001) }, 400, /^text: /],
  ['a name that leaves its folder', { text, learner: '../x' }, 400, /^learner: /],
  ['a lesson that is gone', { lesson: 'f'.repeat(32) }, 404, /begin it from its text/],
])('refused: %s', async (_, body, status, rule) => {
  const refused = await ask(body);
  expect([refused.status, refused.answer.error.message]).toEqual([status, expect.stringMatching(rule)]);
});

test('without a tutor the server says so', async () => {
  expect((await ask({ text }, { to: createApp({ models: [] }) })).status).toBe(404);
});
