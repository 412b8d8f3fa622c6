/** Where the server has keys: one is asked for once, and kept in a cookie that no script can read. */

import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState, useSyncExternalStore } from 'react';
import { ApiError, request } from '../api/client.ts';
import { remember } from '../parts/memory.ts';
import { Notice, useErrorText } from '../parts/states.tsx';
import { useWords } from '../words.ts';
import { shellWords } from './words.ts';

let isNeeded = false;
const listeners = new Set<() => void>();

function setNeeded(next: boolean): void {
  if (next === isNeeded) return;
  isNeeded = next;
  for (const listener of listeners) listener();
}

const isRefused = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

/** Hears of every error: an answer that asks for a key brings the page that takes one. */
export function noteError(error: unknown): void {
  if (isRefused(error)) setNeeded(true);
}

/** Under which the browser keeps that this reader has signed in. */
export const SIGNED_IN = 'inkstone.signed-in';

export function useNeedsKey(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isNeeded,
  );
}

export function SignIn() {
  const say = useWords(shellWords);
  const textOf = useErrorText();
  const queries = useQueryClient();
  const [key, setKey] = useState('');
  const signIn = useMutation({
    mutationFn: () => request('/api/session', { method: 'POST', body: { key } }),
    onSuccess: async () => {
      setNeeded(false);
      remember(SIGNED_IN, 'yes');
      await queries.resetQueries();
    },
  });
  return (
    <Notice title={say.keyNeeded} isPage>
      <p>{say.keyHow}</p>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <PasswordInput
          label={say.key}
          value={key}
          autoComplete="current-password"
          error={signIn.error && (isRefused(signIn.error) ? say.keyWrong : textOf(signIn.error))}
          onChange={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <Button type="submit" mt="md" loading={signIn.isPending} disabled={key === ''}>
          {say.signIn}
        </Button>
      </form>
    </Notice>
  );
}
