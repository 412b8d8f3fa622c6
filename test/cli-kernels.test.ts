/** Without the fast kernels everything still works, and one line says so. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeMachine, inspectMachine } from '../src/cli/machine.ts';
import { setLanguage } from '../src/language.ts';
import { scratchFolder, startInkstone, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const root = join(import.meta.dirname, '..');
/** Without a look for a GPU, whose driver may have something to say. */
const onTypeScript = { cwd, shell: 'exec env INKSTONE_KERNELS=typescript INKSTONE_WEBGPU=none' };

test.each([
  [
    'en',
    /^Inkstone: the fast kernels were not built \(everything still works, on the slower TypeScript kernels\): the C\+\+ compiler "false" does not work; .+\n$/,
  ],
  [
    'zh',
    /^Inkstone：未编译高速内核（将使用较慢的 TypeScript 内核，一切功能照常）。原因：C\+\+ 编译器“false”无法使用；.+\n$/,
  ],
])('an install without a compiler ends well and says why in one line (%s)', (lang, line) => {
  const copy = join(cwd, `without compiler ${lang}`);
  for (const name of ['build.mjs', 'sources.mjs', 'binding.gyp', 'src', 'mpi']) {
    cpSync(join(root, 'native', name), join(copy, 'native', name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['native/build.mjs'], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, CXX: 'false', INKSTONE_LANG: lang },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(line);
  expect(existsSync(join(copy, 'native/build/inkstone.node'))).toBe(false);
});

test.each([
  ['en', 'The TypeScript kernels are in use because INKSTONE_KERNELS=typescript asks for them;'],
  ['zh', '因为设置了 INKSTONE_KERNELS=typescript，用的是 TypeScript 内核；'],
] as const)('doctor says in one line that the slow kernels are in use (%s)', async (lang, sentence) => {
  const { status, out, err } = await startInkstone(['doctor'], { ...onTypeScript, lang }).ended;
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out.split('\n').filter((line) => line.startsWith(sentence))).toHaveLength(1);
  expect(out).toMatch(/(kernels|内核) +typescript\n/);
});

test.each([
  ['en', 'Cure: node native/build.mjs'],
  ['zh', '解决办法：运行 node native/build.mjs'],
] as const)('doctor says that the kernels were built from other sources (%s)', (lang, cure) => {
  setLanguage(lang);
  const report = inspectMachine({ quick: true });
  expect(describeMachine({ ...report, isStale: true }).at(-1)).toContain(cure);
  setLanguage(undefined);
});

test('an unknown kernel path is refused by name', async () => {
  const shell = 'exec env INKSTONE_KERNELS=avx1024';
  const { status, err } = await startInkstone(['doctor'], { cwd, shell }).ended;
  expect(status).toBe(2);
  expect(err).toMatch(/^INKSTONE_KERNELS: "avx1024" cannot be used here .*typescript\n$/);
});

test('the whole way works on the TypeScript kernels', async () => {
  writeTexts(cwd);
  const start = ['start', '--data', 'en.txt', '--minutes', '0.02', '--no-serve', '--json'];
  const started = await startInkstone(start, onTypeScript).ended;
  expect({ status: started.status, err: started.err }).toEqual({ status: 0, err: '' });
  expect(started.json[0]).toMatchObject({ type: 'machine', kernels: 'typescript' });
  expect(started.json.at(-1)).toMatchObject({ type: 'done' });
});
