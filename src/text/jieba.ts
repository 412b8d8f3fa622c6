/** Chinese words by jieba, where its binary is installed for this system. */

import type { Jieba } from '@node-rs/jieba';
import type { ChineseSegmenter } from './words.ts';

let loading: Promise<Jieba | undefined> | undefined;

/** jieba with its own dictionary, loaded once; `undefined` where there is no binary. */
export function loadJieba(): Promise<Jieba | undefined> {
  loading ??= load().catch(() => undefined);
  return loading;
}

/** A segmenter by jieba; `undefined` where there is no binary: then the platform's dictionary serves. */
export async function jiebaSegmenter(): Promise<ChineseSegmenter | undefined> {
  const jieba = await loadJieba();
  return jieba && ((run) => jieba.cut(run, true));
}

async function load(): Promise<Jieba> {
  const [binding, { dict }] = await Promise.all([import('@node-rs/jieba'), import('@node-rs/jieba/dict.js')]);
  return binding.Jieba.withDict(dict);
}
