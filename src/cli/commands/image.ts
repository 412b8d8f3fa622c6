/** `inkstone image shapes | train | classify | search | caption | draw | maps`: pictures beside text. */

import { encodePng, writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import {
  classifyImages,
  embedCaptions,
  embedImages,
  featureMaps,
  type ImageModel,
  type ImageSet,
  type ImageTask,
  loadImageModel,
  mapsPicture,
  nearest,
  readImageRows,
  writeCaptions,
  writeShapes,
  wrongTask,
} from '../../vision/index.ts';
import type { CommandContext } from '../command.ts';
import { drawImages } from '../drawing.ts';
import { fail } from '../errors.ts';
import type { imageOptions } from '../image-options.ts';
import { percent, trainImages } from '../image-training.ts';
import { readPictures } from '../pictures.ts';
import { quoteWord } from '../shell-words.ts';
import { formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';

export type ImageContext = CommandContext<typeof imageOptions>;

const say = defineMessages({
  drawing: { en: () => 'drawing', zh: () => '绘制' },
  shapes: {
    en: (d: { pictures: number; table: string; command: string }) =>
      `${d.pictures} pictures with captions in English and Chinese: ${d.table}; to learn from them: ${d.command}`,
    zh: (d) => `${d.pictures} 张图片，附中英文说明：${d.table}；用它们学习：${d.command}`,
  },
  maps: {
    en: (d: { out: string; layers: string }) =>
      `${d.out}: the picture as it is seen, then the answers of each layer's filters (${d.layers})`,
    zh: (d) => `${d.out}：先是网络看到的图片，然后是各层滤波器的响应（${d.layers}）`,
  },
});

const verbs: { readonly [verb: string]: (context: ImageContext) => Promise<void> } = {
  shapes,
  train: trainImages,
  classify,
  search,
  caption,
  draw: drawImages,
  maps,
};

export async function run(context: ImageContext): Promise<void> {
  const { args } = context;
  const act = actionOf('image', verbs, args);
  const most = { shapes: 1, train: 1, search: 2, maps: 3 }[args[0]];
  if (most !== undefined && args.length > most) {
    throw fail('cli/too-many-arguments', {
      command: `image ${args[0]}`,
      got: args[most],
      takesData: args[0] === 'train',
    });
  }
  await act(context);
}

/** Pictures that are made where nobody says how many. */
const SHAPES = 1000;

async function shapes({ options, terminal, signal }: ImageContext): Promise<void> {
  const { out = 'shapes', count = SHAPES, imageSize: size, seed, scenes } = options;
  const bar = terminal.bar(say('drawing', {}), count);
  const made = await writeShapes(out, {
    count,
    size,
    seed,
    scenes,
    labels: language(),
    onProgress: (done) => bar.update(done),
    signal,
  }).finally(() => bar.stop());
  terminal.json({ type: 'shapes', ...made });
  const command = `npx inkstone image train --data ${quoteWord(out)}`;
  terminal.print(say('shapes', { ...made, command }));
}

/** The model of a task that the second argument names, and its pictures, which the others name. */
async function opened<Task extends ImageTask>(
  context: ImageContext,
  task?: Task,
): Promise<{ model: Extract<ImageModel, { task: Task }>; images: ImageSet; files: readonly string[] }> {
  const [verb, folder, ...files] = context.args;
  const argument = folder === undefined ? '<run>' : files.length === 0 ? '<file>' : undefined;
  if (argument) {
    const example = `inkstone image ${verb} runs/image-${task ?? 'classify'} photo.png`;
    throw fail('cli/missing-argument', { command: `image ${verb}`, argument, example });
  }
  const model = await loadImageModel(folder, task);
  return { model, files, images: await readPictures(files, model.encoder.size, context) };
}

/** Labels that are shown of a single picture. */
const SHOWN_LABELS = 5;

async function classify(context: ImageContext): Promise<void> {
  const { terminal } = context;
  const { model, images, files } = await opened(context, 'classify');
  classifyImages(model, images, files).forEach(({ label, probabilities }, i) => {
    terminal.json({ type: 'prediction', file: files[i], label, probabilities });
    if (files.length > 1) terminal.print(`${label}\t${percent(probabilities[0].probability)}\t${files[i]}`);
    else
      for (const one of probabilities.slice(0, SHOWN_LABELS))
        terminal.print(`${percent(one.probability).padStart(8)}  ${one.label}`);
  });
}

async function caption(context: ImageContext): Promise<void> {
  const { options, terminal, signal } = context;
  const { strategy, seed } = options;
  const { model, images, files } = await opened(context, 'caption');
  const chosen = (options.language ?? language()) as 'en' | 'zh';
  const captions = await writeCaptions(model, images, files, { language: chosen, strategy, seed, signal });
  captions.forEach((text, i) => {
    terminal.json({ type: 'caption', file: files[i], language: chosen, text });
    terminal.print(files.length > 1 ? `${files[i]}\t${text}` : text);
  });
}

async function search(context: ImageContext): Promise<void> {
  const { args, options, terminal, signal } = context;
  const { data, text, picture, top } = options;
  const command = 'image search';
  const [, folder] = args;
  if (folder === undefined) {
    const example = 'inkstone image search runs/image-search --data shapes --text "a large red circle"';
    throw fail('cli/missing-argument', { command, argument: '<run>', example });
  }
  if (data === undefined) throw fail('cli/missing-value', { command, option: '--data' });
  if ((text === undefined) === (picture === undefined)) {
    if (text === undefined) throw fail('cli/missing-value', { command, option: '--text | --picture' });
    const reason = { reason: 'one of them is sought', zhReason: '只能寻找其一' };
    throw fail('cli/conflict', { command, options: ['--text', '--picture'], ...reason });
  }
  const model = await loadImageModel(folder, 'search');
  const rows = await readImageRows(data, {
    ...options,
    signal,
    ...(text === undefined && { needs: 'caption' as const }),
  });
  const field = text === undefined ? 'text' : 'file';
  const list = [...new Set(rows.map((row) => row[field]))];
  const images = await readPictures(text === undefined ? [picture!] : list, model.encoder.size, context);
  const [[sought], among] =
    text === undefined
      ? [embedImages(model, images, [picture!]), embedCaptions(model, list)]
      : [embedCaptions(model, [text]), embedImages(model, images, list)];
  const found = nearest(sought, among, top).map(({ place, similarity }) => ({
    [field === 'file' ? 'file' : 'caption']: list[place],
    similarity,
  }));
  terminal.json({ type: 'found', found });
  const table = found.map(({ similarity, ...what }) => [Object.values(what).join(), similarity.toFixed(3)]);
  for (const line of formatTable(table)) terminal.print(line);
}

async function maps(context: ImageContext): Promise<void> {
  const { options, terminal } = context;
  const { out = 'maps.png' } = options;
  const { model, images } = await opened(context);
  if (model.task === 'draw') throw wrongTask(context.args[1], 'classify, search or caption', model.task);
  const encoder = model.task === 'search' ? model.params.image : model.params.encoder;
  const layers = featureMaps(encoder, model.encoder, images, 0);
  await writeFileAtomic(out, await encodePng(mapsPicture(images, 0, layers)));
  const shapes = layers.map(({ filters, width, height }) => ({ filters: filters.length, width, height }));
  terminal.json({ type: 'maps', out, layers: shapes });
  const words = shapes.map(({ filters, width, height }) => `${filters} × ${width}×${height}`);
  terminal.print(say('maps', { out, layers: words.join(', ') }));
}
