/** The menu that a bare `inkstone` shows on a terminal: every entry says the command that it runs. */

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type CorpusName, corpora } from '../data/index.ts';
import { folderOwner } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { type Found, type LatestRun, type MenuEntry, menuEntries } from './menu-entries.ts';
import { askLine, choose } from './prompt.ts';
import { runsByAge } from './run-ages.ts';
import { type EarlierRun, isFinished, latestModel, readWriterRun } from './runs.ts';
import { studioOptions } from './serve-options.ts';
import { sameAgain } from './shell-words.ts';
import type { Terminal } from './terminal.ts';

/** Where runs lie unless told otherwise. */
const RUNS = studioOptions.runs.default;

const say = defineMessages({
  title: { en: () => 'Inkstone 砚: what shall we do?', zh: () => '砚 Inkstone：做点什么？' },
  keys: {
    en: () => '↑ ↓ or a number chooses, Enter runs it, q leaves. INKSTONE_LANG=zh 切换为中文。',
    zh: () => '↑ ↓ 或数字选择，回车运行，q 离开。INKSTONE_LANG=en switches to English.',
  },
  empty: { en: () => 'This cannot be empty; Esc leaves.', zh: () => '此处不能为空；按 Esc 离开。' },
});

/** The words of the command that the person chose; undefined when they left. */
export async function chooseCommand(terminal: Terminal): Promise<readonly string[] | undefined> {
  const entries = menuEntries(await lookAround());
  const choices = entries.map(({ label, words, asks }) => ({
    label,
    detail: [sameAgain(words), ...(asks ? [`${asks.option} …`] : [])].join(' '),
  }));
  const place = await choose(say('title', {}), choices, say('keys', {}));
  const words = place === undefined ? undefined : await completeWords(entries[place]);
  if (words) terminal.print(`$ ${sameAgain(words)}`);
  return words;
}

async function completeWords({ words, asks }: MenuEntry): Promise<readonly string[] | undefined> {
  if (!asks) return words;
  const { option, question, canBeEmpty } = asks;
  const answer = await askLine(question, { canBeEmpty, empty: say('empty', {}) });
  if (answer === undefined) return undefined;
  return answer === '' ? words : [...words, option, answer];
}

/** The runs that are there. One that cannot be read is for its own command to complain of. */
async function lookAround(): Promise<Found> {
  const [newest] = await runsByAge(RUNS);
  if (newest === undefined) return {};
  const earlier = await readWriterRun(newest).catch(() => undefined);
  const model = earlier?.run.place ? newest : await latestModel(RUNS);
  return { latest: earlier && (await describeRun(earlier)), model };
}

async function describeRun(earlier: EarlierRun<unknown>): Promise<LatestRun> {
  const { run, config } = earlier;
  const isRunning = (await folderOwner(run.folder, 'run')) !== undefined;
  return {
    folder: run.folder,
    data: config.data.languages
      ? config.data.source
      : await sourceOf(config.data.source, basename(run.folder)),
    // What was trained by many goes on with all options of its own command, which the menu does not know.
    state: isRunning ? 'running' : isFinished(earlier) || config.federated ? 'finished' : 'interrupted',
    step: run.place?.step ?? 0,
  };
}

/** What `--data` must be for the text of a run: a path, a known corpus, or the package it came from. */
async function sourceOf(source: string, run: string): Promise<string> {
  if (await stat(source).catch(() => undefined)) return source;
  const spec = `npm:${source}`;
  const known = (Object.keys(corpora) as CorpusName[]).filter((name) => corpora[name].spec === spec);
  // Two corpora are of one package: a run is named after its own, unless it was told otherwise.
  return known.find((name) => run.startsWith(name)) ?? known[0] ?? spec;
}
