import { describe, expect, test } from 'vitest';
import {
  beamSampling,
  beamSearch,
  classifierFreeGuidance,
  contrastiveDecoding,
  contrastiveSearch,
  describeStrategies,
  diverseBeamSearch,
  generateTokens,
  greedySearch,
  lookBackSearch,
  markovModel,
  parseStrategy,
  promptLookup,
  type Strategy,
  sampling,
  speculative,
  strategies,
  strategyUsage,
  withTokenizer,
} from './index.ts';

async function idsOf(strategy: Strategy): Promise<number[]> {
  const model = markovModel({ vocabSize: 30, seed: 4, order: 2 });
  const ids: number[] = [];
  for await (const event of generateTokens(model, [1, 2], { strategy, maxTokens: 40, seed: 7 })) {
    if (event.type === 'token') ids.push(event.id);
  }
  return ids;
}

const small = markovModel({ vocabSize: 30, seed: 5 });

describe('parseStrategy', () => {
  test.each<[string, Strategy]>([
    ['greedy', greedySearch()],
    ['greedy,repetition-penalty=1.3', greedySearch({ repetitionPenalty: 1.3 })],
    ['sample', sampling()],
    ['temperature:0.5', sampling({ temperature: 0.5 })],
    ['top-k:3', sampling({ topK: 3 })],
    ['top-k', sampling({ topK: 40 })],
    ['top-p:0.6', sampling({ topP: 0.6 })],
    ['min-p:0.3', sampling({ minP: 0.3 })],
    ['typical:0.5', sampling({ typicalP: 0.5 })],
    [
      'top-p:0.8, temperature = 2, no-repeat-ngram=2',
      sampling({ topP: 0.8, temperature: 2, noRepeatNgram: 2 }),
    ],
    ['epsilon:0.02', sampling({ epsilonCutoff: 0.02 })],
    ['eta:0.02', sampling({ etaCutoff: 0.02 })],
    ['top-n-sigma:1', sampling({ topNSigma: 1 })],
    ['top-h:0.4', sampling({ topH: 0.4 })],
    ['mirostat:3:0.2', sampling({ mirostat: { tau: 3, eta: 0.2 } })],
    ['look-back', lookBackSearch({ alpha: 1, k: 5 })],
    ['look-back:3:2,window=4', lookBackSearch({ alpha: 3, k: 2, window: 4 })],
    ['sample,look-back=1:5', sampling({ lookBack: { alpha: 1, k: 5 } })],
    ['sample,dry=0.8:1.75:2', sampling({ dry: { multiplier: 0.8, base: 1.75, allowedLength: 2 } })],
    [
      'beam:3,length-penalty=2,early-stopping=never',
      beamSearch({ beams: 3, lengthPenalty: 2, earlyStopping: 'never' }),
    ],
    ['beam-sample:3', beamSampling({ beams: 3 })],
    ['diverse:6:3:0.5', diverseBeamSearch({ beams: 6, groups: 3, diversityPenalty: 0.5 })],
    [
      'contrastive:4:0.5,repetition-penalty=1.2',
      contrastiveSearch({ k: 4, alpha: 0.5, repetitionPenalty: 1.2 }),
    ],
    ['guidance:2,temperature=0', classifierFreeGuidance(greedySearch(), { scale: 2 })],
    ['contrastive-decoding:0.2', contrastiveDecoding(small, { alpha: 0.2 })],
    ['lookup:5,min-match=1,top-k=4', promptLookup({ draftTokens: 5, minMatch: 1, topK: 4 })],
    ['speculative:3,top-k=4', speculative(small, { draftTokens: 3, topK: 4 })],
  ])('%s is what the library makes of these options', async (spec, expected) => {
    const needs = strategies[spec.split(/[:,]/)[0]].needs;
    const models = needs ? { [needs]: small } : {};
    expect(await idsOf(parseStrategy(spec, models))).toEqual(await idsOf(expected));
  });

  test('options given beside the text are added to it', async () => {
    expect(await idsOf(parseStrategy('top-p:0.6', { noRepeatNgram: 2 }))).toEqual(
      await idsOf(sampling({ topP: 0.6, noRepeatNgram: 2 })),
    );
  });

  test.each([
    ['top_p:0.9', 'strategy: "top_p" is not one; did you mean "top-p"?'],
    ['Greedy', 'strategy: "Greedy" is not one; did you mean "greedy"?'],
    ['', 'strategy: "" is not one; there are greedy, sample'],
    ['toString', 'strategy: "toString" is not one'],
    ['top-p:0', 'top-p: topP: must be in (0, 1], got 0'],
    ['top-p:1.5', 'top-p: topP: must be in (0, 1], got 1.5'],
    ['top-p:', 'top-p: topP: must be in (0, 1], got '],
    ['top-p:x', 'top-p: topP: must be in (0, 1], got x'],
    ['top-p:NaN', 'top-p: topP: must be in (0, 1], got NaN'],
    ['top-k:0', 'top-k: topK: must be an integer ≥ 1, got 0'],
    ['top-k:2.5', 'top-k: topK: must be an integer ≥ 1, got 2.5'],
    ['temperature:0', 'temperature: temperature: must be a number > 0, got 0'],
    ['top-p:0.9:3', 'strategy "top-p:0.9:3": at most 1 arguments after the name; write it top-p[:topP]'],
    ['greedy:1', 'strategy "greedy:1": at most 0 arguments after the name; write it greedy'],
    ['sample,tmperature=3', 'got "tmperature=3"; did you mean "temperature"?'],
    ['sample,top-p', 'after a comma comes option=value, got "top-p"'],
    ['sample,processors=3', 'after a comma comes option=value, got "processors=3"'],
    ['sample,top-p=x', 'topP: must be in (0, 1], got x'],
    ['top-p:0.9,top-p=0.8', 'strategy "top-p": top-p must be given once, got it twice'],
    ['mirostat:0', 'mirostat: tau: must be a number > 0, got 0'],
    ['mirostat:5,top-k=3', 'mirostat itself decides how many tokens stay'],
    ['beam:0', 'beam: beams: must be an integer ≥ 1, got 0'],
    ['beam:-1', 'beam: beams: must be an integer ≥ 1, got -1'],
    ['beam:1000', 'beams: must be an integer from 1 to 128, got 1000'],
    ['beam-sample:129', 'beams: must be an integer from 1 to 128, got 129'],
    ['diverse:1e9:2', 'beams: must be an integer from 1 to 128, got 1000000000'],
    ['beam:4,early-stopping=soon', 'earlyStopping: must be true | false | never, got soon'],
    ['beam:4,lenght-penalty=2', 'did you mean "length-penalty"?'],
    ['beam:4,temperature=0', 'temperature: must be a number > 0, got 0'],
    ['sample,beams=3', 'after a comma comes option=value, got "beams=3"'],
    ['diverse:4:3', 'the beams must divide evenly into groups, 4 do not into 3; take 6 beams'],
    ['diverse:2:4', 'the beams must divide evenly into groups, 2 do not into 4; take 4 beams'],
    ['diverse:4:2:-1', 'diverse: diversityPenalty: must be a number ≥ 0, got -1'],
    ['contrastive:0', 'contrastive: k: must be an integer ≥ 1, got 0'],
    ['contrastive:5:1.5', 'contrastive: alpha: must be in [0, 1], got 1.5'],
    ['speculative', 'strategy "speculative": needs a second model, got none; give one as `draft`'],
    ['contrastive-decoding', 'needs a second model, got none; give one as `amateur`'],
    ['contrastiv:5', 'did you mean "contrastive"?'],
    ['greedy,temperature=2', 'strategy "greedy": must come without temperature, it would be ignored'],
    ['greedy,top-p=0.5', 'strategy "greedy": must come without topP, it would be ignored'],
  ])('%j is one clear error', (spec, message) => {
    expect(() => parseStrategy(spec)).toThrow(message);
  });

  test('with a tokenizer, the breakers of `dry` are those of its text', async () => {
    const tokenizer = {
      vocabSize: 30,
      specialTokens: new Map(),
      eosId: undefined,
      encode: (text: string) => (text === '\n' ? [1] : []),
      decode: (ids: Iterable<number>) => Array.from(ids, (id) => (id === 1 ? '\n' : 'a')).join(''),
      tokenBytes: (id: number) => new TextEncoder().encode(id === 1 ? '\n' : 'a'),
    };
    expect(await idsOf(parseStrategy('sample,dry=5', { tokenizer }))).toEqual(
      await idsOf(sampling(withTokenizer({ dry: 5 }, tokenizer))),
    );
    expect(() => parseStrategy('sample,constraint=x')).toThrow('got "constraint=x"');
  });

  test('an option beside the text that the text sets too is an error', () => {
    expect(() => parseStrategy('top-p:0.9', { topP: 0.9 })).toThrow('top-p must be given once');
  });
});

describe('the table of strategies', () => {
  test.each(Object.keys(strategies))(
    '%s stands with its defaults and is explained in two languages',
    (name) => {
      const { args, doc } = strategies[name];
      for (const { holds, byDefault } of args) expect(holds(byDefault)).toBe(true);
      expect(doc.en).toMatch(/^[a-zA-Z].*[^.]$/);
      expect(doc.zh).toMatch(/\p{Script=Han}/u);
      expect(strategyUsage(name).startsWith(name)).toBe(true);
    },
  );

  test('a help line has the usage, the words and the defaults', () => {
    expect(describeStrategies('en')).toContainEqual({
      usage: 'top-k[:topK]',
      doc: 'drawn from the k likeliest tokens (top-k:40)',
    });
  });
});
