/** The state of a run: a word and a dot. */

import type { RunStatus } from '../../api/types.ts';
import { useWords } from '../../words.ts';
import classes from './runs.module.css';
import { runsWords } from './words.ts';

export function RunStatusMark({ status }: { readonly status: RunStatus }) {
  const say = useWords(runsWords);
  return (
    <span className={classes.status} data-status={status}>
      <span className={classes.dot} aria-hidden="true" />
      {say[status]}
    </span>
  );
}
