/** Looks inside a model on any text: one strip of tokens, and what is to be seen of the chosen one below it. */

import { Button, SegmentedControl, Tabs, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { TermId } from '../../../../src/glossary/index.ts';
import { modelsQuery } from '../../api/queries.ts';
import type { Model } from '../../api/types.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { WordList } from '../../parts/explained.tsx';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { AttentionView } from './attention-view.tsx';
import { commandOf } from './command-of.ts';
import { DecodingView } from './decoding-view.tsx';
import classes from './inside.module.css';
import { LayersView } from './layers-view.tsx';
import { MapView } from './map-view.tsx';
import type { InsideSearch, Shade, View } from './search.ts';
import { shades, views } from './search.ts';
import { TokenDetail } from './token-detail.tsx';
import { TokenStrip } from './token-strip.tsx';
import { type InspectAnswers, useInspect } from './use-inspect.ts';
import { WhyView } from './why-view.tsx';
import { insideWords } from './words.ts';

const route = getRouteApi('/inside');

/** What the views are about. */
const viewTerms = {
  tokens: ['perplexity', 'surprise', 'entropy', 'rank'],
  attention: ['attentionHead', 'inductionHead'],
  layers: ['logitLens', 'layers'],
  why: ['attribution', 'logit'],
  map: ['embedding', 'vocabulary'],
  decoding: ['strategy', 'probability'],
} as const satisfies { readonly [Name in View]: readonly TermId[] };

/** What every view is given. */
export interface Subject {
  readonly model: string;
  readonly reading: InspectAnswers['tokens'];
  readonly ids: readonly number[];
  /** The chosen place; one past the last token is what comes next. */
  readonly at: number;
}

export function InsidePage() {
  const say = useWords(insideWords);
  const models = useQuery(modelsQuery);
  const search = route.useSearch();
  const model = useModel(search.model);
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      {models.error && <Failure error={models.error} onAgain={() => void models.refetch()} />}
      {models.isPending && <Waiting />}
      {models.data && !model && <NoModel wanted={search.model} />}
      {model && <Form key={search.text} model={model} />}
      {model && search.text ? (
        <Reading model={model.id} text={search.text} />
      ) : (
        model && (
          <Notice title={say.empty}>
            <p>{say.emptyHow}</p>
          </Notice>
        )
      )}
    </>
  );
}

function Form({ model }: { readonly model: Model }) {
  const say = useWords(insideWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(search.text ?? '');
  const look = (event?: FormEvent): void => {
    event?.preventDefault();
    if (text === '') return;
    void navigate({ search: { ...search, text, at: undefined, this: undefined, that: undefined } });
  };
  return (
    <form className={classes.form} onSubmit={look}>
      <Textarea
        label={say.text}
        description={say.textHow}
        autosize
        minRows={2}
        maxRows={8}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) look();
        }}
        className={classes.text}
        classNames={{ description: classes.how }}
      />
      <div className={classes.actions}>
        <ModelPicker
          model={model}
          isShort
          onChoose={(next) => void navigate({ search: { ...search, model: next } })}
        />
        <Button type="submit" disabled={text === ''}>
          {say.look}
        </Button>
      </div>
    </form>
  );
}

function Reading({ model, text }: { readonly model: string; readonly text: string }) {
  const reading = useInspect('tokens', { model, text, top: 12 });
  if (reading.error) return <Failure error={reading.error} onAgain={() => void reading.refetch()} />;
  if (!reading.data) return <Waiting />;
  return <Look model={model} reading={reading.data} />;
}

function Look({ model, reading }: Pick<Subject, 'model' | 'reading'>) {
  const say = useWords(insideWords);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { tokens, perplexity, loop } = reading;
  const { view = 'tokens', shade = 'probability' } = search;
  const ids = tokens.map(({ id }) => id);
  const at = Math.min(search.at ?? tokens.length, tokens.length);
  const set = (next: Partial<InsideSearch>): void =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false });
  const subject: Subject = { model, reading, ids, at };
  const command = commandOf(subject, search);
  return (
    <div className={classes.look}>
      <div className={classes.above}>
        <p className={classes.facts} data-loop={loop ? true : undefined}>
          {perplexity !== undefined && say.perplexity(tokens.length, perplexity.toFixed(1))}
          {loop && <strong>{` · ${say.loop(loop.onset, loop.period, loop.copies)}`}</strong>}
        </p>
        <SegmentedControl
          size="xs"
          aria-label={say.shade}
          value={shade}
          data={shades.map((value) => ({ value, label: say[value] }))}
          onChange={(value) => set({ shade: value as Shade })}
        />
      </div>
      <TokenStrip
        reading={reading}
        shade={shade}
        at={at}
        onChoose={(place) => set({ at: place, this: undefined, that: undefined })}
      />
      <Tabs value={view} onChange={(next) => set({ view: next as View })} keepMounted={false}>
        <Tabs.List aria-label={say.views}>
          {views.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {say[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="tokens" className={classes.panel}>
          <TokenDetail {...subject} />
        </Tabs.Panel>
        <Tabs.Panel value="attention" className={classes.panel}>
          <AttentionView {...subject} />
        </Tabs.Panel>
        <Tabs.Panel value="layers" className={classes.panel}>
          <LayersView {...subject} />
        </Tabs.Panel>
        <Tabs.Panel value="why" className={classes.panel}>
          <WhyView {...subject} />
        </Tabs.Panel>
        <Tabs.Panel value="map" className={classes.panel}>
          <MapView {...subject} />
        </Tabs.Panel>
        <Tabs.Panel value="decoding" className={classes.panel}>
          <DecodingView {...subject} />
        </Tabs.Panel>
      </Tabs>
      <WordList terms={viewTerms[view]} />
      {command && <CommandLine command={command} />}
    </div>
  );
}
