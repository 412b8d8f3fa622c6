/** What a command is: a row with words, typed options and a module that is loaded only when it is called. */

import type { Language } from '../language.ts';
import type { Terminal } from './terminal.ts';

/** The same words in every language. */
export type Words = { readonly [L in Language]: string };

export interface OptionRow {
  readonly type: 'string' | 'number' | 'boolean';
  readonly doc: Words;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
  /** `--no-NAME` is allowed, and gives the empty text. */
  readonly canBeNone?: boolean;
  /** What stands behind the flag in the help: `--minutes <n>`. */
  readonly placeholder?: string;
  /** The verbs of the command (`tokenizer train`) that read it; without, every verb does. */
  readonly verbs?: readonly string[];
  /** A rule beyond the type, with the words for the error. */
  readonly rule?: { readonly test: (value: number) => boolean; readonly words: Words };
}

export type OptionTable = { readonly [name: string]: OptionRow };

type Primitive<Row extends OptionRow> = Row['type'] extends 'number'
  ? number
  : Row['type'] extends 'boolean'
    ? boolean
    : Row extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : string;

/** The values a command receives: an option with a default is always there. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly default: unknown }
    ? Primitive<Table[Name]>
    : Primitive<Table[Name]> | undefined;
};

/** What a command gets to work with. */
export interface CommandContext<Table extends OptionTable = OptionTable> {
  readonly args: readonly string[];
  readonly options: OptionValues<Table>;
  /** Which options the user gave, on the command line or in the file; the others are defaults. */
  readonly given: ReadonlySet<string>;
  /** The command line that does the same again, as it can be pasted. */
  readonly again: string;
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

export type CommandModule<Table extends OptionTable> = {
  /** Returns the exit status; undefined is 0. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most commands return nothing
  readonly run: (context: CommandContext<Table>) => Promise<number | void>;
};

export interface CommandRow<Table extends OptionTable = OptionTable> {
  readonly name: string;
  /** Positional arguments as shown in the help: `[file]`, `<run>`. */
  readonly args?: string;
  readonly summary: Words;
  /** A command line that ends within a minute. */
  readonly example: string;
  /** More of them, where a command does several things. */
  readonly examples?: readonly string[];
  /** Loaded when the command is named, as `inkstone --help` needs none of them. */
  readonly options: () => Promise<Table>;
  readonly load: () => Promise<CommandModule<Table>>;
}

/** A row with its options at hand: all that help and the check of a command line need. */
export type Command = Omit<CommandRow, 'options'> & { readonly options: OptionTable };

export const withOptions = async (row: CommandRow): Promise<Command> => ({
  ...row,
  options: await row.options(),
});

/** A row of the command table; keeps the option types for the command's module. */
export function defineCommand<Table extends OptionTable>(row: CommandRow<Table>): CommandRow<Table> {
  return row;
}
