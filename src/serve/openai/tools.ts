/** Tools as the wire spells them, and what they make of a text. */

import type { ConstraintSpec, ToolSchema } from '../../decode/index.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';

/** A function that a model may call, whichever route it came by. */
export interface Tool {
  readonly name: string;
  readonly description?: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | null;
}

/** Whether the model calls: as it likes, never, at least once, or this one. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export interface ToolUse {
  readonly tools: readonly Tool[];
  readonly choice: ToolChoice;
  readonly parallel: boolean;
}

/** Checks what belongs together. `undefined` without tools. */
export function toolUse(
  tools: readonly Tool[],
  choice: ToolChoice | null | undefined,
  parallel: boolean | null | undefined,
): ToolUse | undefined {
  const names = tools.map(({ name }) => name);
  const wrong = (field: string, rule: string, zhRule: string, got: unknown) =>
    fail('serve/field', { field, rule, zhRule, got });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw wrong('tools', 'functions of different names', '名称各不相同的函数', twice);
  const untyped = tools.find(({ parameters }) => (parameters?.type ?? 'object') !== 'object');
  if (untyped)
    throw wrong(
      'tools',
      `a schema of type "object" for ${untyped.name}`,
      ` ${untyped.name} 的类型为 "object" 的 schema`,
      untyped.parameters?.type,
    );
  if (typeof choice === 'object' && choice && !names.includes(choice.name))
    throw wrong('tool_choice', 'one of the tools', '所给工具之一', choice.name);
  if (names.length === 0) {
    if (choice === 'required') throw wrong('tool_choice', 'given with tools', '与 tools 一起给出', choice);
    return undefined;
  }
  return { tools, choice: choice ?? 'auto', parallel: parallel ?? true };
}

/** The functions that may be called. */
export function callable({ tools, choice }: ToolUse): readonly Tool[] {
  if (choice === 'none') return [];
  return typeof choice === 'object' ? tools.filter(({ name }) => name === choice.name) : tools;
}

/** What the text must look like with these tools; `form` is what a text without calls must look like. */
export function toolConstraint(use: ToolUse, form: ConstraintSpec | undefined): ConstraintSpec | undefined {
  const tools = callable(use).map(({ name, parameters }): ToolSchema => {
    // A schema that says nothing of its properties would allow any.
    const isEmpty = !parameters || Object.keys(parameters).length === 0;
    return isEmpty ? { name } : { name, parameters: { type: 'object', ...parameters } };
  });
  if (tools.length === 0) return form;
  const { choice, parallel } = use;
  return {
    toolCalls: {
      tools,
      most: parallel && typeof choice !== 'object' ? limits.toolCalls : 1,
      ...(choice === 'auto' && { otherwise: form ?? 'text' }),
    },
  };
}
