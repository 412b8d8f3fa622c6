/** `inkstone tune prompt | p-tuning | prefix | p-tuning-v2 | bottleneck | compare` from end to end on a tiny run. */

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/io/index.ts';
import { readRun } from '../src/train/index.ts';
import {
  englishText,
  HAN,
  inkstone,
  listing,
  scratchFolder,
  tiny,
  traceOf,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const at = (...path: string[]) => join(cwd, ...path);
const short = ['--data', 'new.jsonl', '--steps', '4', '--save-every', '2'];
const few = ['--virtual-tokens', '4'];

beforeAll(async () => {
  writeTexts(cwd);
  const records = englishText(120, 9)
    .split('\n')
    .map((text) => JSON.stringify({ text }));
  writeFileSync(at('new.jsonl'), `${records.join('\n')}\n`);
  await run('train', '--data', 'en.txt', ...tiny, '--steps', '20', '--lr', '0.01', '--out', 'base');
}, 180_000);

async function written(...argv: string[]): Promise<string> {
  const greedy = ['--prompt', 'the', '--strategy', 'greedy', '--max-tokens', '40', '--json'];
  const { status, err, json } = await run('generate', ...argv, ...greedy);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return json.at(-1)!.text as string;
}

const configOf = (folder: string) =>
  JSON.parse(readFileSync(at(folder, 'adapter_config.json'), 'utf8')) as { readonly [key: string]: unknown };

describe('what is trained beside the run', () => {
  const befores: unknown[] = [];

  test.each([
    ['prompt', [...few, '--start-text', 'the sea'], 'PROMPT_TUNING', [4, 16]],
    ['p-tuning', [...few, '--encoder', 'mlp', '--inner-size', '3'], 'P_TUNING', [4, 16]],
    ['prefix', [...few, '--inner-size', '3'], 'PREFIX_TUNING', [4, 32]],
    ['p-tuning-v2', few, 'PREFIX_TUNING', [4, 32]],
  ])('%s stays out of it, learns, and is kept as PEFT keeps it', async (method, own, type, shape) => {
    const before = listing(at('base'));
    const { status, err, json } = await run(
      'tune',
      method,
      'base',
      ...short,
      ...own,
      '--json',
      '--out',
      method,
    );
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(listing(at('base'))).toEqual(before);
    const tuned = json.at(-1) as unknown as {
      before: { new: number };
      after: { new: number };
      bytes: number;
    };
    expect(tuned).toMatchObject({ type: 'tuned', method, out: method });
    expect(tuned.after.new).not.toBe(tuned.before.new);
    // The run itself, in rows as long, and not what is still to be learned.
    befores.push(tuned.before);
    expect(tuned.before).toEqual(befores[0]);
    expect(configOf(method)).toMatchObject({ peft_type: type, num_virtual_tokens: 4 });
    const { tensors } = await readSafetensors(at(method, 'adapter_model.safetensors'));
    expect([...tensors].map(([name, tensor]) => [name, tensor.shape])).toEqual([
      ['prompt_embeddings', shape],
    ]);
    await written('base', '--adapter', method);
  });

  test('the losses before are those of the run itself, and a new adapter that changes nothing has the same', async () => {
    const still = ['--data', 'new.jsonl', '--steps', '1', '--lr', '1e-12', '--json'];
    const { json } = await run('tune', 'bottleneck', 'base', ...still, '--inner-size', '3', '--out', 'still');
    const { before, after, trained } = json.at(-1) as unknown as {
      before: object;
      after: object;
      trained: number;
    };
    expect(after).toEqual(before);
    // Behind attention and feed-forward part of each of its layers: 16 → 3 → 16 with biases.
    const { config } = await readRun(at('base'));
    const { layers } = (config as { model: { layers: number } }).model;
    expect(trained).toBe(layers * 2 * (16 * 3 + 3 + 3 * 16 + 16));
    expect(await written('base', '--adapter', 'still')).toBe(await written('base'));
  });

  test('a network that is no part of the file is in the run: training goes on to the same numbers', async () => {
    const argv = ['tune', 'p-tuning', 'base', ...short, ...few, '--inner-size', '3'];
    await run(...argv, '--out', 'whole');
    const whole = readFileSync(at('whole/adapter_model.safetensors'));
    await run(...argv, '--out', 'again');
    rmSync(at('again/training/checkpoints/step-000000000004'), { recursive: true });
    const { json } = await run(...argv, '--json', '--out', 'again');
    expect(json.find(({ type }) => type === 'resume')).toMatchObject({ step: 2, isFinished: false });
    expect(readFileSync(at('again/adapter_model.safetensors')).equals(whole)).toBe(true);
    expect(traceOf(at('again/training'))).toEqual(traceOf(at('whole/training')));
  });

  test('one with virtual tokens is put on together with others; two are not, and none is merged', async () => {
    await run('tune', 'bottleneck', 'base', ...short, '--lr', '0.1', '--out', 'behind');
    const both = await written('base', '--adapter', 'behind,prefix');
    expect(both).toBe(await written('base', '--adapter', 'prefix,behind'));
    const refused = [
      [['generate', 'base', '--adapter', 'prompt,prefix'], 'may have virtual tokens, got prompt and prefix'],
      [['tune', 'merge', 'base', 'prefix'], 'got prefix; give it with --adapter'],
      [['tune', 'merge', 'base', 'behind'], 'got bottleneck; give it with --adapter'],
    ] as const;
    for (const [argv, message] of refused) {
      const { status, err } = await run(...argv);
      expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
    }
    const { err } = await inkstone(['tune', 'merge', 'base', 'prefix'], { cwd, lang: 'zh' });
    expect(err).toContain('得到 prefix；请用 --adapter 给出');
  });
});

describe('tune compare', () => {
  const argv = ['tune', 'compare', 'base', '--data', 'new.jsonl', '--steps', '2', '--rank', '2', ...few];

  test('trains each method from the same run, and tells all in one table', async () => {
    const methods = ['--methods', 'full,lora,prefix'];
    const { status, err, json } = await run(...argv, ...methods, '--json', '--out', 'all');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const { methods: rows } = json.at(-1) as unknown as {
      methods: { method: string; before: { new: number; old: number }; after: { new: number } }[];
    };
    expect(rows.map(({ method }) => method)).toEqual(['full', 'lora', 'prefix']);
    // Of old text, which all read in rows of their own length, full and LoRA know the same before.
    expect(rows[1].before).toEqual(rows[0].before);
    expect(configOf('all/lora')).toMatchObject({ r: 2 });
    expect((await readRun(at('all/prefix/training'))).config).toMatchObject({
      tuning: { method: 'prefix', virtualTokens: 4 },
    });
    expect((await readRun(at('all/full'))).config).not.toHaveProperty('tuning');

    const { out } = await run(...argv, ...methods, '--out', 'all');
    expect(out).toMatch(/method +trained % +new text +old text +gap % +steps +ms a step +file\n/);
    expect(out).toMatch(
      /\n +\(the model as it is\) +[\d.]+ +[\d.]+\s*\n +full +100 +[\d.]+ +[\d.]+ +100 +2 /,
    );
    // Each gained from what the model was in rows as long as its own.
    const [gain, , soft] = rows.map(({ before, after }) => before.new - after.new);
    expect(out).toMatch(
      new RegExp(`\\n +prefix +[\\d.]+ +[\\d.]+ +[\\d.]+ +${((100 * soft) / gain).toFixed(0)} +2 `),
    );
    const chinese = await inkstone([...argv, '--methods', 'lora,lora', '--out', 'all'], { cwd, lang: 'zh' });
    expect(chinese.out).toMatch(/方法 +训练 % +新文本/);
    expect(chinese.out.match(/^ +lora /gm)).toHaveLength(1);
    expect(HAN.test(out)).toBe(false);
  });

  test('the text is read once: it may be gone when the second method learns', async () => {
    cpSync(at('new.jsonl'), at('once.jsonl'));
    const methods = ['--methods', 'lora,ia3'];
    const own = argv.map((word) => (word === 'new.jsonl' ? 'once.jsonl' : word));
    const { status, err } = await inkstone([...own, ...methods, '--json', '--out', 'once'], {
      cwd,
      onJson: ({ type }) => type === 'tuned' && rmSync(at('once.jsonl'), { force: true }),
    });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(existsSync(at('once/ia3/adapter_config.json'))).toBe(true);
  });

  test('an endless model reads without adapters: one that cannot be merged is not told to be', async () => {
    const generate = ['generate', 'base', '--endless', '2+6', '--adapter'];
    expect((await run(...generate, 'once/lora')).err).toContain('merge it first with inkstone tune merge');
    const { status, err } = await run(...generate, 'prefix');
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringContaining('cannot be merged into the weights'),
    });
    const chinese = await inkstone([...generate, 'prefix'], { cwd, lang: 'zh' });
    expect(chinese.err).toContain('无法并入权重');
    expect((await run(...generate, 'nowhere')).status).toBe(2);
  });

  test.each([
    [['--methods', 'lora,prefx'], '--methods must be some of full, lora', 'did you mean "prefix"?'],
    [['--virtual-tokens', '16', '--methods', 'prompt'], 'fewer than the 16 places', 'learn with fewer'],
    [['--out', 'base'], 'base is the model itself', ''],
  ])('%j is refused in one line', async (own, message, hint) => {
    const { status, err } = await run(...argv, ...own);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
    expect(err).toContain(hint);
  });
});
