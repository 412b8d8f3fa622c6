/** Conversations with a model. */

import {
  ActionIcon,
  Button,
  NavLink,
  NumberInput,
  Switch,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { modelsQuery, strategiesQuery } from '../../api/queries.ts';
import type { Model, StrategyRow } from '../../api/types.ts';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { compact } from '../../parts/search.ts';
import { Failure, Notice, useErrorText, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import { StrategyPicker } from '../write/strategy-picker.tsx';
import classes from './chat.module.css';
import {
  branchOf,
  type ConversationStore,
  latestLeaf,
  type Message,
  openStore,
  versionsOf,
} from './conversations.ts';
import { MessageView } from './message-view.tsx';
import type { ChatSearch } from './search.ts';
import { type ReplyOrder, useReply } from './use-reply.ts';
import { chatWords } from './words.ts';

const route = getRouteApi('/chat');

const storeQuery = queryOptions({
  queryKey: ['conversation-store'],
  queryFn: openStore,
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

const KEY = 'conversations';
const defaults = { strategy: 'top-p:0.9', tokens: 120 } as const;
/** Characters of a title. */
const TITLE = 40;

export function ChatPage() {
  const say = useWords(chatWords);
  const models = useQuery(modelsQuery);
  const strategies = useQuery(strategiesQuery);
  const store = useQuery(storeQuery);
  const model = useModel(route.useSearch().model);
  const error = models.error ?? strategies.error ?? store.error;
  const isThere = models.data && strategies.data && store.data;
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      {!isThere && (error ? <Failure error={error} /> : <Waiting label={say.opening} />)}
      {isThere && (model ? <Room model={model} rows={strategies.data} store={store.data} /> : <NoModel />)}
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
    void navigate({ to: '/chat', search: compact({ ...search, ...part }), replace: true });
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
            label={say.guard}
            checked={guard}
            onChange={({ currentTarget }) => change({ guard: currentTarget.checked || undefined })}
          />
          <NumberInput
            label={say.tokens}
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

function ConversationList({
  store,
  chosen,
  onChoose,
}: {
  readonly store: ConversationStore;
  readonly chosen: string | undefined;
  readonly onChoose: (id: string | undefined) => void;
}) {
  const say = useWords(chatWords);
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const [wanted] = useDebouncedValue(typed, 250);
  const { data = [] } = useQuery({ queryKey: [KEY, 'list', wanted], queryFn: () => store.list(wanted) });
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="plus" size={16} />}
        onClick={() => onChoose(undefined)}
      >
        {say.fresh}
      </Button>
      <TextInput
        aria-label={say.search}
        placeholder={say.search}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      {!store.isKept && <p className={classes.quiet}>{say.notKept}</p>}
      <nav aria-label={say.conversations} className={classes.list}>
        {data.map(({ id, title }) => (
          <div key={id} className={classes.entry}>
            <NavLink
              component="button"
              label={title || say.untitled}
              active={id === chosen}
              color="gray"
              onClick={() => onChoose(id)}
            />
            <Tooltip label={say.remove}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${say.remove}: ${title || say.untitled}`}
                onClick={async () => {
                  await store.remove(id);
                  await queries.invalidateQueries({ queryKey: [KEY] });
                  if (id === chosen) onChoose(undefined);
                }}
              >
                <Icon name="trash" size={15} />
              </ActionIcon>
            </Tooltip>
          </div>
        ))}
      </nav>
    </>
  );
}

function Talk({
  id,
  store,
  order,
  onBegun,
}: {
  readonly id: string | undefined;
  readonly store: ConversationStore;
  readonly order: ReplyOrder;
  readonly onBegun: (id: string) => void;
}) {
  const say = useWords(chatWords);
  const textOf = useErrorText();
  const queries = useQueryClient();
  const reply = useReply();
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<unknown>();
  const { data: whole, error } = useQuery({
    queryKey: [KEY, 'one', id],
    queryFn: () => store.get(id!),
    enabled: id !== undefined,
  });
  const branch = whole ? branchOf(whole) : [];
  const isBusy = reply.text !== undefined;

  const refresh = () => queries.invalidateQueries({ queryKey: [KEY] });
  /** Asks for an answer to the branch, and keeps it. */
  const answer = async (to: string, said: readonly Message[]): Promise<void> => {
    const { content, detail } = await reply.ask(said, order);
    const parent = said.at(-1)?.id ?? null;
    if (content !== '')
      await store.add(to, { role: 'assistant', content, model: order.model, detail, parent });
    await refresh();
  };
  const attempt = (work: () => Promise<void>): void => {
    setProblem(undefined);
    work().catch(setProblem);
  };
  const send = (): void => {
    const content = typed.trim();
    if (content === '' || isBusy) return;
    setTyped('');
    attempt(async () => {
      const to = id ?? (await store.create(content.slice(0, TITLE))).id;
      const message = await store.add(to, { role: 'user', content, parent: branch.at(-1)?.id ?? null });
      if (id === undefined) onBegun(to);
      await refresh();
      await answer(to, [...branch, message]);
    });
  };
  const edit = (message: Message, content: string): void =>
    attempt(async () => {
      const changed = await store.add(id!, { role: 'user', content, siblingOf: message.id });
      await refresh();
      await answer(id!, [...branch.slice(0, branch.indexOf(message)), changed]);
    });
  const again = (message: Message): void =>
    attempt(() => answer(id!, branch.slice(0, branch.indexOf(message))));
  const show = (message: Message): void =>
    attempt(async () => {
      await store.show(id!, latestLeaf(whole!, message.id));
      await refresh();
    });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <section className={classes.talk}>
      <div className={classes.messages} aria-live="polite">
        {error && <Failure error={error} />}
        {branch.length === 0 && !isBusy && !error && (
          <Notice title={say.none}>
            <p>{say.noneHow}</p>
          </Notice>
        )}
        {branch.map((message) => (
          <MessageView
            key={message.id}
            message={message}
            versions={versionsOf(whole!, message)}
            isBusy={isBusy}
            onShow={show}
            onEdit={(content) => edit(message, content)}
            onAgain={() => again(message)}
          />
        ))}
        {isBusy && (
          <article className={classes.message} data-role="assistant">
            <header>{order.model}</header>
            <p className={classes.content}>{reply.text || '…'}</p>
          </article>
        )}
        {problem !== undefined && <p role="alert">{textOf(problem)}</p>}
      </div>
      <form
        className={classes.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          send();
        }}
      >
        <Textarea
          aria-label={say.say}
          placeholder={say.say}
          autosize
          minRows={1}
          maxRows={6}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={onKey}
        />
        {isBusy ? (
          <Button onClick={reply.stop}>{say.stop}</Button>
        ) : (
          <Button type="submit" disabled={typed.trim() === ''}>
            {say.send}
          </Button>
        )}
      </form>
      {store.isKept && id !== undefined && (
        <p className={classes.quiet}>
          {say.exportAs}:{' '}
          {(['markdown', 'json'] as const).map((format) => (
            <a
              key={format}
              href={`/api/conversations/${encodeURIComponent(id)}/export?format=${format}`}
              download
            >
              {format}
            </a>
          ))}
        </p>
      )}
    </section>
  );
}
