/** Conversations that branch: every message knows its parent; an edit or another answer is a sibling. */

import { randomUUID } from 'node:crypto';
import { type Database, type Queries, toJson } from './database.ts';
import type { Page, PageOptions } from './page.ts';

export type Role = 'system' | 'user' | 'assistant' | 'tool';
export type Json = { readonly [key: string]: unknown };

export interface Conversation {
  readonly id: string;
  readonly title: string;
  readonly model: string | null;
  /** Whatever the client wants to find again: strategy, knobs, seed. */
  readonly settings: Json;
  /** The last message of the branch that is shown. */
  readonly leaf: string | null;
  readonly created: Date;
  readonly updated: Date;
}

export interface Message {
  readonly id: string;
  /** None for the first of a branch. */
  readonly parent: string | null;
  readonly role: Role;
  readonly content: string;
  readonly model: string | null;
  /** Whatever the client wants to find again: seed, tokens with their probabilities, repaired loops. */
  readonly detail: Json;
  readonly created: Date;
}

export interface NewMessage {
  readonly parent?: string | null;
  /** Instead of a parent: the message beside which this one stands. */
  readonly siblingOf?: string;
  readonly role: Role;
  readonly content: string;
  readonly model?: string | null;
  readonly detail?: Json;
}

export interface ConversationChange {
  readonly title?: string;
  readonly model?: string | null;
  readonly settings?: Json;
  readonly leaf?: string | null;
}

/** Every call is of one tenant and sees its conversations only; of another's it says `undefined` or `false`. */
export interface Conversations {
  create(tenant: string, conversation: Omit<ConversationChange, 'leaf'>): Promise<Conversation>;
  /** Newest first; `search` looks into the titles. */
  list(tenant: string, options: PageOptions & { readonly search?: string }): Promise<Page<Conversation>>;
  get(tenant: string, id: string): Promise<Conversation | undefined>;
  /** A leaf that is no message of the conversation is not taken: the answer is `undefined`. */
  change(tenant: string, id: string, change: ConversationChange): Promise<Conversation | undefined>;
  remove(tenant: string, id: string): Promise<boolean>;
  /** All branches, in the order of writing. */
  messages(tenant: string, id: string): Promise<Message[]>;
  /** Adds a message, which becomes the leaf. `undefined` if there is no such conversation, parent or sibling. */
  add(tenant: string, id: string, message: NewMessage): Promise<Message | undefined>;
  /** Removes a message and all that follows it; a leaf among them goes back to the parent. */
  removeMessage(tenant: string, id: string, message: string): Promise<boolean>;
}

const FIELDS = 'id, title, model, settings, leaf, created, updated';
const MESSAGE_FIELDS = 'id, parent, role, content, model, detail, created';

export function conversations(database: Database): Conversations {
  const get = async (queries: Queries, tenant: string, id: string): Promise<Conversation | undefined> => {
    const sql = `select ${FIELDS} from conversations where tenant = $1 and id = $2`;
    return (await queries.query<Conversation>(sql, [tenant, id]))[0];
  };
  const messageOf = async (queries: Queries, id: string, message: string): Promise<Message | undefined> => {
    const sql = `select ${MESSAGE_FIELDS} from messages where conversation = $1 and id = $2`;
    return (await queries.query<Message>(sql, [id, message]))[0];
  };
  return {
    async create(tenant, { title = '', model = null, settings = {} }) {
      const sql = `insert into conversations (id, tenant, title, model, settings, created, updated)
        values ($1, $2, $3, $4, $5::jsonb, $6, $6) returning ${FIELDS}`;
      const params = [randomUUID(), tenant, title, model, toJson(settings), new Date()];
      return (await database.query<Conversation>(sql, params))[0];
    },

    async list(tenant, { limit, before, search = '' }) {
      const [time, id] = before?.split('/') ?? [];
      const sql = `select ${FIELDS} from conversations
        where tenant = $1 and ($2 = '' or position(lower($2) in lower(title)) > 0)
          and ($3::timestamptz is null or (updated, id) < ($3::timestamptz, $4))
        order by updated desc, id desc limit $5`;
      const from = time && Number.isFinite(Date.parse(time)) ? new Date(time) : null;
      const rows = await database.query<Conversation>(sql, [tenant, search, from, id ?? '', limit]);
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return { data: rows, next: last ? `${last.updated.toISOString()}/${last.id}` : null };
    },

    get: (tenant, id) => get(database, tenant, id),

    change: (tenant, id, change) =>
      database.transaction(async (tx) => {
        const old = await get(tx, tenant, id);
        if (!old) return undefined;
        const { title, model, settings, leaf } = { ...old, ...change };
        if (change.leaf != null && !(await messageOf(tx, id, change.leaf))) return undefined;
        const sql = `update conversations set title = $2, model = $3, settings = $4::jsonb, leaf = $5, updated = $6
          where id = $1 returning ${FIELDS}`;
        return (await tx.query<Conversation>(sql, [id, title, model, toJson(settings), leaf, new Date()]))[0];
      }),

    async remove(tenant, id) {
      const sql = 'delete from conversations where tenant = $1 and id = $2 returning id';
      return (await database.query(sql, [tenant, id])).length > 0;
    },

    messages: (tenant, id) =>
      database.query<Message>(
        `select ${MESSAGE_FIELDS.replace(/\w+/g, 'm.$&')} from messages m
          join conversations c on c.id = m.conversation
          where c.tenant = $1 and c.id = $2 order by m.place`,
        [tenant, id],
      ),

    add: (tenant, id, { parent = null, siblingOf, role, content, model = null, detail = {} }) =>
      database.transaction(async (tx) => {
        if (!(await get(tx, tenant, id))) return undefined;
        const beside = siblingOf === undefined ? undefined : await messageOf(tx, id, siblingOf);
        if (siblingOf !== undefined && !beside) return undefined;
        const above = beside ? beside.parent : parent;
        if (above !== null && !(await messageOf(tx, id, above))) return undefined;
        const now = new Date();
        const sql = `insert into messages (id, conversation, parent, role, content, model, detail, created)
          values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8) returning ${MESSAGE_FIELDS}`;
        const params = [randomUUID(), id, above, role, content, model, toJson(detail), now];
        const [message] = await tx.query<Message>(sql, params);
        await tx.query('update conversations set leaf = $2, updated = $3 where id = $1', [
          id,
          message.id,
          now,
        ]);
        return message;
      }),

    removeMessage: (tenant, id, message) =>
      database.transaction(async (tx) => {
        if (!(await get(tx, tenant, id))) return false;
        const old = await messageOf(tx, id, message);
        if (!old) return false;
        await tx.query('delete from messages where conversation = $1 and id = $2', [id, message]);
        await tx.query(
          `update conversations set leaf = $2, updated = $3
            where id = $1 and leaf is not null and leaf not in (select id from messages where conversation = $1)`,
          [id, old.parent, new Date()],
        );
        return true;
      }),
  };
}

/** The messages from the first to `leaf`: one branch. */
export function branchTo(messages: readonly Message[], leaf: string | null): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  for (let at = byId.get(leaf ?? ''); at; at = byId.get(at.parent ?? '')) branch.unshift(at);
  return branch;
}
