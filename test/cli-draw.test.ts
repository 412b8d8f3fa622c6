/** `inkstone image draw` from end to end: learnt, drawn into files, served, drawn by an endpoint; what is refused. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTaskWorker, taskKindOf } from '../src/cli/task-workers.ts';
import { createTaskModel, type RunningServer, startServer } from '../src/serve/index.ts';
import { inkstone, type JsonLine, scratchFolder } from './cli-harness.ts';
import { serve } from './local-server.ts';

const cwd = scratchFolder();
const at = (...path: string[]) => join(cwd, ...path);
const run = (...argv: string[]) => inkstone(['image', ...argv], { cwd });

const small = ['--image-size', '16', '--width', '16', '--layers', '1', '--held-out', '0.2', '--seed', '3'];
const train = (task: string, ...argv: string[]) =>
  run('train', '--task', task, '--data', 'shapes', ...small, '--out', task, ...argv, '--json');

let learnt: JsonLine;
beforeAll(async () => {
  await run('shapes', '--count', '40', '--image-size', '16', '--scenes', 'pairs', '--out', 'shapes');
  await train('search', '--epochs', '1');
  await train('caption', '--epochs', '1');
  const judged = ['--searcher', 'search', '--captioner', 'caption', '--apart', 'caption'];
  const { json } = await train('draw', '--epochs', '1', ...judged);
  learnt = json.at(-1)!;
});

/** The texts of a PNG file by keyword. */
function textsOf(path: string): Record<string, string> {
  const png = readFileSync(path);
  const texts: Record<string, string> = {};
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) !== 'iTXt') continue;
    const [keyword, text] = png.toString('utf8', at + 8, at + 8 + png.readUInt32BE(at)).split('\0\0\0\0\0');
    texts[keyword] = text;
  }
  return texts;
}

test('what was learnt is judged in each language: the drawer by itself, and what it draws by others', () => {
  expect(learnt).toMatchObject({ type: 'image-model', task: 'draw', folder: 'draw', pictures: 40 });
  const { choices, drawings } = learnt as unknown as Record<
    'choices' | 'drawings',
    Record<string, unknown>[]
  >;
  expect(choices.map(({ language }) => language)).toEqual(['en', 'zh']);
  expect(drawings.map(({ language }) => language)).toEqual(['en', 'zh']);
  const parts = ['colour', 'otherColour', 'otherShape', 'place', 'shape'];
  for (const { prompts, chance, drawn, real, variety, nearestLearnt } of drawings as Record<
    string,
    never
  >[]) {
    expect(chance).toBe(1 / prompts);
    for (const judged of [drawn, real] as { match: number; exact: number; parts: Record<string, number> }[]) {
      expect(Object.keys(judged.parts).sort()).toEqual(parts);
      for (const share of [judged.match, judged.exact, ...Object.values(judged.parts)]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
    }
    for (const figures of [variety, nearestLearnt]) {
      for (const figure of Object.values(figures)) expect(figure).toBeGreaterThan(0);
    }
  }
});

describe('a drawing', () => {
  test('is a file that says what it shows and how to draw it again', async () => {
    const prompt = '红色的圆形在蓝色的正方形左边';
    const { json } = await run(
      'draw',
      'draw',
      prompt,
      '--out',
      'one.png',
      '--seed',
      '7',
      '--steps',
      '2',
      '--json',
    );
    expect(json.at(-1)).toEqual({ type: 'drawing', file: 'one.png', prompt, seed: 7 });
    const { width, height, channels } = decode(readFileSync(at('one.png')));
    expect({ width, height, channels }).toEqual({ width: 16, height: 16, channels: 3 });
    const { Description, Comment } = textsOf(at('one.png'));
    expect(Description).toBe(prompt);
    expect(JSON.parse(Comment)).toEqual({ model: 'draw', seed: 7, guidance: 3, steps: 2 });
  });

  test('is the same for the same seed: alone, or the second of two', async () => {
    const draw = (...argv: string[]) => run('draw', 'draw', 'a', 'red', 'ring', '--steps', '2', ...argv);
    const { out } = await draw('--count', '2', '--seed', '4', '--out', 'two.png');
    expect(out).toBe('two-1.png\ntwo-2.png\n');
    await draw('--seed', '5', '--out', 'second.png');
    expect(readFileSync(at('second.png'))).toEqual(readFileSync(at('two-2.png')));
    expect(readFileSync(at('two-1.png'))).not.toEqual(readFileSync(at('two-2.png')));
    expect(textsOf(at('second.png')).Description).toBe('a red ring');
  });

  test('is scaled to the side that is asked for; what is no name of a picture gets its ending', async () => {
    await run('draw', 'draw', 'a', '--image-size', '48', '--steps', '1', '--out', 'large.v2');
    expect(decode(readFileSync(at('large.v2.png'))).width).toBe(48);
  });
});

test('what was drawn here before it failed is kept', async () => {
  const seed = String(2 ** 53 - 16);
  const argv = ['--count', '17', '--seed', seed, '--steps', '1', '--out', 'here.png'];
  const { status, err } = await run('draw', 'draw', 'a', ...argv);
  expect(status).toBe(2);
  expect(err).toContain('`seed` must be');
  expect(readdirSync(cwd).filter((name) => name.startsWith('here-'))).toHaveLength(16);
});

describe('a drawer that is served', () => {
  let server: RunningServer;
  beforeAll(async () => {
    expect(await taskKindOf(at('draw'))).toBe('draw');
    expect(await taskKindOf(at('search'))).toBeUndefined();
    server = await startServer({
      models: [createTaskModel('painter', await readTaskWorker(at('draw')))],
      port: 0,
    });
  });
  afterAll(() => server?.close({ graceMs: 100 }));

  test('answers the official client, and draws what the command draws', async () => {
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const prompt = 'a red circle left of a blue square';
    const asked = { model: 'painter', prompt, n: 2, size: '32x32', response_format: 'b64_json' };
    const ours = { seed: 4, steps: 2 };
    const { data = [], created } = await client.images.generate({
      ...asked,
      ...ours,
    } as OpenAI.ImageGenerateParamsNonStreaming);
    expect(created).toBeGreaterThan(1e9);
    expect(data).toHaveLength(2);
    await run(
      'draw',
      'draw',
      prompt,
      '--seed',
      '5',
      '--steps',
      '2',
      '--image-size',
      '32',
      '--out',
      'here.png',
    );
    const far = decode(Buffer.from(data[1].b64_json!, 'base64'));
    expect(far.data).toEqual(decode(readFileSync(at('here.png'))).data);
    for (const [bad, words] of [
      ['word '.repeat(500), /at most 64 tokens/],
      [' ', /the prompt is empty/],
    ] as const) {
      const error = await client.images.generate({ model: 'painter', prompt: bad }).catch((one) => one);
      expect(error).toBeInstanceOf(OpenAI.BadRequestError);
      expect(error.message).toMatch(words);
    }
  });

  test('is drawn with by the same command, from afar, in as many requests as it takes', async () => {
    const model = `${server.url}/v1#painter`;
    const many = ['--count', '11', '--seed', '20', '--image-size', '16', '--out', 'far.png', '--json'];
    const { status, json } = await run('draw', model, '左边有一个红色的大圆形', ...many);
    expect(status).toBe(0);
    expect(json.filter(({ type }) => type === 'drawing').map(({ seed }) => seed)).toEqual(
      Array.from({ length: 11 }, (_, i) => 20 + i),
    );
    // The server draws with its own number of steps, as the command does.
    await run('draw', 'draw', '左边有一个红色的大圆形', '--seed', '30', '--out', 'near.png');
    expect(decode(readFileSync(at('far-11.png'))).data).toEqual(decode(readFileSync(at('near.png'))).data);
    expect(textsOf(at('far-11.png')).Comment).toContain('"seed":30');
  });

  test('refuses what only a model here takes', async () => {
    const { status, err } = await run('draw', `${server.url}/v1#painter`, 'a', '--guidance', '2');
    expect({ status, err }).toMatchObject({
      status: 2,
      err: expect.stringMatching(/--guidance and http.* cannot come together/),
    });
    const gone = await run('draw', `${server.url}/v1#nobody`, 'a', '--out', 'gone.png');
    expect(gone.err).toMatch(/"nobody" is not served here/);
    expect(existsSync(at('gone.png'))).toBe(false);
  });
});

test('what an endpoint drew before it failed is kept; its words cannot steer the terminal', async () => {
  let asked = 0;
  const { url } = await serve((_, response) => {
    asked++;
    response.writeHead(asked === 1 ? 200 : 500, { 'content-type': 'application/json' });
    const base64 = readFileSync(at('one.png')).toString('base64');
    const picture = { b64_json: base64, revised_prompt: 'a\u001b[31m ring\n' };
    response.end(JSON.stringify({ data: Array(10).fill(picture), error: { message: 'tired' } }));
  });
  const { status, out, err } = await run('draw', `${url}/v1#m`, 'a', '--count', '12', '--out', 'kept.png');
  expect(status).not.toBe(0);
  expect(err).toContain('tired');
  expect(readdirSync(cwd).filter((name) => name.startsWith('kept-'))).toHaveLength(10);
  expect(out).not.toContain('\u001b');
  expect(out).toContain('drawn as: a [31m ring\n');
});

describe('what is refused is said', () => {
  beforeAll(() => {
    writeFileSync(at('poem.txt'), '春眠');
  });

  test.each<[string[], RegExp]>([
    [['draw'], /<run> is missing/],
    [['draw', 'draw'], /<prompt> is missing/],
    [['draw', 'draw', ' '], /<prompt> is missing/],
    [['draw', 'search', 'a'], /must be trained with --task draw, got --task search/],
    [['draw', 'nowhere', 'a'], /nowhere: is no model of pictures/],
    [['draw', 'draw', 'word '.repeat(80)], /a prompt may have at most 64 tokens, got \d+; say it shorter/],
    [['draw', 'draw', 'a', '--count', '257'], /`count` must be a whole number from 1 to 256, got 257/],
    [['draw', 'draw', 'a', '--steps', '1001'], /`steps` must be a whole number from 1 to 1000, got 1001/],
    [['draw', 'draw', 'a', '--count', '2', '--seed', String(2 ** 53 - 1)], /`seed` must be a whole number/],
    [['draw', 'draw', 'a', '--guidance', '101'], /`guidance` must be from 0 to 100, got 101/],
    [['draw', 'draw', 'a', '--image-size', '2049'], /`imageSize` must be a whole number from 1 to 2048/],
    [['draw', 'draw', 'a', '--steps', '1', '--out', 'poem.txt/x.png'], /poem\.txt/],
    [['maps', 'draw', 'one.png'], /must be trained with --task classify, search or caption, got --task draw/],
    [['train', '--data', 'shapes', '--task', 'draw', '--encoder', 'cnn'], /what draws is made of patches/],
    [
      ['train', '--data', 'shapes', '--task', 'draw', '--patch', '5'],
      /`patch` must be a divisor of 32, got 5/,
    ],
    [
      ['train', '--data', 'shapes', '--task', 'draw', '--searcher', 'caption'],
      /--task search, got --task caption/,
    ],
    [
      ['train', '--data', 'shapes', '--task', 'caption', '--captioner', 'caption'],
      /--captioner has an effect/,
    ],
    [['shapes', '--scenes', 'three'], /--scenes must be one of one, pairs/],
  ])('image %j', async (argv, words) => {
    const files = readdirSync(cwd);
    const { status, err } = await run(...argv);
    expect(err).toMatch(words);
    expect(status).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(cwd)).toEqual(files);
  });

  test('in Chinese too', async () => {
    const { err } = await inkstone(['image', 'draw', 'draw', '红'.repeat(80)], { cwd, lang: 'zh' });
    expect(err).toMatch(/^图像：提示至多 64 个词元，得到 \d+ 个；请说得短一些/);
  });
});
