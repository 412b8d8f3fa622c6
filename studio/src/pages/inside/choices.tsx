/** Tokens that could stand at a place, with their probabilities as bars. */

import classes from './inside.module.css';
import { type Choice, shownPiece } from './use-inspect.ts';

/** A probability; a tiny one is not nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.000005) return '< 0.001 %';
  return `${(100 * share).toFixed(share >= 0.1 ? 0 : share < 0.0005 ? 3 : 2)} %`;
}

export function Choices({ top, chosen }: { readonly top: readonly Choice[]; readonly chosen?: number }) {
  const most = top[0]?.probability ?? 1;
  return (
    <ol className={classes.choices}>
      {top.map((choice) => (
        <li key={choice.id} data-chosen={choice.id === chosen || undefined}>
          <span className={classes.piece}>{shownPiece(choice)}</span>
          <span className={classes.bar}>
            <span style={{ width: `${(100 * choice.probability) / most}%` }} />
          </span>
          <span className={classes.number}>{percent(choice.probability)}</span>
        </li>
      ))}
    </ol>
  );
}
