/** Chat templates: the Jinja template that a model was tuned with writes its conversations, byte for byte. */

import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import type { SpecialToken } from './special.ts';
import { strftime } from './strftime.ts';
import { type Marks, marksFor, markText, readMarked } from './template-marks.ts';

/** One turn, as OpenAI writes it; a template may read further fields. */
export interface ChatMessage {
  readonly role: string;
  readonly [field: string]: unknown;
}

/** What a template is given. */
export interface Chat {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly unknown[];
  readonly documents?: readonly unknown[];
  /** Whether the text goes on with the assistant's turn. Default true. */
  readonly addGenerationPrompt?: boolean;
  /** Further variables; none of the names that templates are given anyway. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A template and the tokens that it is given by name. Plain data. */
export interface ChatTemplateSource {
  readonly template: string;
  /** Variables such as `bos_token`, by name. */
  readonly tokens: Readonly<Record<string, string>>;
}

export interface ChatTemplateOptions {
  /** The tokenizer's special tokens: only the template itself can write them. */
  readonly specialTokens: Iterable<string>;
  /** What the template takes for now. */
  readonly now?: () => Date;
}

export interface ChatTemplate {
  /** Texts and special tokens in a row, for `encodeParts`. @throws `text/template`. */
  render(chat: Chat): (string | SpecialToken)[];
}

type Node = ReturnType<typeof parse>;

/** The longest `range` that a template may make. */
const RANGE_LIMIT = 100_000;
/** Names that a conversation cannot give to a variable. */
const RESERVED = [
  ...['messages', 'tools', 'documents', 'add_generation_prompt', 'tokenize'],
  ...['true', 'false', 'none', 'True', 'False', 'None', 'range', 'raise_exception', 'strftime_now', 'loop'],
];

/**
 * A template as transformers' `apply_chat_template` renders it. Message contents that spell a special token stay text.
 * NOTE: a hostile template can run for ever; who takes templates from strangers renders in a process that can be killed.
 *
 * @throws `text/template` for a template that cannot be read.
 * @example
 * const chat = createChatTemplate({ template, tokens: {} }, { specialTokens: tokenizer.specialTokens.keys() });
 * encodeParts(tokenizer, chat.render({ messages: [{ role: 'user', content: '床前明月光' }] }));
 */
export function createChatTemplate(source: ChatTemplateSource, options: ChatTemplateOptions): ChatTemplate {
  const { template, tokens } = source;
  const { now = () => new Date() } = options;
  const names = [...options.specialTokens];
  if (template.length > limits.templateLength) {
    throw fail('text/limit', {
      where: 'chat_template',
      what: 'length',
      limit: limits.templateLength,
      got: template.length,
    });
  }
  // Parsed anew for each other pair of marks, which is nearly never.
  let program: { readonly node: Node; readonly marks: Marks } | undefined;
  const programWith = (marks: Marks): Node => {
    if (program?.marks.begin !== marks.begin || program.marks.end !== marks.end) {
      const node = told(() => parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true })));
      told(() => markStrings(node, (text) => markText(text, names, marks)));
      program = { node, marks };
    }
    return program.node;
  };
  const emptyMarks = marksFor([template])!;
  programWith(emptyMarks);

  return {
    render({ messages, tools, documents, addGenerationPrompt = true, variables = {} }) {
      const reserved = Object.keys(variables).find(
        (name) => RESERVED.includes(name) || Object.hasOwn(tokens, name),
      );
      if (reserved !== undefined) {
        throw fail('text/template', {
          reason: `the variable ${reserved} is the template's own`,
          reasonZh: `变量 ${reserved} 归模板自用`,
        });
      }
      const marks = marksFor([template, JSON.stringify([messages, tools, documents, variables])]);
      if (!marks) {
        throw fail('text/template', {
          reason: 'the messages use up all characters of private use',
          reasonZh: '消息用尽了私用区字符',
        });
      }
      const node = programWith(marks);
      const environment = new Environment();
      const given = {
        ...constants,
        range: boundedRange,
        raise_exception: (reason: string) => {
          throw new Error(reason);
        },
        strftime_now: (format: string) => strftime(format, now()),
        ...Object.fromEntries(
          Object.entries(tokens).map(([name, token]) => [name, markText(token, names, marks)]),
        ),
        ...variables,
        messages,
        tools: tools ?? null,
        documents: documents ?? null,
        add_generation_prompt: addGenerationPrompt,
      };
      const rendered = told(() => {
        for (const [name, value] of Object.entries(given)) environment.set(name, value);
        return new Interpreter(environment).run(node).value;
      });
      return readMarked(String(rendered), names, marks);
    },
  };
}

const constants = { true: true, false: false, none: null, True: true, False: false, None: null };

function boundedRange(start: number, stop?: number, step = 1): number[] {
  if (step === 0) throw new Error('range with a step of 0');
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (!(length <= RANGE_LIMIT)) throw new Error(`range of more than ${RANGE_LIMIT}`);
  return Array.from({ length }, (_, i) => from + i * step);
}

/** Whatever the reader and the interpreter throw, as one error of ours. */
function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const reason = text.replace(/\s+/g, ' ').slice(0, 200);
    throw fail('text/template', { reason, reasonZh: reason });
  }
}

/** Methods and filters whose first argument is looked for, not written. */
const SEARCHES = [
  ...['startswith', 'endswith', 'split', 'rsplit', 'strip', 'lstrip', 'rstrip', 'replace', 'find', 'count'],
];
const COMPARISONS = ['==', '!=', 'in', 'not in'];

/** The parts of a node of any type. */
interface AnyNode {
  type?: string;
  value?: unknown;
  readonly operator?: { readonly value: string };
  readonly left?: AnyNode;
  readonly right?: AnyNode;
  readonly callee?: { readonly value?: unknown; readonly property?: { readonly value?: unknown } };
  readonly args?: readonly AnyNode[];
}

/** Changes the strings that the template may write: its text and its literals, but none that it only compares with. */
function markStrings(
  node: unknown,
  change: (text: string) => string,
  skipped: readonly unknown[] = [],
): void {
  if (typeof node !== 'object' || node === null || skipped.includes(node)) return;
  if (Array.isArray(node) || node instanceof Map) {
    for (const one of node) markStrings(one, change, skipped);
    return;
  }
  const any = node as AnyNode;
  if (any.type === 'StringLiteral') {
    any.value = change(any.value as string);
    return;
  }
  const compared = COMPARISONS.includes(any.operator?.value ?? '') ? [any.left, any.right] : [];
  const callee = String(any.callee?.property?.value ?? any.callee?.value);
  const sought = any.type === 'CallExpression' && SEARCHES.includes(callee) ? [any.args?.[0]] : [];
  const plain = [...compared, ...sought].filter((one) => one?.type === 'StringLiteral');
  for (const value of Object.values(node)) markStrings(value, change, [...plain]);
}
