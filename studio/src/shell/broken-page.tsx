/** What stands in the place of a page that broke, or that is not there. */

import { Button } from '@mantine/core';
import { type ErrorComponentProps, Link } from '@tanstack/react-router';
import { Notice } from '../parts/states.tsx';
import { useWords } from '../words.ts';
import { shellWords } from './words.ts';

export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const say = useWords(shellWords);
  return (
    <Notice title={say.crashed} action={<Button onClick={reset}>{say.again}</Button>} isProblem>
      <p>{say.crashedHow}</p>
      <code>{error instanceof Error ? error.message : String(error)}</code>
    </Notice>
  );
}

export function MissingPage() {
  const say = useWords(shellWords);
  return (
    <Notice
      title={say.nowhere}
      action={
        <Button component={Link} to="/">
          {say.toStart}
        </Button>
      }
    >
      <p>{say.nowhereHow}</p>
    </Notice>
  );
}
