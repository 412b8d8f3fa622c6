/** Conversations of the Responses API: a client names the answer before, and we know what was said up to it. */

import { type Database, toJson } from './database.ts';

/** An answer is found by its tenant only. `Item` is whatever the wire format makes of a turn. */
export interface Responses<Item = unknown> {
  load(tenant: string, id: string): Promise<readonly Item[] | undefined>;
  save(tenant: string, id: string, items: readonly Item[]): Promise<void>;
}

export function responses<Item>(database: Database): Responses<Item> {
  return {
    async load(tenant, id) {
      const sql = 'select items from responses where tenant = $1 and id = $2';
      return (await database.query<{ items: Item[] }>(sql, [tenant, id]))[0]?.items;
    },
    async save(tenant, id, items) {
      const sql = `insert into responses (tenant, id, items, created) values ($1, $2, $3::jsonb, $4)
        on conflict (tenant, id) do nothing`;
      await database.query(sql, [tenant, id, toJson(items), new Date()]);
    },
  };
}
