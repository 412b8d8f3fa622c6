/** Speech in and out: pieces and their times, sentences and their sound, subtitles; programs that play known ones, and the real ones where installed. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeWav, findProgram, readWav } from '../io/index.ts';
import type { Listener, Sound, Speaker } from '../types.ts';
import {
  espeakSpeaker,
  findListener,
  listenTo,
  listenWhole,
  localListener,
  localSpeaker,
  pocketsphinxListener,
  remoteListener,
  remoteSpeaker,
  speakSentences,
  speakWhole,
  toSrt,
  toVtt,
  whisperListener,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 speech-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RATE = 16_000;
/** A tone in these stretches, in seconds; silence elsewhere. */
function tones(seconds: number, ...stretches: readonly (readonly [from: number, to: number])[]): Sound {
  const samples = Float32Array.from({ length: seconds * RATE }, (_, i) => {
    const isLoud = stretches.some(([from, to]) => i >= from * RATE && i < to * RATE);
    return isLoud ? 0.5 * Math.sin(i / 5) : 0;
  });
  return { sampleRate: RATE, samples };
}

const secondsOf = ({ samples, sampleRate }: Sound): number => samples.length / sampleRate;

/** Says how long each piece was that it heard. */
function counter() {
  const pieces: Sound[] = [];
  const listener: Listener = {
    id: 'counter',
    async listen(sound) {
      pieces.push(sound);
      const text = `piece ${pieces.length}.`;
      return { text, segments: [{ text, start: -1, end: secondsOf(sound) + 9 }], language: 'en' };
    },
  };
  return { listener, pieces };
}

describe('listening', () => {
  test('a long sound is cut where it is quiet; times are those of the whole', async () => {
    const { listener, pieces } = counter();
    const sound = tones(10, [0, 3.2], [3.6, 6.9], [7.3, 10]);
    const heard = await listenWhole(listener, sound, { pieceSeconds: 4 });
    expect(pieces.map((piece) => secondsOf(piece))).toHaveLength(3);
    const [first, second] = heard.segments;
    expect(first).toMatchObject({ text: 'piece 1.', start: 0 });
    expect(first.end).toBeGreaterThan(3.2);
    expect(first.end).toBeLessThan(3.6);
    expect(second.start).toBe(first.end);
    expect(second.end).toBeGreaterThan(6.9);
    expect(second.end).toBeLessThan(7.3);
    expect(heard).toMatchObject({ text: 'piece 1. piece 2. piece 3.', language: 'en', seconds: 10 });
    expect(heard.segments[2].end).toBe(10);
    // Nothing is lost and nothing is heard twice.
    expect(pieces.reduce((sum, { samples }) => sum + samples.length, 0)).toBe(sound.samples.length);
  });

  test('no sound is not listened to; one without a pause is cut all the same; it stops when called off', async () => {
    const { listener, pieces } = counter();
    expect(await listenWhole(listener, tones(0))).toMatchObject({ text: '', segments: [], seconds: 0 });
    expect(pieces).toHaveLength(0);
    await listenWhole(listener, tones(5, [0, 5]), { pieceSeconds: 2 });
    expect(pieces.length).toBeGreaterThanOrEqual(3);
    const stop = new AbortController();
    const parts = listenTo(listener, tones(5), { pieceSeconds: 1, signal: stop.signal });
    await parts.next();
    stop.abort(new Error('enough'));
    const rest = async () => {
      for await (const _ of parts);
    };
    await expect(rest()).rejects.toThrow('enough');
  });

  test('Chinese pieces are joined without spaces', async () => {
    const listener: Listener = {
      id: 'zh',
      listen: async () => ({
        text: '',
        segments: ['床前', '明月光。', 'OK'].map((text) => ({ text, start: 0, end: 1 })),
      }),
    };
    expect((await listenWhole(listener, tones(1))).text).toBe('床前明月光。 OK');
  });
});

test('subtitles: times, markup and arrows in what was said', () => {
  const segments = [
    { text: ' a --> <b>\n\nc & d ', start: 0, end: 1.2346 },
    { text: '床前', start: 3599.9996, end: 3661 },
  ];
  expect(toSrt(segments)).toBe(
    '1\n00:00:00,000 --> 00:00:01,235\na → <b> c & d\n\n2\n01:00:00,000 --> 01:01:01,000\n床前\n',
  );
  expect(toVtt(segments)).toBe(
    'WEBVTT\n\n00:00:00.000 --> 00:00:01.235\na → &lt;b> c &amp; d\n\n01:00:00.000 --> 01:01:01.000\n床前\n',
  );
});

/** Speaks a tone of a tenth of a second for each character. */
function toneSpeaker(host?: string) {
  const asked: { text: string; language: string | undefined; voice: string | undefined }[] = [];
  const speaker: Speaker = {
    id: 'tones',
    host,
    async speak(text, { language, voice, signal } = {}) {
      signal?.throwIfAborted();
      asked.push({ text, language, voice });
      return tones(text.length / 10, [0, text.length / 10]);
    },
  };
  return { speaker, asked };
}

describe('speaking', () => {
  test('each sentence in its language, while the text is still written; an endpoint gets more at once', async () => {
    const text = '# Moon\nThe moon is 50% full. 床前明月光。疑是地上霜。';
    const { speaker, asked } = toneSpeaker();
    async function* written() {
      for (const piece of text.match(/.{1,3}|\n/g)!) yield piece;
    }
    const parts: string[] = [];
    for await (const part of speakSentences(speaker, written())) parts.push(part.text);
    expect(asked.map((one) => [one.language, one.text])).toEqual([
      ['en', 'Moon'],
      ['en', 'The moon is 50 percent full.'],
      ['zh', '床前明月光。'],
      ['zh', '疑是地上霜。'],
    ]);
    expect(parts).toEqual(asked.map((one) => one.text));
    const far = toneSpeaker('far.example');
    await speakWhole(far.speaker, text, { voice: 'v', language: 'zh' });
    expect(far.asked).toEqual([
      { text: 'Moon The moon is 50 percent full.', language: 'zh', voice: 'v' },
      { text: '床前明月光。疑是地上霜。', language: 'zh', voice: 'v' },
    ]);
  });

  test('one sound with pauses; nothing to say, too much, too fast', async () => {
    const { speaker } = toneSpeaker();
    expect(secondsOf(await speakWhole(speaker, 'ab cd. 一二。'))).toBeCloseTo(0.6 + 0.25 + 0.3, 3);
    await expect(speakWhole(speaker, '*** 🙂 ```')).rejects.toMatchObject({ code: 'speech/nothing' });
    await expect(speakWhole(speaker, 'a'.repeat(200_001))).rejects.toMatchObject({
      code: 'speech/text-length',
    });
    const slow = { id: 'slow', speak: async () => ({ sampleRate: 1, samples: new Float32Array(60) }) };
    await expect(speakWhole(slow, 'a. b.', { mostSeconds: 100 })).rejects.toThrow('at most 100 s');
    await expect(speakWhole(speaker, 'a', { speed: 9 })).rejects.toMatchObject({ code: 'speech/speed' });
  });
});

/** A program of a few words of the shell under its real name. */
function program(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe.skipIf(process.platform === 'win32')('programs as they answer', () => {
  const model = join(folder, 'ggml-tiny.bin');
  writeFileSync(model, '');

  test('whisper-cli: its words, its JSON, noises left out', async () => {
    const said = JSON.stringify({
      result: { language: 'zh' },
      transcription: [
        { text: ' 床前明月光', offsets: { from: 0, to: 1500 } },
        { text: ' [MUSIC]', offsets: { from: 1500, to: 2000 } },
        { text: '疑是地上霜', offsets: { from: 2000, to: 3250 } },
      ],
    });
    const path = program(
      'whisper-cli',
      `echo "$@" > '${folder}/words'\nwhile [ "$1" != -of ]; do shift; done\ncat > "$2.json" <<'X'\n${said}\nX`,
    );
    const listener = whisperListener(path, model);
    expect(await listener.listen(tones(1), { language: 'zh', prompt: '李白' })).toEqual({
      text: '床前明月光疑是地上霜',
      language: 'zh',
      segments: [
        { text: '床前明月光', start: 0, end: 1.5 },
        { text: '疑是地上霜', start: 2, end: 3.25 },
      ],
    });
    // No program takes a word with a NUL.
    await listener.listen(tones(1), { prompt: 'a\0b' });
    expect(readFileSync(join(folder, 'words'), 'utf8')).toContain('--prompt a b');
    await expect(listener.listen(tones(1), { language: '--help' })).rejects.toMatchObject({
      code: 'speech/language',
    });
    const silent = whisperListener(program('whisper-silent', 'exit 0'), model);
    await expect(silent.listen(tones(1))).rejects.toMatchObject({ code: 'speech/transcript' });
    expect(() => whisperListener(path, join(folder, 'none.bin'))).toThrow('needs a model file');
    expect(() => whisperListener(path, undefined)).toThrow('got none');
  });

  test('pocketsphinx of both kinds', async () => {
    const line = '{"b":0.50,"d":1.25,"p":1,"t":"go forward","w":[{"b":0.5,"d":0.2,"p":0.9,"t":"go"}]}';
    const five = pocketsphinxListener(program('pocketsphinx', `echo '${line}'`));
    expect(await five.listen(tones(2))).toEqual({
      text: 'go forward',
      segments: [{ text: 'go forward', start: 0.5, end: 1.75 }],
      language: 'en',
    });
    const rows = [
      'go forward',
      '<s> 0.000 0.480 0.9',
      'go 0.490 0.700 0.8',
      'forward 0.710 1.750 0.7',
      '</s> 1.760 1.900 1.0',
    ];
    const old = pocketsphinxListener(
      program('pocketsphinx_continuous', `printf '%s\\n' ${rows.map((row) => `'${row}'`).join(' ')}`),
    );
    expect(await old.listen(tones(2))).toMatchObject({
      segments: [{ text: 'go forward', start: 0.49, end: 1.75 }],
    });
    await expect(old.listen(tones(1), { language: 'zh' })).rejects.toThrow('understands en, not "zh"');
  });

  test('what is installed is found by name; what is missing is named with its cure, in both languages', async () => {
    const before = { ...process.env };
    process.env.PATH = folder;
    process.env.INKSTONE_WHISPER_MODEL = model;
    try {
      expect(findListener()?.id).toBe('whisper-cli');
      expect(localListener('pocketsphinx').id).toBe('pocketsphinx');
      expect(() => localListener('whisper-cli:none.bin')).toThrow('got "none.bin"');
      expect(() => localListener('ears')).toThrow('whisper-cli:FILE, pocketsphinx or URL#MODEL, got "ears"');
      for (const odd of ['constructor', 'pocketsphinx:x', '', 'a b']) {
        expect(() => localListener(odd)).toThrow(`got "${odd}"`);
      }
      expect(() => localSpeaker('mouth')).toThrow('espeak-ng or URL#MODEL');
      process.env.PATH = '';
      expect(findListener()).toBeUndefined();
      for (const [ask, en, zh] of [
        [() => localSpeaker(), 'apt-get install espeak-ng', '朗读需要 espeak-ng'],
        [() => localListener(), 'INKSTONE_WHISPER_MODEL', '听写需要 whisper.cpp'],
        [() => localListener('pocketsphinx'), 'pocketsphinx is not installed', '没有安装 pocketsphinx'],
      ] as const) {
        let error: { text?: (lang: 'en' | 'zh') => string } = {};
        try {
          ask();
        } catch (thrown) {
          error = thrown as typeof error;
        }
        expect([error.text?.('en'), error.text?.('zh')]).toEqual([
          expect.stringContaining(en),
          expect.stringContaining(zh),
        ]);
      }
    } finally {
      Object.assign(process.env, { PATH: before.PATH });
      if (before.INKSTONE_WHISPER_MODEL === undefined) delete process.env.INKSTONE_WHISPER_MODEL;
      else process.env.INKSTONE_WHISPER_MODEL = before.INKSTONE_WHISPER_MODEL;
    }
  });
});

test('endpoints: sound goes as WAV, and comes as WAV', async () => {
  const heard: Sound[] = [];
  const options = {
    url: 'http://far.example/v1',
    model: 'm',
    fetch: (async (_: URL, { body }: RequestInit) => {
      if (!(body instanceof FormData)) return new Response(encodeWav(tones(1, [0, 1])));
      heard.push(readWav(new Uint8Array(await (body.get('file') as File).arrayBuffer())));
      return new Response('{"text":"hello"}');
    }) as typeof fetch,
  };
  const listener = remoteListener(options);
  expect(listener.host).toBe('far.example');
  expect((await listenWhole(listener, tones(2, [0, 2]))).segments).toEqual([
    { text: 'hello', start: 0, end: 2 },
  ]);
  expect(secondsOf(heard[0])).toBe(2);
  expect(secondsOf(await remoteSpeaker(options).speak('hello'))).toBe(1);
});

const espeak = findProgram('espeak-ng');
describe.skipIf(espeak === undefined)(`espeak-ng${espeak ? '' : ' (skipped: needs espeak-ng)'}`, () => {
  const power = ({ samples }: Sound): number => samples.reduce((sum, x) => sum + x * x, 0) / samples.length;

  test('speaks both languages, slower and faster, with other voices; a voice that is none is told', async () => {
    const speaker = espeakSpeaker(espeak!);
    const en = await speaker.speak('The moon is bright tonight.');
    const zh = await speaker.speak('床前明月光，疑是地上霜。');
    for (const sound of [en, zh]) {
      expect(sound.sampleRate).toBe(22_050);
      expect(secondsOf(sound)).toBeGreaterThan(0.8);
      expect(secondsOf(sound)).toBeLessThan(8);
      expect(power(sound)).toBeGreaterThan(1e-4);
    }
    const slow = await speaker.speak('The moon is bright tonight.', { speed: 0.5 });
    expect(secondsOf(slow)).toBeGreaterThan(1.4 * secondsOf(en));
    const other = await speaker.speak('The moon is bright tonight.', { voice: 'en-gb+f3' });
    const differing = other.samples.filter((x, i) => x !== en.samples[i]);
    expect(differing.length).toBeGreaterThan(9000);
    for (const voice of ['no-such-voice', 'en-us+zz', 'en-us+f3+f3', '--help', '../../x', 'a b']) {
      await expect(speaker.speak('a', { voice })).rejects.toMatchObject({ code: 'speech/voice' });
    }
    // What looks like an option or like markup is text.
    expect(secondsOf(await speaker.speak("--help <break/> [[h@l'oU]]"))).toBeGreaterThan(0.3);
  });
});
