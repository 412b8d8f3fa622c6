/** Texts written to a prompt or from a source: how fluent they are, how faithful, and how little they repeat themselves. */

import { countNgrams, createVocabulary, guessUnit } from '../../repeat/index.ts';
import { type FaithfulnessCounts, faithfulnessCounter, type HeldCount } from './faithfulness.ts';
import { type EvalRecord, fieldName, textField, textsField } from './fields.ts';
import { fluencyJudge, tokensOf } from './fluency.ts';
import { type Statistics, scoreOf, statistics } from './statistics.ts';
import { type OpenTask, once, type Scorer, type TaskOptions } from './task.ts';

/** Texts by which the language is told. */
const SAMPLE = 1000;
/** Tokens of the runs that must not come again. */
const RUN = 4;

/**
 * SLOR, freedom from repetition, and how text and source agree; one record a text (`prediction`) and what it was written from
 * (`source`). What is fluent is learned from `fluencyTexts`, else from the references, else from the sources.
 */
export function writingTask(records: readonly EvalRecord[], options: TaskOptions): OpenTask {
  const predictions = records.map((record) => textField(record, 'prediction', options));
  const sources = records.map((record) => textField(record, 'source', options));
  const hasReferences = records.every((record) => fieldName(record, 'reference', options) !== undefined);
  const references = hasReferences
    ? records.flatMap((record) => textsField(record, 'reference', options))
    : [];
  const isChinese = guessUnit(sources.slice(0, SAMPLE)) === 'characters';
  const lang = options.lang ?? (isChinese ? 'zh' : 'en');
  const model = options.fluencyTexts ?? (references.length > 0 ? references : sources);
  const counts = once(() => {
    const count = faithfulnessCounter();
    return predictions.map((text, i) => count(text, sources[i]));
  });
  const share = (pick: (counts: FaithfulnessCounts) => HeldCount) => () =>
    scorer(
      counts().map((own) => {
        const { held, all } = pick(own);
        return [held, all];
      }),
    );
  return {
    count: records.length,
    keys: sources,
    lang,
    metrics: {
      slor: () => {
        const judge = fluencyJudge(model, { lang });
        return scorer(
          predictions.map((text) => {
            const { gain, tokens } = judge(text);
            return [gain, tokens];
          }),
        );
      },
      'repetition-free': () => scorer(predictions.map((text) => unrepeated(tokensOf(text, lang)))),
      groundedness: share(({ grounded }) => grounded),
      coverage: share(({ covered }) => covered),
      'number-accuracy': share(({ numbers }) => numbers),
    },
  };
}

/** Runs of tokens that come for the first time in their text, and all of them. */
function unrepeated(tokens: readonly string[]): [number, number] {
  const [{ total, repeated }] = countNgrams(createVocabulary()(tokens), [RUN]);
  return [total - repeated, total];
}

/** Sums over the texts, then the quotient; NaN where there is nothing to share out over. */
function scorer(rows: readonly (readonly [number, number])[]): Scorer {
  const found: Statistics = statistics(
    'eval',
    rows.length,
    2,
    (i) => rows[i],
    ([sum, of]) => sum / of,
  );
  return (items) => scoreOf(found, items);
}
