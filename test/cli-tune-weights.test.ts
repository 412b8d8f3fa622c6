/** `inkstone tune full | lora | ia3 | merge` and `generate --adapter` from end to end on a tiny run; adapters of all kinds in one server. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  serving,
  startInkstone,
  tiny,
  traceOf,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const at = (...path: string[]) => join(cwd, ...path);
const short = ['--data', 'new.jsonl', '--steps', '12', '--save-every', '6', '--json'];

beforeAll(async () => {
  writeTexts(cwd);
  const records = englishText(120, 9)
    .split('\n')
    .map((text) => JSON.stringify({ text }));
  writeFileSync(at('new.jsonl'), `${records.join('\n')}\n`);
  await run(
    'train',
    '--data',
    'zh.jsonl',
    ...tiny,
    '--layers',
    '2',
    '--steps',
    '30',
    '--lr',
    '0.01',
    '--out',
    'base',
  );
  await run('export', 'base', '--format', 'hf', '--out', 'base-hf');
}, 180_000);

/** What a model writes when it does not draw. */
async function written(...argv: string[]): Promise<string> {
  const greedy = ['--prompt', '春', '--strategy', 'greedy', '--max-tokens', '12', '--json'];
  const { status, err, json } = await run('generate', ...argv, ...greedy);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return json.at(-1)!.text as string;
}

async function weightsOf(folder: string): Promise<Map<string, string>> {
  const weights = await (await readRun(at(folder))).weights();
  return new Map([...weights].map(([name, { data }]) => [name, data.join()]));
}

describe('tune lora', () => {
  const argv = ['tune', 'lora', 'base', ...short, '--rank', '2', '--targets', 'all', '--lr', '0.05'];

  test('trains an adapter beside the run, which stays as it is; generate and merge use it', async () => {
    const before = listing(at('base'));
    const { status, err, json } = await run(...argv, '--out', 'lora');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(listing(at('base'))).toEqual(before);
    const tuned = json.at(-1)!;
    expect(tuned).toMatchObject({ type: 'tuned', method: 'lora', base: 'base', out: 'lora', trained: 1472 });
    const { before: first, after } = tuned as unknown as { before: Losses; after: Losses };
    expect(after.new).toBeLessThan(first.new);
    expect(after.old).not.toBe(first.old);

    const adapted = await written('base', '--adapter', 'lora');
    expect(adapted).not.toBe(await written('base'));
    expect((await run('tune', 'merge', 'base', 'lora', '--out', 'merged')).status).toBe(0);
    expect(await written('merged')).toBe(adapted);
    const changed = [...(await weightsOf('merged'))].filter(([name, now]) => now !== base.get(name));
    expect(changed.every(([name]) => /^blocks\.\d\.(attention|ffn)\..*\.weight$/.test(name))).toBe(true);
    expect(changed).toHaveLength(2 * 7);
  });
  interface Losses {
    readonly new: number;
    readonly old: number;
  }
  let base: Map<string, string>;
  beforeAll(async () => {
    base = await weightsOf('base');
  });

  test('goes on where it stopped, to the same numbers', async () => {
    await run(...argv, '--out', 'whole');
    const whole = readFileSync(at('whole/adapter_model.safetensors'));
    await run(...argv, '--out', 'again');
    rmSync(at('again/training/checkpoints/step-000000000012'), { recursive: true });
    rmSync(at('again/adapter_model.safetensors'));
    const { json } = await run(...argv, '--out', 'again');
    expect(json.find(({ type }) => type === 'resume')).toMatchObject({ step: 6, isFinished: false });
    expect(readFileSync(at('again/adapter_model.safetensors')).equals(whole)).toBe(true);
    expect(traceOf(at('again/training'))).toEqual(traceOf(at('whole/training')));
    const other = await run('tune', 'lora', 'base', ...short, '--rank', '3', '--out', 'again');
    expect(other.status).toBe(2);
    expect(other.err).toContain('tuning.rank: 2 → 3');
  });

  test('tunes a folder of Hugging Face, and merges into one', async () => {
    const { status, json } = await run(...argv.with(2, 'base-hf'), '--out', 'lora-hf');
    expect(status).toBe(0);
    expect(json.at(-1)).toMatchObject({ type: 'tuned', before: { new: expect.any(Number) } });
    expect(json.at(-1)!.before).not.toHaveProperty('old');
    const adapted = await written('base-hf', '--adapter', 'lora-hf');
    expect((await run('tune', 'merge', 'base-hf', 'lora-hf')).status).toBe(0);
    expect(existsSync(at('base-hf-merged/model.safetensors'))).toBe(true);
    expect(await written('base-hf-merged')).toBe(adapted);
    // The same weights: the adapter of one fits the other.
    expect(await written('base', '--adapter', 'lora-hf')).toBe(adapted);
  });

  test('several adapters are put on one after the other', async () => {
    await run('tune', 'ia3', 'base', ...short, '--out', 'other');
    const both = await written('base', '--adapter', 'other,lora');
    await run('tune', 'merge', 'base', 'other', 'lora', '--out', 'both');
    expect(await written('both')).toBe(both);
    const { metadata } = await readSafetensors(at('other/adapter_model.safetensors'));
    expect(metadata.get('format')).toBe('pt');
  });

  test('a server writes with each adapter under its name, in one batch, what generate writes', async () => {
    await run('tune', 'prefix', 'base', ...short, '--virtual-tokens', '3', '--lr', '0.1', '--out', 'prefix');
    const named = 'poet=lora,ia=other,both=other+lora,soft=prefix,lead=prefix+lora';
    const { child, ended } = startInkstone(
      ['serve', 'base', '--adapter', named, '--port', '0', '--no-state', '--json'],
      { cwd },
    );
    const { url, models } = await serving(child);
    expect(models).toEqual(['base', 'poet', 'ia', 'both', 'soft', 'lead']);
    const list = (await (await fetch(`${url}/v1/models`)).json()) as {
      data: { id: string; parent?: string; max_model_len: number }[];
    };
    // Virtual tokens take places of the context.
    expect(list.data.map(({ id, parent, max_model_len: most }) => [id, parent, most])).toEqual([
      ['base', undefined, 16],
      ['poet', 'base', 16],
      ['ia', 'base', 16],
      ['both', 'base', 16],
      ['soft', 'base', 13],
      ['lead', 'base', 13],
    ]);
    const answer = async (model: string): Promise<string> => {
      const body = { model, prompt: '春', max_tokens: 12, temperature: 0 };
      const headers = { 'content-type': 'application/json' };
      const sent = await fetch(`${url}/v1/completions`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return `春${((await sent.json()) as { choices: { text: string }[] }).choices[0].text}`;
    };
    const texts = await Promise.all((models as string[]).map(answer));
    expect(new Set(texts).size).toBeGreaterThan(1);
    expect(texts).toEqual([
      await written('base'),
      await written('base', '--adapter', 'lora'),
      await written('base', '--adapter', 'other'),
      await written('base', '--adapter', 'other,lora'),
      await written('base', '--adapter', 'prefix'),
      await written('base', '--adapter', 'prefix,lora'),
    ]);
    child.kill('SIGTERM');
    expect((await ended).status).toBe(0);
  }, 120_000);

  test('an adapter of another model is an error of the command that serves, in one line', async () => {
    const { ended } = startInkstone(
      ['serve', 'merged', '--adapter', 'poet=lora', '--port', '0', '--no-state'],
      {
        cwd,
      },
    );
    const { status, err } = await ended;
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('lora was made for base') });
    expect(err.trim().split('\n')).toHaveLength(1);
  }, 120_000);
});

describe('tune full', () => {
  test.each([
    [[], (_: string) => true],
    [['--head-only'], (name: string) => name === 'head.weight'],
    [['--freeze-layers', '1'], (name: string) => /^(blocks\.1|finalNorm|head)\./.test(name)],
  ])('%j changes these weights and no others', async (options, isTrained) => {
    const out = ['full', ...options].join('').replaceAll('--', '-');
    const before = await weightsOf('base');
    const { status, json } = await run('tune', 'full', 'base', ...short, ...options, '--out', out);
    expect(status).toBe(0);
    const after = await weightsOf(out);
    const changed = [...after].filter(([name, now]) => now !== before.get(name)).map(([name]) => name);
    expect(changed).toEqual([...after.keys()].filter(isTrained));
    expect(json.at(-1)).toMatchObject({ type: 'tuned', out });
    expect(await written(out)).toContain('春');
  });

  test('gives a head of its own to a model that had none, to train it alone', async () => {
    const preset = ['--preset', 'shakespeare-cpu', ...tiny.slice(0, -2), '--tokenizer', 'characters'];
    await run('train', '--data', 'zh.jsonl', ...preset, '--steps', '4', '--out', 'tied');
    const before = await weightsOf('tied');
    const { out } = await run(
      'tune',
      'full',
      'tied',
      '--data',
      'zh.jsonl',
      '--steps',
      '4',
      '--head-only',
      '--out',
      'own',
    );
    expect(out).toContain('it becomes a matrix of its own');
    const after = await weightsOf('own');
    expect([...after].filter(([name, now]) => now !== before.get(name)).map(([name]) => name)).toEqual([
      'head.weight',
    ]);
    await written('own');
  });

  test('learns old text along with the new', async () => {
    const replay = ['tune', 'full', 'base', '--data', 'new.jsonl', '--steps', '2', '--replay', '0.3'];
    const { out } = await run(...replay, '--out', 'replayed');
    expect(out).toMatch(/\d+ documents of zh.jsonl come along, against forgetting/);
    const { tuning } = (await readRun(at('replayed'))).config as { tuning: object };
    expect(tuning).toEqual({ method: 'full', replay: 0.3 });
  });
});

test('what matters to old text is held: less is forgotten, less is learned', async () => {
  const argv = ['tune', 'full', 'base', ...short, '--lr', '0.01'];
  const plain = (await run(...argv, '--out', 'unheld')).json.at(-1)!.after as Record<'new' | 'old', number>;
  const { json } = await run(...argv, '--ewc', '1e6', '--out', 'held');
  const held = json.at(-1)!.after as typeof plain;
  expect(held.old).toBeLessThan(plain.old);
  expect(held.new).toBeGreaterThan(plain.new);
  expect((await readRun(at('held'))).config).toMatchObject({ tuning: { method: 'full', ewc: 1e6 } });
});

test('a mixture of experts goes on learning its balance', async () => {
  const shape = [...tiny, '--experts', '4', '--expert-balance', '100', '--steps', '2'];
  await run('train', '--data', 'zh.jsonl', ...shape, '--out', 'experts');
  const { status, json } = await run('tune', 'full', 'experts', ...short, '--out', 'experts-on');
  expect(status).toBe(0);
  // Use that is even comes to 1, times 100.
  expect(json.find(({ type }) => type === 'step')!.loss).toBeGreaterThan(50);
});

test('an adapter learns beside layers in blocks', async () => {
  const argv = ['tune', 'ia3', 'base', '--data', 'new.jsonl', '--steps', '2', '--weights', 'q8_0'];
  const { status, out } = await run(...argv, '--out', 'beside');
  expect(status).toBe(0);
  expect(out).toContain('inkstone generate base --adapter beside --weights q8_0');
  expect((await readRun(at('beside/training'))).config).toMatchObject({ tuning: { weights: 'q8_0' } });
});

describe('tune --answers', () => {
  beforeAll(() => {
    const pair = (i: number) => JSON.stringify({ prompt: `春${i}`, answer: '夏' });
    const long = JSON.stringify({
      messages: [
        { role: 'user', content: englishText(40, 1) },
        { role: 'assistant', content: 'yes' },
      ],
    });
    writeFileSync(at('pairs.jsonl'), [...Array.from({ length: 60 }, (_, i) => pair(i)), long].join('\n'));
    writeFileSync(at('nothing.jsonl'), '{"prompt":"who"}\n');
    writeFileSync(at('all-long.jsonl'), `${long}\n`);
    const alpaca = { instruction: '春', input: englishText(40, 1), output: '夏' };
    writeFileSync(at('alpaca.jsonl'), `${JSON.stringify(alpaca)}\n`);
  });

  test('learns the answers alone, and tells what counts', async () => {
    const argv = [
      'tune',
      'lora',
      'base',
      '--data',
      'pairs.jsonl',
      '--answers',
      '--steps',
      '12',
      '--lr',
      '0.05',
    ];
    const { status, out, err } = await run(...argv, '--out', 'answering');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(
      /read as plain text, a line for each message: of [\d.k]+ tokens the [\d.k]+ of the answers count/,
    );
    expect(out).toContain('1 are left out: nothing of an answer is within the context');
    const [, before, after] = out.match(/the new text, pairs.jsonl +([\d.]+) +([\d.]+)/)!;
    expect(Number(after)).toBeLessThan(Number(before));
    expect((await readRun(at('answering/training'))).config).toMatchObject({ tuning: { answers: true } });
  });

  test.each([
    [['--data', 'nothing.jsonl'], 'nothing.jsonl:1: must have `messages`'],
    [['--data', 'all-long.jsonl'], 'no answer begins within the 16 tokens'],
    [['--data', 'alpaca.jsonl'], 'no answer begins within the 16 tokens'],
    [['--data', 'pairs.jsonl', '--replay', '0.2'], '--answers and --replay cannot come together'],
    [['--data', 'pairs.jsonl', '--text-column', 'x'], 'conversations are taken as they are'],
  ])('%j is refused', async (argv, message) => {
    const { status, err } = await run('tune', 'lora', 'base', '--answers', ...argv);
    expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
  });
});

test('says what it did, in both languages', async () => {
  const argv = ['tune', 'ia3', 'base', '--data', 'new.jsonl', '--steps', '2'];
  const english = await run(...argv, '--out', 'ia3');
  expect(english.out).toMatch(/numbers are trained, the model has [\d.k]+ \(\d\.\d\d %\)/);
  expect(english.out).toMatch(/held-out loss, nats\/token +before +after\n.*new.jsonl.*\n.*zh.jsonl/);
  expect(english.out).toContain('inkstone generate base --adapter ia3');
  expect(HAN.test(english.out)).toBe(false);
  const { out } = await inkstone([...argv, '--out', 'ia3-zh'], { cwd, lang: 'zh' });
  expect(out).toMatch(/留出损失，奈特\/词元 +之前 +之后/);
  expect(out).toContain('适配器在 ia3-zh');
});

test.each([
  [['tune', 'lora', 'base'], 'tune: --data needs a value'],
  [['tune', 'lora', 'base', '--data', 'new.jsonl', '--out', 'base'], 'base is the model itself'],
  [['tune', 'lora', 'base', ...short, '--targets', 'qery'], 'called "qery"; did you mean "query"?'],
  [
    ['tune', 'full', 'base', ...short, '--rank', '2'],
    '--rank is an option of "tune lora", "tune head", "tune compare" only',
  ],
  [['tune', 'full', 'base', ...short, '--freeze-layers', '5'], 'from 0 to 2, the layers of the model, got 5'],
  [['tune', 'full', 'base', ...short, '--head-only', '--freeze-layers', '1'], 'cannot come together'],
  [['tune', 'ia3', 'base', ...short, '--out', 'lora'], 'method'],
  [['tune', 'lora', 'base', ...short, '--replay', '0.2', '--no-old-data'], 'cannot come together'],
  [['tune', 'full', 'base', ...short, '--ewc', '10', '--no-old-data'], '--ewc and --no-old-data cannot come'],
  [['tune', 'merge', 'base'], 'tune merge: <adapter> is missing'],
  [['tune', 'merge', 'base', 'lora', '--out', 'base-hf'], 'base-hf is there already'],
  [['tune', 'lora', 'base', 'lora', ...short], 'does not expect "lora"'],
  [['generate', 'base', '--adapter', 'nowhere'], 'nowhere holds no adapter_config.json'],
  [['generate', 'base-hf', '--adapter', 'ia3-zh,lora,base'], 'base holds no adapter_config.json'],
  [
    ['generate', 'merged', '--adapter', 'lora'],
    'lora was made for base, whose weights are not those of merged',
  ],
  [['serve', 'base', '--adapter', 'lora'], '--adapter: must be NAME=FOLDER, got "lora"'],
  [['serve', 'base', 'merged', '--adapter', 'poet=lora'], 'needs one run, whose adapters they are, got 2'],
  [['serve', 'base', '--adapter', 'base=lora'], 'two models are called "base"'],
  [['generate', 'lora/training'], 'use inkstone generate base --adapter'],
])('%j is refused in one line', async (argv, message) => {
  const { status, err } = await run(...argv);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
  expect(err.trim().split('\n')).toHaveLength(1);
});
