/** The tools of a Model Context Protocol server; its package is loaded when the first is opened. */

import type { Client, Transport } from '@modelcontextprotocol/client';
import type { InkstoneError } from '../../errors.ts';
import { log } from '../../log.ts';
import { fail } from '../errors.ts';
import { oneLine } from '../prompt-text.ts';
import { type AssistantTool, checkTools } from './tool.ts';

/** A program that speaks over its input and output, or an address that speaks HTTP. */
export type McpServer =
  | { readonly command: readonly string[]; readonly env?: Readonly<Record<string, string>> | undefined }
  | { readonly url: string; readonly headers?: Readonly<Record<string, string>> | undefined };

export interface McpTools {
  readonly tools: readonly AssistantTool[];
  /** Ends the connection, and the program. */
  close(): Promise<void>;
}

/** Tools of one server that are taken, and characters of a description, which is told to the model as it is. */
const MOST_TOOLS = 128;
const MOST_DESCRIPTION = 1000;
const CONNECT_MS = 20_000;

/**
 * Connects and asks what tools there are. Each has effects until its owner knows better: what a server says of its own
 * harmlessness is not believed. A tool that cannot be taken, such as one with a name of `taken`, is left out with a warning.
 *
 * @throws `apps/mcp`
 */
export async function openMcpTools(
  server: McpServer,
  { signal, taken = [] }: { readonly signal?: AbortSignal; readonly taken?: Iterable<string> } = {},
): Promise<McpTools> {
  const name = 'url' in server ? server.url : server.command.join(' ');
  const { Client: McpClient } = await import('@modelcontextprotocol/client');
  const client = new McpClient({ name: 'inkstone', version: '1' });
  const options = { timeout: CONNECT_MS, ...(signal && { signal }) };
  try {
    await client.connect(await transportOf(server), options);
    const { tools } = await client.listTools(undefined, options);
    const offered = tools.slice(0, MOST_TOOLS).map((tool) => toolOf(client, tool));
    return { tools: usableTools(offered, name, new Set(taken)), close: () => client.close() };
  } catch (error) {
    await client.close().catch(() => {});
    signal?.throwIfAborted();
    throw fail('apps/mcp', { server: name, reason: (error as Error).message }, error);
  }
}

function usableTools(offered: readonly AssistantTool[], server: string, taken: Set<string>): AssistantTool[] {
  return offered.filter((tool) => {
    try {
      checkTools([tool], taken);
    } catch (error) {
      const [reason, zhReason] = (['en', 'zh'] as const).map((lang) => (error as InkstoneError).text(lang));
      const { code, message } = fail('apps/mcp-refused', { server, reason, zhReason });
      log({ level: 'warning', code, message });
      return false;
    }
    taken.add(tool.name);
    return true;
  });
}

async function transportOf(server: McpServer): Promise<Transport> {
  if ('url' in server) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    return new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { ...server.headers }, redirect: 'error' },
    });
  }
  const { StdioClientTransport, getDefaultEnvironment } = await import('@modelcontextprotocol/client/stdio');
  const [command, ...args] = server.command;
  const env = { ...getDefaultEnvironment(), ...server.env };
  return new StdioClientTransport({ command, args, env, stderr: 'ignore' });
}

function toolOf(
  client: Client,
  { name, description = '', inputSchema }: Awaited<ReturnType<Client['listTools']>>['tools'][number],
): AssistantTool {
  return {
    name,
    description: oneLine(description).slice(0, MOST_DESCRIPTION),
    parameters: inputSchema as AssistantTool['parameters'],
    hasEffect: true,
    async run(args, { signal }) {
      const { content, isError } = await client.callTool({ name, arguments: { ...args } }, { signal });
      const parts = content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`));
      const text = parts.join('\n');
      if (isError) throw fail('apps/mcp-tool', { name, text });
      return text;
    },
  };
}
