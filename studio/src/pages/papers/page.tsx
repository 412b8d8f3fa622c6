/** Papers: a library, a text of one's own, what to do with them, and what comes of it. */

import { ActionIcon, Button, FileInput, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../../api/client.ts';
import { modelsFor } from '../../api/queries.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { shellWord } from '../../parts/shell-word.ts';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import { PaperResult } from './paper-result.tsx';
import classes from './papers.module.css';
import type { PapersSearch } from './search.ts';
import { byModel, onText, paperTasks, type SentPaper, withoutLibrary, withSubject } from './tasks.ts';
import { usePapers } from './use-papers.ts';
import { papersWords } from './words.ts';

const route = getRouteApi('/papers');

const FILE_TYPES = '.pdf,.docx,.html,.htm,.md,.txt,.tex,.bib,.json';
/** What is text as it stands; others the server reads. */
const PLAIN = /\.(?:md|txt|tex|bib|json)$/i;
/** Bytes of all files together as they are sent: a request has an end. */
const MOST_BYTES = 900_000;
const bytesOf = (papers: readonly SentPaper[]): number =>
  new TextEncoder().encode(JSON.stringify(papers)).length;

export function PapersPage() {
  const say = useWords(papersWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { task = 'read', about, model } = search;
  const [papers, setPapers] = useState<readonly SentPaper[]>([]);
  const [text, setText] = useState('');
  const [textName, setTextName] = useState('draft.md');
  const [problem, setProblem] = useState('');
  const textOf = useErrorText();
  const { asked, ask, stop } = usePapers();
  const { data: models = [] } = useQuery(modelsFor('write'));
  const isOnText = onText.includes(task);
  const isReady =
    (isOnText ? text.trim() !== '' : true) && (withoutLibrary.includes(task) || papers.length > 0);
  const change = (part: Partial<PapersSearch>): void =>
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false });

  const add = async (files: readonly File[]): Promise<void> => {
    let all = papers;
    setProblem('');
    for (const file of files) {
      const own = await readFile(file).catch((error: unknown) => {
        setProblem(textOf(error));
      });
      if (!own) continue;
      const next = [...all.filter(({ name }) => name !== own.name), own];
      if (bytesOf(next) > MOST_BYTES) setProblem(say.tooLarge(file.name));
      else all = next;
    }
    setPapers(all);
  };
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      <nav aria-label={say.tasks} className={classes.tabs}>
        {paperTasks.map((name) => (
          <Link
            key={name}
            to="/papers"
            search={{ ...search, task: name }}
            activeOptions={{ includeSearch: false }}
            data-chosen={name === task || undefined}
            aria-current={name === task ? 'page' : undefined}
          >
            {say[name]}
          </Link>
        ))}
      </nav>
      <div className={classes.desk}>
        <aside className={classes.side}>
          {task !== 'advise' && (
            <>
              <FileInput
                label={say.library}
                description={say.libraryHow}
                placeholder={say.choose}
                accept={FILE_TYPES}
                multiple
                value={[]}
                onChange={(files) => void add(files)}
              />
              {problem !== '' && <p role="alert">{problem}</p>}
              {papers.length === 0 && <p className={classes.quiet}>{say.noPapers}</p>}
              <ul className={classes.files}>
                {papers.map(({ name }) => (
                  <li key={name}>
                    <span>{name}</span>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={say.remove(name)}
                      onClick={() => setPapers(papers.filter((one) => one.name !== name))}
                    >
                      <Icon name="close" size={14} />
                    </ActionIcon>
                  </li>
                ))}
              </ul>
            </>
          )}
          {withSubject.includes(task) && (
            <TextInput
              label={say.about}
              maxLength={2000}
              value={about ?? ''}
              onChange={({ currentTarget }) => change({ about: currentTarget.value || undefined })}
            />
          )}
          {byModel.includes(task) && (
            <Select
              label={say.by}
              allowDeselect={false}
              value={model ?? ''}
              data={[{ value: '', label: say.quoted }, ...models.map(({ id }) => ({ value: id, label: id }))]}
              onChange={(value) => change({ model: value || undefined })}
            />
          )}
          <CommandLine command={commandOf(search, textName)} />
        </aside>
        <div className={classes.main}>
          {isOnText && (
            <>
              <Textarea
                label={task === 'draft' ? say.outline : say.manuscript}
                autosize
                minRows={8}
                maxRows={20}
                value={text}
                onChange={({ currentTarget }) => setText(currentTarget.value)}
              />
              <TextInput
                label={say.textName}
                maxLength={300}
                value={textName}
                onChange={({ currentTarget }) => setTextName(currentTarget.value)}
              />
            </>
          )}
          <div className={classes.buttons}>
            {asked.status === 'busy' ? (
              <Button onClick={stop} leftSection={<Icon name="stop" size={16} />}>
                {say.stop}
              </Button>
            ) : (
              <Button
                disabled={!isReady}
                onClick={() =>
                  ask({ task, papers, text, textName: textName.trim() || 'draft.md', about, model })
                }
                leftSection={<Icon name="play" size={16} />}
              >
                {say.go}
              </Button>
            )}
          </div>
          <section className={classes.result} aria-label={say.result} aria-busy={asked.status === 'busy'}>
            {asked.status === 'idle' && (
              <Notice title={say.empty}>
                <p>{say.emptyHow}</p>
              </Notice>
            )}
            {asked.status === 'busy' && <Waiting label={say.working} />}
            {asked.status === 'stopped' && <p className={classes.quiet}>{say.stopped}</p>}
            {asked.error !== undefined && <Failure error={asked.error} />}
            {asked.done && <PaperResult done={asked.done} />}
          </section>
        </div>
      </div>
    </>
  );
}

async function readFile(file: File): Promise<SentPaper> {
  const { name } = file;
  if (PLAIN.test(name)) return { name, text: await file.text() };
  return request<SentPaper>(`/api/papers/files?${new URLSearchParams({ name })}`, { method: 'POST', file });
}

/** The command that does the same with files in a folder. */
function commandOf({ task = 'read', about, model }: PapersSearch, textName: string): string {
  const subject = about && withSubject.includes(task) ? ` --about ${shellWord(about)}` : '';
  const who =
    model && byModel.includes(task) ? ` --model ${shellWord(`${location.origin}/v1#${model}`)}` : '';
  if (!onText.includes(task)) return `npx inkstone papers ${task} articles${subject}${who}`;
  const library = task === 'advise' ? '' : ' --library articles';
  // The draft is not written over its outline.
  const out = task === 'draft' ? ' --out written.md' : '';
  return `npx inkstone paper ${task} ${shellWord(textName.trim() || 'draft.md')}${library}${out}${who}`;
}
