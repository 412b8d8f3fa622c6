/** Sound as numbers: WAV of every kind, cut and lying ones, other rates; programs that are run with limits. */

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  encodeSound,
  encodeWav,
  findProgram,
  readSound,
  readWav,
  resample,
  resampleInTurns,
  runProgram,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 sound-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A WAV file from its parts. */
function wav(
  code: number,
  bits: number,
  channels: number,
  data: Buffer,
  { rate = 8000, size = data.length } = {},
): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(code, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE((rate * channels * bits) / 8, 28);
  header.writeUInt16LE(((channels * bits) / 8) % 65_536, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(size, 40);
  return Buffer.concat([header, data]);
}

const tone = (hertz: number, seconds: number, sampleRate: number) => ({
  sampleRate,
  samples: Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / sampleRate),
  ),
});

describe('WAV', () => {
  const values = [0, 0.5, -0.5, -1];
  const sixteen = Buffer.from(Int16Array.from(values, (x) => x * 32_768).buffer);

  test('whole numbers of 8 to 32 bits and floats say the same', () => {
    const eight = Buffer.from(values.map((x) => 128 + x * 128));
    const three = Buffer.concat(
      values.map((x) => {
        const four = Buffer.alloc(4);
        four.writeInt32LE(x * 8_388_608);
        return four.subarray(0, 3);
      }),
    );
    const files = [
      wav(1, 8, 1, eight),
      wav(1, 16, 1, sixteen),
      wav(1, 24, 1, three),
      wav(1, 32, 1, Buffer.from(Int32Array.from(values, (x) => x * 2_147_483_648).buffer)),
      wav(3, 32, 1, Buffer.from(Float32Array.from(values).buffer)),
      wav(3, 64, 1, Buffer.from(Float64Array.from(values).buffer)),
    ];
    for (const file of files) {
      const { sampleRate, samples } = readWav(file);
      expect({ sampleRate, samples: Array.from(samples) }).toEqual({ sampleRate: 8000, samples: values });
    }
  });

  test('two channels are mixed, unknown chunks passed over, lengths of pipes understood; NaN and what is too loud is cut', () => {
    expect(Array.from(readWav(wav(1, 16, 2, sixteen)).samples)).toEqual([0.25, -0.75]);
    const file = wav(1, 16, 1, sixteen);
    const extra = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
    const withExtra = Buffer.concat([file.subarray(0, 36), extra, file.subarray(36)]);
    expect(Array.from(readWav(withExtra).samples)).toEqual(values);
    for (const size of [0x7ffff000, 0xffffffff, 0]) {
      expect(Array.from(readWav(wav(1, 16, 1, sixteen, { size })).samples)).toEqual(values);
    }
    const odd = Buffer.from(Float32Array.of(Number.NaN, 7, Number.NEGATIVE_INFINITY).buffer);
    expect(Array.from(readWav(wav(3, 32, 1, odd)).samples)).toEqual([0, 1, -1]);
  });

  test('what is cut at any byte, or lies, is an error with a rule', () => {
    const file = wav(1, 16, 1, sixteen);
    for (let length = 0; length < file.length; length++) {
      expect(() => readWav(file.subarray(0, length)), String(length)).toThrow(/cannot be read as WAV/);
    }
    const lies: [string, Buffer][] = [
      ['kind 7', wav(7, 16, 1, sixteen)],
      ['16 bits', wav(3, 16, 1, sixteen)],
      ['0 channels', wav(1, 16, 0, sixteen)],
      ['60000 channels', wav(1, 16, 60_000, sixteen)],
      ['0 samples a second', wav(1, 16, 1, sixteen, { rate: 0 })],
      ['it is cut', wav(1, 16, 1, sixteen, { size: 2 ** 30 })],
    ];
    for (const [reason, bytes] of lies) expect(() => readWav(bytes)).toThrow(reason);
    const long = wav(1, 8, 1, Buffer.alloc(8001));
    expect(() => readWav(long, { mostSeconds: 1 })).toThrow('at most 1 seconds, got 2');
    expect(readWav(long, { mostSeconds: 2 }).samples).toHaveLength(8001);
  });

  test('what is written is read again', () => {
    const sound = tone(440, 0.1, 16_000);
    const again = readWav(encodeWav(sound));
    expect(again.sampleRate).toBe(16_000);
    again.samples.forEach((x, i) => void expect(Math.abs(x - sound.samples[i])).toBeLessThan(1e-4));
  });
});

test.each([
  [22_050, 16_000],
  [16_000, 24_000],
  [44_100, 16_000],
  [8_000, 16_000],
])('from %d to %d samples a second a tone stays, and what is too high goes', (from, to) => {
  const made = resample(tone(1000, 0.2, from), to);
  const right = tone(1000, 0.2, to);
  expect(Math.abs(made.samples.length - right.samples.length)).toBeLessThanOrEqual(1);
  // Edges have nothing on one side.
  for (let i = 300; i < right.samples.length - 300; i++) {
    expect(Math.abs(made.samples[i] - right.samples[i])).toBeLessThan(0.01);
  }
  if (from <= to) return;
  const high = resample(tone(0.46 * from, 0.2, from), to).samples.subarray(300, -300);
  expect(Math.max(...high.map(Math.abs))).toBeLessThan(0.02);
});

test('in turns it is the same, and others get theirs; it stops when called off', async () => {
  const sound = tone(300, 30, 22_050);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const made = await resampleInTurns(sound, 16_000);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
  expect(Buffer.from(made.samples.buffer).equals(Buffer.from(resample(sound, 16_000).samples.buffer))).toBe(
    true,
  );
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(resampleInTurns(sound, 16_000, { signal })).rejects.toThrow('enough');
});

/** A program of a few words of the shell. */
function script(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(process.platform === 'win32')('programs', () => {
  const run = (body: string, options: object = {}) =>
    runProgram([script('p', body), 'a word; touch x'], { timeoutMs: 5000, mostBytes: 1000, ...options });

  test('input, output and words go through as they are, without a shell and without keys', async () => {
    process.env.INKSTONE_REMOTE_KEY = 'secret';
    const out = await run('printf "%s|" "$1"; cat; env', { input: new TextEncoder().encode('in\0put') });
    delete process.env.INKSTONE_REMOTE_KEY;
    const text = new TextDecoder().decode(out);
    expect(text).toMatch(/^a word; touch x\|in\0put/);
    expect(text).not.toContain('secret');
  });

  test('one that ends badly, says too much, takes too long, is not there or is called off', async () => {
    const codeOf = (body: string, options: object = {}) =>
      run(body, options).then(
        () => 'well',
        (error) => error.code ?? error.message,
      );
    expect(await run('echo "no such voice" >&2; exit 3').catch(({ message }) => message)).toContain(
      'no such voice',
    );
    expect(await codeOf('head -c 2000 /dev/zero')).toBe('io/program-output');
    // Its child holds the output open, and goes too.
    expect(await codeOf('sleep 30 & sleep 30', { timeoutMs: 50 })).toBe('io/program-time');
    const stop = new AbortController();
    const stopped = codeOf('sleep 30', { signal: stop.signal });
    stop.abort(new Error('enough'));
    expect(await stopped).toBe('enough');
    await expect(runProgram([join(folder, 'none')], { timeoutMs: 100, mostBytes: 1 })).rejects.toThrow(
      'ENOENT',
    );
  });

  test('end with the process that runs them', async () => {
    const own = JSON.stringify(new URL('./run-program.ts', import.meta.url).href);
    const words = JSON.stringify([script('q', `echo $$ > '${folder}/pid'; exec sleep 60`)]);
    const body = `const { runProgram } = await import(${own});
      runProgram(${words}, { timeoutMs: 60_000, mostBytes: 1 }).catch(() => {});
      setTimeout(() => process.exit(), 500);`;
    const loader = import.meta.resolve('tsx');
    execFileSync(process.execPath, ['--import', loader, '--input-type=module', '-e', body]);
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    const isThere = () => readFileSync(`/proc/${pid}/stat`, 'utf8');
    await expect.poll(() => existsSync(`/proc/${pid}`) && !/\) Z /.test(isThere())).toBe(false);
  });

  test('are found on the path; a folder or a text is none', () => {
    script('inkstone-test-program', ':');
    writeFileSync(join(folder, 'inkstone-test-text'), '');
    const before = process.env.PATH;
    process.env.PATH = `${folder}:${before}`;
    expect(findProgram('inkstone-none', 'inkstone-test-program')).toBe(join(folder, 'inkstone-test-program'));
    expect(findProgram('inkstone-test-text')).toBeUndefined();
    process.env.PATH = before;
  });
});

const ffmpeg = findProgram('ffmpeg') === undefined ? 'needs ffmpeg' : undefined;
describe.skipIf(ffmpeg)(`other formats${ffmpeg ? ` (skipped: ${ffmpeg})` : ''}`, () => {
  test.each(['mp3', 'opus', 'aac', 'flac'] as const)('%s is written and read', async (format) => {
    const path = join(folder, `tone.${format}`);
    writeFileSync(path, await encodeSound(tone(440, 0.5, 16_000), format));
    const { sampleRate, samples } = await readSound(path);
    expect(sampleRate).toBe(16_000);
    expect(samples.length / sampleRate).toBeGreaterThan(0.45);
    expect(samples.length / sampleRate).toBeLessThan(0.7);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    expect(power).toBeGreaterThan(0.06);
    await expect(readSound(path, { mostSeconds: 0.2 })).rejects.toThrow('at most 0.2 seconds');
  });

  test('a list that names another file, and what is no sound, is refused without its path', async () => {
    writeFileSync(join(folder, 'inner.wav'), encodeWav(tone(440, 0.5, 16_000)));
    for (const [name, text] of [
      ['list', 'ffconcat version 1.0\nfile inner.wav\n'],
      [
        'hls',
        `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${join(folder, 'inner.wav')}\n#EXT-X-ENDLIST\n`,
      ],
      ['text', 'hello'],
    ]) {
      writeFileSync(join(folder, name), text);
      const error = await readSound(join(folder, name)).catch((one) => one);
      expect(error.code).toBe('io/format');
      expect(error.message).not.toContain(folder);
    }
  });
});

test('without ffmpeg the cure is named', async () => {
  const before = process.env.PATH;
  process.env.PATH = folder;
  writeFileSync(join(folder, 'a.mp3'), 'ID3');
  const error = await readSound(join(folder, 'a.mp3')).catch((one) => one);
  process.env.PATH = before;
  expect(error.code).toBe('io/needs-ffmpeg');
  expect([error.text('en'), error.text('zh')]).toEqual([
    expect.stringMatching(/needs the program ffmpeg.*WAV files need none/),
    expect.stringMatching(/需要 ffmpeg 程序/),
  ]);
});
