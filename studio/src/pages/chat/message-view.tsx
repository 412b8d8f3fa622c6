/** One message: its text as text, its versions, what can be done with it. */

import { ActionIcon, Button, Textarea, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { shortNumber } from '../../parts/numbers.ts';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import classes from './chat.module.css';
import type { Message } from './conversations.ts';
import { chatWords } from './words.ts';

export function MessageView({
  message,
  versions,
  isBusy,
  isRead,
  onRead,
  onShow,
  onEdit,
  onAgain,
}: {
  readonly message: Message;
  readonly versions: readonly Message[];
  readonly isBusy: boolean;
  /** It is being read aloud. */
  readonly isRead: boolean;
  /** Reads it aloud, or ends that. */
  readonly onRead: () => void;
  readonly onShow: (message: Message) => void;
  readonly onEdit: (content: string) => void;
  readonly onAgain: () => void;
}) {
  const say = useWords(chatWords);
  const [draft, setDraft] = useState<string>();
  const isUser = message.role === 'user';
  const place = versions.findIndex(({ id }) => id === message.id);
  if (draft !== undefined) {
    return (
      <article className={classes.message} data-role={message.role}>
        <Textarea
          aria-label={say.edit}
          autosize
          value={draft}
          onChange={({ currentTarget }) => setDraft(currentTarget.value)}
        />
        <div className={classes.tools}>
          <Button size="compact-sm" variant="default" onClick={() => setDraft(undefined)}>
            {say.cancel}
          </Button>
          <Button
            size="compact-sm"
            disabled={draft.trim() === ''}
            onClick={() => {
              setDraft(undefined);
              onEdit(draft);
            }}
          >
            {say.save}
          </Button>
        </div>
      </article>
    );
  }
  const { tokens, ms, firstMs, repairs } = message.detail ?? {};
  return (
    <article className={classes.message} data-role={message.role}>
      <header>{isUser ? say.you : message.model}</header>
      <p className={classes.content}>{message.content}</p>
      <div className={classes.tools}>
        {versions.length > 1 && (
          <>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={say.before}
              disabled={place === 0 || isBusy}
              onClick={() => onShow(versions[place - 1])}
            >
              ‹
            </ActionIcon>
            <span>{say.versions(place + 1, versions.length)}</span>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={say.next}
              disabled={place === versions.length - 1 || isBusy}
              onClick={() => onShow(versions[place + 1])}
            >
              ›
            </ActionIcon>
          </>
        )}
        <Tooltip label={isUser ? say.edit : say.again}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={isUser ? say.edit : say.again}
            disabled={isBusy}
            onClick={isUser ? () => setDraft(message.content) : onAgain}
          >
            <Icon name={isUser ? 'edit' : 'again'} size={15} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={isRead ? say.stopReading : say.readAloud}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={isRead ? say.stopReading : say.readAloud}
            onClick={onRead}
          >
            <Icon name={isRead ? 'stop' : 'loud'} size={15} />
          </ActionIcon>
        </Tooltip>
        {tokens !== undefined && tokens > 0 && ms !== undefined && (
          <span>
            {say.figures(tokens, shortNumber(Math.round((1000 * tokens) / ms)), Math.round(firstMs ?? ms))}
          </span>
        )}
        {repairs !== undefined && repairs > 0 && <span>{say.repaired(repairs)}</span>}
      </div>
    </article>
  );
}
