#!/usr/bin/env node
// Runs the built program; in a checkout that has not been built, builds it first.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/cli/main.js', import.meta.url);
if (!existsSync(main)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url));
  const words = [vite, 'build', 'studio', '--logLevel', 'warn'];
  if (existsSync(vite)) spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
}
const { main: run } = await import(main.href);
process.exitCode = await run(process.argv.slice(2));
