/** Gives the routes a port, and takes it back without cutting anyone off. */

import type { AddressInfo } from 'node:net';
import { serve as listen } from '@hono/node-server';
import { type AppOptions, createApp } from './app.ts';
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

/** Longest header block, in bytes. */
const HEADER_BYTES = 16 << 10;
/** How long a client may take for its headers and for its whole request. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const GRACE_MS = 10_000;

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
        fetch: app.fetch,
        hostname: host,
        port,
        serverOptions: {
          maxHeaderSize: HEADER_BYTES,
          headersTimeout: HEADERS_MS,
          requestTimeout: REQUEST_MS,
        },
      },
      ({ port: bound }: AddressInfo) => {
        const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
        resolve({ url: `http://${name}:${bound}`, port: bound, close });
      },
    );
    server.on('error', reject);
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
