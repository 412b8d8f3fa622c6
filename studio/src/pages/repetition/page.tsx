/** The repetition lab: measured live, and what it found out about a model. */

import { Button, Group, NumberInput, Progress, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { modelsQuery } from '../../api/queries.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { Explained } from '../../parts/explained.tsx';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import classes from './repetition.module.css';
import { Report } from './report.tsx';
import type { RepetitionSearch } from './search.ts';
import { type LabNewsRow, type LabState, useLab } from './use-lab.ts';
import { repetitionWords } from './words.ts';

const route = getRouteApi('/repetition');

/** What the lab takes where nothing is said. */
const defaults = { prompts: 16, seed: 1337 } as const;

export function RepetitionPage() {
  const say = useWords(repetitionWords);
  const models = useQuery(modelsQuery);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const model = useModel(search.model);
  return (
    <>
      <PageHead title={say.title} lead={say.lead}>
        {model && (
          <ModelPicker
            model={model}
            isShort
            onChoose={(next) => void navigate({ search: { ...search, model: next } })}
          />
        )}
      </PageHead>
      {models.error && <Failure error={models.error} onAgain={() => void models.refetch()} />}
      {models.isPending && <Waiting />}
      {models.data && !model && <NoModel wanted={search.model} />}
      {model && <Lab key={model.id} model={model.id} />}
    </>
  );
}

function Lab({ model }: { readonly model: string }) {
  const say = useWords(repetitionWords);
  const lab = useLab(model);
  const [problem, setProblem] = useState<unknown>();
  const search = route.useSearch();
  if (!lab.data || !lab.state) {
    return lab.error ? <Failure error={lab.error} onAgain={() => void lab.refetch()} /> : <Waiting />;
  }
  const { state } = lab;
  const { report } = lab.data;
  const { prompts = defaults.prompts, tokens, seed, guard } = search;
  const start = (): void => {
    setProblem(undefined);
    lab
      .start({ prompts, tokens, seed, ...(guard === 'off' && { guard: false }) })
      .catch((error: unknown) => setProblem(error));
  };
  const isRunning = state.status === 'running';
  return (
    <div className={classes.stack}>
      <Order
        isRunning={isRunning}
        label={report ? say.again : say.start}
        onStart={start}
        onStop={() => void lab.stop().catch((error: unknown) => setProblem(error))}
      />
      {problem !== undefined && <Failure error={problem} />}
      {state.status === 'failed' && (
        <Notice title={say.failed} isProblem>
          <p>{state.problem}</p>
        </Notice>
      )}
      {isRunning && <Running state={state} />}
      {!isRunning && state.rows.length > 0 && (
        <section className={classes.sheet} aria-label={say.measured}>
          <p className={classes.quiet}>{say.measured}</p>
          <LiveRows rows={state.rows} />
        </section>
      )}
      {report ? (
        <Report key={report.made} report={report} model={model} />
      ) : (
        !isRunning &&
        state.rows.length === 0 && (
          <Notice title={say.empty}>
            <p>{say.emptyHow}</p>
          </Notice>
        )
      )}
      {(state.command ?? report?.command) && <CommandLine command={(state.command ?? report?.command)!} />}
    </div>
  );
}

function Order({
  isRunning,
  label,
  onStart,
  onStop,
}: {
  readonly isRunning: boolean;
  readonly label: string;
  readonly onStart: () => void;
  readonly onStop: () => void;
}) {
  const say = useWords(repetitionWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: Partial<RepetitionSearch>): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const numberOf = (value: number | string): number | undefined =>
    typeof value === 'number' ? value : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onStart();
      }}
    >
      <Group align="flex-end">
        <NumberInput
          label={say.prompts}
          w="7rem"
          min={2}
          max={128}
          value={search.prompts ?? defaults.prompts}
          onChange={(value) => set({ prompts: numberOf(value) })}
        />
        <NumberInput
          label={<Explained term="minTokens">{say.tokens}</Explained>}
          w="8rem"
          min={2}
          max={1000}
          placeholder={say.asFits}
          value={search.tokens ?? ''}
          onChange={(value) => set({ tokens: numberOf(value) })}
        />
        <NumberInput
          label={<Explained term="seed">{say.seed}</Explained>}
          w="7rem"
          min={0}
          value={search.seed ?? defaults.seed}
          onChange={(value) => set({ seed: numberOf(value) })}
        />
        <Switch
          label={<Explained term="guard">{say.guard}</Explained>}
          mb="xs"
          checked={search.guard !== 'off'}
          onChange={(event) => set({ guard: event.currentTarget.checked ? undefined : 'off' })}
        />
        {isRunning ? (
          <Button variant="default" onClick={onStop}>
            {say.stop}
          </Button>
        ) : (
          <Button type="submit">{label}</Button>
        )}
      </Group>
    </form>
  );
}

function Running({ state }: { readonly state: LabState }) {
  const say = useWords(repetitionWords);
  const { progress, rows } = state;
  const stage = progress ? say.stage(progress.done + 1, progress.total, progress.stage) : say.starting;
  return (
    <section className={classes.sheet} aria-label={stage}>
      <p role="status">{stage}</p>
      <Progress
        aria-label={stage}
        value={progress ? (100 * progress.done) / progress.total : 0}
        animated={!progress}
      />
      <p className={classes.quiet}>{say.running}</p>
      {rows.length > 0 && <LiveRows rows={rows} />}
    </section>
  );
}

function LiveRows({ rows }: { readonly rows: readonly LabNewsRow[] }) {
  const say = useWords(repetitionWords);
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{say.strategy}</th>
          <th scope="col">
            <Explained term="rep4">{say.repeated}</Explained>
          </th>
          <th scope="col" className={classes.wide}>
            <span className="visually-hidden">{say.repeated}</span>
          </th>
          <th scope="col">
            <Explained term="loop">{say.stuck}</Explained>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.name} ${row.guard}`}>
            <th scope="row">{row.guard ? `${row.name} · ${say.withGuard}` : row.name}</th>
            <td>{percent(row.repeated)}</td>
            <td className={classes.wide}>
              <span className={classes.interval}>
                <span
                  style={{ left: `${100 * row.low}%`, width: `${Math.max(1, 100 * (row.high - row.low))}%` }}
                />
              </span>
            </td>
            <td>{percent(row.stuck)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
