/** What is known of each request: who asks, within which limits, under which rules; and what is written down of it. */

import type { State } from '../../store/index.ts';
import type { AppContext } from '../app.ts';
import { compileRule } from '../moderation/moderator.ts';
import { type AnyServed, isRemote, isTaskModel } from '../served-model.ts';
import { createCallers } from './callers.ts';
import { createKeyCounts } from './key-limits.ts';
import type { Recorder } from './recorder.ts';
import { remember } from './remember.ts';
import { createTrace } from './trace.ts';
import { type Watching, watchModel, watchRemote } from './watched-model.ts';
import { type QuoteWatch, watchQuotes } from './watched-quotes.ts';
import { watchTask } from './watched-task.ts';

export interface Watch {
  /** Lets a request in, or not. @throws `serve/key`, `serve/limit` */
  enter(c: AppContext, authorization: string | undefined): Promise<void>;
  /** Whether the key would let a request in. @throws `serve/key` */
  check(authorization: string | undefined): Promise<unknown>;
  /** Its answer has begun. */
  left(c: AppContext): void;
  /** A model as this request sees it. */
  model<Model extends AnyServed>(c: AppContext, model: Model): Model;
  /** What this request may see of texts that no model writes. */
  quotes(c: AppContext): Promise<QuoteWatch>;
  /** Rules or keys have changed here. */
  forget(): void;
}

/** Routes that keep a model busy. */
const MODEL_WORK = /^\/(v1|api\/inspect)\//;

/** Without state there are only the keys of the command line. */
export function createWatch(
  keys: readonly string[],
  kept: { readonly state: State; readonly recorder: Recorder } | undefined,
): Watch {
  const callers = createCallers(keys, kept?.state);
  const rules = remember(async (tenant: string) => {
    if (!kept || (await kept.state.isNew())) return [];
    return (await kept.state.rules.list(tenant)).filter(({ isOn }) => isOn).map(compileRule);
  });
  const watching: Watching | undefined = kept && {
    counts: createKeyCounts(kept.state.keys),
    recorder: kept.recorder,
    rulesOf: rules.get,
  };
  return {
    check: (authorization) => callers.callerOf(authorization),
    async enter(c, authorization) {
      // A request that meets two doors on its way is counted once.
      if (c.get('caller')) return;
      const caller = await callers.callerOf(authorization);
      c.set('caller', caller);
      c.set('tenant', caller.tenant);
      if (!watching || c.req.method === 'GET') return;
      const about = { request: c.get('requestId'), route: () => c.req.routePath };
      const trace = createTrace(about, caller, watching.recorder.audit);
      c.set('trace', trace);
      if (caller.stored && MODEL_WORK.test(c.req.path)) watching.counts.request(caller.stored);
    },
    left: (c) => c.get('trace')?.answered(c.res.status),
    model<Model extends AnyServed>(c: AppContext, model: Model): Model {
      const trace = c.get('trace');
      if (!watching || !trace) return model;
      const watched = { request: c.get('requestId'), trace };
      const seen = isRemote(model)
        ? watchRemote(model, watched, watching)
        : isTaskModel(model)
          ? watchTask(model, watched, watching)
          : watchModel(model, watched, watching);
      return seen as Model;
    },
    async quotes(c) {
      if (!watching) return watchQuotes([]);
      const trace = c.get('trace');
      const { recorder, rulesOf } = watching;
      const watched = trace && { request: c.get('requestId'), trace, recorder };
      return watchQuotes(await rulesOf(c.get('tenant')), watched);
    },
    forget() {
      callers.forget();
      rules.clear();
    },
  };
}
