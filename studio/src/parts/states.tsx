/** What a page shows when there is nothing yet, when it waits, and when something failed. */

import { Button, Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { ApiError, UNREACHABLE } from '../api/client.ts';
import { defineWords, useWords } from '../words.ts';
import classes from './states.module.css';

const words = defineWords({
  waiting: { en: 'Loading …', zh: '载入中……' },
  failed: { en: 'That did not work', zh: '没有成功' },
  unreachable: {
    en: 'The server does not answer. Is it still running?',
    zh: '服务器没有应答。它还在运行吗？',
  },
  again: { en: 'Try again', zh: '重试' },
});

/** A short text in the middle of an empty place: what belongs here, and how it comes. */
export function Notice({
  title,
  children,
  action,
  isProblem = false,
  isPage = false,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly isProblem?: boolean;
  /** It is all there is. */
  readonly isPage?: boolean;
}) {
  const Title = isPage ? 'h1' : 'h2';
  return (
    <section className={classes.notice} data-problem={isProblem || undefined}>
      <Title>{title}</Title>
      <div className={classes.text}>{children}</div>
      {action}
    </section>
  );
}

export function Waiting({ label }: { readonly label?: string }) {
  const say = useWords(words);
  return (
    <div className={classes.waiting} role="status">
      <Loader size="sm" color="gray" type="dots" />
      <span>{label ?? say.waiting}</span>
    </div>
  );
}

/** The sentence of an error, in the reader's language where the server said it. */
export function useErrorText(): (error: unknown) => string {
  const say = useWords(words);
  return (error) => {
    if (error instanceof ApiError && error.status === UNREACHABLE) return say.unreachable;
    return error instanceof Error ? error.message : String(error);
  };
}

export function Failure({ error, onAgain }: { readonly error: unknown; readonly onAgain?: () => void }) {
  const say = useWords(words);
  const textOf = useErrorText();
  return (
    <div role="alert">
      <Notice
        title={say.failed}
        isProblem
        action={
          onAgain && (
            <Button variant="default" onClick={onAgain}>
              {say.again}
            </Button>
          )
        }
      >
        <p>{textOf(error)}</p>
      </Notice>
    </div>
  );
}
