/** `inkstone domain check KIT`: what a kit's rules do with its trials, as precision and recall, in each language. */

import { type DomainKit, type KitTrial, kitTrials, languageOf } from '../../apps/index.ts';
import { defineMessages } from '../../language.ts';
import { createKitGuard, type KitGuard } from '../../serve/index.ts';
import { failDomain } from '../domain-errors.ts';
import { readKitFile } from '../kits.ts';
import { inOneLine } from '../shown-text.ts';
import { formatTable } from '../terminal.ts';
import { readYamlFile } from '../yaml-file.ts';
import type { DomainContext } from './domain.ts';

const say = defineMessages({
  head: {
    en: () => 'what|language|trials of it|found|precision|recall',
    zh: () => '项目|语言|应有|判出|精确率|召回率',
  },
  field: { en: () => 'of the field', zh: () => '属于该领域' },
  wrong: {
    en: (d: { text: string; is: string; got: string }) => `  ${d.text}: ${d.got}, should be ${d.is}`,
    zh: (d) => `  ${d.text}：判为 ${d.got}，应为 ${d.is}`,
  },
  wrongs: {
    en: (d: { wrong: number; all: number }) => `${d.wrong} of ${d.all} trials come out otherwise:`,
    zh: (d) => `${d.all} 条样例中有 ${d.wrong} 条不符：`,
  },
});

interface Tried {
  readonly trial: KitTrial;
  readonly text: string;
  readonly language: 'en' | 'zh';
  readonly got: string;
}

/** Anything but `none`: the field is told, whichever rule speaks. */
const FIELD = 'field';

export async function check({ args, options, terminal }: DomainContext): Promise<void> {
  const kit = await readKitFile(args[1]);
  const { trials } = options.trials === undefined ? kit : await readYamlFile(options.trials, kitTrials);
  if (trials.length === 0) throw failDomain('cli/kit-trials', { kit: kit.name });
  const guard = createKitGuard([kit], { numbers: options.kitNumbers });
  const tried = trials.map((trial) => tryOut(trial, guard));
  const rows: string[][] = [];
  for (const name of [FIELD, 'notice', ...kit.rules.map((rule) => rule.name)]) {
    for (const language of ['en', 'zh'] as const) {
      const figures = countsOf(tried, name, language);
      if (figures.expected === 0 && figures.found === 0) continue;
      terminal.json({ type: 'check', kit: kit.name, of: name, language, ...figures });
      const shown = [figures.precision, figures.recall].map((x) =>
        x === null ? '–' : `${(100 * x).toFixed(0)} %`,
      );
      const title = name === FIELD ? say('field', {}) : name;
      rows.push([title, language, String(figures.expected), String(figures.found), ...shown]);
    }
  }
  for (const line of formatTable([say('head', {}).split('|'), ...rows])) terminal.print(line);
  tellWrong(kit, tried, terminal);
}

function tellWrong(kit: DomainKit, tried: readonly Tried[], terminal: DomainContext['terminal']): void {
  const wrong = tried.filter(({ trial, got }) => trial.is !== got);
  for (const { text, got, trial } of wrong) {
    terminal.json({ type: 'wrong', kit: kit.name, text, is: trial.is, got });
  }
  if (wrong.length === 0) return;
  terminal.print();
  terminal.print(say('wrongs', { wrong: wrong.length, all: tried.length }));
  for (const { text, got, trial } of wrong)
    terminal.print(say('wrong', { text: inOneLine(text), is: trial.is, got }));
}

function tryOut(trial: KitTrial, guard: KitGuard): Tried {
  const text = trial.ask ?? trial.answer!;
  const language = languageOf(text);
  if (trial.answer !== undefined) {
    let got = 'none';
    guard.rewrite(text, ({ name }) => {
      got = name.slice(name.indexOf('/') + 1);
    });
    return { trial, text, language, got };
  }
  const got = guard.ask(text)?.rule ?? (guard.notices(text, '').length > 0 ? 'notice' : 'none');
  return { trial, text, language, got };
}

function countsOf(tried: readonly Tried[], name: string, language: 'en' | 'zh') {
  const is = (label: string, { trial }: Tried): boolean =>
    name === FIELD ? trial.ask !== undefined && label !== 'none' : label === name;
  const own = tried.filter((one) => one.language === language);
  const expected = own.filter((one) => is(one.trial.is, one));
  const found = own.filter((one) => is(one.got, one));
  const hits = expected.filter((one) => is(one.got, one)).length;
  return {
    ...{ expected: expected.length, found: found.length, hits },
    precision: found.length > 0 ? hits / found.length : null,
    recall: expected.length > 0 ? hits / expected.length : null,
  };
}
