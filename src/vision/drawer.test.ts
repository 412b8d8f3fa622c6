/** A drawer that has learnt a very small world draws what it is told, in both languages, also what it was never told together. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Picture } from '../io/index.ts';
import { languageOf } from './captions.ts';
import { testDrawer } from './draw-scores.ts';
import { type Drawer, drawPictures, promptIds, trainDrawer } from './drawer.ts';
import { imageEncoderConfig } from './image-encoder.ts';
import type { ImageRow } from './image-rows.ts';
import type { ImageSet } from './image-set.ts';
import { sceneParts, shapeScenes } from './shapes.ts';
import { loadImageModel, saveImageModel } from './storage.ts';

const size = 16;
const inks = ['red', 'green', 'blue'];

/** Large squares and rings at the top, in three colours: as many of each of these six kinds. */
const world = [...shapeScenes({ count: 4 * 432, size, seed: 3 })].flatMap((scene) => {
  const { colour, shape, size: how, place } = sceneParts(scene.caption.en)!;
  const isIn = inks.includes(colour!) && ['square', 'ring'].includes(shape!);
  return isIn && how === 'large' && place === 'at the top' ? [{ ...scene, kind: `${colour} ${shape}` }] : [];
});
const kinds = [...new Set(world.map(({ kind }) => kind))];
/** Never shown together, and asked for. */
const HELD_OUT = 'blue square';
const scenes = world.filter(({ kind }) => kind !== HELD_OUT);
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
const encoder = imageEncoderConfig({ kind: 'patches', size, width: 32, layers: 1 });
const learning = { epochs: 400, batchSize: 40, lr: 0.006, seed: 1 };

let drawer: Drawer;
beforeAll(async () => {
  drawer = await trainDrawer(rows, images, encoder, learning);
}, 120_000);

/** The kind whose mean picture is nearest. */
function kindOf({ pixels }: Picture): string {
  const means = kinds.map((kind) => {
    const own = world.filter((scene) => scene.kind === kind);
    return pixels.map((_, i) => own.reduce((sum, { picture }) => sum + picture.pixels[i], 0) / own.length);
  });
  const off = means.map((mean) => mean.reduce((sum, value, i) => sum + (value - pixels[i]) ** 2, 0));
  return kinds[off.indexOf(Math.min(...off))];
}

/** Every kind in both languages, three times. */
const asked = kinds.flatMap((kind) => {
  const { caption } = world.find((scene) => scene.kind === kind)!;
  return Array.from({ length: 3 }, () => [caption.en, caption.zh]).flatMap((prompts) =>
    prompts.map((prompt) => ({ kind, prompt })),
  );
});

describe('what is drawn', () => {
  test('is what was asked for, in either language, and what was never shown together too', async () => {
    expect(kinds).toHaveLength(6);
    const prompts = asked.map(({ prompt }) => prompt);
    const pictures = await drawPictures(drawer, prompts, { seeds: prompts.map((_, i) => i), steps: 6 });
    const right = pictures.map((picture, i) => kindOf(picture) === asked[i].kind);
    const shareOf = (isAmong: (i: number) => boolean): number => {
      const some = right.filter((_, i) => isAmong(i));
      return some.filter(Boolean).length / some.length;
    };
    // By chance a sixth.
    for (const language of ['en', 'zh'] as const) {
      const isIn = (i: number) => languageOf(prompts[i]) === language;
      expect(shareOf(isIn), language).toBeGreaterThan(0.5);
    }
    expect(rows.some(({ text }) => sceneParts(text)!.colour === 'blue')).toBe(true);
    expect(rows.some(({ text }) => text.includes('blue square'))).toBe(false);
    expect(shareOf((i) => asked[i].kind === HELD_OUT)).toBeGreaterThanOrEqual(1 / 3);
  });

  test('is the same for the same seed, alone or among others, and another for another', async () => {
    const [{ prompt }] = asked;
    const steps = 3;
    const [a, b] = await drawPictures(drawer, [prompt, prompt], { seeds: [5, 6], steps });
    const [alone] = await drawPictures(drawer, [prompt], { seeds: [6], steps });
    const off = (x: Picture, y: Picture) =>
      Math.max(...x.pixels.map((value, i) => Math.abs(value - y.pixels[i])));
    expect(off(alone, b)).toBeLessThanOrEqual(1);
    expect(off(a, b)).toBeGreaterThan(5);
  });

  test('follows the prompt by guidance alone: without it, two prompts give one picture', async () => {
    const prompts = [asked[0].prompt, asked.at(-1)!.prompt];
    const [a, b] = await drawPictures(drawer, prompts, { seeds: [1, 1], steps: 2, guidance: 0 });
    expect(a.pixels).toEqual(b.pixels);
    const [c, d] = await drawPictures(drawer, prompts, { seeds: [1, 1], steps: 2, guidance: 1 });
    expect(c.pixels).not.toEqual(d.pixels);
  });
});

test('the drawer itself knows which caption belongs to a picture', async () => {
  const scores = await testDrawer(drawer, images, rows, { seed: 1 });
  expect(scores.map(({ language, chance }) => [language, chance])).toEqual([
    ['en', 1 / 5],
    ['zh', 1 / 5],
  ]);
  for (const { right } of scores) expect(right).toBeGreaterThanOrEqual(0.6);
});

test('a drawer comes back from its folder, and draws the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), '墨 drawer-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'model');
  await saveImageModel(path, drawer);
  const again = await loadImageModel(path, 'draw');
  const how = { seeds: [9], steps: 2 };
  expect((await drawPictures(again, [asked[0].prompt], how))[0].pixels).toEqual(
    (await drawPictures(drawer, [asked[0].prompt], how))[0].pixels,
  );
  await expect(loadImageModel(path, 'caption')).rejects.toThrow(
    'must be trained with --task caption, got --task draw',
  );
});

test('what cannot be drawn is said before anything is', async () => {
  const drawing = (prompt: string, options: object = {}) =>
    drawPictures(drawer, [asked[0].prompt, prompt], { seeds: [1, 2], ...options });
  await expect(drawing(' \n')).rejects.toThrow('the prompt is empty');
  await expect(drawing('红'.repeat(63))).rejects.toThrow(/at most 64 tokens, got \d+/);
  await expect(drawing('a', { steps: 0 })).rejects.toThrow(
    '`steps` must be a whole number from 1 to 1000, got 0',
  );
  await expect(drawing('a', { guidance: Number.NaN })).rejects.toThrow(
    '`guidance` must be from 0 to 100, got NaN',
  );
  // Any text has ids: no prompt ends in an error that nobody understands.
  for (const odd of ['\0', '\ud800', '🙂', '<|endoftext|>']) {
    expect(promptIds(drawer.tokenizer, odd).length).toBeGreaterThan(2);
  }
});

test('an aborted drawing and an aborted training end with the reason', async () => {
  const stop = new AbortController();
  const onProgress = (share: number) => share >= 0.5 && stop.abort(new Error('enough'));
  const going = drawPictures(drawer, ['a'], { seeds: [1], steps: 4, onProgress, signal: stop.signal });
  await expect(going).rejects.toThrow('enough');
  const signal = AbortSignal.abort(new Error('no more'));
  await expect(trainDrawer(rows, images, encoder, { ...learning, signal })).rejects.toThrow('no more');
});
