/** What an assistant is made of, opened from options: its tools, its notes, its model, its documents. */

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
import { type Collection, library } from '../retrieve/index.ts';
import { assistantModel, knowsTools } from '../serve/index.ts';
import { fail } from './errors.ts';
import { openIndex, openMade } from './retrieval.ts';
import { readToolFile } from './tool-files.ts';
import { type OpenedModel, openServedModel } from './writers.ts';

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

/** A model that knows tools decides; beside any other, and without one, rules do. */
export function chooseAssistant(
  opened: OpenedModel | undefined,
  tools: readonly AssistantTool[],
): AssistantModel {
  const model = opened && assistantModel(opened.model, opened.scope);
  return opened && knowsTools(opened.model) ? model! : ruleAssistant(tools, { otherwise: model });
}

export const openModelOf = (spec: string | undefined): Promise<OpenedModel> | undefined =>
  spec === undefined ? undefined : openServedModel(spec);

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
