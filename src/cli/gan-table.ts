/** What writers are measured by, in words and columns. */

import type { TextMeasures, WriterMeasures } from '../gan/index.ts';
import { defineMessages } from '../language.ts';

const say = defineMessages({
  oracleNll: { en: () => 'oracle NLL', zh: () => '真相 NLL' },
  bleu: { en: () => 'BLEU-4', zh: () => 'BLEU-4' },
  selfBleu: { en: () => 'self-BLEU-4', zh: () => '自 BLEU-4' },
  distinct2: { en: () => 'distinct-2', zh: () => 'distinct-2' },
  entropy: { en: () => 'entropy', zh: () => '熵' },
  heldOutNll: { en: () => 'held-out NLL', zh: () => '留出 NLL' },
});

type Column = keyof WriterMeasures;
const columns: readonly Column[] = ['oracleNll', 'bleu', 'selfBleu', 'distinct2', 'entropy', 'heldOutNll'];

const shownOf = ({ oracleNll }: TextMeasures): readonly Column[] =>
  columns.filter((name) => name !== 'oracleNll' || oracleNll !== undefined);

/** The head of a table whose first column names the writer. */
export const columnsOf = (measures: TextMeasures): string[] => [
  '',
  ...shownOf(measures).map((name) => say(name, {})),
];

export const measureRow = (title: string, measures: TextMeasures & Partial<WriterMeasures>): string[] => [
  title,
  ...shownOf(measures).map((name) => measures[name]?.toFixed(3) ?? '–'),
];
