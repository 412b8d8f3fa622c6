/** What every driver must do with the state: run on PGlite and on PostgreSQL. */

import { beforeAll, describe, expect, test } from 'vitest';
import { branchTo, createState, type Database, type State } from '../../src/store/index.ts';

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
}
