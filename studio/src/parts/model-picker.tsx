/** Which model: those served now, and trained runs that can be loaded. */

import { Button, Group, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { request } from '../api/client.ts';
import { modelsFor, modelsQuery, runsQuery } from '../api/queries.ts';
import { refresh } from '../api/tabs.ts';
import type { Model, Work } from '../api/types.ts';
import { defineWords, useWords } from '../words.ts';
import { LinkButton } from './link-button.tsx';
import { fixed, shortNumber } from './numbers.ts';
import { Notice, useErrorText } from './states.tsx';

const words = defineWords({
  model: { en: 'Model', zh: '模型' },
  served: { en: 'served now', zh: '正在提供' },
  loadable: { en: 'load a run', zh: '载入训练' },
  loading: { en: 'loading …', zh: '载入中……' },
  about: {
    en: (size: string, source: string, bits: string) =>
      `${size} parameters, learned from ${source}, ${bits} bits/char`,
    zh: (size: string, source: string, bits: string) => `${size} 参数，学自 ${source}，${bits} 比特/字`,
  },
  none: { en: 'There is no model yet', zh: '还没有模型' },
  noneHow: {
    en: 'Train one first: two minutes on this machine are enough for clumsy poems.',
    zh: '先训练一个：在这台机器上两分钟，就能写稚拙的诗。',
  },
  train: { en: 'Train a model', zh: '训练一个模型' },
  away: { en: (id: string) => `${id} is not served now`, zh: (id: string) => `${id} 现在没有提供` },
  awayHow: {
    en: 'This address asks for it. Nothing is written with another model unless you say so.',
    zh: '此地址要用它。未经你同意，不会改用别的模型。',
  },
  load: { en: (id: string) => `Load ${id}`, zh: (id: string) => `载入 ${id}` },
  instead: { en: (id: string) => `Use ${id}`, zh: (id: string) => `改用 ${id}` },
});

/** The model that is asked for, else the first that is served for this work; undefined where it is not there. */
export function useModel(id: string | undefined, work: Work = 'write'): Model | undefined {
  const { data } = useQuery(modelsFor(work));
  return id === undefined ? data?.[0] : data?.find((model) => model.id === id);
}

/** Loads a run, so that its model is served. */
function useLoad(onLoaded: (id: string) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (run: string) => request<Model>('/api/models', { method: 'POST', body: { run } }),
    onSuccess: async ({ id }) => {
      await refresh(queries, modelsQuery.queryKey);
      onLoaded(id);
    },
  });
}

/** Runs that can be loaded for this work. */
function useLoadable(work: Work): string[] {
  const { data: models = [] } = useQuery(modelsQuery);
  const { data: runs = [] } = useQuery(runsQuery);
  return runs
    .filter((run) => run.hasModel && run.work === work && models.every(({ id }) => id !== run.name))
    .map(({ name }) => name);
}

export function ModelPicker({
  model,
  work = 'write',
  isShort = false,
  onChoose,
}: {
  readonly model: Model;
  /** Which models there are to choose from. */
  readonly work?: Work;
  /** Without what is known about it. */
  readonly isShort?: boolean;
  readonly onChoose: (id: string) => void;
}) {
  const say = useWords(words);
  const textOf = useErrorText();
  const { data: models = [] } = useQuery(modelsFor(work));
  const load = useLoad(onChoose);
  const served = models.map(({ id }) => id);
  const loadable = useLoadable(work);
  const { parameters, source, bitsPerCharacter } = model.run ?? {};
  const about =
    parameters && source ? say.about(shortNumber(parameters), source, fixed(bitsPerCharacter)) : undefined;
  return (
    <Select
      label={say.model}
      allowDeselect={false}
      value={model.id}
      description={load.isPending ? say.loading : isShort ? undefined : about}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={load.error ? textOf(load.error) : undefined}
      data={[
        { group: say.served, items: served },
        ...(loadable.length > 0 ? [{ group: say.loadable, items: loadable }] : []),
      ]}
      onChange={(id) => {
        if (id === null) return;
        if (served.includes(id)) onChoose(id);
        else load.mutate(id);
      }}
    />
  );
}

/** Stands where a page needs a model and there is none, or not the one that its address asks for. */
export function NoModel({
  wanted,
  work = 'write',
  children,
}: {
  readonly wanted: string | undefined;
  readonly work?: Work;
  /** Instead of the way to a model that writes. */
  readonly children?: ReactNode;
}) {
  const say = useWords(words);
  const textOf = useErrorText();
  const { data: models = [] } = useQuery(modelsFor(work));
  const loadable = useLoadable(work);
  const load = useLoad(() => {});
  if (wanted !== undefined && models.length > 0)
    return <ModelAway wanted={wanted} other={models[0].id} work={work} />;
  if (children) {
    return (
      <>
        {children}
        <Group justify="center">
          {loadable.map((name) => (
            <Button key={name} variant="default" loading={load.isPending} onClick={() => load.mutate(name)}>
              {say.load(name)}
            </Button>
          ))}
        </Group>
        {load.error && <p role="alert">{textOf(load.error)}</p>}
      </>
    );
  }
  return (
    <Notice title={say.none} action={<LinkButton to="/runs/new">{say.train}</LinkButton>}>
      <p>{say.noneHow}</p>
    </Notice>
  );
}

function ModelAway({
  wanted,
  other,
  work,
}: {
  readonly wanted: string;
  readonly other: string;
  readonly work: Work;
}) {
  const say = useWords(words);
  const textOf = useErrorText();
  const navigate = useNavigate();
  const load = useLoad(() => {});
  const isLoadable = useLoadable(work).includes(wanted);
  const instead = (): void =>
    void navigate({ to: '.', search: (before) => ({ ...before, model: other }), replace: true });
  return (
    <Notice
      title={say.away(wanted)}
      action={
        <Group justify="center">
          {isLoadable && (
            <Button loading={load.isPending} onClick={() => load.mutate(wanted)}>
              {say.load(wanted)}
            </Button>
          )}
          <Button variant="default" onClick={instead}>
            {say.instead(other)}
          </Button>
        </Group>
      }
    >
      <p>{say.awayHow}</p>
      {load.error && <p role="alert">{textOf(load.error)}</p>}
    </Notice>
  );
}
