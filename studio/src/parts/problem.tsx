/** What went wrong, said at once, beside what it concerns. */

import type { ReactNode } from 'react';
import classes from './problem.module.css';

export function Problem({ children }: { readonly children: ReactNode }) {
  return (
    <p role="alert" className={classes.problem}>
      {children}
    </p>
  );
}
