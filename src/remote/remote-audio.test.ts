/** Speech by an endpoint: what is asked, what is understood of its answers. */

import { describe, expect, test } from 'vitest';
import { createRemoteAudio, createRemoteCaptioner } from './index.ts';

type Answer = { readonly status?: number; readonly body: unknown };

/** An endpoint that answers so, one after another; what it was asked. */
function endpoint(...answers: Answer[]) {
  const asked: { url: string; form?: Record<string, unknown>; json?: Record<string, unknown> }[] = [];
  const options = {
    url: 'http://far.example/v1',
    model: 'ears',
    apiKey: 'top-secret',
    fetch: (async (url: URL, { body, headers }: RequestInit) => {
      const isForm = body instanceof FormData;
      expect('content-type' in (headers as object)).toBe(!isForm);
      expect((headers as Record<string, string>).authorization).toBe('Bearer top-secret');
      const answer = answers[asked.length] ?? answers.at(-1)!;
      asked.push({
        url: String(url),
        ...(isForm ? { form: Object.fromEntries(body) } : { json: JSON.parse(String(body)) }),
      });
      const text = answer.body instanceof Uint8Array ? answer.body : JSON.stringify(answer.body);
      return new Response(text as string, { status: answer.status ?? 200 });
    }) as typeof fetch,
  };
  return { audio: createRemoteAudio(options), caption: createRemoteCaptioner(options), asked };
}
const wav = new Uint8Array([1, 2, 3]);

describe('listening', () => {
  test('the file, the language and the prompt go along; segments and the language come back', async () => {
    const { audio, asked } = endpoint({
      body: {
        text: ' 床前明月光 ',
        language: 'Chinese',
        segments: [{ id: 0, text: ' 床前', start: 0, end: 1.5 }],
      },
    });
    const heard = await audio.transcribe(wav, { seconds: 3, language: 'zh', prompt: '李白' });
    expect(heard).toEqual({
      text: '床前明月光',
      language: 'zh',
      segments: [{ text: '床前', start: 0, end: 1.5 }],
    });
    const [{ url, form }] = asked;
    const { file, ...fields } = form!;
    expect({ url, fields }).toEqual({
      url: 'http://far.example/v1/audio/transcriptions',
      fields: { model: 'ears', response_format: 'verbose_json', language: 'zh', prompt: '李白' },
    });
    expect(new Uint8Array(await (file as File).arrayBuffer())).toEqual(wav);
  });

  test('an endpoint that tells no times is asked again without', async () => {
    const { audio, asked } = endpoint(
      { status: 400, body: { error: { message: 'response_format' } } },
      { body: { text: 'hello' } },
    );
    expect(await audio.transcribe(wav, { seconds: 3 })).toMatchObject({
      segments: [{ text: 'hello', start: 0, end: 3 }],
    });
    expect(asked.map(({ form }) => form!.response_format)).toEqual(['verbose_json', 'json']);
  });

  test.each<[string, Answer, string]>([
    ['no such route', { status: 404, body: {} }, 'remote/not-offered'],
    ['a refusal', { status: 401, body: {} }, 'remote/refused'],
    ['no transcript', { body: { txt: '' } }, 'remote/broken'],
    ['no JSON', { body: new Uint8Array([60]) }, 'remote/broken'],
  ])('%s', async (_, answer, code) => {
    const error = await endpoint(answer)
      .audio.transcribe(wav, { seconds: 1 })
      .catch((one) => one);
    expect(error.code).toBe(code);
    expect(JSON.stringify([error.message, error.data])).not.toContain('top-secret');
  });

  test('segments with odd numbers are no segments', async () => {
    const segments = [{ text: 'a', start: -1, end: 'x' }];
    const heard = await endpoint({ body: { text: 'a', segments } }).audio.transcribe(wav, { seconds: 2 });
    expect(heard.segments).toEqual([{ text: 'a', start: 0, end: 2 }]);
  });
});

describe('speaking', () => {
  test('text, voice and speed go along; bytes come back', async () => {
    const { audio, asked } = endpoint({ body: wav });
    expect(await audio.speak('hello', { speed: 1.5 })).toEqual(wav);
    expect(asked[0]).toMatchObject({
      url: 'http://far.example/v1/audio/speech',
      json: { model: 'ears', input: 'hello', voice: 'alloy', response_format: 'wav', speed: 1.5 },
    });
  });

  test('nothing, and no such route', async () => {
    await expect(endpoint({ body: new Uint8Array() }).audio.speak('a')).rejects.toThrow('no sound');
    const none = endpoint({ status: 404, body: {} }).audio.speak('a');
    await expect(none).rejects.toMatchObject({ code: 'remote/not-offered' });
  });
});

test('a picture goes as a data address, its caption comes in one line', async () => {
  const { caption, asked } = endpoint({ body: { choices: [{ message: { content: ' a red\ncircle ' } }] } });
  expect(await caption(new Uint8Array([0x89, 0x50]), { language: 'zh' })).toBe('a red circle');
  expect(asked[0].json).toMatchObject({
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: expect.stringContaining('图片') },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVA=' } },
        ],
      },
    ],
  });
});
