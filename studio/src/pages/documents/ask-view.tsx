/** A question to the documents: an answer with its sources, or the passages that a search finds. */

import { Button, Group, NumberInput, SegmentedControl, Select, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react';
import { modelsFor } from '../../api/queries.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { curlLine } from '../../parts/curl-line.ts';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { AnswerView } from './answer-view.tsx';
import classes from './documents.module.css';
import { PassageList } from './passage-list.tsx';
import { bodyOf, useAnswer } from './use-answer.ts';
import { useSearch } from './use-documents.ts';
import { documentsWords } from './words.ts';

const route = getRouteApi('/documents');

/** Passages of an answer, and of a search. */
const TOP = 5;

/** A place in a document. */
export interface Place {
  readonly key: string;
  readonly at: number;
  /** Without, nothing is marked. */
  readonly end: number | undefined;
}

/** Where a text is found; one that a rule changed, at the beginning of its document. */
export const placeOf = ({
  key,
  start,
  end,
}: {
  readonly key: string;
  readonly start: number | null;
  readonly end: number | null;
}): Place => ({ key, at: start ?? 0, end: end ?? undefined });

export function AskView({
  isByMeaning,
  isEmpty,
  onShow,
}: {
  readonly isByMeaning: boolean;
  readonly isEmpty: boolean;
  readonly onShow: (place: Place) => void;
}) {
  const say = useWords(documentsWords);
  const { view, q, model, top = TOP } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: models = [] } = useQuery(modelsFor('write'));
  const [typed, setTyped] = useState(q ?? '');
  const isSearch = view === 'search';
  const answer = useAnswer();
  const found = useSearch(isSearch ? q : undefined, top);
  const { ask } = answer;
  // The address holds the question: opened again, it is asked again.
  useEffect(() => {
    if (!isSearch && q !== undefined) ask({ question: q, model, top });
  }, [ask, isSearch, q, model, top]);
  const change = (part: object): void =>
    void navigate({ search: (before) => ({ ...before, ...part }), resetScroll: false });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    const question = typed.trim();
    if (question === '') return;
    if (question !== q) change({ q: question });
    else if (isSearch) void found.refetch();
    else ask({ question, model, top });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  const question = typed.trim() || q || say.example;
  return (
    <section className={classes.ask}>
      <form className={classes.stack} onSubmit={submit}>
        <SegmentedControl
          aria-label={say.what}
          className={classes.fit}
          value={view ?? 'ask'}
          data={[
            { value: 'ask', label: say.askView },
            { value: 'search', label: say.searchView },
          ]}
          onChange={(value) => change({ view: value === 'search' ? 'search' : undefined })}
        />
        <Textarea
          label={isSearch ? say.query : say.question}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2000}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={onKey}
        />
        <Group align="flex-end">
          {!isSearch && (
            <Select
              label={say.by}
              allowDeselect={false}
              value={model ?? ''}
              data={[{ value: '', label: say.quoted }, ...models.map(({ id }) => ({ value: id, label: id }))]}
              onChange={(value) => change({ model: value || undefined })}
            />
          )}
          <NumberInput
            label={say.top}
            className={classes.narrow}
            min={1}
            max={20}
            clampBehavior="strict"
            value={top}
            onChange={(next) => typeof next === 'number' && change({ top: next === TOP ? undefined : next })}
          />
          {answer.isBusy && !isSearch ? (
            <Button variant="default" onClick={answer.stop}>
              {say.stop}
            </Button>
          ) : (
            <Button type="submit" disabled={typed.trim() === '' || isEmpty}>
              {isSearch ? say.search : say.ask}
            </Button>
          )}
        </Group>
      </form>
      <div className={classes.result}>
        {isSearch && found.error && <Failure error={found.error} />}
        {isSearch && found.isLoading && <Waiting />}
        {isSearch && found.data && <PassageList passages={found.data} onShow={onShow} />}
        {!isSearch && <AnswerView state={answer} onShow={onShow} />}
      </div>
      <p className={classes.quiet}>{isByMeaning ? say.byBoth : say.byWords}</p>
      <CommandLine
        command={
          isSearch
            ? curlLine('/api/documents/search', { query: question, top })
            : curlLine('/v1/answers', bodyOf({ question, model, top }))
        }
      />
    </section>
  );
}
