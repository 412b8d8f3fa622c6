/** Who is judging: a name that tells two people of one server apart, remembered by the browser. */

import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { defineWords, useWords } from '../words.ts';
import { recall, remember } from './memory.ts';
import classes from './person.module.css';

const words = defineWords({
  name: { en: 'Your name', zh: '你的名字' },
  enter: { en: 'Begin', zh: '开始' },
});

const NAME = 'inkstone-reviewer';

/** Who judged in this browser last; empty for nobody. */
export const lastPerson = (): string => recall(NAME) ?? '';

export function PersonForm({
  how,
  onName,
}: {
  /** What the name is for. */
  readonly how: string;
  readonly onName: (name: string) => void;
}) {
  const say = useWords(words);
  const [typed, setTyped] = useState(lastPerson);
  const name = typed.trim();
  const enter = (event: FormEvent): void => {
    event.preventDefault();
    if (name === '') return;
    remember(NAME, name);
    onName(name);
  };
  return (
    <form className={classes.form} onSubmit={enter}>
      <p>{how}</p>
      <Group align="flex-end">
        <TextInput
          label={say.name}
          autoComplete="off"
          maxLength={64}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Button type="submit" disabled={name === ''}>
          {say.enter}
        </Button>
      </Group>
    </form>
  );
}
