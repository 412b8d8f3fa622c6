/** A person's notes on a run, saved as they are written. */

import { Textarea } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { runPath, runQuery } from '../../api/queries.ts';
import { refresh } from '../../api/tabs.ts';
import { useErrorText } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { runWords } from './words.ts';

const PAUSE = 600;
const MOST = 10_000;

export function RunNotes({ name, notes }: { readonly name: string; readonly notes: string }) {
  const say = useWords(runWords);
  const textOf = useErrorText();
  const queries = useQueryClient();
  /** What is typed and not saved yet: until then, what another page saves does not show. */
  const [typed, setTyped] = useState<string>();
  const save = useMutation({
    mutationFn: (next: string) => request(runPath(name, '/notes'), { method: 'PUT', body: { notes: next } }),
    onSuccess(_, next) {
      queries.setQueryData(runQuery(name).queryKey, (run) => run && { ...run, notes: next });
      void refresh(queries, runQuery(name).queryKey);
      setTyped((now) => (now === next ? undefined : now));
    },
  });
  const later = useDebouncedCallback((next: string) => save.mutate(next), {
    delay: PAUSE,
    flushOnUnmount: true,
  });
  return (
    <Textarea
      label={say.notes}
      placeholder={say.notesHint}
      description={save.isSuccess ? say.saved : undefined}
      error={save.error ? textOf(save.error) : undefined}
      value={typed ?? notes}
      maxLength={MOST}
      autosize
      minRows={2}
      maxRows={8}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        later(currentTarget.value);
      }}
    />
  );
}
