/** Conversations as trees of messages: kept by the server, or by this page where the server keeps nothing. */

import { ApiError, request } from '../../api/client.ts';

/** Of what the cache knows of them. */
export const KEY = 'conversations';
/** Another page, or another person, may write too: so often it is looked for, in ms. */
export const FRESH = 5000;

export interface Conversation {
  readonly id: string;
  readonly title: string | null;
  /** The end of the branch that is shown. */
  readonly leaf: string | null;
  readonly updated: string;
}

export interface Message {
  readonly id: string;
  readonly parent: string | null;
  readonly role: 'user' | 'assistant' | 'system' | 'tool';
  readonly content: string;
  readonly model?: string | null;
  readonly detail?: MessageDetail | null;
}

/** How an answer was written. */
export interface MessageDetail {
  readonly tokens?: number;
  readonly ms?: number;
  readonly firstMs?: number;
  readonly repairs?: number;
}

export interface WholeConversation extends Conversation {
  readonly messages: readonly Message[];
}

export type NewMessage = Pick<Message, 'role' | 'content' | 'model' | 'detail'> &
  ({ readonly parent: string | null } | { readonly siblingOf: string });

/** Where conversations are kept. */
export interface ConversationStore {
  readonly isKept: boolean;
  list(search: string): Promise<readonly Conversation[]>;
  get(id: string): Promise<WholeConversation>;
  create(title: string): Promise<Conversation>;
  add(id: string, message: NewMessage): Promise<Message>;
  show(id: string, leaf: string): Promise<void>;
  remove(id: string): Promise<void>;
}

const at = (id: string, rest = ''): string => `/api/conversations/${encodeURIComponent(id)}${rest}`;

const onServer: ConversationStore = {
  isKept: true,
  async list(search) {
    const query = search ? `?search=${encodeURIComponent(search)}` : '';
    const { data } = await request<{ readonly data: readonly Conversation[] }>(`/api/conversations${query}`);
    return data;
  },
  get: (id) => request(at(id)),
  create: (title) => request('/api/conversations', { method: 'POST', body: { title } }),
  add: (id, message) => request(at(id, '/messages'), { method: 'POST', body: message }),
  show: (id, leaf) => request(at(id), { method: 'PATCH', body: { leaf } }),
  remove: (id) => request(at(id), { method: 'DELETE' }),
};

/** As the server does it, for as long as the page is open. */
export function createPageStore(): ConversationStore {
  const kept = new Map<string, WholeConversation>();
  let count = 0;
  const newId = (): string => `here-${++count}`;
  const change = (id: string, part: Partial<WholeConversation>): void => {
    kept.set(id, { ...kept.get(id)!, ...part, updated: new Date().toISOString() });
  };
  return {
    isKept: false,
    list: async (search) =>
      [...kept.values()].filter(({ title }) => title?.includes(search) ?? search === '').reverse(),
    async get(id) {
      const found = kept.get(id);
      if (!found) throw new ApiError(404, 'studio/conversation', id);
      return found;
    },
    async create(title) {
      const made = {
        id: newId(),
        title,
        leaf: null,
        updated: new Date().toISOString(),
        messages: [],
      };
      kept.set(made.id, made);
      return made;
    },
    async add(id, message) {
      const { messages } = kept.get(id)!;
      const parent =
        'siblingOf' in message
          ? messages.find((one) => one.id === message.siblingOf)!.parent
          : message.parent;
      const { role, content, model, detail } = message;
      const made = { id: newId(), role, content, model, detail, parent };
      change(id, { messages: [...messages, made], leaf: made.id });
      return made;
    },
    show: async (id, leaf) => change(id, { leaf }),
    remove: async (id) => void kept.delete(id),
  };
}

/** The server's store where it has one. */
export async function openStore(): Promise<ConversationStore> {
  try {
    await onServer.list('');
    return onServer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return createPageStore();
    throw error;
  }
}

/** From the beginning to the leaf. */
export function branchOf({ messages, leaf }: WholeConversation): Message[] {
  const known = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  for (let id = leaf; id !== null; ) {
    const message = known.get(id);
    if (!message) break;
    branch.unshift(message);
    id = message.parent;
  }
  return branch;
}

/**
 * The leaf that a page shows which showed `seen`: the server's, where that goes on from it. Another page that went to
 * another branch takes nobody along.
 */
export function leafToShow(whole: WholeConversation, seen: string | null): string | null {
  if (seen === null || !whole.messages.some(({ id }) => id === seen)) return whole.leaf;
  return branchOf(whole).some(({ id }) => id === seen) ? whole.leaf : seen;
}

/** Versions of one message: edits of a question, answers to one question. */
export const versionsOf = ({ messages }: WholeConversation, { parent, role }: Message): readonly Message[] =>
  messages.filter((one) => one.parent === parent && one.role === role);

/** The end of the latest branch that goes through the message. */
export function latestLeaf({ messages }: WholeConversation, id: string): string {
  for (let leaf = id; ; ) {
    const child = messages.findLast(({ parent }) => parent === leaf);
    if (!child) return leaf;
    leaf = child.id;
  }
}
