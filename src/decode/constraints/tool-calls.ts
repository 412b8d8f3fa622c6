/**
 * Calls of tools as text: `<tool_call>\n{"name": "weather", "arguments": {…}}\n</tool_call>`, the form of the Hermes models.
 * A text either begins with the marker, and then it is calls from there to its end, or it is a text like any other.
 */

import { anyCharacter, charactersOf, subtract } from './character-set.ts';
import {
  character,
  choice,
  type Expression,
  type Grammar,
  repeat,
  rule,
  sequence,
  text,
} from './expression.ts';

/** A tool as the constraint needs it. */
export interface ToolSchema {
  readonly name: string;
  /** A JSON schema of the arguments; without it there are none. */
  readonly parameters?: unknown;
}

/** Calls of these tools with arguments of their schemas, or what else the text may be. */
export interface ToolCallsSpec<Other = unknown> {
  readonly toolCalls: {
    readonly tools: readonly ToolSchema[];
    /** The most calls of one text. Default 1. */
    readonly most?: number;
    /** What the text may be instead: `'text'` that does not begin with the marker, or a spec. Default: nothing. */
    readonly otherwise?: 'text' | Other;
  };
}

/** How a call is spelled around its name and arguments. */
export const toolCallForm = {
  marker: '<tool_call>',
  head: (name: string): string => `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `,
  tail: '}\n</tool_call>',
  between: '\n',
} as const;

/** The grammar; `readArguments` and `readOther` read what calls and other texts are made of. */
export function readToolCalls(
  { tools, most = 1, otherwise }: ToolCallsSpec['toolCalls'],
  readArguments: (schema: unknown) => Grammar,
  readOther: (spec: never) => Grammar,
): Grammar {
  const rules = new Map<string, Expression>();
  /** Takes a grammar in under names of its own. */
  const adopt = (grammar: Grammar, prefix: string): Expression => {
    for (const [name, expression] of grammar.rules) rules.set(prefix + name, renamed(expression, prefix));
    return rule(prefix + grammar.root);
  };
  const { head, tail, between } = toolCallForm;
  const calls = tools.map(({ name, parameters }, i) => {
    const schema = parameters ?? { type: 'object', properties: {}, additionalProperties: false };
    return sequence(text(head(name)), adopt(readArguments(schema), `${i}:`), text(tail));
  });
  rules.set('call', choice(...calls));
  const options = [sequence(rule('call'), repeat(sequence(text(between), rule('call')), 0, most - 1))];
  if (otherwise === 'text') options.push(plainText());
  else if (otherwise !== undefined) options.push(adopt(readOther(otherwise as never), 'other:'));
  rules.set('root', choice(...options));
  return { root: 'root', rules, inline: false };
}

/** Any text that does not begin with the marker. */
function plainText(): Expression {
  const anything = repeat(character(anyCharacter), 0);
  /** What may follow a part of the marker: nothing, another letter than its next, or that and so on. */
  let rest: Expression | undefined;
  for (const letter of [...toolCallForm.marker].reverse()) {
    const other = sequence(character(subtract(anyCharacter, charactersOf(letter))), anything);
    rest = choice(text(''), other, ...(rest ? [sequence(text(letter), rest)] : []));
  }
  return rest!;
}

function renamed(expression: Expression, prefix: string): Expression {
  switch (expression.type) {
    case 'rule':
      return rule(prefix + expression.name);
    case 'sequence':
    case 'choice':
      return { ...expression, parts: expression.parts.map((part) => renamed(part, prefix)) };
    case 'repeat':
      return { ...expression, body: renamed(expression.body, prefix) };
    default:
      return expression;
  }
}
