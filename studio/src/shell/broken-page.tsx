/** What stands in the place of a page that broke, or that is not there. */

import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { LinkButton } from '../parts/link-button.tsx';
import { Notice } from '../parts/states.tsx';
import { useWords } from '../words.ts';
import { shellWords } from './words.ts';

export function BrokenPage({ error, reset }: ErrorComponentProps) {
  const say = useWords(shellWords);
  return (
    <Notice title={say.crashed} action={<Button onClick={reset}>{say.again}</Button>} isProblem isPage>
      <p>{say.crashedHow}</p>
      <code>{error instanceof Error ? error.message : String(error)}</code>
    </Notice>
  );
}

export function MissingPage() {
  const say = useWords(shellWords);
  return (
    <Notice isPage title={say.nowhere} action={<LinkButton to="/">{say.toStart}</LinkButton>}>
      <p>{say.nowhereHow}</p>
    </Notice>
  );
}
