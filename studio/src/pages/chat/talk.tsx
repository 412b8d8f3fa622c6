/** One conversation: its branch, the answer that is being written, the field below. */

import { ActionIcon, Button, Textarea, Tooltip } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import { refresh } from '../../api/tabs.ts';
import { Problem } from '../../parts/problem.tsx';
import { Failure, Notice, useErrorText } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import classes from './chat.module.css';
import {
  branchOf,
  type ConversationStore,
  FRESH,
  KEY,
  latestLeaf,
  leafToShow,
  type Message,
  type NewMessage,
  versionsOf,
} from './conversations.ts';
import { MessageView } from './message-view.tsx';
import { useMicrophone } from './use-microphone.ts';
import { useReadAloud } from './use-read-aloud.ts';
import { type ReplyOrder, useReply } from './use-reply.ts';
import { whileAway } from './while-away.ts';
import { chatWords } from './words.ts';

/** An answer that came and could not be saved. */
interface Unsaved {
  readonly to: string;
  readonly message: NewMessage;
}

/** Characters of a title. */
const TITLE = 40;

export function Talk({
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
  const reader = useReadAloud();
  /** What is heard comes behind what is typed: nothing is sent unread. */
  const field = useRef<HTMLTextAreaElement>(null);
  const microphone = useMicrophone({
    onHeard(heard) {
      setTyped((now) => (now.trim() === '' ? heard : `${now.trimEnd()} ${heard}`));
      field.current?.focus();
    },
    onProblem: setProblem,
  });
  const [unsaved, setUnsaved] = useState<Unsaved>();
  const { data: kept, error } = useQuery({
    queryKey: [KEY, 'one', id],
    queryFn: () => store.get(id!),
    enabled: id !== undefined,
    refetchInterval: store.isKept && FRESH,
  });
  const [seen, setSeen] = useState<string | null>(null);
  const leaf = kept ? leafToShow(kept, seen) : null;
  if (kept && leaf !== seen) setSeen(leaf);
  const whole = kept && { ...kept, leaf };
  const branch = whole ? branchOf(whole) : [];
  const isBusy = reply.text !== undefined;
  /** Nothing is said after an answer that is not kept yet. */
  const isOpen = !isBusy && unsaved === undefined;

  const refreshAll = () => refresh(queries, [KEY]);
  /** Asks for an answer to the branch, and keeps it. */
  const answer = async (to: string, said: readonly Message[]): Promise<void> => {
    const { content, detail, error: broken } = await reply.ask(said, order);
    const message = {
      role: 'assistant',
      content,
      model: order.model,
      detail,
      parent: said.at(-1)?.id ?? null,
    } as const;
    if (content === '') reply.show(undefined);
    else await save({ to, message });
    if (broken !== undefined) throw broken;
  };
  /** An answer stays in sight until it is saved. */
  const save = async (come: Unsaved): Promise<void> => {
    setUnsaved(undefined);
    reply.show(come.message.content);
    try {
      await keep(come.to, come.message);
    } catch (failure) {
      setUnsaved(come);
      throw failure;
    } finally {
      reply.show(undefined);
    }
  };
  /** Keeps a message and shows its branch. A server that is away may come back: what was written waits for it. */
  const keep = async (to: string, message: NewMessage): Promise<Message> => {
    const made = await whileAway(() => store.add(to, message));
    await refreshAll();
    setSeen(made.id);
    return made;
  };
  const attempt = (work: () => Promise<void>): void => {
    setProblem(undefined);
    work().catch(setProblem);
  };
  const discard = (): void => {
    setProblem(undefined);
    setUnsaved(undefined);
  };
  const send = (): void => {
    const content = typed.trim();
    if (content === '' || !isOpen) return;
    setTyped('');
    attempt(async () => {
      const { to, message } = await begin(content).catch((failure: unknown) => {
        // Nothing typed is lost.
        setTyped((now) => now || content);
        throw failure;
      });
      if (id === undefined) onBegun(to);
      await refreshAll();
      await answer(to, [...branch, message]);
    });
  };
  const begin = async (content: string) => {
    const to = id ?? (await store.create(content.slice(0, TITLE))).id;
    const parent = branch.at(-1)?.id ?? null;
    return { to, message: await store.add(to, { role: 'user', content, parent }) };
  };
  const edit = (message: Message, content: string): void =>
    attempt(async () => {
      const changed = await keep(id!, { role: 'user', content, siblingOf: message.id });
      await answer(id!, [...branch.slice(0, branch.indexOf(message)), changed]);
    });
  const again = (message: Message): void =>
    attempt(() => answer(id!, branch.slice(0, branch.indexOf(message))));
  const show = (message: Message): void =>
    attempt(async () => {
      const end = latestLeaf(whole!, message.id);
      await store.show(id!, end);
      await refreshAll();
      setSeen(end);
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
            isBusy={!isOpen}
            isRead={reader.reading === message.id}
            onRead={() => attempt(() => reader.toggle(message.id, message.content))}
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
        {unsaved && (
          <article className={classes.message} data-role="assistant">
            <header>{unsaved.message.model}</header>
            <p className={classes.content}>{unsaved.message.content}</p>
          </article>
        )}
        {problem !== undefined && <Problem>{textOf(problem)}</Problem>}
        {unsaved && (
          <div className={classes.tools}>
            <span>{say.unsaved}</span>
            <Button size="compact-sm" onClick={() => attempt(() => save(unsaved))}>
              {say.saveAgain}
            </Button>
            <Button size="compact-sm" variant="default" onClick={discard}>
              {say.discard}
            </Button>
          </div>
        )}
        {isOpen && branch.at(-1)?.role === 'user' && (
          <Button
            variant="default"
            className={classes.fit}
            leftSection={<Icon name="again" size={16} />}
            onClick={() => attempt(() => answer(id!, branch))}
          >
            {say.answer}
          </Button>
        )}
      </div>
      <form
        className={classes.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          send();
        }}
      >
        <Textarea
          ref={field}
          aria-label={say.say}
          placeholder={say.say}
          autosize
          minRows={1}
          maxRows={6}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={onKey}
        />
        <Tooltip label={microphone.isRecording ? say.stopSpeaking : say.speak}>
          <ActionIcon
            size="input-sm"
            variant={microphone.isRecording ? 'filled' : 'default'}
            aria-label={microphone.isRecording ? say.stopSpeaking : say.speak}
            aria-pressed={microphone.isRecording}
            loading={microphone.isHearing}
            onClick={() => attempt(microphone.toggle)}
          >
            <Icon name={microphone.isRecording ? 'stop' : 'microphone'} size={18} />
          </ActionIcon>
        </Tooltip>
        {isBusy ? (
          <Button onClick={reply.stop}>{say.stop}</Button>
        ) : (
          <Button type="submit" disabled={typed.trim() === '' || !isOpen}>
            {say.send}
          </Button>
        )}
        {microphone.note !== undefined && (
          <p role="status" className={classes.hearing}>
            {microphone.note}
          </p>
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
