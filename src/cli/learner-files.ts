/** What a learner knows, kept as a file. */

import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Learner, learnerState, newLearner } from '../apps/index.ts';
import { describeFileError, writeFileAtomic } from '../io/index.ts';
import { failTutor } from './tutor-errors.ts';

const fileSchema = z.object({ version: z.literal(1), learner: learnerState });

/** A new learner where there is no file. @throws `cli/learner-file` */
export async function readLearner(path: string): Promise<Learner> {
  const content = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw describeFileError(error, path);
  });
  if (content === undefined) return newLearner();
  try {
    return fileSchema.parse(JSON.parse(content)).learner;
  } catch (error) {
    throw failTutor('cli/learner-file', { path }, error);
  }
}

export async function writeLearner(path: string, learner: Learner): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, `${JSON.stringify({ version: 1, learner })}\n`);
}
