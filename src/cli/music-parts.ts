/** What the verbs of `inkstone music` have in common: the form that is asked for, and the model that writes. */

import { type ConstraintSpec, collectTexts, parseStrategy, withTokenizer } from '../decode/index.ts';
import { tuneKey, tuneMetre, tuneRhythm } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { canKeepMetre, type TuneDraft, type TuneForm, tuneGrammar, tunePattern } from '../music/index.ts';
import type { GenerationPart } from '../types.ts';
import type { CommandContext } from './command.ts';
import { fail } from './errors.ts';
import { loadModel } from './models.ts';
import { failMusic } from './music-errors.ts';
import type { musicOptions } from './music-options.ts';
import { tellSkipped } from './outcome.ts';
import { etaSince } from './terminal.ts';

export type MusicContext = CommandContext<typeof musicOptions>;

const say = defineMessages({
  writing: {
    en: (d: { done: number; total: number; eta: string }) => `drafts ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `草稿 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
});

const RULES = {
  key: { read: tuneKey, rule: 'a key such as G, F#m or ADor', zhRule: '为调名，如 G、F#m、ADor' },
  metre: { read: tuneMetre, rule: 'a metre such as 4/4 or 6/8', zhRule: '为拍号，如 4/4、6/8' },
  rhythm: { read: tuneRhythm, rule: 'a word such as jig or slip jig', zhRule: '为体裁名，如 jig、slip jig' },
} as const;

/** The form that the options ask for, in the spelling in which it is learned. */
export function formOf(command: string, options: MusicContext['options']): TuneForm {
  const form: { -readonly [Name in keyof TuneForm]: TuneForm[Name] } = {};
  for (const name of Object.keys(RULES) as (keyof typeof RULES)[]) {
    const got = options[name];
    if (got === undefined) continue;
    const { read, rule, zhRule } = RULES[name];
    form[name] = read(got);
    if (form[name] === undefined)
      throw fail('cli/value', { command, option: `--${name}`, rule, zhRule, got });
  }
  return form;
}

/** What a text must be. @throws where bars shall be kept to no metre, or to one that cannot be kept */
function constraintOf(form: TuneForm, inMetre: boolean): ConstraintSpec {
  if (!inMetre) return { regex: tunePattern(form) };
  const { metre } = form;
  if (metre === undefined || !canKeepMetre(metre)) throw failMusic('cli/metre-kept', { got: metre });
  return { grammar: tuneGrammar({ ...form, metre }) };
}

/** Of plain sampling, when none is asked for. */
const TEMPERATURE = 0.9;

/** Loads the model; `write` gives so many drafts of the form: of those that a Ctrl-C cuts, the reason is `aborted`. */
export async function openComposer(context: MusicContext, path: string, form: TuneForm) {
  const { options, terminal, signal } = context;
  const { strategy: spec, maxTokens } = options;
  const constraint = constraintOf(form, options.inMetre ?? false);
  const opened = await loadModel(path);
  tellSkipped(terminal, opened);
  const temperature = options.temperature ?? (spec === 'sample' ? TEMPERATURE : undefined);
  const processors = withTokenizer(
    { constraint, ...(temperature !== undefined && { temperature }) },
    opened.tokenizer,
  );
  const strategy = parseStrategy(spec, processors);
  return {
    opened,
    async write(n: number, seed: number): Promise<readonly TuneDraft[]> {
      const parts = opened.writer.generate({ prompt: '', maxTokens, n, seed, strategy, signal });
      return collectTexts(watched(parts, n));
    },
  };

  async function* watched(parts: AsyncIterable<GenerationPart>, total: number) {
    const start = performance.now();
    let done = 0;
    for await (const part of parts) {
      if (part.type === 'finish')
        terminal.live(say('writing', { done: ++done, total, eta: etaSince(start, done / total) }));
      yield part;
    }
  }
}
