/** What is done in the sandbox: work whose cost the asker decides. Plain data in and out. */

import { type ConstraintSpec, compileConstraint } from '../../decode/index.ts';
import type { SentError } from '../../sent-error.ts';
import {
  type Chat,
  type ChatTemplateSource,
  createChatTemplate,
  type SpecialToken,
} from '../../text/index.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';

/** The tasks by name, each with what it takes and gives. */
export interface SandboxTasks {
  render: {
    readonly input: {
      readonly source: ChatTemplateSource;
      readonly specialTokens: readonly string[];
      readonly chat: Chat;
    };
    readonly output: readonly (string | SpecialToken)[];
  };
  /** Compiles a constraint and throws it away: whoever needs it then knows that it can be compiled, and soon. */
  compile: { readonly input: { readonly spec: ConstraintSpec }; readonly output: null };
}

export type TaskName = keyof SandboxTasks;

/** The simplest vocabulary: a token for each byte, and an end. */
const bytes = {
  vocabSize: 257,
  eosId: 256,
  tokenBytes: (id: number) => (id < 256 ? Uint8Array.of(id) : new Uint8Array(0)),
};

export const tasks: {
  readonly [Name in TaskName]: (input: SandboxTasks[Name]['input']) => SandboxTasks[Name]['output'];
} = {
  render: ({ source, specialTokens, chat }) => createChatTemplate(source, { specialTokens }).render(chat),
  compile({ spec }) {
    const start = process.cpuUsage();
    compileConstraint(spec, bytes);
    // The engine stands still as long when it compiles it again.
    const { user, system } = process.cpuUsage(start);
    if (user + system > limits.compileMs * 1000) throw fail('serve/too-costly', undefined);
    return null;
  },
};

export interface ToSandbox {
  readonly name: TaskName;
  readonly input: unknown;
}

export type FromSandbox =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly output: unknown }
  | { readonly type: 'error'; readonly error: SentError };
