/** Bad input: one clear line in either language, exit status 2, nothing written. */

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readJsonLines } from '../src/io/index.ts';
import {
  chineseTexts,
  HAN,
  inkstone,
  listing,
  scratchFolder,
  startInkstone,
  tiny,
  writeTexts,
} from './cli-harness.ts';

const cwd = scratchFolder();
const at = (...path: string[]) => join(cwd, ...path);
const train = (data: string, ...more: string[]) => [
  'train',
  '--data',
  data,
  ...tiny,
  '--steps',
  '4',
  ...more,
];
const checkpoint = 'checkpoints/step-000000000004';

/** A copy of a good run, to be spoilt. */
function copyRun(name: string, spoil: (folder: string) => void): void {
  cpSync(at('good'), at(name), { recursive: true });
  spoil(at(name));
}

/** Puts other bytes in the place of a checkpoint's file and makes the manifest fit them, as a forger would. */
function forge(run: string, file: string, bytes: Uint8Array): void {
  const path = join(run, checkpoint, 'manifest.json');
  writeFileSync(join(run, checkpoint, file), bytes);
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  const entry = manifest.files.find(({ name }: { name: string }) => name === file);
  Object.assign(entry, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  writeFileSync(path, JSON.stringify(manifest));
}

/** A safetensors file with this header and no data. */
function withHeader(header: unknown, length?: number): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([size, text]);
}

beforeAll(async () => {
  writeTexts(cwd);
  writeFileSync(at('empty.txt'), '');
  writeFileSync(at('blank.txt'), ' \n\u3000\n\t\n');
  writeFileSync(at('short.txt'), '月');
  writeFileSync(at('latin1.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x61, 0x75]));
  writeFileSync(at('gbk.txt'), Buffer.from([0xe6, 0x98, 0xa5, 0xb4, 0xba, 0xcc, 0xec]));
  writeFileSync(at('damaged.txt'), Buffer.concat([Buffer.from('春天'), Buffer.of(0xff)]));
  writeFileSync(at('broken.jsonl'), '{"text":"春"}\n{"text":\n');
  writeFileSync(at('fields.jsonl'), '{"title":"春"}\n');
  writeFileSync(at('picture.png'), '');
  mkdirSync(at('hollow'));
  await inkstone([...train('en.txt'), '--out', 'good'], { cwd });
  await inkstone([...train('zh.jsonl'), '--out', 'zh'], { cwd });
  copyRun('swapped', (run) => cpSync(at('zh/tokenizer.json'), join(run, 'tokenizer.json')));
  copyRun('no-tokenizer', (run) => rmSync(join(run, 'tokenizer.json')));
  copyRun('cut', (run) => truncateSync(join(run, checkpoint, 'weights.safetensors'), 100));
  copyRun('edited', (run) => {
    const bytes = readFileSync(join(run, checkpoint, 'weights.safetensors'));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(join(run, checkpoint, 'weights.safetensors'), bytes);
  });
  copyRun('huge-header', (run) => forge(run, 'weights.safetensors', withHeader({}, 2 ** 50)));
  copyRun('forged', (run) => {
    const tensor = { dtype: 'F32', shape: [2 ** 31, 2 ** 31], data_offsets: [0, 2 ** 62] };
    forge(run, 'weights.safetensors', withHeader({ 'token.weight': tensor }));
  });
  copyRun('other-weights', (run) => {
    const bytes = readFileSync(at('zh', checkpoint, 'weights.safetensors'));
    forge(run, 'weights.safetensors', bytes);
  });
  copyRun('no-weights', (run) => forge(run, 'weights.safetensors', withHeader({})));
  copyRun('not-ours', (run) => writeFileSync(join(run, 'config.json'), '{"model_type":"gpt2"}'));
  copyRun('no-json', (run) => writeFileSync(join(run, 'config.json'), '{"version":1,'));
});

describe.each(['en', 'zh'] as const)('in %s', (lang) => {
  /** Runs a command line that must fail without a trace. */
  async function refuse(argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const before = listing(cwd);
    const { status, err } = await inkstone(argv, { cwd, lang, env });
    expect({ status, lines: err.split('\n').length }).toEqual({ status: 2, lines: 2 });
    expect(HAN.test(err)).toBe(lang === 'zh');
    expect(listing(cwd)).toEqual(before);
    if (lang === 'zh') return err;
    const { json } = await inkstone([...argv, '--json'], { cwd, lang, env });
    expect(json.at(-1)).toEqual({
      type: 'error',
      code: expect.stringContaining('/'),
      message: err.trimEnd(),
    });
    return err;
  }

  test.each([
    ['a missing file', 'none.txt', 'none.txt'],
    ['an empty file', 'empty.txt', 'empty.txt'],
    ['nothing but blanks', 'blank.txt', 'blank.txt'],
    ['a text shorter than the context', 'short.txt', '--context-length'],
    ['Latin-1, with the offset', 'latin1.txt', lang === 'en' ? 'byte 3 (0xe9)' : '第 3 字节（0xe9）'],
    [
      'GBK after good UTF-8, with the offset',
      'gbk.txt',
      lang === 'en' ? 'byte 3 (0xb4)' : '第 3 字节（0xb4）',
    ],
    ['damaged UTF-8', 'damaged.txt', '0xff'],
    ['a broken record, with its line', 'broken.jsonl', 'broken.jsonl:2'],
    ['a record without text', 'fields.jsonl', 'title'],
    ['a file that is no text', 'picture.png', '.png'],
    ['an empty folder', 'hollow', 'hollow'],
    ['an unknown kind of source', 'ftp://example.org/a', 'npm:NAME'],
  ])('train on %s', async (_, data, words) => {
    expect(await refuse(train(data))).toContain(words);
    expect(await refuse(['start', '--data', data, '--minutes', '0.05', '--no-serve'])).toContain(
      data === 'short.txt' ? data : words,
    );
  });

  test('train in a folder that cannot be made', async () => {
    expect(await refuse([...train('en.txt'), '--out', 'en.txt/run'])).toContain('en.txt');
  });

  test.each([
    [['--preset', 'shakespear'], 'shakespeare'],
    [['--heads', '3'], 'width'],
    [['--vocab-size', '10'], '256'],
    [['--tokenizer', 'none.json'], 'none.json'],
    [['--tokenizer', 'en.txt'], 'tokenizer'],
  ])('train with %j', async (flags, words) => {
    const base =
      flags[0] === '--tokenizer'
        ? train('en.txt').filter((word) => !['--vocab-size', '300'].includes(word))
        : train('en.txt');
    expect(await refuse([...base, ...flags])).toContain(words);
  });

  test.each([
    ['swapped', 'tokenizer.json'],
    ['no-tokenizer', 'tokenizer.json'],
    ['cut', 'weights.safetensors'],
    ['edited', 'SHA-256'],
    ['huge-header', 'safetensors'],
    ['forged', 'safetensors'],
    ['not-ours', 'config.json'],
    ['no-json', 'config.json'],
  ])('generate and train on the run "%s"', async (run, words) => {
    expect(await refuse(['generate', run, '--prompt', 'the'])).toContain(words);
    expect(await refuse([...train('en.txt'), '--out', run])).toContain(words);
  });

  test('weights of another model', async () => {
    expect(await refuse(['generate', 'no-weights', '--prompt', 'the'])).toContain('"');
    expect(await refuse([...train('en.txt'), '--out', 'no-weights'])).toContain('"');
  });

  test('generate without a run, and with too long a prompt', async () => {
    expect(await refuse(['generate', 'nowhere'])).toContain('nowhere');
    expect(await refuse(['generate', 'hollow'])).toContain('hollow');
    const prompt = chineseTexts(20).join('');
    expect(await refuse(['generate', 'good', '--prompt', prompt])).toContain('16');
  });

  test('a file where a run belongs, with the command that learns from it', async () => {
    for (const words of [
      ['serve', 'en.txt'],
      ['generate', 'en.txt'],
      ['inspect', 'en.txt', '--text', 'the'],
    ]) {
      expect(await refuse(words)).toContain('inkstone train --data en.txt');
    }
  });

  test('the registry cannot be reached and nothing is cached', async () => {
    const cache = join(scratchFolder(), 'cache');
    const env = { npm_config_registry: 'http://127.0.0.1:9/', INKSTONE_CACHE: cache };
    expect(await refuse(train('npm:chinese-poetry'), env)).toContain('npm config get registry');
    expect(await refuse([...train('npm:chinese-poetry'), '--offline'], env)).toContain('--data FILE');
  });

  test('files to measure and to tokenize', async () => {
    expect(await refuse(['repeat', 'measure', 'none.txt'])).toContain('none.txt');
    expect(await refuse(['repeat', 'measure', 'empty.txt'])).toContain('empty.txt');
    expect(await refuse(['repeat', 'measure', 'latin1.txt'])).toContain('0xe9');
    expect(await refuse(['tokenizer', 'train'])).toContain('--data');
    expect(await refuse(['tokenizer', 'train', 'en.txt'])).toContain('--data');
    expect(await refuse(['tokenizer', 'encode', 'none.json', '--text', 'a'])).toContain('none.json');
    expect(await refuse(['tokenizer', 'encode', 'good/tokenizer.json'])).toContain('--text');
    expect(await refuse(['tokenizer', 'encode', 'good/config.json', '--text', 'a'])).toContain('tokenizer');
    expect(await refuse(['tokenizer', 'decode', 'good/tokenizer.json', '--text', '1 9999'])).toContain(
      '9999',
    );
  });
});

describe('no space left', () => {
  // A limit on the size of files fails with EFBIG where a full disk fails with ENOSPC: both are "no space".
  const limited = (kilobytes: number) => `ulimit -f ${kilobytes}; exec`;

  test.each(['en', 'zh'] as const)('at the beginning: nothing stays (%s)', async (lang) => {
    const before = listing(cwd);
    const { ended } = startInkstone([...train('en.txt'), '--out', `deep/full-${lang}`], {
      cwd,
      lang,
      shell: limited(4),
    });
    const { status, err } = await ended;
    expect(err).toMatch(
      lang === 'en' ? /^write: no space left for .*tokenizer\.json.*\n$/m : /^写入：磁盘已满，无法写 .*\n$/m,
    );
    expect(status).toBe(2);
    expect(listing(cwd)).toEqual(before);
  });

  test('at a checkpoint: the last good one stays, and the run goes on when there is space', async () => {
    const argv = [
      'train',
      '--data',
      'en.txt',
      ...tiny,
      '--steps',
      '12',
      '--save-every',
      '2',
      '--out',
      'filled',
    ];
    const wide = [...argv, '--width', '64'];
    // Room for config and tokenizer, not for the weights.
    const full = await startInkstone(wide, { cwd, shell: limited(64) }).ended;
    expect(full.status).toBe(2);
    expect(full.err).toMatch(/^write: no space left for .*step-000000000002/m);
    expect(full.err).not.toMatch(/\n\s+at /);
    expect(listing(at('filled')).filter((path) => /tmp|lock|safetensors/.test(path))).toEqual([]);
    const later = await inkstone([...wide, '--json'], { cwd });
    expect(later.json.at(-1)).toMatchObject({ type: 'finish', reason: 'done', step: 12 });
    const steps: number[] = [];
    for await (const { type, step } of readJsonLines<{ type: string; step: number }>(
      at('filled/metrics.jsonl'),
    )) {
      if (type === 'step') steps.push(step);
    }
    expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });
});

describe('a damaged checkpoint beside a good one', () => {
  test.each([
    ['en', 'passed over a damaged checkpoint: checkpoint: '],
    ['zh', '略过一个损坏的检查点：检查点：'],
  ] as const)('is passed over, and that is said (%s)', async (lang, words) => {
    const run = `half-${lang}`;
    const argv = [...train('en.txt', '--save-every', '2'), '--out', run];
    await inkstone(argv, { cwd });
    truncateSync(at(run, checkpoint, 'optimizer.safetensors'), 10);
    const written = await inkstone(['generate', run, '--prompt', 'the', '--max-tokens', '2'], { cwd, lang });
    expect(written.status).toBe(0);
    expect(written.err).toContain(words);
    const resumed = await inkstone(argv, { cwd, lang });
    expect(resumed.status).toBe(0);
    expect(resumed.err).toContain(words);
    expect((await inkstone(['generate', run, '--prompt', 'the', '--max-tokens', '2'], { cwd })).err).toBe('');
  });
});
