/**
 * The pages of the docs that follow from the program itself: every command with its options, every word it shows.
 *
 *   npm run docs    writes docs/en and docs/zh: commands.md, words.md
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Command, type OptionRow, type OptionTable, withOptions } from '../src/cli/command.ts';
import { globalOptions } from '../src/cli/global-options.ts';
import { flagOf } from '../src/cli/options.ts';
import { commands } from '../src/cli/table.ts';
import { explain, glossary, type TermId, topics } from '../src/glossary/index.ts';
import type { Language } from '../src/language.ts';

const words = {
  written: {
    en: '<!-- npm run docs writes this page. -->',
    zh: '<!-- 本页由 npm run docs 生成。 -->',
  },
  commands: { en: 'Every command', zh: '全部命令' },
  everywhere: { en: 'Options of every command', zh: '所有命令通用的选项' },
  option: { en: '| option | what it does |', zh: '| 选项 | 作用 |' },
  default: { en: 'default', zh: '默认' },
  vocabulary: { en: 'Every word that is shown', zh: '界面上出现的词' },
  also: { en: 'also: ', zh: '又名：' },
} as const;

/** Text for a cell: a bar would end it, a bracket would be a tag. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

function optionRow([name, option]: [string, OptionRow], language: Language): string {
  const placeholder = option.placeholder ?? (option.type === 'number' ? 'n' : 'text');
  const flag = option.type === 'boolean' ? flagOf(name) : `${flagOf(name)} <${placeholder}>`;
  const verbs = option.verbs ? `*${option.verbs.join(', ')}*: ` : '';
  const choices = option.choices ? ` (${option.choices.join(' · ')})` : '';
  const fallback = option.default ? ` [${words.default[language]} ${option.default}]` : '';
  return `| ${code(flag)} | ${verbs}${cell(option.doc[language] + choices + fallback)} |`;
}

const optionTable = (table: OptionTable, language: Language): string[] =>
  Object.keys(table).length === 0
    ? []
    : [
        words.option[language],
        '| --- | --- |',
        ...Object.entries(table).map((row) => optionRow(row, language)),
        '',
      ];

const section = (row: Command, language: Language): string[] => [
  `## ${row.name}`,
  '',
  `${cell(row.summary[language])}`,
  '',
  '```sh',
  ...[row.example, ...(row.examples ?? [])].map((example) => `npx ${example}`),
  '```',
  '',
  ...optionTable(row.options, language),
];

const everyCommand = await Promise.all(commands.map(withOptions));

export const commandsPage = (language: Language): string =>
  [
    words.written[language],
    '',
    `# ${words.commands[language]}`,
    '',
    commands.map(({ name }) => `[${name}](#${name})`).join(' · '),
    '',
    ...everyCommand.flatMap((row) => section(row, language)),
    `## ${words.everywhere[language]}`,
    '',
    ...optionTable(globalOptions, language),
  ].join('\n');

const HAN = /\p{Script=Han}/u;

function word(id: TermId, language: Language): string[] {
  const { name, text } = explain(id, language);
  const also = glossary[id].also.filter((other) => language === 'zh' || !HAN.test(other));
  const names = also.length > 0 ? ` *(${words.also[language]}${also.join(', ')})*` : '';
  return [`**${name}**${cell(names)} — ${cell(text)}`, ''];
}

export const wordsPage = (language: Language): string =>
  [
    words.written[language],
    '',
    `# ${words.vocabulary[language]}`,
    '',
    ...topics.flatMap(({ title, terms }) => [
      `## ${title[language]}`,
      '',
      ...(Object.keys(terms) as TermId[]).flatMap((id) => word(id, language)),
    ]),
  ].join('\n');

/** File name → what stands in it. */
export const pages = { 'commands.md': commandsPage, 'words.md': wordsPage } as const;

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const language of ['en', 'zh'] as const) {
    for (const [name, page] of Object.entries(pages)) {
      writeFileSync(join(import.meta.dirname, language, name), page(language));
    }
  }
}
