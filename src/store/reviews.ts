/** Outputs that a person should look at, and what two reviewers decided. */

import { randomUUID } from 'node:crypto';
import { type Agreement, agreementOf } from './agreement.ts';
import type { Json } from './conversations.ts';
import { type Database, type Queries, toJson } from './database.ts';
import { fail } from './errors.ts';
import type { Page, PageOptions } from './page.ts';

/** Why an output is in the queue: the guard repaired a loop, a rule matched, a person asked. */
export type ReviewReason = 'loop' | 'rule' | 'manual';
export type Verdict = 'approve' | 'edit' | 'reject' | 'make-rule';

export interface NewReview {
  readonly why: ReviewReason;
  /** What was found: the rule, the loop, a note. */
  readonly detail?: Json;
  readonly model?: string | null;
  /** Id of the request that wrote it. */
  readonly request?: string | null;
  readonly prompt: string;
  readonly output: string;
}

export interface Decision {
  readonly reviewer: string;
  readonly decision: Verdict;
  /** The text that should have been written, with `edit`. */
  readonly edited: string | null;
  readonly note: string | null;
  readonly created: Date;
}

export interface Review extends Required<NewReview> {
  readonly id: string;
  readonly created: Date;
  readonly decisions: readonly Decision[];
}

export interface ReviewFilter extends PageOptions {
  /** `open`: fewer than two have decided; `done`: two or more. */
  readonly status?: 'open' | 'done';
  readonly why?: ReviewReason;
  /** Leaves out what this person has decided, and hides what others decided. */
  readonly reviewer?: string;
}

/** One line of training data. */
export interface Preference {
  readonly prompt: string;
  readonly chosen: string | null;
  readonly rejected: string | null;
}

/** Every call is of one tenant and sees its reviews only. */
export interface Reviews {
  add(tenant: string, review: NewReview): Promise<Review>;
  /** Oldest first. */
  list(tenant: string, filter: ReviewFilter): Promise<Page<Review>>;
  get(tenant: string, id: string): Promise<Review | undefined>;
  /**
   * Decides, or decides anew; `undefined` if there is no such review. `isFirst` refuses to replace what the same person
   * decided before: `store/decided`.
   */
  decide(
    tenant: string,
    id: string,
    decision: Omit<Decision, 'created'>,
    options?: { readonly isFirst?: boolean },
  ): Promise<Review | undefined>;
  remove(tenant: string, id: string): Promise<boolean>;
  agreement(tenant: string): Promise<Agreement>;
  /** What the reviewers made of it, for training. Where they disagree nothing is learnt. */
  preferences(tenant: string): Promise<Preference[]>;
}

/** How many must have decided. */
const REVIEWERS = 2;

const FIELDS = `r.id, r.why, r.detail, r.model, r.request, r.prompt, r.output, r.created,
  coalesce((select jsonb_agg(jsonb_build_object('reviewer', d.reviewer, 'decision', d.decision, 'edited', d.edited,
    'note', d.note, 'created', d.created) order by d.created, d.reviewer) from decisions d where d.review = r.id),
    '[]') as decisions`;

type Row = Omit<Review, 'decisions'> & {
  readonly decisions: readonly (Omit<Decision, 'created'> & { readonly created: string })[];
};

const reviewOf = ({ decisions, ...row }: Row): Review => ({
  ...row,
  decisions: decisions.map((one) => ({ ...one, created: new Date(one.created) })),
});

export function reviews(database: Database): Reviews {
  const get = async (queries: Queries, tenant: string, id: string): Promise<Review | undefined> => {
    const sql = `select ${FIELDS} from reviews r where r.tenant = $1 and r.id = $2`;
    return (await queries.query<Row>(sql, [tenant, id])).map(reviewOf)[0];
  };
  const decided = async (tenant: string): Promise<Review[]> => {
    const sql = `select ${FIELDS} from reviews r where r.tenant = $1
      and exists (select from decisions d where d.review = r.id) order by r.place`;
    return (await database.query<Row>(sql, [tenant])).map(reviewOf);
  };
  return {
    async add(tenant, { why, detail = {}, model = null, request = null, prompt, output }) {
      const sql = `insert into reviews (id, tenant, why, detail, model, request, prompt, output, created)
        values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9)`;
      const id = randomUUID();
      const created = new Date();
      await database.query(sql, [id, tenant, why, toJson(detail), model, request, prompt, output, created]);
      return { id, why, detail, model, request, prompt, output, created, decisions: [] };
    },

    async list(tenant, { limit, before, status, why, reviewer }) {
      const sql = `select ${FIELDS}, r.place::float8 as place from reviews r
        where r.tenant = $1 and r.place > $2 and ($3::text is null or r.why = $3)
          and ($4::text is null
            or ($4 = 'done') = ((select count(*) from decisions d where d.review = r.id) >= ${REVIEWERS}))
          and ($5::text is null
            or not exists (select from decisions d where d.review = r.id and d.reviewer = $5))
        order by r.place limit $6`;
      const from = /^\d{1,15}$/.test(before ?? '') ? Number(before) : 0;
      const params = [tenant, from, why ?? null, status ?? null, reviewer ?? null, limit];
      const rows = await database.query<Row & { readonly place: number }>(sql, params);
      const last = rows.length === limit ? rows.at(-1) : undefined;
      const data = rows.map(({ place: _, ...row }) => reviewOf(row));
      return {
        data: reviewer === undefined ? data : data.map((review) => ({ ...review, decisions: [] })),
        next: last ? String(last.place) : null,
      };
    },

    get: (tenant, id) => get(database, tenant, id),

    decide: (tenant, id, { reviewer, decision, edited, note }, { isFirst = false } = {}) =>
      database.transaction(async (tx) => {
        if (!(await get(tx, tenant, id))) return undefined;
        const again = isFirst ? 'nothing' : 'update set decision = $3, edited = $4, note = $5, created = $6';
        const kept = await tx.query(
          `insert into decisions (review, reviewer, decision, edited, note, created) values ($1, $2, $3, $4, $5, $6)
            on conflict (review, reviewer) do ${again} returning reviewer`,
          [id, reviewer, decision, edited, note, new Date()],
        );
        if (kept.length === 0) throw fail('store/decided', { reviewer });
        return get(tx, tenant, id);
      }),

    async remove(tenant, id) {
      const sql = 'delete from reviews where tenant = $1 and id = $2 returning id';
      return (await database.query(sql, [tenant, id])).length > 0;
    },

    agreement: async (tenant) => agreementOf(await decided(tenant)),
    preferences: async (tenant) => (await decided(tenant)).flatMap(preferenceOf),
  };
}

/** A decided review as training data; none where as many say one thing as another. */
export function preferenceOf({
  prompt,
  output,
  decisions,
}: Pick<Review, 'prompt' | 'output' | 'decisions'>): Preference[] {
  const kindOf = ({ decision }: Decision) => (decision === 'make-rule' ? 'reject' : decision);
  const count = (kind: Verdict) => decisions.filter((one) => kindOf(one) === kind).length;
  const kinds = (['approve', 'edit', 'reject'] as const).toSorted((a, b) => count(b) - count(a));
  if (count(kinds[0]) === count(kinds[1])) return [];
  if (kinds[0] === 'approve') return [{ prompt, chosen: output, rejected: null }];
  if (kinds[0] === 'reject') return [{ prompt, chosen: null, rejected: output }];
  const edited = decisions.findLast(({ decision }) => decision === 'edit')?.edited;
  return edited ? [{ prompt, chosen: edited, rejected: output }] : [];
}
