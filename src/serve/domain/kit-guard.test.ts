/** Warnings of kits on a server: in the place of an answer, below it and inside of it; streamed as whole; in the audit log. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { memoryCollection } from '../../../test/memory-collection.ts';
import { builtInTools, domainKit, memoryNotes } from '../../apps/index.ts';
import { functionModel } from '../../decode/index.ts';
import type { AuditEntry, State } from '../../store/index.ts';
import { trainCharacters } from '../../text/index.ts';
import type { GenerationPart } from '../../types.ts';
import { createApp } from '../app.ts';
import { createLocalModel } from '../engine/local-model.ts';
import { createModerator } from '../moderation/moderator.ts';
import type { ChatBody, CompletionBody } from '../openai/schemas.ts';
import type { RemoteServed } from '../served-model.ts';
import { createKitGuard } from './kit-guard.ts';

const kits = ['medicine', 'finance'].map((name) =>
  domainKit.parse(parse(readFileSync(new URL(`../../../kits/${name}.yaml`, import.meta.url), 'utf8'))),
);
const guard = createKitGuard(kits, { numbers: 'ambulance 120' });
const [medicine] = kits;

/** What the endpoint was asked, and what it says to everything. */
const asked: string[] = [];
let says = '';
async function* said(prompts: readonly string[], n: number): AsyncGenerator<GenerationPart> {
  asked.push(...prompts);
  for (let index = 0; index < prompts.length * n; index++) {
    for (const text of says) yield { type: 'text-delta', index, text };
    yield { type: 'finish', index, reason: 'stop', promptTokens: 1, completionTokens: 1 };
  }
}
const remote: RemoteServed = {
  id: 'far',
  created: 0,
  host: 'far',
  complete: ({ prompt, n }: CompletionBody) => said([prompt].flat() as string[], n ?? 1),
  chat: ({ messages, n }: ChatBody) => said([String(messages.at(-1)!.content)], n ?? 1),
  embed: async () => ({ vectors: [], promptTokens: 0 }),
};

/** A model of ours that says one thing over and over. */
const script = 'insulin and sugar. ';
const tokenizer = trainCharacters([`${script}What is hypertension? I want to die`], {
  specialTokens: ['<|endoftext|>'],
});
const double = functionModel({
  vocabSize: tokenizer.vocabSize,
  contextLength: 256,
  logits: (ids) => {
    const next = tokenizer.encode(script[ids.length % script.length])[0];
    return Float32Array.from({ length: tokenizer.vocabSize }, (_, id) => (id === next ? 20 : 0));
  },
});
const own = createLocalModel({ id: 'near', model: double, tokenizer, prefixIds: [tokenizer.eosId!] });

/** A state that holds nothing yet, and what is written down into it. */
const audited: AuditEntry[] = [];
const recorder = {
  audit: (entry: AuditEntry) => void audited.push(entry),
  review() {},
  use() {},
  flush: async () => {},
};
const state = { isNew: async () => true } as State;
const papers = memoryCollection([
  { key: 'a', text: 'Hypertension is treated with rest and less salt.' },
  { key: 'b', text: 'Whales sing long songs.' },
]);
const notes = memoryNotes();
const app = createApp({
  ...{ models: [own], remotes: [remote], kits: guard, state, recorder },
  documents: { readable: async () => [papers], own: async () => papers },
  assistant: { open: () => ({ tools: builtInTools({ notes }), notes }) },
});
afterAll(() => own.close());

async function send(path: string, body: object, lang = 'en') {
  const response = await app.request(`http://localhost${path}`, {
    method: 'POST',
    headers: { host: 'localhost', 'content-type': 'application/json', 'accept-language': lang },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it wants of it
  return { status: response.status, text, json: (): any => JSON.parse(text) };
}
const chat = (content: string, more: object = {}) =>
  send('/v1/chat/completions', { model: 'far', messages: [{ role: 'user', content }], ...more });
const contentOf = async (content: string, more: object = {}) =>
  (await chat(content, more)).json().choices[0].message.content as string;

test('an emergency is answered at once, in the language of who asks, with the operator’s numbers; nobody else is asked', async () => {
  says = 'never';
  asked.length = 0;
  expect(await contentOf('I want to kill myself')).toContain(
    'call the emergency number of your country or a crisis line (ambulance 120)',
  );
  expect(await contentOf('孩子误食了老鼠药')).toContain('（ambulance 120）');
  const many = (await chat('I’ve taken an overdose of ibuprofen', { n: 2 })).json().choices;
  expect(many.map(({ finish_reason }: { finish_reason: string }) => finish_reason)).toEqual(['stop', 'stop']);
  expect(asked).toEqual([]);
  // Without numbers none is made up.
  for (const text of kits.flatMap(
    (kit) => createKitGuard([kit]).ask('I was scammed, I want to die')?.text ?? [],
  )) {
    expect(text).not.toMatch(/\d|\{\{|\(\)/);
  }
});

test('what is urgent goes before a refusal; a refusal before the model', async () => {
  expect(guard.ask('Which stock should I buy, I want to die')).toMatchObject({
    rule: 'suicide',
    action: 'urgent',
  });
  expect(await contentOf('How many ibuprofen tablets should I take?')).toContain('cannot work out a dose');
  expect(await contentOf('推荐一只稳赚的基金')).toContain('不能指出稳赚的投资');
});

test('a notice stands below an answer of the field, once for each kit, and below no other', async () => {
  says = 'It is pressure.';
  expect(await contentOf('What is hypertension?')).toBe(`It is pressure.\n\n${medicine.notice.en}`);
  expect(await contentOf('高血压是什么？')).toBe(`It is pressure.\n\n${medicine.notice.zh}`);
  expect(await contentOf('What is the capital of France?')).toBe('It is pressure.');
  // What a program reads stays as it is.
  expect(await contentOf('What is hypertension?', { response_format: { type: 'json_object' } })).toBe(
    'It is pressure.',
  );
  const all = createKitGuard([medicine], { notice: 'always' });
  expect(all.notices('What is the capital of France?', 'Paris')).toHaveLength(1);
});

test('streamed, the reader sees the same', async () => {
  says = 'You should take 400 mg every day. That is all.';
  const whole = await contentOf('Tell me of aspirin');
  expect(whole).toBe(
    `[A personal dose is not given here: ask a doctor or a pharmacist.] every day. That is all.\n\n${medicine.notice.en}`,
  );
  const { text } = await chat('Tell me of aspirin', { stream: true });
  const streamed = text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)).choices[0]?.delta.content ?? '')
    .join('');
  expect(streamed).toBe(whole);
});

test('texts in pieces are treated like texts whole, at borders of words too', () => {
  const word = fc.constantFrom(
    'you should take ',
    'take ',
    'mis',
    '400 mg',
    '5 ml',
    'k',
    ' ',
    '你可以吃',
    '2片',
    '。',
  );
  const through = (pieces: readonly string[]): string => {
    const moderator = createModerator(guard.rules);
    return [...pieces.flatMap((piece) => moderator.push(piece)), ...moderator.end()]
      .map(({ text }) => text)
      .join('');
  };
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      // Longer than what is held back.
      const text = `${words.join('')}${' and so on'.repeat(60)}`;
      expect(through([...text])).toBe(through([text]));
    }),
  );
  const long = `mistake 5 ml${' and so on'.repeat(60)}`;
  expect(through([...long])).toBe(long);
  expect(guard.rewrite('mistake 5 ml')).toBe('mistake 5 ml');
  expect(guard.rewrite('take 5 ml')).toMatch(/^\[A personal dose/);
});

test('of several prompts those that a kit answers are not asked, and the others keep their places', async () => {
  const prompt = ['I want to die', 'What is it?', 'I want to die'];
  const body = { model: 'near', prompt, n: 2, max_tokens: 7, temperature: 0 };
  const { choices, usage } = (await send('/v1/completions', body)).json();
  const texts: string[] = choices.map(({ text }: { text: string }) => text.slice(0, 9));
  expect(texts).toEqual(['It sounds', 'It sounds', texts[2], texts[2], 'It sounds', 'It sounds']);
  expect(texts[2]).toMatch(/^[a-z. ]{7}$/);
  expect(usage.completion_tokens).toBe(14);
  // Where nothing is written nothing is said.
  expect(
    (await send('/v1/completions', { ...body, max_tokens: 0, echo: true, n: 1 })).json().choices[0].text,
  ).toBe(prompt[0]);
});

test('texts that are asked alike are looked at once', async () => {
  const ask = vi.spyOn(guard, 'ask');
  await send('/v1/completions', { model: 'near', prompt: ['a', 'a', 'b'], n: 3, max_tokens: 1 });
  expect(ask.mock.calls.map(([text]) => text)).toEqual(['a', 'b']);
  ask.mockRestore();
});

test('a model of ours is under them, too; the Responses API as well', async () => {
  const near = { model: 'near', max_tokens: 7, temperature: 0 };
  const plain = (await send('/v1/completions', { ...near, prompt: 'What is hypertension?' })).json()
    .choices[0].text;
  expect(plain).toMatch(/^[a-z. ]{7}\n\nNote: this is general information, not medical advice/);
  const refused = (await send('/v1/completions', { ...near, prompt: 'I want to die' })).json();
  expect(refused.choices[0].text).toContain('your safety comes first');
  expect(refused.usage.completion_tokens).toBe(0);
  says = 'Hm.';
  const response = (await send('/v1/responses', { model: 'far', input: '我不想活了', store: false })).json();
  expect(response.output[0].content[0].text).toContain('你的安全最重要');
});

test('/v1/domain: kits, terms with both languages, what is said; errors with their cure', async () => {
  const list = (await (
    await app.request('http://localhost/v1/domain', { headers: { host: 'localhost' } })
  ).json()) as {
    data: { id: string; terms: number }[];
  };
  expect(list.data.map(({ id }) => id)).toEqual(['medicine', 'finance']);
  const text = '高血压患者能买基金吗？ETFs?';
  const told = (await send('/v1/domain', { text })).json();
  expect(told.kits).toEqual([
    { kit: 'medicine', is_inside: true },
    { kit: 'finance', is_inside: true },
  ]);
  const [pressure] = told.terms;
  expect(pressure).toMatchObject({
    kit: 'medicine',
    names: ['高血压'],
    places: [[0, 3]],
    en: ['hypertension', 'high blood pressure'],
  });
  expect(told.terms.map(({ names }: { names: string[] }) => names[0])).toContain('ETFs');
  const urgent = (await send('/v1/domain', { text: 'I want to die', kit: 'medicine' })).json();
  expect(urgent.warning).toMatchObject({ rule: 'suicide', action: 'urgent' });
  expect((await send('/v1/domain', { text: 'I want to die', kit: 'finance' })).json().warning).toBeNull();
  const both = { text: 'I want to die, which stock should I buy?', kit: 'finance' };
  expect((await send('/v1/domain', both)).json().warning).toMatchObject({ rule: 'sure-profit-asked' });
  const wrong = await send('/v1/domain', { text: 'a', kit: 'law' }, 'zh');
  expect([wrong.status, wrong.json().error.code]).toEqual([400, 'serve/kit-name']);
  const bare = createApp({ models: [] }).request('http://localhost/v1/domain', {
    headers: { host: 'localhost' },
  });
  expect((await bare).status).toBe(404);
});

test('answers from documents: in the other language’s words, with a notice, or what a kit says in their place', async () => {
  const ask = async (question: string, more: object = {}) =>
    (await send('/v1/answers', { question, ...more })).json();
  const found = await ask('高血压怎么治？');
  expect(found).toMatchObject({
    kind: 'answer',
    answer: 'Hypertension is treated with rest and less salt. [1]',
  });
  expect(found.notices).toEqual([medicine.notice.zh]);
  expect(await ask('What do whales sing?')).not.toHaveProperty('notices');
  const urgent = await ask('I want to die');
  expect(urgent).toMatchObject({ claims: [], passages: [], warning: { kit: 'medicine', rule: 'suicide' } });
  expect(urgent.answer).toContain('your safety comes first');
  const { text } = await send('/v1/answers', { question: 'I want to die', stream: true });
  expect(text).toContain('"type":"answer.delta"');
  expect(text).toMatch(/"warning":\{.*\[DONE\]\n\n$/s);
  // What a model writes is looked at; it is told what the terms mean.
  says = 'You should take 400 mg. [1]';
  asked.length = 0;
  const written = await ask('What is hypertension?', { model: 'far' });
  expect(written.answer).toContain('[A personal dose is not given here');
  expect(asked[0]).toContain(`- hypertension: ${medicine.glossary[0].means.en}`);
});

test('the assistant is under them, too', async () => {
  const ask = async (content: string) =>
    (await send('/v1/assistant', { messages: [{ role: 'user', content }] })).json();
  expect(await ask('我不想活了')).toMatchObject({
    calls: [],
    answer: expect.stringContaining('你的安全最重要'),
  });
  expect((await ask('what is 2+2?')).answer).not.toContain('Note:');
});

test('every decision is in the audit log', async () => {
  says = 'You should take 400 mg.';
  audited.length = 0;
  await chat('I want to die');
  await chat('Tell me of aspirin', { stream: true });
  says = 'Paris.';
  await chat('What is the capital of France?');
  await send('/v1/domain', { text: 'I want to die' });
  expect(audited.map(({ rules, decision }) => [rules, decision])).toEqual([
    [['medicine/suicide'], 'block'],
    [['medicine/dosage-in-answer', 'medicine/notice'], 'rewrite'],
    [[], null],
    [['medicine/suicide'], 'block'],
  ]);
  expect(audited[0].output).toContain('your safety comes first');
});

test('a pattern that is not good is named with its rule; hostile texts take their time', () => {
  const broken = { ...medicine, rules: [{ ...medicine.rules[0], patterns: { en: ['a*'], zh: [] } }] };
  expect(() => createKitGuard([broken])).toThrow('kit medicine: rule suicide');
  for (const text of ['', '\0', 'took '.repeat(100_000), '吃了'.repeat(100_000), '\ud800'.repeat(5000)]) {
    expect(guard.ask(text)).toBeUndefined();
  }
  // What NFKC makes longer is no longer looked at for that: of each end so much, not of eighteen times it.
  const long = '\uFDFA'.repeat(1000);
  expect(guard.ask(`${long} I want to die`)).toMatchObject({ rule: 'suicide' });
  expect(guard.ask(`${long} I want to die ${long}`)).toBeUndefined();
  // Of a long message both ends are looked at.
  expect(guard.ask(`${'x '.repeat(100_000)} I want to die`)).toMatchObject({ rule: 'suicide' });
});
