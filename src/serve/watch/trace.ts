/** What one request did, as it goes along; it becomes one row of the audit log. */

import type { AuditEntry, Rule, RuleAction } from '../../store/index.ts';
import { strictness } from '../moderation/moderator.ts';
import type { Caller } from './callers.ts';

export interface Trace {
  readonly caller: Caller;
  model: string | null;
  promptTokens: number;
  completionTokens: number;
  repairs: number;
  readonly rules: Map<string, Rule>;
  prompt: string;
  output: string;
  /** A generation begins; the answer ends it. */
  begin(): () => void;
  /** The answer has begun, with this status. */
  answered(status: number): void;
}

/** `done` hears once, when the answer has begun and every generation has ended. */
export function createTrace(
  about: Pick<AuditEntry, 'request'> & { readonly route: () => string },
  caller: Caller,
  done: (entry: AuditEntry) => void,
): Trace {
  const at = new Date();
  const start = performance.now();
  let open = 0;
  let status: number | undefined;
  const tell = (): void => {
    if (open > 0 || status === undefined) return;
    const { model, promptTokens, completionTokens, repairs, prompt, output } = trace;
    const rules = [...trace.rules.values()];
    const actions: RuleAction[] = rules.map(({ action }) => action);
    const decision = actions.toSorted((a, b) => strictness[b] - strictness[a])[0] ?? null;
    done({
      ...{ at, request: about.request, route: about.route(), status, tenant: caller.tenant, key: caller.key },
      ...{ model, promptTokens, completionTokens, repairs, decision, rules: rules.map(({ name }) => name) },
      ...{ ms: Math.round(performance.now() - start), prompt: prompt || null, output: output || null },
    });
  };
  const trace: Trace = {
    caller,
    ...{ model: null, promptTokens: 0, completionTokens: 0, repairs: 0, prompt: '', output: '' },
    rules: new Map(),
    begin() {
      open++;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        open--;
        tell();
      };
    },
    answered(code) {
      status = code;
      tell();
    },
  };
  return trace;
}
