/** The routes that look inside, without a socket: what reaches the model, and what never does. */

import { describe, expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { trainCharacters } from '../../text/index.ts';
import { createApp } from '../app.ts';
import { createLocalModel, type Inspector } from '../engine/local-model.ts';
import type { InspectQuestion } from '../inspect-questions.ts';
import { limits } from '../limits.ts';

const tokenizer = trainCharacters(['春眠不觉晓'], { specialTokens: ['<|endoftext|>'] });
const { vocabSize, eosId } = tokenizer;

function served(inspect?: Inspector) {
  const model = createLocalModel({
    id: 'poems',
    model: functionModel({ vocabSize, logits: () => new Float32Array(vocabSize) }),
    tokenizer,
    prefixIds: [eosId!],
    inspect,
  });
  const app = createApp({ models: [model], studio: {}, keys: ['secret'] });
  return (what: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(`http://localhost/api/inspect/${what}`, {
      method: 'POST',
      headers: {
        host: 'localhost',
        authorization: 'Bearer secret',
        'content-type': 'application/json',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
}

/** Answers with the question. */
const echo: Inspector = async (_, question) => ({ question });
const asked = async (response: Response): Promise<InspectQuestion> =>
  ((await response.json()) as { question: InspectQuestion }).question;

describe('/api/inspect', () => {
  test('text is read as every prompt is; ids stand as they are', async () => {
    const ask = served(echo);
    const ids = [eosId!, ...tokenizer.encode('春眠')];
    expect(await asked(await ask('tokens', { model: 'poems', text: '春眠', top: 3 }))).toEqual({
      what: 'tokens',
      ids,
      top: 3,
    });
    expect(await asked(await ask('head', { model: 'poems', ids: [1, 2], layer: 0, head: 1 }))).toEqual({
      what: 'head',
      ids: [1, 2],
      layer: 0,
      head: 1,
    });
    // The token that begins every text is not left out, unless somebody says so.
    const why = { model: 'poems', text: '春眠', a: 1, b: 2 };
    expect(await asked(await ask('why', why))).toMatchObject({ ids, keep: 1 });
    expect(await asked(await ask('why', { ...why, keep: 0 }))).toMatchObject({ keep: 0 });
    expect(await asked(await ask('map', { model: 'poems' }))).toEqual({ what: 'map' });
    expect(await asked(await ask('neighbours', { model: 'poems', id: 3 }))).toEqual({
      what: 'neighbours',
      id: 3,
    });
  });

  test.each([
    ['tokens', { model: 'poems', ids: [-1] }, 400],
    ['tokens', { model: 'poems', ids: [] }, 400],
    ['tokens', { model: 'poems', ids: Array(limits.inspectTokens + 1).fill(0) }, 400],
    ['tokens', { model: 'poems', text: '春', top: 51 }, 400],
    ['tokens', { model: 'poems', text: '春', tpo: 5 }, 400],
    ['tokens', { model: 'other', text: '春' }, 404],
    ['tokens', '[1]', 400],
    ['tokens', `${'['.repeat(65)}1${']'.repeat(65)}`, 400],
    ['tokens', 'x'.repeat(limits.bodyBytes + 1), 413],
    ['head', { model: 'poems', text: '春', layer: 0 }, 400],
    ['lens', { model: 'poems', text: '春', places: Array(65).fill(0) }, 400],
    ['filters', { model: 'poems', text: '春', processors: { processors: [] } }, 400],
    ['constructor', { model: 'poems', text: '春' }, 404],
  ])('%s with %o is refused with %i before the model hears of it', async (what, body, status) => {
    let heard = 0;
    const ask = served(async () => ++heard);
    expect((await ask(what, body)).status).toBe(status);
    expect(heard).toBe(0);
  });

  test('without a key, from another page, or of a model without insides', async () => {
    const ask = served(echo);
    const body = { model: 'poems', text: '春' };
    expect((await ask('tokens', body, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await ask('tokens', body, { origin: 'http://evil.example' })).status).toBe(403);
    const blind = await served()('tokens', body);
    expect(blind.status).toBe(400);
    expect(await blind.text()).toContain('shows nothing of its insides');
  });

  test('one look at a time; more than can wait are sent away', async () => {
    let [running, most] = [0, 0];
    const ends: (() => void)[] = [];
    const ask = served(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running--;
      return {};
    });
    const all = Array.from({ length: limits.looks + 1 }, () => ask('tokens', { model: 'poems', text: '春' }));
    const first = await Promise.race(all);
    expect(first.status).toBe(429);
    for (let i = 0; i < limits.looks; i++) {
      await expect.poll(() => ends.length).toBe(i + 1);
      ends[i]();
    }
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(limits.looks);
    expect(most).toBe(1);
  });
});
