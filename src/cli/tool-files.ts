/** `--tools`: a person's own tools from a YAML or JSON file, or from an ES module. */

import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import {
  type AssistantTool,
  checkTools,
  commandTool,
  httpTool,
  type McpServer,
  wordPatterns,
} from '../apps/index.ts';
import { fail } from './errors.ts';
import { readYamlFile } from './yaml-file.ts';

export interface ToolFile {
  readonly tools: readonly AssistantTool[];
  readonly mcp: readonly McpServer[];
}

const text = z.string().min(1);
const words = z.array(text).min(1);
const headers = z.record(text, z.string());

const toolRow = z.strictObject({
  name: text,
  description: text,
  /** A JSON schema; default: a text for each place of the address and the patterns. */
  parameters: z.record(z.string(), z.unknown()).optional(),
  /** False: it only reads, and nobody is asked. */
  effect: z.boolean().default(true),
  /** What people say who want it, for models that know no tools. */
  patterns: words.optional(),
  /** One of the two. */
  command: words.optional(),
  url: text.optional(),
  /** Of an address. */
  method: z.enum(['GET', 'POST']).optional(),
  headers: headers.optional(),
});

const fileSchema = z.strictObject({
  tools: z.array(toolRow).default([]),
  mcp: z
    .array(
      z.union([
        z.strictObject({ command: words, env: z.record(text, z.string()).optional() }),
        z.strictObject({ url: z.url(), headers: headers.optional() }),
      ]),
    )
    .default([]),
});

/** Reads the file. Programs run in its folder. @throws `cli/yaml-file`, `apps/tool`, `apps/pattern` */
export async function readToolFile(path: string): Promise<ToolFile> {
  const file = /\.[cm]?[jt]s$/i.test(path)
    ? { tools: await importTools(path), mcp: [] }
    : toolsOf(await readYamlFile(path, fileSchema), path);
  checkTools(file.tools);
  return file;
}

function toolsOf({ tools, mcp }: z.output<typeof fileSchema>, path: string): ToolFile {
  return { tools: tools.map((row) => toolOf(row, path)), mcp: mcp.map((one) => withSecrets(one, path)) };
}

function toolOf(row: z.output<typeof toolRow>, path: string): AssistantTool {
  const { name, description, parameters, effect, patterns = [], command, url, method, headers: given } = row;
  const hasOne = command === undefined ? url !== undefined : (url ?? method ?? given) === undefined;
  if (!hasOne) {
    throw fail('cli/yaml-file', {
      path,
      reason: `${name}: must have a command, or a url with its method and headers`,
      zhReason: `${name}：须有 command，或 url（可带 method、headers）`,
    });
  }
  const head = {
    ...{ name, description, hasEffect: effect },
    parameters: parameters ?? parametersOf([...patterns, url ?? '']),
    ...(patterns.length > 0 && { fromWords: wordPatterns(patterns) }),
  };
  if (command) return commandTool({ ...head, command, cwd: dirname(resolve(path)) });
  return httpTool({ ...head, url: url!, method, headers: given && secretsOf(given, path) });
}

/** A text for every place that is named. */
function parametersOf(texts: readonly string[]): AssistantTool['parameters'] {
  const names = new Set(texts.flatMap((one) => [...one.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)));
  const properties = Object.fromEntries([...names].map((name) => [name, { type: 'string', minLength: 1 }]));
  return { type: 'object', properties, required: [...names], additionalProperties: false };
}

const withSecrets = (server: McpServer, path: string): McpServer =>
  'url' in server
    ? { ...server, ...(server.headers && { headers: secretsOf(server.headers, path) }) }
    : { ...server, ...(server.env && { env: secretsOf(server.env, path) }) };

/** `$NAME` stands for a variable of the environment: no key is written into a file. */
function secretsOf(given: Readonly<Record<string, string>>, path: string): Record<string, string> {
  const fill = (value: string): string =>
    value.replace(/\$(\w+)/g, (_, name) => {
      const known = process.env[name];
      if (known !== undefined) return known;
      const [reason, zhReason] = [`the environment has no ${name}`, `环境变量中没有 ${name}`];
      throw fail('cli/yaml-file', { path, reason, zhReason });
    });
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, fill(value)]));
}

async function importTools(path: string): Promise<AssistantTool[]> {
  const refuse = (reason: string, zhReason: string, cause?: unknown) =>
    fail('cli/yaml-file', { path, reason, zhReason }, cause);
  const module = await import(pathToFileURL(resolve(path)).href).catch((error: Error) => {
    throw refuse(error.message, error.message, error);
  });
  const given: unknown = module.tools ?? module.default;
  const list = Array.isArray(given) ? given : [given];
  return list.map((one) => {
    if (
      typeof one?.run !== 'function' ||
      typeof one?.name !== 'string' ||
      typeof one?.description !== 'string'
    ) {
      throw refuse(
        'must export `tools`: objects with name, description, parameters and a function run',
        '须导出 tools：含 name、description、parameters 与函数 run 的对象',
      );
    }
    const { patterns, hasEffect = true, parameters = parametersOf(patterns ?? []), run } = one;
    return {
      ...{ name: one.name, description: one.description, parameters, hasEffect },
      ...(patterns && { fromWords: wordPatterns(patterns) }),
      run: async (args, context) => {
        const result = await run(args, context);
        return typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
      },
    } satisfies AssistantTool;
  });
}
