/** `inkstone length`, and writing beyond the context: every verb in both languages, for machines, as files, and what is refused. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const train = (positions: string) =>
  run(
    'train',
    '--data',
    'zh.jsonl',
    ...tiny,
    '--positions',
    positions,
    '--steps',
    '3',
    '--json',
    '--out',
    positions,
  );

beforeAll(async () => {
  writeTexts(cwd);
  for (const positions of ['rotary', 'alibi', 'learned']) await train(positions);
});

const verbs: { readonly [verb: string]: readonly string[] } = {
  extend: ['rotary', 'alibi', '--tokens', '80', '--times', '1,2,4'],
  stream: ['rotary', '--tokens', '60', '--sinks', '0,2'],
  passkey: ['rotary', '--times', '4,8', '--trials', '1', '--lang', 'zh'],
  cost: ['rotary', '--extend', 'yarn:8', '--check'],
};

describe.each(Object.entries(verbs))('length %s', (verb, argv) => {
  test('in both languages, for machines, and as a plot', async () => {
    const english = await run('length', verb, ...argv, '--out', `${verb}.svg`);
    expect(english).toMatchObject({ status: 0 });
    const chinese = await inkstone(['length', verb, ...argv], { cwd, lang: 'zh' });
    expect([HAN.test(english.out.replaceAll('zh.jsonl', '')), HAN.test(chinese.out)]).toEqual([false, true]);
    expect(readFileSync(join(cwd, `${verb}.svg`), 'utf8')).toMatch(/^<svg [^>]*>.*<\/svg>$/s);
    const { json } = await run('length', verb, ...argv, '--json');
    expect(json[0]).toMatchObject({ type: 'length', what: verb });
  });
});

describe('what the verbs find', () => {
  test('extend: every way of each run, the best of each length', async () => {
    const { json } = await run('length', 'extend', ...verbs.extend, '--json');
    const { lengths, rows, best } = json[0] as unknown as {
      lengths: number[];
      rows: { name: string; bitsPerCharacter: number[] }[];
      best: number[];
    };
    expect(lengths).toEqual([16, 32, 64]);
    const ways = ['none', 'linear', 'ntk', 'yarn', 'ntk:4', 'yarn:4'].map((way) => `rotary ${way}`);
    expect(rows.map(({ name }) => name)).toEqual([...ways, 'alibi alibi']);
    // At the length of training nothing needs stretching.
    expect(rows[1].bitsPerCharacter[0]).toBe(rows[0].bitsPerCharacter[0]);
    expect(rows[4].bitsPerCharacter[0]).not.toBe(rows[0].bitsPerCharacter[0]);
    for (const at of [0, 1, 2]) {
      expect(rows[best[at]].bitsPerCharacter[at]).toBe(
        Math.min(...rows.map((row) => row.bitsPerCharacter[at])),
      );
    }
  });

  test('stream: bounded memory where the window slides', async () => {
    const { json } = await run('length', 'stream', ...verbs.stream, '--json');
    const rows = (json[0] as unknown as { rows: { name: string; bytes: number }[] }).rows;
    expect(rows.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['0+16', 2 * 16 * 16 * 4],
      ['2+14', 2 * 16 * 16 * 4],
      ['recomputed 16', 0],
      ['dense', 2 * 64 * 16 * 4],
    ]);
  });

  test('passkey: texts to learn the task from', async () => {
    const { status } = await run('length', 'passkey', '--texts', '20', '--out', 'task.jsonl', '--seed', '3');
    expect(status).toBe(0);
    const texts = readFileSync(join(cwd, 'task.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).text);
    expect(texts).toHaveLength(20);
    for (const text of texts) expect(text).toMatch(/(\d{4})\. .*\1\.$/);
  });

  test('cost: the memory of the past, exactly', async () => {
    const { json } = await run(
      'length',
      'cost',
      'rotary',
      '--extend',
      'linear:4',
      '--tokens',
      '50',
      '--json',
    );
    expect(json[0]).toMatchObject({ tokens: 50, bytes: { past: 2 * 64 * 16 * 4 } });
  });

  test('what cannot be read is refused, before anything is written', async () => {
    const refused = async (...argv: string[]) => {
      const { status, err } = await run('length', ...argv);
      expect(status).toBe(2);
      return err;
    };
    expect(await refused('extent', 'rotary')).toContain('did you mean "extend"?');
    expect(await refused('extend')).toContain('<run> is missing');
    expect(await refused('extend', 'learned', '--out', 'no.svg')).toContain('16 places and has none beyond');
    expect(await refused('extend', 'rotary', '--times', '4,2')).toContain('rising numbers of at least 0.1');
    expect(await refused('extend', 'rotary', '--times', '0.1')).toContain('an integer ≥ 2, got 1');
    expect(await refused('stream', 'rotary', '--sinks', '20')).toContain('context of 16, got 20 and -4');
    expect(await refused('cost', 'rotary', '--tokens', '17')).toContain('17 tokens must fit');
    expect(await refused('cost', 'rotary', 'alibi')).toContain('does not expect "alibi"');
    expect(await refused('stream', 'rotary', '--tokens', '3')).toContain('at least 5 tokens, it has 3');
    expect(await refused('passkey', 'rotary', '--texts', '5')).toContain('without a run');
    expect(await refused('passkey', 'rotary', '--sentences', '5')).toContain('--texts needs a value');
    expect(await refused('passkey', '--texts', '5')).toContain('--out needs a value');
    expect(await refused('passkey', 'rotary')).toContain('no room for the task');
    expect(existsSync(join(cwd, 'no.svg'))).toBe(false);
  });
});

describe('generate', () => {
  const write = (...argv: string[]) =>
    run('generate', 'rotary', '--prompt', '春', '--json', '--seed', '1', '--max-tokens', '40', ...argv);
  const lengthOf = async (...argv: string[]) => {
    const { json } = await write(...argv, '--min-tokens', '40');
    return json.at(-1)?.completionTokens;
  };

  test('goes on beyond the context, by stretching or without end', async () => {
    expect(await lengthOf()).toBeLessThan(17);
    expect(await lengthOf('--endless', '2')).toBe(40);
    expect(await lengthOf('--endless', '2+6')).toBe(40);
    expect(await lengthOf('--extend', 'yarn:4')).toBe(40);
  });

  test('what is spelled otherwise is refused', async () => {
    const refused = async (...argv: string[]) => {
      const { status, err } = await write(...argv);
      expect(status).toBe(2);
      return err;
    };
    expect(await refused('--endless', 'all')).toContain('first tokens, or first + last');
    expect(await refused('--extend', 'pi:4')).toContain('none:4, linear:4, ntk:4, yarn:4');
    expect(await refused('--extend', 'yarn:4', '--endless', '4')).toContain('what slides is never longer');
  });
});
