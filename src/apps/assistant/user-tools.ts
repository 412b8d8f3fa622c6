/** Tools that a person brings along: an address that is asked, or a program that is run. */

import { spawn } from 'node:child_process';
import { programEnvironment } from '../../program-environment.ts';
import { fail } from '../errors.ts';
import type { AssistantTool, ToolArguments, ToolSpec } from './tool.ts';

/** Bytes of a result that are read; what is told of it is shorter. */
const MOST_RESULT_BYTES = 256 << 10;

interface ToolHead extends ToolSpec, Pick<AssistantTool, 'hasEffect' | 'fromWords'> {}

export interface HttpToolOptions extends ToolHead {
  /** `http://host/weather?q={place}`: places are filled with arguments; the others go along as a query, or as JSON with POST. */
  readonly url: string;
  readonly method?: 'GET' | 'POST' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** For tests. */
  readonly fetch?: typeof fetch;
}

/**
 * A tool that asks the address that its owner wrote, and no other: arguments do not change the host or the folders of the path, and
 * redirects are errors.
 */
export function httpTool(options: HttpToolOptions): AssistantTool {
  const { url, method = 'GET', headers = {}, fetch: ask = fetch, ...head } = options;
  const { name } = head;
  const home = homeOf(url, name);
  return {
    ...head,
    async run(args, { signal }) {
      const { address, rest } = fillAddress(url, args);
      if (stepsOf(address) < stepsOf(home)) throw fail('apps/tool-path', { name });
      if (method === 'GET') for (const [key, value] of rest) address.searchParams.set(key, spelled(value));
      const response = await ask(address, {
        ...{ method, redirect: 'error', signal, headers: { accept: 'application/json, text/*', ...headers } },
        ...(method === 'POST' && {
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(Object.fromEntries(rest)),
        }),
      }).catch((error) => {
        throw signal.aborted ? error : fail('apps/tool-unreachable', { name, host: address.host }, error);
      });
      const text = await firstText(response);
      if (!response.ok)
        throw fail('apps/tool-status', { name, status: response.status, text: text.slice(0, 200) });
      return text;
    },
  };
}

/** The address with every place filled; none is a part of the host. */
function homeOf(url: string, name: string): URL {
  const plain = url.replace(/\{\w+\}/g, 'x');
  if (!/^https?:\/\//.test(url) || !URL.canParse(plain) || /^https?:\/\/[^/?#]*\{/.test(url)) {
    throw fail('apps/tool-url', { name, url });
  }
  return new URL(plain);
}

/** Slashes in an argument are spelled otherwise, so that only `..` can take a step away. */
const stepsOf = ({ pathname }: URL): number => pathname.split('/').length;

function fillAddress(url: string, args: ToolArguments) {
  const rest = new Map(Object.entries(args));
  const filled = url.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = args[key];
    rest.delete(key);
    return value === undefined ? '' : encodeURIComponent(spelled(value));
  });
  return { address: new URL(filled), rest };
}

const spelled = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

async function firstText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.length;
    text += decoder.decode(piece, { stream: true });
    if (bytes > MOST_RESULT_BYTES) break;
  }
  return text;
}

export interface CommandToolOptions extends ToolHead {
  /** The program and its words; run without a shell. */
  readonly command: readonly string[];
  /** Where it runs. Default: here. */
  readonly cwd?: string | undefined;
}

/** A tool that runs a program: it reads the arguments as JSON from its input, and says the result on its output. */
export function commandTool({ command, cwd, ...head }: CommandToolOptions): AssistantTool {
  const { name } = head;
  const [program, ...words] = command;
  if (program === undefined)
    throw fail('apps/tool', { name, reason: 'its command is empty', zhReason: '命令为空' });
  const env = programEnvironment();
  return {
    ...head,
    run: (args, { signal }) =>
      new Promise((done, refuse) => {
        const child = spawn(program, words, { cwd, env, signal, stdio: ['pipe', 'pipe', 'pipe'] });
        let [out, err] = ['', ''];
        // What is too much is read and dropped: a program with effects is not cut off in the middle.
        child.stdout.setEncoding('utf8').on('data', (text) => {
          if (out.length < MOST_RESULT_BYTES) out += text;
        });
        child.stderr.setEncoding('utf8').on('data', (text) => (err = (err + text).slice(0, 2000)));
        child.on('error', (error) =>
          refuse(
            signal.aborted
              ? error
              : fail('apps/tool-program', { name, program, reason: error.message }, error),
          ),
        );
        child.on('close', (status) => {
          if (status === 0) done(out);
          else refuse(fail('apps/tool-program', { name, program, reason: err.trim() || `status ${status}` }));
        });
        // A program that reads nothing may be gone before it is told.
        child.stdin.on('error', () => {});
        child.stdin.end(JSON.stringify(args));
      }),
  };
}
