/** What a learner knows: a rating that follows the answers, and which question is next (Elo rating; Pelánek 2016, "Applications of the Elo rating system in adaptive educational systems"). */

import { z } from 'zod';
import type { Rng } from '../../rng.ts';
import type { TutorQuestion } from './question.ts';

const record = z.object({
  /** What was learnt about how hard it is, in logits. */
  difficulty: z.number(),
  times: z.int(),
  /** Of the last answer. */
  score: z.number(),
  /** The turn of the last answer. */
  turn: z.int(),
});

/** Plain data, as it is kept. */
export const learnerState = z.object({
  /** In logits; 0 is a question as hard as the others known half of the time. */
  rating: z.number(),
  /** Answers so far. */
  turns: z.int(),
  questions: z.record(z.string(), record),
});
export type Learner = z.output<typeof learnerState>;

export const newLearner = (): Learner => ({ rating: 0, turns: 0, questions: {} });

/** Known so often, a question is neither dull nor out of reach. */
const TARGET = 0.75;
/** Questions between a wrong answer and the next try. */
const PAUSE = 2;
/** Choices are shown up to this rating; beyond it the answer is said freely. */
const FREE_FROM = 1;

/** Whether choices are shown. */
export const showsChoices = ({ rating }: Learner, { choices }: TutorQuestion): boolean =>
  choices.length > 0 && rating < FREE_FROM;

/** From 1 to 5. */
export const levelOf = ({ rating }: Learner): number => Math.min(5, Math.max(1, Math.round(rating) + 2));

/** The chance that the answer is known: guessing finds one of k choices in k. */
export function chanceOf(learner: Learner, question: TutorQuestion): number {
  const difficulty = learner.questions[question.id]?.difficulty ?? question.difficulty;
  const known = 1 / (1 + Math.exp(difficulty - learner.rating));
  const guess = showsChoices(learner, question) ? 1 / question.choices.length : 0;
  return guess + (1 - guess) * known;
}

/** Steps are long at first, and shorter with every answer. */
const step = (times: number): number => 1 / (1 + 0.05 * times);

/** The learner after an answer: the rating and how hard the question is move against each other. */
export function learn(learner: Learner, question: TutorQuestion, score: number): Learner {
  const before = learner.questions[question.id];
  const surprise = score - chanceOf(learner, question);
  const times = before?.times ?? 0;
  const own = {
    difficulty: (before?.difficulty ?? question.difficulty) - step(times) * surprise,
    ...{ times: times + 1, score, turn: learner.turns },
  };
  return {
    rating: learner.rating + step(learner.turns) * surprise,
    turns: learner.turns + 1,
    questions: { ...learner.questions, [question.id]: own },
  };
}

/** The question whose chance is nearest to three in four, of those not yet known; undefined when all are. */
export function nextQuestion(
  questions: readonly TutorQuestion[],
  learner: Learner,
  rng: Rng,
): TutorQuestion | undefined {
  const open = questions.filter(({ id }) => (learner.questions[id]?.score ?? 0) < 1);
  const rested = open.filter(({ id }) => {
    const own = learner.questions[id];
    return !own || learner.turns - own.turn > PAUSE;
  });
  // Where nothing else is left, what was just wrong comes again at once.
  const ranked = (rested.length > 0 ? rested : open).map((question) => ({
    question,
    gap: Math.abs(chanceOf(learner, question) - TARGET),
    draw: rng.uniform(),
  }));
  return ranked.sort((a, b) => a.gap - b.gap || a.draw - b.draw).at(0)?.question;
}
