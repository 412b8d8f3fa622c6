/** `inkstone train tunes.abc` and `inkstone music`: tunes are learned, written in a form, checked, kept and measured, in both languages. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { CommandContext } from '../src/cli/command.ts';
import { run as runMusic } from '../src/cli/commands/music.ts';
import { musicOptions } from '../src/cli/music-options.ts';
import { resolveOptions } from '../src/cli/options.ts';
import { createTerminal, type Terminal } from '../src/cli/terminal.ts';
import { createRng } from '../src/rng.ts';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const music = (argv: string, lang: 'en' | 'zh' = 'en') =>
  inkstone(['music', ...argv.split(' ')], { cwd, lang });

/** Tunes of four bars of two notes each, in two keys: so simple that a small model learns them in moments. */
function book(tunes: number): string {
  const rng = createRng(1);
  const pick = (notes: string): string => notes[rng.integer(notes.length)];
  return Array.from({ length: tunes }, (_, i) => {
    const bars = Array.from({ length: 4 }, () => `${pick('GABd')}2${pick('GABd')}2|`);
    return `X:${i + 1}\nT:t${i}\nM:2/4\nL:1/8\nK:${i % 2 ? 'D' : 'G'}\n${bars.join('')}\n`;
  }).join('\n');
}

const shape = '--layers 1 --width 32 --heads 2 --context-length 56 --tokenizer characters';

let trained: Awaited<ReturnType<typeof inkstone>>;
beforeAll(async () => {
  writeFileSync(join(cwd, 'book.abc'), `${book(80)}\nX:81\nT:no key\nGA|\n`);
  const argv = `train --data book.abc --out run --steps 60 --batch-size 8 ${shape} --lr 0.01`;
  trained = await inkstone(argv.split(' '), { cwd });
}, 120_000);

test('a tunebook is learned as it is', () => {
  expect(trained.status, trained.err).toBe(0);
  expect(trained.out).toContain('passed over 1 tunes without a key or notes');
  const { model, data } = JSON.parse(readFileSync(join(cwd, 'run/config.json'), 'utf8'));
  expect(model.contextLength).toBe(56);
  expect(data.documents + data.heldOutDocuments).toBe(80);
});

test('without sizes the model of a tunebook reads whole tunes in short tokens', async () => {
  const argv = 'train --data book.abc --out dry --minutes 1 --dry-run --vocab-size 300 --json'.split(' ');
  const { json, status } = await inkstone(argv, { cwd });
  expect({ status, last: json.at(-1) }).toMatchObject({
    status: 0,
    last: { config: { contextLength: 320 } },
  });
});

test('tunes in the form that was asked for, as score and as MIDI; drafts that do not pass are told', async () => {
  const argv = 'write run --key D --metre 2/4 --tunes 2 --tries 20 --out tunes --max-tokens 47';
  const { json, status } = await music(`${argv} --json`);
  const written = json.filter(({ type }) => type === 'tune');
  expect(status).toBe(0);
  expect(written).toHaveLength(2);
  for (const [i, { text }] of written.entries()) {
    expect(text).toMatch(/^X:\d\nT:Tune \d\nM:2\/4\nL:1\/8\nK:D\n/);
    expect(readFileSync(join(cwd, `tunes/tune-${i + 1}.abc`), 'utf8')).toBe(text);
    expect(
      readFileSync(join(cwd, `tunes/tune-${i + 1}.mid`))
        .subarray(0, 4)
        .toString(),
    ).toBe('MThd');
  }
  const last = json.at(-1) as unknown as { refused: number; drafts: { text: string }[] };
  expect(last).toMatchObject({ type: 'tunes', tunes: 2, wanted: 2 });
  expect(last.drafts).toHaveLength(last.refused);
  const again = await music(`${argv} --json`);
  expect(again.json).toEqual(json);
  const checked = await music('check tunes', 'zh');
  expect(checked).toMatchObject({ status: 0, out: '2 首：2 首解析无误，2 首小节合拍，2 首毫无问题\n' });
});

test('with a metre that is kept, bars are full whatever the model makes of them', async () => {
  const argv = 'write run --key D --metre 3/4 --in-metre --tunes 1 --tries 20 --temperature 0.7';
  const { json, status } = await music(`${argv} --json`);
  expect({ status, first: json[0] }).toMatchObject({
    ...{ status: 0, first: { type: 'tune', text: expect.stringMatching(/^X:1\nT:Tune 1\nM:3\/4\n/) } },
  });
  const { drafts } = json.at(-1) as unknown as { drafts: { isEnded: boolean }[] };
  expect(drafts.filter(({ isEnded }) => isEnded)).toEqual([]);
});

test('fewer tunes than were asked for is status 1, with what was wrong', async () => {
  const { out, status } = await music('write run --tunes 1 --tries 2 --max-tokens 12 --out none');
  expect({ status, out }).toEqual({
    status: 1,
    out: expect.stringMatching(
      /^2 drafts did not pass and were left out; the first: .*\nonly 0 of 1 tunes passed within 2 tries each/,
    ),
  });
  expect(existsSync(join(cwd, 'none/tune-1.abc'))).toBe(false);
});

test('a Ctrl-C keeps the tunes that have passed', async () => {
  const stopping = new AbortController();
  let [said, drafts] = ['', 0];
  const place = { write: (text: string) => void (said += text) };
  const terminal = {
    ...createTerminal({ out: place, progress: place }),
    // Of 30 drafts the 20th has ended when the signal comes.
    live: () => ++drafts === 20 && stopping.abort(),
  } as Terminal;
  const flags = { key: 'D', metre: '2/4', tunes: '30', maxTokens: '47', out: join(cwd, 'stopped') };
  const { values, given } = resolveOptions('music', musicOptions, new Map(Object.entries(flags)), new Map());
  const options = values as CommandContext<typeof musicOptions>['options'];
  const { signal } = stopping;
  const context = { args: ['write', join(cwd, 'run')], options, given, again: 'the same', terminal, signal };
  expect(await runMusic(context)).toBe(130);
  const [, passed] = /stopped: (\d+) of 30 tunes had passed; from the beginning: the same/.exec(said) ?? [];
  expect(Number(passed)).toBeGreaterThan(0);
  const kept = readdirSync(join(cwd, 'stopped')).filter((name) => name.endsWith('.abc'));
  expect(kept).toHaveLength(Number(passed));
});

test('a tunebook is checked; what has no problem is kept', async () => {
  const header = 'M:6/8\nL:1/8\nK:G\n';
  const faulty = `X:1\nT:well\n${header}G6|G6|\n\nX:7\nT:short\n${header}G6|G4|G6|$\n\nX:9\nT:free\nM:none\nK:G\nG6|\n\nX:3\nT:too\n${header}A6|\n`;
  writeFileSync(join(cwd, 'faulty.abc'), faulty);
  const { out, status } = await music('check faulty.abc --out kept/clean.abc');
  expect({ status, out }).toEqual({
    status: 1,
    out: [
      'faulty.abc:8 short: line 6, column 10: Unknown character ignored (and 1 more)',
      'faulty.abc:15 free: it has no metre, so its bars cannot be checked',
      '4 tunes: 3 parse without a remark, the bars of 2 fit, 2 have no problem',
      'kept/clean.abc: those 2, numbered anew',
      '',
    ].join('\n'),
  });
  expect(readFileSync(join(cwd, 'kept/clean.abc'), 'utf8')).toBe(
    `X:1\nT:well\n${header}G6|G6|\n\nX:2\nT:too\n${header}A6|\n`,
  );
  const { json } = await music('check faulty.abc --json', 'zh');
  expect(json[1]).toMatchObject({
    ...{ type: 'tune', line: 8, title: 'short', parses: false, fits: false },
    problems: [{ kind: 'parser' }, { kind: 'bar', number: 2, length: 0.5, wanted: 0.75 }],
  });
  const chinese = await music('check faulty.abc', 'zh');
  expect(chinese.out).toContain('faulty.abc:15 free：没有拍号，无法检查小节');
});

test('a model is measured beside tunes that it has not seen', async () => {
  const { json, out } = await music('measure run --tunes 4 --max-tokens 47 --json');
  const [written, heldOut] = json;
  expect({ out, written }).toMatchObject({ written: { type: 'tunes', of: 'written', tunes: 4 } });
  const whole = { ended: 1, parses: 1, plays: 1, fits: 1, passes: 1, barsThatFit: 1 };
  expect(heldOut).toMatchObject({ type: 'tunes', of: 'heldOut', tunes: 4, known: written.known, ...whole });
  const table = await music('measure run --tunes 4 --max-tokens 47 --data book.abc', 'zh');
  expect(table.out).toContain('与所学的 80 首曲子逐小节、同调比对');
  expect(table.out).not.toContain('留出');
});

test.each([
  ['write run --key H', 'music write: --key must be a key such as G, F#m or ADor, got "H"'],
  ['measure run --metre 5', 'music measure: --metre must be a metre such as 4/4 or 6/8, got "5"'],
  ['write run --rhythm 2', 'music write: --rhythm must be a word such as jig or slip jig, got "2"'],
  ['write run --in-metre', 'music: --in-metre needs --metre with bars of 2 to 32 eighths or sixteenths'],
  ['write run --in-metre --metre 99/1', 'such as 6/8, got 99/1'],
  ['write', 'music: <run|file> is missing'],
  ['check empty.abc', 'music check: empty.abc must hold tunes in ABC notation, each with X: in front'],
  [
    'measure run --data prose.txt',
    'music measure: what the model learnt from must be tunes, and prose.txt has none',
  ],
])('bad input: %s', async (argv, message) => {
  writeFileSync(join(cwd, 'empty.abc'), 'no tune\n');
  writeFileSync(join(cwd, 'prose.txt'), 'no tune\n');
  const { status, err } = await music(argv);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining(message) });
  const chinese = await music(argv, 'zh');
  expect({ status: chinese.status, isChinese: HAN.test(chinese.err) }).toEqual({
    status: 2,
    isChinese: true,
  });
});
