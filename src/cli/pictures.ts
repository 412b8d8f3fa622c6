/** Reads pictures with a bar. */

import { defineMessages } from '../language.ts';
import { type ImageSet, loadImages } from '../vision/index.ts';
import type { CommandContext } from './command.ts';

const say = defineMessages({ reading: { en: () => 'reading pictures', zh: () => '读取图片' } });

export function readPictures(
  files: readonly string[],
  size: number,
  { terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'>,
): Promise<ImageSet> {
  const bar = terminal.bar(say('reading', {}), 1, (share) => `${(100 * share).toFixed(0)}%`);
  return loadImages(files, size, { onProgress: (done) => bar.update(done), signal }).finally(() =>
    bar.stop(),
  );
}
