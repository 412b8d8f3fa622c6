/** `inkstone speak`, `listen`, `assist --audio` and `video describe` from end to end, by endpoints of this machine and by what is installed. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { encodePng, encodeWav, findProgram, readWav, runProgram } from '../src/io/index.ts';
import type { Sound } from '../src/types.ts';
import { shapeScenes } from '../src/vision/index.ts';
import { HAN, inkstone, scratchFolder } from './cli-harness.ts';
import { serve } from './local-server.ts';

const cwd = scratchFolder();
const run = (argv: readonly string[], lang: 'en' | 'zh' = 'en', env: Record<string, string> = {}) =>
  inkstone(argv, { cwd, lang, env });

const tone = (seconds: number): Sound => ({
  sampleRate: 16_000,
  samples: Float32Array.from({ length: seconds * 16_000 }, (_, i) => 0.4 * Math.sin(i / 7)),
});
writeFileSync(join(cwd, 'tone.wav'), encodeWav(tone(2)));

const COLOURS = {
  red: [210, 40, 40],
  yellow: [225, 190, 30],
  green: [40, 160, 70],
  blue: [45, 80, 210],
  purple: [140, 50, 170],
  black: [35, 35, 35],
};

/** The colour of what is drawn on light paper: of the pixels that are darkest in some channel. */
function colourIn(png: Uint8Array): string {
  const { data, channels } = decode(png);
  let best: readonly number[] = [255, 255, 255];
  const ink: number[][] = [];
  for (let i = 0; i < data.length; i += channels) {
    const pixel = [data[i], data[i + 1], data[i + 2]];
    if (Math.min(...pixel) < 110) ink.push(pixel);
  }
  best = [0, 1, 2].map((c) => ink.reduce((sum, pixel) => sum + pixel[c], 0) / ink.length);
  const distance = (rgb: readonly number[]) => Math.hypot(...rgb.map((value, c) => value - best[c]));
  return Object.entries(COLOURS).sort(([, a], [, b]) => distance(a) - distance(b))[0][0];
}

/** Hears always the same, speaks a tone, and names the colour of a picture; `fails` after so many pictures. */
async function endpoint({ hears = 'what is 15% of 80?', pictures = Number.POSITIVE_INFINITY } = {}) {
  const asked: string[] = [];
  const bodies: string[] = [];
  const { url } = await serve(async (request: IncomingMessage, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString('latin1');
    asked.push(request.url!);
    bodies.push(body);
    if (request.url === '/v1/audio/speech') return void response.end(encodeWav(tone(1)));
    if (request.url === '/v1/audio/transcriptions') {
      const segments = [{ text: hears, start: 0, end: 1.5 }];
      return void response.end(JSON.stringify({ text: hears, language: 'english', segments }));
    }
    if (asked.filter((path) => path === '/v1/chat/completions').length > pictures) {
      response.writeHead(503);
      return void response.end('{"error":{"message":"tired"}}');
    }
    const [, data] = /base64,([^"]*)"/.exec(body)!;
    const content = `a ${colourIn(Buffer.from(data, 'base64'))} thing`;
    response.end(JSON.stringify({ choices: [{ message: { content } }] }));
  });
  return { spec: `${url}/v1#any`, asked, bodies };
}

describe('speak', () => {
  test('by an endpoint: a file, its length, what was said of Markdown', async () => {
    const { spec, bodies } = await endpoint();
    const argv = ['speak', '**Five** % of 50%.', '--speaker', spec, '--out', 'deep/a.wav'];
    const { status, json } = await run([...argv, '--json']);
    expect(status).toBe(0);
    expect(json.at(-1)).toMatchObject({ type: 'spoken', out: 'deep/a.wav', seconds: 1, format: 'wav' });
    expect(readWav(readFileSync(join(cwd, 'deep/a.wav'))).samples).toHaveLength(16_000);
    expect(JSON.parse(bodies[0])).toMatchObject({ input: 'Five % of 50 percent.', voice: 'alloy' });
    const zh = await run(['speak', '月', '--speaker', spec, '--voice', 'nova'], 'zh');
    expect(zh.out).toMatch(/文字将发送至 127\.0\.0\.1:\d+\nspeech\.wav：1\.0 秒语音/);
    writeFileSync(join(cwd, 'notes.md'), '# A\n\nb. c.');
    expect(
      (await run(['speak', '--file', 'notes.md', '--speaker', spec, '--json'])).json.at(-1),
    ).toMatchObject({ type: 'spoken' });
  });

  test.each<[string[], RegExp, RegExp]>([
    [['speak'], /either a text or --file/, /文字或 --file/],
    [['speak', 'a', '--file', 'b'], /either a text or --file/, /只能给一个/],
    [['speak', 'a', '--out', 'a.txt'], /must be one of \.wav.*got "a\.txt"/, /扩展名须为/],
    [['speak', 'a', '--speaker', 'mouth'], /espeak-ng or URL#MODEL, got "mouth"/, /得到 "mouth"/],
    [['speak', 'a', '--speed', '9'], /from 0\.25 to 4/, /0\.25 到 4/],
    [['speak', 'a'], /apt-get install espeak-ng/, /朗读需要 espeak-ng/],
    [['listen', 'tone.wav'], /INKSTONE_WHISPER_MODEL/, /听写需要/],
    [['listen'], /<file> is missing/, /缺少 <file>/],
    [['listen', 'tone.wav', 'b'], /does not expect "b"/, /多余的参数/],
    [['listen', 'tone.wav', '--listener', 'ears'], /got "ears"/, /得到 "ears"/],
    [['video', 'describe'], /<file\|folder> is missing/, /缺少/],
    [['video', 'look', 'x'], /one of describe/, /describe 之一/],
    [['video', 'describe', 'tone.wav'], /somebody must look or listen/, /须有人看或听/],
    [['video', 'describe', 'none.mp4'], /none\.mp4: no such file/, /没有这个文件/],
    [['video', 'describe', 'tone.wav', '--max-frames', '9000'], /at most 5000, got 9000/, /至多为 5000/],
    [['assist', '--voice', 'a.wav'], /--voice has an effect with --ask only/, /--voice 只在/],
    [['assist', '--audio', 'a', '--ask', 'b'], /--ask and --audio cannot come together/, /不能同时/],
    [['assist', '--ask', 'hi', '--voice', 'a.wav'], /apt-get install espeak-ng/, /朗读需要/],
  ])('%j is told with its cure', async (argv, en, zh) => {
    // Nothing is installed there.
    const nothing = { PATH: join(cwd, 'nowhere'), INKSTONE_WHISPER_MODEL: '' };
    const told = await run(argv, 'en', nothing);
    expect([told.status, told.err]).toEqual([2, expect.stringMatching(en)]);
    expect(HAN.test(told.err)).toBe(false);
    expect((await run(argv, 'zh', nothing)).err).toMatch(zh);
  });
});

describe('listen', () => {
  test('text with times, subtitles into a file', async () => {
    const { spec, bodies } = await endpoint({ hears: 'hello there' });
    const { json } = await run([
      'listen',
      'tone.wav',
      '--listener',
      spec,
      '--json',
      '--language',
      'en',
      '--words',
      'Ahab',
    ]);
    expect(json).toMatchObject([
      { type: 'segment', text: 'hello there', start: 0, end: 1.5 },
      { type: 'heard', text: 'hello there', language: 'en', seconds: 2 },
    ]);
    expect(bodies[0]).toMatch(/name="prompt"\r\n\r\nAhab/);
    const { out } = await run([
      'listen',
      'tone.wav',
      '--listener',
      spec,
      '--format',
      'srt',
      '--out',
      'a.srt',
    ]);
    expect(out).toContain('00:00:00,000 --> 00:00:01,500\nhello there\n');
    expect(readFileSync(join(cwd, 'a.srt'), 'utf8')).toBe('1\n00:00:00,000 --> 00:00:01,500\nhello there\n');
    writeFileSync(join(cwd, 'cut.wav'), encodeWav(tone(1)).subarray(0, 1000));
    const cut = await run(['listen', 'cut.wav', '--listener', spec]);
    expect([cut.status, cut.err]).toEqual([2, expect.stringContaining('it is cut')]);
  });
});

test('the assistant hears a question and speaks its answer', async () => {
  const { spec, bodies } = await endpoint();
  const speech = ['--audio', 'tone.wav', '--listener', spec, '--voice', 'answer.wav', '--speaker', spec];
  const { status, out } = await run(['assist', ...speech]);
  expect(status).toBe(0);
  expect(out).toMatch(/Heard: what is 15% of 80\?\n[\s\S]*15% of 80 = 12\nspoken into answer\.wav\n/);
  expect(JSON.parse(bodies.at(-1)!).input).toBe('15 percent of 80 equals 12');
  expect(existsSync(join(cwd, 'answer.wav'))).toBe(true);
  const silent = await endpoint({ hears: ' ' });
  const none = await run(['assist', '--audio', 'tone.wav', '--listener', silent.spec]);
  expect([none.status, none.err]).toEqual([2, expect.stringContaining('no word was heard')]);
});

/** Pictures of shapes, and the colour of each. */
async function drawFrames(folder: string, count: number, size = 64): Promise<string[]> {
  mkdirSync(join(cwd, folder), { recursive: true });
  const colours: string[] = [];
  for (const { picture, caption } of shapeScenes({ count, size, seed: 3 })) {
    const name = `${String(colours.length).padStart(3, '0')}.png`;
    writeFileSync(join(cwd, folder, name), await encodePng(picture));
    colours.push(Object.keys(COLOURS).find((colour) => caption.en.includes(` ${colour} `))!);
  }
  return colours;
}

/** Neighbours that are alike, once. */
const changes = (items: readonly string[]): string[] => items.filter((item, i) => item !== items[i - 1]);

describe('video', () => {
  test('a folder of frames: a timeline, a summary with times; what broke off goes on', async () => {
    const colours = await drawFrames('frames', 6);
    const broken = await endpoint({ pictures: 2 });
    const argv = (spec: string) => [
      'video',
      'describe',
      'frames',
      '--captioner',
      spec,
      '--every',
      '2',
      '--out',
      'v.json',
    ];
    const first = await run(argv(broken.spec));
    expect([first.status, first.err]).toEqual([expect.any(Number), expect.stringContaining('tired')]);
    expect(first.status).toBeGreaterThan(0);
    const work = JSON.parse(readFileSync(join(cwd, 'v.json.work.json'), 'utf8'));
    expect(work.captions).toHaveLength(2);
    // Another captioner is other work.
    const whole = await endpoint();
    const other = await run(argv(whole.spec));
    expect([other.status, other.err]).toEqual([2, expect.stringContaining('captioner')]);
    writeFileSync(
      join(cwd, 'v.json.work.json'),
      JSON.stringify({ ...work, work: { ...work.work, captioner: whole.spec } }),
    );
    const { status, out } = await run(argv(whole.spec));
    expect(status).toBe(0);
    expect(out).toMatch(/going on with v\.json\.work\.json: 2 frames/);
    expect(whole.asked).toHaveLength(4);
    expect(existsSync(join(cwd, 'v.json.work.json'))).toBe(false);
    const made = JSON.parse(readFileSync(join(cwd, 'v.json'), 'utf8'));
    expect(made).toMatchObject({ seconds: 12, frames: 6 });
    expect(made.timeline.map(({ text }: { text: string }) => text)).toEqual(
      changes(colours).map((colour) => `a ${colour} thing`),
    );
    expect(made.citations.length).toBeGreaterThan(0);
    expect(out).toMatch(/^0:00–0:0\d {2}a \w+ thing$/m);
    expect(out).toMatch(/\nSummary:\n\[0:0\d–/);
    expect((await run(argv(whole.spec), 'zh')).out).toContain('摘要：');
    const few = await run(['video', 'describe', 'frames', '--captioner', whole.spec, '--max-frames', '1']);
    expect(few.out).toContain('only the first 1 frames are looked at');
  });

  const ffmpeg = findProgram('ffmpeg');
  test.skipIf(!ffmpeg)(
    `a video: frames by time and at cuts name what is shown, speech comes between${ffmpeg ? '' : ' (skipped: needs ffmpeg)'}`,
    async () => {
      const colours = await drawFrames('shots', 4, 96);
      const words = [
        '-v',
        'error',
        '-y',
        '-framerate',
        '0.5',
        '-i',
        join(cwd, 'shots/%03d.png'),
        '-i',
        join(cwd, 'tone.wav'),
      ];
      const into = ['-r', '5', '-c:v', 'mpeg4', '-q:v', '3', '-c:a', 'aac', join(cwd, 'shots.mp4')];
      await runProgram([ffmpeg!, ...words, ...into], { timeoutMs: 60_000, mostBytes: 1000 });
      const { spec } = await endpoint({ hears: 'look at this' });
      const argv = [
        'video',
        'describe',
        'shots.mp4',
        '--captioner',
        spec,
        '--listener',
        spec,
        '--every',
        '1',
      ];
      const { status, json, err } = await run([...argv, '--json']);
      expect([status, err]).toEqual([0, '']);
      const frames = json.filter(({ type }) => type === 'frame');
      expect(frames.map(({ seconds }) => Math.round(Number(seconds)))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      frames.forEach(({ seconds, caption }) => {
        expect([seconds, caption]).toEqual([seconds, `a ${colours[Math.floor(Number(seconds) / 2)]} thing`]);
      });
      const video = json.at(-1) as unknown as {
        seconds: number;
        timeline: { kind: string; text: string; end: number }[];
      };
      expect(video.seconds).toBeCloseTo(8, 0);
      expect(video.timeline.filter(({ kind }) => kind === 'said')).toMatchObject([
        { text: 'look at this', end: 1.5 },
      ]);
      expect(video.timeline.filter(({ kind }) => kind === 'seen').map(({ text }) => text)).toEqual(
        changes(colours).map((colour) => `a ${colour} thing`),
      );
      // Without speech, and only where the picture changes.
      const cuts = [...argv.slice(0, 5), '--every', '100', '--scene', '0.03', '--no-listener', '--json'];
      const seen = (await run(cuts)).json.filter(({ type }) => type === 'frame');
      expect(seen.map(({ seconds }) => Math.round(Number(seconds)))).toEqual([0, 2, 4, 6]);
      writeFileSync(join(cwd, 'no.mp4'), 'hello');
      const no = await run(['video', 'describe', 'no.mp4', '--captioner', spec]);
      expect([no.status, no.err]).toEqual([
        2,
        expect.stringContaining('no.mp4: cannot be read as sound or video'),
      ]);
    },
    120_000,
  );
});
