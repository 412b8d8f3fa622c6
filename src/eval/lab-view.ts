/** All that the lab shows of a model, as data: a page draws it, a file keeps it. Words come in both languages. */

import type { Label } from '../plots/index.ts';
import { type Cure, nameOf } from './cure.ts';
import type { Finding } from './findings.ts';
import type { LabReport } from './lab.ts';
import { type LabPlot, labPlots } from './lab-plots.ts';
import type { LabRow, LabText } from './lab-rows.ts';
import { labColumns, labTable, unchangedRows } from './lab-table.ts';

export interface LabView {
  readonly version: 1;
  /** When it was made, ISO. */
  readonly made: string;
  readonly data: string;
  readonly settings: LabReport['settings'];
  readonly repeats: boolean;
  readonly findings: readonly Finding[];
  readonly cure: Cure;
  readonly columns: readonly { readonly id: string; readonly title: Label; readonly doc: Label }[];
  readonly rows: readonly LabViewRow[];
  /** Guarded rows that are left out, since the guard had nothing to do. */
  readonly unchanged?: Label;
  readonly prompts: readonly string[];
  readonly plots: readonly LabPlot[];
  /** The command that makes it again, and training with a cure up to its name. */
  readonly command: string;
  readonly trainCommand: string;
}

export interface LabViewRow {
  readonly name: Label;
  readonly strategy: string;
  readonly guard: boolean;
  readonly isPeople?: true;
  /** The way of decoding that the lab would choose. */
  readonly isChosen?: true;
  readonly cells: readonly string[];
  /** Of the first prompts. */
  readonly texts: readonly Pick<LabText, 'text' | 'loop' | 'repairs'>[];
}

/** Prompts whose texts are kept. */
const KEPT_PROMPTS = 5;

/** The report with everything that a page shows of it. */
export function labView(
  report: LabReport,
  { made, data, command, trainCommand }: Pick<LabView, 'made' | 'data' | 'command' | 'trainCommand'>,
): LabView {
  const { settings, repeats, findings, cure, prompts, people } = report;
  const isChosen = ({ name, guard }: LabRow): boolean => name === cure.strategy && guard === cure.guard;
  const unchanged = unchangedRows(report);
  return {
    version: 1,
    made,
    data,
    settings,
    repeats,
    findings,
    cure,
    columns: labColumns.map(({ id, title, doc }) => ({ id, title, doc })),
    rows: labTable(report).map(({ row, cells }) => ({
      name: nameOf(row),
      strategy: row.name,
      guard: row.guard,
      ...(row === people ? { isPeople: true } : isChosen(row) && { isChosen: true }),
      cells,
      texts: row.texts.slice(0, KEPT_PROMPTS).map(({ text, loop, repairs }) => ({ text, loop, repairs })),
    })),
    ...(unchanged && { unchanged }),
    prompts: prompts.slice(0, KEPT_PROMPTS),
    plots: labPlots(report),
    command,
    trainCommand,
  };
}
