/** `inkstone serve --tutor`: lessons and learners as `inkstone tutor` keeps them, of each tenant in a folder of their own. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError } from '../io/index.ts';
import type { TutorPort } from '../serve/index.ts';
import { readLearner, writeLearner } from './learner-files.ts';
import { findLesson, listLessons, openLesson } from './lesson-files.ts';
import { homeOf } from './note-files.ts';

/** What a text that was sent is called. */
const SENT = 'text';

export function serveTutor(folder: string): TutorPort {
  return {
    open(tenant) {
      const home = homeOf(folder, tenant);
      const pathOf = (name: string): string => join(home, `${name}.json`);
      return {
        begin: (text, options) => openLesson(home, [{ key: SENT, text }], options),
        find: (id) => findLesson(home, id),
        list: () => listLessons(home),
        readLearner: (name) => readLearner(pathOf(name)),
        writeLearner: (name, learner) => writeLearner(pathOf(name), learner),
        async learners() {
          const names = await readdir(home).catch((error) => {
            if (error.code === 'ENOENT') return [];
            throw describeFileError(error, home);
          });
          return names.flatMap((name) => /^([^.].*)\.json$/.exec(name)?.[1] ?? []).sort();
        },
      };
    },
  };
}
