/** The READMEs keep their word: the program runs, the commands exist, both languages show the same. */

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { globalOptions } from '../src/cli/option-tables.ts';
import { flagOf } from '../src/cli/options.ts';
import { commands } from '../src/cli/table.ts';

const root = join(import.meta.dirname, '..');
const readmes = ['README.md', 'README.zh.md'];
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]);

test('both READMEs show the same program and the same commands', () => {
  const [en, zh] = readmes.map(read);
  expect(blocks(zh, 'ts')).toEqual(blocks(en, 'ts'));
  const bare = (text: string) => blocks(text, 'sh').map((block) => block.replace(/ +#.*$/gm, ''));
  expect(bare(zh)).toEqual(bare(en));
});

test('the program of the README runs', { timeout: 60_000 }, async () => {
  const [program] = blocks(read('README.md'), 'ts');
  const args = ['--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stdout.length).toBeGreaterThan(1);
});

describe.each(readmes)('%s', (name) => {
  test('names only commands and options that exist', () => {
    for (const line of blocks(read(name), 'sh').join('\n').split('\n')) {
      const words = line.replace(/#.*$/, '').trim().split(/\s+/);
      const at = words.indexOf('inkstone');
      if (at < 0) continue;
      const command = commands.find((row) => row.name === words[at + 1]);
      expect(command, line).toBeDefined();
      const known = Object.keys({ ...command!.options, ...globalOptions }).map(flagOf);
      for (const word of words.filter((part) => part.startsWith('--'))) expect(known, line).toContain(word);
    }
  });

  test('links only to files that exist', () => {
    for (const [, target] of read(name).matchAll(/\]\(([^)#]+)\)/g)) {
      if (!/^https?:/.test(target)) expect(existsSync(join(root, target)), target).toBe(true);
    }
  });
});
