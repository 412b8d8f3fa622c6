/** `/v1/tutor`: questions on a text, one at a time, graded with reasons; each learner with a level of their own. */

import { z } from 'zod';
import {
  askByModel,
  knownCount,
  type Learner,
  type Lesson,
  levelOf,
  nextQuestion,
  showsChoices,
  type TutorQuestion,
  takeAnswer,
} from '../../apps/index.ts';
import { createRng } from '../../rng.ts';
import { countedWriter } from '../answers/answer-writer.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { Turns } from '../turns.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import type { TutorPort, TutorRoom } from './tutor-port.ts';

export const tutorBody = z.strictObject({
  /** What is learnt: it becomes a lesson. */
  text: z.string().min(1).max(limits.tutorText).nullish(),
  /** In place of a text: a lesson that began before. */
  lesson: z
    .string()
    .regex(/^[\da-f]{32}$/)
    .nullish(),
  learner: z
    .string()
    .regex(/^[\p{L}\p{N}_-]{1,40}$/u)
    .nullish(),
  /** A question of the lesson, and what is said to it; of shown choices the number will do. */
  question: z.string().min(1).max(64).nullish(),
  answer: z.string().max(limits.tutorAnswer).nullish(),
  /** Who puts the next question into words; without, a word is left out of a sentence. */
  model: z.string().nullish(),
});

/** Whose answers they are, where nobody says. */
const LEARNER = 'me';

export interface TutorScope extends RequestScope {
  readonly tutor: TutorPort;
  readonly tutorTurns: Turns;
  readonly quotes: QuoteWatch;
}

/** The lessons and learners of this tenant; rules hold for how a lesson is called. */
export async function describeTutor(
  c: AppContext,
  { tutor, quotes }: Pick<TutorScope, 'tutor' | 'quotes'>,
): Promise<Response> {
  const room = tutor.open(c.get('tenant'));
  const [lessons, learners] = await Promise.all([room.list(), room.learners()]);
  return c.json({
    object: 'tutor',
    lessons: lessons.map(({ id, title }) => ({ id, title: quotes.tell(title).whole.text })),
    learners: learners.slice(0, limits.tutorLearners),
  });
}

/** What came of an answer, and the next question; without an answer the next question alone. */
export async function answerTutor(
  c: AppContext,
  body: z.infer<typeof tutorBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: TutorScope,
): Promise<Response> {
  checkBody(body);
  const { quotes, tenant, tutorTurns } = scope;
  const { signal } = followClient(c);
  const room = scope.tutor.open(tenant);
  const name = body.learner ?? LEARNER;
  const leave = quotes.begin();
  try {
    const lesson = await lessonOf(body, room, { ...scope, signal });
    const said = body.answer == null ? undefined : quotes.ask(body.answer);
    const { before, learner, graded } = await tutorTurns(`${tenant} ${name}`, async () => {
      const before = await knownLearner(room, name, said !== undefined);
      if (said === undefined) return { before, learner: before, graded: undefined };
      const question = lesson.questions.find(({ id }) => id === body.question);
      if (!question) {
        throw fail('serve/missing', { what: 'question', zhWhat: '题目', id: body.question ?? '' });
      }
      const { grade, learner } = takeAnswer(before, question, said);
      await room.writeLearner(name, learner);
      return { before, learner, graded: { question, grade } };
    });
    const next = nextQuestion(lesson.questions, learner, createRng(1).split(learner.turns));
    const writer = model && countedWriter(c, model, scope);
    const worded = next && writer ? await askByModel(next, writer, { signal }) : next;
    const tell = (text: string): string => quotes.tell(text).whole.text;
    const answer = {
      object: 'tutor.turn',
      id: c.get('requestId').replace('req_', 'tut-'),
      created: Math.floor(Date.now() / 1000),
      ...{ model: model?.id ?? null, lesson: lesson.id, title: tell(lesson.title), learner: name },
      ...{ questions: lesson.questions.length, known: knownCount(lesson, learner), answers: learner.turns },
      ...{ level: levelOf(learner), level_before: levelOf(before) },
      grade: graded ? gradeOnWire(graded, tell) : null,
      next: worded ? questionOnWire(worded, learner, tell) : null,
    };
    quotes.end([answer.grade?.sentence, answer.next?.text].filter(Boolean).join('\n'), {
      isSeen: model !== undefined,
    });
    return c.json(answer);
  } finally {
    leave();
  }
}

/** What no single field's rule can say. */
function checkBody({ text, lesson, question, answer }: z.infer<typeof tutorBody>): void {
  if ((text == null) === (lesson == null)) {
    const rule = {
      rule: 'a text, or left out for a lesson, one of them',
      zhRule: '文本；与 lesson 须给其一',
    };
    throw fail('serve/field', { field: 'text', ...rule, got: text == null ? null : '…' });
  }
  if ((question == null) !== (answer == null)) {
    const rule = {
      rule: 'given together with the other of question and answer',
      zhRule: '与另一项（question、answer）同时给出的',
    };
    throw fail('serve/field', { field: question == null ? 'question' : 'answer', ...rule, got: null });
  }
}

async function lessonOf(
  { text, lesson: id }: z.infer<typeof tutorBody>,
  room: TutorRoom,
  { quotes, tutorTurns, signal }: TutorScope & { readonly signal: AbortSignal },
): Promise<Lesson> {
  if (id != null) {
    const lesson = await room.find(id);
    if (!lesson) throw fail('serve/tutor-lesson', { id });
    return lesson;
  }
  const told = quotes.ask(text!);
  // Texts are read one after the other, whoever sent them: each keeps the process busy.
  const lesson = await tutorTurns('', async () => {
    signal.throwIfAborted();
    return room.begin(told, { signal });
  });
  if (lesson.questions.length === 0) throw fail('serve/tutor-empty', undefined);
  return lesson;
}

/** @throws `serve/tutor-learners` for one more than are kept */
async function knownLearner(room: TutorRoom, name: string, willBeKept: boolean): Promise<Learner> {
  const learner = await room.readLearner(name);
  if (willBeKept && learner.turns === 0 && (await room.learners()).length >= limits.tutorLearners) {
    throw fail('serve/tutor-learners', { most: limits.tutorLearners });
  }
  return learner;
}

/** Foreign spelling begins here. */
function gradeOnWire(
  {
    question,
    grade,
  }: { readonly question: TutorQuestion; readonly grade: ReturnType<typeof takeAnswer>['grade'] },
  tell: (text: string) => string,
) {
  const { id, answer, source } = question;
  const { sentence, start, end } = source;
  return { question: id, ...grade, answer: tell(answer), sentence: tell(sentence), start, end };
}

/** Without the answer. */
const questionOnWire = (question: TutorQuestion, learner: Learner, tell: (text: string) => string) => ({
  ...{ id: question.id, language: question.language, text: tell(question.text) },
  choices: showsChoices(learner, question) ? question.choices.map(tell) : [],
});
