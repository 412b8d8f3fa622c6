/** The first page: what this is, a field to begin in, the latest runs, and where everything is. */

import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { modelsQuery, runsQuery } from '../../api/queries.ts';
import type { Model } from '../../api/types.ts';
import { LinkButton } from '../../parts/link-button.tsx';
import { useModel } from '../../parts/model-picker.tsx';
import { fixed, percent } from '../../parts/numbers.ts';
import { Icon } from '../../shell/icons.tsx';
import { shellWords } from '../../shell/words.ts';
import { useWords } from '../../words.ts';
import { RunStatusMark } from '../runs/run-status.tsx';
import classes from './home.module.css';
import { homeWords } from './words.ts';

/** Runs that are shown. */
const LATEST = 4;

export function HomePage() {
  const say = useWords(homeWords);
  const names = useWords(shellWords);
  const models = useQuery(modelsQuery);
  const { data: runs = [] } = useQuery(runsQuery);
  const model = useModel(undefined);
  useEffect(() => {
    document.title = `${say.title} · Inkstone`;
  }, [say.title]);
  const places = [
    { to: '/runs', name: 'runs', text: say.runs },
    { to: '/write', name: 'write', text: say.writePage },
    { to: '/chat', name: 'chat', text: say.chat },
    { to: '/tasks', name: 'tasks', text: say.tasks },
    { to: '/apps', name: 'apps', text: say.apps },
    { to: '/music', name: 'music', text: say.music },
    { to: '/repetition', name: 'repetition', text: say.repetition },
    { to: '/inside', name: 'inside', text: say.inside },
    { to: '/documents', name: 'documents', text: say.documents },
    { to: '/label', name: 'label', text: say.label },
    { to: '/review', name: 'review', text: say.review },
  ] as const;
  return (
    <div className={classes.page}>
      <h1>{say.headline}</h1>
      <p className={classes.lead}>{say.lead}</p>
      {model ? (
        <Beginning model={model} />
      ) : (
        models.data && (
          <div className={classes.empty}>
            <p>{say.noModel}</p>
            <LinkButton to="/runs/new" leftSection={<Icon name="plus" size={16} />}>
              {say.train}
            </LinkButton>
          </div>
        )
      )}
      {runs.length > 0 && (
        <section>
          <h2>{say.latest}</h2>
          <ul className={classes.runs}>
            {runs.slice(0, LATEST).map(({ name, status, fraction = 0, bitsPerCharacter }) => (
              <li key={name}>
                <Link to="/runs/$name" params={{ name }}>
                  {name}
                </Link>
                <RunStatusMark status={status} />
                <span>
                  {status === 'running'
                    ? percent(fraction)
                    : bitsPerCharacter === undefined
                      ? '–'
                      : say.bits(fixed(bitsPerCharacter))}
                </span>
              </li>
            ))}
          </ul>
          {runs.length > LATEST && (
            <Link to="/runs" className={classes.all}>
              {say.all}
            </Link>
          )}
        </section>
      )}
      <ul className={classes.places}>
        {places.map(({ to, name, text }) => (
          <li key={name}>
            <Link to={to}>
              <Icon name={name} size={20} />
              <strong>{names[name]}</strong>
              <span>{text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What to begin with where nothing is typed: poems have a usual word, other texts begin by themselves. */
const suggestionFor = ({ run }: Model): string => (run && /poe(m|try)/.test(run.source) ? '春' : '');

function Beginning({ model }: { readonly model: Model }) {
  const say = useWords(homeWords);
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const suggestion = suggestionFor(model);
  return (
    <form
      className={classes.begin}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        const prompt = typed || suggestion;
        void navigate({ to: '/write', search: { model: model.id, ...(prompt && { prompt }), seed: 1 } });
      }}
    >
      <TextInput
        size="lg"
        label={say.begin}
        description={say.with(model.id)}
        inputWrapperOrder={['label', 'input', 'description']}
        placeholder={suggestion}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <Button size="lg" type="submit">
        {say.write}
      </Button>
    </form>
  );
}
