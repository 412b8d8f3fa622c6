/** Named entities from the labels of words, and their scores as CoNLL's script counts them (Tjong Kim Sang & De Meulder 2003). */

import { type ClassScore, type LabelScore, labelScore } from './classification.ts';
import { checkLengths } from './pairs.ts';

/** Words `from` up to, not including, `to`. */
export interface Entity {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** `B-PER`, `I-PER`, also `E-` and `S-` of BIOES; anything else is outside. */
const TAG = /^([BIES])-(.+)$/;

/** Whether labels are of entities, so that entities can be counted. */
export const areEntityLabels = (labels: readonly string[]): boolean =>
  labels.every((label) => label === 'O' || TAG.test(label)) && labels.some((label) => label !== 'O');

/**
 * The entities of a sentence. One begins at B and S, and at I or E where the word before is outside, of another type, or an end; so
 * IOB1, IOB2 and BIOES are all read.
 */
export function entitiesOf(labels: readonly string[]): Entity[] {
  const entities: Entity[] = [];
  let open: { type: string; from: number } | undefined;
  const close = (to: number): void => {
    if (open) entities.push({ ...open, to });
    open = undefined;
  };
  labels.forEach((label, i) => {
    const [, mark, type] = TAG.exec(label) ?? [];
    const isMore = open?.type === type && (mark === 'I' || mark === 'E');
    if (!isMore) close(i);
    if (mark === undefined) return;
    open ??= { type, from: i };
    if (mark === 'E' || mark === 'S') close(i + 1);
  });
  close(labels.length);
  return entities;
}

export interface EntityScores extends LabelScore {
  /** Share of the words whose label is right. */
  readonly accuracy: number;
  /** Of each type, sorted; `support` counts the entities that there are. */
  readonly types: readonly ClassScore[];
}

/** An entity is right where its type and both its ends are. @throws where the counts of sentences or of words differ */
export function entityScores(
  predictions: readonly (readonly string[])[],
  references: readonly (readonly string[])[],
): EntityScores {
  checkLengths('entities', predictions, references);
  const counts = new Map<string, { said: number; there: number; hits: number }>();
  const of = (type: string) => {
    const found = counts.get(type) ?? { said: 0, there: 0, hits: 0 };
    counts.set(type, found);
    return found;
  };
  let [words, right] = [0, 0];
  predictions.forEach((labels, i) => {
    checkLengths('entities', labels, references[i]);
    words += labels.length;
    right += labels.filter((label, k) => label === references[i][k]).length;
    const nameOf = ({ type, from, to }: Entity): string => `${from} ${to} ${type}`;
    const there = entitiesOf(references[i]);
    const names = new Set(there.map(nameOf));
    for (const { type } of there) of(type).there++;
    for (const entity of entitiesOf(labels)) {
      of(entity.type).said++;
      if (names.has(nameOf(entity))) of(entity.type).hits++;
    }
  });
  const all = [...counts.values()];
  const total = (name: 'said' | 'there' | 'hits') => all.reduce((sum, one) => sum + one[name], 0);
  const types = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...labelScore(total('hits'), total('said'), total('there')),
    accuracy: right / words,
    types: types.map(([label, { said, there, hits }]) => ({
      label,
      ...labelScore(hits, said, there),
      support: there,
    })),
  };
}
