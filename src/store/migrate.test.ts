import { describe, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { type Migration, migrate } from './migrate.ts';
import { checkVersion } from './postgres.ts';

/** A database that remembers statements and the table of migrations; a transaction that throws changes nothing. */
function memory(failOn?: string) {
  let rows: { version: number; hash: string }[] = [];
  let statements: string[] = [];
  const query = async (sql: string, params: readonly unknown[] = []): Promise<never[]> => {
    if (sql === failOn) throw new Error('power');
    if (sql.startsWith('select version')) return [...rows] as never[];
    if (sql.startsWith('insert into inkstone_migrations')) {
      rows.push({ version: params[0] as number, hash: params[2] as string });
    } else if (!/advisory|inkstone_migrations/.test(sql)) statements.push(sql);
    return [];
  };
  const database: Database = {
    query,
    async transaction(work) {
      const before = [[...rows], [...statements]] as const;
      try {
        return await work({ query });
      } catch (error) {
        rows = [...before[0]];
        statements = [...before[1]];
        throw error;
      }
    },
    async close() {},
  };
  return { database, done: () => statements, versions: () => rows.map(({ version }) => version) };
}

const steps: readonly Migration[] = [
  { name: 'one', statements: ['a', 'b'] },
  { name: 'two', statements: ['c'] },
];

describe('migrations', () => {
  test('each is done once, in order', async () => {
    const { database, done, versions } = memory();
    await migrate(database, steps.slice(0, 1));
    await migrate(database, steps);
    await migrate(database, steps);
    expect([done(), versions()]).toEqual([
      ['a', 'b', 'c'],
      [1, 2],
    ]);
  });

  test('one that fails leaves those before it', async () => {
    const { database, done, versions } = memory('c');
    await expect(migrate(database, steps)).rejects.toThrow('power');
    expect([done(), versions()]).toEqual([['a', 'b'], [1]]);
  });

  test('a newer database is refused, with both numbers', async () => {
    const { database, done } = memory();
    await migrate(database, steps);
    const error = await migrate(database, steps.slice(0, 1)).catch((e) => e);
    expect(error).toMatchObject({ code: 'store/newer', data: { version: 2, known: 1 } });
    expect(error.text('zh')).toContain('2');
    expect(done()).toEqual(['a', 'b', 'c']);
  });

  test('an edited step is refused, by number and name', async () => {
    const { database, done } = memory();
    await migrate(database, steps);
    const edited = [{ name: 'one', statements: ['a', 'B'] }, steps[1], { name: 'three', statements: ['d'] }];
    const error = await migrate(database, edited).catch((e) => e);
    expect(error).toMatchObject({ code: 'store/edited', data: { version: 1, name: 'one' } });
    expect(done()).toEqual(['a', 'b', 'c']);
  });
});

test.each([
  ['13.20', 'refused'],
  ['9.6.24', 'refused'],
  ['14.0', 'taken'],
  ['15.6 (Debian 15.6-0+deb12u1)', 'taken'],
  ['19devel', 'taken'],
])('PostgreSQL %s is %s', async (version, verdict) => {
  const asked = checkVersion({ query: async () => [{ version }] as never[] });
  if (verdict === 'taken') await asked;
  else await expect(asked).rejects.toThrow(`PostgreSQL 14 or newer is needed, got ${version}`);
});
