import { afterEach, expect, test } from 'vitest';
import { createSandbox, type Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
afterEach(() => sandbox.close());

const render = (template: string, content = 'a') =>
  sandbox.run('render', {
    source: { template, tokens: {} },
    specialTokens: ['<|end|>'],
    chat: { messages: [{ role: 'user', content }] },
  });
const easy = "{{ messages[0].content + '<|end|>' }}";

test('renders, one after another in one process', async () => {
  sandbox = createSandbox({ timeoutMs: 2500 });
  const all = await Promise.all(['a', 'b', 'c'].map((content) => render(easy, content)));
  expect(all).toEqual(['a', 'b', 'c'].map((content) => [content, { special: '<|end|>' }]));
  const { pid } = sandbox;
  await render(easy);
  expect(sandbox.pid).toBe(pid);
});

const nested = (depth: number) =>
  `${'{% for a in range(99999) %}'.repeat(depth)}x${'{% endfor %}'.repeat(depth)}`;
const doubling = `{% set s = namespace(t='xxxxxxxx') %}{% for i in range(60) %}{% set s.t = s.t + s.t %}{% endfor %}{{ s.t }}`;

test.each([
  ['nested loops', nested(4)],
  ['strings that double', doubling],
  [
    'lists that double',
    '{% set s = namespace(t=[1]) %}{% for i in range(60) %}{% set s.t = s.t + s.t %}{% endfor %}{{ s.t }}',
  ],
])('%s: refused, and the next is served', async (_name, template) => {
  sandbox = createSandbox({ timeoutMs: 2500 });
  await render(easy);
  await expect(render(template)).rejects.toMatchObject({
    code: expect.stringMatching(/^(serve\/too-costly|text\/template)$/),
  });
  expect(await render(easy)).toHaveLength(2);
});

test('an error of the template is the template’s', async () => {
  sandbox = createSandbox({ timeoutMs: 2500 });
  await expect(render("{{ raise_exception('roles must alternate') }}")).rejects.toMatchObject({
    code: 'text/template',
    message: expect.stringContaining('roles must alternate'),
  });
});

test('one that does not start, or is closed, leaves nobody waiting', async () => {
  sandbox = createSandbox({ timeoutMs: 2500 });
  const waiting = render(easy);
  sandbox.close();
  await expect(waiting).rejects.toMatchObject({ code: 'serve/engine-down' });
});

test('so many may wait, and no more', async () => {
  sandbox = createSandbox({ timeoutMs: 2500 });
  const all = await Promise.allSettled(Array.from({ length: 65 }, () => render(easy)));
  expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(all[64]).toMatchObject({ reason: { code: 'serve/busy' } });
});
