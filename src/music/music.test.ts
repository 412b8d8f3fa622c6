/** Tunes: bars against the metre, the parser's remarks, runs of bars that others have, drafts that are taken or refused. */

import { describe, expect, test } from 'vitest';
import { collectTexts, createTextModel, functionModel } from '../decode/index.ts';
import { createRng } from '../rng.ts';
import { trainCharacters } from '../text/index.ts';
import {
  boundedText,
  canKeepMetre,
  checkTune,
  finishTune,
  knownTunes,
  measureTunes,
  noteBars,
  parseTune,
  playedNotes,
  repeatedBars,
  type TuneDraft,
  tuneGrammar,
  tuneLimits,
  tuneMidi,
  tunePattern,
  writeTunes,
} from './index.ts';

const tune = (music: string, { metre = '6/8', more = '' } = {}): string =>
  `X:1\nT:t\nM:${metre}\nL:1/8\n${more}K:G\n${music}\n`;

const barsOf = (music: string, metre?: string) => checkTune(tune(music, metre ? { metre } : {})).bars;

describe('bars against the metre', () => {
  test.each([
    ['whole bars', 'GAB dBG|G3 G3|', undefined, { full: 2 }],
    ['an upbeat and the bar that makes room for it', 'D|GAB dBG|G3 G2|]', undefined, { full: 1, partial: 2 }],
    ['at a repeat', '|:D|G6|G6|G3 G2:|:d|G6|G6:|', undefined, { full: 4, partial: 3 }],
    ['too short in the middle', 'G6|G3 G2|G6|', undefined, { full: 2, wrong: 1 }],
    ['too long at the edge', 'G6 G|G6|', undefined, { full: 1, wrong: 1 }],
    ['triplets', '(3GAB GA (3Bcd|G6|', '2/4', { wrong: 2 }],
    ['triplets that fit', '(3GAB GA|(3:2:2G2A GA|G4|', '2/4', { full: 3 }],
    ['chords, ties, grace notes, broken rhythm', '[GBd]3 {ab}c>d-d|G6|', undefined, { full: 2 }],
    ['rests, and spaces that last nothing', 'z3 x3|y G6|', undefined, { full: 2 }],
    ['a rest of many bars', 'G6|Z4|G6|', undefined, { full: 3 }],
    ['another metre on the way', 'G6|[M:4/4]G8|\nM:3/4\nG6|', undefined, { full: 3 }],
    ['common and cut time', 'G8|G8|', 'C|', { full: 2 }],
    ['a sum of beats', 'G2 G3|G5|', '2+3/8', { full: 2 }],
    ['a line that ends within a bar', 'G3\nG3|G6|', undefined, { full: 2 }],
    ['endings', '|:G6|1 G5:|2 G6|]', undefined, { full: 2, partial: 1 }],
    ['no metre', 'G6|G3|', 'none', { free: 2 }],
  ])('%s', (_, music, metre, wanted) => {
    expect(barsOf(music, metre)).toEqual({ full: 0, partial: 0, wrong: 0, free: 0, ...wanted });
  });

  test('two voices are two rows of bars', () => {
    const { bars } = checkTune(tune('[V:1]G6|G5|\n[V:2]G6|G6|\n[V:1]G6|\n[V:2]G6|', { more: 'V:1\nV:2\n' }));
    expect(bars).toEqual({ full: 5, partial: 0, wrong: 1, free: 0 });
  });
});

describe('the check', () => {
  test('a tune that is well', () => {
    expect(checkTune(tune('GAB dBG|G6|'))).toEqual({
      ...{
        parses: true,
        fits: true,
        bars: { full: 2, partial: 0, wrong: 0, free: 0 },
        notes: 7,
        problems: [],
      },
    });
  });

  test('each problem says where', () => {
    expect(checkTune(tune('G6|$G6|\nG6|G4|G6|')).problems).toEqual([
      { kind: 'parser', line: 6, column: 4, message: 'Unknown character ignored' },
      { kind: 'bar', number: 4, length: 0.5, wanted: 0.75, at: expect.any(Number), line: 7 },
    ]);
    expect(checkTune(tune('|:G:G6|')).problems[0]).toEqual({
      ...{ kind: 'parser', line: 6, column: 4, message: 'Unknown bar symbol' },
    });
    expect(checkTune(tune('z6|')).problems).toEqual([{ kind: 'no-notes' }]);
    expect(checkTune(tune('G6|', { metre: 'none' })).problems).toEqual([{ kind: 'no-metre' }]);
    expect(checkTune(tune('G|G|:G:|G6|]')).problems).toEqual([{ kind: 'partial-bars', full: 1, partial: 3 }]);
    const long = checkTune(tune('G1000000|', { metre: 'none' }));
    expect(long).toMatchObject({ parses: false });
    expect(long.problems).toContainEqual({ kind: 'too-long-note', limit: tuneLimits.noteLength });
    const { remarks } = parseTune(tune('G'.repeat(tuneLimits.tuneCharacters)));
    expect(remarks[0].message).toMatch(/^longer than/);
  });

  test('a remark of the parser is one line without its markup', () => {
    const [remark] = parseTune('X:1\nM:4/4\nK:Q\nG8|\n').remarks;
    expect(remark).toEqual({ line: 3, column: 1, message: 'Unknown parameter: Q' });
  });
});

describe('what would take all time or memory', () => {
  test.each([
    ['an order without an end', '%%beginps\nG6|\n'],
    ['in the middle of a line', 'G6|[I:beginps]G6|\n'],
    ['behind a control character', 'G3\u0012I:beginps\nG6|\n'],
    ['before the tune', '', ' %%beginps\na\n'],
  ])('no order is followed: %s', (_, music, before = '') => {
    expect(checkTune(before + tune(`${music}G6|`)).notes).toBeGreaterThan(0);
  });

  test('characters stay in their places', () => {
    const text = tune('%%begintext\n<b>\n%%endtext\n  %%x\nI:y\n[I:z]G\u001b6|');
    expect(boundedText(text)).toEqual({
      text: tune('%%begintext\n%b>\n%%endtext\n  % x\n% y\n[r:z]G\ufffd6|').replace(/^%%/gm, '% '),
    });
    expect(checkTune(text).problems[0]).toMatchObject({ kind: 'parser', line: 11, column: 7 });
  });

  test('more voices over others than can be gone through', () => {
    const { remarks } = parseTune(tune(`${'G&'.repeat(tuneLimits.overlays + 1)}G|`));
    expect(remarks.map(({ message }) => message)).toEqual([expect.stringMatching(/^more than 256 voices/)]);
    expect(checkTune(tune('G6&E6|G6|')).parses).toBe(true);
  });

  test.each([
    ['a note', 'G99999999|'],
    ['trills', `!trill!G512|`.repeat(200)],
    ['an ending', '|:G6|1-99999999 G6:|2 G6|'],
    ['a list of endings', `|:${'G'.repeat(600)}|1,400 G6:|`],
    ['a rest of many bars', 'Z99999999|G6|'],
    ['a bar', '[M:9999999/1]"C"G"G"G|"F"G|'],
    ['a pitch', `G${"'".repeat(200)}|`],
  ])('%s is not played', (_, music) => {
    expect([tuneMidi(tune(music)), playedNotes(tune(music))]).toEqual([undefined, []]);
  });

  test('nor is a tune without a length in time', () => {
    expect(playedNotes(tune('G6|', { more: 'Q:1/4=-5\n' }))).toEqual([]);
  });
});

test('MIDI: a header, and the notes of a tune as it is repeated', () => {
  const bytes = tuneMidi(tune('|:GAB dBG:|'))!;
  expect(Buffer.from(bytes.slice(0, 4)).toString()).toBe('MThd');
  const pressed = (pitch: number) =>
    Array.from(bytes).filter((b, i) => b === 0x90 && bytes[i + 1] === pitch).length;
  expect([67, 69, 71, 74].map(pressed)).toEqual([4, 2, 4, 2]);
});

describe('against known tunes', () => {
  test('bars are notes alone', () => {
    const music = '|:GA B | (c>d) "Am"e {g}f ::|[CE]2 A|1 D2 :|[2 E3 |]\n[K:D] F !trill!~G ||';
    expect(noteBars(`X:1\nM:6/8\nK:G\n${music}`)).toEqual([...['GAB', 'c>def', '[CE]2A', 'D2', 'E3', 'FG']]);
  });

  test('the longest run in one tune, in this order', () => {
    const known = knownTunes([tune('A|B|c|d|'), tune('e|A|B|')]);
    expect(known.longestRun(tune('(A)| B |c|'))).toEqual({ bars: 3, known: 3 });
    expect(known.longestRun(tune('e|A|B|c|'))).toEqual({ bars: 4, known: 3 });
    expect(known.longestRun(tune('B|A|'))).toEqual({ bars: 2, known: 1 });
    expect(known.longestRun('')).toEqual({ bars: 0, known: 0 });
    expect(repeatedBars(tune('A|B|A|A|'))).toEqual({ bars: 4, repeated: 2 });
  });

  test('figures are shares of the tunes', () => {
    const known = knownTunes([tune('GAB dBG|G6|')]);
    const name = { number: 1, title: 'a' };
    const draft = (music: string, reason: TuneDraft['reason'] = 'eos') =>
      finishTune({ text: `M:6/8\nL:1/8\nK:G\n${music}`, reason }, name);
    const tunes = [draft('GAB dBG|G6|'), draft('G6|G2|G6|'), draft('G6|G6|', 'length'), draft('$')];
    expect(measureTunes(tunes, known)).toEqual({
      ...{ tunes: 4, ended: 3 / 4, parses: 3 / 4, plays: 3 / 4, fits: 2 / 4, passes: 1 / 4 },
      ...{ barsThatFit: 6 / 7, repeatedBars: 2 / 7, copies: 1 / 4 },
      knownRun: (1 + 1 / 3 + 1 / 2) / 4,
    });
    expect(measureTunes([], known)).toMatchObject({ tunes: 0, parses: 0, knownRun: 0 });
  });
});

describe('bars kept to a metre', () => {
  const alphabet = 'XTMLKR:123456789/ABCDEFGabcdefgz_^=,\'|[]()<>"#m7.~- \n';
  const tokenizer = trainCharacters([alphabet], { specialTokens: ['<|endoftext|>'] });

  test.each(['6/8', '2/4', '5/8'])('%s: any model writes bars that fit', async (metre) => {
    // A model that knows nothing, and ends as soon as it may.
    const model = functionModel({
      vocabSize: tokenizer.vocabSize,
      contextLength: 2000,
      logits(ids) {
        const rng = createRng(7)
          .split(ids.length)
          .split(ids.at(-1) ?? 0);
        const scores = Float32Array.from({ length: tokenizer.vocabSize }, () => rng.normal());
        scores[tokenizer.eosId!] = 9;
        return scores;
      },
    });
    const writer = createTextModel(model, tokenizer, {
      constraint: { grammar: tuneGrammar({ metre, rhythm: 'jig', key: 'Am' }) },
    });
    const drafts = await collectTexts(writer.generate({ prompt: '', n: 2, maxTokens: 1500, seed: 3 }));
    for (const [i, draft] of drafts.entries()) {
      const tune = finishTune(draft, { number: i, title: metre });
      expect(tune.text).toContain(`R:jig\nM:${metre}\nL:1/`);
      expect(tune).toMatchObject({ isEnded: true, check: { fits: true } });
      expect(tune.check.problems.filter(({ kind }) => kind === 'bar')).toEqual([]);
    }
  });

  test('metres that can be kept', () => {
    const kept = ['6/8', '3/8', '4/2', '99/1', '1/32', 'none'].map(canKeepMetre);
    expect(kept).toEqual([true, true, true, false, false, false]);
  });
});

test('notes as they sound, with repeats, in seconds', () => {
  const notes = playedNotes(tune('|:G2 d4:|'));
  const round = notes.map(({ pitch, startSeconds, seconds }) => [pitch, startSeconds, seconds]);
  const eighth = 60 / 180 / 2;
  expect(round).toEqual(
    [
      [67, 0, 2 * eighth],
      [74, 2 * eighth, 4 * eighth],
      [67, 6 * eighth, 2 * eighth],
      [74, 8 * eighth, 4 * eighth],
    ].map((row) => row.map((value) => expect.closeTo(value, 6))),
  );
  expect(notes.every(({ loudness }) => loudness > 0 && loudness <= 1)).toBe(true);
  expect(playedNotes('')).toEqual([]);
});

describe('writing', () => {
  test('a form is a pattern of the whole text', () => {
    const form = new RegExp(`^${tunePattern({ metre: '6/8', key: 'F#m' })}$`);
    expect(form.test('M:6/8\nL:1/8\nK:F#m\nA')).toBe(true);
    expect(form.test('R:jig\nM:6/8\nL:1/8\nK:F#m\nA\nB')).toBe(true);
    expect(form.test('M:6/8\nL:1/8\nK:F#\nA')).toBe(false);
    expect(form.test('M:6/8\nL:1/8\nK:F#m\n')).toBe(false);
    const reel = new RegExp(`^${tunePattern({ rhythm: 'reel' })}$`);
    expect(reel.test('M:6/8\nL:1/8\nK:F#m\nA')).toBe(false);
  });

  test('who stops has what passed; drafts that were cut by it are not refused', async () => {
    const stopping = new AbortController();
    const header = 'M:2/4\nL:1/4\nK:G\n';
    let rounds = 0;
    const write = async (): Promise<readonly TuneDraft[]> => {
      rounds++;
      stopping.abort();
      return [
        { text: `${header}GA|Bd|`, reason: 'eos' },
        { text: `${header}GA|`, reason: 'aborted' },
      ];
    };
    const order = { tunes: 9, tries: 9, seed: 7, titleOf: () => 't', signal: stopping.signal };
    const { tunes, refused } = await writeTunes(write, order);
    expect([rounds, tunes.length, refused.length]).toEqual([1, 1, 0]);
  });

  test('what does not pass is asked for again, so often, and never mended', async () => {
    const header = 'M:2/4\nL:1/4\nK:G\n';
    const good = { text: `${header}GA|Bd|`, reason: 'eos' } as const;
    const rounds: (readonly TuneDraft[])[] = [
      [good, { text: `${header}GA|B|d2|`, reason: 'eos' }, { text: `${header}GA|`, reason: 'length' }],
      [
        { ...good, reason: 'stop' },
        { text: header, reason: 'eos' },
      ],
      [{ text: '', reason: 'eos' }],
    ];
    const asked: [number, number][] = [];
    const { tunes, refused } = await writeTunes(
      async (count, seed) => {
        asked.push([count, seed]);
        return rounds[asked.length - 1];
      },
      { tunes: 3, tries: 3, seed: 7, titleOf: (number) => `T${number}` },
    );
    expect(asked).toEqual([
      [3, 7],
      [2, 8],
      [1, 9],
    ]);
    expect(tunes.map(({ text }) => text.split('\n').slice(0, 3))).toEqual([
      ['X:1', 'T:T1', 'M:2/4'],
      ['X:2', 'T:T2', 'M:2/4'],
    ]);
    expect(refused.map(({ isEnded, check }) => [isEnded, check.problems[0]?.kind])).toEqual([
      [true, 'bar'],
      [false, undefined],
      [true, 'no-notes'],
      [true, 'no-notes'],
    ]);
  });
});
