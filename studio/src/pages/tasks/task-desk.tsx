/** One task: a text in, who does it, what comes of it. */

import { Button, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { ApiError } from '../../api/client.ts';
import { kitsQuery, modelsFor, modelsQuery } from '../../api/queries.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { curlLine } from '../../parts/curl-line.ts';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import { BlanksView } from './blanks-view.tsx';
import { ClassesView } from './classes-view.tsx';
import { DomainView } from './domain-view.tsx';
import { DrawingSettings, DrawingsView } from './drawings-view.tsx';
import type { TasksSearch } from './search.ts';
import { SummaryView } from './summary-view.tsx';
import classes from './tasks.module.css';
import { BLANK, defaults, type Order, type TaskName, tasks } from './tasks.ts';
import { TranslationView } from './translation-view.tsx';
import { type Asked, useAsk } from './use-ask.ts';
import { perTask, tasksWords } from './words.ts';

const route = getRouteApi('/tasks/$task');

/** Characters of a text that an address holds. */
const LONGEST_IN_ADDRESS = 2000;

interface Props {
  readonly name: TaskName;
  readonly typed: string;
  readonly onType: (text: string) => void;
}

export function TaskDesk(props: Props) {
  return tasks[props.name].isAlone ? <KitDesk {...props} /> : <ModelDesk {...props} />;
}

/** Where the server has kits of a field. */
function KitDesk(props: Props) {
  const say = useWords(tasksWords);
  const nobody = useWords(perTask.nobody)[props.name];
  const how = useWords(perTask.nobodyHow)[props.name];
  const kits = useQuery(kitsQuery);
  if (kits.data) return <Desk {...props} model={undefined} />;
  if (!kits.error) return <Waiting />;
  if (!(kits.error instanceof ApiError && kits.error.code === 'serve/no-kits'))
    return <Failure error={kits.error} />;
  return (
    <Notice title={nobody}>
      <p>{how}</p>
      {tasks[props.name].commands.map((command) => (
        <CommandLine key={command} label={say.serveIt} command={command} />
      ))}
    </Notice>
  );
}

function ModelDesk(props: Props) {
  const { work, isWithoutModel, commands } = tasks[props.name];
  const say = useWords(tasksWords);
  const nobody = useWords(perTask.nobody)[props.name];
  const how = useWords(perTask.nobodyHow)[props.name];
  const { model: id } = route.useSearch();
  const models = useQuery(modelsQuery);
  const model = useModel(id, work);
  if (!models.data) return models.error ? <Failure error={models.error} /> : <Waiting />;
  if (isWithoutModel && (id === undefined || model)) return <Desk {...props} model={id} />;
  if (model) return <Desk {...props} model={model.id} />;
  return (
    <NoModel wanted={id} work={work}>
      <Notice title={nobody}>
        <p>{how}</p>
        {commands.map((command, i) => (
          <CommandLine
            key={command}
            label={i === commands.length - 1 ? say.serveIt : i === 0 ? say.trainOne : undefined}
            command={command}
          />
        ))}
      </Notice>
    </NoModel>
  );
}

function Desk({ name, typed, onType, model }: Props & { readonly model: string | undefined }) {
  const say = useWords(tasksWords);
  const label = useWords(perTask.text)[name];
  const example = useWords(perTask.example)[name];
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const field = useRef<HTMLTextAreaElement>(null);
  const { asked, ask, stop } = useAsk(name);
  const { path, bodyOf } = tasks[name];
  const isBlankMissing = name === 'fill-mask' && !BLANK.test(typed);
  const isReady = typed.trim() !== '' && !isBlankMissing;
  const orderOf = (text: string): Order => ({ ...search, model, text });

  const change = (part: Partial<TasksSearch>): void =>
    void navigate({ search: { ...search, ...part }, replace: true, resetScroll: false });
  const keep = (): void =>
    change({ text: typed !== '' && typed.length <= LONGEST_IN_ADDRESS ? typed : undefined });
  const begin = (): void => {
    if (!isReady) return;
    keep();
    ask(orderOf(typed));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) begin();
  };
  const putBlank = (): void => {
    const { selectionStart: from, selectionEnd: to } = field.current!;
    onType(`${typed.slice(0, from)}[MASK]${typed.slice(to)}`);
    field.current!.focus();
  };
  // An address that holds a text is a text to work on.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the task opens
  useEffect(() => {
    if (search.text && isReady) ask(orderOf(typed));
  }, []);

  return (
    <div className={classes.desk}>
      <div className={classes.main}>
        <Textarea
          ref={field}
          label={label}
          placeholder={example}
          autosize
          minRows={4}
          maxRows={14}
          value={typed}
          onChange={({ currentTarget }) => onType(currentTarget.value)}
          onBlur={keep}
          onKeyDown={onKey}
        />
        <div className={classes.buttons}>
          {asked.status === 'busy' ? (
            <Button onClick={stop} leftSection={<Icon name="stop" size={16} />}>
              {say.stop}
            </Button>
          ) : (
            <Button disabled={!isReady} onClick={begin} leftSection={<Icon name="play" size={16} />}>
              {say[name]}
            </Button>
          )}
          {name === 'fill-mask' && (
            <Button variant="default" onClick={putBlank}>
              {say.putBlank}
            </Button>
          )}
          <kbd className={classes.keys}>{say.keys}</kbd>
        </div>
        {typed.length > LONGEST_IN_ADDRESS && <p className={classes.quiet}>{say.notInAddress}</p>}
        {isBlankMissing && typed.trim() !== '' && <p className={classes.quiet}>{say.needsBlank}</p>}
        <section className={classes.result} aria-label={say.result} aria-busy={asked.status === 'busy'}>
          <Result name={name} asked={asked} onText={onType} />
        </section>
      </div>
      <aside className={classes.settings}>
        {tasks[name].isAlone ? (
          <WhichKit kit={search.kit} onChange={(next) => change({ kit: next })} />
        ) : (
          <Who name={name} model={model} onChange={(next) => change({ model: next })} />
        )}
        {name === 'summarize' && (
          <>
            <NumberInput
              label={say.sentences}
              min={1}
              max={100}
              allowDecimal={false}
              value={search.sentences ?? defaults.sentences}
              onChange={(next) => typeof next === 'number' && change({ sentences: next })}
            />
            <TextInput
              label={say.question}
              description={say.questionHow}
              maxLength={2000}
              value={search.question ?? ''}
              onChange={({ currentTarget }) => change({ question: currentTarget.value || undefined })}
            />
          </>
        )}
        {name === 'fill-mask' && (
          <NumberInput
            label={say.guesses}
            min={1}
            max={50}
            allowDecimal={false}
            value={search.top ?? defaults.top}
            onChange={(next) => typeof next === 'number' && change({ top: next })}
          />
        )}
        {name === 'draw' && <DrawingSettings search={search} onChange={change} />}
        <CommandLine command={curlLine(path, bodyOf(orderOf(typed || example)))} />
      </aside>
    </div>
  );
}

/** Who does it; a summary needs nobody. */
function Who({
  name,
  model: id,
  onChange,
}: {
  readonly name: TaskName;
  readonly model: string | undefined;
  readonly onChange: (id: string | undefined) => void;
}) {
  const say = useWords(tasksWords);
  const { work, isWithoutModel } = tasks[name];
  const { data: models = [] } = useQuery(modelsFor(work));
  const model = useModel(id, work);
  if (!isWithoutModel) return model && <ModelPicker model={model} work={work} onChoose={onChange} />;
  return (
    <Select
      label={say.by}
      allowDeselect={false}
      value={id ?? ''}
      data={[{ value: '', label: say.quoted }, ...models.map((one) => ({ value: one.id, label: one.id }))]}
      onChange={(value) => onChange(value || undefined)}
    />
  );
}

function WhichKit({
  kit,
  onChange,
}: {
  readonly kit: string | undefined;
  readonly onChange: (kit: string | undefined) => void;
}) {
  const say = useWords(tasksWords);
  const { language } = useLanguage();
  const { data: kits = [] } = useQuery(kitsQuery);
  return (
    <Select
      label={say.kit}
      allowDeselect={false}
      value={kit ?? ''}
      data={[
        { value: '', label: say.allKits },
        ...kits.map(({ id, title }) => ({ value: id, label: title[language] })),
      ]}
      onChange={(value) => onChange(value || undefined)}
    />
  );
}

function Result({
  name,
  asked,
  onText,
}: {
  readonly name: TaskName;
  readonly asked: Asked<TaskName>;
  readonly onText: (text: string) => void;
}) {
  const say = useWords(tasksWords);
  const how = useWords(perTask.how)[name];
  const { status, error, lines, begun, answer } = asked;
  if (status === 'idle') {
    return (
      <Notice title={say.empty}>
        <p>{how}</p>
      </Notice>
    );
  }
  const hasCome = answer !== undefined || lines.length > 0 || begun !== '';
  return (
    <>
      {error !== undefined && <Failure error={error} />}
      {status === 'busy' && !hasCome && <Waiting label={say.working} />}
      {status === 'stopped' && <p className={classes.quiet}>{hasCome ? say.stopped : say.stoppedEmpty}</p>}
      {name === 'translate' && hasCome && <TranslationView asked={asked as Asked<'translate'>} />}
      {name === 'summarize' && hasCome && <SummaryView asked={asked as Asked<'summarize'>} />}
      {name === 'domain' && hasCome && <DomainView asked={asked as Asked<'domain'>} />}
      {name === 'classify' && hasCome && <ClassesView asked={asked as Asked<'classify'>} />}
      {name === 'fill-mask' && hasCome && <BlanksView asked={asked as Asked<'fill-mask'>} onText={onText} />}
      {name === 'draw' && hasCome && <DrawingsView asked={asked as Asked<'draw'>} />}
    </>
  );
}
