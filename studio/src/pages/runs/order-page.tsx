/** A new run: few fields, what they come to, and the command that does the same. */

import { Button, FileInput, NumberInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { request } from '../../api/client.ts';
import { estimateQuery, runsQuery, sourcesQuery } from '../../api/queries.ts';
import { refresh } from '../../api/tabs.ts';
import type { RunSummary, TrainOrder } from '../../api/types.ts';
import { Explained } from '../../parts/explained.tsx';
import { shortNumber } from '../../parts/numbers.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { useErrorText } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { AllSettings } from './all-settings.tsx';
import { OrderEstimate } from './order-estimate.tsx';
import classes from './runs.module.css';
import { orderWords } from './words.ts';

/** Below this many characters a model has little to learn from. */
const LITTLE_TEXT = 50_000;

export function OrderPage() {
  const say = useWords(orderWords);
  const { language } = useLanguage();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const textOf = useErrorText();
  const { data: sources } = useQuery(sourcesQuery);
  const { data: runs = [] } = useQuery(runsQuery);
  const [isMine, setMine] = useState(false);
  const [isSimple, setSimple] = useState(true);
  const [data, setData] = useState<string>();
  const [text, setText] = useState('');
  const [typedName, setName] = useState<string>();
  const [order, setOrder] = useState<TrainOrder>({ minutes: 2, seed: 1337 });
  const change = (part: Partial<TrainOrder>): void => setOrder((before) => ({ ...before, ...part }));

  const chosen = data ?? sources?.data[0]?.data;
  const name = typedName ?? freeName(isMine ? 'my-text' : (chosen ?? 'run'), order, runs);
  const what: { readonly data?: string } = isMine ? {} : { data: chosen };
  const [settled] = useDebouncedValue({ ...what, ...order }, 250);
  const estimate = useQuery({
    ...estimateQuery(settled),
    enabled: isMine || settled.data !== undefined,
    placeholderData: (before) => before,
  });

  const start = useMutation({
    mutationFn: () =>
      request<RunSummary>('/api/runs', {
        method: 'POST',
        body: { name, ...(isMine ? { text } : { data: chosen }), ...order },
      }),
    onSuccess: async (run) => {
      await refresh(queries, runsQuery.queryKey);
      await navigate({ to: '/runs/$name', params: { name: run.name } });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    start.mutate();
  };
  return (
    <>
      <PageHead title={say.title} lead={say.lead}>
        <SegmentedControl
          aria-label={say.detail}
          value={isSimple ? 'simple' : 'all'}
          data={[
            { value: 'simple', label: say.simple },
            { value: 'all', label: say.all },
          ]}
          onChange={(value) => setSimple(value === 'simple')}
        />
      </PageHead>
      <form className={classes.columns} onSubmit={submit}>
        <div className={classes.stack}>
          <section className={classes.panel}>
            <h2 id="text-kind">{say.text}</h2>
            <SegmentedControl
              aria-labelledby="text-kind"
              mb="sm"
              value={isMine ? 'mine' : 'ready'}
              data={[
                { value: 'ready', label: say.ready },
                { value: 'mine', label: say.mine },
              ]}
              onChange={(value) => setMine(value === 'mine')}
            />
            {isMine ? (
              <OwnText text={text} onText={setText} />
            ) : (
              <Select
                label={say.corpus}
                allowDeselect={false}
                value={chosen ?? null}
                data={(sources?.data ?? []).map((source) => ({
                  value: source.data,
                  label: source.title[language],
                }))}
                onChange={(value) => setData(value ?? undefined)}
              />
            )}
          </section>
          <section className={`${classes.panel} ${classes.grid}`}>
            <Select
              label={say.preset}
              allowDeselect={false}
              value={order.preset ?? ''}
              data={[
                { value: '', label: say.fromMinutes },
                ...(sources?.presets ?? []).map((preset) => ({ value: preset, label: preset })),
              ]}
              onChange={(preset) =>
                change(preset ? { preset, minutes: undefined } : { preset: undefined, minutes: 2 })
              }
            />
            <NumberInput
              label={say.minutes}
              value={order.minutes ?? ''}
              min={0.1}
              step={1}
              disabled={order.steps !== undefined}
              onChange={(value) => change({ minutes: typeof value === 'number' ? value : undefined })}
            />
            <NumberInput
              label={<Explained term="seed">{say.seed}</Explained>}
              description={say.seedHint}
              inputWrapperOrder={['label', 'input', 'description']}
              value={order.seed ?? ''}
              min={0}
              allowDecimal={false}
              onChange={(value) => change({ seed: typeof value === 'number' ? value : undefined })}
            />
            <TextInput
              label={say.name}
              value={name}
              maxLength={64}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            {!isSimple && <AllSettings order={order} onChange={change} runs={runs} />}
          </section>
        </div>
        <aside className={classes.stack}>
          <OrderEstimate estimate={estimate.data} error={estimate.error} name={name} />
          {start.error && (
            <p role="alert" className={classes.problem}>
              {textOf(start.error)}
            </p>
          )}
          <Button
            type="submit"
            size="md"
            leftSection={<Icon name="play" size={16} />}
            loading={start.isPending}
            disabled={isMine && text === ''}
          >
            {say.start}
          </Button>
        </aside>
      </form>
    </>
  );
}

function OwnText({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const say = useWords(orderWords);
  const [file, setFile] = useState<File | null>(null);
  const isLong = text.length > SHOWN;
  const choose = async (next: File | null): Promise<void> => {
    setFile(next);
    onText((await next?.text()) ?? '');
  };
  return (
    <>
      <FileInput
        label={say.file}
        accept="text/*,.txt,.md,.jsonl"
        placeholder="poems.txt"
        mb="sm"
        value={file}
        onChange={(next) => void choose(next)}
      />
      <Textarea
        label={say.paste}
        rows={6}
        // Only the beginning of a long text is there: what is typed would take the place of all of it.
        readOnly={isLong}
        value={isLong ? text.slice(0, SHOWN) : text}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
      />
      {isLong && (
        <p className={classes.meta}>
          {say.longText(SHOWN.toLocaleString())}
          <Button size="compact-xs" variant="default" onClick={() => void choose(null)}>
            {say.clear}
          </Button>
        </p>
      )}
      {text !== '' && (
        <p className={classes.meta}>
          {say.preview(shortNumber(text.length), text.slice(0, 40).replaceAll('\n', ' '))}
        </p>
      )}
      {text !== '' && text.length < LITTLE_TEXT && <p className={classes.meta}>{say.shortText}</p>}
    </>
  );
}

/** Characters of a long text that the field shows: more would make typing slow. */
const SHOWN = 20_000;

/** `poems-2min`, `poems-2min-2`: the first that is free. */
function freeName(source: string, { minutes, steps }: TrainOrder, runs: readonly RunSummary[]): string {
  const length = steps !== undefined ? `-${steps}steps` : minutes !== undefined ? `-${minutes}min` : '';
  const base = `${source}${length}`;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!runs.some((run) => run.name === name)) return name;
  }
}
