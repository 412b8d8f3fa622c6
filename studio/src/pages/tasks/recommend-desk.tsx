/** Items for a reader: who it is or what is wanted, what is recommended and why, and what the reader says of it. */

import { Button, Checkbox, NumberInput, Textarea, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { ToldRecommendation } from '../../../../src/serve/answers/recommend-route.ts';
import { ApiError } from '../../api/client.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { curlLine } from '../../parts/curl-line.ts';
import { percent } from '../../parts/numbers.ts';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import { piecesOf } from './pieces.ts';
import { recommendWords } from './recommend-words.ts';
import type { TasksSearch } from './search.ts';
import classes from './tasks.module.css';
import { RECOMMEND_PATH, type RecommendOrder, useRecommend } from './use-recommend.ts';
import { tasksWords } from './words.ts';

const route = getRouteApi('/tasks/$task');

const TOP = 6;
/** Characters of a text that an address holds. */
const LONGEST_IN_ADDRESS = 2000;
const COMMANDS = [
  'npx inkstone recommend train --items items.csv --events events.csv --out recommender',
  'npx inkstone studio --recommender recommender',
];

export function RecommendDesk({
  typed,
  onType,
}: {
  readonly typed: string;
  readonly onType: (text: string) => void;
}) {
  const say = useWords(recommendWords);
  const tasks = useWords(tasksWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [user, setUser] = useState(search.user ?? '');
  const { isBusy, answer, asked, error, ask, tell } = useRecommend();
  const { top = TOP, diversity, fresh } = search;
  const isReady = typed.trim() !== '' || user.trim() !== '';
  const order: RecommendOrder = {
    user: user.trim() || undefined,
    text: typed.trim() ? typed : undefined,
    ...{ top, diversity, new_only: fresh },
  };
  const change = (part: Partial<TasksSearch>): void =>
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false });
  const keep = (): void =>
    change({
      text: typed !== '' && typed.length <= LONGEST_IN_ADDRESS ? typed : undefined,
      user: user.trim() || undefined,
    });
  const begin = (): void => {
    if (!isReady) return;
    keep();
    ask(order);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) begin();
  };
  // An address that holds a reader or a text is one to recommend for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the task opens
  useEffect(() => {
    if ((search.text || search.user) && isReady) ask(order);
  }, []);
  const isNobody = error instanceof ApiError && error.code === 'serve/no-recommender';
  return (
    <div className={classes.desk}>
      <div className={classes.main}>
        <TextInput
          label={say.user}
          description={say.userHow}
          maxLength={200}
          value={user}
          onChange={({ currentTarget }) => setUser(currentTarget.value)}
          onBlur={keep}
          onKeyDown={onKey}
        />
        <Textarea
          mt="sm"
          label={say.text}
          placeholder={say.textHow}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={20_000}
          value={typed}
          onChange={({ currentTarget }) => onType(currentTarget.value)}
          onBlur={keep}
          onKeyDown={onKey}
        />
        <div className={classes.buttons}>
          <Button disabled={!isReady} onClick={begin} leftSection={<Icon name="play" size={16} />}>
            {say.ask}
          </Button>
          <kbd className={classes.keys}>{tasks.keys}</kbd>
        </div>
        <section className={classes.result} aria-label={tasks.result} aria-busy={isBusy}>
          {isNobody && (
            <Notice title={say.nobody}>
              <p>{say.nobodyHow}</p>
              {COMMANDS.map((command, i) => (
                <CommandLine key={command} label={i === 0 ? say.makeOne : say.serveIt} command={command} />
              ))}
            </Notice>
          )}
          {error !== undefined && !isNobody && <Failure error={error} />}
          {!answer && !isBusy && error === undefined && (
            <Notice title={tasks.empty}>
              <p>{say.how}</p>
            </Notice>
          )}
          {!answer && isBusy && <Waiting label={tasks.working} />}
          {answer && (
            <>
              {answer.by === 'popularity' && <p className={classes.quiet}>{say.stranger}</p>}
              {answer.items.length === 0 && <p className={classes.quiet}>{say.nothing}</p>}
              <ol className={classes.items}>
                {answer.items.map((item) => (
                  <Recommended
                    key={item.id}
                    item={item}
                    onSay={
                      asked?.user === undefined
                        ? undefined
                        : (isLiked) => {
                            const { low, high } = answer.scale;
                            tell({ user: asked.user!, item: item.id, rating: isLiked ? high : low }, asked);
                          }
                    }
                  />
                ))}
              </ol>
              {asked?.user === undefined && <p className={classes.quiet}>{say.needsUser}</p>}
            </>
          )}
        </section>
      </div>
      <aside className={classes.settings}>
        <NumberInput
          label={say.top}
          min={1}
          max={100}
          allowDecimal={false}
          clampBehavior="strict"
          value={top}
          onChange={(next) => typeof next === 'number' && change({ top: next === TOP ? undefined : next })}
        />
        <NumberInput
          label={say.diversity}
          description={say.diversityHow}
          min={0}
          max={1}
          step={0.1}
          clampBehavior="strict"
          value={diversity ?? 0}
          onChange={(next) => typeof next === 'number' && change({ diversity: next || undefined })}
        />
        <Checkbox
          label={say.fresh}
          checked={fresh ?? false}
          onChange={({ currentTarget }) => change({ fresh: currentTarget.checked || undefined })}
        />
        <CommandLine command={curlLine(RECOMMEND_PATH, isReady ? order : { ...order, text: say.textHow })} />
      </aside>
    </div>
  );
}

function Recommended({
  item,
  onSay,
}: {
  readonly item: ToldRecommendation;
  readonly onSay: ((isLiked: boolean) => void) | undefined;
}) {
  const say = useWords(recommendWords);
  const { title, text, category, readers, because, words } = item;
  const marks = words.flatMap((word) =>
    word.places.map(([start, end]) => ({ start, end, value: word.weight })),
  );
  const name = title ?? item.id;
  const about = [readers === 0 ? say.isNew : say.readers(readers), category].filter(Boolean).join(' · ');
  return (
    <li>
      <div className={classes.resultHead}>
        <h2>{name}</h2>
        <span className={classes.quiet}>{about}</span>
      </div>
      <p className={classes.sheet}>
        {piecesOf(text, marks).map(({ text: piece, start, value }) =>
          value === undefined ? (
            <span key={start}>{piece}</span>
          ) : (
            <mark key={start} className={classes.word} data-shade="2">
              {piece}
            </mark>
          ),
        )}
        {item.is_cut && say.more}
      </p>
      {because.length > 0 && (
        <p className={classes.quiet}>
          {say.because}{' '}
          {because
            .map((one) => `${one.item === null ? say.wish : one.title} (${percent(one.share)})`)
            .join('; ')}
        </p>
      )}
      {onSay && (
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={say.likeItem(name)}
            onClick={() => onSay(true)}
          >
            {say.like}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={say.dislikeItem(name)}
            onClick={() => onSay(false)}
          >
            {say.dislike}
          </Button>
        </div>
      )}
    </li>
  );
}
