import { describe, expect, test, vi } from 'vitest';
import { memoryCollection } from '../../../test/memory-collection.ts';
import { memoryNotes, type Note } from '../assistant/notes.ts';
import type { AssistantTool } from '../assistant/tool.ts';
import { findsWord } from './alarm-words.ts';
import { answerAsPerson, findConversation, handedOver } from './hand-over.ts';
import { intentsByExamples, intentsByMeaning, tryClassifier, tryExamples } from './intents.ts';
import { readPlaces } from './places.ts';
import { servicePlan } from './plan.ts';
import { customerService, newConversation, type ServicePart } from './serve-customer.ts';

const plan = servicePlan.parse({
  intents: [
    {
      name: 'order',
      examples: ['where is my order', 'track my parcel', '我的订单到哪了', '查询快递'],
      tool: 'look_up',
      places: { number: { pattern: '\\d{4,}', ask: { en: 'Which number?', zh: '订单号是多少？' } } },
    },
    {
      name: 'cancel',
      examples: ['cancel my order', '取消订单'],
      tool: 'cancel',
      places: { number: { pattern: '\\d{4,}', ask: 'Which number? 订单号？' } },
      confirm: { en: 'Cancel {number}?', zh: '取消 {number} 吗？' },
    },
    { name: 'hours', examples: ['when do you open', '几点开门'], answer: { en: 'At nine.', zh: '九点。' } },
    { name: 'refund', examples: ['I want my money back', '我要退款'], handOver: true },
  ],
  handOverWords: ['lawyer', '律师'],
});

function shop() {
  const calls: string[] = [];
  const tool = (name: string, hasEffect: boolean): AssistantTool => ({
    ...{ name, description: name, hasEffect },
    parameters: { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] },
    run: async ({ number }) => {
      calls.push(`${name} ${number}`);
      if (number === '0000') throw new Error('no such order');
      return `${number}: on its way`;
    },
  });
  const notes = memoryNotes();
  const serve = customerService({
    ...{ plan, notes, tools: [tool('look_up', false), tool('cancel', true)] },
    collections: [
      memoryCollection([{ key: 'faq', text: 'Parcels are wrapped in rice paper. 包裹用宣纸包装。' }]),
    ],
  });
  let conversation = newConversation('c1');
  const say = async (words: string) => {
    const parts: ServicePart[] = [];
    for await (const part of serve(words, conversation)) parts.push(part);
    const last = parts.at(-1) as Extract<ServicePart, { type: 'answer' }>;
    conversation = last.conversation;
    const handOver = parts.find((part) => part.type === 'hand-over');
    return { answer: last.answer, reason: handOver?.reason };
  };
  return { say, calls, notes };
}

describe('customer service', () => {
  test('intents: an answer, a tool that asks for what it lacks, the documents', async () => {
    const { say, calls, notes } = shop();
    expect((await say('When do you open?')).answer).toBe('At nine.');
    expect((await say('请问几点开门？')).answer).toBe('九点。');
    expect((await say('where is my order?')).answer).toBe('Which number?');
    expect((await say('It is 12345')).answer).toBe('12345: on its way');
    expect((await say('我的订单98765到哪了？')).answer).toBe('98765: on its way');
    expect((await say('what are parcels wrapped in?')).answer).toContain('rice paper');
    expect((await say('包裹用什么包装？')).answer).toContain('宣纸');
    expect(calls).toEqual(['look_up 12345', 'look_up 98765']);
    const list = () => Promise.reject(new Error('all were read'));
    const kept = await findConversation({ ...notes, list }, 'c1');
    expect(kept?.turns).toHaveLength(14);
    expect(await notes.list('hand-over')).toEqual([]);
  });

  test('a tool with effects runs after a yes, with what was asked about', async () => {
    const { say, calls } = shop();
    expect((await say('cancel my order 5555')).answer).toBe('Cancel 5555?');
    expect((await say('no')).answer).toBe('Then I leave it.');
    expect((await say('yes')).answer).toMatch(/did not find/);
    await say('cancel my order 5555');
    expect((await say('6666 I mean')).answer).toBe('Cancel 6666?');
    expect(calls).toEqual([]);
    expect((await say('Yes')).answer).toBe('6666: on its way');
    expect(calls).toEqual(['cancel 6666']);
  });

  test('whoever leaves while a tool has its effect, and says yes once more, does not have it done twice', async () => {
    const notes = memoryNotes();
    const leaving = new AbortController();
    let runs = 0;
    const cancel: AssistantTool = {
      ...{ name: 'cancel', description: 'cancels', hasEffect: true, parameters: { type: 'object' } },
      run: async () => {
        runs++;
        leaving.abort();
        return new Promise<string>(() => {});
      },
    };
    const intents = plan.intents.filter(({ name }) => name === 'cancel');
    const serve = customerService({ plan: { ...plan, intents }, notes, tools: [cancel] });
    const say = async (words: string, signal?: AbortSignal) => {
      const before = (await findConversation(notes, 'c1')) ?? newConversation('c1');
      for await (const part of serve(words, before, { signal }))
        if (part.type === 'answer') return part.answer;
    };
    expect(await say('cancel my order 5555')).toBe('Cancel 5555?');
    await expect(say('yes', leaving.signal)).rejects.toThrow();
    expect(await say('yes')).toMatch(/did not find/);
    expect(runs).toBe(1);
  });

  test('what was asked under an earlier plan is not waited for where the intent calls no tool now', async () => {
    const serve = customerService({
      plan: servicePlan.parse({ intents: [{ name: 'cancel', examples: ['x'], answer: 'By telephone.' }] }),
      notes: memoryNotes(),
    });
    const before = { ...newConversation('c1'), pending: { intent: 'cancel', values: {} } };
    const parts: ServicePart[] = [];
    for await (const part of serve('yes', before)) parts.push(part);
    expect(parts.at(-1)).toMatchObject({ answer: expect.stringMatching(/did not find/) });
  });

  test('a hand-over that cannot be kept leaves no conversation that waits for nobody', async () => {
    const notes = memoryNotes();
    const put = async (note: Note) => {
      if (note.kind === 'hand-over') throw new Error('full');
      await notes.put(note);
    };
    const serve = customerService({ plan: { ...plan, intents: [] }, notes: { ...notes, put } });
    const drain = async () => {
      for await (const _ of serve('转人工', newConversation('c1')));
    };
    await expect(drain()).rejects.toThrow('full');
    expect(await findConversation(notes, 'c1')).toBeUndefined();
  });

  test('a pattern that tries ever more ways to match ends, and finds nothing', () => {
    const places = { name: { pattern: '(a+)+$', ask: 'Who?' } };
    expect(readPlaces({ places }, `${'a'.repeat(900)}!`)).toEqual({});
    expect(readPlaces({ places }, 'Ｂaa')).toEqual({ name: 'aa' });
  });

  test('a place by any name is asked for, and what matches nothing is no value', async () => {
    const places = {
      constructor: { pattern: 'by (\\w*)', ask: 'By whom?' },
      toString: { pattern: 'z*', ask: 'How many?' },
    };
    const tool: AssistantTool = {
      ...{ name: 'find', description: 'finds', hasEffect: false, parameters: { type: 'object' } },
      run: async (args) => JSON.stringify(args),
    };
    const serve = customerService({
      plan: servicePlan.parse({ intents: [{ name: 'find', examples: ['find it'], tool: 'find', places }] }),
      ...{ notes: memoryNotes(), tools: [tool] },
    });
    let conversation = newConversation('c1');
    const answers: string[] = [];
    for (const words of ['find it', 'by Ada', 'zz']) {
      for await (const part of serve(words, conversation)) {
        if (part.type !== 'answer') continue;
        answers.push(part.answer);
        conversation = part.conversation;
      }
    }
    expect(answers).toEqual(['By whom?', 'How many?', '{"constructor":"Ada","toString":"zz"}']);
  });

  test.each([
    ['wish', ['I want to talk to a real person']],
    ['wish', ['转人工']],
    ['rule', ['My lawyer will write to you']],
    ['intent', ['我要退款']],
    ['failures', ['Xyzzy plugh?', '量子色动力学是什么']],
    ['failures', ['where is my order 0000', 'where is my order 0000']],
  ] as const)('a person takes over by %s: %s', async (reason, words) => {
    const { say, notes } = shop();
    const replies = [];
    for (const one of words) replies.push(await say(one));
    expect(replies.map((one) => one.reason)).toEqual([...words.slice(1).map(() => undefined), reason]);
    const after = await say('when do you open?');
    expect(after).toEqual({ answer: expect.stringContaining('A person has this'), reason: undefined });
    const [note] = await notes.list('hand-over');
    expect(note).toMatchObject({ id: 'c1', text: 'when do you open?', detail: { reason } });
    expect(note.detail?.turns).toHaveLength(2 * (words.length + 1));
    // Taken away by a person, it is not put back by more words.
    await notes.remove('hand-over', 'c1');
    await say('hello');
    expect(await notes.list('hand-over')).toEqual([]);
  });

  test('a person answers, customer and service see it, and the conversation goes back', async () => {
    const { say, notes } = shop();
    await say('what are parcels wrapped in?');
    await say('转人工');
    const talk = async () => (await findConversation(notes, 'c1'))!;
    const [{ sources }] = (await talk()).turns.filter(({ role }) => role === 'service');
    expect(sources).toMatchObject([{ key: 'faq', start: 0 }]);
    expect(await handedOver(notes)).toMatchObject([{ id: 'c1', reason: 'wish', isAnswered: false }]);
    const now = () => new Date('2026-11-29T08:00:00Z');
    const answered = await answerAsPerson(notes, await talk(), { text: ' 您好，我是小王。 ', now });
    const said = { role: 'person', text: '您好，我是小王。', at: '2026-11-29T08:00:00.000Z' };
    expect(answered.turns.at(-1)).toEqual(said);
    expect(await talk()).toEqual(answered);
    expect(await handedOver(notes)).toMatchObject([{ text: '转人工', isAnswered: true }]);
    const back = await answerAsPerson(notes, answered, { isDone: true });
    expect(back).toMatchObject({ isHandedOver: false, failures: 0, turns: answered.turns });
    expect(await talk()).toEqual(back);
    expect(await handedOver(notes)).toEqual([]);
  });

  test('who waits for words comes first; words of a customer wait again', async () => {
    const notes = memoryNotes();
    const keep = (id: string, at: string, ...roles: ('customer' | 'person')[]) =>
      notes.put({
        ...{ id, kind: 'hand-over', text: id, created: at },
        detail: { reason: 'wish', turns: roles.map((role) => ({ role, text: id, at })) },
      });
    await keep('a', '2026-01-01', 'customer', 'person');
    await keep('b', '2026-01-03', 'customer');
    await keep('c', '2026-01-02', 'customer', 'person', 'customer');
    expect((await handedOver(notes)).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  test.each([
    [true, 'human', ['I am a HUMAN.', 'ｈｕｍａｎ!', 'humans?', "a human's right", '我要human']],
    [false, 'human', ['a humane trap', 'superhuman', 'human2', 'inhumanely']],
    [true, 'law suit', ['a law suit']],
    [true, '律师', ['找律师', '我会发律师函', 'lawyer律师!']],
    [true, '事故', ['出了大事故', '事故', '交通事故责任']],
    [false, '事故', ['我有大事故意不说', '没有什么']],
    [false, ' ', ['a b']],
  ])('a word of alarm is found (%s): %s', (isFound, word, texts) => {
    const find = findsWord([word]);
    expect(texts.filter((text) => find(text) !== isFound)).toEqual([]);
  });

  test.each(['人工智能是什么？', '人工湖有多深'])(
    'what is made by hand is no wish for a person: %s',
    async (words) => {
      expect((await shop().say(words)).reason).toBeUndefined();
    },
  );

  test.each(['人工', '我要人工服务', '帮我找个人工', '转接人工客服', '请接人工！'])(
    'a wish for a person: %s',
    async (words) => {
      expect((await shop().say(words)).reason).toBe('wish');
    },
  );

  test('plans that cannot be', () => {
    expect(() => customerService({ plan, notes: memoryNotes() })).toThrow(/names the tool "look_up"/);
    const none = { name: 'a', examples: ['b'] };
    expect(servicePlan.safeParse({ intents: [none] }).success).toBe(false);
    const twins = [1, 2].map((i) => ({ ...none, answer: `${i}` }));
    expect(servicePlan.safeParse({ intents: twins }).error?.issues[0].path).toEqual(['intents']);
    const broken = { ...none, tool: 't', places: { x: { pattern: '(', ask: 'x' } } };
    expect(servicePlan.safeParse({ intents: [broken] }).success).toBe(false);
  });

  test('likeness: the same words are 1, strange ones near 0', async () => {
    const classify = intentsByExamples(plan.intents);
    expect(await classify('cancel my order')).toEqual({ name: 'cancel', score: expect.closeTo(1, 9) });
    expect(await classify('Xyzzy plugh')).toBeUndefined();
  });

  /** Of a shop that calls an order a parcel: its vectors know. */
  const embedder = {
    embed: async (texts: readonly string[]) => ({
      vectors: texts.map((text) => (/parcel|order/.test(text) ? [3, 0.1] : [0, 2])),
      promptTokens: 0,
    }),
  };

  test('by meaning, words that no example holds find their intent', async () => {
    const intents = [
      { name: 'order', examples: ['where is my order'] },
      { name: 'hours', examples: ['when do you open'] },
    ];
    const found = await (await intentsByMeaning(intents, embedder))('parcel?');
    expect(found).toEqual({ name: 'order', score: expect.closeTo(1, 2) });
    expect(await intentsByExamples(intents)('parcel?')).toBeUndefined();
  });

  test('examples put to the others: right, missed, mistaken; never found by themselves', async () => {
    const intents = [
      { name: 'order', examples: ['track my order', 'track my parcel', '到哪了'] },
      { name: 'cancel', examples: ['cancel my parcel now', '取消'] },
    ];
    const trials = await tryExamples({ intents, threshold: 0.3 });
    expect(trials.map(({ example, outcome, found }) => [example, outcome, found?.name])).toEqual([
      ['track my order', 'right', 'order'],
      ['track my parcel', 'right', 'order'],
      ['到哪了', 'missed', undefined],
      ['cancel my parcel now', 'confused', 'order'],
      ['取消', 'missed', undefined],
    ]);
    const embed = vi.fn(embedder.embed);
    const [first] = await tryExamples({ intents, threshold: 0.9 }, { embed });
    // An endpoint is asked once for all.
    expect(embed).toHaveBeenCalledTimes(1);
    expect(first).toMatchObject({ outcome: 'right', found: { name: 'order', score: expect.closeTo(1, 6) } });
    expect((await tryExamples({ intents: [], threshold: 0.3 })).length).toBe(0);
    const byLength = (words: string) => ({
      name: words.length > 10 ? 'order' : 'cancel',
      score: words.length / 20,
    });
    const own = await tryClassifier({ intents, threshold: 0.3 }, byLength);
    expect(own.map(({ outcome }) => outcome)).toEqual(['right', 'right', 'missed', 'confused', 'missed']);
  });
});
