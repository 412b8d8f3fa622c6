/** Ways to choose what is tried next: a grid, chance, or what a model of the results so far expects most of. */

import { createRng, type Rng, shuffle } from '../../rng.ts';
import { expectedImprovement } from './expected-improvement.ts';
import { fitKernel, gaussianProcess } from './gaussian-process.ts';
import type { Trial } from './search.ts';
import { keyOf, placeOf, type SearchSpace, type Settings, settingsAt, sizeOf } from './space.ts';

/** What a strategy is made for. */
export interface StrategyInput {
  readonly space: SearchSpace;
  /** How many trials there will be. */
  readonly trials: number;
  readonly seed: number;
  /** Which scores are better. */
  readonly goal: 'max' | 'min';
}

/** The settings of the trial that follows those given, from them and the seed alone; `undefined` when nothing is left to try. */
export type Strategy = (done: readonly Trial[]) => Settings | undefined;

export const searchStrategies = { grid, random, bayesian } satisfies {
  readonly [name: string]: (input: StrategyInput) => Strategy;
};
export type SearchStrategy = keyof typeof searchStrategies;

const shuffled = <Item>(items: readonly Item[], rng: Rng): Item[] => shuffle([...items], rng);

/**
 * The finest even grid of at most so many trials, its points in any order. Dimensions get one more value in turn as long as the
 * product allows; one value stands in the middle, more of them reach from end to end.
 */
function grid({ space, trials, seed }: StrategyInput): Strategy {
  const dimensions = Object.values(space);
  const counts = dimensions.map(() => 1);
  const product = (): number => counts.reduce((a, b) => a * b, 1);
  for (let grown = true; grown; ) {
    grown = false;
    for (const [i, dimension] of dimensions.entries()) {
      const more = (product() / counts[i]) * (counts[i] + 1);
      if (counts[i] >= sizeOf(dimension) || more > trials) continue;
      counts[i]++;
      grown = true;
    }
  }
  const places = dimensions.reduce<number[][]>(
    (found, dimension, i) =>
      found.flatMap((place) =>
        Array.from({ length: counts[i] }, (_, k) => [...place, levelOf(dimension.type, k, counts[i])]),
      ),
    [[]],
  );
  const order = shuffled(places, createRng(seed).split('grid'));
  return (done) => (done.length < order.length ? settingsAt(space, order[done.length]) : undefined);
}

/** A choice has the middle of its part, anything else reaches from end to end. */
const levelOf = (type: string, k: number, count: number): number =>
  type === 'choice' || count === 1 ? (k + 0.5) / count : k / (count - 1);

/** Draws that find nothing new before the space counts as used up. */
const MOST_DRAWS = 1000;

function random({ space, seed }: StrategyInput): Strategy {
  const dimensions = Object.keys(space).length;
  return (done) => {
    const tried = new Set(done.map(({ settings }) => keyOf(space, settings)));
    const rng = createRng(seed).split('random').split(done.length);
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const settings = settingsAt(
        space,
        Array.from({ length: dimensions }, () => rng.uniform()),
      );
      if (!tried.has(keyOf(space, settings))) return settings;
    }
    return undefined;
  };
}

/** Places that are looked at for each trial: anywhere, and near the best so far. */
const CANDIDATES = { anywhere: 1000, near: 200, kept: 5 };

/**
 * A Gaussian process is fitted to the trials so far; the next is where the expected improvement is greatest (Snoek, Larochelle and
 * Adams, "Practical Bayesian optimization of machine learning algorithms", 2012). It begins with a Latin hypercube.
 */
function bayesian(input: StrategyInput): Strategy {
  const { space, seed, goal } = input;
  const names = Object.keys(space);
  const free = names.filter((name) => sizeOf(space[name]) > 1);
  const beginning = 2 * free.length + 2;
  const strata = createRng(seed).split('strata');
  const columns = names.map(() => shuffled([...Array(beginning).keys()], strata));
  const anywhere = random(input);
  return (done) => {
    const rng = createRng(seed).split('bayesian').split(done.length);
    const tried = new Set(done.map(({ settings }) => keyOf(space, settings)));
    if (done.length < beginning) {
      const settings = settingsAt(
        space,
        columns.map((column) => (column[done.length] + rng.uniform()) / beginning),
      );
      return tried.has(keyOf(space, settings)) ? anywhere(done) : settings;
    }
    const modelled = modelOf(space, free, done, goal);
    if (!modelled) return anywhere(done);
    const { improvementAt, best } = modelled;
    const isNew = ({ settings }: Candidate): boolean => !tried.has(keyOf(space, settings));
    const look = (place: readonly number[]): Candidate => {
      const settings = settingsAt(space, place);
      return { place, settings, gain: improvementAt(settings) };
    };
    const nearBy = (place: ArrayLike<number>, width: number) =>
      Array.from(place, (x) => Math.min(1 - 1e-9, Math.max(0, x + width * rng.normal())));
    const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
    let pool = [
      ...many(CANDIDATES.anywhere, () => look(names.map(() => rng.uniform()))),
      ...many(CANDIDATES.near, () => look(nearBy(best, 0.1))),
    ].filter(isNew);
    for (const width of [0.05, 0.02, 0.005]) {
      pool = pool.sort((a, b) => b.gain - a.gain).slice(0, CANDIDATES.kept);
      const around = pool.flatMap(({ place }) =>
        many(CANDIDATES.near / CANDIDATES.kept, () => look(nearBy(place, width))),
      );
      pool.push(...around.filter(isNew));
    }
    if (pool.length === 0) return anywhere(done);
    return pool.reduce((a, b) => (b.gain > a.gain ? b : a)).settings;
  };
}

interface Candidate {
  readonly place: readonly number[];
  readonly settings: Settings;
  readonly gain: number;
}

/** What the trials say of settings not tried; `undefined` where they all came to the same, or to nothing. */
function modelOf(
  space: SearchSpace,
  free: readonly string[],
  done: readonly Trial[],
  goal: StrategyInput['goal'],
) {
  const sign = goal === 'max' ? 1 : -1;
  const scores = done.flatMap(({ score }) => (score === undefined ? [] : [sign * score]));
  if (scores.length < 2) return undefined;
  const sorted = scores.toSorted((a, b) => a - b);
  const [worst, middle, top] = [sorted[0], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
  // A trial that went wrong far off would flatten all the rest, so it counts as merely bad.
  const floor = top > middle ? Math.max(worst, middle - 3 * (top - middle)) : worst;
  const values = done.map(({ score }) => (score === undefined ? floor : Math.max(floor, sign * score)));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  if (spread === 0) return undefined;
  const standard = values.map((value) => (value - mean) / spread);
  const { pointOf, dimensionOf } = coordinates(space, free);
  const points = done.map(({ settings }) => pointOf(settings));
  const process = gaussianProcess(points, standard, fitKernel(points, standard, dimensionOf))!;
  // The best by the model, not by luck: scores are noisy.
  const expected = points.map((point) => process.predict(point).mean);
  const best = Math.max(...expected);
  return {
    improvementAt: (settings: Settings) => expectedImprovement(process.predict(pointOf(settings)), best),
    best: placeOf(space, done[expected.indexOf(best)].settings),
  };
}

/** Points of the process: a range is one coordinate, a choice one for each value, so that all of them are equally far apart. */
function coordinates(space: SearchSpace, free: readonly string[]) {
  const dimensionOf = free.flatMap((name, i) => {
    const dimension = space[name];
    return Array.from({ length: dimension.type === 'choice' ? dimension.values.length : 1 }, () => i);
  });
  const only = Object.fromEntries(free.map((name) => [name, space[name]]));
  const pointOf = (settings: Settings): number[] => {
    const place = placeOf(only, settings);
    return free.flatMap((name, i) => {
      const dimension = space[name];
      if (dimension.type !== 'choice') return place[i];
      return dimension.values.map((value) => (value === settings[name] ? Math.SQRT1_2 : 0));
    });
  };
  return { pointOf, dimensionOf };
}
