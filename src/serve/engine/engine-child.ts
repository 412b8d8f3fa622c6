/** The engine's own process: it holds the model, and whatever goes wrong in native code ends it alone. */

import { toSent } from '../../sent-error.ts';
import type { GenerationPart } from '../../types.ts';
import type { TaskModel } from '../tasks/task-model.ts';
import { type FromEngine, type ToEngine, WINDOW } from './engine-protocol.ts';
import type { LocalModel } from './local-model.ts';

/** How often the parent hears how busy the model is, in ms. */
const LOAD_EVERY = 200;

export interface EngineChildOptions {
  /** Lets whoever waits for this core have it first: called when the parent has something to do. */
  readonly giveWay?: () => void;
}

/** Serves one model to the parent process until that goes; the parent asks it only for what it can do. */
export function runEngineChild(model: LocalModel | TaskModel, { giveWay }: EngineChildOptions = {}): void {
  const writer = model as LocalModel;
  let unsent: FromEngine[] = [];
  /** NOTE one message for all parts of a step: a tick comes when every text of it has said its word. */
  const send = (message: FromEngine): void => {
    if (unsent.length === 0) {
      process.nextTick(() => {
        process.send?.(unsent);
        unsent = [];
        giveWay?.();
      });
    }
    unsent.push(message);
  };
  const sendPart = (job: number, part: GenerationPart): void => {
    if (part.type !== 'text-delta' || part.tokens) {
      send({ type: 'part', job, part: withoutError(part) });
      return;
    }
    let last = unsent.at(-1);
    if (last?.type !== 'texts') send((last = { type: 'texts', jobs: [], indexes: [], texts: [] }));
    last.jobs.push(job);
    last.indexes.push(part.index ?? 0);
    last.texts.push(part.text);
  };
  const jobs = new Map<number, { readonly controller: AbortController; taken(parts: number): void }>();

  const begin = (
    job: number,
    work: (signal: AbortSignal, room: () => Promise<void> | undefined) => Promise<void>,
  ): void => {
    const controller = new AbortController();
    let left = WINDOW;
    let wake: (() => void) | undefined;
    const emptied = async (): Promise<void> => {
      while (left < 0 && !controller.signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    };
    /** Something to wait for when the reader has not taken enough. */
    const room = (): Promise<void> | undefined => (--left < 0 ? emptied() : undefined);
    jobs.set(job, {
      controller,
      taken(parts) {
        left += parts;
        wake?.();
      },
    });
    controller.signal.addEventListener('abort', () => wake?.());
    work(controller.signal, room)
      .then(() => send({ type: 'end', job }))
      .catch((error) => send({ type: 'error', job, error: toSent(error) }))
      .finally(() => jobs.delete(job));
  };

  process.on('message', (message: ToEngine) => {
    const { job } = message;
    if (message.type === 'write') {
      begin(job, async (signal, room) => {
        for await (const part of writer.write(message.request, signal)) {
          const full = room();
          if (full) await full;
          sendPart(job, part);
        }
      });
    } else if (message.type === 'score') {
      begin(job, async (signal) => {
        const { ids, top, tenant, adapter } = message;
        send({ type: 'scores', job, scores: await writer.score(ids, { top, tenant, adapter, signal }) });
      });
    } else if (message.type === 'inspect') {
      begin(job, async (signal) => {
        const { question, tenant, adapter } = message;
        send({ type: 'answer', job, answer: await writer.inspect?.(question, { tenant, adapter, signal }) });
      });
    } else if (message.type === 'embed') {
      begin(job, async (signal) => {
        const { texts, tenant, adapter } = message;
        send({ type: 'embeddings', job, embeddings: await writer.embed(texts, { tenant, adapter, signal }) });
      });
    } else if (message.type === 'ask') {
      begin(job, async (signal, room) => {
        const { question, tenant } = message;
        for await (const told of (model as TaskModel).ask(question, { tenant, signal })) {
          await room();
          send({ type: 'told', job, told });
        }
      });
    } else if (message.type === 'taken') jobs.get(job)?.taken(message.parts);
    else jobs.get(job)?.controller.abort();
  });
  process.on('disconnect', () => process.exit(0));

  let last = '';
  setInterval(() => {
    const { load } = model;
    const now = JSON.stringify(load);
    if (now !== last) send({ type: 'load', load });
    last = now;
  }, LOAD_EVERY).unref();
  const { contextLength, adapterContexts } = writer;
  send({ type: 'ready', contextLength, adapterContexts });
}

/** Tells the parent why there is no model to serve, and ends the process. */
export function failEngineChild(error: unknown): void {
  const failed: FromEngine = { type: 'failed', error: toSent(error) };
  process.send?.([failed], () => process.exit(1));
}

/** The error itself is thrown after the last part; an Error in a part would not cross whole. */
function withoutError(part: GenerationPart): GenerationPart {
  if (part.type !== 'finish' || part.error === undefined) return part;
  const { error: _, ...rest } = part;
  return rest;
}
