/** The work file of a text that a model writes in parts: what is written and how, and the parts that are finished. */

import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { KeptParts } from '../apps/index.ts';
import { writeFileAtomic } from '../io/index.ts';
import { differingKeys } from '../train/index.ts';
import { fail } from './errors.ts';

/** Everything that the texts of a model depend on. */
export type SummaryWork = Readonly<Record<string, unknown>>;

export interface KeptSummaries extends KeptParts {
  /** The summary is there: the file goes. */
  remove(): Promise<void>;
}

const schema = z.object({
  version: z.literal(1),
  work: z.record(z.string(), z.unknown()),
  texts: z.array(z.string()),
});

/** What is said of a file that holds something else. */
export interface KeptErrors {
  none(path: string): Error;
  other(path: string, differing: readonly string[]): Error;
}

const ofSummaries: KeptErrors = {
  none: (path) => fail('cli/no-summary-work', { path }),
  other: (path, differing) => fail('cli/other-summary', { path, differing }),
};

/** Opens the work file, or begins one with the first part. @throws when it holds other work, or something else */
export async function openKeptSummaries(
  path: string,
  work: SummaryWork,
  errors: KeptErrors = ofSummaries,
): Promise<KeptSummaries> {
  const texts = [...(await readKept(path, work, errors))];
  return {
    texts: [...texts],
    async keep(text) {
      texts.push(text);
      await writeFileAtomic(path, `${JSON.stringify({ version: 1, work, texts })}\n`);
    },
    remove: () => rm(path, { force: true }),
  };
}

async function readKept(path: string, work: SummaryWork, errors: KeptErrors): Promise<readonly string[]> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found = schema.safeParse(parsed(content));
  if (!found.success) throw errors.none(path);
  const differing = differingKeys(found.data.work, JSON.parse(JSON.stringify(work)));
  if (differing.length > 0) throw errors.other(path, differing);
  return found.data.texts;
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
