/** HTTP responses as archives keep them: status, headers, and the body without the codings of its transfer (RFC 9112, 9110). */

import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { limits } from './limits.ts';

export interface HttpResponse {
  readonly status: number;
  /** By name in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Reads a whole response; `undefined` if it is none, or its body unpacks to more than `limits.htmlBytes`. */
export function readHttpResponse(message: Buffer): HttpResponse | undefined {
  const end = headEnd(message);
  const [first, ...lines] = message.subarray(0, end.head).toString('latin1').split(/\r?\n/);
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(first)?.[1];
  if (!status) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  try {
    let body: Buffer = message.subarray(end.body);
    if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) body = joinChunks(body);
    for (const coding of (headers.get('content-encoding') ?? '').toLowerCase().split(',').reverse()) {
      body = unpack(body, coding.trim());
    }
    return { status: Number(status), headers, body };
  } catch {
    return undefined;
  }
}

function headEnd(message: Buffer): { head: number; body: number } {
  const strict = message.indexOf('\r\n\r\n');
  if (strict >= 0) return { head: strict, body: strict + 4 };
  const loose = message.indexOf('\n\n');
  return loose >= 0 ? { head: loose, body: loose + 2 } : { head: message.length, body: message.length };
}

/** NOTE Crawlers often keep the header of a coding that they have undone: a body that is not in it is taken as it is. */
function joinChunks(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const line = body.subarray(at, at + 64).toString('latin1');
    const size = /^([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n/i.exec(line);
    if (!size) return parts.length === 0 ? body : Buffer.concat(parts);
    const length = Number.parseInt(size[1], 16);
    if (length === 0) break;
    at += size[0].length;
    parts.push(body.subarray(at, at + length));
    at += length + 2;
  }
  return Buffer.concat(parts);
}

function unpack(body: Buffer, coding: string): Buffer {
  const room = { maxOutputLength: limits.htmlBytes };
  if (coding === 'gzip' || coding === 'x-gzip') {
    return body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body, room) : body;
  }
  if (coding === 'deflate')
    return (body[0] & 15) === 8 ? inflateSync(body, room) : inflateRawSync(body, room);
  if (coding === 'br') return brotliDecompressSync(body, room);
  return body;
}
