/** Tunebooks in ABC notation: how a file is cut, what of a tune is learned, which tunes are broken. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  limits,
  openSource,
  splitTunebook,
  tuneKey,
  tuneMetre,
  tuneRhythm,
  tuneToLearn,
  unitOf,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tunebook-'));
afterAll(() => rmSync(folder, { recursive: true }));

const book = `% a book
M:C
R:reel
B:what stands before a tune and is no music

X:1
T:The First
T:another name
K:G maj
GABc|d4|

free text between tunes: X:9 is none
X: 2
T:Second\r
R:Slip Jig % in nine
M:9/8
C:somebody
K:Ador clef=treble
V:1 name="u"
u"4"A3 vB3 "Am"c3|!trill!d3 "^slowly"e3 [r:no]f3| % remark
w:words to sing
[K:D]f<b>a |\\
P:B
[M:6/8]a6|]
X:3
T:no key
GAB
X:4
K:C
% nothing
z4|
`;

test('a book is cut into tunes; fields before the first are for those that lack them', () => {
  const tunes = splitTunebook(book);
  expect(tunes.map(({ line, title }) => ({ line, title }))).toEqual([
    { line: 6, title: 'The First' },
    { line: 13, title: 'Second' },
    { line: 25, title: 'no key' },
    { line: 28, title: undefined },
  ]);
  expect(tunes[0].text).toBe('X:1\nM:C\nR:reel\nT:The First\nT:another name\nK:G maj\nGABc|d4|\n');
  expect(tunes[1].text).not.toContain('M:C');
});

test('of a field that stands before the tunes more than once, each gets the last', () => {
  const [tune] = splitTunebook('M:2/4\nR:reel\nM:3/4\nX:1\nK:G\nGAB|\n');
  expect(tune.text).toBe('X:1\nM:3/4\nR:reel\nK:G\nGAB|\n');
});

test('what is learned: the header in one order and spelling, then notes, chords and what changes the music', () => {
  const [first, second, noKey, noNotes] = splitTunebook(book).map(({ text }) => tuneToLearn(text));
  expect(first).toEqual({ text: 'R:reel\nM:4/4\nL:1/8\nK:G\nGABc|d4|' });
  expect(second).toEqual({
    text: [
      ...['R:slip jig', 'M:9/8', 'L:1/8', 'K:Ador clef=treble', 'V:1 name="u"'],
      ...['A3 B3 "Am"c3|d3 e3 f3|', '[K:D]f<b>a |', '[M:6/8]a6|]'],
    ].join('\n'),
  });
  expect(noKey).toEqual({ broken: 'key' });
  expect(noNotes).toEqual({ broken: 'notes' });
  expect(tuneToLearn(`X:1\nK:C\n${'C'.repeat(limits.tuneCharacters)}`)).toEqual({ broken: 'long' });
});

test.each([
  ['G', 'G'],
  ['a minor', undefined],
  ['A minor', 'Am'],
  ['F#min', 'F#m'],
  ['Bb Major', 'Bb'],
  ['Dmixolydian', 'DMix'],
  ['Edor', 'EDor'],
  ['Am clef=bass', 'Am'],
  ['G clef=bass', 'G'],
  ['HP', undefined],
  ['Gx', undefined],
])('key %s is %s', (key, spelling) => {
  expect(tuneKey(key)).toBe(spelling);
});

test('metres, rhythms and the unit that follows from the metre', () => {
  expect(['C', 'C|', ' 6/8 ', 'none', '0/4', '4/5'].map(tuneMetre)).toEqual([
    ...['4/4', '2/2', '6/8', undefined, undefined, undefined],
  ]);
  expect(['Reel ', 'slip jig', '', '2', 'x\ny'].map(tuneRhythm)).toEqual([
    ...['reel', 'slip jig', undefined, undefined, undefined],
  ]);
  expect(['2/4', '3/4', '6/8', undefined].map(unitOf)).toEqual(['1/16', '1/8', '1/8', '1/8']);
});

test('as a source: one document of each tune with its title; the broken are counted', async () => {
  writeFileSync(join(folder, 'book.abc'), book);
  const source = await openSource(folder);
  const documents = [];
  for await (const document of source.documents()) documents.push(document);
  expect(documents.map(({ title, source: path }) => [title, path])).toEqual([
    ['The First', 'book.abc'],
    ['Second', 'book.abc'],
  ]);
  expect(source.skipped).toEqual({ tune: 2 });
});
