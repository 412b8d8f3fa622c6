/** `inkstone choose` from end to end: tiny texts, estimates beside measurements, commands that exist, what is refused. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkArgs, checkVerb, parseArgv } from '../src/cli/argv.ts';
import { commandsFor } from '../src/cli/choose-commands.ts';
import { type CostGrounds, costOf } from '../src/cli/choose-costs.ts';
import { usualFacts } from '../src/cli/choose-data.ts';
import { chooseOptions } from '../src/cli/choose-options.ts';
import { withOptions } from '../src/cli/command.ts';
import { checkValue } from '../src/cli/options.ts';
import { commands } from '../src/cli/table.ts';
import { candidatesFor, modelCandidates } from '../src/eval/index.ts';
import { defaultRates } from '../src/train/index.ts';
import { chineseTexts, englishText, HAN, inkstone, listing, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
beforeAll(() => {
  const rows = chineseTexts(40).map((text, i) => {
    const label = i % 2 ? 'good' : 'bad';
    return JSON.stringify({ text: i % 2 ? `好${text}` : `坏${text}`, label });
  });
  writeFileSync(join(cwd, 'zh.jsonl'), rows.join('\n'));
  writeFileSync(join(cwd, 'one.jsonl'), '{"text":"a","label":"x"}\n{"text":"b","label":"x"}\n');
  writeFileSync(join(cwd, 'two.jsonl'), '{"text":"nice","label":"x"}\n{"text":"bad","label":"y"}\n');
  writeFileSync(join(cwd, 'empty.txt'), ' \n');
  writeFileSync(join(cwd, 'en.txt'), englishText(120));
});

const choose = (words: readonly string[], lang: 'en' | 'zh' = 'en') =>
  inkstone(['choose', ...words], { cwd, lang });

interface Told {
  readonly name: string;
  readonly obstacles: readonly { what: string; needed: number; limit: number }[];
  readonly commands: readonly string[];
  readonly cost: { readonly trainSeconds?: number; readonly perMillionTokens?: object };
}
interface Tried {
  readonly name: string;
  readonly score: number;
  readonly estimated: Record<string, number>;
  readonly measured: Record<string, number>;
  readonly ratio: Record<string, number>;
}

function checkRatios(tried: readonly Tried[], figures: readonly string[]): void {
  for (const { estimated, measured, ratio } of tried) {
    for (const figure of figures.filter((name) => measured[name] !== undefined)) {
      expect(measured[figure]).toBeGreaterThan(0);
      expect(ratio[figure]).toBeCloseTo(estimated[figure] / measured[figure], 9);
    }
  }
}

test('labelled texts are looked at, tried, and what was told stands beside what was measured', async () => {
  const { status, err, json } = await choose(['--task', 'classify', '--data', 'zh.jsonl', '--try', '--json']);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  const [choice, trials] = ['choice', 'trials'].map((type) => json.find((line) => line.type === type)!);
  expect(choice.facts).toMatchObject({ language: 'zh', texts: 40, labels: 2, rarest: 20 });
  const choices = choice.choices as Told[];
  expect(choices[0].name).toBe('encoder-pretrained');
  expect(choices[0].commands[0]).toContain('models/bert-base-chinese');
  expect(choices.find(({ name }) => name === 'svm')!.commands).toEqual([
    'inkstone classify train --data zh.jsonl --method svm --out chosen',
  ]);
  const tried = trials.trials as Tried[];
  expect(tried.map(({ name }) => name)).toEqual(['naive-bayes', 'svm', 'cnn']);
  checkRatios(tried, ['trainSeconds', 'trainBytes', 'latencyMs']);
  expect((trials.ranked as string[]).slice(0, 3).sort()).toEqual(['cnn', 'naive-bayes', 'svm']);
}, 60_000);

test('two texts are too few to learn from, and a choice is made all the same; an endpoint that was named is among it', async () => {
  const words = ['--task', 'classify', '--data', 'two.jsonl', '--endpoint', 'http://h/v1#m'];
  const { status, out } = await choose(words);
  expect(status).toBe(0);
  expect(out).toMatch(
    /\nbest choice: a large model behind an endpoint; next: naive Bayes \(training \S+, memory [\d.]+ \SB\)\n/,
  );
  expect(out).toMatch(/text CNN +convolutional +-?\d+ +– +– +–/);
}, 60_000);

test('text to write like is tried with counting and a small model; in Chinese; nothing is left behind', async () => {
  const before = listing(cwd);
  const words = ['--task', 'write', '--data', 'en.txt', '--memory', '2G', '--try', '--seconds', '0.3'];
  const { status, out } = await choose(words, 'zh');
  expect(status).toBe(0);
  expect(out).toMatch(/LLaMA 类 7B，4 比特上 LoRA\n {3}放不下：需要 [\d.]+ GB 内存，只有 2.00 GB/);
  expect(out).toMatch(/5 元模型，计数 +[\d.]+ +\S+ +\S+ +[\d.]+ /);
  expect(out).toMatch(/LLaMA 类小模型，在此训练 +[\d.]+ +\S+ +\S+ +[\d.]+ /);
  expect(out).toMatch(/小模型/);
  // Counting is a mark: what is proposed is what writes.
  expect(out).toMatch(/按实测排序：.+\n {3}npx inkstone train /);
  expect(listing(cwd)).toEqual(before);
}, 60_000);

const machine = {
  ...{ kernels: 'avx2', processor: 'a test', threads: 2, matmulGflops: 100, trainGflops: 50 },
  ...{ readGBs: 10, layerMs: 0.02 },
};
const slice = { texts: 100, tokens: 1000, learnSeconds: 0.1, askSeconds: 0.01, parameters: 1000 };
const speed = { half: { ...slice, tokens: 500, parameters: 500 }, whole: slice };
const grounds: CostGrounds = {
  facts: { ...usualFacts(1000, 'en'), task: 'classify' },
  machine,
  counting: { svm: speed, cnn: speed },
  rates: defaultRates,
  baseBytes: 1e8,
};

describe('costs', () => {
  test('of counting grow with the text, of networks with their arithmetic', () => {
    // 50,000 tokens, of which nine tenths are learnt from, at 0.1 ms each; what doubles with the text goes on doubling.
    expect(costOf('svm', grounds).trainSeconds).toBeCloseTo(4.5, 9);
    expect(costOf('svm', grounds).parameters).toBe(45_000);
    const [small, large] = [20_000, 2_000_000].map((characters) =>
      costOf('decoder-here', { ...grounds, facts: { ...grounds.facts, task: 'write', characters } }),
    );
    expect(large.parameters!).toBeGreaterThan(4 * small.parameters!);
    expect(large.trainSeconds!).toBeGreaterThan(100 * small.trainSeconds!);
  });

  test('of published shapes are as published, by language; 7B in 4 bits is beyond small machines', () => {
    const count = (language: 'en' | 'zh' | 'mixed') =>
      costOf('encoder-pretrained', { ...grounds, facts: { ...grounds.facts, language } }).parameters! / 1e6;
    // 109.5, 102.3 and 177.9 million with the pooler of 0.6.
    expect([count('en'), count('zh'), count('mixed')].map(Math.round)).toEqual([109, 102, 177]);
    const seven = costOf('decoder-7b', { ...grounds, facts: { ...grounds.facts, task: 'write' } });
    expect(seven.parameters! / 1e9).toBeCloseTo(6.74, 2);
    expect(seven.useBytes!).toBeGreaterThan(3.7e9);
    expect(costOf('pairs-pretrained', grounds).parameters! / 1e6).toBeCloseTo(78, -1);
    expect(costOf('decoder-pretrained', grounds).parameters! / 1e6).toBeCloseTo(494, 0);
  });

  test('of an answer do not grow into a reading of everything: it is found in an index', () => {
    const asked = { texts: 100, tokens: 10_000, learnSeconds: 0.1, askSeconds: 0.1, parameters: 1000 };
    const bm25 = { half: asked, whole: asked };
    const facts = { ...grounds.facts, task: 'answer' as const, tokens: 1_000_000 };
    // 1 ms for each of the 100 questions among 10,000 tokens.
    expect(costOf('extract', { ...grounds, facts, counting: { bm25 } }).latencyMs).toBeCloseTo(100, 9);
  });

  test('of reading end with the context: what is longer is not read', () => {
    const [whole, longer] = [512, 66_000].map((textTokens) =>
      costOf('encoder-pretrained', { ...grounds, facts: { ...grounds.facts, textTokens } }),
    );
    expect(longer.latencyMs).toBe(whole.latencyMs);
    expect(longer.perMillionTokens).toEqual(whole.perMillionTokens);
  });

  test('of an endpoint are what the user said, never guessed', () => {
    expect(costOf('remote', grounds)).toEqual({});
    const price = { cost: 0.5, currency: 'USD' };
    expect(costOf('remote', { ...grounds, price })).toEqual({ perMillionTokens: price });
  });
});

const tasks = chooseOptions.task.choices;
const lines = tasks.flatMap((task) =>
  candidatesFor(task).flatMap((name) =>
    (['en', 'mixed'] as const).flatMap((language) =>
      commandsFor(
        name,
        { ...grounds.facts, task, language },
        { textColumn: 'the text', labelColumn: 'label', header: language === 'en' },
      ),
    ),
  ),
);

test('every command that is proposed exists, with these options', async () => {
  expect(
    Object.keys(modelCandidates).every((name) =>
      tasks.some((task) => candidatesFor(task).includes(name as never)),
    ),
  ).toBe(true);
  for (const line of new Set(lines)) {
    expect(line).not.toMatch(/[{}]|undefined/);
    const [program, name, ...words] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain,
    );
    const row = commands.find((command) => command.name === name)!;
    expect({ line, program, isThere: row !== undefined }).toEqual({
      line,
      program: 'inkstone',
      isThere: true,
    });
    const command = await withOptions(row);
    const { args, flags } = parseArgv(command, words);
    checkVerb(command, args, flags);
    checkArgs(command, args);
    for (const [option, value] of flags) checkValue(name, option, command.options[option], value);
  }
});

describe.each(['en', 'zh'] as const)('bad input, in %s', (lang) => {
  const classify = ['--task', 'classify'];
  test.each<readonly [readonly string[], string]>([
    [[], '--task'],
    [['--task', 'clasify'], '"classify"'],
    [[...classify, '--data', 'none.jsonl'], 'none.jsonl'],
    [[...classify, '--data', 'one.jsonl'], 'x'],
    [['--task', 'write', '--data', 'empty.txt'], 'empty.txt'],
    [[...classify, '--memory', '8 apples'], '"8 apples"'],
    [[...classify, '--memory', '0G'], '"0G"'],
    [[...classify, '--latency', '0'], '--latency'],
    [[...classify, '--price', '0.5 USD'], '--endpoint'],
    [[...classify, '--price', 'cheap', '--endpoint', 'http://h/v1#m'], '"cheap"'],
    [[...classify, '--endpoint', 'http://h/v1'], '"http://h/v1"'],
    [[...classify, '--try'], '--data'],
    [[...classify, '--seconds', '5'], '--try'],
    [[...classify, '--data', 'zh.jsonl', '--texts', '5'], '--texts'],
    [['--task', 'tag', '--data', 'zh.jsonl', '--try'], '--task tag'],
    [[...classify, '--data', 'two.jsonl', '--try'], '20'],
  ])('%j', async (words, part) => {
    const before = listing(cwd);
    const { status, out, err } = await choose(words, lang);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(part);
    expect(HAN.test(err)).toBe(lang === 'zh');
    expect(listing(cwd)).toEqual(before);
  });
});
