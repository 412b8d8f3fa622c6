/** `/v1/assistant`: an answer with the help of tools; what has an effect waits until the person has agreed to that very call. */

import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  type AssistantModel,
  type Assisted,
  assist,
  type CallReport,
  MOST_TURN_CHARACTERS,
  type Note,
  ruleAssistant,
} from '../../apps/index.ts';
import type { DocumentsPort } from '../answers/documents-port.ts';
import type { AppContext } from '../app.ts';
import { noteDecision, noteRule } from '../domain/guard-model.ts';
import type { KitGuard } from '../domain/kit-guard.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';
import { assistantModel, knowsTools } from './assistant-model.ts';
import type { AssistantPort } from './assistant-port.ts';

const turn = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.string().max(MOST_TURN_CHARACTERS),
});

export const assistantBody = z.strictObject({
  /** The conversation; its last turn is the person's. */
  messages: z.array(turn).min(1).max(limits.assistantTurns),
  /** Who decides; without, the person's words call tools by rules. */
  model: z.string().nullish(),
  /** Calls that waited and that the person agrees to: a tool with exactly these arguments, each made once. */
  approve: z
    .array(z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }))
    .max(limits.toolCalls)
    .nullish(),
  /** Calls that this answer had made before it waited for a yes, with what came of them: not made again. */
  made: z
    .array(
      z.strictObject({
        name: z.string(),
        arguments: z.record(z.string(), z.unknown()),
        text: z.string().max(limits.toolResult),
      }),
    )
    .max(limits.madeCalls)
    .nullish(),
  max_rounds: z.int().min(1).max(limits.assistantRounds).nullish(),
  max_tokens: z.int().min(1).max(limits.answerTokens).nullish(),
});

export async function answerAssistant(
  c: AppContext,
  body: z.infer<typeof assistantBody>,
  model: ServedModel | RemoteServed | undefined,
  scope: RequestScope & {
    readonly assistant: AssistantPort;
    readonly documents: DocumentsPort | undefined;
    readonly quotes: QuoteWatch;
    readonly kits: KitGuard | undefined;
  },
): Promise<Response> {
  const { quotes, tenant, kits } = scope;
  const { signal } = followClient(c);
  const collections = (await scope.documents?.readable(tenant)) ?? [];
  const { tools, notes } = scope.assistant.open(tenant, collections);
  const decider = deciderOf(c, model, scope);
  const approved = [...(body.approve ?? [])];
  const due: Note[] = [];
  const leave = quotes.begin();
  try {
    const last = body.messages.at(-1)!;
    const words = quotes.ask(last.content);
    const head = {
      object: 'assistant.answer',
      id: c.get('requestId').replace('req_', 'ast-'),
      created: Math.floor(Date.now() / 1000),
      model: model?.id ?? null,
    };
    const decision = kits?.ask(words);
    if (decision) {
      noteDecision(c, decision);
      quotes.end(decision.text);
      return c.json({ ...head, answer: decision.text, calls: [], reminders: [], finish_reason: 'stop' });
    }
    const parts = assist([...body.messages.slice(0, -1), { ...last, content: words }], {
      model: model && knowsTools(model) ? decider! : ruleAssistant(tools, { otherwise: decider }),
      ...{ tools, notes, signal },
      made: body.made ?? undefined,
      maxRounds: body.max_rounds ?? undefined,
      maxTokens: body.max_tokens ?? undefined,
      async confirm({ name, arguments: args }) {
        const at = approved.findIndex((one) => one.name === name && isDeepStrictEqual(one.arguments, args));
        if (at < 0) return 'later';
        approved.splice(at, 1);
        return true;
      },
    });
    let whole: Assisted | undefined;
    for await (const part of parts) {
      if (part.type === 'reminder') due.push(part.note);
      if (part.type === 'answer') whole = part;
    }
    const { answer, calls, finish } = whole!;
    const told = quotes.tell(answer).whole;
    const results = calls.map((call) => toldCall(call, quotes));
    const passed = kits ? kits.rewrite(told.text, (rule) => noteRule(c, rule)) : told.text;
    const notices = passed === '' ? [] : (kits?.notices(words, passed) ?? []);
    for (const notice of notices) noteDecision(c, notice);
    const text = [passed, ...notices.map((notice) => notice.text)].join('\n\n');
    quotes.end(text);
    return c.json({
      ...{ ...head, answer: text, calls: results },
      reminders: due.map(({ text }) => quotes.tell(text).whole.text),
      finish_reason: told.moderated === 'block' ? 'blocked' : finish,
    });
  } catch (error) {
    // They were taken to be told, and were not.
    for (const reminder of due) await notes.put(reminder);
    throw error;
  } finally {
    leave();
  }
}

/** Results quote documents and what tools say; no longer than they may come back in `made`, whatever a rule puts in. */
const toldCall = (call: CallReport, quotes: QuoteWatch): CallReport => ({
  ...call,
  text: quotes.tell(call.text).whole.text.slice(0, limits.toolResult),
});

/** The tools of this caller, and their reminders with the times; none is taken away. */
export async function describeAssistant(
  c: AppContext,
  {
    assistant,
    documents,
    quotes,
  }: {
    readonly assistant: AssistantPort;
    readonly documents: DocumentsPort | undefined;
    readonly quotes: QuoteWatch;
  },
): Promise<Response> {
  const tenant = c.get('tenant');
  const { tools, notes } = assistant.open(tenant, (await documents?.readable(tenant)) ?? []);
  const now = Date.now();
  const reminders = (await notes.list('reminder')).map(({ id, text, detail }) => {
    const due = String(detail?.due);
    return { id, text: quotes.tell(text).whole.text, due, is_due: Date.parse(due) <= now };
  });
  return c.json({
    object: 'assistant',
    tools: tools.map(({ name, description, hasEffect }) => ({ name, description, has_effect: hasEffect })),
    reminders: reminders.sort((a, b) => (a.due < b.due ? -1 : 1)),
  });
}

function deciderOf(
  c: AppContext,
  model: ServedModel | RemoteServed | undefined,
  scope: RequestScope,
): AssistantModel | undefined {
  return (
    model &&
    assistantModel(model, scope, ({ promptTokens, completionTokens, guard }) =>
      c.get('metrics').written({ promptTokens, completionTokens, repairs: guard?.repairs ?? 0 }),
    )
  );
}
