import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { functionModel } from '../../decode/index.ts';
import { type NewKey, openState } from '../../store/index.ts';
import { trainCharacters } from '../../text/index.ts';
import { createLocalModel } from '../engine/local-model.ts';
import { startServer } from '../server.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 watch-'));

/** Says its script over and over, wherever it begins. */
const script = '你这坏蛋，';
const tokenizer = trainCharacters([`${script}春眠secret 0123456789`], { specialTokens: ['<|endoftext|>'] });
const { vocabSize, eosId } = tokenizer;
const double = functionModel({
  vocabSize,
  contextLength: 256,
  logits: (ids) => {
    const said = tokenizer.encode(script[ids.length % script.length])[0];
    return Float32Array.from({ length: vocabSize }, (_, id) => (id === said ? 20 : 0));
  },
  hidden: () => [1, 0],
});
const model = createLocalModel({
  id: 'poems',
  model: double,
  tokenizer,
  prefixIds: [eosId!],
  inspect: async (_, question) => question,
});
const state = openState({ folder: join(folder, 'state') }, { retention: { text: true } });
const faults: unknown[] = [];
const server = await startServer({
  models: [model],
  keys: ['given'],
  studio: {},
  state,
  onFault: (error) => faults.push(error),
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
  await state.close();
  rmSync(folder, { recursive: true });
  expect(faults).toEqual([]);
});

let names = 0;
const newKey = (more: Partial<NewKey> = {}) => state.keys.create({ name: `key-${names++}`, ...more });

/** Status, headers and text of an answer. */
async function ask(key: string, path: string, body?: object, method = body ? 'POST' : 'GET', lang = 'en') {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'accept-language': lang,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  const json = (): any => JSON.parse(text);
  return { status: response.status, wait: Number(response.headers.get('retry-after')), text, json };
}

const completion = { model: 'poems', prompt: '春', max_tokens: 10, temperature: 0 };
const write = (key: string, more: object = {}) => ask(key, '/v1/completions', { ...completion, ...more });

/** The text of a stream. */
const streamed = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)).choices[0]?.text ?? '')
    .join('');

/** Rows of the log, once they are written. */
async function audited(tenant: string, count: number) {
  const rows = async () => (await state.audit.list({ tenant, limit: 50 })).data;
  await expect.poll(async () => (await rows()).length, { timeout: 20_000 }).toBe(count);
  return rows();
}

describe('keys of the state', () => {
  test('open the door beside those of the command line, until revoked', async () => {
    const { secret, key } = await newKey();
    expect((await write(secret)).status).toBe(200);
    expect((await write('given')).status).toBe(200);
    expect((await write('other')).status).toBe(401);
    expect((await ask(secret, '/api/keys')).status).toBe(403);
    const signedIn = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: secret }),
    });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0];
    const inSession = async () => (await fetch(`${server.url}/v1/models`, { headers: { cookie } })).status;
    expect(await inSession()).toBe(200);
    const admin = await newKey({ isAdmin: true });
    const listed = await ask(admin.secret, '/api/keys');
    expect(listed.text).not.toContain(secret);
    expect((await ask(admin.secret, `/api/keys/${key.id}`, undefined, 'DELETE')).status).toBe(200);
    expect((await write(secret)).status).toBe(401);
    // And the sessions that it opened are over.
    expect(await inSession()).toBe(401);
  });

  test('requests a minute: the one too many is told to wait', async () => {
    const { secret } = await newKey({ requestsPerMinute: 2 });
    const answers = [await write(secret), await write(secret), await write(secret)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2].wait).toBeGreaterThan(50);
    expect(answers[2].json().error).toMatchObject({ type: 'rate_limit_error', code: 'serve/limit' });
    expect((await write((await newKey()).secret)).status).toBe(200);
  });

  test('requests at a time', async () => {
    const { secret } = await newKey({ concurrent: 1 });
    const long = { max_tokens: 200 };
    const statuses = (await Promise.all([write(secret, long), write(secret, long)])).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted()).toEqual([200, 429]);
    expect((await write(secret)).status).toBe(200);
  });

  test.each([
    [
      'scored',
      '/v1/completions',
      { ...completion, prompt: '春'.repeat(200), max_tokens: 0, echo: true, logprobs: 1 },
      201,
    ],
    ['made a vector', '/v1/embeddings', { model: 'poems', input: '春'.repeat(200) }, 200],
    ['looked into', '/api/inspect/tokens', { model: 'poems', text: '春'.repeat(200) }, 201],
  ])('hold for a text that is %s', async (_name, path, body, tokens) => {
    const { secret, key } = await newKey({ concurrent: 1, requestsPerMinute: 3, tokensPerDay: tokens });
    const both = await Promise.all([ask(secret, path, body), ask(secret, path, body)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 429]);
    const [row] = (await audited(key.tenant, 2)).filter(({ status }) => status === 200);
    expect(row).toMatchObject({ model: 'poems', promptTokens: tokens });
    const day = await ask(secret, path, body);
    expect([day.status, day.json().error.message]).toEqual([429, expect.stringContaining('tokens a day')]);
    const minute = await ask(secret, path, body);
    expect(minute.json().error.message).toContain('requests a minute');
  });

  test('tokens a day, kept across servers', async () => {
    const { secret, key } = await newKey({ tokensPerDay: 15 });
    // 2 read and 10 written.
    expect((await write(secret)).status).toBe(200);
    expect((await write(secret)).status).toBe(200);
    const refused = await write(secret, {});
    expect([refused.status, refused.wait > 0]).toEqual([429, true]);
    await audited(key.tenant, 3);
    const today = new Date().toISOString().slice(0, 10);
    await expect.poll(() => state.keys.use(key.id, today, 0)).toBe(24);
  });
});

describe('the audit log', () => {
  test('has each request once, whole or streamed, answered or refused; no key, and redacted', async () => {
    const { secret, key } = await newKey();
    await write(secret);
    await write(secret, { stream: true, prompt: '0123456789' });
    await write(secret, { n: 99 });
    await write(secret, { model: 'none' });
    const rows = await audited(key.tenant, 4);
    expect(rows.map(({ status }) => status).toSorted()).toEqual([200, 200, 400, 404]);
    const done = rows.filter(({ status }) => status === 200);
    for (const row of done) {
      expect(row).toMatchObject({
        key: key.id,
        route: '/v1/completions',
        model: 'poems',
        completionTokens: 10,
      });
      expect(row.request).toMatch(/^req_/);
      expect(row.output).toContain(script.slice(0, 1));
    }
    expect(done.map(({ prompt }) => prompt).toSorted()).toEqual(['[phone]', '春']);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect((await ask(secret, '/api/audit')).json().data).toHaveLength(4);
    expect((await ask('given', '/api/audit')).text).not.toContain(key.tenant);
  });
});

test('a conversation of the Responses API goes on where it was, for its own tenant', async () => {
  const [own, other] = [await newKey(), await newKey()];
  const respond = (key: string, more: object) =>
    ask(key, '/v1/responses', { model: 'poems', input: '春', max_output_tokens: 5, ...more });
  const { id } = (await respond(own.secret, {})).json();
  expect((await respond(own.secret, { previous_response_id: id })).status).toBe(200);
  expect((await respond(other.secret, { previous_response_id: id })).status).toBeGreaterThanOrEqual(400);
});

describe('rules', () => {
  const rule = (name: string, pattern: string, action: string, more: object = {}) => ({
    ...{ name, pattern, action, ...more },
  });

  test('replace what is written, whole and in streams alike', async () => {
    const { secret } = await newKey();
    const plain = (await write(secret)).json().choices[0].text;
    await ask(
      secret,
      '/api/rules',
      rule('polite', '坏蛋', 'rewrite', { replacement: '朋友', stage: 'after' }),
    );
    const whole = (await write(secret)).json().choices[0].text;
    expect(plain).toContain('坏蛋');
    expect(whole).toBe(plain.replaceAll('坏蛋', '朋友'));
    expect(streamed((await write(secret, { stream: true })).text)).toBe(whole);
    const chat = {
      model: 'poems',
      messages: [{ role: 'user', content: '春' }],
      max_tokens: 10,
      temperature: 0,
    };
    const said = (await ask(secret, '/v1/chat/completions', chat)).json().choices[0].message.content;
    expect(said).not.toContain('坏蛋');
    // Another tenant's texts are as they were.
    expect((await write((await newKey()).secret)).json().choices[0].text).toBe(plain);
  });

  test('end a text, and refuse a prompt in the language of the client', async () => {
    const { secret, key } = await newKey();
    await ask(secret, '/api/rules', rule('no', '坏蛋', 'block', { stage: 'after' }));
    await ask(secret, '/api/rules', rule('hush', 'se.{0,3}et', 'block', { kind: 'regex', stage: 'before' }));
    const whole = (await write(secret)).json().choices[0];
    expect(whole.finish_reason).toBe('content_filter');
    const text = (await write(secret, { stream: true })).text;
    expect(text).toContain('"finish_reason":"content_filter"');
    expect(streamed(text)).toBe(whole.text);
    expect(text).not.toContain('坏');
    const refused = await ask(secret, '/v1/completions', { ...completion, prompt: 'secret' }, 'POST', 'zh');
    expect([refused.status, refused.json().error.code]).toEqual([400, 'serve/blocked']);
    expect(refused.json().error.message).toContain('规则');
    const rows = (await audited(key.tenant, 5)).filter(({ decision }) => decision === 'block');
    expect(rows.map(({ rules }) => rules[0]).toSorted()).toEqual(['hush', 'no', 'no']);
  });

  test('look at what is embedded too', async () => {
    const { secret } = await newKey();
    const embed = (input: unknown) => ask(secret, '/v1/embeddings', { model: 'poems', input });
    await ask(secret, '/api/rules', rule('no', '月', 'block'));
    const refused = await embed(['春', '月']);
    expect([refused.status, refused.json().error.code]).toEqual([400, 'serve/blocked']);
    expect((await embed(['春'])).status).toBe(200);
  });

  test('flag into the review queue, where a decision makes a rule', async () => {
    const { secret } = await newKey();
    await ask(secret, '/api/rules', rule('look', '坏蛋', 'flag'));
    const { text } = (await write(secret)).json().choices[0];
    expect(text).toContain('坏蛋');
    const queue = async () => (await ask(secret, '/api/reviews?status=open')).json().data;
    await expect.poll(async () => (await queue()).length, { timeout: 20_000 }).toBe(1);
    const [review] = await queue();
    expect(review).toMatchObject({ why: 'rule', prompt: '春', output: text, model: 'poems' });
    expect(review.detail.rules[0].name).toBe('look');
    const decision = { reviewer: 'Li', decision: 'make-rule' };
    const path = `/api/reviews/${review.id}/decisions`;
    expect((await ask(secret, path, decision)).status).toBe(400);
    const made = rule('made', '坏蛋', 'block', { stage: 'after' });
    expect((await ask(secret, path, { ...decision, rule: made })).status).toBe(200);
    expect((await write(secret)).json().choices[0].finish_reason).toBe('content_filter');
  });

  test('a loop that the guard repaired is for a person to see', async () => {
    const { secret } = await newKey();
    await write(secret, { guard: true, max_tokens: 150, temperature: 1 });
    const queue = async () => (await ask(secret, '/api/reviews?why=loop')).json().data;
    await expect.poll(async () => (await queue()).length, { timeout: 20_000 }).toBe(1);
    expect((await queue())[0].detail.loops[0]).toMatchObject({ period: expect.any(Number) });
  });

  test('for all tenants only from one who administers; a bad pattern is named', async () => {
    const [plain, admin, other] = [await newKey(), await newKey({ isAdmin: true }), await newKey()];
    const all = rule('all', '蛋', 'rewrite', { replacement: '！', isForAll: true });
    expect((await ask(plain.secret, '/api/rules', all)).status).toBe(403);
    const { id } = (await ask(admin.secret, '/api/rules', all)).json();
    expect((await write(other.secret)).json().choices[0].text).toContain('坏！');
    expect((await ask(other.secret, `/api/rules/${id}`, { isOn: false }, 'PATCH')).status).toBe(404);
    expect((await ask(admin.secret, `/api/rules/${id}`, { isOn: false }, 'PATCH')).json().isOn).toBe(false);
    expect((await write(other.secret)).json().choices[0].text).toContain('坏蛋');
    const bad = await ask(admin.secret, `/api/rules/${id}`, { kind: 'regex', pattern: 'a*' }, 'PATCH');
    expect([bad.status, bad.json().error.param]).toEqual([400, 'pattern']);
    expect((await ask(admin.secret, `/api/rules/${id}`, undefined, 'DELETE')).status).toBe(204);
  });
});
