/** Pictures drawn by an endpoint that speaks OpenAI's wire format (`/images/generations`). */

import { z } from 'zod';
import { InkstoneError } from '../errors.ts';
import { createEndpoint, type RemoteModelOptions } from './endpoint.ts';
import { asNotOffered, fail } from './errors.ts';
import { readJson } from './read-json.ts';

export interface RemoteDrawing {
  readonly prompt: string;
  /** Pictures. Default 1. */
  readonly count?: number;
  /** Pixels of a side. Default: what the model draws. */
  readonly size?: number;
  /** Sent where it is given; OpenAI itself does not know it. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export type PictureFormat = 'png' | 'jpg' | 'webp';

export interface RemotePicture {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  /** What was drawn, where the endpoint changed the prompt. */
  readonly revisedPrompt?: string;
}

export interface RemoteDrawer {
  /** @throws `remote/not-offered` where the endpoint has no such route; otherwise as a remote model. */
  draw(drawing: RemoteDrawing): Promise<RemotePicture[]>;
}

const answer = z.object({
  data: z
    .array(
      z.object({
        b64_json: z.string().nullish(),
        url: z.string().nullish(),
        revised_prompt: z.string().nullish().catch(undefined),
      }),
    )
    .min(1),
});

/**
 * @example
 * const [{ bytes }] = await createRemoteDrawer({ url: 'http://127.0.0.1:8000/v1', model: 'shapes' }).draw({ prompt: '红色的圆形' });
 */
export function createRemoteDrawer(options: RemoteModelOptions): RemoteDrawer {
  const { model } = options;
  const { host, post } = createEndpoint(options);
  const ask = async (body: object, signal?: AbortSignal): Promise<Response> => {
    const send = (whole: object) => post('images/generations', whole, { accept: 'application/json', signal });
    try {
      return await send({ ...body, response_format: 'b64_json' });
    } catch (error) {
      const { status, message = '' } = (error instanceof InkstoneError ? error.data : {}) as Refusal;
      // Newer models of OpenAI's send nothing else and refuse to be told.
      if (status === 400 && message.includes('response_format')) return send(body);
      throw asNotOffered(error, { host, route: '/images/generations' });
    }
  };
  return {
    async draw({ prompt, count = 1, size, seed, signal }) {
      const body = { model, prompt, n: count, size: size && `${size}x${size}`, seed };
      const { data: told } = answer.safeParse(await readJson(await ask(body, signal), host));
      if (told?.data.length !== count) {
        throw fail('remote/broken', { host, reason: 'it sent no pictures of this request' });
      }
      return told.data.map(({ b64_json: base64, revised_prompt: revisedPrompt }) => {
        // NOTE An address is not followed: whoever answers must not choose what is fetched from here.
        if (base64 == null) throw fail('remote/broken', { host, reason: 'it sent addresses, not pictures' });
        const bytes = bytesOf(base64);
        const format = formatOf(bytes);
        if (!format) throw fail('remote/broken', { host, reason: 'it sent something that is no picture' });
        return { bytes, format, ...(revisedPrompt != null && { revisedPrompt }) };
      });
    },
  };
}

interface Refusal {
  readonly status?: number;
  readonly message?: string;
}

/** NOTE This room runs anywhere: no `Buffer`. What is no base64 has no bytes. */
function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** How files begin. */
const beginnings: { readonly [Format in PictureFormat]: (bytes: Uint8Array) => boolean } = {
  png: (bytes) => beginsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  jpg: (bytes) => beginsWith(bytes, [0xff, 0xd8, 0xff]),
  webp: (bytes) => beginsWith(bytes, codes('RIFF')) && beginsWith(bytes.subarray(8), codes('WEBP')),
};

const codes = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

const beginsWith = (bytes: Uint8Array, beginning: readonly number[]): boolean =>
  beginning.every((byte, i) => bytes[i] === byte);

const formatOf = (bytes: Uint8Array): PictureFormat | undefined =>
  (Object.keys(beginnings) as PictureFormat[]).find((format) => beginnings[format](bytes));
