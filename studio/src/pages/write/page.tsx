/** Writing: a beginning, a way of writing, and the text as it comes. */

import { Button, NumberInput, Switch, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { modelsQuery, strategiesQuery } from '../../api/queries.ts';
import type { Model, StrategyRow } from '../../api/types.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { Explained } from '../../parts/explained.tsx';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { shellWord } from '../../parts/shell-word.ts';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import type { WriteOrder } from './draft.ts';
import { DraftView } from './draft-view.tsx';
import type { WriteSearch } from './search.ts';
import { StrategyPicker } from './strategy-picker.tsx';
import { type DraftWriter, useDraft } from './use-draft.ts';
import { writeWords } from './words.ts';
import classes from './write.module.css';

const route = getRouteApi('/write');

const defaults = { strategy: 'top-p:0.9', beside: 'greedy', seed: 1, tokens: 120 } as const;

export function WritePage() {
  const say = useWords(writeWords);
  const models = useQuery(modelsQuery);
  const strategies = useQuery(strategiesQuery);
  const { model: id } = route.useSearch();
  const model = useModel(id);
  const error = models.error ?? strategies.error;
  const isThere = models.data && strategies.data;
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      {!isThere && (error ? <Failure error={error} /> : <Waiting />)}
      {isThere && (model ? <Desk model={model} rows={strategies.data} /> : <NoModel wanted={id} />)}
    </>
  );
}

function Desk({ model, rows }: { readonly model: Model; readonly rows: readonly StrategyRow[] }) {
  const say = useWords(writeWords);
  const search = route.useSearch();
  const navigate = useNavigate();
  const { guard = false, seed = defaults.seed, tokens = defaults.tokens, beside } = search;
  const strategy = search.strategy ?? defaults.strategy;
  const [prompt, setPrompt] = useState(search.prompt ?? '');
  const first = useDraft();
  const second = useDraft();
  const isWriting = first.draft.status === 'writing' || second.draft.status === 'writing';

  const change = (part: Partial<WriteSearch>): void =>
    void navigate({ to: '/write', search: { ...search, ...part }, replace: true });
  const orderOf = (spec: string, from = seed): WriteOrder => ({
    model: model.id,
    strategy: spec,
    guard,
    seed: from,
    tokens: model.contextLength === undefined ? tokens : Math.min(tokens, model.contextLength - 1),
    isRemote: model.host !== undefined,
  });
  const write = (from = seed): void => {
    change({ prompt: prompt || undefined, seed: from, model: model.id });
    first.write(prompt, orderOf(strategy, from));
    if (beside) second.write(prompt, orderOf(beside, from));
  };
  const stop = (): void => {
    first.stop();
    second.stop();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) write();
  };
  // An address that holds a beginning is a text to write.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page opens
  useEffect(() => {
    if (search.prompt) write();
  }, []);

  return (
    <div className={classes.desk}>
      <div className={classes.main}>
        <Textarea
          label={say.prompt}
          placeholder={say.promptHint}
          autosize
          minRows={2}
          maxRows={8}
          value={prompt}
          onChange={({ currentTarget }) => setPrompt(currentTarget.value)}
          onBlur={() => change({ prompt: prompt || undefined })}
          onKeyDown={onKey}
        />
        <div className={classes.buttons}>
          {isWriting ? (
            <Button onClick={stop} leftSection={<Icon name="stop" size={16} />}>
              {say.stop}
            </Button>
          ) : (
            <Button onClick={() => write()} leftSection={<Icon name="write" size={16} />}>
              {say.write}
            </Button>
          )}
          <Button
            variant="default"
            disabled={isWriting}
            leftSection={<Icon name="again" size={16} />}
            onClick={() => write(seed + 1)}
          >
            {say.again}
          </Button>
          <kbd className={classes.keys}>{say.writeKeys}</kbd>
          <Legend />
        </div>
        <div className={beside ? classes.two : undefined}>
          <Column title={beside ? strategy : undefined} writer={first} order={orderOf(strategy)} />
          {beside && <Column title={beside} writer={second} order={orderOf(beside)} />}
        </div>
      </div>
      <aside className={classes.settings}>
        <ModelPicker model={model} onChoose={(id) => change({ model: id })} />
        <StrategyPicker
          label={beside ? say.strategyOf(1) : say.strategy}
          value={strategy}
          rows={rows}
          onChange={(next) => change({ strategy: next })}
        />
        <Switch
          label={say.beside}
          checked={beside !== undefined}
          onChange={({ currentTarget }) =>
            change({ beside: currentTarget.checked ? defaults.beside : undefined })
          }
        />
        {beside && (
          <StrategyPicker
            label={say.strategyOf(2)}
            value={beside}
            rows={rows}
            onChange={(next) => change({ beside: next })}
          />
        )}
        <Switch
          label={<Explained term="guard">{say.guard}</Explained>}
          description={say.guardHint}
          checked={guard}
          onChange={({ currentTarget }) => change({ guard: currentTarget.checked || undefined })}
        />
        <div className={classes.pair}>
          <NumberInput
            label={<Explained term="seed">{say.seed}</Explained>}
            min={0}
            allowDecimal={false}
            value={seed}
            onChange={(next) => typeof next === 'number' && change({ seed: next })}
          />
          <NumberInput
            label={<Explained term="minTokens">{say.tokens}</Explained>}
            description={model.contextLength && say.window(model.contextLength)}
            inputWrapperOrder={['label', 'input', 'description']}
            min={1}
            max={model.contextLength === undefined ? undefined : model.contextLength - 1}
            allowDecimal={false}
            value={tokens}
            onChange={(next) => typeof next === 'number' && change({ tokens: next })}
          />
        </div>
        <CommandLine command={commandOf(prompt, orderOf(strategy))} />
      </aside>
    </div>
  );
}

function Column({
  title,
  writer,
  order,
}: {
  readonly title: string | undefined;
  readonly writer: DraftWriter;
  readonly order: WriteOrder;
}) {
  const say = useWords(writeWords);
  const { draft } = writer;
  return (
    <section className={classes.column} aria-label={title ?? say.text}>
      {title && <h2>{title}</h2>}
      {draft.status === 'idle' ? (
        <Notice title={say.empty}>
          <p>{say.emptyHow}</p>
        </Notice>
      ) : (
        <DraftView draft={draft} onRewrite={(at, instead) => writer.rewrite(at, instead, order)} />
      )}
    </section>
  );
}

function Legend() {
  const say = useWords(writeWords);
  return (
    <span className={classes.legend} role="img" aria-label={`${say.legend}: ${say.likely} → ${say.unlikely}`}>
      {say.likely}
      {[0, 1, 2, 3, 4, 5].map((shade) => (
        <span key={shade} className={classes.swatch} data-shade={shade || undefined} />
      ))}
      {say.unlikely}
    </span>
  );
}

function commandOf(prompt: string, { model, strategy, guard, seed, tokens }: WriteOrder): string {
  const words = ['npx', 'inkstone', 'generate', `runs/${model}`];
  if (prompt) words.push('--prompt', prompt);
  words.push('--strategy', strategy, ...(guard ? ['--guard'] : []));
  words.push('--seed', String(seed), '--max-tokens', String(tokens));
  return words.map(shellWord).join(' ');
}
