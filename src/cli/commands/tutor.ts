/** `inkstone tutor SOURCE`: questions on a text, graded with reasons, as hard as the learner can take. */

import { join } from 'node:path';
import {
  askByModel,
  type Grade,
  gradeAnswer,
  type Learner,
  learn,
  levelOf,
  makeQuestions,
  nextQuestion,
  type StudySource,
  showsChoices,
  type TutorQuestion,
} from '../../apps/index.ts';
import { textTagger } from '../../data/index.ts';
import { nextTurn } from '../../decode/index.ts';
import { openSource } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { createRng } from '../../rng.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { readLearner, writeLearner } from '../learner-files.ts';
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

/** Sentences between two turns of the event loop. */
const TURN_SENTENCES = 256;

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  checkOptions(context);
  const questions = makeQuestions(await readSentences(context));
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

async function readSentences({ args, signal, terminal }: Context): Promise<StudySource[]> {
  const source = await openSource(args[0], { signal });
  const tag = textTagger();
  const sentences: StudySource[] = [];
  for await (const { text, source: own } of source.documents({ signal })) {
    for await (const sentence of tag(text)) {
      if (sentences.push({ key: own ?? args[0], sentence }) % TURN_SENTENCES > 0) continue;
      await nextTurn();
      signal.throwIfAborted();
      terminal.live(say('tagging', { sentences: sentences.length }));
    }
  }
  terminal.endLive({ keep: false });
  return sentences;
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
  const digit = said.normalize('NFKC').trim();
  const isNumber = /^[1-9]$/.test(digit) && showsChoices(learner, question);
  const words = isNumber ? (question.choices[Number(digit) - 1] ?? said) : said;
  const grade: Grade = gradeAnswer(question, words);
  const after = learn(learner, question, grade.score);
  const { answer, source } = question;
  terminal.json({ type: 'grade', id: question.id, ...grade, answer, source, level: levelOf(after) });
  terminal.print(reasons(grade.reason, { answer: inOneLine(answer) }));
  terminal.print(say('source', { ...source, sentence: inOneLine(source.sentence) }));
  return after;
}
