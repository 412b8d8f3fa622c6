/** `inkstone explain`: the words of the command line's own options, reports and strategies are in the glossary. */

import { describe, expect, test } from 'vitest';
import { generateOptions } from '../src/cli/generate-options.ts';
import { flagOf } from '../src/cli/options.ts';
import { samplingOptions } from '../src/cli/sampling-options.ts';
import { trainOptions } from '../src/cli/train-options.ts';
import { strategies } from '../src/decode/index.ts';
import { findTerm, glossary, type TermId } from '../src/glossary/index.ts';
import { cureDocs } from '../src/train/index.ts';
import { HAN, inkstone } from './cli-harness.ts';

/** Options that speak for themselves: paths, names, amounts. */
const PLAIN = {
  train: [
    ...['data', 'out', 'preset', 'minutes', 'evalEvery', 'offline', 'dryRun', 'textColumn', 'titleColumn'],
    ...['source', 'target', 'taskField', 'code'],
  ],
  generate: ['prompt', 'task', 'processorPreset', 'stop', 'vary', 'varyRate', 'n'],
};

const words = [
  ...Object.keys(samplingOptions),
  ...Object.keys(trainOptions).filter((name) => !PLAIN.train.includes(name)),
  ...Object.keys(generateOptions).filter((name) => !PLAIN.generate.includes(name)),
].map(flagOf);

describe('the words of the command line', () => {
  test.each(words)('option %s', (flag) => void findTerm(flag));
  test.each(Object.keys(strategies))('strategy %s', (name) => void findTerm(name));
  test.each(cureDocs().map(({ usage }) => usage.match(/^[\w-]+/)![0]))('cure %s', (name) => {
    findTerm(name === 'noise' ? 'noise:tokens' : name);
  });
});

describe('inkstone explain', () => {
  test.each(['en', 'zh'] as const)('alone lists every word, in %s', async (lang) => {
    const { status, out } = await inkstone(['explain'], { lang });
    expect(status).toBe(0);
    for (const id of Object.keys(glossary) as TermId[]) expect(out).toContain(glossary[id].name[lang]);
    expect(HAN.test(out)).toBe(lang === 'zh');
  });

  test('a word of several, under another name and in the other language', async () => {
    expect((await inkstone(['explain', 'learning', 'rate'])).out).toContain('How far one step moves');
    expect((await inkstone(['explain', '核采样'])).out).toMatch(/^top-p\n\nNucleus sampling/);
    expect((await inkstone(['explain', 'ppl'], { lang: 'zh' })).out).toContain('困惑度');
    expect(HAN.test((await inkstone(['explain', '核采样'])).out)).toBe(false);
  });

  test('an unknown word is bad input with the nearest one', async () => {
    const { status, err } = await inkstone(['explain', 'temprature']);
    expect({ status, err }).toEqual({
      status: 2,
      err: 'explain: "temprature" is not in the glossary; did you mean "temperature"?\n',
    });
    expect((await inkstone(['explain', '困或度'], { lang: 'zh' })).err).toBe(
      '解释：词汇表里没有 "困或度"，是不是 "困惑度"？\n',
    );
  });

  test('for machines', async () => {
    const { json } = await inkstone(['explain', 'top-p', '--json']);
    expect(json).toEqual([{ type: 'term', id: 'topP', name: 'top-p', text: glossary.topP.text.en }]);
  });
});
