/** Search both ways: recall is what `nearest` finds, and learning ends when it is told to. */

import { expect, test } from 'vitest';
import { imageEncoderConfig } from './image-encoder.ts';
import type { ImageRow } from './image-rows.ts';
import { embedCaptions, embedImages, nearest, testImageSearch, trainImageSearch } from './image-search.ts';
import type { ImageSet } from './image-set.ts';
import { shapeScenes } from './shapes.ts';

const size = 16;
const scenes = [...shapeScenes({ count: 24, size, seed: 3 })];
const files = scenes.map((_, i) => `${i}.png`);
const images: ImageSet = {
  size,
  files,
  pixels: Uint8Array.from(scenes.flatMap(({ picture }) => [...picture.pixels])),
  places: new Map(files.map((file, i) => [file, i])),
};
const rows = (['en', 'zh'] as const).flatMap((language) =>
  scenes.map(({ caption }, i): ImageRow => ({ file: files[i], text: caption[language], source: 'a.csv' })),
);
const encoder = imageEncoderConfig({ size, width: 16, layers: 2 });
const learning = { epochs: 4, batchSize: 8, lr: 0.005, seed: 1 };

test('recall counts the partners that are among the nearest', async () => {
  const model = await trainImageSearch(rows, images, encoder, learning);
  const pictures = embedImages(model, images, files);
  const recall = testImageSearch(model, images, rows);
  expect(recall.map(({ language }) => language)).toEqual(['en', 'zh']);
  for (const { language, pairs, textToImage, imageToText } of recall) {
    expect(pairs).toBe(files.length);
    const captions = embedCaptions(
      model,
      scenes.map(({ caption }) => caption[language]),
    );
    const found = (from: readonly Float32Array[], to: readonly Float32Array[], top: number): number =>
      from.filter((vector, i) => nearest(vector, to, top).some(({ place }) => place === i)).length / pairs;
    expect(textToImage).toEqual({ at1: found(captions, pictures, 1), at5: found(captions, pictures, 5) });
    expect(imageToText).toEqual({ at1: found(pictures, captions, 1), at5: found(pictures, captions, 5) });
    expect(textToImage.at5).toBeGreaterThan(textToImage.at1);
  }
});

test('an aborted training ends with the reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(trainImageSearch(rows, images, encoder, { ...learning, signal })).rejects.toThrow('enough');
});
