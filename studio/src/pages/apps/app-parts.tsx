/** What the apps share: who does it, a field that sends, a notice where the server has no such app. */

import { Button, Select, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { FormEvent, KeyboardEvent, ReactNode } from 'react';
import { modelsFor } from '../../api/queries.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { Notice } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import chat from '../chat/chat.module.css';
import classes from './apps.module.css';
import { appsWords } from './words.ts';

/** Of a button whose words may be longer than a line. */
export const wrapping = { root: classes.wrapping, label: classes.wrappingLabel };

/** A model that writes, or none. One that an address asks for and that is not there is shown, and refused by the server. */
export function ByWhom({
  model,
  nobody,
  onChoose,
}: {
  readonly model: string | undefined;
  /** What happens without one. */
  readonly nobody: string;
  readonly onChoose: (model: string | undefined) => void;
}) {
  const say = useWords(appsWords);
  const { data = [] } = useQuery(modelsFor('write'));
  const ids = data.map(({ id }) => id);
  const all = model === undefined || ids.includes(model) ? ids : [model, ...ids];
  return (
    <Select
      label={say.by}
      allowDeselect={false}
      value={model ?? ''}
      data={[{ value: '', label: nobody }, ...all.map((id) => ({ value: id, label: id }))]}
      onChange={(value) => onChoose(value || undefined)}
    />
  );
}

/** Enter sends, Shift+Enter makes a new line. */
export function SayField({
  label,
  value,
  isBusy,
  maxLength,
  onType,
  onSend,
  onStop,
}: {
  readonly label: string;
  readonly value: string;
  readonly isBusy: boolean;
  readonly maxLength: number;
  readonly onType: (text: string) => void;
  readonly onSend: () => void;
  readonly onStop?: () => void;
}) {
  const say = useWords(appsWords);
  const send = (event: FormEvent | KeyboardEvent): void => {
    event.preventDefault();
    if (value.trim() !== '' && !isBusy) onSend();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  return (
    <form className={chat.form} onSubmit={send}>
      <Textarea
        aria-label={label}
        placeholder={label}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={maxLength}
        value={value}
        onChange={({ currentTarget }) => onType(currentTarget.value)}
        onKeyDown={onKey}
      />
      {isBusy && onStop ? (
        <Button onClick={onStop}>{say.stop}</Button>
      ) : (
        <Button type="submit" disabled={value.trim() === '' || isBusy}>
          {say.send}
        </Button>
      )}
    </form>
  );
}

/** The server was started without it: what starts it. */
export function NoApp({
  title,
  how,
  label,
  command,
  children,
}: {
  readonly title: string;
  readonly how: string;
  readonly label: string;
  readonly command: string;
  /** What is needed first. */
  readonly children?: ReactNode;
}) {
  return (
    <Notice title={title}>
      <p>{how}</p>
      {children}
      <CommandLine label={label} command={command} />
    </Notice>
  );
}
