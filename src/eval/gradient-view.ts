/** How far the gradients of recurrent models reach, beside each other: as a table and as a plot. */

import type { Label, Mark, Plot } from '../plots/index.ts';
import type { InspectTable } from './inspect/inspect-tables.ts';

/** What was measured of one model: lengths of gradients, `[k]` of what it remembers k steps before the end. */
export interface ReachRow {
  readonly name: string;
  /** Of everything that it remembers. */
  readonly norms: readonly number[];
  readonly layers: readonly { readonly hidden: readonly number[]; readonly cell?: readonly number[] }[];
}

const stepsBack: Label = { en: 'steps back', zh: '回溯步数' };

/** One line for each step back, one column for each model; of a single model, one for each layer as well. */
export function gradientTable(rows: readonly ReachRow[]): InspectTable {
  const lines = linesOf(rows);
  const most = Math.max(...lines.map(({ norms }) => norms.length));
  return {
    columns: [stepsBack, ...lines.map(({ label }) => label)],
    rows: Array.from({ length: most }, (_, k) => [
      k,
      ...lines.map(({ norms }) => (k < norms.length ? Number(norms[k].toPrecision(4)) : '')),
    ]),
  };
}

/** The same lines, on a logarithmic axis: a factor a step is a straight line. */
export function gradientPlot(rows: readonly ReachRow[]): Plot {
  return {
    title: { en: 'How far back the gradient reaches', zh: '梯度能回传多远' },
    x: { label: stepsBack, min: 0 },
    y: { label: { en: 'length of the gradient', zh: '梯度的长度' }, scale: 'log' },
    marks: linesOf(rows).map(
      ({ label, norms }): Mark => ({
        type: 'line',
        name: label,
        // At the end itself only the highest layer counts: the way back begins one step before.
        points: norms.flatMap((y, x) => (x > 0 && y > 0 ? [{ x, y }] : [])),
      }),
    ),
    width: 760,
    height: 420,
  };
}

function linesOf(rows: readonly ReachRow[]): { label: Label; norms: readonly number[] }[] {
  if (rows.length > 1) return rows.map(({ name, norms }) => ({ label: name, norms }));
  return rows.flatMap(({ norms, layers }) => [
    { label: { en: 'everything', zh: '全部' }, norms },
    ...layers.flatMap(({ hidden, cell }, layer) => [
      { label: { en: `layer ${layer}: h`, zh: `第 ${layer} 层：h` }, norms: hidden },
      ...(cell ? [{ label: { en: `layer ${layer}: c`, zh: `第 ${layer} 层：c` }, norms: cell }] : []),
    ]),
  ]);
}
