/** Lessons of texts: made once, and kept beside what learners know. */

import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Lesson, lessonId, makeQuestions, type StudySource, tutorQuestion } from '../apps/index.ts';
import { textTagger } from '../data/index.ts';
import { nextTurn } from '../decode/index.ts';
import { describeFileError, writeFileAtomic } from '../io/index.ts';

const fileSchema = z.object({
  version: z.literal(1),
  title: z.string(),
  questions: z.array(tutorQuestion),
});

/** So many are kept; of one more, the one that was made longest ago is gone. Each can be made again from its text. */
const MOST_LESSONS = 200;
/** A lesson of more questions is made anew each time: its file would be hundreds of megabytes. */
const MOST_QUESTIONS = 50_000;
/** Characters of a title, and bytes that hold one, however it is escaped. */
const TITLE = 60;
const HEAD_BYTES = 1024;
/** Sentences between two turns of the event loop: about a hundredth of a second. */
const TURN_SENTENCES = 16;

export interface LessonText {
  /** What the text is called. */
  readonly key: string;
  readonly text: string;
}

export interface MakeLessonOptions {
  readonly signal: AbortSignal;
  /** Hears how many sentences have been read. */
  readonly onSentences?: (count: number) => void;
}

/** The lesson of some texts: as it is kept in the folder, else made and kept there. */
export async function openLesson(
  folder: string,
  texts: readonly LessonText[],
  options: MakeLessonOptions,
): Promise<Lesson> {
  const id = lessonId(texts);
  const known = await findLesson(folder, id);
  if (known) return known;
  const questions = makeQuestions(await readSentences(texts, options));
  const lesson = { id, title: titleOf(texts), questions };
  // What has no questions is not worth a place.
  if (questions.length > 0 && questions.length <= MOST_QUESTIONS) await keepLesson(folder, lesson);
  return lesson;
}

/** Undefined where there is none; one that cannot be read is as good as none: it is made again. */
export async function findLesson(folder: string, id: string): Promise<Lesson | undefined> {
  const content = await readFile(pathOf(folder, id), 'utf8').catch(() => undefined);
  if (content === undefined) return undefined;
  try {
    const { title, questions } = fileSchema.parse(JSON.parse(content));
    return { id, title, questions };
  } catch {
    return undefined;
  }
}

/** Those that are kept, the newest first. */
export async function listLessons(folder: string): Promise<Pick<Lesson, 'id' | 'title'>[]> {
  const found = await Promise.all(
    (await keptFiles(folder)).map(async ({ id }) => ({ id, title: await titleIn(pathOf(folder, id)) })),
  );
  return found.flatMap(({ id, title }) => (title === undefined ? [] : [{ id, title }]));
}

/** Its title stands at the beginning of a file: no more of it is read. */
async function titleIn(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    const read = await file?.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = new TextDecoder().decode(read?.buffer.subarray(0, read.bytesRead));
    const title = /^\{"version":1,"title":("(?:[^"\\]|\\.)*")/.exec(head)?.[1];
    return title === undefined ? undefined : (JSON.parse(title) as string);
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

async function readSentences(
  texts: readonly LessonText[],
  { signal, onSentences }: MakeLessonOptions,
): Promise<StudySource[]> {
  const tag = textTagger();
  const sentences: StudySource[] = [];
  for (const { key, text } of texts) {
    for await (const sentence of tag(text)) {
      if (sentences.push({ key, sentence }) % TURN_SENTENCES > 0) continue;
      await nextTurn();
      signal.throwIfAborted();
      onSentences?.(sentences.length);
    }
  }
  return sentences;
}

async function keepLesson(folder: string, { id, title, questions }: Lesson): Promise<void> {
  await mkdir(placeIn(folder), { recursive: true });
  await writeFileAtomic(pathOf(folder, id), `${JSON.stringify({ version: 1, title, questions })}\n`);
  const old = (await keptFiles(folder)).slice(MOST_LESSONS);
  await Promise.all(old.map((one) => rm(pathOf(folder, one.id), { force: true })));
}

const placeIn = (folder: string): string => join(folder, 'lessons');
const pathOf = (folder: string, id: string): string => join(placeIn(folder), `${id}.json`);

/** The newest first. */
async function keptFiles(folder: string): Promise<{ readonly id: string; readonly at: number }[]> {
  const names = await readdir(placeIn(folder)).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw describeFileError(error, placeIn(folder));
  });
  const ids = names.flatMap((name) => /^([\da-f]{32})\.json$/.exec(name)?.[1] ?? []);
  const files = await Promise.all(
    ids.map(async (id) => {
      const status = await stat(pathOf(folder, id)).catch(() => undefined);
      return status ? [{ id, at: status.mtimeMs }] : [];
    }),
  );
  return files.flat().sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1));
}

const titleOf = ([first]: readonly LessonText[]): string => {
  const line = (first?.text ?? '').trim().split('\n', 1)[0].trim();
  return line.length > TITLE ? `${line.slice(0, TITLE).replace(/[\ud800-\udbff]$/, '')}…` : line;
};
