/** `inkstone.yaml`: one file for every command. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../src/cli/table.ts';
import { inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();

/** Options of a command as `--print-config` shows them for this file. */
async function configOf(command: string, yaml: string, ...flags: string[]) {
  writeFileSync(join(cwd, 'mine.yaml'), yaml);
  const argv = [command, ...flags, '--config', 'mine.yaml', '--print-config'];
  const outcome = await inkstone(argv, { cwd });
  return { ...outcome, values: outcome.status === 0 ? parse(outcome.out)[command] : undefined };
}

test.each(['en', 'zh'] as const)('what --print-config prints, --config reads back, in %s', async (lang) => {
  for (const { name } of commands) {
    const flags = name === 'train' ? ['--data', '我的 "诗".txt', '--lr', '1e-3', '--dry-run'] : [];
    const first = await inkstone([name, ...flags, '--print-config'], { cwd, lang });
    expect(first.status).toBe(0);
    writeFileSync(join(cwd, 'printed.yaml'), first.out);
    const again = await inkstone([name, '--config', 'printed.yaml', '--print-config'], { cwd, lang });
    expect(again.out).toBe(first.out);
  }
});

test('inkstone.yaml of the folder is read without being named', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'inkstone.yaml'), 'seed: 7\n');
  const { out } = await inkstone(['train', '--print-config'], { cwd: folder });
  expect(parse(out).train.seed).toBe(7);
});

test('keys at the top are shared, a section is its command’s own, and flags come first', async () => {
  const yaml = 'seed: 7\ndata: poems.txt\ntrain:\n  seed: 8\n  steps: 20\ngenerate:\n  topP: 0.9\nstart:\n';
  expect((await configOf('train', yaml)).values).toMatchObject({ seed: 8, steps: 20, data: 'poems.txt' });
  expect((await configOf('generate', yaml)).values).toMatchObject({ seed: 7, topP: 0.9 });
  expect((await configOf('start', yaml)).values).toMatchObject({ seed: 7, data: 'poems.txt' });
  expect((await configOf('train', yaml, '--seed', '9')).values).toMatchObject({ seed: 9 });
  expect((await configOf('doctor', yaml)).status).toBe(0);
});

test('a name that is a key and a command is read as what it looks like', async () => {
  expect((await configOf('train', 'tokenizer: characters\n')).values).toMatchObject({
    tokenizer: 'characters',
  });
  const section = await configOf('tokenizer', 'tokenizer:\n  vocabSize: 500\n');
  expect(section.values).toMatchObject({ vocabSize: 500 });
});

test.each([
  ['seeed: 1\n', 'train: "seeed" is not a key (mine.yaml:1); did you mean "seed"?'],
  ['train:\n  # rate\n  lr_rate: 1\n', 'train: "lr_rate" is not a key (mine.yaml:3); did you mean "lr"?'],
  ['train:\n  batch_size: 1\n', 'train: "batch_size" is not a key (mine.yaml:2); did you mean "batchSize"?'],
  ['generate:\n  steps: 1\n', 'generate: "steps" is not a key (mine.yaml:2)'],
  ['trian:\n  steps: 1\n', 'train: "trian" is not a key (mine.yaml:1); did you mean "train"?'],
  ['train: 5\n', 'train: "train" is not a key (mine.yaml:1)'],
  ['train:\n  steps: [1, 2]\n', 'train: "steps" must be one text, number, true or false (mine.yaml:2)'],
  ['train:\n  steps: 0\n', 'train: steps must be a whole number of at least 1, got "0"'],
  ['- 1\n', 'mine.yaml: not a YAML mapping that can be read (no mapping)'],
])('%j is refused with line and nearest name', async (yaml, message) => {
  const { status, out, err } = await configOf('train', yaml);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).toBe(`${message}\n`);
});

test('an unknown key in Chinese', async () => {
  writeFileSync(join(cwd, 'mine.yaml'), 'train:\n  lr_rate: 1\n');
  const { err } = await inkstone(['train', '--config', 'mine.yaml'], { cwd, lang: 'zh' });
  expect(err).toBe('train：没有 "lr_rate" 这一项（mine.yaml:2），是不是 "lr"？\n');
});

test('an empty file and empty keys change nothing', async () => {
  const { values } = await configOf('train', '');
  expect((await configOf('train', 'data:\ntrain:\n  steps:\n')).values).toEqual(values);
});

test('a file that is not there, or no YAML, is one line', async () => {
  const missing = await inkstone(['train', '--config', 'none.yaml'], { cwd });
  expect(missing.err).toBe('none.yaml: not a YAML mapping that can be read (ENOENT)\n');
  const broken = await configOf('train', 'a: [1,\nb: "\n');
  expect(broken.status).toBe(2);
  expect(broken.err).toMatch(/^mine\.yaml: not a YAML mapping that can be read \(.*\)\n$/);
});
