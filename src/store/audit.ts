/** The audit log: one row for each request, only ever added to; what is older than the retention is taken out whole. */

import { type Database, toJson } from './database.ts';
import type { Page, PageOptions } from './page.ts';
import { redact } from './redact.ts';

export interface AuditEntry {
  readonly at: Date;
  readonly request: string;
  readonly tenant: string;
  /** Id of the key; null without keys. */
  readonly key: string | null;
  readonly route: string;
  readonly model: string | null;
  readonly status: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly repairs: number;
  readonly ms: number;
  /** What the rules did: the strictest action, and which rules matched. */
  readonly decision: 'block' | 'rewrite' | 'flag' | null;
  readonly rules: readonly string[];
  /** Kept only where the retention says so, and redacted. */
  readonly prompt: string | null;
  readonly output: string | null;
}

export interface AuditFilter extends PageOptions {
  /** Rows of this tenant only; without, of all. */
  readonly tenant?: string;
  readonly decision?: 'block' | 'rewrite' | 'flag';
  readonly request?: string;
}

export interface Retention {
  readonly days: number;
  /** Whether prompts and outputs are kept beside the numbers. */
  readonly text: boolean;
}

export interface AuditLog {
  /** All of them or none. */
  add(entries: readonly AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<Page<AuditEntry>>;
  /** Takes out what is older than the retention, and answers of the Responses API as old; how many rows of the log. */
  purge(now?: Date): Promise<number>;
}

const FIELDS = `at, request, tenant, key, route, model, status, prompt_tokens as "promptTokens",
  completion_tokens as "completionTokens", repairs, ms, decision, rules, prompt, output`;

const DAY_MS = 86_400_000;

export function auditLog(database: Database, { days, text }: Retention): AuditLog {
  const kept = (words: string | null) => (text && words !== null ? redact(words) : null);
  return {
    async add(entries) {
      if (entries.length === 0) return;
      const rows = entries.map((entry) => ({
        ...entry,
        prompt: kept(entry.prompt),
        output: kept(entry.output),
      }));
      await database.query(
        `insert into audit (at, request, tenant, key, route, model, status, prompt_tokens, completion_tokens, repairs,
            ms, decision, rules, prompt, output)
          select at, request, tenant, key, route, model, status, "promptTokens", "completionTokens", repairs, ms,
            decision, rules, prompt, output
          from jsonb_to_recordset($1::jsonb) as entry (at timestamptz, request text, tenant text, key text, route text,
            model text, status integer, "promptTokens" integer, "completionTokens" integer, repairs integer, ms integer,
            decision text, rules jsonb, prompt text, output text)`,
        [toJson(rows)],
      );
    },
    async list({ limit, before, tenant, decision, request }) {
      const sql = `select ${FIELDS}, place::float8 as place from audit
        where ($1::text is null or tenant = $1) and ($2::text is null or decision = $2)
          and ($3::text is null or request = $3) and ($4::float8 is null or place < $4)
        order by place desc limit $5`;
      const from = /^\d{1,15}$/.test(before ?? '') ? Number(before) : null;
      const params = [tenant ?? null, decision ?? null, request ?? null, from, limit];
      const rows = await database.query<AuditEntry & { readonly place: number }>(sql, params);
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return { data: rows.map(({ place: _, ...entry }) => entry), next: last ? String(last.place) : null };
    },
    async purge(now = new Date()) {
      const sql =
        'with gone as (delete from audit where at < $1 returning 1) select count(*)::int as n from gone';
      const before = new Date(now.getTime() - days * DAY_MS);
      await database.query('delete from responses where created < $1', [before]);
      return (await database.query<{ n: number }>(sql, [before]))[0].n;
    },
  };
}
