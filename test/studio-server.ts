/** The studio in this process, over models without weights whose texts are known beforehand. */

import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { functionModel } from '../src/decode/index.ts';
import {
  createLocalModel,
  type LocalModel,
  type ServerOptions,
  startServer,
  studioFiles,
} from '../src/serve/index.ts';
import { trainCharacters } from '../src/text/index.ts';

/** What the looping model says round and round, and what it says once it is kept from that. */
export const LOOP = '青山绿水明月';
export const WAY_OUT = '一叶知秋来';

/** Markup and script that a careless page would run. */
export const hostile =
  '<script>window.wasRun = true</script><img src=x onerror="window.wasRun = true">[a](javascript:window.wasRun=true)';

const tokenizer = trainCharacters([`${LOOP}${WAY_OUT}春眠不觉晓${hostile}\n`], {
  specialTokens: ['<|endoftext|>'],
});
const { vocabSize } = tokenizer;
const idsOf = (text: string): readonly number[] => tokenizer.encode(text);

/** Scores by which the next of `wanted` is the likeliest, the one after it the next likeliest. */
const prefer = (...wanted: readonly number[]): Float32Array => {
  const scores = new Float32Array(vocabSize);
  wanted.forEach((id, i) => (scores[id] = 9 - 2 * i));
  return scores;
};

/** Always in a loop; its second choice leads out. */
export function loopingModel(id: string): LocalModel {
  const loop = idsOf(LOOP);
  const out = [...idsOf(WAY_OUT), tokenizer.eosId!];
  const model = functionModel({
    vocabSize,
    logits(ids) {
      const last = ids.at(-1)!;
      const place = out.indexOf(last);
      if (place >= 0) return prefer(out[Math.min(place + 1, out.length - 1)]);
      return prefer(loop[(loop.indexOf(last) + 1) % loop.length], out[0]);
    },
  });
  return createLocalModel({ id, model, tokenizer });
}

/** Spells one text after every `春`, and ends. */
export function spellingModel(id: string, text: string): LocalModel {
  const [from] = idsOf('春');
  const spelt = [...idsOf(text), tokenizer.eosId!];
  const model = functionModel({
    vocabSize,
    contextLength: 100_000,
    logits(ids) {
      const said = ids.length - 1 - ids.lastIndexOf(from);
      return prefer(spelt[Math.min(said, spelt.length - 1)]);
    },
  });
  return createLocalModel({ id, model, tokenizer });
}

/** Writes one text on from its beginning, and ends. */
export function answeringModel(id: string, text: string): LocalModel {
  const own = trainCharacters([text], { specialTokens: ['<|endoftext|>'] });
  const told = [...own.encode(text), own.eosId!];
  const model = functionModel({
    vocabSize: own.vocabSize,
    contextLength: 100_000,
    logits(ids) {
      const scores = new Float32Array(own.vocabSize);
      scores[told[Math.min(ids.length, told.length - 1)]] = 30;
      return scores;
    },
  });
  return createLocalModel({ id, model, tokenizer: own });
}

/** The built pages, served in this process. */
export const startStudioServer = (options: ServerOptions) =>
  startServer({ ...options, studio: { files: studioFiles(join(import.meta.dirname, '../dist/studio')) } });

/** Run in the page: what has the keyboard, and whether an outline or a coloured border shows it. */
const LOOK_AT_FOCUS = `(() => {
  const at = document.activeElement;
  for (const animation of at.getAnimations()) animation.finish();
  const { outlineStyle, outlineWidth, borderTopColor } = getComputedStyle(at);
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = 'var(--mantine-primary-color-filled)';
  const accent = getComputedStyle(probe).color;
  probe.remove();
  return {
    isPage: at === document.body,
    name: at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent,
    isSeen: (outlineStyle !== 'none' && outlineWidth !== '0px') || borderTopColor === accent,
  };
})()`;

interface Focus {
  readonly name: string;
  readonly isSeen: boolean;
  readonly isPage: boolean;
}

/** Goes on by Tab until the named thing has the keyboard; whatever is passed must be seen. */
export async function tabTo(page: Page, name: RegExp, most = 60): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const at: Focus = await page.evaluate(LOOK_AT_FOCUS);
    // Behind the last thing, before the first.
    if (at.isPage) continue;
    if (!at.isSeen) throw new Error(`the keyboard is at "${at.name}", and nothing shows it`);
    if (name.test(at.name)) return;
    passed.push(at.name);
  }
  throw new Error(`no ${name} among ${passed.join(' | ')}`);
}
