/** Which model: those served now, and trained runs that can be loaded. */

import { Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '../api/client.ts';
import { modelsQuery, runsQuery } from '../api/queries.ts';
import type { Model } from '../api/types.ts';
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
});

/** The model of the address, else the first that is served. */
export function useModel(id: string | undefined): Model | undefined {
  const { data } = useQuery(modelsQuery);
  return data?.find((model) => model.id === id) ?? data?.[0];
}

export function ModelPicker({
  model,
  onChoose,
}: {
  readonly model: Model | undefined;
  readonly onChoose: (id: string) => void;
}) {
  const say = useWords(words);
  const textOf = useErrorText();
  const queries = useQueryClient();
  const { data: models = [] } = useQuery(modelsQuery);
  const { data: runs = [] } = useQuery(runsQuery);
  const load = useMutation({
    mutationFn: (run: string) => request<Model>('/api/models', { method: 'POST', body: { run } }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: modelsQuery.queryKey });
      onChoose(id);
    },
  });
  const served = models.map(({ id }) => id);
  const loadable = runs
    .filter(({ name, hasModel }) => hasModel && !served.includes(name))
    .map(({ name }) => name);
  const { parameters, source, bitsPerCharacter } = model?.run ?? {};
  const about =
    parameters && source ? say.about(shortNumber(parameters), source, fixed(bitsPerCharacter)) : undefined;
  return (
    <Select
      label={say.model}
      allowDeselect={false}
      value={model?.id ?? null}
      description={load.isPending ? say.loading : about}
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

/** Stands where a page needs a model and there is none. */
export function NoModel() {
  const say = useWords(words);
  return (
    <Notice title={say.none} action={<LinkButton to="/runs/new">{say.train}</LinkButton>}>
      <p>{say.noneHow}</p>
    </Notice>
  );
}
