/** What a command shows, written to a file: a table (.csv), a plot (.svg), or a page with both (.html). */

import { extname } from 'node:path';
import { type InspectTable, toCsv } from '../eval/index.ts';
import { writeFileAtomic } from '../io/index.ts';
import { defineMessages, language } from '../language.ts';
import { type Label, labelIn, type Plot, plotPage, renderPlot } from '../plots/index.ts';
import { fail } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** What one look found, in every form. */
export interface View {
  readonly answer: unknown;
  readonly table: InspectTable;
  /** None where one head has to be chosen first. */
  readonly plot?: Plot;
  readonly lines: readonly string[];
}

const say = defineMessages({
  written: { en: (d: { path: string }) => `written: ${d.path}`, zh: (d) => `已写入：${d.path}` },
});

export const inLanguage = (label: Label): string => labelIn(label, language());

/** What a file holds, by the end of its name. */
const writers: Readonly<Record<string, (view: View, title: string) => string>> = {
  '.csv': ({ table }) => toCsv(table, inLanguage),
  '.svg'({ plot }) {
    if (!plot) throw fail('cli/inspect-head', undefined);
    return renderPlot(plot, { lang: language(), standalone: true });
  },
  '.html': ({ plot, table: { columns, rows }, lines }, title) =>
    plotPage({
      title,
      lines,
      plots: plot ? [plot] : [],
      table: [columns.map(inLanguage), ...rows.map((row) => row.map(String))],
      lang: language(),
    }),
};

/** @throws when the file is to be of no such kind: before any work is done. */
export function checkViewFile(command: string, out: string | undefined): void {
  if (out === undefined || Object.hasOwn(writers, extname(out))) return;
  throw fail('cli/view-file', { command, path: out, known: Object.keys(writers) });
}

/** Writes what was found, and says so. */
export async function writeView(terminal: Terminal, out: string, view: View, title: string): Promise<void> {
  await writeFileAtomic(out, writers[extname(out)](view, title));
  terminal.json({ type: 'written', out });
  terminal.print(say('written', { path: out }));
}
