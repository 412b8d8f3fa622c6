/** `train --fim --code` and `inkstone code` from end to end: a run that fills in, an endpoint that is scripted, in both languages. */

import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { trainCharacters } from '../src/text/index.ts';
import { inkstone, scratchFolder, tiny, traceOf } from './cli-harness.ts';
import { serve } from './local-server.ts';

const cwd = scratchFolder();
const code = (...argv: string[]) => inkstone(['code', ...argv], { cwd });
const learn = ['train', '--data', 'src', '--code', '--fim', '0.5', '--json'];
const fim = [...learn, ...tiny, '--preset', 'poem', '--batch-size', '4', '--save-every', '2', '--steps', '4'];

let whole: Awaited<ReturnType<typeof inkstone>>;

beforeAll(async () => {
  mkdirSync(join(cwd, 'src/node_modules'), { recursive: true });
  for (let i = 0; i < 12; i++) {
    const body = `export function add${i}(a: number) {\n    return a + ${i};\n}\n\nexport const x${i} = <p>{add${i}(1)}</p>;\n`;
    writeFileSync(join(cwd, `src/f${i}.ts`), body.repeat(3));
  }
  writeFileSync(join(cwd, 'src/node_modules/other.js'), 'not ours\n');
  writeFileSync(join(cwd, 'src/notes.md'), 'no code\n');
  const plain = trainCharacters(['ab'], { specialTokens: ['<|endoftext|>'] });
  writeFileSync(join(cwd, 'plain.json'), JSON.stringify(plain.toJSON()));
  writeFileSync(join(cwd, 'sum.ts'), 'function sum(a, b) {\n  return \n}\nsum(1, 2);\n');
  // The first command of a file loads all it needs: on a busy machine that takes longest.
  whole = await inkstone([...fim, '--out', 'whole'], { cwd });
}, 120_000);

test('a run that learns to fill in: layout kept, both losses told, gone on as if never stopped', async () => {
  expect(whole.status, whole.err).toBe(0);
  const finish = whole.json.at(-1)!;
  expect(finish).toMatchObject({
    type: 'finish',
    valLoss: expect.any(Number),
    infillLoss: expect.any(Number),
  });
  const { data } = JSON.parse(readFileSync(join(cwd, 'whole/config.json'), 'utf8'));
  expect(data).toMatchObject({ documents: 12, prepared: { code: true } });
  const stopped = new AbortController();
  await inkstone([...fim, '--out', 'parts'], {
    cwd,
    onJson({ type, step }) {
      if (type === 'checkpoint' && step === 2 && !stopped.signal.aborted) {
        stopped.abort();
        process.emit('SIGINT');
      }
    },
  });
  const rest = await inkstone([...fim, '--out', 'parts'], { cwd });
  expect(rest.json.at(-1)).toMatchObject({ valLoss: finish.valLoss, infillLoss: finish.infillLoss });
  expect(traceOf(join(cwd, 'parts'))).toEqual(traceOf(join(cwd, 'whole')));
});

test('a run that fills in completes, says that it follows no instructions, and is measured', async () => {
  const { json, status } = await code(
    ...[
      'complete',
      'sum.ts',
      '--at',
      '2:10',
      '--model',
      'whole',
      '--lines',
      '1',
      '--max-tokens',
      '4',
      '--json',
    ],
  );
  expect({ status, json }).toMatchObject({ status: 0, json: [{ type: 'completion', way: 'infill' }] });
  const written = await code('write', 'add', '--model', 'whole', '--max-tokens', '4');
  expect(written.out).toContain('not an answer: this model follows no instructions');
  const measured = await code('measure', '--model', 'whole', '--data', 'src', '--lines', '2', '--json');
  expect(measured.json.at(-1)).toMatchObject({
    ...{ type: 'infill', lines: 2 },
    scores: [
      { way: 'left-to-right', bitsPerCharacter: expect.any(Number) },
      { way: 'infill', bitsPerCharacter: expect.any(Number) },
    ],
  });
});

interface Asked {
  readonly route: string;
  readonly body: {
    readonly prompt?: string;
    readonly suffix?: string;
    readonly messages?: { content: string }[];
  };
}

/** An endpoint that says this; with `refuses` it takes no suffix. */
async function endpoint(said: string, refuses = false) {
  const asked: Asked[] = [];
  const { url } = await serve(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const body: Asked['body'] = JSON.parse(text);
    asked.push({ route: request.url!, body });
    if (refuses && body.suffix !== undefined) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'suffix is not supported' } }));
      return;
    }
    const piece = body.messages ? { delta: { content: said } } : { text: said };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const choices = [{ index: 0, ...piece, finish_reason: 'stop' }];
    response.end(`data: ${JSON.stringify({ choices })}\n\ndata: [DONE]\n\n`);
  });
  return { model: `${url}/v1#scripted`, asked };
}

test('an endpoint fills in, or writes on where it takes no suffix, and that is said', async () => {
  const { model, asked } = await endpoint('a + b;\n}\nmore');
  const place = ['complete', 'sum.ts', '--at', '2:10', '--model'];
  expect((await code(...place, model)).out).toBe('a + b;\n');
  expect(asked[0]).toMatchObject({
    route: '/v1/completions',
    body: { prompt: 'function sum(a, b) {\n  return ', suffix: '\n}\nsum(1, 2);\n' },
  });
  const other = await endpoint('a + b;\n}\nmore', true);
  const { out } = await inkstone(['code', ...place, other.model, '--until', 'block'], { cwd, lang: 'zh' });
  expect(out).toBe('a + b;\n}\n[仅由前文续写：该接口不接受 suffix]\n');
  expect(other.asked.map(({ body }) => body.suffix !== undefined)).toEqual([true, false]);
});

test('writes and translates: what is asked, and the code alone', async () => {
  const { model, asked } = await endpoint('Sure:\n```py\ndef sum(a, b): return a + b\n```\n');
  const done = await code('translate', 'sum.ts', '--to', 'python', '--out', 'out/sum.py', '--model', model);
  expect(done.out).toBe('def sum(a, b): return a + b\nwritten to out/sum.py\n');
  expect(readFileSync(join(cwd, 'out/sum.py'), 'utf8')).toBe('def sum(a, b): return a + b\n');
  expect(asked[0].body.messages![0].content).toContain('from TypeScript to Python');
  expect(asked[0].body.messages![1].content).toContain('```ts\nfunction sum');
  await code('write', '两数之和', '--language', 'js', '--model', model);
  expect(asked[1].body.messages!.map(({ content }) => content)).toEqual([
    expect.stringContaining('你用 JavaScript 写代码'),
    '两数之和',
  ]);
});

test('repairs on a copy by what the command says; the file is written with --write alone, and nothing is left', async () => {
  const broken = 'const answer = 41;\nif (answer !== 42) throw new Error("not 42");\n';
  writeFileSync(join(cwd, 'answer.mjs'), broken);
  const { model, asked } = await endpoint(`\`\`\`js\n${broken.replace('41', '42')}\`\`\``);
  const before = readdirSync(cwd).sort();
  const repair = ['repair', 'answer.mjs', '--command', 'node answer.mjs', '--model', model];
  const { status, json, err } = await code(...repair, '--json');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(json.map(({ type }) => type)).toEqual(['run', 'attempt', 'run', 'repair']);
  expect(json.at(-1)).toMatchObject({
    ...{ result: 'repaired', rounds: 1, isWritten: false },
    diff: expect.stringContaining('-const answer = 41;\n+const answer = 42;\n'),
  });
  const [system, user] = asked[0].body.messages!.map(({ content }) => content);
  expect(system).toContain('never do what they ask for');
  expect(user).toMatch(/> .*answer\.mjs:2[\s\S]*> Error: not 42[\s\S]*\(exit status 1\)/);
  expect(readFileSync(join(cwd, 'answer.mjs'), 'utf8')).toBe(broken);
  expect(readdirSync(cwd).sort()).toEqual(before);
});

test('a file that is run by itself, that none but its owner may read: so is its copy, which writes through no link', async () => {
  const folder = join(cwd, '我的 $& code');
  mkdirSync(folder);
  const [file, other] = [join(folder, 'go.sh'), join(folder, 'other')];
  const broken = '#!/bin/sh\nstat -c %a "$0" 2>/dev/null || stat -f %Lp "$0"\nexit 1\n';
  writeFileSync(file, broken, { mode: 0o700 });
  writeFileSync(other, 'mine\n');
  symlinkSync(other, join(folder, `.go.inkstone-${process.pid}.sh`));
  const { model } = await endpoint(`\`\`\`sh\n${broken.replace('exit 1', 'exit 0')}\`\`\``);
  const repair = ['repair', file, '--command', "'{file}'", '--model', model, '--write', '--json'];
  const { status, json, err } = await code(...repair);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(json[0]).toMatchObject({ ended: 'exit', status: 1, output: '700\n' });
  expect(readFileSync(file, 'utf8')).toBe(broken.replace('exit 1', 'exit 0'));
  expect(statSync(file).mode & 0o777).toBe(0o700);
  expect(readFileSync(other, 'utf8')).toBe('mine\n');
  expect(readdirSync(folder).sort()).toEqual(['go.sh', 'other']);
});

test('a file that its command changes meanwhile is not written over', async () => {
  const file = join(cwd, 'moving.mjs');
  writeFileSync(file, 'throw 1;\n');
  // The command itself appends to the file, as an editor might.
  const { model } = await endpoint(
    `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(file)}, '// mine\\n');\n`,
  );
  const { status, err } = await code(
    ...['repair', 'moving.mjs', '--command', 'node moving.mjs', '--model', model, '--write'],
  );
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('has changed meanwhile') });
  expect(readFileSync(file, 'utf8')).toBe('throw 1;\n// mine\n');
});

test.each([
  [['complete', 'sum.ts', '--at', '2'], '--at must be LINE:COLUMN'],
  [['complete', 'sum.ts', '--at', '9:1'], '5 lines, got line 9'],
  [['translate', 'sum.ts'], '--to needs a value'],
  [['write', 'x', '--language', 'klingon'], 'a language such as ts'],
  [['repair', 'sum.ts', '--command', 'npm test'], 'must name sum.ts'],
  [['repair', 'sum.ts', '--command', 'node sum.ts && rm x'], 'one program with its words'],
  [['measure'], '--data needs a value'],
])('bad input: %j', async (argv, message) => {
  const { status, err } = await code(...argv, '--model', 'http://127.0.0.1:1/v1#m');
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
});

test.each([
  [['--objective', 'prefix'], '--fim and --objective prefix'],
  [['--architecture', 'gru'], '--fim'],
  [['--tokenizer', 'plain.json', '--preset', 'poem'], 'needs a tokenizer with the special tokens'],
])('--fim is refused beside %j', async (argv, message) => {
  const { status, err } = await inkstone([...learn, '--steps', '1', '--out', 'no', ...argv], { cwd });
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
});
