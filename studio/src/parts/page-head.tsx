/** The head of a page: its name, one sentence on what it is for, and what can be done. */

import { type ReactNode, useEffect } from 'react';
import classes from './page-head.module.css';

export function PageHead({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Inkstone`;
  }, [title]);
  return (
    <header className={classes.head}>
      <div>
        <h1>{title}</h1>
        {lead && <p>{lead}</p>}
      </div>
      {children && <div className={classes.actions}>{children}</div>}
    </header>
  );
}
