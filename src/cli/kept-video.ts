/** The work file of a video: what was seen and heard so far. */

import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { describeFileError, writeFileAtomic } from '../io/index.ts';
import { differingKeys } from '../train/index.ts';
import type { HeardSegment } from '../types.ts';
import { failSpeech } from './speech-errors.ts';
import type { KeptWatch } from './watch-video.ts';

/** Everything that captions and speech depend on. */
export type VideoWork = Readonly<Record<string, unknown>>;

const time = z.number().min(0);
const content = z.object({
  version: z.literal(1),
  work: z.record(z.string(), z.unknown()),
  captions: z.array(z.string()),
  heard: z.array(z.object({ text: z.string(), start: time, end: time })).nullable(),
});

export interface KeptVideo extends KeptWatch {
  /** All is done: the file goes. */
  remove(): Promise<void>;
}

/** Opens the work file, or begins one with the first caption. @throws `cli/no-video-work`, `cli/other-video` */
export async function openKeptVideo(path: string, work: VideoWork): Promise<KeptVideo> {
  const found = await readKept(path, work);
  const captions = [...(found?.captions ?? [])];
  let heard: readonly HeardSegment[] | undefined = found?.heard ?? undefined;
  const save = () =>
    writeFileAtomic(path, `${JSON.stringify({ version: 1, work, captions, heard: heard ?? null })}\n`);
  return {
    captions,
    get heard() {
      return heard;
    },
    async see(more) {
      captions.push(...more);
      await save();
    },
    async hear(segments) {
      heard = segments;
      await save();
    },
    remove: () => rm(path, { force: true }),
  };
}

async function readKept(path: string, work: VideoWork): Promise<z.infer<typeof content> | undefined> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw describeFileError(error, path);
  });
  if (text === undefined) return undefined;
  const found = content.safeParse(parsed(text));
  if (!found.success) throw failSpeech('cli/no-video-work', { path });
  const differing = differingKeys(found.data.work, JSON.parse(JSON.stringify(work)));
  if (differing.length > 0) throw failSpeech('cli/other-video', { path, differing });
  return found.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
