/** `/v1/audio/…`, asked by OpenAI's client as it is, and by those who mean no good. */

import { existsSync, readFileSync } from 'node:fs';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeWav, findProgram, readSound, readWav } from '../../io/index.ts';
import type { Listener, Sound, Speaker } from '../../types.ts';
import { limits } from '../limits.ts';
import { type RunningServer, startServer } from '../server.ts';

const tone = (seconds: number, sampleRate = 16_000): Sound => ({
  sampleRate,
  samples: Float32Array.from({ length: seconds * sampleRate }, (_, i) => 0.4 * Math.sin(i / 7)),
});

/** How long what it heard was, and what it was told. */
const told: unknown[] = [];
let wait: Promise<void> = Promise.resolve();
const listener: Listener = {
  id: 'ears',
  async listen(sound, { language, prompt, signal } = {}) {
    await wait;
    signal?.throwIfAborted();
    told.push({ seconds: sound.samples.length / sound.sampleRate, language, prompt });
    const segments = [
      { text: '床前明月光。', start: 0, end: 0.5 },
      { text: '疑是地上霜。', start: 0.5, end: 1 },
    ];
    return { text: '床前明月光。疑是地上霜。', segments, language: 'zh' };
  },
};
const spoken: { text: string; voice?: string | undefined; speed?: number | undefined }[] = [];
const speaker: Speaker = {
  id: 'mouth',
  async speak(text, { voice, speed } = {}) {
    spoken.push({ text, voice, speed });
    return tone(0.1, 22_050);
  },
};

let server: RunningServer;
let bare: RunningServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startServer({ models: [], speech: { listener, speaker }, keys: ['k'], studio: {} });
  bare = await startServer({ models: [] });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'k', maxRetries: 0 });
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  await bare.close({ graceMs: 100 });
});

const file = (seconds = 1) => toFile(encodeWav(tone(seconds)), 'speech.wav');
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error as { status: number; code: string; message: string },
  );

describe('transcriptions', () => {
  test('as JSON, with times, as text, as subtitles, as a stream', async () => {
    const { transcriptions } = client.audio;
    const model = 'whisper-1';
    const text = '床前明月光。疑是地上霜。';
    expect(
      await transcriptions.create({ file: await file(), model, language: 'zh', prompt: '李白' }),
    ).toEqual({
      text,
      usage: { type: 'duration', seconds: 1 },
    });
    expect(told).toEqual([{ seconds: 1, language: 'zh', prompt: '李白' }]);
    const verbose = await transcriptions.create({
      file: await file(),
      model: 'ears',
      response_format: 'verbose_json',
      timestamp_granularities: ['segment'],
    });
    expect(verbose).toMatchObject({
      text,
      language: 'zh',
      duration: 1,
      segments: [
        { id: 0, text: '床前明月光。', start: 0, end: 0.5 },
        { id: 1, text: '疑是地上霜。', start: 0.5, end: 1 },
      ],
    });
    expect(await transcriptions.create({ file: await file(), model, response_format: 'text' })).toBe(
      `${text}\n`,
    );
    expect(await transcriptions.create({ file: await file(), model, response_format: 'srt' })).toMatch(
      /^1\n00:00:00,000 --> 00:00:00,500\n床前明月光。\n\n2\n/,
    );
    expect(await transcriptions.create({ file: await file(), model, response_format: 'vtt' })).toMatch(
      /^WEBVTT\n\n/,
    );
    const events = [];
    for await (const event of await transcriptions.create({ file: await file(), model, stream: true }))
      events.push(event);
    expect(events).toMatchObject([
      { type: 'transcript.text.delta', delta: text },
      { type: 'transcript.text.done', text },
    ]);
  });

  test('what is no sound, too long, for nobody, or asks for what there is not', async () => {
    const { transcriptions } = client.audio;
    const model = 'whisper-1';
    const cases: [object, string][] = [
      [{ model: 'other' }, 'serve/model'],
      [{ timestamp_granularities: ['word'] }, 'serve/body'],
      [{ temperature: 0.7 }, 'serve/body'],
      [{ language: 'chinese please' }, 'serve/body'],
      [{ response_format: 'doc' }, 'serve/body'],
      [{ lang: 'zh' }, 'serve/body'],
      [{ file: await toFile(Buffer.from('RIFF1234WAVE'), 'a.wav') }, 'io/format'],
      [{ file: await toFile(encodeWav(tone(0)).subarray(0, 40), 'a.wav') }, 'io/format'],
      [
        {
          file: await toFile(encodeWav({ sampleRate: 1000, samples: new Float32Array(1_801_000) }), 'a.wav'),
        },
        'io/format-limit',
      ],
    ];
    for (const [more, code] of cases) {
      const error = await errorOf(transcriptions.create({ file: await file(), model, ...more } as never));
      expect([JSON.stringify(more).slice(0, 60), error?.code, error?.status]).toEqual([
        JSON.stringify(more).slice(0, 60),
        code,
        code === 'serve/model' ? 404 : 400,
      ]);
    }
    const big = await errorOf(
      transcriptions.create({ file: await toFile(Buffer.alloc(limits.formBytes + 1), 'a.wav'), model }),
    );
    expect(big?.status).toBe(413);
  });

  const send = (body: string | FormData, headers: Record<string, string>, to = server) =>
    fetch(`${to.url}/v1/audio/transcriptions`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer k', ...headers },
    });

  test('forms that are none; no file; a key that is none; nobody listens', async () => {
    const codeOf = async (answer: Promise<Response>) => {
      const response = await answer;
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    expect(await codeOf(send('{}', { 'content-type': 'application/json' }))).toEqual([400, 'serve/form']);
    const broken = { 'content-type': 'multipart/form-data; boundary=x' };
    expect(await codeOf(send('--y\r\nhello', broken))).toEqual([400, 'serve/form']);
    const many = Array.from(
      { length: 99 },
      (_, i) => `--x\r\ncontent-disposition: form-data; name="f${i}"\r\n\r\n1\r\n`,
    );
    expect(await codeOf(send(`${many.join('')}--x--\r\n`, broken))).toEqual([400, 'serve/form']);
    // Values of one list are as many fields, under any border.
    const list = '--x\r\ncontent-disposition: form-data; name="timestamp_granularities[]"\r\n\r\nsegment\r\n';
    for (const type of [broken['content-type'], 'multipart/form-data; a="; boundary=y"; boundary=x']) {
      const sent = send(`${list.repeat(99)}--x--\r\n`, { 'content-type': type });
      expect(await codeOf(sent)).toEqual([400, 'serve/form']);
    }
    const form = new FormData();
    form.set('model', 'whisper-1');
    expect(await codeOf(send(form, {}))).toEqual([400, 'serve/body']);
    expect(await codeOf(send(form, { authorization: 'Bearer other' }))).toEqual([401, 'serve/key']);
    form.set('file', new File([encodeWav(tone(1))], 'a.wav'));
    expect(await codeOf(send(form, {}, bare))).toEqual([404, 'serve/no-listener']);
    const zh = await send(form, { 'accept-language': 'zh' }, bare);
    expect(await zh.text()).toContain('没有听写引擎');
  });

  test('so many at a time; one that goes leaves its place', async () => {
    let open = (): void => {};
    wait = new Promise((resolve) => (open = resolve));
    const gone = new AbortController();
    const waiting = [gone.signal, undefined].map(async (signal) =>
      client.audio.transcriptions.create({ file: await file(), model: 'ears' }, { signal }),
    );
    const first = errorOf(waiting[0]);
    await expect
      .poll(
        async () =>
          (await errorOf(client.audio.transcriptions.create({ file: await file(), model: 'ears' })))?.status,
      )
      .toBe(429);
    gone.abort();
    expect(await first).toBeDefined();
    open();
    wait = Promise.resolve();
    expect((await waiting[1]).text).toContain('明月');
    expect((await client.audio.transcriptions.create({ file: await file(), model: 'ears' })).text).toContain(
      '明月',
    );
  });
});

describe('speech', () => {
  const create = (more: object = {}) =>
    client.audio.speech.create({
      model: 'tts-1',
      voice: 'alloy',
      input: 'The **moon**. 床前明月光。',
      ...more,
    });

  test('wav and raw sound, sentence by sentence, in the speaker’s own voice or another', async () => {
    spoken.length = 0;
    const response = await create({ response_format: 'wav', speed: 1.5 });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    const sound = readWav(new Uint8Array(await response.arrayBuffer()));
    expect(sound.samples.length / sound.sampleRate).toBeCloseTo(0.1 + 0.25 + 0.1, 2);
    expect(spoken).toEqual([
      { text: 'The moon.', voice: undefined, speed: 1.5 },
      { text: '床前明月光。', voice: undefined, speed: 1.5 },
    ]);
    const raw = await create({ response_format: 'pcm', voice: 'en-gb+f3' });
    expect((await raw.arrayBuffer()).byteLength / 2 / 24_000).toBeCloseTo(0.45, 2);
    expect(spoken.at(-1)?.voice).toBe('en-gb+f3');
  });

  const ffmpeg = findProgram('ffmpeg');
  test.skipIf(!ffmpeg)(
    `mp3 unless another is asked for${ffmpeg ? '' : ' (skipped: needs ffmpeg)'}`,
    async () => {
      const response = await create();
      expect(response.headers.get('content-type')).toBe('audio/mpeg');
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(500);
    },
  );

  test('nothing to say, too much, fields that are none; nobody speaks', async () => {
    const cases: [object, string][] = [
      [{ input: '🙂 ***' }, 'serve/field'],
      [{ input: 'a'.repeat(limits.spokenCharacters + 1) }, 'serve/body'],
      [{ input: '' }, 'serve/body'],
      [{ speed: 9 }, 'serve/body'],
      [{ response_format: 'midi' }, 'serve/body'],
      [{ stream_format: 'sse' }, 'serve/body'],
      [{ instructions: 'sing' }, 'serve/body'],
      [{ model: 'other' }, 'serve/model'],
    ];
    for (const [more, code] of cases) {
      expect([more, (await errorOf(create(more)))?.code]).toEqual([more, code]);
    }
    const other = new OpenAI({ baseURL: `${bare.url}/v1`, apiKey: 'k', maxRetries: 0 });
    const error = await errorOf(other.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'a' }));
    expect([error?.status, error?.code]).toEqual([404, 'serve/no-speaker']);
  });

  test('a client that leaves in the middle leaves its place', async () => {
    const input = Array.from({ length: 20 }, (_, i) => `Sentence ${i}.`).join(' ');
    for (let i = 0; i < limits.speakings + 2; i++) {
      const response = await create({ response_format: 'pcm', input });
      await response.body?.cancel();
    }
    await expect
      .poll(async () => (await errorOf(create({ response_format: 'wav' })))?.status)
      .toBeUndefined();
  });
});

test('pages learn who listens; counters and the document tell of both', async () => {
  const get = (path: string) => fetch(`${server.url}${path}`, { headers: { authorization: 'Bearer k' } });
  expect(await (await get('/api/speech')).json()).toEqual({
    listener: { id: 'ears' },
    speaker: { id: 'mouth' },
  });
  const metrics = await (await get('/metrics')).text();
  expect(Number(/^inkstone_heard_seconds_total (\S+)/m.exec(metrics)?.[1])).toBeGreaterThan(5);
  expect(Number(/^inkstone_spoken_characters_total (\S+)/m.exec(metrics)?.[1])).toBeGreaterThan(40);
  const { paths } = (await (await get('/openapi.json')).json()) as {
    paths: Record<
      string,
      { post: { requestBody: { content: Record<string, { schema: { properties: object } }> } } }
    >;
  };
  const form = paths['/v1/audio/transcriptions'].post.requestBody.content['multipart/form-data'];
  expect(Object.keys(form.schema.properties)).toEqual(
    expect.arrayContaining(['file', 'language', 'response_format']),
  );
  expect(
    paths['/v1/audio/speech'].post.requestBody.content['application/json'].schema.properties,
  ).toHaveProperty('voice');
});

describe('videos', () => {
  const paths: string[] = [];
  let videos: RunningServer;
  beforeAll(async () => {
    videos = await startServer({
      models: [],
      video: {
        async describe(path, { language, every, mostFrames }) {
          paths.push(path);
          if (readFileSync(path, 'utf8') === 'bad') await readSound(`${path}.none`);
          const text =
            language === 'zh'
              ? '左边有一个红色的大圆形'
              : `a frame every ${every} s of at most ${mostFrames}`;
          return { seconds: 4, frames: 2, timeline: [{ kind: 'seen', text, start: 0, end: 4, frames: 2 }] };
        },
      },
    });
  });
  afterAll(() => videos.close({ graceMs: 100 }));

  const send = (fields: Record<string, string>, bytes = 'video', to = videos) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new File([bytes], '../a b.mp4'));
    return fetch(`${to.url}/v1/video/descriptions`, { method: 'POST', body: form });
  };

  test('are laid aside, described and gone; a summary has times', async () => {
    const answer = await (await send({ every: '0.5' })).json();
    expect(answer).toMatchObject({
      object: 'video.description',
      duration: 4,
      frames: 2,
      cut_at: null,
      timeline: [{ kind: 'seen', start: 0, end: 4 }],
      method: 'extract',
      summary: `a frame every 0.5 s of at most ${limits.videoFrames}.`,
      citations: [{ start: 0, end: 4 }],
    });
    expect(paths[0]).toMatch(/inkstone-file-[^/]+\/f-[^/]*a_b\.mp4$/);
    expect(existsSync(paths[0])).toBe(false);
    expect((await (await send({ language: 'zh' })).json()) as object).toMatchObject({
      summary: '左边有一个红色的大圆形。',
    });
  });

  test('what is wrong is told without the place where it lay', async () => {
    const codes = async (response: Response) => {
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect(error.message).not.toContain('inkstone-file-');
      return [response.status, error.code];
    };
    expect(await codes(await send({}, 'bad'))).toEqual([400, 'serve/file']);
    expect(await codes(await send({ every: 'x' }))).toEqual([400, 'serve/body']);
    expect(await codes(await send({ model: 'none' }))).toEqual([404, 'serve/model']);
    expect(await codes(await send({}, 'a', bare))).toEqual([404, 'serve/no-video']);
  });
});
