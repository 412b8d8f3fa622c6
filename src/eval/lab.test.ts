import { beforeAll, describe, expect, test } from 'vitest';
import { type DoubleModel, functionModel } from '../decode/index.ts';
import { createRng } from '../rng.ts';
import { trainCharacters } from '../text/index.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import { chooseCure } from './cure.ts';
import { findCauses } from './findings.ts';
import {
  defaultStrategies,
  type LabEvent,
  type LabReport,
  labPage,
  labTable,
  runLab,
  unchangedRows,
} from './index.ts';
import { labPrompts, sentencesOf } from './lab-prompts.ts';

const EOS = '<|endoftext|>';

const rng = createRng(5);
const pick = <T>(from: readonly T[]): T => from[rng.integer(from.length)];

/** Texts of random words or characters; hardly anything in them repeats. */
const english = Array.from({ length: 12 }, () => {
  const word = () =>
    Array.from({ length: 2 + rng.integer(6) }, () => pick([...'abcdefghijklmnopqrstuvwxyz'])).join('');
  return `${Array.from({ length: 12 }, word).join(' ')}.`;
});
const chinese = Array.from(
  { length: 12 },
  () =>
    `${Array.from({ length: 50 }, () => pick([...'明月江山風雲春花夜雨水天人心行遠歸舟影香'])).join('')}。`,
);

/**
 * A model that likes the next word of a fixed cycle a little more than everything else: greedy search goes round and round,
 * sampling does not.
 */
function circlingModel(tokenizer: Tokenizer): DoubleModel {
  const { vocabSize } = tokenizer;
  const cycle = [5, 6, 7, 8];
  return functionModel({
    vocabSize,
    contextLength: 96,
    logits(ids) {
      const row = new Float32Array(vocabSize);
      row[cycle[(cycle.indexOf(ids.at(-1)!) + 1) % cycle.length]] = 1;
      row[tokenizer.eosId ?? 0] = -20;
      return row;
    },
    hidden: (ids) => [1, ids.at(-1)! / vocabSize],
  });
}

async function lab(texts: readonly string[], options: Partial<Parameters<typeof runLab>[0]> = {}) {
  const tokenizer = trainCharacters(texts, { specialTokens: [EOS], eosToken: EOS, byteFallback: false });
  const model = circlingModel(tokenizer);
  const events: LabEvent[] = [];
  const asked = { model, tokenizer, heldOut: texts, prompts: 6, promptTokens: 4, tokens: 40 };
  for await (const event of runLab({
    ...asked,
    strategies: ['greedy', 'sample', 'top-k:3'],
    beamWidths: [],
    ...options,
  })) {
    events.push(event);
  }
  const last = events.at(-1)!;
  if (last.type !== 'report') throw new Error('the lab must end with its report');
  return { events, report: last.report, model };
}

describe.each([
  ['English', english, 'words'],
  ['Chinese', chinese, 'characters'],
] as const)('a lab on %s', (_, texts, unit) => {
  let events: LabEvent[];
  let report: LabReport;
  let model: DoubleModel;
  beforeAll(async () => {
    ({ events, report, model } = await lab(texts, { unit: 'characters' }));
  });
  const rowOf = (name: string, guard = false) =>
    report.rows.find((row) => row.name === name && row.guard === guard)!;

  test('runs every strategy with and without the guard, in order, and says where it is', () => {
    expect(report.rows.map(({ name, guard }) => `${name}${guard ? '+' : ''}`)).toEqual([
      'greedy',
      'greedy+',
      'sample',
      'sample+',
      'top-k:3',
      'top-k:3+',
    ]);
    const progress = events.filter((event) => event.type === 'progress');
    expect(progress.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(progress.every(({ total }) => total === 8)).toBe(true);
    expect(events.filter(({ type }) => type === 'row')).toHaveLength(6);
    expect(model.openSequences).toBe(0);
  });

  test('finds the loop of greedy search, that sampling has none, and what the guard did', () => {
    const [greedy, sample, guarded] = [rowOf('greedy'), rowOf('sample'), rowOf('greedy', true)];
    expect(greedy.stuck.value).toBe(1);
    for (const { text, loop } of greedy.texts) {
      const { period, secondAt } = loop!;
      expect(period).toBe(4);
      expect(text.slice(secondAt, secondAt + 4)).toBe(text.slice(secondAt - 4, secondAt));
    }
    expect(greedy.report.corrected.rep4).toBeGreaterThan(80);
    expect(sample.stuck.value).toBe(0);
    expect(sample.diversity.value).toBeGreaterThan(greedy.diversity.value + 50);
    expect(greedy.pValue!).toBeLessThan(0.3); // six prompts: at the least 6 × 2/2⁶
    expect(guarded.texts.every(({ repairs }) => repairs > 0)).toBe(true);
    expect(guarded.report.loops.count).toBe(0);
    expect(report.people.stuck.value).toBe(0);
    for (const { value, low, high } of [greedy.diversity, sample.seqRep4, sample.logprob]) {
      expect(low).toBeLessThanOrEqual(value + 1e-9);
      expect(high).toBeGreaterThanOrEqual(value - 1e-9);
    }
  });

  test('coherence is the log-probability that the model was made with', () => {
    const inCycle = 1 - Math.log(Math.E + (model.vocabSize - 2) + Math.exp(-20));
    expect(rowOf('greedy').logprob.value).toBeCloseTo(inCycle, 4);
    expect(rowOf('sample').logprob.value).toBeLessThan(inCycle);
  });
  test('names the causes and a cure that is not the loop', () => {
    expect(report.repeats).toBe(true);
    expect(report.findings[0]).toMatchObject({ id: 'maximization', isCause: true, value: 1, weight: 1 });
    // The distribution does not depend on what was said: nothing reinforces itself, nothing collapses.
    expect(report.findings.find(({ id }) => id === 'self-reinforcement')).toMatchObject({ isCause: false });
    expect(report.findings.find(({ id }) => id === 'induction-heads')).toMatchObject({
      isCause: false,
      value: undefined,
    });
    expect(report.cure).toMatchObject({ strategy: 'sample', guard: false });
    expect(report.cure.training[0]).toMatchObject({ finding: 'maximization' });
  });

  test('is plain data', () => {
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      settings: report.settings,
      cure: report.cure,
    });
  });

  test('its table shows people first and leaves out what the guard did not change', () => {
    const names = labTable(report).map(({ name }) => (typeof name === 'string' ? name : name.en));
    expect(names.slice(0, 3)).toEqual(['people', 'greedy', 'greedy + guard']);
    expect(names).toContain('sample');
    expect(names).not.toContain('sample + guard');
    expect(unchangedRows(report)).toMatchObject({ en: expect.stringContaining('With the guard 2') });
  });

  test('its page is whole in both languages, alone, and takes no script from a model', () => {
    const evil = '</title><script>alert(1)</script><img src=x onerror=alert(2)>';
    const first = {
      ...report.rows[0],
      name: evil,
      texts: report.rows[0].texts.map((one) => ({ ...one, text: `${one.text}${evil}` })),
    };
    const changed = {
      ...report,
      rows: [first, ...report.rows.slice(1)],
      prompts: report.prompts.map((text) => text + evil),
    };
    for (const lang of ['en', 'zh'] as const) {
      const page = labPage(changed, { name: evil, data: evil, lang, command: evil, trainCommand: evil });
      expectWellFormed(page);
      expect(page.includes(`<html lang="${lang === 'en' ? 'en' : 'zh-Hans'}">`)).toBe(true);
      expect(page.includes(`id="lang-${lang}" aria-label="lang-${lang}" checked`)).toBe(true);
      expect(page.includes('Why this model repeats itself')).toBe(true);
      expect(page.includes('这个模型为何复读')).toBe(true);
      // As a boolean: a failure shall not print the whole page.
      expect(
        /<(?:script|img|iframe|link|object|a)\b|<[^>]*\s(?:src|href|on\w+)=|@import|url\(/i.test(page),
      ).toBe(false);
      expect(page.match(/<svg /g)!.length).toBeGreaterThanOrEqual(4);
      expect(/<u>.{4}/s.test(page)).toBe(true);
    }
  });

  test(`counts in ${unit} when nothing else is asked`, async () => {
    const { report: other } = await lab(texts, {
      strategies: ['greedy'],
      guard: false,
      prompts: 2,
      tokens: 8,
    });
    expect(other.settings.unit).toBe(unit);
    expect(other.rows.map(({ name }) => name)).toEqual(['greedy']);
  });
});

/** Every element is closed in order. */
function expectWellFormed(page: string): void {
  const open: string[] = [];
  const alone = new Set(['!doctype', 'meta', 'input', 'br']);
  const body = page.replace(/<style>.*?<\/style>/gs, '');
  for (const [, close, name, self] of body.matchAll(/<(\/?)([^\s/>]+)[^>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!self && !alone.has(name.toLowerCase())) open.push(name);
  }
  expect(open).toEqual([]);
  expect(/NaN|undefined|\[object/.test(body)).toBe(false);
}

test('wide beams are compared, where one of the strategies has the width already it is not run twice', async () => {
  const options = {
    strategies: ['greedy', 'beam:2'],
    beamWidths: [1, 2, 3],
    guard: false,
    prompts: 3,
    tokens: 12,
  };
  const { report, events } = await lab(english, options);
  expect(report.causes.beams.map(({ width }) => width)).toEqual([1, 2, 3]);
  const stages = events.flatMap((event) => (event.type === 'progress' ? [event.stage] : []));
  expect(stages.filter((stage) => stage === 'beam:2')).toHaveLength(1);
});

test('an abort is thrown and closes everything', async () => {
  const tokenizer = trainCharacters(english, { specialTokens: [EOS], eosToken: EOS });
  const model = circlingModel(tokenizer);
  const stop = new AbortController();
  const run = async () => {
    for await (const event of runLab({
      model,
      tokenizer,
      heldOut: english,
      tokens: 20,
      signal: stop.signal,
    })) {
      if (event.type === 'row') stop.abort();
    }
  };
  await expect(run()).rejects.toThrow(/abort/i);
  expect(model.openSequences).toBe(0);
});

test('what cannot work is said at once, with the cure', async () => {
  const tokenizer = trainCharacters(english, { specialTokens: [EOS], eosToken: EOS });
  const first = (options: object, model: LanguageModel = circlingModel(tokenizer)) =>
    runLab({ model, tokenizer, heldOut: english, ...options }).next();
  await expect(first({ prompts: 1 })).rejects.toThrow('`prompts` must be an integer ≥ 2, got 1');
  await expect(first({ tokens: 90 })).rejects.toThrow('99 tokens must fit into the context, which holds 96');
  await expect(first({ strategies: ['topp:0.9'] })).rejects.toThrow('did you mean "top-p"?');
  await expect(lab(['ab', 'cd'])).rejects.toThrow('needs at least 2 texts of enough length, got 0');
});

test('prompts are spread over the texts, and taken from several places of a long one', () => {
  const tokenizer = trainCharacters(english);
  const options = { count: 4, promptTokens: 5, tokens: 10, prefixIds: [1] };
  const [long] = [english.join(' ')];
  const fromOne = labPrompts([long], tokenizer, options);
  expect(fromOne).toHaveLength(4);
  expect(new Set(fromOne.map(({ text }) => text)).size).toBeGreaterThan(1);
  for (const { ids, continuation, text } of fromOne) {
    expect(ids).toEqual([1, ...tokenizer.encode(text)]);
    expect(continuation).toHaveLength(10);
    expect(long).toContain(text + tokenizer.decode(continuation));
  }
  const fromMany = labPrompts(english, tokenizer, options);
  expect(
    fromMany.map(({ text, continuation }) =>
      english.findIndex((one) => one.startsWith(text + tokenizer.decode(continuation))),
    ),
  ).toEqual([0, 3, 6, 9]);
});

test('sentences end at marks and lines, in both scripts', () => {
  expect(sentencesOf('春眠不覺曉，處處聞啼鳥。夜來風雨聲\nIt rains! Does it? 3.')).toEqual([
    '春眠不覺曉，處處聞啼鳥。',
    '夜來風雨聲',
    'It rains!',
    'Does it?',
    '3.',
  ]);
});

test('the usual strategies all have names', () => {
  expect(defaultStrategies()).toContain('greedy');
  expect(defaultStrategies().length).toBeGreaterThanOrEqual(6);
});

test('the cure is the likeliest of what repeats no more than people, inside texts and among them', async () => {
  const options = { strategies: ['greedy', 'sample'], guard: false, prompts: 3, tokens: 20 };
  const { report } = await lab(english, { ...options, unit: 'characters' });
  const { people } = report;
  const [, sample] = report.rows;
  const like = (name: string, change: object) => ({
    ...sample,
    diversity: people.diversity,
    report: people.report,
    name,
    ...change,
  });
  const logprob = (value: number) => ({ logprob: { value, low: value, high: value } });
  const plain = like('plain', logprob(-4));
  const likelier = like('likelier', logprob(-3));
  const stuck = like('stuck', { ...logprob(-1), stuck: { value: 1, low: 1, high: 1 } });
  const dull = like('dull', { ...logprob(-1), diversity: { value: 60, low: 60, high: 60 } });
  const alike = like('alike', {
    ...logprob(-1),
    report: { ...people.report, selfBleu: people.report.selfBleu! + 0.2 },
  });
  const choose = (rows: (typeof sample)[]) => chooseCure(rows, people, []);
  expect(choose([stuck, dull, plain, alike, likelier])).toMatchObject({
    strategy: 'likelier',
    isEnough: true,
  });
  expect(choose([stuck, dull])).toMatchObject({ strategy: 'dull', isEnough: false });
  expect(choose([dull, alike])).toMatchObject({ strategy: 'alike', isEnough: false });
});

test('every rule judges by its threshold, and the heaviest cause comes first', async () => {
  const options = { strategies: ['greedy', 'sample'], guard: false, prompts: 3, tokens: 20 };
  const { report } = await lab(english, { ...options, unit: 'characters' });
  const [greedy, sampled] = report.rows;
  const causes = {
    ...report.causes,
    reinforcement: {
      people: [
        { n: 1, tokenProbability: 0.1, increased: 0, winners: 0, sentences: 3 },
        { n: 8, tokenProbability: 0.9, increased: 1, winners: 1, sentences: 3 },
      ],
      own: [],
      random: [],
    },
    induction: {
      blockLength: 9,
      heads: [{ layer: 1, head: 2, score: 0.6 }],
      chance: 0.1,
      copying: { first: 0.1, second: 0.5 },
      gain: 1,
    },
    anisotropy: { within: 0.91, across: 0.9, tokens: 9 },
  };
  const same = { ...greedy, stuck: sampled.stuck };
  const findings = findCauses({ causes, people: report.people, greedy: same, sampled });
  const weightOf = (id: string) => findings.find((finding) => finding.id === id)!.weight;
  expect(weightOf('self-reinforcement')).toBe(1);
  expect(weightOf('induction-heads')).toBeCloseTo((0.6 - 0.3) / (0.9 - 0.3));
  expect(weightOf('anisotropy')).toBeCloseTo(0.1);
  expect(weightOf('maximization')).toBe(0);
  const causesFirst = findings.map(({ isCause }) => isCause);
  expect(causesFirst).toEqual([...causesFirst].sort((a, b) => Number(b) - Number(a)));
  expect(findings.every(({ isCause, sentence }) => isCause === (sentence !== undefined))).toBe(true);
  const cure = chooseCure([greedy], report.people, findings);
  expect(cure.isEnough).toBe(false);
  expect(cure.training.some(({ trainCure }) => trainCure === 'ditto')).toBe(true);
  expect(JSON.stringify(cure.decoding)).toContain('none of the strategies comes up to people');
});
