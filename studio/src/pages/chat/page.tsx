/** Conversations with a model. */

import { NumberInput, Switch } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { modelsQuery, strategiesQuery } from '../../api/queries.ts';
import type { Model, StrategyRow } from '../../api/types.ts';
import { Explained } from '../../parts/explained.tsx';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Failure, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { StrategyPicker } from '../write/strategy-picker.tsx';
import classes from './chat.module.css';
import { ConversationList } from './conversation-list.tsx';
import { type ConversationStore, openStore } from './conversations.ts';
import type { ChatSearch } from './search.ts';
import { Talk } from './talk.tsx';
import type { ReplyOrder } from './use-reply.ts';
import { chatWords } from './words.ts';

const route = getRouteApi('/chat');

const storeQuery = queryOptions({
  queryKey: ['conversation-store'],
  queryFn: openStore,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

const defaults = { strategy: 'top-p:0.9', tokens: 120 } as const;

export function ChatPage() {
  const say = useWords(chatWords);
  const models = useQuery(modelsQuery);
  const strategies = useQuery(strategiesQuery);
  const store = useQuery(storeQuery);
  const { model: wanted } = route.useSearch();
  const model = useModel(wanted);
  const error = models.error ?? strategies.error ?? store.error;
  const isThere = models.data && strategies.data && store.data;
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      {!isThere && (error ? <Failure error={error} /> : <Waiting label={say.opening} />)}
      {isThere &&
        (model ? (
          <Room model={model} rows={strategies.data} store={store.data} />
        ) : (
          <NoModel wanted={wanted} />
        ))}
    </>
  );
}

function Room({
  model,
  rows,
  store,
}: {
  readonly model: Model;
  readonly rows: readonly StrategyRow[];
  readonly store: ConversationStore;
}) {
  const say = useWords(chatWords);
  const search = route.useSearch();
  const navigate = useNavigate();
  const change = (part: Partial<ChatSearch>): void =>
    void navigate({ to: '/chat', search: { ...search, ...part }, replace: true });
  /** Another talk is begun by choosing one; a new one that gets its name goes on. */
  const [talk, setTalk] = useState(0);
  const { strategy = defaults.strategy, guard = false, tokens = defaults.tokens, id } = search;
  const order: ReplyOrder = {
    model: model.id,
    strategy,
    guard,
    tokens: Math.min(tokens, (model.contextLength ?? Number.POSITIVE_INFINITY) - 1),
    isRemote: model.host !== undefined,
  };
  return (
    <div className={classes.room}>
      <aside className={classes.side}>
        <ConversationList
          store={store}
          chosen={id}
          onChoose={(next) => {
            setTalk((count) => count + 1);
            change({ id: next });
          }}
        />
        <details className={classes.settings}>
          <summary>{say.settings}</summary>
          <ModelPicker model={model} onChoose={(next) => change({ model: next })} />
          <StrategyPicker
            label={say.strategy}
            value={strategy}
            rows={rows}
            onChange={(next) => change({ strategy: next })}
          />
          <Switch
            label={<Explained term="guard">{say.guard}</Explained>}
            checked={guard}
            onChange={({ currentTarget }) => change({ guard: currentTarget.checked || undefined })}
          />
          <NumberInput
            label={<Explained term="minTokens">{say.tokens}</Explained>}
            min={1}
            value={tokens}
            onChange={(next) => typeof next === 'number' && change({ tokens: next })}
          />
        </details>
      </aside>
      <Talk key={talk} id={id} store={store} order={order} onBegun={(next) => change({ id: next })} />
    </div>
  );
}
