/** `inkstone tutor SOURCE`: questions on a text, graded with reasons, as hard as the learner can take. */

import { join } from 'node:path';
import {
  askByModel,
  type Learner,
  type Lesson,
  levelOf,
  nextQuestion,
  showsChoices,
  type TutorQuestion,
  takeAnswer,
} from '../../apps/index.ts';
import { openSource } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { createRng } from '../../rng.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { readLearner, writeLearner } from '../learner-files.ts';
import { type LessonText, openLesson } from '../lesson-files.ts';
import { flagOf } from '../options.ts';
import { askLine } from '../prompt.ts';
import { inOneLine } from '../shown-text.ts';
import { failTutor } from '../tutor-errors.ts';
import type { tutorOptions } from '../tutor-options.ts';
import { openAnswerWriter } from '../writers.ts';

type Context = CommandContext<typeof tutorOptions>;

const reasons = defineMessages({
  exact: { en: () => 'Right.', zh: () => '正确。' },
  within: { en: () => 'Right: it stands in what you said.', zh: () => '正确：你的话里有答案。' },
  spelling: {
    en: (d: { answer: string }) => `Nearly: it is spelled "${d.answer}".`,
    zh: (d) => `差一点：应写作“${d.answer}”。`,
  },
  part: {
    en: (d: { answer: string }) => `A part of it; all of it is "${d.answer}".`,
    zh: (d) => `只对了一部分；完整答案是“${d.answer}”。`,
  },
  wrong: {
    en: (d: { answer: string }) => `No: it is "${d.answer}".`,
    zh: (d) => `不对：答案是“${d.answer}”。`,
  },
  none: { en: (d: { answer: string }) => `It is "${d.answer}".`, zh: (d) => `答案是“${d.answer}”。` },
});
const say = defineMessages({
  begin: {
    en: (d: { count: number; level: number }) =>
      `${d.count} questions in this text; your level is ${d.level} of 5. A number or words answer, an empty line ends.`,
    zh: (d) => `文中可出 ${d.count} 题；你的水平是第 ${d.level} 级（共 5 级）。用编号或文字回答，空行结束。`,
  },
  source: {
    en: (d: { sentence: string; key: string; start: number; end: number }) =>
      `  ${d.sentence}  (${d.key}:${d.start}–${d.end})`,
    zh: (d) => `  ${d.sentence}（${d.key}:${d.start}–${d.end}）`,
  },
  level: {
    en: (d: { level: number }) => `Your level: ${d.level} of 5.`,
    zh: (d) => `你的水平：第 ${d.level} 级（共 5 级）。`,
  },
  known: { en: () => 'You know all of it.', zh: () => '全部掌握了。' },
  tagging: {
    en: (d: { sentences: number }) => `reading, ${d.sentences} sentences`,
    zh: (d) => `阅读中，${d.sentences} 句`,
  },
});

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  checkOptions(context);
  const { questions } = await readLesson(context);
  if (questions.length === 0) throw failTutor('cli/tutor-empty', { source: args[0] });
  if (options.list) {
    for (const question of questions) terminal.json({ type: 'question', ...question });
    for (const { id, text, answer } of questions) {
      terminal.print(`${id}  ${inOneLine(text)}  → ${inOneLine(answer)}`);
    }
    return;
  }
  const path = join(options.folder, `${options.learner}.json`);
  const learner = await readLearner(path);
  if (options.answer !== undefined) {
    const question = questions.find(({ id }) => id === options.id);
    if (!question) throw failTutor('cli/tutor-question', { id: options.id! });
    await writeLearner(path, tellGrade(context, learner, question, options.answer));
    return;
  }
  const writer = options.model === undefined ? undefined : await openAnswerWriter(options.model, {});
  try {
    const wordings = new Map<string, TutorQuestion>();
    /** In the words of the model, asked once for each. */
    const worded = async (question: TutorQuestion): Promise<TutorQuestion> => {
      const own =
        wordings.get(question.id) ??
        (writer ? await askByModel(question, writer.writer, { signal }) : question);
      wordings.set(question.id, own);
      return own;
    };
    const pick = (one: Learner) => nextQuestion(questions, one, createRng(options.seed).split(one.turns));
    if (options.next) {
      const question = pick(learner);
      if (question) show(context, learner, await worded(question));
      else tellKnown(context);
      return;
    }
    terminal.print(say('begin', { count: questions.length, level: levelOf(learner) }));
    let now = learner;
    for (let asked = 0; asked < options.questions && !signal.aborted; asked++) {
      const question = pick(now);
      if (!question) {
        tellKnown(context);
        return;
      }
      const own = await worded(question);
      show(context, now, own);
      const said = await askLine('', { canBeEmpty: true, empty: '' });
      if (!said) return;
      now = tellGrade(context, now, own, said);
      await writeLearner(path, now);
    }
    terminal.print(say('level', { level: levelOf(now) }));
  } finally {
    writer?.close();
  }
}

function checkOptions({ args, options, given, terminal }: Context): void {
  const ways = ['list', 'next', 'answer'].filter((name) => given.has(name));
  if (ways.length > 1) {
    throw fail('cli/conflict', {
      command: 'tutor',
      options: ways.slice(0, 2).map(flagOf),
      reason: 'each is another step',
      zhReason: '两者是不同的步骤',
    });
  }
  for (const [option, needed] of [
    ['answer', 'id'],
    ['id', 'answer'],
  ]) {
    if (given.has(option) && !given.has(needed)) {
      throw fail('cli/needs-option', { command: 'tutor', option: flagOf(option), needed: flagOf(needed) });
    }
  }
  if (!/^[\p{L}\p{N}_-]{1,64}$/u.test(options.learner))
    throw failTutor('cli/tutor-learner', { name: options.learner });
  if (ways.length === 0 && !terminal.canAsk) {
    throw fail('cli/missing-argument', {
      command: 'tutor',
      argument: '--next',
      example: `inkstone tutor ${args[0]} --next`,
    });
  }
}

/** Read once: of the same texts the questions are kept. */
async function readLesson({ args, options, signal, terminal }: Context): Promise<Lesson> {
  const source = await openSource(args[0], { signal });
  const texts: LessonText[] = [];
  for await (const { text, source: own } of source.documents({ signal })) {
    texts.push({ key: own ?? args[0], text });
  }
  const lesson = await openLesson(options.folder, texts, {
    signal,
    onSentences: (sentences) => terminal.live(say('tagging', { sentences })),
  });
  terminal.endLive({ keep: false });
  return lesson;
}

function tellKnown({ terminal }: Context): void {
  terminal.json({ type: 'known' });
  terminal.print(say('known', {}));
}

/** Without the answer. */
function show({ terminal }: Context, learner: Learner, question: TutorQuestion): void {
  const { id, language, text } = question;
  const choices = showsChoices(learner, question) ? question.choices : [];
  terminal.json({ type: 'question', id, language, text, choices, level: levelOf(learner) });
  terminal.print();
  terminal.print(`${id}  ${inOneLine(text)}`);
  for (const [i, choice] of choices.entries()) terminal.print(`  ${i + 1}. ${inOneLine(choice)}`);
}

/** Grades what was said, a choice by its number too; the learner after it. */
function tellGrade({ terminal }: Context, learner: Learner, question: TutorQuestion, said: string): Learner {
  const { grade, learner: after } = takeAnswer(learner, question, said);
  const { answer, source } = question;
  terminal.json({ type: 'grade', id: question.id, ...grade, answer, source, level: levelOf(after) });
  terminal.print(reasons(grade.reason, { answer: inOneLine(answer) }));
  terminal.print(say('source', { ...source, sentence: inOneLine(source.sentence) }));
  return after;
}
