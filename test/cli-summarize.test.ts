/** `inkstone summarize` from end to end: quoted sentences, a scripted endpoint, broken off and gone on; in both languages. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inkstone, scratchFolder } from './cli-harness.ts';
import { serve } from './local-server.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(['summarize', ...argv], { cwd });
const days = (count: number) =>
  Array.from({ length: count }, (_, i) => `On day ${i} the whale swam north past island ${i} and sang.`);
writeFileSync(join(cwd, 'novel.txt'), `${days(60).join('\n\n')}\n`);
writeFileSync(
  join(cwd, '园林.txt'),
  '江南园林以苏州园林最为著名，园中有水有石。昨天下午隔壁的修车铺子里来了三位陌生客人。苏州园林讲究水石花木，是江南园林的代表。苏州的园林多建于明清两代，园中花木四季常青。\n',
);

/** An endpoint that says this, and fails at the call `failsAt`. */
async function endpoint(failsAt = Number.POSITIVE_INFINITY) {
  const prompts: string[] = [];
  const { url } = await serve(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    prompts.push(JSON.parse(body).messages[1].content);
    if (prompts.length === failsAt) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'broken off' } }));
      return;
    }
    const [first] = prompts.at(-1)!.match(/day \d+/) ?? ['the end'];
    const choices = [{ index: 0, delta: { content: `It swam from ${first}.` }, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify({ choices })}\n\ndata: [DONE]\n\n`);
  });
  return { model: `${url}/v1#scripted`, prompts };
}

test('sentences of the text, in both languages, with their source for machines', async () => {
  const { status, out, err } = await run('novel.txt', '--sentences', '2');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out.trim().split('\n')).toHaveLength(2);
  for (const line of out.trim().split('\n')) expect(days(60)).toContain(line);
  const { json } = await run('园林.txt', 'novel.txt', '--question', '谁来了铺子？', '--json');
  expect(json.at(-1)).toMatchObject({
    ...{ type: 'summary', method: 'extract', lang: 'zh' },
    sentences: [{ source: '园林.txt', text: expect.stringContaining('修车铺子') }],
  });
  const nothing = await inkstone(['summarize', '园林.txt', '--question', 'elections'], { cwd, lang: 'zh' });
  expect(nothing.out).toMatch(/^没有可概括的内容/);
});

test('a model sums up part by part; broken off, the same command goes on, another is told apart', async () => {
  const { model, prompts } = await endpoint(4);
  const asked = [
    'novel.txt',
    '--model',
    model,
    '--max-tokens',
    '50',
    '--context-tokens',
    '500',
    '--out',
    's.txt',
  ];
  expect((await run(...asked)).status).toBe(2);
  const work = join(cwd, 's.txt.work.json');
  const { texts } = JSON.parse(readFileSync(work, 'utf8'));
  expect(texts).toHaveLength(3);
  const other = await run(...asked, '--method', 'refine');
  expect(other).toMatchObject({
    status: 2,
    err: expect.stringMatching(/another summary \(method: "map-reduce" → "refine"\)/),
  });
  const before = prompts.length;
  const { status, out } = await run(...asked);
  expect({ status, out }).toEqual({
    status: 0,
    out: expect.stringMatching(
      /^going on with s\.txt\.work\.json: 3 parts.*\nIt swam from day 0\.\nwritten to s\.txt\n$/,
    ),
  });
  expect(readFileSync(join(cwd, 's.txt'), 'utf8')).toBe('It swam from day 0.\n');
  expect(prompts[before]).toBe(prompts[3]);
  expect(existsSync(work)).toBe(false);
  writeFileSync(work, '{}');
  expect((await run(...asked)).err).toContain('holds no parts');
});

test('options that would do nothing are refused', async () => {
  for (const more of [
    ['--method', 'refine'],
    ['--max-tokens', '9'],
    ['--method', 'extract', '--model', 'runs/x'],
  ]) {
    expect((await run('novel.txt', ...more)).status).toBe(2);
  }
});
