/** Rules of moderation: what may not be asked or written, and what is done about it. */

import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

/** `literal` is found as it stands, whatever its case; `regex` as a regular expression of bounded length. */
export type RuleKind = 'literal' | 'regex';
/** `block` ends the text, `rewrite` puts the replacement in its place, `flag` lets it pass into the review queue. */
export type RuleAction = 'block' | 'rewrite' | 'flag';
/** In what is asked, in what is written, or in both. */
export type RuleStage = 'before' | 'after' | 'both';

export interface NewRule {
  readonly name: string;
  readonly kind: RuleKind;
  readonly pattern: string;
  readonly action: RuleAction;
  readonly replacement?: string;
  readonly stage: RuleStage;
  readonly isOn?: boolean;
  /** Whether it holds for every tenant; else for the one that made it. */
  readonly isForAll?: boolean;
}

export interface Rule extends Required<NewRule> {
  readonly id: string;
  readonly created: Date;
}

/** A tenant sees its own rules and those that hold for all, and changes its own. */
export interface Rules {
  add(tenant: string, rule: NewRule): Promise<Rule>;
  /** Oldest first; they are few. */
  list(tenant: string): Promise<Rule[]>;
  change(tenant: string, id: string, change: (rule: Rule) => Rule): Promise<Rule | undefined>;
  remove(tenant: string, id: string): Promise<boolean>;
}

const FIELDS = `id, name, kind, pattern, action, replacement, stage, is_on as "isOn", is_for_all as "isForAll", created`;

export function rules(database: Database): Rules {
  return {
    async add(tenant, { name, kind, pattern, action, stage, ...rest }) {
      const { replacement = '', isOn = true, isForAll = false } = rest;
      const sql = `insert into rules
          (id, tenant, name, kind, pattern, action, replacement, stage, is_on, is_for_all, created)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${FIELDS}`;
      const words = [randomUUID(), tenant, name, kind, pattern, action, replacement, stage];
      return (await database.query<Rule>(sql, [...words, isOn, isForAll, new Date()]))[0];
    },
    list: (tenant) =>
      database.query<Rule>(`select ${FIELDS} from rules where tenant = $1 or is_for_all order by place`, [
        tenant,
      ]),
    change: (tenant, id, change) =>
      database.transaction(async (tx) => {
        const own = `select ${FIELDS} from rules where tenant = $1 and id = $2`;
        const [old] = await tx.query<Rule>(own, [tenant, id]);
        if (!old) return undefined;
        const { name, kind, pattern, action, replacement, stage, isOn } = change(old);
        const sql = `update rules set name = $2, kind = $3, pattern = $4, action = $5, replacement = $6, stage = $7,
          is_on = $8 where id = $1 returning ${FIELDS}`;
        return (await tx.query<Rule>(sql, [id, name, kind, pattern, action, replacement, stage, isOn]))[0];
      }),
    async remove(tenant, id) {
      const sql = 'delete from rules where tenant = $1 and id = $2 returning id';
      return (await database.query(sql, [tenant, id])).length > 0;
    },
  };
}
