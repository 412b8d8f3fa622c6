/** The guide's commands run one after another, as they stand there but for shorter trainings, and each ends well. */

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pages as generated } from '../docs/reference.ts';
import { createRng } from '../src/rng.ts';
import { inkstone, scratchFolder } from './cli-harness.ts';
import { csvOf, madeEvents, madeItems } from './readers.ts';

const guide = join(import.meta.dirname, '../docs/en');
const cwd = scratchFolder();

/** Whose commands go on until they are stopped, or need minutes or programs, or make a database: they have tests of their own. */
const elsewhere = [
  ...['start', 'serve', 'studio', 'keys', 'index', 'search', 'ask', 'claims', 'federate'],
  ...['speak', 'listen', 'video'],
];

const pages = [...readFileSync(join(guide, 'README.md'), 'utf8').matchAll(/^\d+\. .*\((.*\.md)\)/gm)].map(
  ([, name]) => name,
);

/** The commands of a page, without `npx inkstone`. */
const commandsOf = (page: string): string[] =>
  [...readFileSync(join(guide, page), 'utf8').matchAll(/^npx inkstone (.*?)(?: +#.*)?$/gm)].map(
    ([, command]) => command,
  );

/** As the shell cuts it; trainings take a few steps of a tiny model, whatever the guide says. */
function wordsOf(command: string): string[] {
  const short = command.replace(/--(minutes|steps) \S+/, '--steps 6');
  const words = short.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ''));
  if (words[0] !== 'train' || /--(init|preset|layers)/.test(command)) return words;
  const heads = words.includes('lstm') ? [] : ['--heads', '2'];
  return [
    ...words,
    '--layers',
    '2',
    '--width',
    '16',
    ...heads,
    '--context-length',
    '64',
    '--batch-size',
    '4',
  ];
}

function writeFiles(): void {
  const rng = createRng(5);
  const pick = (list: string) => list.split(' ')[rng.integer(list.split(' ').length)];
  const sentence = () =>
    `The ${pick('whale boat captain sea wind')} ${pick('rose fell turned sang slept')} ${pick('slowly twice again at-last near-us')}.`;
  const paragraph = () => Array.from({ length: 6 }, sentence).join(' ');
  const poem = () =>
    Array.from({ length: 4 }, () =>
      Array.from({ length: 5 }, () => pick('春 眠 不 覺 曉 處 聞 啼 鳥 夜 來 風 雨 聲 花')).join(''),
    ).join('，');
  const lines = (count: number, line: (i: number) => unknown) =>
    Array.from({ length: count }, (_, i) => JSON.stringify(line(i))).join('\n');
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
  write('novel.txt', Array.from({ length: 120 }, paragraph).join('\n\n'));
  write('poems.txt', Array.from({ length: 200 }, poem).join('\n\n'));
  write('poem.txt', paragraph());
  write(
    'lesson.md',
    'The white whale was seen near Lisbon. The captain Anna Weber sailed to Boston in 1851.',
  );
  mkdirSync(join(cwd, 'src'));
  for (const name of ['sum', 'mean', 'most', 'least']) {
    const body = `export function ${name}(a: number, b: number): number {\n  return ${name}Of(a, b);\n}\n`;
    write(`src/${name}.ts`, body.repeat(20));
  }
  write(
    'pairs.tsv',
    `source\ttarget\n${Array.from({ length: 120 }, () => `${sentence()}\t${poem()}`).join('\n')}\n`,
  );
  const items = madeItems(6);
  const reads = madeEvents(items, { readers: 20, reads: 8 });
  const renamed = new Map([[items[0].id, 'p17']]);
  const nameOf = (id: string): string => renamed.get(id) ?? id;
  write(
    'items.csv',
    csvOf([
      ['id', 'text', 'category'],
      ...items.map(({ id, text, category }) => [nameOf(id), text, category]),
    ]),
  );
  write(
    'reads.csv',
    csvOf([['user', 'item', 'when'], ...reads.map(({ user, item, when }) => [user, nameOf(item), when])]),
  );
  write('answer.txt', `${sentence()} ${'I do not know. '.repeat(6)}`);
  write(
    'corpus.jsonl',
    lines(40, (i) => ({
      text: i % 9 === 0 ? 'The same page again, word for word.' : `${paragraph()} ${paragraph()}`,
    })),
  );
  write(
    'generations.json',
    JSON.stringify(Array.from({ length: 6 }, () => `${paragraph()} ${'and then again '.repeat(12)}`)),
  );
  write(
    'predictions.jsonl',
    lines(20, (i) => ({ prediction: i % 3 ? 'good' : 'bad', label: i % 2 ? 'good' : 'bad' })),
  );
  write(
    'reviews.csv',
    `text,label\n${Array.from({ length: 60 }, (_, i) => `"${i % 2 ? 'a delightful film' : 'a dull film'}, ${sentence()}",${i % 2 ? 'good' : 'bad'}`).join('\n')}\n`,
  );
}
writeFiles();
for (const name of ['service', 'papers', 'writing']) {
  cpSync(`examples/${name}`, join(cwd, 'examples', name), { recursive: true });
}

test('every page of the guide is in its list', () => {
  const written = Object.keys(generated);
  expect([...pages, ...written, 'README.md'].sort()).toEqual(readdirSync(guide).sort());
});

describe.each(pages)('%s', (page) => {
  const commands = commandsOf(page).filter((command) => !elsewhere.includes(command.split(' ')[0]));
  test.skipIf(commands.length === 0)('each command ends well', { timeout: 300_000 }, async () => {
    for (const command of commands) {
      const { status, err } = await inkstone(wordsOf(command), { cwd });
      expect({ command, status, err: status === 0 ? '' : err }).toEqual({ command, status: 0, err: '' });
    }
  });
});
