/** One run, live: where it stands, its curves, what it writes, how it was made. */

import { Button, Progress, Slider } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { TermId } from '../../../../src/glossary/index.ts';
import { request } from '../../api/client.ts';
import { machineQuery, modelsQuery, runPath, runQuery, runsQuery } from '../../api/queries.ts';
import { refresh } from '../../api/tabs.ts';
import type { RunDetail } from '../../api/types.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { Explained, MaybeExplained } from '../../parts/explained.tsx';
import { bytes, duration, fixed, percent, shortNumber } from '../../parts/numbers.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { RemoveDialog } from '../../parts/remove-dialog.tsx';
import { Failure, useErrorText, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { RunCharts } from './run-charts.tsx';
import { RunNotes } from './run-notes.tsx';
import { RunSamples } from './run-samples.tsx';
import { RunStatusMark } from './run-status.tsx';
import classes from './runs.module.css';
import { useRunMetrics } from './use-run-metrics.ts';
import { runWords } from './words.ts';

const route = getRouteApi('/runs/$name');

const DEFAULT_SMOOTHING = 0.9;

export function RunPage() {
  const { name } = route.useParams();
  const { smooth = DEFAULT_SMOOTHING } = route.useSearch();
  const navigate = useNavigate();
  const say = useWords(runWords);
  const { data: run, error, refetch } = useQuery(runQuery(name));
  const { metrics, connection } = useRunMetrics(name);
  if (!run) return error ? <Failure error={error} onAgain={() => void refetch()} /> : <Waiting />;
  const isBusy = run.status === 'running' || run.status === 'preparing';
  return (
    <>
      <PageHead title={run.name} lead={<RunStatusMark status={run.status} />}>
        <RunActions run={run} isBusy={isBusy} />
      </PageHead>
      {isBusy && (
        <Progress
          value={100 * (run.fraction ?? 0)}
          size="sm"
          mb="md"
          animated={run.status === 'preparing'}
          aria-label={percent(run.fraction ?? 0)}
        />
      )}
      {connection === 'lost' && <p className={classes.meta}>{say.lost}</p>}
      {run.status === 'failed' && (
        <div className={classes.problem} role="alert">
          <p>{say.failedBecause}</p>
          <pre className={classes.log}>{run.cause}</pre>
        </div>
      )}
      <RunTiles run={run} isBusy={isBusy} />
      <div className={classes.columns}>
        <div className={classes.stack}>
          {metrics && metrics.columns.step.length > 0 ? (
            <>
              <RunCharts metrics={metrics} smoothing={smooth} />
              <div className={classes.meta}>
                <span>
                  <Explained term="smoothing">{say.smoothing}</Explained>
                </span>
                <Slider
                  thumbLabel={say.smoothing}
                  value={smooth}
                  min={0}
                  max={0.99}
                  step={0.01}
                  w={180}
                  size="sm"
                  label={(value) => value.toFixed(2)}
                  onChange={(value) =>
                    void navigate({
                      to: '/runs/$name',
                      params: { name },
                      search: { smooth: value },
                      replace: true,
                    })
                  }
                />
              </div>
            </>
          ) : (
            isBusy && <Waiting label={say.preparing} />
          )}
          <RunSamples samples={metrics?.samples ?? []} isBusy={isBusy} />
        </div>
        <aside className={classes.stack}>
          <RunNotes key={run.name} name={run.name} notes={run.notes} />
          <RunSettings run={run} />
          {run.command && <CommandLine command={run.command} />}
          {run.log && (
            <section className={classes.panel}>
              <h2>{say.log}</h2>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
              <pre className={classes.log} tabIndex={0}>
                {run.log}
              </pre>
            </section>
          )}
        </aside>
      </div>
    </>
  );
}

function RunActions({ run, isBusy }: { readonly run: RunDetail; readonly isBusy: boolean }) {
  const say = useWords(runWords);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const textOf = useErrorText();
  const [isAsking, asking] = useDisclosure();
  const { name, status, hasModel, work } = run;
  const refreshAll = () => refresh(queries, runsQuery.queryKey);
  const change = useMutation({
    mutationFn: (verb: 'stop' | 'resume') => request(runPath(name, `/${verb}`), { method: 'POST' }),
    onSettled: refreshAll,
  });
  const remove = useMutation({
    mutationFn: () => request(runPath(name), { method: 'DELETE' }),
    onSuccess: async () => {
      await navigate({ to: '/runs' });
      await refreshAll();
    },
  });
  const write = useMutation({
    mutationFn: () => request('/api/models', { method: 'POST', body: { run: name } }),
    onSuccess: async () => {
      await refresh(queries, modelsQuery.queryKey);
      const search = { model: name };
      if (work === 'write') await navigate({ to: '/write', search });
      else if (work) await navigate({ to: '/tasks/$task', params: { task: work }, search });
    },
  });
  const problem = change.error ?? write.error;
  return (
    <>
      {problem && (
        <p className={classes.meta} role="alert">
          {textOf(problem)}
        </p>
      )}
      {isBusy && (
        <Button
          variant="default"
          leftSection={<Icon name="stop" size={16} />}
          loading={change.isPending}
          onClick={() => change.mutate('stop')}
        >
          {say.stop}
        </Button>
      )}
      {(status === 'stopped' || status === 'failed') && (
        <Button
          variant="default"
          leftSection={<Icon name="play" size={16} />}
          loading={change.isPending}
          onClick={() => change.mutate('resume')}
        >
          {say.resume}
        </Button>
      )}
      {!isBusy && (
        <Button variant="default" leftSection={<Icon name="trash" size={16} />} onClick={asking.open}>
          {say.remove}
        </Button>
      )}
      {hasModel && work !== undefined && (
        <Button
          leftSection={<Icon name={work === 'write' ? 'write' : 'tasks'} size={16} />}
          loading={write.isPending}
          onClick={() => write.mutate()}
        >
          {work === 'write' ? say.write : say.use}
        </Button>
      )}
      <RemoveDialog
        name={isAsking ? name : undefined}
        how={say.removeHow}
        isRemoving={remove.isPending}
        error={remove.error}
        onRemove={() => remove.mutate()}
        onClose={asking.close}
      />
    </>
  );
}

function RunTiles({ run, isBusy }: { readonly run: RunDetail; readonly isBusy: boolean }) {
  const say = useWords(runWords);
  const { language } = useLanguage();
  const { data: machine } = useQuery({ ...machineQuery, enabled: isBusy });
  const { step, loss, heldOutLoss, bitsPerCharacter, tokensPerSecond, etaSeconds, seconds, parameters } = run;
  const tiles: readonly (readonly [label: string, value: string | undefined, term?: TermId])[] = [
    [say.step, step === undefined ? undefined : step.toLocaleString(), 'step'],
    [say.loss, fixed(loss, 3), 'loss'],
    [say.heldOut, fixed(heldOutLoss, 3), 'heldOut'],
    [say.bits, fixed(bitsPerCharacter), 'bitsPerCharacter'],
    [say.speed, tokensPerSecond === undefined ? undefined : shortNumber(tokensPerSecond), 'tokensPerSecond'],
    isBusy
      ? [say.left, etaSeconds === undefined ? undefined : duration(etaSeconds, language)]
      : [say.took, seconds === undefined ? undefined : duration(seconds, language)],
    [say.parameters, parameters === undefined ? undefined : shortNumber(parameters), 'parameters'],
    ...(machine
      ? ([
          [say.cpu, percent(machine.cpu)],
          [say.memory, bytes(machine.memoryBytes), 'memory'],
        ] as const)
      : []),
  ];
  return (
    <dl className={classes.tiles}>
      {tiles.map(([label, value, term]) => (
        <div key={label} className={classes.tile}>
          <dt>
            <MaybeExplained term={term}>{label}</MaybeExplained>
          </dt>
          <dd>{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

function RunSettings({ run: { config } }: { readonly run: RunDetail }) {
  const say = useWords(runWords);
  if (!config) return null;
  return (
    <details className={classes.panel}>
      <summary>{say.settings}</summary>
      <dl className={classes.facts}>
        {flatten(config).map(([key, value]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** `training.lr` → its value as text; hashes are left out. */
export function flatten(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path ? `${path}.${key}` : key));
  }
  return /sha256|fingerprint|version/.test(path) ? [] : [[path, String(value)]];
}
