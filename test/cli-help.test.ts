/** What a newcomer sees first: help, version, and errors that say rule, value and cure. */

import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { globalOptions } from '../src/cli/global-options.ts';
import { flagOf } from '../src/cli/options.ts';
import { commands } from '../src/cli/table.ts';
import { HAN, inkstone, scratchFolder, startInkstone } from './cli-harness.ts';

const cwd = scratchFolder();
const languages = ['en', 'zh'] as const;

describe('help', () => {
  test.each(languages)('bare inkstone and --help name every command, in %s', async (lang) => {
    for (const argv of [[], ['--help'], ['-h'], ['help']]) {
      const { status, out, err } = await inkstone(argv, { cwd, lang });
      expect({ status, err }).toEqual({ status: 0, err: '' });
      for (const { name, summary } of commands) {
        expect(out).toContain(`  ${name} `);
        expect(out).toContain(summary[lang]);
      }
    }
  });

  test.each(languages)('each command describes each option and shows an example, in %s', async (lang) => {
    for (const { name, options, example, examples = [] } of commands) {
      const page = await inkstone([name, '--help'], { cwd, lang });
      expect(page.status).toBe(0);
      for (const each of [example, ...examples]) expect(page.out).toContain(each);
      for (const [option, row] of Object.entries({ ...(await options()), ...globalOptions })) {
        const flag = new RegExp(`^\\s*${flagOf(option)}(?![\\w-])`);
        const line = page.out.split('\n').find((text) => flag.test(text));
        expect(line).toContain(row.doc[lang]);
        expect(HAN.test(row.doc.zh)).toBe(true);
        expect(HAN.test(row.doc.en)).toBe(false);
      }
      expect((await inkstone(['help', name], { cwd, lang })).out).toBe(page.out);
      expect((await inkstone([name, '-h'], { cwd, lang })).out).toBe(page.out);
    }
  });

  test('every example is a command line that its own table accepts', async () => {
    for (const example of commands.flatMap((row) => [row.example, ...(row.examples ?? [])])) {
      const argv = example.split(' ').slice(1);
      const { status, err } = await inkstone([...argv, '--print-config'], { cwd });
      expect({ example, status, err }).toEqual({ example, status: 0, err: '' });
    }
  });

  test('help for machines is one object', async () => {
    const { json } = await inkstone(['train', '--help', '--json'], { cwd });
    expect(json).toHaveLength(1);
    expect(json[0]).toMatchObject({ type: 'help', text: expect.stringContaining('--steps') });
  });

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
    expect((await inkstone(['--version'], { cwd })).out).toBe(`${version}\n`);
    expect((await inkstone(['-v'], { cwd })).out).toBe(`${version}\n`);
  });
});

describe('errors on the command line', () => {
  const cases: readonly [argv: string, en: string, zh: string][] = [
    [
      'trian',
      'inkstone: there is no command "trian"; did you mean "train"?',
      'inkstone：没有 "trian" 这个命令，是不是 "train"？',
    ],
    [
      'xyzzyx',
      'inkstone: there is no command "xyzzyx"; see inkstone --help',
      'inkstone：没有 "xyzzyx" 这个命令；请看 inkstone --help',
    ],
    [
      'help trian',
      'inkstone: there is no command "trian"; did you mean "train"?',
      'inkstone：没有 "trian" 这个命令，是不是 "train"？',
    ],
    [
      'train --leyers 2',
      'train: there is no option "--leyers"; did you mean "--layers"?',
      'train：没有 "--leyers" 这个选项，是不是 "--layers"？',
    ],
    ['train --steps', 'train: --steps needs a value', 'train：--steps 需要一个值'],
    ['train --data --steps 3', 'train: --data needs a value', 'train：--data 需要一个值'],
    ['train', 'train: --data needs a value', 'train：--data 需要一个值'],
    [
      'train --steps many',
      'train: --steps must be a number, got "many"',
      'train：--steps 必须为数字，得到 "many"',
    ],
    [
      'train --steps 1.5',
      'train: --steps must be a whole number of at least 1, got "1.5"',
      'train：--steps 必须为不小于 1 的整数，得到 "1.5"',
    ],
    ['train --lr -1', 'train: --lr must be a positive number, got "-1"', 'train：--lr 必须为正数，得到 "-1"'],
    [
      'train --precision bf61',
      'train: --precision must be one of f32, bf16, got "bf61"; did you mean "bf16"?',
      'train：--precision 必须为 f32、bf16 之一，得到 "bf61"，是不是 "bf16"？',
    ],
    [
      'train --dry-run=maybe',
      'train: --dry-run must be true or false, got "maybe"',
      'train：--dry-run 必须为 true 或 false，得到 "maybe"',
    ],
    [
      'train poems.txt',
      'train: does not expect "poems.txt"; give a source with --data',
      'train：多余的参数 "poems.txt"；文本来源请用 --data 给出',
    ],
    [
      'generate runs/a the whale',
      'generate: does not expect "the"; quote text that has spaces',
      'generate：多余的参数 "the"；含空格的文字请加引号',
    ],
    [
      'generate',
      'generate: <run> is missing; for example: inkstone generate runs/poems-2min --prompt 春 --top-p 0.9',
      'generate：缺少 <run>；例如：inkstone generate runs/poems-2min --prompt 春 --top-p 0.9',
    ],
    [
      'train --data x.txt --steps 5 --minutes 1',
      'train: --steps and --minutes cannot come together: a run ends after steps or after minutes; leave one out',
      'train：--steps 与 --minutes 不能同时给出：训练以步数或以时间为终点；请去掉其一',
    ],
    [
      'train --data x.txt --tokenizer characters --vocab-size 300',
      'train: --tokenizer and --vocab-size cannot come together: the tokenizer has its own size; leave one out',
      'train：--tokenizer 与 --vocab-size 不能同时给出：分词器自有词表大小；请去掉其一',
    ],
    [
      'start --data x.txt --lang en',
      'start: --data and --lang cannot come together: --lang chooses a ready corpus; leave one out',
      'start：--data 与 --lang 不能同时给出：--lang 用于选择现成语料；请去掉其一',
    ],
    [
      'tokenizer trian',
      'tokenizer: verb must be one of train, extend, encode, decode, stats, compare, got "trian"; did you mean "train"?',
      'tokenizer：verb 必须为 train、extend、encode、decode、stats、compare 之一，得到 "trian"，是不是 "train"？',
    ],
    [
      'tokenizer encode --text a --vocab-size 300',
      'tokenizer encode: --vocab-size is an option of "tokenizer train", "tokenizer extend" only; leave it out',
      'tokenizer encode：--vocab-size 只用于 "tokenizer train"、"tokenizer extend"；请去掉',
    ],
    [
      'tokenizer train --data x.txt --text a',
      'tokenizer train: --text is an option of "tokenizer encode", "tokenizer decode", "tokenizer stats", "tokenizer compare" only; leave it out',
      'tokenizer train：--text 只用于 "tokenizer encode"、"tokenizer decode"、"tokenizer stats"、"tokenizer compare"；请去掉',
    ],
    [
      'repeat mesure x.txt',
      'repeat: verb must be one of measure, detect, clean, audit, lab, got "mesure"; did you mean "measure"?',
      'repeat：verb 必须为 measure、detect、clean、audit、lab 之一，得到 "mesure"，是不是 "measure"？',
    ],
  ];

  test.each(cases)('inkstone %s', async (argv, en, zh) => {
    const words = argv.split(' ');
    for (const [lang, expected] of [
      ['en', en],
      ['zh', zh],
    ] as const) {
      const { status, out, err } = await inkstone(words, { cwd, lang });
      expect({ status, out, err }).toEqual({ status: 2, out: '', err: `${expected}\n` });
    }
    const { status, json, err } = await inkstone([...words, '--json'], { cwd });
    expect(status).toBe(2);
    expect(err).toBe(`${en}\n`);
    expect(json).toEqual([{ type: 'error', code: expect.stringMatching(/^cli\//), message: en }]);
  });

  test('--debug adds the stack, which is otherwise never shown', async () => {
    const { err } = await inkstone(['train', '--debug'], { cwd });
    expect(err).toMatch(/^train: --data needs a value\n.*\n\s+at /);
  });

  test('--name=value, --no-name and -- are understood', async () => {
    const { out } = await inkstone(['start', '--minutes=0.5', '--no-serve', '--print-config', '--'], { cwd });
    expect(out).toContain('minutes: 0.5');
    expect(out).toContain('serve: false');
  });
});

const source = resolve(import.meta.dirname, '../src');

/** Every file of the sources that these load: static imports, followed; and the packages. */
function loadedBy(entries: readonly string[]): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    const text = readFileSync(path, 'utf8');
    for (const [, specifier] of text.matchAll(/^(?:import|export)(?! type)[^;]*?from '([^']+)';$/gm)) {
      if (specifier.startsWith('.')) visit(resolve(dirname(path), specifier));
      else packages.add(specifier);
    }
  };
  for (const entry of entries) visit(join(source, entry));
  return { files: [...files].map((path) => relative(source, path)), packages: [...packages] };
}

test('cold help loads the tables; that of a command its options; no room and no package', () => {
  const cold = loadedBy(['cli/main.ts']);
  const tables = cold.files.filter((path) => path.startsWith('cli/table'));
  const options = tables.flatMap((path) =>
    [...readFileSync(join(source, path), 'utf8').matchAll(/await import\('\.\/(.+)'\)/g)].map(
      ([, name]) => `cli/${name}`,
    ),
  );
  expect(options).toContain('cli/update-options.ts');
  expect(cold.files.filter((path) => options.includes(path))).toEqual([]);
  const { files, packages } = loadedBy(['cli/main.ts', ...options]);
  expect(files.filter((path) => path.includes('/') && !path.startsWith('cli/'))).toEqual([]);
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([]);
  // A new command is a row more, not a file more: no option table stands here (53 files when rows held them).
  expect(cold.files.length).toBeLessThanOrEqual(17);
});

test('a reader that goes away ends it quietly', async () => {
  const { child, ended } = startInkstone(['help'], { cwd });
  child.stdout!.destroy();
  expect(await ended).toMatchObject({ status: 0, err: '' });
});
