/** Which model for a task: candidates by the points of the rules that hold, those first that fit into the limits; then by what was tried. */

import type { Interval } from '../significance.ts';
import { candidatesFor, type ModelName, modelCandidates } from './choice-candidates.ts';
import type { ChoiceFacts } from './choice-facts.ts';
import { choiceRules, holds, type RuleId } from './choice-rules.ts';

/** What a model takes, told beforehand; what an endpoint takes is not known. */
export interface ModelCost {
  /** Numbers learnt; of models that count, about how many grams. */
  readonly parameters?: number;
  /** Bytes of the process at most, while it learns and while it is used. */
  readonly trainBytes?: number;
  readonly useBytes?: number;
  readonly trainSeconds?: number;
  /** Milliseconds for one text of the usual length; of one that writes, for so many tokens. */
  readonly latencyMs?: number;
  /** Money for a million tokens: electricity of this machine, or the price of the endpoint, if it was said. */
  readonly perMillionTokens?: { readonly cost: number; readonly currency: string };
}

export interface ChoiceLimits {
  readonly memoryBytes: number;
  readonly latencyMs?: number;
  readonly trainSeconds?: number;
  /** Whether an endpoint was named: nothing is asked that was not. */
  readonly hasEndpoint?: boolean;
}

/** What keeps a model out, with what it would need. */
export type Obstacle =
  | { readonly what: 'memory' | 'latency' | 'time'; readonly needed: number; readonly limit: number }
  | { readonly what: 'endpoint' };

export interface ModelChoice {
  readonly name: ModelName;
  readonly points: number;
  /** The rules that hold, what speaks for it first. */
  readonly reasons: readonly { readonly rule: RuleId; readonly points: number }[];
  readonly cost: ModelCost;
  readonly obstacles: readonly Obstacle[];
}

/** The candidates for the task, the best first; those that do not fit last. */
export function chooseModel(
  facts: ChoiceFacts,
  limits: ChoiceLimits,
  costOf: (name: ModelName) => ModelCost,
): ModelChoice[] {
  const rules = (Object.keys(choiceRules) as RuleId[]).filter((id) => holds(choiceRules[id].when, facts));
  const choices = candidatesFor(facts.task).map((name): ModelChoice => {
    const reasons = rules
      .map((rule) => ({ rule, points: choiceRules[rule].points[name] ?? 0 }))
      .filter(({ points }) => points !== 0)
      .sort((a, b) => b.points - a.points);
    const cost = costOf(name);
    const points = reasons.reduce((sum, reason) => sum + reason.points, 0);
    return { name, points, reasons, cost, obstacles: obstaclesOf(name, cost, limits) };
  });
  const hindered = ({ obstacles }: ModelChoice): number => Number(obstacles.length > 0);
  return choices.sort(
    (a, b) =>
      hindered(a) - hindered(b) ||
      b.points - a.points ||
      (a.cost.trainSeconds ?? 0) - (b.cost.trainSeconds ?? 0),
  );
}

function obstaclesOf(name: ModelName, cost: ModelCost, limits: ChoiceLimits): Obstacle[] {
  const found: Obstacle[] = [];
  const check = (what: 'memory' | 'latency' | 'time', needed: number | undefined, limit?: number): void => {
    if (needed !== undefined && limit !== undefined && needed > limit) found.push({ what, needed, limit });
  };
  check('memory', Math.max(cost.trainBytes ?? 0, cost.useBytes ?? 0), limits.memoryBytes);
  check('latency', cost.latencyMs, limits.latencyMs);
  check('time', cost.trainSeconds, limits.trainSeconds);
  if (!limits.hasEndpoint && modelCandidates[name].origin === 'endpoint') found.push({ what: 'endpoint' });
  return found;
}

/** What a trial of a model came to, beside what was told beforehand. */
export interface ModelTrial {
  readonly name: ModelName;
  /** Accuracy, or bits a character, on texts that were held out. */
  readonly score: number;
  /** Of the score, by resampling, where texts are scored one by one. */
  readonly interval?: Interval;
  readonly measured: TrialFigures;
  readonly estimated: TrialFigures;
}

export interface TrialFigures {
  readonly trainSeconds: number;
  /** Of the process at its highest, where the system tells. */
  readonly trainBytes?: number;
  readonly latencyMs?: number;
}

/**
 * The choices in the order of what was measured: models that were tried come first, the best first. Where the interval of the best
 * holds another's score, nothing tells them apart, and the one that is sooner trained comes first. Models that do not fit stay last.
 */
export function rankByTrials(
  choices: readonly ModelChoice[],
  trials: readonly ModelTrial[],
  better: 'higher' | 'lower',
): ModelChoice[] {
  const sign = better === 'higher' ? 1 : -1;
  const sorted = [...trials].sort((a, b) => sign * (b.score - a.score));
  const best = sorted[0];
  const isEqual = ({ score }: ModelTrial): boolean =>
    best?.interval !== undefined && best.interval.low <= score && score <= best.interval.high;
  const places = new Map(
    [
      ...sorted.filter(isEqual).sort((a, b) => a.measured.trainSeconds - b.measured.trainSeconds),
      ...sorted.filter((trial) => !isEqual(trial)),
    ].map(({ name }, place) => [name, place]),
  );
  const rank = ({ name, obstacles }: ModelChoice): number =>
    obstacles.length > 0 ? Number.MAX_SAFE_INTEGER : (places.get(name) ?? trials.length);
  return [...choices].sort((a, b) => rank(a) - rank(b));
}
