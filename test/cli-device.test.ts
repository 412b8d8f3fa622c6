/** `--device gpu`: the same run as on the processor where there is an adapter, and one clear line where there is none. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMachine, inspectMachine } from '../src/cli/machine.ts';
import { setLanguage } from '../src/language.ts';
import { openDevice } from '../src/tensor/index.ts';
import { englishText, inkstone, scratchFolder, traceOf } from './cli-harness.ts';
import { noGpu } from './gpu.ts';

const cwd = scratchFolder();
writeFileSync(join(cwd, 'en.txt'), englishText(30));

const sizes = [
  '--layers',
  '1',
  '--heads',
  '1',
  '--width',
  '8',
  '--context-length',
  '16',
  '--batch-size',
  '1',
];
const train = ['train', '--data', 'en.txt', '--tokenizer', 'characters', ...sizes, '--steps', '2', '--json'];
const onGpu = [...train, '--device', 'gpu'];

test.each([
  ['en', 'gpu: needs a WebGPU adapter, the package no-package is not installed (npm install no-package); or'],
  ['zh', 'gpu：需要 WebGPU 适配器，但未安装 no-package 包（npm install no-package）；也可以用处理器训练'],
] as const)('without a GPU the training says why and how to go on (%s)', async (lang, sentence) => {
  const env = { INKSTONE_WEBGPU: 'no-package' };
  const { status, err } = await inkstone([...onGpu, '--out', 'none'], { cwd, env, lang });
  expect({ status, err: err.slice(0, sentence.length) }).toEqual({ status: 2, err: sentence });
  expect(existsSync(join(cwd, 'none'))).toBe(false);
});

test.each([
  ['en', { name: 'Card', isSoftware: false }, 'Card (train --device gpu)'],
  ['zh', { name: 'Card', isSoftware: true }, 'Card，由软件模拟，较慢（train --device gpu）'],
  ['en', { reason: 'no driver', zhReason: '没有驱动' }, 'none: no driver'],
  ['zh', { reason: 'no driver', zhReason: '没有驱动' }, '无：没有驱动'],
] as const)('doctor tells what GPU there is (%s)', (lang, gpu, told) => {
  setLanguage(lang);
  const lines = describeMachine({ ...inspectMachine({ quick: true }), gpu });
  setLanguage(undefined);
  expect(lines.find((line) => line.includes('GPU'))).toContain(told);
});

test.each([
  [['--precision', 'bf16'], '--device gpu and --precision bf16'],
  [['--objective', 'masked'], '--objective masked and --device'],
  [['--architecture', 'lstm'], 'a recurrent model and --device'],
])('what no GPU does is refused: %j', async (argv, both) => {
  const { status, err } = await inkstone([...onGpu, ...argv], { cwd });
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(both) });
});

test('the processor is no device to refuse', async () => {
  const argv = [...train, '--architecture', 'lstm', '--device', 'cpu', '--out', 'lstm'];
  const ofNoHeads = argv.filter((word, i) => word !== '--heads' && argv[i - 1] !== '--heads');
  expect(await inkstone(ofNoHeads, { cwd })).toMatchObject({ status: 0, err: '' });
});

test.skipIf(noGpu)(
  noGpu ?? 'a run on a GPU is that of the processor, saved and evaluated on the way',
  async () => {
    const often = ['--eval-every', '1', '--save-every', '1'];
    const ofCpu = await inkstone([...train, ...often, '--device', 'cpu', '--out', 'cpu'], { cwd });
    const ofGpu = await inkstone([...onGpu, ...often, '--out', 'gpu'], { cwd });
    expect([ofCpu, ofGpu]).toMatchObject([{ status: 0 }, { status: 0 }]);
    expect(openDevice()).toBeUndefined();
    const losses = (run: string) => traceOf(join(cwd, run)).map(({ loss }) => loss);
    const samples = ({ json }: typeof ofCpu) => json.filter(({ type }) => type === 'sample');
    const heldOut = ({ json }: typeof ofCpu) => json.flatMap(({ heldOutLoss }) => heldOutLoss ?? []);
    const expected = [...losses('cpu'), ...heldOut(ofCpu)];
    expect(expected).toHaveLength(2 + 2);
    [...losses('gpu'), ...heldOut(ofGpu)].forEach((loss, i) => {
      expect(Math.abs((loss as number) - (expected[i] as number))).toBeLessThan(1e-4);
    });
    expect(samples(ofGpu)).toEqual(samples(ofCpu));
  },
);
