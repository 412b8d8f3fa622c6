/** All documents by name: how many passages each has, since when; one's own can be removed. */

import { ActionIcon, Button, Group, TextInput, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { dateTime } from '../../parts/numbers.ts';
import { RemoveDialog } from '../../parts/remove-dialog.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import classes from './documents.module.css';
import { type DocumentList as List, useDocumentChanges } from './use-documents.ts';
import { documentsWords } from './words.ts';

export function DocumentList({
  list,
  filter,
  shown,
  isFirst,
  onFilter,
  onPage,
  onShow,
}: {
  readonly list: List;
  readonly filter: string;
  readonly shown: string | undefined;
  readonly isFirst: boolean;
  readonly onFilter: (text: string) => void;
  readonly onPage: (after: string | undefined) => void;
  readonly onShow: (key: string | undefined) => void;
}) {
  const say = useWords(documentsWords);
  const { language } = useLanguage();
  const { remove } = useDocumentChanges();
  const [going, setGoing] = useState<string>();
  const { data, next } = list;
  return (
    <nav aria-label={say.list} className={classes.stack}>
      <TextInput
        label={say.filter}
        value={filter}
        onChange={({ currentTarget }) => onFilter(currentTarget.value)}
      />
      {data.length === 0 && <p className={classes.quiet}>{filter ? say.nothingNamed : say.empty}</p>}
      <ul className={classes.list}>
        {data.map(({ key, title, passages, changed, isOwn }) => (
          <li key={`${key} ${isOwn}`}>
            <button
              type="button"
              className={classes.entry}
              aria-current={key === shown || undefined}
              onClick={() => onShow(key)}
            >
              <span>{title ?? key}</span>
              <small>
                {[
                  title && title !== key ? key : '',
                  say.passages(passages),
                  changed && dateTime(changed, language),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </small>
            </button>
            {isOwn && (
              <Tooltip label={say.remove(key)}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={say.remove(key)}
                  onClick={() => setGoing(key)}
                >
                  <Icon name="trash" size={16} />
                </ActionIcon>
              </Tooltip>
            )}
          </li>
        ))}
      </ul>
      {(next !== null || !isFirst) && (
        <Group gap="xs">
          {!isFirst && (
            <Button size="compact-sm" variant="default" onClick={() => onPage(undefined)}>
              {say.first}
            </Button>
          )}
          {next !== null && (
            <Button size="compact-sm" variant="default" onClick={() => onPage(next)}>
              {say.more}
            </Button>
          )}
        </Group>
      )}
      <RemoveDialog
        name={going}
        how={say.removeHow}
        isRemoving={remove.isPending}
        error={remove.error}
        onRemove={() =>
          remove.mutate(going!, {
            onSuccess() {
              if (going === shown) onShow(undefined);
              setGoing(undefined);
            },
          })
        }
        onClose={() => setGoing(undefined)}
      />
    </nav>
  );
}
