/** `inkstone card` and `sign` from end to end, and the gate of `export` and `serve`. */

import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isSignOffRequired } from '../src/cli/sign-offs.ts';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const read = (path: string) => readFileSync(join(cwd, path), 'utf8');
const configOf = (folder: string) => JSON.parse(read(`${folder}/config.json`));

beforeAll(async () => {
  writeTexts(cwd);
  await run('train', '--data', 'en.txt', ...tiny, '--steps', '3', '--out', 'run', '--json');
});

describe('a model card', () => {
  test('says what the run knows, names what a person must fill in, and keeps what was said', async () => {
    const first = await run('card', 'run', '--author', 'A. Person', '--license', 'MIT', '--json');
    expect(first.json.at(-1)).toMatchObject({ type: 'card', out: join('run', 'README.md') });
    const { data, tokenizer } = configOf('run');
    const text = read('run/README.md');
    for (const known of [data.sha256, tokenizer.fingerprint, 'en.txt', 'A. Person', ' kWh '])
      expect(text).toContain(known);
    expect(text).toMatch(/held-out loss, nats\/token\*\*: \d\.\d{4}/);
    expect(text).toContain('⚠ TO BE FILLED IN (`--intended-use`)');
    expect(HAN.test(text)).toBe(false);
    expect(text).not.toContain('---\n');
    const empty = first.json.at(-1)!.empty as string[];
    expect(empty).toContain('intendedUse');

    const again = await run('card', 'run', '--intended-use', 'tests', '--json');
    expect(again.json.at(-1)!.empty).toEqual(empty.filter((name) => name !== 'intendedUse'));
    expect(read('run/README.md')).toContain('A. Person');
  });

  test('is written in Chinese as well', async () => {
    const { status, out } = await inkstone(['card', 'run', '--out', 'zh.md'], { cwd, lang: 'zh' });
    expect(status).toBe(0);
    expect(out).toContain('须由人填写：--contact');
    expect(read('zh.md')).toMatch(/^# 模型说明卡：run\n/);
    expect(read('zh.md')).toContain('待填写');
  });

  test('goes along with what is exported, with the lines that Hugging Face reads', async () => {
    const { json } = await run('export', 'run', '--format', 'hf', '--out', 'run-hf', '--json');
    expect(json.at(-1)).toMatchObject({ card: join('run-hf', 'README.md') });
    expect(read('run-hf/README.md')).toMatch(
      /^---\nlibrary_name: transformers\nlicense: MIT\npipeline_tag: text-generation\ntags:\n {2}- inkstone\n---\n/,
    );
  });

  test('says of a report of the lab that is there, and of none where somebody broke it', async () => {
    cpSync(join(cwd, 'run'), join(cwd, 'lab'), { recursive: true });
    const lab = {
      data: 'poems',
      repeats: true,
      settings: { prompts: 4, tokens: 32 },
      columns: [{ title: { en: 'loops', zh: '循环' } }],
      rows: [{ name: 'greedy', cells: ['75 %'] }],
    };
    for (const [report, words] of [
      [lab, '| greedy | 75 % |'],
      [{}, 'Its repetition was not measured'],
      [{ ...lab, rows: [{}] }, 'Its repetition was not measured'],
    ] as const) {
      writeFileSync(join(cwd, 'lab/lab.json'), JSON.stringify(report));
      expect((await run('card', 'lab')).err).toBe('');
      expect(read('lab/README.md')).toContain(words);
    }
  });

  test('tells of fields that somebody broke', async () => {
    cpSync(join(cwd, 'run'), join(cwd, 'broken'), { recursive: true });
    for (const text of ['{"author', '{"author": 1}', '{"title": "x"}', '[]']) {
      writeFileSync(join(cwd, 'broken/card.json'), text);
      const { status, err } = await run('card', 'broken');
      expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('fields of a card') });
    }
  });

  test.each([
    [['card'], '<run> is missing'],
    [['card', 'run', '--data', 'en.txt'], 'cannot come together'],
    [['card', '.'], 'is not a run folder'],
    [['card', 'run', '--consent', 'yes'], 'it belongs to a data sheet'],
    [['card', '--data', 'en.txt', '--risks', 'none'], 'it belongs to the card of a model'],
  ])('bad input: %j', async (argv, sentence) => {
    const { status, err } = await run(...argv);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(sentence) });
  });
});

test('a data sheet has the hash that a run on it has, and what was found in it', async () => {
  const { json } = await run('card', '--data', 'en.txt', '--consent', 'all asked', '--json');
  const text = read(String(json.at(-1)!.out));
  expect(text).toContain(configOf('run').data.sha256);
  expect(text).toContain('all asked');
  expect(json.at(-1)!.empty).toContain('dataLicense');
  await inkstone(['card', '--data', 'zh.jsonl', '--out', 'sheet.md'], { cwd, lang: 'zh' });
  expect(read('sheet.md')).toMatch(/^# 数据说明书：/);
});

describe('a signature', () => {
  beforeAll(() => run('card', 'run'));
  const approve = (path: string) => run('sign', path, '--name', 'Li', '--statement', 'read it', '--json');
  const give = (path: string) => run('export', path, '--require-sign-off', '--out', 'given.gguf', '--json');
  const refusal = (sentence: string) => ({ status: 2, err: expect.stringContaining(sentence) });

  test('is asked for by export and serve; holds for exactly what was signed; a changed history is noticed', async () => {
    cpSync(join(cwd, 'run'), join(cwd, 'signed'), { recursive: true });
    expect(await give('signed')).toMatchObject(refusal('nobody has approved signed'));
    const served = await inkstone(['serve', 'signed', '--port', '0', '--no-state'], {
      cwd,
      lang: 'zh',
      env: { INKSTONE_REQUIRE_SIGN_OFF: '1' },
    });
    expect(served).toMatchObject(refusal('签署：无人批准 signed'));

    const first = await approve('signed');
    const { files } = first.json[0] as unknown as { files: Record<string, string> };
    expect(Object.keys(files).sort()).toEqual([
      'README.md',
      expect.stringMatching(/^checkpoints\/step-0*3\/weights.safetensors$/),
      'config.json',
      'tokenizer.json',
    ]);
    const given = await give('signed');
    expect(given).toMatchObject({ status: 0 });
    expect(given.json.at(-1)).toMatchObject({ signed: { name: 'Li' } });

    const card = read('signed/README.md');
    appendFileSync(join(cwd, 'signed/README.md'), 'more\n');
    expect(await give('signed')).toMatchObject(refusal('(README.md)'));
    await approve('signed');
    expect((await give('signed')).status).toBe(0);
    // What was approved once may be gone back to.
    writeFileSync(join(cwd, 'signed/README.md'), card);
    expect((await give('signed')).status).toBe(0);

    const history = read('signed/sign-offs.jsonl');
    expect(history.trim().split('\n')).toHaveLength(2);
    for (const [forged, line] of [
      [history.replace('"read it"', '"loved it"'), 1],
      [history.split('\n').slice(1).join('\n'), 1],
      [history.replace(/(.*\n.*)"Li"/, '$1"Du"'), 2],
    ] as const) {
      writeFileSync(join(cwd, 'signed/sign-offs.jsonl'), forged);
      expect(await give('signed')).toMatchObject(refusal(`line ${line} is not what was written`));
      expect(await approve('signed')).toMatchObject(refusal(`line ${line} is not what was written`));
    }
  });

  test('of an exported file is of the file and its card', async () => {
    await run('export', 'run', '--out', 'poems.gguf', '--json');
    expect((await approve('poems.gguf')).status).toBe(0);
    expect((await run('export', 'poems.gguf', '--require-sign-off', '--out', 'two.gguf')).status).toBe(0);
    appendFileSync(join(cwd, 'poems.README.md'), 'x');
    expect(await run('export', 'poems.gguf', '--require-sign-off', '--out', 'two.gguf')).toMatchObject(
      refusal('(poems.README.md)'),
    );
  });

  test('needs a card, a name and words', async () => {
    cpSync(join(cwd, 'run'), join(cwd, 'bare'), { recursive: true });
    rmSync(join(cwd, 'bare/README.md'));
    expect(await approve('bare')).toMatchObject(refusal('write it (for a run: inkstone card bare)'));
    expect(await run('sign', 'run', '--name', 'Li')).toMatchObject(refusal('--statement needs a value'));
    for (const path of ['nowhere', 'en.txt', '.'])
      expect(await approve(path)).toMatchObject(refusal('no model is there'));
    expect(isSignOffRequired(false, { INKSTONE_REQUIRE_SIGN_OFF: 'true' })).toBe(true);
    expect(isSignOffRequired(undefined, {})).toBe(false);
  });

  test('nothing that lies elsewhere is served where signatures are asked for', async () => {
    const remote = ['--remote', 'far=http://localhost:1/v1#m'];
    expect(await run('serve', ...remote, '--require-sign-off', '--no-state')).toMatchObject(
      refusal('nobody can sign what lies elsewhere'),
    );
  });
});
