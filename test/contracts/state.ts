/** What every driver must do with the state: run on PGlite and on PostgreSQL. */

import { beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../src/rng.ts';
import { type AuditEntry, branchTo, createState, type Database, type State } from '../../src/store/index.ts';

/** Words that would be SQL if they were not parameters. */
const hostile = [`'";--`, `'; drop table messages; --`, '%_\\', '$1', 'a\0b', 'x\ud800y', '砚'];

let tenants = 0;
/** A tenant that no other test has. */
const newTenant = () => `tenant-${tenants++}`;

/** The contract of a database and of what is kept in it. */
export function stateContract(open: () => Promise<Database>): void {
  let database: Database;
  let state: State;
  beforeAll(async () => {
    database = await open();
    state = createState(database);
  });

  describe('database', () => {
    test('a transaction is all or nothing', async () => {
      await database.query('create table counters (n integer)');
      await database.transaction((tx) => tx.query('insert into counters values (1)'));
      const failing = database.transaction(async (tx) => {
        await tx.query('insert into counters values (2)');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      const broken = database.transaction((tx) => tx.query('insert into nowhere values (3)'));
      await expect(broken).rejects.toThrow('nowhere');
      expect(await database.query('select n from counters')).toEqual([{ n: 1 }]);
    });

    test('what others ask meanwhile is no part of a transaction', async () => {
      await database.query('create table meanwhile (n integer)');
      let others: Promise<unknown> = Promise.resolve();
      const failing = database.transaction(async (tx) => {
        await tx.query('insert into meanwhile values (1)');
        others = Promise.all([
          database.query('insert into meanwhile values (2)'),
          database.transaction((other) => other.query('insert into meanwhile values (3)')),
        ]);
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      await others;
      expect(await database.query('select n from meanwhile order by n')).toEqual([{ n: 2 }, { n: 3 }]);
    });

    test('many at once each get their own answer', async () => {
      const asks = Array.from({ length: 50 }, (_, i) =>
        i % 2
          ? database.query<{ n: number }>('select $1::int as n', [i])
          : database.transaction((tx) => tx.query<{ n: number }>('select $1::int as n', [i])),
      );
      expect((await Promise.all(asks)).map(([{ n }]) => n)).toEqual(asks.map((_, i) => i));
    });
  });

  describe('conversations', () => {
    test('branch: an edit and another answer are siblings, and the leaf follows', async () => {
      const tenant = newTenant();
      const { conversations } = state;
      const { id } = await conversations.create(tenant, { title: '春', settings: { seed: 7 } });
      const add = async (message: Parameters<typeof conversations.add>[2]) =>
        (await conversations.add(tenant, id, message))!;
      const question = await add({ role: 'user', content: 'one' });
      const answer = await add({
        parent: question.id,
        role: 'assistant',
        content: 'two',
        detail: { a: [1] },
      });
      const edited = await add({ siblingOf: question.id, role: 'user', content: 'uno' });
      const again = await add({ siblingOf: answer.id, role: 'assistant', content: 'zwei' });
      expect([edited.parent, again.parent]).toEqual([null, question.id]);
      const messages = await conversations.messages(tenant, id);
      expect(messages.map(({ content }) => content)).toEqual(['one', 'two', 'uno', 'zwei']);
      expect(messages[1].detail).toEqual({ a: [1] });
      const whole = (await conversations.get(tenant, id))!;
      expect(whole).toMatchObject({ title: '春', settings: { seed: 7 }, leaf: again.id });
      expect(branchTo(messages, whole.leaf).map(({ content }) => content)).toEqual(['one', 'zwei']);
      await conversations.change(tenant, id, { leaf: answer.id });
      expect(await conversations.removeMessage(tenant, id, answer.id)).toBe(true);
      expect((await conversations.get(tenant, id))!.leaf).toBe(question.id);
      expect(await conversations.removeMessage(tenant, id, question.id)).toBe(true);
      expect((await conversations.messages(tenant, id)).map(({ content }) => content)).toEqual(['uno']);
    });

    test('a parent, sibling or leaf of another conversation is not taken', async () => {
      const tenant = newTenant();
      const { conversations } = state;
      const [one, two] = await Promise.all([
        conversations.create(tenant, {}),
        conversations.create(tenant, {}),
      ]);
      const { id: parent } = (await conversations.add(tenant, one.id, { role: 'user', content: '' }))!;
      const said = { role: 'user', content: 'x' } as const;
      expect(await conversations.add(tenant, two.id, { ...said, parent })).toBeUndefined();
      expect(await conversations.add(tenant, two.id, { ...said, siblingOf: parent })).toBeUndefined();
      expect(await conversations.change(tenant, two.id, { leaf: parent })).toBeUndefined();
      expect(await conversations.messages(tenant, two.id)).toEqual([]);
    });

    test('pages hold each conversation once, newest first', async () => {
      const tenant = newTenant();
      const { conversations } = state;
      for (let i = 0; i < 7; i++) await conversations.create(tenant, { title: `t${i}` });
      const titles: string[] = [];
      let before: string | undefined;
      do {
        const { data, next } = await conversations.list(tenant, { limit: 3, before });
        titles.push(...data.map(({ title }) => title));
        before = next ?? undefined;
      } while (before);
      expect(titles.toSorted()).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6']);
      expect((await conversations.list(tenant, { limit: 9, search: 'T3' })).data).toHaveLength(1);
      expect((await conversations.list(tenant, { limit: 9, before: 'nonsense' })).data).toHaveLength(7);
    });

    test.each(hostile)('%j is only text', async (text) => {
      const { conversations } = state;
      const { id } = await conversations.create(text, { title: text, settings: { [text]: text } });
      const kept = text.replace(/\0|\ud800/g, '\ufffd');
      expect((await conversations.get(text, id))!.title).toBe(kept);
      const message = await conversations.add(text, id, {
        role: 'user',
        content: text,
        detail: { t: [text] },
      });
      expect(message).toMatchObject({ content: kept, detail: { t: [kept] } });
      const found = await conversations.list(text, { limit: 9, search: text });
      expect(found.data.map((one) => one.id)).toEqual([id]);
      for (const other of hostile.filter((one) => one !== text)) {
        expect((await conversations.list(text, { limit: 9, search: other })).data).toEqual([]);
        expect(await conversations.get(other, id)).toBeUndefined();
      }
      expect(await conversations.get(text, text)).toBeUndefined();
      expect(await conversations.remove(text, id)).toBe(true);
    });
  });

  describe('reviews', () => {
    const output = { why: 'loop', prompt: '春', output: '春春春春' } as const;

    test('two decide without seeing each other; then it is done', async () => {
      const tenant = newTenant();
      const { reviews } = state;
      const { id } = await reviews.add(tenant, { ...output, detail: { onset: 1 } });
      const queue = async (reviewer: string) =>
        (await reviews.list(tenant, { limit: 9, status: 'open', reviewer })).data;
      expect(await queue('Li')).toMatchObject([{ id, decisions: [], detail: { onset: 1 } }]);
      const decide = (
        reviewer: string,
        decision: 'approve' | 'edit' | 'reject',
        edited: string | null = null,
      ) => reviews.decide(tenant, id, { reviewer, decision, edited, note: null });
      await decide('Li', 'reject');
      expect(await queue('Li')).toEqual([]);
      expect(await queue('Wang')).toMatchObject([{ id, decisions: [] }]);
      await decide('Wang', 'edit', '春眠');
      expect(await queue('Zhao')).toEqual([]);
      expect((await reviews.agreement(tenant)).disagreements).toEqual([id]);
      expect(await reviews.preferences(tenant)).toEqual([]);
      const first = reviews.decide(
        tenant,
        id,
        { reviewer: 'Li', decision: 'approve', edited: null, note: null },
        { isFirst: true },
      );
      await expect(first).rejects.toMatchObject({ code: 'store/decided' });
      await decide('Li', 'edit', '春眠不觉晓');
      expect(await reviews.agreement(tenant)).toEqual({
        pairs: [{ reviewers: ['Li', 'Wang'], items: 1, agreed: 1, kappa: 1 }],
        disagreements: [],
      });
      expect(await reviews.preferences(tenant)).toEqual([
        { prompt: '春', chosen: '春眠不觉晓', rejected: '春春春春' },
      ]);
      const done = await reviews.list(tenant, { limit: 9, status: 'done' });
      expect(done.data[0].decisions.map(({ reviewer }) => reviewer)).toEqual(['Wang', 'Li']);
      expect(done.data[0].decisions[0].created).toBeInstanceOf(Date);
    });

    test('pages and filters', async () => {
      const tenant = newTenant();
      const { reviews } = state;
      for (let i = 0; i < 5; i++) {
        await reviews.add(tenant, { ...output, why: i % 2 ? 'rule' : 'loop', output: String(i) });
      }
      const first = await reviews.list(tenant, { limit: 3 });
      const rest = await reviews.list(tenant, { limit: 3, before: first.next! });
      expect([...first.data, ...rest.data].map((one) => one.output)).toEqual(['0', '1', '2', '3', '4']);
      expect(rest.next).toBeNull();
      expect((await reviews.list(tenant, { limit: 9, why: 'rule' })).data).toHaveLength(2);
    });

    test.each(hostile)('%j is only text', async (text) => {
      const { reviews } = state;
      const { id } = await reviews.add(text, { ...output, prompt: text, output: text, model: text });
      const decision = { reviewer: text, decision: 'edit', edited: text, note: text } as const;
      const kept = text.replace(/\0|\ud800/g, '\ufffd');
      expect((await reviews.decide(text, id, decision))!.decisions).toMatchObject([
        { ...decision, reviewer: kept, edited: kept, note: kept },
      ]);
      expect((await reviews.list(text, { limit: 9, reviewer: text })).data).toEqual([]);
      expect(await reviews.get('someone else', id)).toBeUndefined();
      expect(await reviews.decide('someone else', id, decision)).toBeUndefined();
    });
  });

  describe('labelling', () => {
    const task = (labels: readonly string[], texts: readonly string[]) => ({
      name: 'moods',
      labels,
      items: texts.map((text) => ({ text })),
    });

    test('two label each text without seeing each other; what they differ on is settled', async () => {
      const tenant = newTenant();
      const { labelling } = state;
      const made = await labelling.create(tenant, {
        ...task(['joy', 'fear'], []),
        items: [{ text: '甲', suggestion: 'joy', score: 0.75 }, { text: '乙' }, { text: '丙' }],
      });
      expect(made).toMatchObject({ labels: ['joy', 'fear'], items: 3, done: 0, people: [] });
      const { id } = made;
      const give = (number: number, annotator: string, label: string | null) =>
        labelling.label(tenant, id, number, { annotator, label });
      const waits = async (annotator: string) => (await labelling.next(tenant, id, annotator))?.number;
      expect(await labelling.next(tenant, id, 'Li')).toEqual({
        ...{ number: 0, text: '甲', suggestion: 'joy', score: 0.75, own: null, settled: null },
      });
      expect([await give(0, 'Li', 'joy'), await give(1, 'Li', 'fear'), await give(2, 'Li', 'joy')]).toEqual([
        ...[true, true, true],
      ]);
      expect(await waits('Li')).toBeUndefined();
      expect(JSON.stringify(await labelling.item(tenant, id, 1, 'Wang'))).not.toMatch(/Li|fear/);
      await give(0, 'Wang', 'joy');
      expect((await labelling.next(tenant, id, 'Wang', 2))?.number).toBe(2);
      await give(1, 'Wang', 'joy');
      // Two are enough: a third is not asked for those.
      expect([await waits('Zhao'), await waits('Wang')]).toEqual([2, 2]);
      await give(2, 'Wang', 'fear');
      await give(2, 'Wang', null);
      expect(await waits('Wang')).toBe(2);
      expect(await labelling.results(tenant, id)).toMatchObject({
        pairs: [{ reviewers: ['Li', 'Wang'], items: 2, agreed: 0.5, kappa: 0 }],
        alpha: 0,
        usable: 2,
        disagreements: [
          { number: 1, text: '乙', settled: null, labels: [{ label: 'fear' }, { label: 'joy' }] },
        ],
      });
      const agreed = [
        { text: '甲', label: 'joy' },
        { text: '丙', label: 'joy' },
      ];
      expect(await labelling.labelled(tenant, id)).toEqual(agreed);
      expect(await labelling.settle(tenant, id, 1, 'fear')).toBe(true);
      expect(await labelling.labelled(tenant, id)).toEqual(
        agreed.toSpliced(1, 0, { text: '乙', label: 'fear' }),
      );
      // No label but those of the task, no item but those that are there, and nobody else's.
      expect([await give(0, 'Li', 'anger'), await give(9, 'Li', 'joy')]).toEqual([false, false]);
      expect(await labelling.settle(tenant, id, 1, 'anger')).toBe(false);
      const other = newTenant();
      expect(await labelling.label(other, id, 0, { annotator: 'Li', label: 'fear' })).toBe(false);
      expect(await labelling.settle(other, id, 0, 'fear')).toBe(false);
      expect([await labelling.get(other, id), await labelling.next(other, id, 'Li')]).toEqual([
        undefined,
        undefined,
      ]);
      expect([await labelling.list(other), await labelling.labelled(other, id)]).toEqual([[], []]);
      expect(await labelling.results(other, id)).toBeUndefined();
      expect(await labelling.remove(other, id)).toBe(false);
      const [kept] = await labelling.list(tenant);
      expect(kept).toMatchObject({
        done: 2,
        people: [
          { annotator: 'Li', items: 3 },
          { annotator: 'Wang', items: 2 },
        ],
      });
      expect(await labelling.remove(tenant, id)).toBe(true);
      expect(await labelling.list(tenant)).toEqual([]);
    });

    test.each(hostile)('%j is only a text, a label and a name', async (text) => {
      const { labelling } = state;
      const kept = text.replace(/\0|\ud800/g, '\ufffd');
      const { id } = await labelling.create(text, { ...task([text, 'other'], [text]), name: text });
      expect(await labelling.label(text, id, 0, { annotator: text, label: text })).toBe(true);
      expect(await labelling.item(text, id, 0, text)).toMatchObject({ text: kept, own: kept });
      expect(await labelling.labelled(text, id)).toEqual([{ text: kept, label: kept }]);
      expect(await labelling.get('someone else', id)).toBeUndefined();
      await labelling.remove(text, id);
    });
  });

  describe('keys', () => {
    test('found by the secret only, until revoked; the secret is nowhere', async () => {
      const { keys } = state;
      const { secret, key } = await keys.create({ name: 'ci', requestsPerMinute: 3, tokensPerDay: 2 ** 40 });
      expect(key).toMatchObject({
        name: 'ci',
        tenant: key.id,
        isAdmin: false,
        concurrent: null,
        revoked: null,
      });
      expect(key).toMatchObject({ requestsPerMinute: 3, tokensPerDay: 2 ** 40 });
      expect(await keys.find(secret)).toEqual(key);
      for (const wrong of ['', secret.slice(0, -1), `${secret}x`, key.id, ...hostile]) {
        expect(await keys.find(wrong)).toBeUndefined();
      }
      const rows = await database.query('select * from api_keys');
      expect(JSON.stringify(rows)).not.toContain(secret);
      await expect(keys.create({ name: 'ci' })).rejects.toMatchObject({ code: 'store/key-name' });
      expect(await keys.any()).toBe(true);
      expect((await keys.revoke('ci'))!.revoked).toBeInstanceOf(Date);
      expect([await keys.find(secret), await keys.revoke('ci')]).toEqual([undefined, undefined]);
      expect(await keys.any()).toBe(false);
      const again = await keys.create({ name: 'ci', tenant: 'team', isAdmin: true });
      expect(again.key).toMatchObject({ tenant: 'team', isAdmin: true });
      await keys.revoke(again.key.id);
      expect((await keys.list()).map(({ name }) => name)).toEqual(['ci', 'ci']);
    });

    test('what is used is added up day by day', async () => {
      const { keys } = state;
      const { key } = await keys.create({ name: 'counted' });
      const uses = await Promise.all([5, 6, 7].map((tokens) => keys.use(key.id, '2026-11-26', tokens)));
      expect(Math.max(...uses)).toBe(18);
      expect(await keys.use(key.id, '2026-11-27', 1)).toBe(1);
      expect(await keys.use(key.id, '2026-11-26', 0)).toBe(18);
      await keys.revoke('counted');
    });

    test.each(hostile)('%j is only a name', async (name) => {
      const { secret, key } = await state.keys.create({ name, tenant: name });
      expect(key.name).toBe(name.replace(/\0|\ud800/g, '\ufffd'));
      expect((await state.keys.find(secret))!.id).toBe(key.id);
      expect((await state.keys.revoke(name))!.id).toBe(key.id);
    });
  });

  describe('rules', () => {
    const block = { name: 'r', kind: 'literal', pattern: '坏', action: 'block', stage: 'both' } as const;

    test('one sees its own and those for all, and changes its own', async () => {
      const [one, two] = [newTenant(), newTenant()];
      const { rules } = state;
      const own = await rules.add(one, block);
      expect(own).toMatchObject({ ...block, replacement: '', isOn: true, isForAll: false });
      const all = await rules.add(one, { ...block, pattern: 'all', isForAll: true });
      expect((await rules.list(two)).map(({ id }) => id)).toEqual([all.id]);
      expect(await rules.change(two, all.id, (rule) => ({ ...rule, isOn: false }))).toBeUndefined();
      expect(await rules.remove(two, all.id)).toBe(false);
      const off = await rules.change(one, own.id, (rule) => ({ ...rule, isOn: false, pattern: '好' }));
      expect(off).toEqual({ ...own, isOn: false, pattern: '好' });
      expect(await rules.remove(one, all.id)).toBe(true);
      expect(await rules.list(one)).toEqual([off]);
    });

    test.each(hostile)('%j is only a pattern', async (pattern) => {
      const rule = await state.rules.add(pattern, { ...block, pattern, name: pattern, replacement: pattern });
      expect((await state.rules.list(pattern)).map(({ id }) => id)).toEqual([rule.id]);
      expect(rule.pattern).toBe(pattern.replace(/\0|\ud800/g, '\ufffd'));
    });
  });

  describe('answers of the Responses API', () => {
    test.each(hostile)('%j is only an id, and another tenant finds nothing', async (id) => {
      const { responses } = state;
      const items = [{ role: 'user', content: id }];
      const kept = [{ role: 'user', content: id.replace(/\0|\ud800/g, '\ufffd') }];
      await responses.save('one', id, items);
      await responses.save('two', id, [{ role: 'user', content: 'other' }]);
      await responses.save('one', id, []);
      expect(await responses.load('one', id)).toEqual(kept);
      expect(await responses.load('three', id)).toBeUndefined();
    });
  });

  describe('audit log', () => {
    const entry = (more: Partial<AuditEntry>): AuditEntry => ({
      ...{
        at: new Date(),
        request: 'req_1',
        tenant: '',
        key: null,
        route: '/v1/completions',
        model: 'poems',
      },
      ...{ status: 200, promptTokens: 3, completionTokens: 4, repairs: 0, ms: 5, decision: null, rules: [] },
      ...{ prompt: null, output: null, ...more },
    });

    test('rows come back as they were, newest first, page by page', async () => {
      const tenant = newTenant();
      const { audit } = state;
      const entries = Array.from({ length: 5 }, (_, i) =>
        entry({
          tenant,
          request: `req_${i}`,
          decision: i % 2 ? 'block' : null,
          rules: hostile,
          model: hostile[0],
        }),
      );
      await audit.add(entries);
      await audit.add([]);
      const first = await audit.list({ tenant, limit: 3 });
      const rest = await audit.list({ tenant, limit: 3, before: first.next! });
      const kept = hostile.map((text) => text.replace(/\0|\ud800/g, '\ufffd'));
      expect([...first.data, ...rest.data]).toEqual(
        entries.toReversed().map((one) => ({ ...one, rules: kept })),
      );
      expect((await audit.list({ tenant, limit: 9, decision: 'block' })).data).toHaveLength(2);
      expect((await audit.list({ tenant, limit: 9, request: `req_4' or true --` })).data).toEqual([]);
      expect((await audit.list({ tenant: newTenant(), limit: 9 })).data).toEqual([]);
    });

    test('no text unless the retention says so, and then redacted', async () => {
      const tenant = newTenant();
      const said = entry({ tenant, prompt: 'ask li@example.cn', output: 'call +86 138 1234 5678' });
      await state.audit.add([said]);
      const texts = createState(database, { retention: { text: true } });
      await texts.audit.add([said]);
      const { data } = await state.audit.list({ tenant, limit: 9 });
      expect(data.map(({ prompt, output }) => [prompt, output])).toEqual([
        ['ask [email]', 'call [phone]'],
        [null, null],
      ]);
    });

    test('what is older than the retention is taken out, and nothing else', async () => {
      const tenant = newTenant();
      const now = Date.now();
      const day = (days: number) => new Date(now - days * 86_400_000);
      await state.audit.add([entry({ tenant, at: day(31) }), entry({ tenant, at: day(29) })]);
      expect(await state.audit.purge(new Date(now))).toBe(1);
      expect((await state.audit.list({ tenant, limit: 9 })).data.map(({ at }) => at)).toEqual([day(29)]);
    });
  });

  test('two tenants at once, in any order, never see or touch each other', async () => {
    const rng = createRng(7);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(rng.uniform() * items.length)];
    const pair = [newTenant(), newTenant()];
    const ids: string[] = ['none'];
    const seen: { tenant: string; text: string }[] = [];
    const { conversations, reviews, rules } = state;
    const look = (tenant: string, found: unknown) => seen.push({ tenant, text: JSON.stringify(found ?? '') });
    const acts: ((tenant: string) => Promise<unknown>)[] = [
      async (tenant) => ids.push((await conversations.create(tenant, { title: tenant })).id),
      async (tenant) => ids.push((await reviews.add(tenant, { why: 'loop', prompt: '', output: tenant })).id),
      async (tenant) => {
        const rule = { kind: 'literal', pattern: 'x', action: 'flag', stage: 'after' } as const;
        ids.push((await rules.add(tenant, { ...rule, name: tenant })).id);
      },
      async (tenant) => look(tenant, await conversations.list(tenant, { limit: 50 })),
      async (tenant) => look(tenant, await conversations.get(tenant, pick(ids))),
      async (tenant) => look(tenant, await conversations.messages(tenant, pick(ids))),
      async (tenant) => look(tenant, await conversations.change(tenant, pick(ids), { title: tenant })),
      async (tenant) =>
        look(tenant, await conversations.add(tenant, pick(ids), { role: 'user', content: tenant })),
      async (tenant) => look(tenant, await reviews.list(tenant, { limit: 50 })),
      async (tenant) => {
        const decision = { reviewer: tenant, decision: 'reject', edited: null, note: null } as const;
        look(tenant, await reviews.decide(tenant, pick(ids), decision));
      },
      async (tenant) =>
        look(tenant, await rules.change(tenant, pick(ids), (rule) => ({ ...rule, name: tenant }))),
      async (tenant) => look(tenant, await rules.list(tenant)),
      async (tenant) => conversations.remove(tenant, pick(ids)),
    ];
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 12 }, () => pick(acts)(pick(pair))));
    }
    for (const { tenant, text } of seen) {
      const other = pair.find((one) => one !== tenant)!;
      expect(text).not.toContain(`"${other}"`);
    }
    expect(seen.filter(({ text }) => text.includes('"tenant-')).length).toBeGreaterThan(30);
  });
}
