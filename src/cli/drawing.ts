/** `inkstone image draw`: pictures for a prompt, by a model of ours or by an endpoint, as files. */

import { basename, extname } from 'node:path';
import { encodePng, scaleImage, withPngTexts, writeFileAtomic } from '../io/index.ts';
import { defineMessages } from '../language.ts';
import { createRemoteDrawer, type PictureFormat } from '../remote/index.ts';
import { checkDrawing, drawDefaults, drawPictures, loadImageModel } from '../vision/index.ts';
import type { ImageContext } from './commands/image.ts';
import { endpointOf } from './endpoints.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';
import { inOneLine } from './shown-text.ts';

const say = defineMessages({
  drawing: { en: () => 'drawing', zh: () => '绘制' },
  revised: {
    en: (d: { prompt: string }) => `  it was drawn as: ${d.prompt}`,
    zh: (d) => `  实际按此绘制：${d.prompt}`,
  },
});

/** A picture as the bytes of a file. */
interface Drawn {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly seed?: number;
  readonly revisedPrompt?: string;
}

const command = 'image draw';

export async function drawImages(context: ImageContext): Promise<void> {
  const { args, options, given, terminal } = context;
  const [, model, ...words] = args;
  const prompt = words.join(' ').trim();
  const argument = model === undefined ? '<run>' : prompt === '' ? '<prompt>' : undefined;
  if (argument) {
    const example = 'inkstone image draw runs/image-draw "a large red circle at the top"';
    throw fail('cli/missing-argument', { command, argument, example });
  }
  const { count = 1, out = 'drawing.png', guidance, steps } = options;
  const side = given.has('imageSize') ? options.imageSize : undefined;
  checkDrawing({ count, side, guidance, steps });
  const endpoint = endpointOf(model);
  const drawn = endpoint
    ? drawFar(context, endpoint, { prompt, count, side })
    : drawHere(context, model, { prompt, count, side });
  let number = 0;
  // Each is written when it is there: what a later one costs is not lost with it.
  for await (const { bytes, format, ...rest } of drawn) {
    number++;
    const file = fileOf(out, format, count > 1 ? number : undefined);
    await writeFileAtomic(file, bytes);
    terminal.json({ type: 'drawing', file, prompt, ...rest });
    terminal.print(file);
    const { revisedPrompt } = rest;
    if (revisedPrompt !== undefined) terminal.print(say('revised', { prompt: inOneLine(revisedPrompt) }));
  }
}

/** `x.png`, or of several `x-1.png`, `x-2.png`, …; the ending says what the file is. */
function fileOf(out: string, format: PictureFormat, number: number | undefined): string {
  const ending = extname(out);
  const isPicture = /^\.(png|jpe?g|webp)$/i.test(ending);
  const stem = isPicture ? out.slice(0, -ending.length) : out;
  const isRight =
    isPicture && (ending.slice(1).toLowerCase() === format || (format === 'jpg' && /^\.jpeg$/i.test(ending)));
  return `${stem}${number === undefined ? '' : `-${number}`}${isRight ? ending : `.${format}`}`;
}

interface Wanted {
  readonly prompt: string;
  readonly count: number;
  /** Pixels of a side of the file, where that is said. */
  readonly side: number | undefined;
}

/** Pictures that are drawn here together, before they are written. */
const SIDE_BY_SIDE = 16;

async function* drawHere(
  { options, terminal, signal }: ImageContext,
  folder: string,
  { prompt, count, side }: Wanted,
): AsyncGenerator<Drawn> {
  const { guidance = drawDefaults.guidance, steps = drawDefaults.steps, seed } = options;
  const model = await loadImageModel(folder, 'draw');
  const bar = terminal.bar(say('drawing', {}), 1, (share) => `${(100 * share).toFixed(0)}%`);
  try {
    for (let from = 0; from < count; from += SIDE_BY_SIDE) {
      const seeds = Array.from({ length: Math.min(SIDE_BY_SIDE, count - from) }, (_, i) => seed + from + i);
      const onProgress = (share: number) => bar.update((from + share * seeds.length) / count);
      const pictures = await drawPictures(model, Array(seeds.length).fill(prompt), {
        ...{ seeds, guidance, steps, onProgress, signal },
      });
      for (const [i, picture] of pictures.entries()) {
        const how = { model: basename(folder), seed: seeds[i], guidance, steps };
        const texts = { Description: prompt, Software: 'inkstone', Comment: JSON.stringify(how) };
        const bytes = await encodePng(scaleImage(picture, side ?? model.encoder.size), texts);
        yield { bytes, format: 'png', seed: seeds[i] };
      }
    }
  } finally {
    bar.stop();
  }
}

/** Pictures that an endpoint is asked for at once: OpenAI draws at most ten. */
const AT_ONCE = 10;

async function* drawFar(
  { args, options, given, terminal, signal }: ImageContext,
  endpoint: NonNullable<ReturnType<typeof endpointOf>>,
  { prompt, count, side: size }: Wanted,
): AsyncGenerator<Drawn> {
  for (const option of ['guidance', 'steps'] as const) {
    if (!given.has(option)) continue;
    const reason = { reason: 'only a model that runs here takes it', zhReason: '只有在本机运行的模型才能用' };
    throw fail('cli/conflict', { command, options: [flagOf(option), args[1]], ...reason });
  }
  const drawer = createRemoteDrawer(endpoint);
  const bar = terminal.bar(say('drawing', {}), count);
  try {
    for (let from = 0; from < count; from += AT_ONCE) {
      // Told where it was asked for: OpenAI itself refuses to hear of seeds.
      const seed = given.has('seed') ? options.seed + from : undefined;
      const some = { prompt, count: Math.min(AT_ONCE, count - from), size, seed, signal };
      const pictures = await drawer.draw(some);
      bar.update(from + pictures.length);
      for (const [i, { bytes, ...rest }] of pictures.entries()) {
        const own = seed === undefined ? {} : { seed: seed + i };
        const comment = JSON.stringify({ model: endpoint.model, ...own });
        const texts = { Description: prompt, Software: 'inkstone', Comment: comment };
        yield { ...rest, ...own, bytes: rest.format === 'png' ? withPngTexts(bytes, texts) : bytes };
      }
    }
  } finally {
    bar.stop();
  }
}
