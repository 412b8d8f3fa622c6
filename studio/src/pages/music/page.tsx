/** Music: a tune by a model, or any other, as score and sound. */

import { Button, NumberInput, Select, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { checkTune, playedNotes, type TuneProblem, tuneMidi } from '../../../../src/music/index.ts';
import { modelsQuery } from '../../api/queries.ts';
import type { Model } from '../../api/types.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { Explained } from '../../parts/explained.tsx';
import { ModelPicker, NoModel, useModel } from '../../parts/model-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { shellWord } from '../../parts/shell-word.ts';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords, type WordsOf } from '../../words.ts';
import desk from '../write/write.module.css';
import classes from './music.module.css';
import { playNotes } from './play-notes.ts';
import { Score } from './score.tsx';
import type { MusicSearch } from './search.ts';
import { type AskedTune, useTune } from './use-tune.ts';
import { musicWords } from './words.ts';

const route = getRouteApi('/music');

const KEYS = 'G D A C F Bb E Em Am Dm Bm Gm EDor ADor DDor DMix AMix GMix'.split(' ');
const METRES = ['4/4', '2/2', '2/4', '3/4', '6/8', '9/8', '12/8'];
const MOST_TOKENS = 1000;

export function MusicPage() {
  const say = useWords(musicWords);
  const models = useQuery(modelsQuery);
  const { model: id } = route.useSearch();
  const model = useModel(id);
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      {!models.data && (models.error ? <Failure error={models.error} /> : <Waiting />)}
      {models.data && <Desk model={model} />}
    </>
  );
}

/** Any tune can be shown; a model that writes some stands above. */
function Desk({ model }: { readonly model: Model | undefined }) {
  const say = useWords(musicWords);
  const { model: wanted } = route.useSearch();
  const [text, setText] = useState('');
  const [isCut, setCut] = useState(false);
  const show = (next: string, isCutShort: boolean): void => {
    setText(next);
    setCut(isCutShort);
  };
  return (
    <div className={desk.desk}>
      <div className={desk.main}>
        {model ? (
          <WriteButtons model={model} onTune={(tune) => show(tune.text, tune.isCut)} />
        ) : (
          <NoModel wanted={wanted}>
            <Notice title={say.none}>
              <p>{say.noneHow}</p>
              <CommandLine label={say.train} command="npx inkstone train --data tunes.abc --out runs/tunes" />
              <CommandLine label={say.serve} command="npx inkstone studio runs/tunes" />
            </Notice>
          </NoModel>
        )}
        {text.trim() !== '' && <Heard text={text} isCut={isCut} />}
        <Textarea
          label={<Explained term="abcNotation">{say.tune}</Explained>}
          placeholder={say.tuneHint}
          autosize
          minRows={6}
          maxRows={24}
          spellCheck={false}
          classNames={{ input: classes.abc }}
          value={text}
          onChange={({ currentTarget }) => show(currentTarget.value, false)}
        />
      </div>
      {model && <Settings model={model} />}
    </div>
  );
}

/** What the address holds, and how it changes. */
function useForm() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const change = (part: Partial<MusicSearch>): void =>
    void navigate({ to: '/music', search: { ...search, ...part }, replace: true });
  return { search, seed: search.seed ?? 1, change };
}

function WriteButtons({
  model,
  onTune,
}: {
  readonly model: Model;
  readonly onTune: (tune: AskedTune) => void;
}) {
  const say = useWords(musicWords);
  const { search, seed, change } = useForm();
  const { key, metre } = search;
  const tune = useTune(onTune);
  const write = (from: number): void => {
    change({ seed: from, model: model.id });
    const most = model.contextLength === undefined ? MOST_TOKENS : model.contextLength - 1;
    const maxTokens = Math.min(MOST_TOKENS, most);
    tune.write({ model: model.id, key, metre, seed: from, maxTokens, title: say.name(from) });
  };
  return (
    <>
      <div className={classes.buttons}>
        {tune.isWriting ? (
          <Button onClick={tune.stop} leftSection={<Icon name="stop" size={16} />}>
            {say.stop}
          </Button>
        ) : (
          <Button onClick={() => write(seed)} leftSection={<Icon name="music" size={16} />}>
            {say.write}
          </Button>
        )}
        <Button
          variant="default"
          disabled={tune.isWriting}
          leftSection={<Icon name="again" size={16} />}
          onClick={() => write(seed + 1)}
        >
          {say.next}
        </Button>
        {tune.isWriting && <span role="status">{say.writing}</span>}
      </div>
      {tune.error && <Failure error={tune.error} />}
    </>
  );
}

function Settings({ model }: { readonly model: Model }) {
  const say = useWords(musicWords);
  const { search, seed, change } = useForm();
  const { key, metre } = search;
  return (
    <aside className={desk.settings}>
      <ModelPicker model={model} onChoose={(id) => change({ model: id })} />
      <Choice label={say.key} value={key} values={KEYS} onChoose={(next) => change({ key: next })} />
      <Choice
        label={say.metre}
        hint={say.metreHint}
        value={metre}
        values={METRES}
        onChoose={(next) => change({ metre: next })}
      />
      <NumberInput
        label={<Explained term="seed">{say.seed}</Explained>}
        min={0}
        allowDecimal={false}
        value={seed}
        onChange={(next) => typeof next === 'number' && change({ seed: next })}
      />
      <CommandLine command={commandOf(model.id, search, seed)} />
    </aside>
  );
}

function Choice({
  label,
  value,
  values,
  hint,
  onChoose,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string | undefined;
  readonly values: readonly string[];
  readonly onChoose: (value: string | undefined) => void;
}) {
  const say = useWords(musicWords);
  // What an address asks for can be chosen, too.
  const data = value === undefined || values.includes(value) ? [...values] : [value, ...values];
  return (
    <Select
      label={label}
      description={hint}
      inputWrapperOrder={['label', 'input', 'description']}
      placeholder={say.any}
      clearable
      value={value ?? null}
      data={data}
      onChange={(next) => onChoose(next ?? undefined)}
    />
  );
}

/** A tune as score, as sound, and as the check finds it. */
function Heard({ text: typed, isCut }: { readonly text: string; readonly isCut: boolean }) {
  const say = useWords(musicWords);
  const text = useDeferredValue(typed);
  const check = useMemo(() => checkTune(text), [text]);
  const notes = useMemo(() => playedNotes(text), [text]);
  const canPlay = notes.length > 0;
  const [isPlaying, setPlaying] = useState(false);
  const silence = useRef<() => void>(undefined);
  // Another tune, another page: what is played is no longer what is shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it ends with this text
  useEffect(() => () => silence.current?.(), [text]);
  const play = (): void => {
    silence.current = playNotes(notes, () => setPlaying(false));
    setPlaying(true);
  };
  const saveMidi = (): void => {
    const bytes = tuneMidi(text);
    if (bytes) saveFile('tune.mid', new Blob([new Uint8Array(bytes)], { type: 'audio/midi' }));
  };
  const isWell = check.parses && check.fits && canPlay && !isCut;
  return (
    <section aria-label={say.score}>
      <Score text={text} label={say.score} />
      <div className={classes.buttons}>
        {isPlaying ? (
          <Button
            variant="default"
            onClick={() => silence.current?.()}
            leftSection={<Icon name="stop" size={16} />}
          >
            {say.silence}
          </Button>
        ) : (
          <Button
            variant="default"
            disabled={!canPlay}
            onClick={play}
            leftSection={<Icon name="play" size={16} />}
          >
            {say.play}
          </Button>
        )}
        <Button variant="default" onClick={() => saveFile('tune.abc', text)}>
          {say.abc}
        </Button>
        <Button variant="default" disabled={!canPlay} onClick={saveMidi}>
          {say.midi}
        </Button>
      </div>
      <div className={classes.check} data-well={isWell}>
        {isWell ? (
          <Explained term="barsThatFit">{say.well(check.bars.full, check.bars.partial)}</Explained>
        ) : (
          <>
            <Explained term="barsThatFit">{say.notWell}</Explained>
            <ul>
              {isCut && <li>{say.cut}</li>}
              {check.notes > 0 && !canPlay && <li>{say.silent}</li>}
              {check.problems.map((problem, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: problems have no name, and are made anew with the text
                <li key={i}>{problemIn(say, problem)}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </section>
  );
}

function problemIn(say: WordsOf<typeof musicWords>, problem: TuneProblem): string {
  if (problem.kind === 'parser') return say.parser(problem.line, problem.message);
  if (problem.kind !== 'bar') return say[problem.kind];
  const { line, number, length, wanted } = problem;
  return say.bar(line, number, `${Math.round((100 * length) / wanted!)} %`);
}

function commandOf(model: string, { key, metre }: MusicSearch, seed: number): string {
  const words = ['npx', 'inkstone', 'music', 'write', `runs/${model}`];
  if (key) words.push('--key', key);
  if (metre) words.push('--metre', metre, '--in-metre');
  words.push('--seed', String(seed), '--tunes', '1', '--out', 'tunes');
  return words.map(shellWord).join(' ');
}
