/** Chinese words by jieba, where its binary is installed for this system. */

import type { ChineseSegmenter } from '../text/index.ts';

let loading: Promise<ChineseSegmenter | undefined> | undefined;

/** jieba with its own dictionary, loaded once; `undefined` where there is no binary: then the platform's dictionary serves. */
export function jiebaSegmenter(): Promise<ChineseSegmenter | undefined> {
  loading ??= load().catch(() => undefined);
  return loading;
}

async function load(): Promise<ChineseSegmenter> {
  const [{ Jieba }, { dict }] = await Promise.all([
    import('@node-rs/jieba'),
    import('@node-rs/jieba/dict.js'),
  ]);
  const jieba = Jieba.withDict(dict);
  return (run) => jieba.cut(run, true);
}
