/** Gives the routes a port, and takes it back without cutting anyone off. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve as listen } from '@hono/node-server';
import { type AppOptions, createApp } from './app.ts';
import { limits } from './limits.ts';
import { alreadySent } from './openai/event-stream.ts';
import { createSandbox } from './sandbox/sandbox.ts';
import { createRecorder } from './watch/recorder.ts';

export interface ServerOptions extends AppOptions {
  /** Default 127.0.0.1: nobody from outside. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Takes no new request, lets streams end for at most so long, then cuts them; the last row of the log is written. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

const GRACE_MS = 10_000;
/** How often late clients are looked for, in ms. Node's own half a minute would make ten seconds forty. */
const LOOK_MS = 1000;

/** Starts serving. @throws the system's error when the port is taken. */
export function startServer({
  host = '127.0.0.1',
  port = 0,
  ...options
}: ServerOptions): Promise<RunningServer> {
  const hosts = [...(options.hosts ?? []), ...(host === '0.0.0.0' || host === '::' ? [] : [host])];
  const sandbox = options.sandbox ?? createSandbox();
  const { state } = options;
  const recorder = state && createRecorder(state, (error) => options.onFault?.(error, ''));
  const app = createApp({ ...options, hosts, sandbox, recorder });
  return new Promise((resolve, reject) => {
    const server = listen(
      {
        fetch: async (request, env) => alreadySent(await app.fetch(request, env), env),
        hostname: host,
        port,
        serverOptions: {
          maxHeaderSize: limits.headerBytes,
          headersTimeout: limits.headerSeconds * 1000,
          requestTimeout: limits.requestSeconds * 1000,
          keepAliveTimeout: limits.keepSeconds * 1000,
          connectionsCheckingInterval: LOOK_MS,
          // A client that vanished without a word (power, network) answers no probe.
          keepAlive: true,
          keepAliveInitialDelay: limits.probeSeconds * 1000,
        },
      },
      ({ port: bound }: AddressInfo) => {
        const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
        resolve({ url: `http://${name}:${bound}`, port: bound, close });
      },
    );
    server.on('error', reject);
    dropDeafClients(server as Server);
    const close: RunningServer['close'] = ({ graceMs = GRACE_MS } = {}) =>
      new Promise((done) => {
        const cut = setTimeout(
          () => 'closeAllConnections' in server && server.closeAllConnections(),
          graceMs,
        );
        server.close(() => {
          clearTimeout(cut);
          if (!options.sandbox) sandbox.close();
          done(recorder?.flush());
        });
        if ('closeIdleConnections' in server) server.closeIdleConnections();
      });
  });
}

/** Whoever takes nothing of what is ready does not get the rest. An answer that is still being made may take its time. */
function dropDeafClients(server: Server): void {
  const answers = new Set<ServerResponse>();
  server.prependListener('request', (_: IncomingMessage, answer: ServerResponse) => {
    answers.add(answer);
    answer.once('close', () => answers.delete(answer));
  });
  server.setTimeout(limits.idleSeconds * 1000, (socket) => {
    const isAnswering = [...answers].some((answer) => answer.socket === socket);
    if (!isAnswering || socket.writableLength > 0) socket.destroy();
  });
}
