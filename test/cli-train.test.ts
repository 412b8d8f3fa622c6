/** `inkstone train` from end to end: a run, its resumption, what is refused, and what ends it early. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { lockFolder } from '../src/io/index.ts';
import {
  HAN,
  inkstone,
  type JsonLine,
  listing,
  scratchFolder,
  startInkstone,
  tiny,
  traceOf,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const english = ['train', '--data', 'en.txt', ...tiny, '--steps', '20', '--save-every', '4'];
const chinese = ['train', '--data', 'zh.jsonl', ...tiny, '--steps', '20', '--save-every', '4'];

const train = (folder: string, argv = english, options: Parameters<typeof inkstone>[1] = {}) =>
  inkstone([...argv, '--out', folder, '--json'], { cwd, ...options });

/** Waits until a run has recorded its first step. */
async function untilMetrics(folder: string): Promise<void> {
  const path = join(folder, 'metrics.jsonl');
  await vi.waitUntil(() => existsSync(path) && readFileSync(path).length > 0, {
    timeout: 50_000,
    interval: 20,
  });
}

/** Presses Ctrl-C when a step is done. */
const interruptAt = (step: number) => (line: JsonLine) => {
  if (line.type === 'step' && line.step === step) process.emit('SIGINT', 'SIGINT');
};

beforeAll(async () => {
  writeTexts(cwd);
  await train('whole');
  await train('whole-zh', chinese);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a run', () => {
  test('tells each step to machines and ends with the held-out loss', async () => {
    const { status, json, err } = await train('told');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(json.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const last = json.at(-1)!;
    expect(last).toMatchObject({ type: 'finish', reason: 'done', step: 20, folder: 'told' });
    expect(last.valLoss).toBeGreaterThan(1);
    expect(last.valLoss).toBeLessThan(6);
    expect(last.bitsPerCharacter).toBeGreaterThan(0);
  });

  test('the same command and seed give the same losses, another seed others', async () => {
    await train('again');
    expect(traceOf(join(cwd, 'again'))).toEqual(traceOf(join(cwd, 'whole')));
    await train('other', [...english, '--seed', '2']);
    expect(traceOf(join(cwd, 'other'))).not.toEqual(traceOf(join(cwd, 'whole')));
  });

  test.each(['en', 'zh'] as const)('speaks to people in %s', async (lang) => {
    const argv = [...chinese, '--out', `spoken-${lang}`];
    const { status, out } = await inkstone(argv, { cwd, lang });
    expect(status).toBe(0);
    // What the model writes is in the language of its text.
    expect(HAN.test(out.replaceAll(/.*rep-4.*/g, ''))).toBe(lang === 'zh');
    expect(out).toContain(`npx inkstone generate spoken-${lang}`);
  });

  test('--dry-run says what it would cost and writes nothing', async () => {
    const before = listing(cwd);
    const { status, json } = await train('dry', [...english, '--dry-run']);
    expect(status).toBe(0);
    expect(json).toEqual([
      expect.objectContaining({ type: 'dry-run', parameters: expect.any(Number), length: { steps: 20 } }),
    ]);
    expect(listing(cwd)).toEqual(before);
  });

  test('tokenizers by characters and from a file', async () => {
    const shape = tiny.slice(0, tiny.indexOf('--vocab-size'));
    const base = ['train', '--data', 'en.txt', ...shape, '--steps', '3'];
    expect((await train('characters', [...base, '--tokenizer', 'characters'])).status).toBe(0);
    const given = [...base, '--tokenizer', 'whole/tokenizer.json'];
    expect((await train('given', given)).status).toBe(0);
    expect((await train('given', given)).status).toBe(0);
    const other = await train('given', [...base, '--tokenizer', 'characters/tokenizer.json']);
    expect(other.status).toBe(2);
    expect(other.err).toContain('tokenizer.fingerprint');
  });

  test('a model of another kind, which the run keeps', async () => {
    const kind = ['--positions', 't5', '--block', 'sandwich', '--activation', 'geglu', '--norm', 'layerNorm'];
    const argv = [...english, '--steps', '3'];
    expect(await train('kind', [...argv, ...kind])).toMatchObject({ status: 0, err: '' });
    const { model } = JSON.parse(readFileSync(join(cwd, 'kind/config.json'), 'utf8'));
    expect(model).toMatchObject({ positions: { kind: 't5' }, block: 'sandwich', activation: 'geglu' });
    expect(model.norm.kind).toBe('layerNorm');
    const written = await inkstone(['generate', 'kind', '--prompt', 'the', '--max-tokens', '4'], { cwd });
    expect(written).toMatchObject({ status: 0, err: '' });
    const other = await train('kind', [...argv, '--block', 'parallel']);
    expect(other.err).toMatch(/block: "sandwich" → "parallel"/);
    const again = ['train', '--data', 'en.txt', '--steps', '3', '--init', 'kind', '--positions', 'rotary'];
    const tuned = await train('tuned', again);
    expect(tuned.err).toMatch(/--init.*--positions.*the model is there already/);
  });

  test('bf16 and a preset with changes', async () => {
    const preset = ['train', '--data', 'en.txt', '--preset', 'shakespeare-cpu', '--layers', '1'];
    const small = ['--width', '16', '--heads', '2', '--steps', '4', '--precision', 'bf16'];
    expect((await train('preset', [...preset, ...small])).status).toBe(0);
    const { model, training } = JSON.parse(readFileSync(join(cwd, 'preset/config.json'), 'utf8'));
    expect(model).toMatchObject({ layers: 1, width: 16, contextLength: 64 });
    expect(training).toMatchObject({ precision: 'bf16', rows: 'windows', steps: 4, seed: 1337 });
    expect((await train('preset', [...preset, ...small])).err).toBe('');
    const less = await train('preset', preset);
    expect(less.err).toMatch(/width: 16 → 128.*\n$/);
  });
});

describe('resuming', () => {
  test.each([
    ['English', english, 'whole'],
    ['Chinese', chinese, 'whole-zh'],
  ])('the same command goes on to the very same losses (%s)', async (_, argv, whole) => {
    const folder = `resumed-${whole}`;
    for (const step of [1, 6, 7, 13]) {
      const part = await train(folder, argv, { onJson: interruptAt(step) });
      expect(part.status).toBe(130);
      expect(part.json.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted', step });
    }
    const rest = await train(folder, argv);
    expect(rest.status).toBe(0);
    expect(rest.json[0]).toEqual({ type: 'resume', folder, step: 13, isFinished: false });
    expect(rest.json[1]).toMatchObject({ type: 'step', step: 14 });
    expect(traceOf(join(cwd, folder))).toEqual(traceOf(join(cwd, whole)));
    const end = (run: string) =>
      readFileSync(join(cwd, run, 'checkpoints/step-000000000020/weights.safetensors'));
    expect(end(folder).equals(end(whole))).toBe(true);
  });

  test('without the options, model and recipe come from the run', async () => {
    await train('short', english, { onJson: interruptAt(5) });
    const { status, out } = await inkstone(['train', '--data', 'en.txt', '--out', 'short'], { cwd });
    expect(status).toBe(0);
    expect(out).toContain('going on with short: step 5 of 20');
    expect(traceOf(join(cwd, 'short'))).toEqual(traceOf(join(cwd, 'whole')));
  });

  test.each([
    ['en', 'whole is finished: step 20 of 20'],
    ['zh', 'whole 已经训练完成：第 20 步，共 20 步'],
  ] as const)('a finished run says so and trains no more (%s)', async (lang, sentence) => {
    const weights = listing(join(cwd, 'whole/checkpoints'));
    const { status, out } = await inkstone([...english, '--out', 'whole'], { cwd, lang });
    expect(status).toBe(0);
    expect(out).toContain(sentence);
    expect(listing(join(cwd, 'whole/checkpoints'))).toEqual(weights);
  });

  test.each([
    [['--lr', '0.1'], 'lr: 0.02 → 0.1'],
    [['--layers', '2'], 'layers: 1 → 2'],
    [['--heads', '3'], 'heads: 2 → 3'],
    [['--steps', '30'], 'steps: 20 → 30'],
    [['--seed', '3'], 'seed: 1337 → 3'],
    [['--vocab-size', '400'], 'tokenizer.vocabSize: 300 → 400'],
    [['--data', 'zh.jsonl'], 'data.source: "en.txt" → "zh.jsonl"'],
  ])('other settings are refused by name: %j', async (flags, difference) => {
    const before = listing(join(cwd, 'whole'));
    for (const lang of ['en', 'zh'] as const) {
      const { status, out, err } = await inkstone([...english, '--out', 'whole', ...flags], { cwd, lang });
      expect(status).toBe(2);
      expect(err).toContain(difference);
      expect(err.trimEnd()).not.toContain('\n');
      expect(HAN.test(err)).toBe(lang === 'zh');
      expect(out).not.toContain('done');
    }
    expect(listing(join(cwd, 'whole'))).toEqual(before);
  });

  test('a text that changed meanwhile is refused', async () => {
    const folder = scratchFolder();
    writeTexts(folder);
    await train('run', english, { cwd: folder, onJson: interruptAt(5) });
    const text = readFileSync(join(folder, 'en.txt'), 'utf8');
    writeFileSync(
      join(folder, 'en.txt'),
      text.replace('whale', 'ocean').replace('ocean', 'whale.').slice(0, -1),
    );
    const { status, err } = await train('run', english, { cwd: folder });
    expect(status).toBe(2);
    expect(err).toContain('data.sha256');
  });

  test('a run that another process trains is refused', async () => {
    const lock = await lockFolder(join(cwd, 'whole'), 'run');
    try {
      const before = listing(join(cwd, 'whole'));
      const { status, err } = await train('whole');
      expect(status).toBe(2);
      expect(err).toBe(
        `run folder whole is in use by process ${process.pid}; wait for it, stop it, or choose another folder\n`,
      );
      expect(listing(join(cwd, 'whole'))).toEqual(before);
    } finally {
      await lock.release();
    }
  });
});

describe('Ctrl-C', () => {
  test.each([
    ['en', /^stopped and saved at step (\d+); to go on: (.*)$/m],
    ['zh', /^已停止并保存在第 (\d+) 步；继续请运行：(.*)$/m],
  ] as const)(
    'a process that gets SIGINT saves, prints the command that goes on, and ends with 130 (%s)',
    async (lang, sentence) => {
      const folder = `stopped ${lang}`;
      const argv = ['train', '--data', 'en.txt', ...tiny, '--steps', '100000', '--out', folder];
      const { child, ended } = startInkstone(argv, { cwd, lang });
      await untilMetrics(join(cwd, folder));
      child.kill('SIGINT');
      const { status, out, err } = await ended;
      expect({ status, crash: /error|错误/.test(err) }).toEqual({ status: 130, crash: false });
      const [, step, command] = sentence.exec(out)!;
      expect(command).toBe(`npx inkstone ${argv.slice(0, -1).join(' ')} "${folder}"`);
      expect(existsSync(join(cwd, folder, `checkpoints/step-${step.padStart(12, '0')}/manifest.json`))).toBe(
        true,
      );
      expect(listing(join(cwd, folder)).filter((path) => path.includes('lock'))).toEqual([]);
    },
  );

  test('a reader that goes away (`| head -1`) ends it in the same way', async () => {
    const argv = ['train', '--data', 'en.txt', ...tiny, '--steps', '100000', '--out', 'piped', '--json'];
    const { child, ended } = startInkstone(argv, { cwd });
    child.stdout!.once('data', () => child.stdout!.destroy());
    const { status, err } = await ended;
    expect({ status, err }).toEqual({ status: 130, err: '' });
    expect(listing(join(cwd, 'piped')).some((path) => path.includes('weights'))).toBe(true);
  });

  test('before the first step nothing is written', async () => {
    const argv = ['train', '--data', 'zh.jsonl', '--out', 'early', '--vocab-size', '5000', '--steps', '5'];
    const before = listing(cwd);
    vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
    const { status, out } = await inkstone(argv, { cwd, onOut: () => process.emit('SIGINT', 'SIGINT') });
    expect(status).toBe(130);
    expect(out).toContain(`stopped; to begin again: npx inkstone ${argv.join(' ')}`);
    expect(listing(cwd)).toEqual(before);
  });

  test('twice ends the process at once', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
    const exits: unknown[] = [];
    await train('twice', english, {
      onJson(line) {
        if (line.type !== 'step' || line.step !== 3) return;
        for (let press = 0; press < 2; press++) {
          process.emit('SIGINT', 'SIGINT');
          exits.push(exit.mock.lastCall);
        }
      },
    });
    expect(exits).toEqual([undefined, [130]]);
  });

  test('listeners are gone when the command is', async () => {
    const before = process.listenerCount('SIGINT');
    await train('whole');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});

describe('divergence', () => {
  test.each([
    [
      'en',
      /^train: the loss diverged at step \d+; the last good checkpoint, step (\d+), is in diverged-en; try a smaller --lr/,
    ],
    ['zh', /^train：损失在第 \d+ 步发散；最后一个完好的检查点（第 (\d+) 步）在 diverged-zh；请减小 --lr/],
  ] as const)('ends with status 1 and keeps the last good checkpoint (%s)', async (lang, sentence) => {
    const folder = `diverged-${lang}`;
    const argv = [...english, '--lr', '1000', '--save-every', '1'];
    const { status, err, json } = await train(folder, argv, { lang });
    expect(status).toBe(1);
    expect(json.at(-1)).toMatchObject({ type: 'finish', reason: 'diverged' });
    expect(err).toMatch(sentence);
    expect(err.trimEnd()).not.toContain('\n');
    const step = sentence.exec(err)![1];
    expect(Number(step)).toBe((json.at(-1)!.step as number) - 1);
    const written = await inkstone(['generate', folder, '--prompt', 'the', '--max-tokens', '3'], { cwd });
    expect(written.status).toBe(0);
  });

  test('before the first checkpoint it says that there is none', async () => {
    const { status, err } = await train('never', [...english, '--lr', '1000', '--save-every', '100']);
    expect(status).toBe(1);
    expect(err).toContain('it was too early for a checkpoint');
    expect(existsSync(join(cwd, 'never/checkpoints'))).toBe(false);
  });
});
