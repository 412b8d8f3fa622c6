/** Cards as markdown: headings, rows of facts, and what a person must still say, so that nobody overlooks it. */

import { language } from '../language.ts';
import { cardFields } from './card-options.ts';
import type { OptionValues } from './command.ts';
import { flagOf } from './options.ts';

export type CardField = keyof typeof cardFields;
export type CardFields = Partial<OptionValues<typeof cardFields>>;

export interface Card {
  readonly text: string;
  /** What a person must still say. */
  readonly empty: readonly CardField[];
}

/** Words in the reader's language. */
export const inWords = (en: string, zh: string): string => (language() === 'zh' ? zh : en);

/** Writes a card top down; a field without a value is named where it would stand, and once more at the end. */
export function cardWriter(title: string, fields: CardFields) {
  const lines = [`# ${title}`];
  const empty: CardField[] = [];
  const row = (name: string, value: string | number): void => {
    lines.push(`- **${name}**${inWords(': ', '：')}${value}`);
  };
  return {
    row,
    section(name: string): void {
      lines.push('', `## ${name}`, '');
    },
    text(...paragraphs: readonly string[]): void {
      lines.push(...paragraphs);
    },
    /** What a person says. */
    field(name: CardField): void {
      const value = fields[name];
      const title = cardFields[name].doc[language()].replace(/^.+(?:: |：)/, '');
      const isSaid = value !== undefined && value.trim() !== '';
      if (!isSaid) empty.push(name);
      row(
        title,
        isSaid
          ? value
          : `⚠ ${inWords(`TO BE FILLED IN (\`${flagOf(name)}\`)`, `待填写（\`${flagOf(name)}\`）`)}`,
      );
    },
    card(frontMatter = ''): Card {
      if (empty.length > 0) {
        const flags = empty.map((name) => `\`${flagOf(name)}\``);
        const told = inWords(
          `Not complete: ${empty.length} fields are for a person to fill in (${flags.join(', ')}).`,
          `尚不完整：${empty.length} 项须由人填写（${flags.join('、')}）。`,
        );
        lines.push('', `> ⚠ ${told}`);
      }
      return { text: `${frontMatter}${lines.join('\n')}\n`, empty };
    },
  };
}
