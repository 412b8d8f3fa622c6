/** What an assistant is made of, opened from options: its tools, its notes, its model, its documents. */

import { z } from 'zod';
import {
  type AssistantModel,
  type AssistantTool,
  builtInTools,
  httpTool,
  type McpServer,
  memoryTools,
  type Notes,
  openMcpTools,
  ruleAssistant,
  wordPatterns,
} from '../apps/index.ts';
import { defaultRules, type RuleSet, ruleModel } from '../decode/index.ts';
import { type Collection, library } from '../retrieve/index.ts';
import { assistantModel, knowsTools } from '../serve/index.ts';
import { fail } from './errors.ts';
import { openIndex, openMade } from './retrieval.ts';
import { readToolFile } from './tool-files.ts';
import { openServedModel } from './writers.ts';
import { readYamlFile } from './yaml-file.ts';

/** Characters of a pattern or an answer of a rule. */
const MOST_RULE = 2000;

/** Tools that come from outside, for as long as they are open. */
export interface OwnTools {
  readonly tools: readonly AssistantTool[];
  close(): Promise<void>;
}

export interface ToolOptions {
  readonly tools: string | undefined;
  readonly mcp: string | undefined;
  readonly weather: string | undefined;
}

/** The person's own tools, which come beside others: of their file, of MCP servers, and the weather. */
export async function openOwnTools(
  options: ToolOptions,
  beside: readonly AssistantTool[],
  signal: AbortSignal,
): Promise<OwnTools> {
  const file = options.tools === undefined ? { tools: [], mcp: [] } : await readToolFile(options.tools);
  const servers = [...file.mcp, ...(options.mcp === undefined ? [] : [serverOf(options.mcp)])];
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => void (await Promise.allSettled(closing.map((one) => one())));
  try {
    const tools = [...file.tools, ...(options.weather === undefined ? [] : [weatherTool(options.weather)])];
    for (const server of servers) {
      const taken = [...tools, ...beside].map(({ name }) => name);
      const opened = await openMcpTools(server, { signal, taken });
      closing.push(opened.close);
      tools.push(...opened.tools);
    }
    return { tools, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const serverOf = (spec: string): McpServer =>
  /^https?:/.test(spec) ? { url: spec } : { command: spec.trim().split(/\s+/) };

const weatherTool = (url: string): AssistantTool =>
  httpTool({
    name: 'weather',
    description: 'The weather at a place.',
    parameters: {
      type: 'object',
      properties: { place: { type: 'string', minLength: 1, description: 'a town' } },
      required: ['place'],
      additionalProperties: false,
    },
    hasEffect: false,
    fromWords: wordPatterns([
      'what is the weather in {place}',
      'how is the weather in {place}',
      'weather in {place}',
      '{place}的天气怎么样',
      '{place}天气怎么样',
      '{place}天气如何',
      '{place}的天气',
    ]),
    url,
  });

/** The tools that come with every assistant, in the order in which words are tried on them, after a person's own. */
export const usualTools = (notes: Notes, collections: readonly Collection[]): AssistantTool[] => [
  ...memoryTools(notes),
  ...builtInTools({ notes, collections }),
];

/** Who answers, for as long as it is open. */
export interface OpenedAssistant {
  /** With these tools. */
  readonly model: (tools: readonly AssistantTool[]) => AssistantModel;
  close(): void;
}

/** `rules`, or `rules:FILE` with one's own. */
const RULE_BOT = /^rules(?::(.+))?$/;

/** A model that knows tools decides; beside any other, and without one, rules do. @throws `cli/yaml-file`, `decode/rule-…` */
export async function openAssistant(spec: string | undefined): Promise<OpenedAssistant> {
  const bot = RULE_BOT.exec(spec ?? '');
  if (spec === undefined || bot) {
    const otherwise = bot ? ruleModel(await readRules(bot[1])) : undefined;
    return { model: (tools) => ruleAssistant(tools, { otherwise }), close() {} };
  }
  const { model: served, scope, close } = await openServedModel(spec);
  const model = assistantModel(served, scope);
  const isAble = knowsTools(served);
  return { model: (tools) => (isAble ? model : ruleAssistant(tools, { otherwise: model })), close };
}

const text = z.string().max(MOST_RULE);
const ruleFile = z.strictObject({
  rules: z.array(z.strictObject({ pattern: text, answers: z.array(text).min(1) })),
  fallbacks: z.array(text).min(1),
  swaps: z.record(text, text).optional(),
});

const readRules = (path: string | undefined): RuleSet | Promise<RuleSet> =>
  path === undefined ? defaultRules : readYamlFile(path, ruleFile);

/** A collection of an index, with what closes it. @throws `cli/no-index` */
export async function openDocuments(place: string, name: string) {
  const database = openIndex(place);
  try {
    if (await database.isNew?.()) throw fail('cli/no-index', { place });
    const collection = await openMade(library(database), name, {});
    return { collection, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}
