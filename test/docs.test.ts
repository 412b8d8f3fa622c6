/**
 * The READMEs and the guide keep their word: programs run, commands exist, both languages show the same. That the guide's
 * commands run is test/guide.test.ts's.
 */

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { pages } from '../docs/reference.ts';
import { globalOptions } from '../src/cli/global-options.ts';
import { flagOf } from '../src/cli/options.ts';
import { commands } from '../src/cli/table.ts';

const root = join(import.meta.dirname, '..');
/** Pages of the guide, in English; the same names are there in Chinese. */
const guide = readdirSync(join(root, 'docs/en')).filter((name) => !(name in pages));
/** Each page in English and in Chinese. */
const pairs = [['README.md', 'README.zh.md'], ...guide.map((name) => [`docs/en/${name}`, `docs/zh/${name}`])];
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1]);

test.each(pairs)('%s shows the same programs and commands as %s', (...pair) => {
  const [en, zh] = pair.map(read);
  expect(blocks(zh, 'ts')).toEqual(blocks(en, 'ts'));
  const bare = (text: string) => blocks(text, 'sh').map((block) => block.replace(/(^| +)#.*$/gm, ''));
  expect(bare(zh)).toEqual(bare(en));
});

test.each(['README.md', 'docs/en/library.md'])(
  'the program of %s runs',
  { timeout: 60_000 },
  async (name) => {
    const [program] = blocks(read(name), 'ts');
    const args = ['--input-type=module', '-e', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout.length).toBeGreaterThan(1);
  },
);

test.each(['en', 'zh'] as const)(
  'the pages that follow from the program are up to date: npm run docs (%s)',
  (language) => {
    expect(readdirSync(join(root, 'docs', language)).sort()).toEqual(
      [...guide, ...Object.keys(pages)].sort(),
    );
    for (const [name, page] of Object.entries(pages))
      expect(read(`docs/${language}/${name}`)).toBe(page(language));
  },
);

describe.each(pairs.flat())('%s', (name) => {
  test('names only commands and options that exist', async () => {
    for (const line of blocks(read(name), 'sh').join('\n').split('\n')) {
      const words = line.replace(/#.*$/, '').trim().split(/\s+/);
      const at = words.indexOf('inkstone');
      if (at < 0) continue;
      const command = commands.find((row) => row.name === words[at + 1]);
      expect(command, line).toBeDefined();
      const known = Object.keys({ ...(await command!.options()), ...globalOptions }).map(flagOf);
      for (const word of words.filter((part) => part.startsWith('--'))) {
        expect([...known, ...known.map((flag) => flag.replace('--', '--no-'))], line).toContain(word);
      }
    }
  });

  test('links only to files that exist', () => {
    for (const [, target] of read(name).matchAll(/\]\(([^)#]+)\)/g)) {
      if (!/^https?:/.test(target)) expect(existsSync(join(root, dirname(name), target)), target).toBe(true);
    }
  });
});
