/** Sound as a file for a program that reads one. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWav, resample, SPEECH_RATE } from '../io/index.ts';
import type { Sound } from '../types.ts';

/** A folder of its own that is gone afterwards, and in it the sound with 16,000 samples a second. */
export async function withWavFile<Result>(
  sound: Sound,
  work: (path: string, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'inkstone-speech-'));
  try {
    const path = join(folder, 'speech.wav');
    await writeFile(path, encodeWav(resample(sound, SPEECH_RATE)));
    return await work(path, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
