/**
 * How differently a classifier treats groups of people: demographic parity (Dwork et al. 2012), equal opportunity and equalised odds
 * (Hardt et al. 2016), predictive parity (Chouldechova 2017); gaps as fairlearn takes them, between the groups that lie furthest apart.
 */

import { fail } from '../errors.ts';
import { type Interval, middleOf, type ResampleOptions, resamples, wilsonInterval } from '../significance.ts';
import { checkLengths } from './pairs.ts';

/** `hits` of `of`; NaN where there is nothing to count. */
export interface GroupRate {
  readonly hits: number;
  readonly of: number;
  readonly value: number;
  /** Wilson's, 95 %. */
  readonly interval: Interval;
}

/** Of a group: called positive of all; called so of those that are; called so of those that are not; are so of those called; right of all. */
export const rateNames = ['selection', 'truePositive', 'falsePositive', 'precision', 'accuracy'] as const;
export type RateName = (typeof rateNames)[number];

export interface GroupRow {
  readonly group: string;
  readonly count: number;
  readonly rates: { readonly [Name in RateName]: GroupRate };
}

/** The greatest rate − the smallest (0: alike), and the smallest / the greatest (1: alike). */
export interface Gap {
  readonly difference: number;
  readonly ratio: number;
  /** Of the difference: 95 %, records drawn anew within each group. */
  readonly interval: Interval;
}

/** Which rates must be alike: of several, the one that is least so counts. */
const gapRates = {
  demographicParity: ['selection'],
  equalOpportunity: ['truePositive'],
  equalizedOdds: ['truePositive', 'falsePositive'],
  predictiveParity: ['precision'],
  equalAccuracy: ['accuracy'],
} as const satisfies Readonly<Record<string, readonly RateName[]>>;
export type GapName = keyof typeof gapRates;
export const gapNames = Object.keys(gapRates) as GapName[];

export interface GroupGaps {
  readonly positive: string;
  /** By name. */
  readonly groups: readonly GroupRow[];
  readonly gaps: { readonly [Name in GapName]: Gap };
}

/** Groups at most: with more it is hardly a column of groups. */
const MOST_GROUPS = 100;

/** For each rate, its hits and what they are counted of. */
type Counts = { readonly [Name in RateName]: { hits: number; of: number } };

/**
 * The rates of each group and the gaps between them, of the decision for the label `positive`. A rate that a group has no records for is
 * NaN and left out of the gap (fairlearn counts it 0).
 *
 * @throws where counts differ, there are fewer than 2 groups or more than 100, or no record is or is called positive
 */
export function groupGaps(
  predictions: readonly string[],
  references: readonly string[],
  groups: readonly string[],
  { positive, ...options }: ResampleOptions & { readonly positive: string },
): GroupGaps {
  checkLengths('groupGaps', predictions, references);
  checkLengths('groupGaps', predictions, groups);
  const names = groupNames(groups);
  const labels = [...new Set([...references, ...predictions])].sort();
  if (!labels.includes(positive)) throw fail('eval/positive', { positive, known: labels });
  const members = names.map((name) => [...groups.keys()].filter((i) => groups[i] === name));
  const isPredicted = predictions.map((label) => label === positive);
  const isPositive = references.map((label) => label === positive);
  const isRight = predictions.map((label, i) => label === references[i]);

  const countOf = (records: Iterable<number>): Counts => {
    const counts = Object.fromEntries(rateNames.map((name) => [name, { hits: 0, of: 0 }])) as Counts;
    const add = (name: RateName, isHit: boolean): void => {
      counts[name].of++;
      if (isHit) counts[name].hits++;
    };
    for (const i of records) {
      add('selection', isPredicted[i]);
      add(isPositive[i] ? 'truePositive' : 'falsePositive', isPredicted[i]);
      if (isPredicted[i]) add('precision', isPositive[i]);
      add('accuracy', isRight[i]);
    }
    return counts;
  };
  const whole = members.map(countOf);
  const differences = gapNames.map((): number[] => []);
  const rounds = members.map((own, g) =>
    resamples(own.length, { ...options, seed: (options.seed ?? 0) + g }),
  );
  for (const first of rounds[0]) {
    const drawn = [first, ...rounds.slice(1).map((one) => one.next().value as Int32Array)];
    const counts = drawn.map((items, g) => countOf(Array.from(items, (i) => members[g][i])));
    gapNames.forEach((name, k) => {
      differences[k].push(gapOf(counts, name).difference);
    });
  }
  return {
    positive,
    groups: names.map((group, g) => ({
      group,
      count: members[g].length,
      rates: Object.fromEntries(
        rateNames.map((name): [RateName, GroupRate] => {
          const { hits, of } = whole[g][name];
          return [name, { hits, of, value: hits / of, interval: wilsonInterval(hits, of) }];
        }),
      ) as GroupRow['rates'],
    })),
    gaps: Object.fromEntries(
      gapNames.map((name, k): [GapName, Gap] => [
        name,
        { ...gapOf(whole, name), interval: middleOf(differences[k]) },
      ]),
    ) as GroupGaps['gaps'],
  };
}

/** The groups by name. @throws where there are fewer than 2 or more than 100 */
export function groupNames(groups: readonly string[]): string[] {
  const names = [...new Set(groups)].sort();
  if (names.length < 2 || names.length > MOST_GROUPS)
    throw fail('eval/groups', { least: 2, most: MOST_GROUPS, got: names.length });
  return names;
}

/** Of each rate that must be alike, the distance of the extreme groups; of several rates, the worst. */
function gapOf(counts: readonly Counts[], name: GapName): Pick<Gap, 'difference' | 'ratio'> {
  const each = gapRates[name].map((rate) => {
    const values = counts.map((own) => own[rate].hits / own[rate].of).filter((value) => !Number.isNaN(value));
    if (values.length < 2) return { difference: Number.NaN, ratio: Number.NaN };
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return { difference: most - least, ratio: least / most };
  });
  return {
    difference: Math.max(...each.map(({ difference }) => difference)),
    ratio: Math.min(...each.map(({ ratio }) => ratio)),
  };
}
