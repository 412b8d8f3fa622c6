/** The conversations that are kept: found, opened, begun, removed. */

import { ActionIcon, Button, NavLink, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refresh } from '../../api/tabs.ts';
import { RemoveDialog } from '../../parts/remove-dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import classes from './chat.module.css';
import { type ConversationStore, FRESH, KEY } from './conversations.ts';
import { chatWords } from './words.ts';

export function ConversationList({
  store,
  chosen,
  onChoose,
}: {
  readonly store: ConversationStore;
  readonly chosen: string | undefined;
  readonly onChoose: (id: string | undefined) => void;
}) {
  const say = useWords(chatWords);
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const [doomed, setDoomed] = useState<{ readonly id: string; readonly title: string }>();
  const remove = useMutation({
    mutationFn: (id: string) => store.remove(id),
    async onSuccess(_, id) {
      await refresh(queries, [KEY]);
      if (id === chosen) onChoose(undefined);
      setDoomed(undefined);
    },
  });
  const [wanted] = useDebouncedValue(typed, 250);
  const { data = [] } = useQuery({
    queryKey: [KEY, 'list', wanted],
    queryFn: () => store.list(wanted),
    refetchInterval: store.isKept && FRESH,
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="plus" size={16} />}
        onClick={() => onChoose(undefined)}
      >
        {say.fresh}
      </Button>
      <TextInput
        aria-label={say.search}
        placeholder={say.search}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      {!store.isKept && <p className={classes.quiet}>{say.notKept}</p>}
      <nav aria-label={say.conversations} className={classes.list}>
        {data.map(({ id, title }) => (
          <div key={id} className={classes.entry}>
            <NavLink
              component="button"
              label={title || say.untitled}
              active={id === chosen}
              color="gray"
              onClick={() => onChoose(id)}
            />
            <Tooltip label={say.remove}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${say.remove}: ${title || say.untitled}`}
                onClick={() => setDoomed({ id, title: title || say.untitled })}
              >
                <Icon name="trash" size={15} />
              </ActionIcon>
            </Tooltip>
          </div>
        ))}
        {data.length === 0 && wanted !== '' && <p className={classes.quiet}>{say.nothingFound}</p>}
      </nav>
      <RemoveDialog
        name={doomed && `“${doomed.title}”`}
        how={say.removeHow}
        isRemoving={remove.isPending}
        error={remove.error}
        onRemove={() => remove.mutate(doomed!.id)}
        onClose={() => setDoomed(undefined)}
      />
    </>
  );
}
