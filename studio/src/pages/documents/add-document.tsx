/** Puts documents in: a text that is pasted, or files of any kind that can be read; or a new text in place of an old one. */

import { Button, FileInput, Group, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CommandLine } from '../../parts/command-line.tsx';
import { curlLine } from '../../parts/curl-line.ts';
import { Problem } from '../../parts/problem.tsx';
import { useErrorText } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import classes from './documents.module.css';
import { FILE_TYPES, type NewText, type PutReport, useDocumentChanges } from './use-documents.ts';
import { documentsWords } from './words.ts';

/** A document whose text is being changed. */
export type Draft = NewText;

/** Of a text that stands in a command line. */
const SHOWN = 80;

export function AddDocument({
  draft,
  takesFiles,
  isOpen,
  onDone,
}: {
  readonly draft: Draft | undefined;
  readonly takesFiles: boolean;
  readonly isOpen: boolean;
  readonly onDone: () => void;
}) {
  const say = useWords(documentsWords);
  const textOf = useErrorText();
  const { put, send } = useDocumentChanges();
  const [name, setName] = useState(draft?.key ?? '');
  const [text, setText] = useState(draft?.text ?? '');
  const [told, setTold] = useState('');
  const onSuccess = (report: PutReport): void => {
    setTold(say.report(report.added, report.changed, report.same, report.chunks));
    setText('');
    setName('');
    onDone();
  };
  // Of one that is changed all but the text stays: its title, its source, and its name to the last space.
  const document: NewText = draft ? { ...draft, text } : { key: name.trim(), text };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (send.isError) send.reset();
    put.mutate(document, { onSuccess });
  };
  const problem = put.error ?? send.error;
  return (
    <details className={classes.add} open={isOpen || undefined}>
      <summary>{draft ? say.changeIt(draft.key) : say.add}</summary>
      {takesFiles && !draft && (
        <FileInput
          label={say.files}
          description={say.filesHow}
          placeholder={say.choose}
          accept={FILE_TYPES}
          multiple
          value={[]}
          disabled={send.isPending}
          onChange={(files) => {
            if (files.length === 0) return;
            if (put.isError) put.reset();
            send.mutate(files, { onSuccess });
          }}
        />
      )}
      <form onSubmit={submit}>
        <TextInput
          label={say.name}
          required
          maxLength={300}
          readOnly={draft !== undefined}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Textarea
          label={say.text}
          required
          autosize
          minRows={4}
          maxRows={14}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Group gap="xs">
          <Button type="submit" loading={put.isPending} disabled={document.key === '' || text.trim() === ''}>
            {draft ? say.change : say.addIt}
          </Button>
          {draft && (
            <Button variant="default" onClick={onDone}>
              {say.cancel}
            </Button>
          )}
        </Group>
        {name.trim() !== '' && text !== '' && (
          <CommandLine
            command={curlLine('/v1/documents', { put: [{ ...document, text: shortened(text) }] })}
          />
        )}
      </form>
      {problem && <Problem>{textOf(problem)}</Problem>}
      <p role="status" className={classes.quiet}>
        {send.isPending ? say.reading : told}
      </p>
    </details>
  );
}

const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
