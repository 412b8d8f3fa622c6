/** The help pages, in the reader's language, from the command table alone. */

import { defineMessages, language } from '../language.ts';
import type { Command, OptionTable } from './command.ts';
import { globalOptions } from './global-options.ts';
import { flagOf } from './options.ts';
import { commands } from './table.ts';
import { padColumns } from './terminal.ts';

const say = defineMessages({
  title: {
    en: () => 'Inkstone: the whole life of a language model, in TypeScript',
    zh: () => '砚 Inkstone：用 TypeScript 走完语言模型的一生',
  },
  usage: { en: () => 'Usage', zh: () => '用法' },
  commands: { en: () => 'Commands', zh: () => '命令' },
  options: { en: () => 'Options', zh: () => '选项' },
  everywhere: { en: () => 'Every command', zh: () => '所有命令通用' },
  example: { en: () => 'Example', zh: () => '例' },
  more: {
    en: () => 'inkstone COMMAND --help tells more. INKSTONE_LANG=zh 切换为中文。',
    zh: () => 'inkstone 命令 --help 有详细说明。INKSTONE_LANG=en switches to English.',
  },
  default: { en: (d: { value: string }) => `default ${d.value}`, zh: (d) => `默认 ${d.value}` },
});

/** `inkstone --help`. */
export function generalHelp(): string {
  const width = Math.max(...commands.map((row) => row.name.length)) + 2;
  return [
    say('title', {}),
    '',
    `${say('usage', {})}: inkstone <command> [options]`,
    '',
    `${say('commands', {})}:`,
    ...commands.map((row) => `  ${padColumns(row.name, width)}${row.summary[language()]}`),
    '',
    say('more', {}),
  ].join('\n');
}

/** `inkstone COMMAND --help`. */
export function commandHelp(row: Command): string {
  return [
    row.summary[language()],
    '',
    `${say('usage', {})}: inkstone ${[row.name, row.args, '[options]'].filter(Boolean).join(' ')}`,
    '',
    `${say('options', {})}:`,
    ...optionLines(row.options),
    '',
    `${say('everywhere', {})}:`,
    ...optionLines(globalOptions),
    '',
    `${say('example', {})}: ${row.example}`,
    ...(row.examples ?? []).map((example) => `  ${example}`),
  ].join('\n');
}

function optionLines(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, option]) => {
    const value =
      option.type === 'boolean'
        ? ''
        : ` <${option.placeholder ?? (option.type === 'number' ? 'n' : 'text')}>`;
    const words = [option.verbs?.join(', '), option.doc[language()]].filter(Boolean).join(': ');
    const choices = option.choices ? ` (${option.choices.join(' | ')})` : '';
    const fallback =
      option.default === undefined || option.default === false
        ? ''
        : ` [${say('default', { value: String(option.default) })}]`;
    return [`  ${flagOf(name)}${value}`, `${words}${choices}${fallback}`];
  });
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  return rows.map(([flag, words]) => `${padColumns(flag, width)}${words}`);
}
