/** Makes a task: its name, its labels, and texts that are pasted or stand in a file. */

import { Button, FileInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Problem } from '../../parts/problem.tsx';
import { useErrorText } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import classes from './label.module.css';
import { type LabelTask, useTaskChanges } from './use-labels.ts';
import { labelWords } from './words.ts';

export function NewTaskForm({ onMade }: { readonly onMade: (task: LabelTask) => void }) {
  const say = useWords(labelWords);
  const textOf = useErrorText();
  const { make } = useTaskChanges();
  const [name, setName] = useState('');
  const [labels, setLabels] = useState('');
  const [texts, setTexts] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [column, setColumn] = useState('');
  const isReady = name.trim() !== '' && /[^,，\s]\s*[,，]\s*[^,，\s]/.test(labels) && (file || texts.trim());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate(
      { name: name.trim(), labels, file: file ?? new File([texts], 'texts.txt'), column: file ? column : '' },
      { onSuccess: onMade },
    );
  };
  return (
    <form className={`${classes.sheet} ${classes.form}`} onSubmit={submit}>
      <h2>{say.make}</h2>
      <TextInput
        label={say.taskName}
        required
        maxLength={100}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <TextInput
        label={say.labels}
        description={say.labelsHow}
        required
        value={labels}
        onChange={({ currentTarget }) => setLabels(currentTarget.value)}
      />
      {!file && (
        <Textarea
          label={say.texts}
          description={say.textsHow}
          autosize
          minRows={4}
          maxRows={14}
          value={texts}
          onChange={({ currentTarget }) => setTexts(currentTarget.value)}
        />
      )}
      <FileInput
        label={say.file}
        description={say.fileHow}
        placeholder={say.choose}
        accept=".csv,.tsv,.json,.jsonl,.txt"
        clearable
        value={file}
        onChange={setFile}
      />
      {file && !file.name.endsWith('.txt') && (
        <TextInput
          label={say.column}
          description={say.columnHow}
          maxLength={100}
          value={column}
          onChange={({ currentTarget }) => setColumn(currentTarget.value)}
        />
      )}
      {make.error && <Problem>{textOf(make.error)}</Problem>}
      <Button type="submit" className={classes.fit} disabled={!isReady} loading={make.isPending}>
        {say.makeIt}
      </Button>
    </form>
  );
}
