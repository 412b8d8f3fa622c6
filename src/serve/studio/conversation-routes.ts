/** `/api/conversations`: kept, branched, renamed, exported. */

import { Hono } from 'hono';
import { branchTo, type Conversation, type Conversations, type Message } from '../../store/index.ts';
import type { AppContext, Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { readBody, readQuery } from '../read-body.ts';
import { attachment } from './attachment.ts';
import {
  conversationBody,
  conversationChange,
  conversationQuery,
  exportQuery,
  messageBody,
} from './state-schemas.ts';

export function conversationRoutes(kept: Conversations): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();

  app.get('/', async (c) => c.json(await kept.list(c.get('tenant'), readQuery(c, conversationQuery))));
  app.post('/', async (c) =>
    c.json(await kept.create(c.get('tenant'), await readBody(c, conversationBody)), 201),
  );
  app.get('/:id', async (c) => c.json(await whole(c, c.req.param('id'))));
  app.patch('/:id', async (c) => {
    const id = c.req.param('id');
    const change = await readBody(c, conversationChange);
    return c.json(found(id, await kept.change(c.get('tenant'), id, change)));
  });
  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    if (!(await kept.remove(c.get('tenant'), id))) throw missing(id);
    return c.body(null, 204);
  });
  app.post('/:id/messages', async (c) => {
    const id = c.req.param('id');
    const body = await readBody(c, messageBody);
    return c.json(found(id, await kept.add(c.get('tenant'), id, body)), 201);
  });
  app.delete('/:id/messages/:message', async (c) => {
    const { id, message } = c.req.param();
    if (!(await kept.removeMessage(c.get('tenant'), id, message))) throw missing(message);
    return c.body(null, 204);
  });
  app.get('/:id/export', async (c) => {
    const { format } = readQuery(c, exportQuery);
    const conversation = await whole(c, c.req.param('id'));
    return format === 'json'
      ? attachment(c, JSON.stringify(conversation, null, 2), `${conversation.id}.json`)
      : attachment(c, toMarkdown(conversation), `${conversation.id}.md`);
  });
  return app;

  async function whole(c: AppContext, id: string): Promise<WholeConversation> {
    const conversation = found(id, await kept.get(c.get('tenant'), id));
    return { ...conversation, messages: await kept.messages(c.get('tenant'), id) };
  }
}

interface WholeConversation extends Conversation {
  readonly messages: readonly Message[];
}

const missing = (id: string) => fail('serve/missing', { what: 'conversation', zhWhat: '对话', id });

function found<Value>(id: string, value: Value | undefined): Value {
  if (value === undefined) throw missing(id);
  return value;
}

/** The branch that is shown, as a page to read. */
function toMarkdown({ title, messages, leaf }: WholeConversation): string {
  const parts = branchTo(messages, leaf).map(({ role, content }) => `## ${role}\n\n${content}\n`);
  return [`# ${title || '…'}\n`, ...parts].join('\n');
}
